//! What a command works with: the options as given, a client made of them, and the way to print.

use std::time::Duration;

use alloy_primitives::Address;
use barter_sdk::{
    BarterClient, BarterClientBuilder, Environment, INDEX_VARIABLE, NETWORK_VARIABLE, Network, WalletInput,
};

use crate::{error::Error, options::Options, output::Output, secret::Keystore};

/// Longest that a single request to the node may take.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// Between two looks at a chain of this machine, where looking costs nothing.
const LOCAL_POLL_INTERVAL: Duration = Duration::from_millis(250);

const WEI_PER_GWEI: u128 = 1_000_000_000;

/// What a command works with.
pub(crate) struct Context {
    options: Options,
    output: Output,
}

impl Context {
    pub(crate) fn new(options: Options) -> Self {
        let output = Output::new(options.json);
        Self { options, output }
    }

    /// How to print.
    pub(crate) const fn output(&self) -> Output {
        self.output
    }

    /// Refuses options that name a chain where the command makes its own: it would seem to work on the one named.
    pub(crate) fn require_own_chain(&self, command: &str) -> Result<(), Error> {
        let options = &self.options;
        let named = [
            ("--network", options.network.is_some()),
            ("--rpc-url", options.rpc_url.is_some()),
            ("--deployment", options.deployment.is_some()),
        ];
        match named.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Error::Usage {
                message: format!("{option} cannot be used with {command}, which runs on a chain of its own"),
                tip: None,
            }),
            None => Ok(()),
        }
    }

    /// Blocks, counting its own, until what is in one counts, if that was said.
    pub(crate) const fn confirmations(&self) -> Option<u64> {
        self.options.confirmations
    }

    /// Longest that a single request to a service may take.
    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.options.timeout).min(LONGEST_REQUEST)
    }

    /// A client that reads.
    pub(crate) fn reading_client(&self) -> Result<BarterClient, Error> {
        Ok(self.builder()?.read_only().build()?)
    }

    /// A client that reads, from this index if one is named, else from the environment's, else from the node.
    pub(crate) fn reading_client_with(&self, index: Option<&str>) -> Result<BarterClient, Error> {
        Ok(self.builder_with(index)?.read_only().build()?)
    }

    /// A client that reads, with this index if one is named, else the environment's, else that in a file.
    pub(crate) fn indexing_client(&self, index: Option<&str>, default_file: &str) -> Result<BarterClient, Error> {
        let is_set = index.is_some() || self.environment()?.get(INDEX_VARIABLE).is_some();
        self.reading_client_with(if is_set { index } else { Some(default_file) })
    }

    /// A client that signs, with the keystore's key if one is named, else with the environment's.
    pub(crate) fn signing_client(&self) -> Result<BarterClient, Error> {
        let client = self.maybe_signing_client(None)?;
        if client.wallet().is_none() {
            return Err(barter_sdk::Error::NoSigner.into());
        }
        Ok(client)
    }

    /// A client that reads, and the wallet meant: the one named, else the key's own.
    pub(crate) fn client_for(&self, wallet: Option<&str>) -> Result<(BarterClient, Address), Error> {
        self.client_with(None, wallet)
    }

    /// As [`client_for`](Self::client_for), reading from this index if one is named.
    pub(crate) fn client_with(
        &self,
        index: Option<&str>,
        wallet: Option<&str>,
    ) -> Result<(BarterClient, Address), Error> {
        if let Some(wallet) = wallet {
            let wallet = self.wallet_to_read(wallet)?;
            return Ok((self.reading_client_with(index)?, wallet));
        }
        let client = self.maybe_signing_client(index)?;
        let wallet = client.wallet().ok_or(Error::NoWallet)?;
        Ok((client, wallet))
    }

    /// A wallet that is only looked at: in any case, with a warning where the capital letters say that a digit may be wrong.
    pub(crate) fn wallet_to_read(&self, text: &str) -> Result<Address, Error> {
        let wallet = text.to_address()?;
        if let Err(barter_sdk::Error::InvalidAddress { reason, .. }) = text.to_checked_address() {
            self.output.warn("checksum", &format!("'{wallet:#x}' is read all the same: {reason}"));
        }
        Ok(wallet)
    }

    fn maybe_signing_client(&self, index: Option<&str>) -> Result<BarterClient, Error> {
        let builder = self.builder_with(index)?;
        let builder = match &self.options.keystore {
            Some(path) => {
                let keystore = Keystore { path: path.clone(), password_file: self.options.password_file.clone() };
                builder.signer(keystore.open()?)
            }
            None => builder,
        };
        Ok(builder.build()?)
    }

    /// The settings of the environment and of .env.
    pub(crate) fn environment(&self) -> Result<Environment, Error> {
        Ok(match &self.options.env_file {
            Some(path) => Environment::process().with_file(path)?,
            None => Environment::load()?,
        })
    }

    fn builder(&self) -> Result<BarterClientBuilder, Error> {
        let environment = self.environment()?;
        let network = self.options.network.as_deref().or(environment.get(NETWORK_VARIABLE)).map(str::parse);
        let is_local = matches!(network, Some(Ok(Network::LOCAL)));
        let max_fee_wei = u128::from(self.options.max_fee_gwei) * WEI_PER_GWEI;
        let mut builder = BarterClient::builder().environment(environment).max_fee_per_gas_wei(max_fee_wei);
        let timeout = Duration::from_secs(self.options.timeout);
        builder = builder.confirmation_timeout(timeout).request_timeout(self.request_timeout());
        if let Some(blocks) = self.options.confirmations {
            builder = builder.confirmations(blocks);
        }
        if is_local {
            builder = builder.poll_interval(LOCAL_POLL_INTERVAL);
        }
        if let Some(network) = &self.options.network {
            builder = builder.network(network);
        }
        if let Some(url) = &self.options.rpc_url {
            self.warn_of_exposed_key(url);
            builder = builder.rpc_url(url);
        }
        if let Some(path) = &self.options.deployment {
            builder = builder.deployment_file(path);
        }
        Ok(builder)
    }

    fn builder_with(&self, index: Option<&str>) -> Result<BarterClientBuilder, Error> {
        let builder = self.builder()?;
        let Some(index) = index else { return Ok(builder) };
        self.warn_of_password(index, INDEX_VARIABLE);
        Ok(builder.index(index))
    }

    /// A database's address on the command line may hold a password.
    pub(crate) fn warn_of_password(&self, database: &str, variable: &str) {
        if has_password(database) {
            let warning = format!(
                "the database's password on the command line can be seen by other users of this machine; set {variable} instead"
            );
            self.output.warn("password_in_arguments", &warning);
        }
    }

    /// Providers put the key into the address's path or query, or before its host. A bare host and port hold none.
    fn warn_of_exposed_key(&self, url: &str) {
        let rest = url.trim().split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
        if rest.contains(['/', '?', '@', '#']) {
            self.output.warn(
                "rpc_url_in_arguments",
                "the node's address on the command line can be seen by other users of this machine, with any key in it; \
                 set ALCHEMY_RPC_URL instead",
            );
        }
    }
}

/// Whether a database's address has a password before its host, or among its options.
fn has_password(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let user = rest.split(['/', '?']).next().unwrap_or(rest).rsplit_once('@').map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':')) || rest.contains("password=")
}
