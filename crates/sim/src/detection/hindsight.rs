//! The detectors that look once, at all trades of a world.

use std::collections::HashMap;

use alloy_primitives::Address;
use barter_compliance::{
    MAX_TRUSTED, RingSettings, Settings, TradeGraph, Viewpoint, ViewpointSettings, WashRing, cluster, wash_rings,
};
use barter_protocol::TradeId;

/// Most wallets of a cluster. Those of all wallets together look at this many times two trades for each trade there is: a thousand
/// wallets, as in a report about one, would take as long as the execution of all trades.
pub(super) const MAX_CLUSTER: u64 = 100;

/// Wash rings, clusters and a viewpoint, over all trades of a world.
pub(super) struct Hindsight<'a> {
    graph: &'a TradeGraph,
    /// With clusters of at most [`MAX_CLUSTER`].
    settings: Settings,
    washed: Washed,
    viewpoint: Option<Viewpoint>,
}

/// Who is trusted, by address: some of the honest wallets, by lot. Addresses come from hashes, so the lowest of them are one.
pub(super) fn trusted(mut honest: Vec<Address>, count: u64) -> Vec<Address> {
    honest.sort_unstable();
    honest.truncate(usize::try_from(count).unwrap_or(usize::MAX).min(MAX_TRUSTED));
    honest
}

impl<'a> Hindsight<'a> {
    pub(super) fn new(graph: &'a TradeGraph, trusted: &[Address], settings: &Settings) -> Self {
        Self {
            graph,
            settings: Settings { cluster_wallets: settings.cluster_wallets.min(MAX_CLUSTER), ..*settings },
            washed: Washed::new(graph, &wash_rings(graph, &RingSettings::default())),
            // Refused only with nobody trusted: then there is no viewpoint.
            viewpoint: Viewpoint::new(graph, trusted, &ViewpointSettings::default()).ok(),
        }
    }

    /// Each statistic, and whether the detector points at the wallet: wash rings, cluster, viewpoint.
    pub(super) fn of(&self, wallet: Address) -> [(f64, bool); 3] {
        let washed = self.washed.share(self.graph, wallet);
        let isolation = cluster(self.graph, wallet, &self.settings).isolation_score;
        let unseen = self.viewpoint.as_ref().map(|viewpoint| viewpoint.score(wallet));
        [
            (washed.unwrap_or_default(), washed.is_some()),
            (isolation, false),
            unseen.map_or((0.0, false), |score| (1.0 - score.share, score.seen <= 0.0)),
        ]
    }
}

/// The trades that lie in wash rings, each with what it stands for.
///
/// A ring lists its first trades only (`barter_compliance::MAX_EVIDENCE`). Of a longer one those listed stand for the rest: each
/// counts as much more as makes up the ring's volume. With two wallets that is exact, with more an estimate.
struct Washed {
    trades: HashMap<TradeId, f64>,
    /// All wallets in rings, by address.
    wallets: Vec<Address>,
}

impl Washed {
    fn new(graph: &TradeGraph, rings: &[WashRing]) -> Self {
        let mut wallets: Vec<_> = rings.iter().flat_map(|ring| ring.wallets.iter().copied()).collect();
        wallets.sort_unstable();
        wallets.dedup();
        let mut amounts: HashMap<TradeId, u64> =
            rings.iter().flat_map(|ring| &ring.trades).map(|trade| (*trade, 0)).collect();
        for trade in wallets.iter().flat_map(|wallet| graph.trades_of(*wallet)) {
            if let Some(amount) = amounts.get_mut(&trade.trade_id) {
                *amount = trade.amount_sats;
            }
        }
        let mut trades = HashMap::with_capacity(amounts.len());
        for ring in rings {
            let listed: u128 = ring.trades.iter().map(|trade| u128::from(amounts[trade])).sum();
            let weight = number(ring.volume_sats) / number(listed);
            trades.extend(ring.trades.iter().map(|trade| (*trade, weight)));
        }
        Self { trades, wallets }
    }

    /// The share of a wallet's volume that lies in wash rings; none for a wallet that is in none.
    fn share(&self, graph: &TradeGraph, wallet: Address) -> Option<f64> {
        self.wallets.binary_search(&wallet).ok()?;
        let (mut washed, mut volume) = (0.0, 0_u128);
        for trade in graph.trades_of(wallet) {
            volume += u128::from(trade.amount_sats);
            let weight = self.trades.get(&trade.trade_id).copied().unwrap_or_default();
            washed += weight * number(trade.amount_sats.into());
        }
        Some((washed / number(volume)).min(1.0))
    }
}

/// Satoshis as what shares are made from.
#[allow(clippy::cast_precision_loss, reason = "a share; 53 bits of it will do")]
const fn number(sats: u128) -> f64 {
    sats as f64
}
