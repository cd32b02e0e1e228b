//! Who am I dealing with: flags, velocity, clusters, reports, rings, a score seen from somewhere.
//!
//! What is found is decided in `barter-compliance`, from a graph of trades, a wallet's standing and a time. Here is where those
//! three come from: the client's index, or the node.

mod node;

#[cfg(feature = "index")]
use std::sync::Arc;

use alloy_primitives::Address;
use barter_compliance::{
    AnomalyFlag, ChainPoint, ClusterReport, ComplianceReport, Policy, RingSettings, Screening, Settings, Standing,
    TradeGraph, VelocityReport, Viewpoint, ViewpointSettings, WalletSummary, WashRing,
};
use serde::Serialize;

#[cfg(feature = "index")]
use crate::index::Store;
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
    ring_settings: RingSettings,
    viewpoint_settings: ViewpointSettings,
    at: Option<u64>,
    #[cfg(feature = "index")]
    one_shot: bool,
}

/// How much of the graph of trades an answer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The wallet's own trades.
    Own,
    /// Those of all wallets in its cluster.
    Cluster,
    /// Every trade there is.
    Everything,
}

/// What an answer is made of: all of one block.
pub(crate) struct Gathered<'a> {
    pub(crate) graph: &'a TradeGraph,
    pub(crate) standing: &'a Standing,
    pub(crate) at: ChainPoint,
}

impl ComplianceClient {
    pub(crate) fn new(client: BarterClient) -> Self {
        Self {
            client,
            settings: Settings::default(),
            ring_settings: RingSettings::default(),
            viewpoint_settings: ViewpointSettings::default(),
            at: None,
            #[cfg(feature = "index")]
            one_shot: false,
        }
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

    /// Where else to look for wash rings, and how exactly payments have to cancel out.
    #[must_use]
    pub fn ring_settings(mut self, settings: RingSettings) -> Self {
        self.ring_settings = settings;
        self
    }

    /// How much else is lost on the way from trusted wallets.
    ///
    /// # Errors
    /// [`Error::Compliance`] names the setting that is out of range.
    pub fn viewpoint_settings(mut self, settings: ViewpointSettings) -> Result<Self, Error> {
        settings.validate()?;
        self.viewpoint_settings = settings;
        Ok(self)
    }

    /// Reads from the index only what an answer needs, and keeps nothing: for a program that asks once and ends. Otherwise a
    /// client with an index keeps all settled trades in memory, loaded by the first question, so that every further one is
    /// answered at once.
    #[cfg(feature = "index")]
    #[must_use]
    pub const fn one_shot(mut self) -> Self {
        self.one_shot = true;
        self
    }

    /// The time of the report in Unix seconds: what "the last 24 hours" end with. Without, it is the block's own time, so that
    /// an answer follows from the block alone, and a busy wallet does not look idle in an index that is behind. Trades that
    /// settled after it are still trades, but none of the last 24 hours.
    #[must_use]
    pub const fn at(mut self, time: u64) -> Self {
        self.at = Some(time);
        self
    }

    /// The flags a wallet's settled trades raise.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`]. From a node: [`Error::WrongChain`], [`Error::NoContract`], [`Error::TooManyTrades`],
    /// [`Error::ChainChanged`], and those of the node ([`Error::Network`] and its kin). From an index: `Error::Index`.
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

    /// Holds a wallet against a policy, by the policy's own thresholds; these stand in for [`settings`](Self::settings).
    ///
    /// # Errors
    /// As [`flags`](Self::flags), and where the policy asks for a score seen from trusted wallets, as
    /// [`viewpoint`](Self::viewpoint).
    pub async fn screen(&self, wallet: impl WalletInput, policy: &Policy) -> Result<Screening, Error> {
        let (wallet, at, policy) = (wallet.to_address()?, self.at, policy.clone());
        let viewpoint_settings = self.viewpoint_settings;
        let scope = if policy.trusted().is_empty() { Scope::Cluster } else { Scope::Everything };
        let compliance = self.clone().settings(*policy.settings())?;
        compliance
            .ask(wallet, scope, move |found| {
                let seen = match policy.trusted() {
                    [] => None,
                    trusted => Some(Viewpoint::new(found.graph, trusted, &viewpoint_settings)?.score(wallet)),
                };
                let (time, settings) = (found.time(at), policy.settings());
                let report =
                    barter_compliance::full_report(found.graph, wallet, found.standing, found.at, time, settings);
                Ok(barter_compliance::screen(&report, seen.as_ref(), &policy))
            })
            .await?
    }

    /// All wash rings there are, those with the most volume first.
    ///
    /// Needs every trade there is. Without an index the whole log is read from the node into memory, which the client keeps:
    /// the first time can take long, and further ones read what is new.
    ///
    /// # Errors
    /// As [`flags`](Self::flags); [`Error::NeedsIndexFeature`] without the feature `index`.
    pub async fn rings(&self) -> Result<RingReport, Error> {
        let settings = self.ring_settings.clone();
        self.ask_of_all(move |graph, at| RingReport { rings: barter_compliance::wash_rings(graph, &settings), at })
            .await
    }

    /// The wash rings that a wallet is in, those with the most volume first.
    ///
    /// # Errors
    /// As [`rings`](Self::rings).
    pub async fn rings_of(&self, wallet: impl WalletInput) -> Result<RingReport, Error> {
        let wallet = wallet.to_address()?;
        let mut report = self.rings().await?;
        report.rings.retain(|ring| ring.wallets.contains(&wallet));
        Ok(report)
    }

    /// How much of every wallet's score is seen from wallets that are trusted already.
    ///
    /// Needs every trade there is; see [`rings`](Self::rings).
    ///
    /// # Errors
    /// As [`rings`](Self::rings); [`Error::Compliance`] with no trusted wallet, or too many.
    pub async fn viewpoint<W: WalletInput>(&self, trusted: &[W]) -> Result<ViewpointReport, Error> {
        let trusted: Vec<Address> = trusted.iter().map(WalletInput::to_address).collect::<Result<_, _>>()?;
        let settings = self.viewpoint_settings;
        self.ask_of_all(move |graph, at| {
            Ok(ViewpointReport { viewpoint: Viewpoint::new(graph, &trusted, &settings)?, at })
        })
        .await?
    }

    /// Answers a question about a wallet from what it needs, all of one block.
    async fn ask<T: Send + 'static>(
        &self,
        wallet: Address,
        scope: Scope,
        answer: impl FnOnce(Gathered<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        #[cfg(feature = "index")]
        if let Some(store) = self.store(scope).await? {
            let limits = self.one_shot.then_some(self.settings);
            return store.ask(wallet, scope, limits, answer).await;
        }
        let (graph, standing, at) = node::gather(&self.client, wallet, scope, &self.settings).await?;
        Ok(answer(Gathered { graph: &graph, standing: &standing, at }))
    }

    /// Answers a question about all trades there are.
    async fn ask_of_all<T: Send + 'static>(
        &self,
        answer: impl FnOnce(&TradeGraph, ChainPoint) -> T + Send + 'static,
    ) -> Result<T, Error> {
        self.ask(Address::ZERO, Scope::Everything, move |found| answer(found.graph, found.at)).await
    }

    /// The client's index; where it has none, one in memory for what only an index can answer.
    #[cfg(feature = "index")]
    async fn store(&self, scope: Scope) -> Result<Option<Arc<Store>>, Error> {
        match self.client.index_store() {
            Some(store) => Ok(Some(Arc::clone(store))),
            None if scope == Scope::Everything => crate::index::read_into_memory(&self.client).await.map(Some),
            None => Ok(None),
        }
    }
}

/// The wash rings there are, at one point in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RingReport {
    /// The rings, those with the most volume first.
    pub rings: Vec<WashRing>,
    /// The point in the chain that all of it is of.
    pub at: ChainPoint,
}

/// All scores as seen from trusted wallets, at one point in the chain.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ViewpointReport {
    /// Whom to ask for scores.
    pub viewpoint: Viewpoint,
    /// The point in the chain that all of it is of.
    pub at: ChainPoint,
}

impl Gathered<'_> {
    /// The time of the answer.
    fn time(&self, set: Option<u64>) -> u64 {
        set.unwrap_or(self.at.block_timestamp)
    }
}
