//! Puts the deployment files of `deployments/` into the crate, so that an installed client knows the public networks.
//!
//! They are copies of the repository's `deployments/`, because a package cannot reach outside its own folder; a test holds
//! the two equal.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("deployments");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let chain_id = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
        if let (Some(chain_id), true) = (chain_id, path.extension().is_some_and(|extension| extension == "json")) {
            files.push((chain_id, path));
        }
    }
    files.sort();
    let mut table = String::from("&[");
    for (chain_id, path) in files {
        write!(table, "({chain_id}, include_str!({:?})),", path.display().to_string())?;
    }
    table.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("deployments.rs"), table)?;
    Ok(())
}
