//! Who am I dealing with: flags, velocity, clusters, reports, rings, a score seen from somewhere.
//!
//! What is found is decided in `barter-compliance`, from a graph of trades, a wallet's standing and a time. Here is where those
//! three come from: the client's index, or the node.

mod node;

use std::time::{SystemTime, UNIX_EPOCH};

use alloy_primitives::Address;
use barter_compliance::{
    AnomalyFlag, ChainPoint, ClusterReport, ComplianceReport, Settings, Standing, TradeGraph, VelocityReport,
    WalletSummary,
};

use crate::{BarterClient, Error, WalletInput};

/// Findings about wallets. From [`BarterClient::compliance`].
///
/// Where the client has an index, everything is read from there, and else straight from the node; the answer is the same. Every
/// answer is of one block. An index says what it has read: where it is behind the node, so is the answer, and reports name
/// their block.
///
/// An unknown wallet is no error: it has no trades, and so no flags.
#[derive(Clone, Debug)]
pub struct ComplianceClient {
    client: BarterClient,
    settings: Settings,
    at: Option<u64>,
}

/// How much of the graph of trades an answer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The wallet's own trades.
    Own,
    /// Those of all wallets in its cluster.
    Cluster,
}

/// What an answer is made of: all of one block.
pub(crate) struct Gathered<'a> {
    pub(crate) graph: &'a TradeGraph,
    pub(crate) standing: &'a Standing,
    pub(crate) at: ChainPoint,
}

impl ComplianceClient {
    pub(crate) fn new(client: BarterClient) -> Self {
        Self { client, settings: Settings::default(), at: None }
    }

    /// Other thresholds than the protocol's.
    ///
    /// # Errors
    /// [`Error::Compliance`] names the setting that is out of range.
    pub fn settings(mut self, settings: Settings) -> Result<Self, Error> {
        settings.validate()?;
        self.settings = settings;
        Ok(self)
    }

    /// The time of the report in Unix seconds: what "the last 24 hours" end with. Without, it is the later of this machine's
    /// clock and the block's time. Trades that settled after it are still trades, but none of the last 24 hours.
    #[must_use]
    pub const fn at(mut self, time: u64) -> Self {
        self.at = Some(time);
        self
    }

    /// The flags a wallet's settled trades raise.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`]. From a node: [`Error::WrongChain`], [`Error::NoContract`], [`Error::TooManyTrades`],
    /// [`Error::ChainChanged`], and those of the node ([`Error::Network`] and its kin).
    pub async fn flags(&self, wallet: impl WalletInput) -> Result<Vec<AnomalyFlag>, Error> {
        let (wallet, settings, at) = (wallet.to_address()?, self.settings, self.at);
        self.ask(wallet, Scope::Own, move |found| {
            barter_compliance::flags(found.graph, wallet, found.time(at), &settings)
        })
        .await
    }

    /// How often a wallet trades.
    ///
    /// # Errors
    /// As [`flags`](Self::flags).
    pub async fn velocity(&self, wallet: impl WalletInput) -> Result<VelocityReport, Error> {
        let (wallet, settings, at) = (wallet.to_address()?, self.settings, self.at);
        self.ask(wallet, Scope::Own, move |found| {
            barter_compliance::velocity(found.graph, wallet, found.time(at), &settings)
        })
        .await
    }

    /// The wallets around a wallet, and how much of their trade stays among them.
    ///
    /// From a node this reads the trades of every wallet of the cluster, at most
    /// [`cluster_wallets`](Settings::cluster_wallets); most of the requests go together in few of HTTP.
    ///
    /// # Errors
    /// As [`flags`](Self::flags).
    pub async fn isolation(&self, wallet: impl WalletInput) -> Result<ClusterReport, Error> {
        let (wallet, settings) = (wallet.to_address()?, self.settings);
        self.ask(wallet, Scope::Cluster, move |found| barter_compliance::cluster(found.graph, wallet, &settings)).await
    }

    /// Everything about a wallet, at one point in the chain.
    ///
    /// # Errors
    /// As [`flags`](Self::flags).
    pub async fn full_report(&self, wallet: impl WalletInput) -> Result<ComplianceReport, Error> {
        let (wallet, settings, at) = (wallet.to_address()?, self.settings, self.at);
        self.ask(wallet, Scope::Cluster, move |found| {
            let time = found.time(at);
            barter_compliance::full_report(found.graph, wallet, found.standing, found.at, time, &settings)
        })
        .await
    }

    /// A wallet in one line: what a dashboard shows.
    ///
    /// # Errors
    /// As [`flags`](Self::flags).
    pub async fn wallet_summary(&self, wallet: impl WalletInput) -> Result<WalletSummary, Error> {
        let (wallet, settings, at) = (wallet.to_address()?, self.settings, self.at);
        self.ask(wallet, Scope::Own, move |found| {
            let time = found.time(at);
            barter_compliance::wallet_summary(found.graph, wallet, found.standing, found.at, time, &settings)
        })
        .await
    }

    /// Answers a question about a wallet from what it needs, all of one block.
    async fn ask<T: Send + 'static>(
        &self,
        wallet: Address,
        scope: Scope,
        answer: impl FnOnce(Gathered<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (graph, standing, at) = node::gather(&self.client, wallet, scope, &self.settings).await?;
        Ok(answer(Gathered { graph: &graph, standing: &standing, at }))
    }
}

impl Gathered<'_> {
    /// The time of the answer, where it was not set.
    fn time(&self, set: Option<u64>) -> u64 {
        set.unwrap_or_else(|| unix_time().max(self.at.block_timestamp))
    }
}

/// This machine's clock, in Unix seconds.
fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
