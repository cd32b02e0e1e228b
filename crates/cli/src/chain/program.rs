//! Where anvil is.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::ChainError;

/// Names it by its path.
const VARIABLE: &str = "ANVIL";

#[cfg(windows)]
const FILE_NAMES: &[&str] = &["anvil.exe", "anvil.cmd"];
#[cfg(not(windows))]
const FILE_NAMES: &[&str] = &["anvil"];

/// anvil: as the variable ANVIL names it, else the first in PATH, else in the nearest `node_modules/.bin` from the working
/// directory upwards, which is where `npm ci` puts the pinned one.
pub(super) fn find() -> Result<PathBuf, ChainError> {
    let from = env::current_dir().unwrap_or_default();
    find_in(env::var_os(VARIABLE).as_deref(), env::var_os("PATH").as_deref(), &from)
}

fn find_in(named: Option<&OsStr>, search_path: Option<&OsStr>, from: &Path) -> Result<PathBuf, ChainError> {
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        let path = PathBuf::from(named);
        return if path.is_file() { Ok(path) } else { Err(ChainError::NoSuchAnvil { path }) };
    }
    let in_path = search_path.into_iter().flat_map(env::split_paths);
    let in_modules = from.ancestors().map(|folder| folder.join("node_modules").join(".bin"));
    in_path
        .chain(in_modules)
        .flat_map(|folder| FILE_NAMES.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file())
        .ok_or_else(|| ChainError::NoAnvil { from: from.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn put(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    #[test]
    fn the_variable_wins_then_the_path_then_the_modules() {
        let folder = tempfile::tempdir().unwrap();
        let name = FILE_NAMES[0];
        let named = folder.path().join("named");
        let in_path = folder.path().join("bin").join(name);
        let in_modules = folder.path().join("project/node_modules/.bin").join(name);
        let deep = folder.path().join("project/crates/cli");
        for path in [&named, &in_path, &in_modules] {
            put(path);
        }
        let search = folder.path().join("bin");

        let found = find_in(Some(named.as_os_str()), Some(search.as_os_str()), &deep);
        assert_eq!(found.unwrap(), named);
        assert_eq!(find_in(None, Some(search.as_os_str()), &deep).unwrap(), in_path);
        assert_eq!(find_in(Some(OsStr::new("")), None, &deep).unwrap(), in_modules);
    }

    #[test]
    fn says_where_it_looked() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let error = find_in(Some(missing.as_os_str()), None, folder.path()).unwrap_err();
        assert!(matches!(&error, ChainError::NoSuchAnvil { path } if *path == missing), "{error}");
        let error = find_in(None, None, folder.path()).unwrap_err();
        assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    }
}
