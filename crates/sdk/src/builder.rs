//! A client's settings.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use alloy_primitives::Address;
use alloy_signer::Signer;
use alloy_signer_local::PrivateKeySigner;
use tokio::sync::OnceCell;

use crate::{
    BarterClient, Deployer, Deployment, Environment, Error, Network,
    client::Inner,
    environment::{DEPLOYMENT_VARIABLE, NETWORK_VARIABLE, PRIVATE_KEY_VARIABLE, RPC_URL_VARIABLE},
    node::{Endpoint, Node},
    send::{SendPolicy, Sender, SharedSigner},
};
#[cfg(feature = "index")]
use crate::{environment::INDEX_VARIABLE, index::Store};

/// Where a node of this machine listens unless it was told otherwise.
const LOCAL_RPC_URL: &str = "http://127.0.0.1:8545";

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A client's settings. What is set here wins over the environment, and the environment over a `.env` file; see
/// [`Environment`].
///
/// `Debug` shows neither the key nor more of the node's address than scheme, host and port.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct BarterClientBuilder {
    network: Option<NetworkSetting>,
    rpc_url: Option<String>,
    signer: Option<SignerSetting>,
    read_only: bool,
    deployment: Option<DeploymentSetting>,
    environment: Option<Environment>,
    policy: SendPolicy,
    request_timeout: Option<Duration>,
    #[cfg(feature = "index")]
    index: Option<String>,
}

#[derive(Clone)]
enum NetworkSetting {
    Name(String),
    Network(Network),
}

#[derive(Clone)]
enum SignerSetting {
    Key(String),
    Signer(SharedSigner),
}

#[derive(Clone)]
enum DeploymentSetting {
    Addresses(Deployment),
    File(PathBuf),
}

/// The settings with every gap filled.
struct Settings {
    network: Network,
    node: Arc<Node>,
    sender: Option<Sender>,
    deployment_file: Option<PathBuf>,
    #[cfg(feature = "index")]
    index: Option<barter_index::Location>,
}

impl BarterClientBuilder {
    /// The network by name (`sepolia`, `mainnet`, `local`) or by its chain id as text.
    pub fn network(mut self, name: impl Into<String>) -> Self {
        self.network = Some(NetworkSetting::Name(name.into()));
        self
    }

    /// The network by its chain id.
    pub fn chain_id(mut self, chain_id: u64) -> Self {
        self.network = Some(NetworkSetting::Network(Network::from_chain_id(chain_id)));
        self
    }

    /// The node: an `http://` or `https://` address.
    pub fn rpc_url(mut self, url: impl Into<String>) -> Self {
        self.rpc_url = Some(url.into());
        self
    }

    /// The key that signs: `0x` and 64 hexadecimal digits.
    pub fn private_key(mut self, key: impl Into<String>) -> Self {
        self.signer = Some(SignerSetting::Key(key.into()));
        self
    }

    /// Whatever else signs: a key already read, a device, a service.
    pub fn signer(mut self, signer: impl Signer + Send + Sync + 'static) -> Self {
        self.signer = Some(SignerSetting::Signer(Arc::new(signer)));
        self
    }

    /// Never sign, even if the environment has a key.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// The contracts' addresses.
    pub fn deployment(mut self, deployment: Deployment) -> Self {
        self.deployment = Some(DeploymentSetting::Addresses(deployment));
        self
    }

    /// The file with the contracts' addresses, in the form of `deployments/<chain id>.json`.
    pub fn deployment_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.deployment = Some(DeploymentSetting::File(path.into()));
        self
    }

    /// The index: a file for SQLite, or `postgres://…` for PostgreSQL. It is looked at when it is first needed.
    #[cfg(feature = "index")]
    pub fn index(mut self, location: impl Into<String>) -> Self {
        self.index = Some(location.into());
        self
    }

    /// Where to take what is not set here, instead of the process's environment and `.env`.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Most that is ever paid for a unit of gas, tip included, in wei; replacements of stuck transactions stay below it too.
    /// 100 gwei unless set.
    pub fn max_fee_per_gas_wei(mut self, wei: u128) -> Self {
        self.policy.max_fee_per_gas_wei = wei;
        self
    }

    /// How long a transaction may wait before another with fees an eighth higher replaces it. 60 seconds unless set.
    pub fn bump_after(mut self, time: Duration) -> Self {
        self.policy.bump_after = time;
        self
    }

    /// How long to wait for a transaction to be mined before [`Error::TimedOut`]. 10 minutes unless set.
    pub fn confirmation_timeout(mut self, time: Duration) -> Self {
        self.policy.confirmation_timeout = time;
        self
    }

    /// Blocks, counting a transaction's own, until it is taken for mined. 1 unless set: enough to go on, not enough where a
    /// reorganisation could cost you something.
    pub fn confirmations(mut self, blocks: u64) -> Self {
        self.policy.confirmations = blocks;
        self
    }

    /// Longest time between two looks for a receipt or for new blocks. 2 seconds unless set.
    pub fn poll_interval(mut self, time: Duration) -> Self {
        self.policy.poll_interval = time;
        self
    }

    /// How long one request to the node may take before [`Error::RequestTimedOut`]. 30 seconds unless set.
    pub fn request_timeout(mut self, time: Duration) -> Self {
        self.request_timeout = Some(time);
        self
    }

    /// The client. Makes no request: a wrong chain shows at the first one.
    ///
    /// # Errors
    /// [`Error::UnknownNetwork`], [`Error::NoRpcUrl`], [`Error::InvalidRpcUrl`], [`Error::InvalidPrivateKey`],
    /// [`Error::NoDeployment`], [`Error::InvalidDeployment`], [`Error::InvalidEnvironmentFile`], [`Error::Tls`], and for the
    /// place of an index that is none `Error::Index`.
    pub fn build(self) -> Result<BarterClient, Error> {
        let (deployment, poll_interval) = (self.deployment.clone(), self.policy.poll_interval);
        let settings = self.settle()?;
        let deployment = match (deployment, settings.deployment_file) {
            (Some(DeploymentSetting::Addresses(deployment)), _) => deployment,
            (Some(DeploymentSetting::File(path)), _) | (None, Some(path)) => Deployment::from_file(path)?,
            (None, None) => Deployment::of(settings.network)?,
        };
        #[cfg(feature = "index")]
        let identity = deployment.identity(settings.network);
        Ok(BarterClient::new(Inner {
            network: settings.network,
            deployment,
            node: settings.node,
            sender: settings.sender,
            poll_interval,
            bond_terms: OnceCell::new(),
            #[cfg(feature = "index")]
            index: settings.index.map(|location| Arc::new(Store::new(Some(location), identity))),
            #[cfg(feature = "index")]
            memory: Arc::new(Store::new(None, identity)),
        }))
    }

    /// What puts the contracts on this network; needs a key, and no deployment.
    ///
    /// # Errors
    /// [`Error::NoSigner`], and those of [`build`](Self::build) but for the deployment's.
    pub fn deployer(self) -> Result<Deployer, Error> {
        let settings = self.settle()?;
        let sender = settings.sender.ok_or(Error::NoSigner)?;
        Ok(Deployer::new(settings.network, settings.node, sender))
    }

    /// Fills the gaps from the environment.
    fn settle(self) -> Result<Settings, Error> {
        let environment = match self.environment {
            Some(environment) => environment,
            None => Environment::load()?,
        };
        let network = match self.network {
            Some(NetworkSetting::Network(network)) => network,
            Some(NetworkSetting::Name(name)) => name.parse()?,
            None => environment.get(NETWORK_VARIABLE).map(str::parse).transpose()?.unwrap_or_default(),
        };
        let url = match (&self.rpc_url, environment.get(RPC_URL_VARIABLE)) {
            (Some(url), _) => url.as_str(),
            (None, Some(url)) => url,
            (None, None) if network == Network::LOCAL => LOCAL_RPC_URL,
            (None, None) => return Err(Error::NoRpcUrl { network }),
        };
        let timeout = self.request_timeout.unwrap_or(REQUEST_TIMEOUT);
        let node = Arc::new(Node::new(Endpoint::parse(url)?, network.chain_id(), timeout)?);
        let signer = if self.read_only { None } else { signer(self.signer, &environment)? };
        let sender = signer.map(|signer| Sender::new(Arc::clone(&node), signer, self.policy));
        let deployment_file = environment.get(DEPLOYMENT_VARIABLE).map(PathBuf::from);
        Ok(Settings {
            network,
            node,
            sender,
            deployment_file,
            #[cfg(feature = "index")]
            index: {
                let location = self.index.as_deref().or_else(|| environment.get(INDEX_VARIABLE));
                location.map(barter_index::Location::parse).transpose()?
            },
        })
    }
}

fn signer(setting: Option<SignerSetting>, environment: &Environment) -> Result<Option<SharedSigner>, Error> {
    match setting {
        Some(SignerSetting::Signer(signer)) => Ok(Some(signer)),
        Some(SignerSetting::Key(key)) => read_key(&key).map(Some),
        None => environment.get(PRIVATE_KEY_VARIABLE).map(read_key).transpose(),
    }
}

fn read_key(text: &str) -> Result<SharedSigner, Error> {
    let signer: PrivateKeySigner = text.trim().parse().map_err(|_| Error::InvalidPrivateKey)?;
    Ok(Arc::new(signer))
}

impl fmt::Debug for BarterClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let network = self.network.as_ref().map(|network| match network {
            NetworkSetting::Name(name) => name.clone(),
            NetworkSetting::Network(network) => network.to_string(),
        });
        let endpoint = self.rpc_url.as_deref().map(|url| Endpoint::parse(url).map(|url| url.shown().to_owned()).ok());
        formatter
            .debug_struct("BarterClientBuilder")
            .field("network", &network)
            .field("endpoint", &endpoint)
            .field("wallet", &self.shown_wallet())
            .finish_non_exhaustive()
    }
}

impl BarterClientBuilder {
    /// The signer's address, for `Debug`.
    fn shown_wallet(&self) -> Option<Address> {
        match self.signer.as_ref()? {
            SignerSetting::Key(key) => read_key(key).ok().map(|signer| signer.address()),
            SignerSetting::Signer(signer) => Some(signer.address()),
        }
    }
}
