//! The client.

use std::{fmt, sync::Arc, time::Duration};

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
#[cfg(feature = "lightning")]
use barter_lightning::Lightning;
use barter_protocol::SigningDomain;
use tokio::sync::OnceCell;

use crate::{
    BarterClientBuilder, BondClient, BondTerms, ComplianceClient, CreditClient, Deployment, Error, Network, Receipt,
    TradeClient, TrustClient, WatchBuilder,
    node::Node,
    refusal,
    send::{Call, Sender},
};
#[cfg(feature = "lightning")]
use crate::{DealClient, Journal};
#[cfg(feature = "index")]
use crate::{IndexClient, index::Store};

/// A client of Barter on one chain. Cloning is cheap, and clones share one order of nonces; make one client for a key, not
/// one for a task.
#[derive(Clone)]
pub struct BarterClient {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) network: Network,
    pub(crate) deployment: Deployment,
    pub(crate) node: Arc<Node>,
    pub(crate) sender: Option<Sender>,
    pub(crate) poll_interval: Duration,
    /// What is fixed about bonds, once it was read.
    pub(crate) bond_terms: OnceCell<BondTerms>,
    #[cfg(feature = "index")]
    pub(crate) index: Option<Arc<Store>>,
    /// What questions that need every trade are answered from where there is no index.
    #[cfg(feature = "index")]
    pub(crate) memory: Arc<Store>,
}

impl BarterClient {
    /// Starts a client's settings.
    pub fn builder() -> BarterClientBuilder {
        BarterClientBuilder::default()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.inner.network
    }

    /// The contracts' addresses.
    pub fn deployment(&self) -> &Deployment {
        &self.inner.deployment
    }

    /// The wallet that signs; `None` if the client only reads.
    pub fn wallet(&self) -> Option<Address> {
        self.inner.sender.as_ref().map(Sender::wallet)
    }

    /// The node's scheme, host and port. The rest may hold a key, and is shown nowhere.
    pub fn endpoint(&self) -> &str {
        self.inner.node.shown()
    }

    /// Trades: propose, accept, settle, dispute, list.
    pub fn trade(&self) -> TradeClient {
        TradeClient::new(self.clone())
    }

    /// Scores, profiles and cards.
    pub fn trust(&self) -> TrustClient {
        TrustClient::new(self.clone())
    }

    /// BTR-Credit: balances and burning.
    pub fn credit(&self) -> CreditClient {
        CreditClient::new(self.clone())
    }

    /// Bonds behind providers' quality, disputes about them, and the auditors who rule.
    pub fn bond(&self) -> BondClient {
        BondClient::new(self.clone())
    }

    /// Who am I dealing with: flags, velocity, clusters, reports.
    pub fn compliance(&self) -> ComplianceClient {
        ComplianceClient::new(self.clone())
    }

    /// The event log in a database of one's own: filling it, and how it stands.
    #[cfg(feature = "index")]
    pub fn index(&self) -> IndexClient {
        IndexClient::new(self.clone())
    }

    /// Trades with their Lightning payments, each as one thing: sell, buy, and go on after a crash.
    #[cfg(feature = "lightning")]
    pub fn deals<L: Lightning>(&self, lightning: L, journal: Journal) -> DealClient<L> {
        DealClient::new(self.clone(), lightning, journal)
    }

    /// Events, from the past on and then live.
    pub fn watch(&self) -> WatchBuilder {
        WatchBuilder::new(self.clone())
    }

    /// Checks that the node answers, is on the right chain, and has the contracts. Not needed before anything else: every
    /// first read checks the chain, and every send checks all of it.
    ///
    /// # Errors
    /// [`Error::WrongChain`], [`Error::NoContract`], and those of the node ([`Error::Network`] and its kin).
    pub async fn check(&self) -> Result<(), Error> {
        self.node().require_chain().await?;
        let deployment = self.deployment();
        let bonded = [deployment.auditor_quorum, deployment.barter_bond, deployment.bond_token];
        let contracts = [deployment.barter_core, deployment.btr_trust, deployment.btr_credit];
        for address in contracts.into_iter().chain(bonded.into_iter().flatten()) {
            if self.node().code(address, serde_json::json!("latest")).await?.is_empty() {
                return Err(Error::NoContract { address, chain_id: self.network().chain_id() });
            }
        }
        Ok(())
    }

    /// The number of the latest block.
    ///
    /// # Errors
    /// [`Error::WrongChain`] and those of the node ([`Error::Network`] and its kin).
    pub async fn block_number(&self) -> Result<u64, Error> {
        self.node().require_chain_once().await?;
        Ok(self.node().head().await?.number())
    }

    /// The time of the latest block, Unix seconds: what contracts will compare deadlines with, give or take a block.
    ///
    /// # Errors
    /// As [`block_number`](Self::block_number).
    pub async fn block_time(&self) -> Result<u64, Error> {
        self.node().require_chain_once().await?;
        Ok(self.node().head().await?.timestamp.to())
    }

    /// Lets time pass on a chain of this machine, as anvil and `barter devnet` make it: mines a block that is at least so many seconds
    /// later. Gives the time of the latest block then, Unix seconds.
    ///
    /// # Errors
    /// [`Error::NotLocal`] on any other network, before anything is asked for; [`Error::NodeRefused`] from a node that cannot do it, and as
    /// [`block_number`](Self::block_number).
    ///
    /// # Retry safety
    /// **Not** safe to repeat: more time passes.
    pub async fn skip_time(&self, seconds: u64) -> Result<u64, Error> {
        if self.network() != Network::LOCAL {
            return Err(Error::NotLocal { what: "skipping time", chain_id: self.network().chain_id() });
        }
        self.node().require_chain_once().await?;
        self.node().skip_time(seconds).await?;
        self.block_time().await
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }

    #[cfg(feature = "index")]
    pub(crate) fn index_store(&self) -> Option<&Arc<Store>> {
        self.inner.index.as_ref()
    }

    #[cfg(feature = "index")]
    pub(crate) fn memory_store(&self) -> &Arc<Store> {
        &self.inner.memory
    }

    pub(crate) fn bond_terms(&self) -> &OnceCell<BondTerms> {
        &self.inner.bond_terms
    }

    pub(crate) fn poll_interval(&self) -> Duration {
        self.inner.poll_interval
    }

    pub(crate) fn sender(&self) -> Result<&Sender, Error> {
        self.inner.sender.as_ref().ok_or(Error::NoSigner)
    }

    /// Where this client's signatures count.
    pub(crate) fn signing_domain(&self) -> SigningDomain {
        SigningDomain::new(self.network().chain_id(), self.deployment().barter_core)
    }

    /// Calls a view, with a revert as the typed error it is.
    pub(crate) async fn view<C: SolCall>(&self, contract: Address, call: &C) -> Result<C::Return, Error> {
        let name = name_of::<C>();
        self.node().view(contract, call).await.map_err(|error| refusal::explain(self.node(), name, error))
    }

    /// Sends a call and waits for it to be mined.
    pub(crate) async fn send<C: SolCall>(&self, contract: Address, call: &C) -> Result<Receipt, Error> {
        self.sender()?.send(to_send(contract, call)).await
    }

    /// Does all that is done before a call is signed, and no more.
    pub(crate) async fn simulate<C: SolCall>(&self, contract: Address, call: &C) -> Result<(), Error> {
        self.sender()?.simulate(&to_send(contract, call)).await
    }
}

fn to_send<C: SolCall>(contract: Address, call: &C) -> Call {
    Call { name: name_of::<C>(), to: contract, data: call.abi_encode().into() }
}

/// A function's name without its arguments.
fn name_of<C: SolCall>() -> &'static str {
    C::SIGNATURE.split('(').next().unwrap_or(C::SIGNATURE)
}

impl fmt::Debug for BarterClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BarterClient")
            .field("network", &self.inner.network)
            .field("endpoint", &self.endpoint())
            .field("deployment", &self.inner.deployment)
            .field("wallet", &self.wallet())
            .finish()
    }
}
