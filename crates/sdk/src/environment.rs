//! Settings from the environment and a `.env` file.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use crate::Error;

/// Address of the node. The name is the one users of the Python client have set.
pub const RPC_URL_VARIABLE: &str = "ALCHEMY_RPC_URL";
/// Key that signs what is sent. The name is the one users of the Python client have set.
pub const PRIVATE_KEY_VARIABLE: &str = "DEPLOYER_PRIVATE_KEY";
/// Network by name or chain id.
pub const NETWORK_VARIABLE: &str = "BARTER_NETWORK";
/// Path of a deployment file, as `deployments/<chain id>.json`.
pub const DEPLOYMENT_VARIABLE: &str = "BARTER_DEPLOYMENT";
/// The index: a file or `postgres://…`. Only read where the feature `index` is on.
pub const INDEX_VARIABLE: &str = "BARTER_INDEX";
/// Folder of the journal of deals. A client is given its journal; this is for programs that ask for it.
pub const JOURNAL_VARIABLE: &str = "BARTER_JOURNAL";
/// Address of an LND node's REST interface. This and the next four are for programs that reach a node by them.
pub const LND_URL_VARIABLE: &str = "BARTER_LND_URL";
/// Path of the node's TLS certificate.
pub const LND_CERTIFICATE_VARIABLE: &str = "BARTER_LND_CERT";
/// The node's TLS certificate itself, in PEM.
pub const LND_CERTIFICATE_PEM_VARIABLE: &str = "BARTER_LND_CERT_PEM";
/// Path of a macaroon file.
pub const LND_MACAROON_VARIABLE: &str = "BARTER_LND_MACAROON";
/// A macaroon itself, in hexadecimal.
pub const LND_MACAROON_HEX_VARIABLE: &str = "BARTER_LND_MACAROON_HEX";

const VARIABLES: [&str; 11] = [
    RPC_URL_VARIABLE,
    PRIVATE_KEY_VARIABLE,
    NETWORK_VARIABLE,
    DEPLOYMENT_VARIABLE,
    INDEX_VARIABLE,
    JOURNAL_VARIABLE,
    LND_URL_VARIABLE,
    LND_CERTIFICATE_VARIABLE,
    LND_CERTIFICATE_PEM_VARIABLE,
    LND_MACAROON_VARIABLE,
    LND_MACAROON_HEX_VARIABLE,
];

/// The settings a client takes where its builder was not told: variables of the process, then those of a `.env` file. An
/// empty variable counts as not set.
///
/// Nothing is written back to the process's environment. `Debug` shows which variables are set, never their values.
#[derive(Clone, Default)]
pub struct Environment {
    values: BTreeMap<String, String>,
}

impl Environment {
    /// The process's variables, then those of a file `.env` in the working directory if there is one.
    ///
    /// # Errors
    /// [`Error::InvalidEnvironmentFile`] if there is a `.env` that cannot be read.
    pub fn load() -> Result<Self, Error> {
        let path = PathBuf::from(".env");
        let environment = Self::process();
        if path.is_file() { environment.with_file(&path) } else { Ok(environment) }
    }

    /// The process's variables alone.
    pub fn process() -> Self {
        Self::from_pairs(VARIABLES.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?))))
    }

    /// No settings at all.
    pub fn empty() -> Self {
        Self::default()
    }

    /// These settings.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { values: pairs.filter(|(_, value): &(String, String)| !value.trim().is_empty()).collect() }
    }

    /// Adds what a file in the form of `.env` sets and this does not.
    ///
    /// # Errors
    /// [`Error::InvalidEnvironmentFile`] if it cannot be read. The error never repeats a line: it may hold a key.
    pub fn with_file(mut self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let invalid = |reason: String| Error::InvalidEnvironmentFile { path: path.to_owned(), reason };
        let lines = dotenvy::from_path_iter(path).map_err(|error| invalid(describe(&error)))?;
        for line in lines {
            let (name, value) = line.map_err(|error| invalid(describe(&error)))?;
            if VARIABLES.contains(&name.as_str()) && !value.trim().is_empty() {
                self.values.entry(name).or_insert(value);
            }
        }
        Ok(self)
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim())
    }
}

/// What is wrong with the file, without the line that is: `dotenvy` puts it in its message.
fn describe(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(..) => "a line is not of the form NAME=value".to_owned(),
        dotenvy::Error::Io(error) => error.to_string(),
        _ => "it cannot be read".to_owned(),
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_process_wins_over_the_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "# comment\nALCHEMY_RPC_URL=http://file\nexport DEPLOYER_PRIVATE_KEY=\"0xfile\"\nOTHER=1")
            .unwrap();
        let environment =
            Environment::from_pairs([(RPC_URL_VARIABLE, "http://process")]).with_file(file.path()).unwrap();
        assert_eq!(environment.get(RPC_URL_VARIABLE), Some("http://process"));
        assert_eq!(environment.get(PRIVATE_KEY_VARIABLE), Some("0xfile"));
        assert_eq!(environment.get("OTHER"), None);
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "ALCHEMY_RPC_URL=http://file").unwrap();
        let environment = Environment::from_pairs([(RPC_URL_VARIABLE, " ")]).with_file(file.path()).unwrap();
        assert_eq!(environment.get(RPC_URL_VARIABLE), Some("http://file"));
    }

    #[test]
    fn values_are_not_shown() {
        let environment = Environment::from_pairs([(PRIVATE_KEY_VARIABLE, "0xsecret")]);
        assert_eq!(format!("{environment:?}"), r#"{"DEPLOYER_PRIVATE_KEY"}"#);
    }

    #[test]
    fn a_bad_line_is_not_repeated() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "DEPLOYER_PRIVATE_KEY 0xsecret").unwrap();
        let error = Environment::empty().with_file(file.path()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("0xsecret"), "{error:?}");
        assert_eq!(error.code(), "invalid_environment_file");
    }

    #[test]
    fn a_missing_file_is_an_error_where_it_was_asked_for() {
        let error = Environment::empty().with_file("no/such/.env").unwrap_err();
        assert!(matches!(error, Error::InvalidEnvironmentFile { .. }));
    }
}
