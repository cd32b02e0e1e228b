//! The wallets around a wallet, and how much of their trade stays among them.

use std::cmp::Reverse;

use alloy_primitives::Address;
use serde::Serialize;

use crate::{Settings, TradeGraph, graph::WalletId, json};

/// The wallets within some steps of a wallet over settled trades, and how much of their trade stays among them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterReport {
    /// The wallet in the middle.
    #[serde(serialize_with = "json::address")]
    pub wallet: Address,
    /// How many steps were taken at most.
    pub depth: u64,
    /// The wallets, the one in the middle first, nearest first.
    #[serde(serialize_with = "json::addresses")]
    pub wallets: Vec<Address>,
    /// How many they are.
    pub wallet_count: u64,
    /// Whether these are all within `depth` steps. If not, the list was cut at the limit, and everything here is about the
    /// wallets listed.
    pub is_complete: bool,
    /// Volume of the trades among these wallets, in satoshis.
    #[serde(serialize_with = "json::sats")]
    pub volume_inside_sats: u128,
    /// Volume of the trades of these wallets with others, in satoshis.
    #[serde(serialize_with = "json::sats")]
    pub volume_leaving_sats: u128,
    /// The share of their volume that stays inside: 1 for wallets that trade with nobody else, near 0 in the open market, 0 with no
    /// history.
    pub isolation_score: f64,
}

/// The cluster of a wallet; the wallet alone where it has no trades.
///
/// Wallets are taken nearest first. Among the counterparties of one wallet those with the most volume with it come first, then by
/// address, until there are [`Settings::cluster_wallets`].
///
/// # Panics
/// On a graph in part that still wants wallets: see [`TradeGraph::wanted`].
pub fn cluster(graph: &TradeGraph, wallet: Address, settings: &Settings) -> ClusterReport {
    let mut report = ClusterReport {
        wallet,
        depth: settings.cluster_depth,
        wallets: vec![wallet],
        wallet_count: 1,
        is_complete: true,
        volume_inside_sats: 0,
        volume_leaving_sats: 0,
        isolation_score: 0.0,
    };
    let Some(id) = graph.id_of(wallet) else {
        assert!(graph.is_whole(), "a graph in part wants the wallet before its cluster");
        return report;
    };
    let walk = Walk::from(graph, id, settings);
    assert!(walk.wanted.is_empty(), "a graph in part wants wallets before a cluster");

    let (mut inside_twice, mut all) = (Sum::default(), Sum::default());
    for leg in walk.cluster.iter().flat_map(|wallet| graph.legs(*wallet)) {
        let is_inside = walk.marks[leg.counterparty as usize] == INSIDE;
        // Without a branch, which could not be foretold: a cluster near hubs has a hundred thousand of these.
        inside_twice.add(leg.amount_sats * u64::from(is_inside));
        all.add(leg.amount_sats);
    }
    let inside_twice = inside_twice.total();
    report.volume_leaving_sats = all.total() - inside_twice;
    report.wallets = walk.cluster.iter().map(|wallet| graph.address(*wallet)).collect();
    report.wallet_count = walk.cluster.len() as u64;
    report.is_complete = walk.is_complete;
    // Each of these trades was met at both of its parties.
    report.volume_inside_sats = inside_twice / 2;
    report.isolation_score = share(report.volume_inside_sats, report.volume_leaving_sats);
    report
}

/// A sum of amounts that does not overflow: each half of an amount is below 2^32, and memory ends long before 2^32 of them. Twice as
/// fast as one in 128 bits.
#[derive(Default)]
struct Sum {
    low: u64,
    high: u64,
}

impl Sum {
    const fn add(&mut self, amount_sats: u64) {
        self.low += amount_sats & 0xffff_ffff;
        self.high += amount_sats >> 32;
    }

    const fn total(&self) -> u128 {
        self.low as u128 + ((self.high as u128) << 32)
    }
}

#[allow(clippy::cast_precision_loss, reason = "a share for people; 53 bits of it will do")]
fn share(inside: u128, leaving: u128) -> f64 {
    if inside == 0 { 0.0 } else { inside as f64 / (inside + leaving) as f64 }
}

impl TradeGraph {
    /// The wallets whose trades must be added before a cluster or a full report of `wallet` can be made, nearest first; none
    /// for a whole graph, and none when all is there. Flags, velocity and summary need the wallet's own trades only.
    ///
    /// Whoever loads trades asks until nothing is wanted, at most [`Settings::cluster_depth`] times and once more:
    ///
    /// ```
    /// # use alloy_primitives::Address;
    /// # use barter_compliance::{SettledTrade, Settings, TradeGraph};
    /// # fn load(_: Address) -> Vec<SettledTrade> { Vec::new() }
    /// # let (wallet, settings) = (Address::ZERO, Settings::default());
    /// let mut graph = TradeGraph::partial();
    /// loop {
    ///     let wanted = graph.wanted(wallet, &settings);
    ///     if wanted.is_empty() {
    ///         break;
    ///     }
    ///     for wallet in wanted {
    ///         graph.add_wallet(wallet, load(wallet));
    ///     }
    /// }
    /// ```
    pub fn wanted(&self, wallet: Address, settings: &Settings) -> Vec<Address> {
        if self.is_whole() {
            return Vec::new();
        }
        let Some(id) = self.id_of(wallet) else { return vec![wallet] };
        Walk::from(self, id, settings).wanted.iter().map(|wallet| self.address(*wallet)).collect()
    }
}

/// A wallet that was not met.
const UNSEEN: u32 = 0;
/// A wallet of the cluster.
const INSIDE: u32 = 1;
/// This, and the place among the candidates of the step under way.
const CANDIDATE: u32 = 2;

/// A walk from a wallet, nearest first, as far as the trades that are there allow.
struct Walk {
    cluster: Vec<WalletId>,
    /// By wallet. One array for the whole walk, because a hub in the neighbourhood has tens of thousands of trades to look at.
    marks: Vec<u32>,
    is_complete: bool,
    /// Those of the cluster whose trades are not there; then the walk ended early.
    wanted: Vec<WalletId>,
}

/// A wallet that the next step reaches, and its volume with the wallet it is reached from.
struct Candidate {
    wallet: WalletId,
    sats: u128,
}

impl Walk {
    fn from(graph: &TradeGraph, start: WalletId, settings: &Settings) -> Self {
        let limit = usize::try_from(settings.cluster_wallets).unwrap_or(usize::MAX);
        let mut marks = vec![UNSEEN; graph.wallets()];
        marks[start as usize] = INSIDE;
        let mut walk = Self { cluster: vec![start], marks, is_complete: true, wanted: Vec::new() };
        let mut candidates = Vec::new();
        let mut nearest = 0..1;
        for step in 0..=settings.cluster_depth {
            walk.wanted.extend(walk.cluster[nearest.clone()].iter().filter(|wallet| !graph.knows(**wallet)));
            let is_over = nearest.is_empty() || step == settings.cluster_depth || !walk.is_complete;
            if is_over || !walk.wanted.is_empty() {
                break;
            }
            let end = nearest.end;
            for place in nearest {
                walk.expand(graph, walk.cluster[place], limit, &mut candidates);
                if !walk.is_complete {
                    break;
                }
            }
            nearest = end..walk.cluster.len();
        }
        walk
    }

    /// Takes the counterparties of a wallet into the cluster, as far as there is room.
    fn expand(&mut self, graph: &TradeGraph, wallet: WalletId, limit: usize, candidates: &mut Vec<Candidate>) {
        candidates.clear();
        for leg in graph.legs(wallet) {
            let mark = &mut self.marks[leg.counterparty as usize];
            match *mark {
                INSIDE => {}
                UNSEEN => {
                    // There are fewer candidates than wallets, which are counted in 32 bits.
                    *mark = CANDIDATE + u32::try_from(candidates.len()).unwrap_or_default();
                    candidates.push(Candidate { wallet: leg.counterparty, sats: leg.amount_sats.into() });
                }
                place => candidates[(place - CANDIDATE) as usize].sats += u128::from(leg.amount_sats),
            }
        }
        let order = |candidate: &Candidate| (Reverse(candidate.sats), graph.address(candidate.wallet));
        let room = limit.saturating_sub(self.cluster.len());
        if candidates.len() > room {
            // The walk ends here, so the marks of those left out may stay.
            self.is_complete = false;
            candidates.select_nth_unstable_by_key(room, order);
            candidates.truncate(room);
        }
        candidates.sort_unstable_by_key(order);
        for candidate in &*candidates {
            self.marks[candidate.wallet as usize] = INSIDE;
            self.cluster.push(candidate.wallet);
        }
    }
}
