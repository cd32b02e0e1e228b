//! Which Lightning node, and where deals are kept.

use std::{
    env,
    path::{Path, PathBuf},
};

use alloy_primitives::Address;
use barter_lightning::{
    Error as LightningError,
    lnd::{
        CERTIFICATE_PEM_VARIABLE, CERTIFICATE_VARIABLE, Lnd, LndSettings, MACAROON_HEX_VARIABLE, MACAROON_VARIABLE,
        URL_VARIABLE,
    },
};
use barter_sdk::{BarterClient, DealClient, Environment, JOURNAL_VARIABLE, Journal};
use clap::Args;

use crate::{context::Context, error::Error};

const HEADING: &str = "Lightning options";

/// Where users' programs keep what must not be lost: the variable, and the folder below the home where it is not set.
const STATE_VARIABLE: &str = "XDG_STATE_HOME";
const STATE_FOLDER: &str = ".local/state";

/// Which Lightning node.
#[derive(Args)]
pub(crate) struct NodeOptions {
    /// Address of an LND node's REST interface [default: `BARTER_LND_URL`]
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    lnd_url: Option<String>,

    /// The node's tls.cert [default: `BARTER_LND_CERT`, or in PEM `BARTER_LND_CERT_PEM`; without, the system's roots]
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    lnd_cert: Option<PathBuf>,

    /// The node's macaroon [default: `BARTER_LND_MACAROON`, or in hexadecimal `BARTER_LND_MACAROON_HEX`]
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    lnd_macaroon: Option<PathBuf>,
}

/// The Lightning node, and where deals are kept.
#[derive(Args)]
pub(crate) struct DealOptions {
    #[command(flatten)]
    node: NodeOptions,
    #[command(flatten)]
    journal: JournalOptions,
}

/// Where deals are kept.
#[derive(Args)]
pub(crate) struct JournalOptions {
    /// Folder of the journal of deals; secret, for preimages are in it [default: `BARTER_JOURNAL`, else one for each wallet and
    /// chain below ~/.local/state/barter]
    #[arg(long, value_name = "FOLDER", help_heading = HEADING)]
    journal: Option<PathBuf>,
}

impl NodeOptions {
    /// The node.
    ///
    /// # Errors
    /// [`Error::NoLightningNode`] if none is named.
    pub(crate) fn connect(&self, context: &Context) -> Result<Lnd, Error> {
        self.connect_if_named(context)?.ok_or(Error::NoLightningNode)
    }

    /// The node, if one is named. Nothing is asked of it yet.
    pub(crate) fn connect_if_named(&self, context: &Context) -> Result<Option<Lnd>, Error> {
        let settings = self.settings(&context.environment()?)?;
        Ok(settings.map(Lnd::connect).transpose()?)
    }

    /// What is said here, then what the environment says.
    fn settings(&self, environment: &Environment) -> Result<Option<LndSettings>, LightningError> {
        let said = |name: &str| match name {
            URL_VARIABLE => self.lnd_url.clone(),
            CERTIFICATE_VARIABLE => self.lnd_cert.as_deref().map(text),
            MACAROON_VARIABLE => self.lnd_macaroon.as_deref().map(text),
            _ => None,
        };
        // Each can be said in two ways. One that is said here goes before both.
        let is_said = |name: &str| match name {
            CERTIFICATE_PEM_VARIABLE => self.lnd_cert.is_some(),
            MACAROON_HEX_VARIABLE => self.lnd_macaroon.is_some(),
            _ => false,
        };
        let set = |name: &str| environment.get(name).filter(|_| !is_said(name)).map(str::to_owned);
        let settings = LndSettings::from_variables(|name| said(name).or_else(|| set(name)));
        settings.map_err(|error| match error {
            LightningError::InvalidSetting { setting, reason } => {
                let setting = if said(&setting).is_some() { option(&setting).to_owned() } else { setting };
                LightningError::InvalidSetting { setting, reason }
            }
            other => other,
        })
    }
}

/// The option that says what a variable says.
fn option(variable: &str) -> &str {
    match variable {
        URL_VARIABLE => "--lnd-url",
        CERTIFICATE_VARIABLE => "--lnd-cert",
        MACAROON_VARIABLE => "--lnd-macaroon",
        other => other,
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl DealOptions {
    /// Deals of a client that signs.
    pub(crate) fn deals(&self, client: &BarterClient, context: &Context) -> Result<DealClient<Lnd>, Error> {
        let node = self.node.connect(context)?;
        Ok(client.deals(node, self.journal.open(client, context)?))
    }

    /// Deals of a client that signs, if a Lightning node is named.
    pub(crate) fn deals_if_named(
        &self,
        client: &BarterClient,
        context: &Context,
    ) -> Result<Option<DealClient<Lnd>>, Error> {
        let Some(node) = self.node.connect_if_named(context)? else { return Ok(None) };
        Ok(Some(client.deals(node, self.journal.open(client, context)?)))
    }
}

impl JournalOptions {
    /// The journal of a client that signs.
    pub(crate) fn open(&self, client: &BarterClient, context: &Context) -> Result<Journal, Error> {
        let wallet = client.wallet().ok_or(barter_sdk::Error::NoSigner)?;
        let folder = match (&self.journal, context.environment()?.get(JOURNAL_VARIABLE)) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) => PathBuf::from(folder),
            (None, None) => default_folder(client.network().chain_id(), wallet).ok_or(Error::NoHome)?,
        };
        Ok(Journal::open(folder).map_err(barter_sdk::Error::from)?)
    }
}

/// A folder for this wallet on this chain, so that neither another wallet nor a chain begun anew meets its deals.
fn default_folder(chain_id: u64, wallet: Address) -> Option<PathBuf> {
    // One that is not absolute counts as not set: so says the standard.
    let state = env::var_os(STATE_VARIABLE).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let state = state.or_else(|| Some(env::home_dir()?.join(STATE_FOLDER)))?;
    Some(state.join("barter").join(format!("{chain_id}-{wallet}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeff";

    fn options(url: Option<&str>, cert: Option<&str>, macaroon: Option<&str>) -> NodeOptions {
        NodeOptions {
            lnd_url: url.map(str::to_owned),
            lnd_cert: cert.map(PathBuf::from),
            lnd_macaroon: macaroon.map(PathBuf::from),
        }
    }

    fn setting(options: &NodeOptions, environment: &[(&str, &str)]) -> String {
        match options.settings(&Environment::from_pairs(environment.iter().copied())) {
            Err(LightningError::InvalidSetting { setting, .. }) => setting,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_environment_is_enough_and_nothing_is_no_node() {
        let none = options(None, None, None);
        assert!(none.settings(&Environment::empty()).unwrap().is_none());
        let set = [(URL_VARIABLE, "https://127.0.0.1:1"), (MACAROON_HEX_VARIABLE, HEX)];
        assert!(none.settings(&Environment::from_pairs(set)).unwrap().is_some());
    }

    #[test]
    fn all_of_it_can_be_set_in_a_file() {
        use std::io::Write as _;
        let names = [
            URL_VARIABLE,
            CERTIFICATE_VARIABLE,
            CERTIFICATE_PEM_VARIABLE,
            MACAROON_VARIABLE,
            MACAROON_HEX_VARIABLE,
            JOURNAL_VARIABLE,
        ];
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for name in names {
            writeln!(file, "{name}=said").unwrap();
        }
        let environment = Environment::empty().with_file(file.path()).unwrap();
        assert_eq!(names.map(|name| environment.get(name)), [Some("said"); 6]);
    }

    #[test]
    fn what_is_said_on_the_command_line_goes_before_both_ways_of_the_environment() {
        let set = [(URL_VARIABLE, "no address"), (MACAROON_HEX_VARIABLE, HEX)];
        let url = options(Some("https://127.0.0.1:1"), None, None);
        assert!(url.settings(&Environment::from_pairs(set)).unwrap().is_some());

        let mut macaroon = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut macaroon, HEX.as_bytes()).unwrap();
        let said = options(Some("https://127.0.0.1:1"), None, macaroon.path().to_str());
        for name in [MACAROON_VARIABLE, MACAROON_HEX_VARIABLE] {
            assert!(said.settings(&Environment::from_pairs([(name, "nonsense")])).unwrap().is_some(), "{name}");
        }
    }

    #[test]
    fn an_error_names_what_was_said_or_set() {
        let set = [(URL_VARIABLE, "https://127.0.0.1:1"), (MACAROON_HEX_VARIABLE, HEX)];
        assert_eq!(setting(&options(Some("no address"), None, None), &set), "--lnd-url");
        assert_eq!(setting(&options(None, Some("/no/such"), None), &set), "--lnd-cert");
        assert_eq!(setting(&options(None, None, Some("/no/such")), &set), "--lnd-macaroon");
        let none = options(None, None, None);
        assert_eq!(setting(&none, &[(URL_VARIABLE, "no address"), set[1]]), URL_VARIABLE);
        assert_eq!(setting(&none, &[set[0], (MACAROON_VARIABLE, "/no/such")]), MACAROON_VARIABLE);
        assert_eq!(setting(&none, &[set[0]]), MACAROON_VARIABLE);
    }
}
