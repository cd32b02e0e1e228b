//! A market made up from a seed: many wallets, few of them with most of the trades, partners that come back, round
//! prices; and wash rings planted in it.

#![allow(dead_code, reason = "each bench and test takes what it needs")]

use alloy_primitives::{Address, keccak256};
use barter_compliance::{SettledTrade, TradeGraph};
use barter_protocol::TradeId;

/// When the market opens: a Monday, 2026-01-05 00:00:00 UTC.
pub(crate) const OPENS_AT: u64 = 1_767_571_200;
pub(crate) const YEAR: u64 = 365 * 86_400;
pub(crate) const HOUR: u64 = 3_600;
const LENGTHS: [u64; 3] = [HOUR, 86_400, 604_800];

/// Of what is measured.
pub(crate) const SEED: u64 = 20_260_105;
/// What is measured: ten trades a wallet, a planted ring for every thousand trades.
pub(crate) const SIZES: [Size; 3] = [
    Size { trades: 10_000, wallets: 1_000, rings: 10 },
    Size { trades: 100_000, wallets: 10_000, rings: 100 },
    Size { trades: 1_000_000, wallets: 100_000, rings: 1_000 },
];

/// How large a market, and how many rings in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) trades: usize,
    pub(crate) wallets: usize,
    pub(crate) rings: usize,
}

/// The trades of a market in the order of the chain, and which of them were planted.
#[derive(Debug)]
pub(crate) struct Market {
    pub(crate) trades: Vec<SettledTrade>,
    /// The trades of each ring.
    pub(crate) planted: Vec<Vec<TradeId>>,
}

/// A trade before its order in the chain is known; `ring` where it was planted.
struct Draft {
    settled_at: u64,
    payer: u64,
    payee: u64,
    amount_sats: u64,
    ring: Option<usize>,
}

/// `SplitMix64`: a number after another from a seed, the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn is_one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A wallet, low ones far more often: the chance falls with about the square root of its place.
    fn heavy(&mut self, wallets: u64) -> u64 {
        let (one, other) = (self.below(wallets), self.below(wallets));
        one * other / wallets
    }
}

pub(crate) fn address(number: u64) -> Address {
    Address::from_slice(&keccak256(number.to_be_bytes())[..20])
}

/// Ten wallets of any market that are trusted, busy ones among them.
pub(crate) fn trusted() -> Vec<Address> {
    (0..10).map(|number| address(number * number)).collect()
}

pub(crate) fn market(size: Size, seed: u64) -> Market {
    let mut random = Random(seed);
    let mut drafts = rings(size, &mut random);
    honest(size, &mut random, &mut drafts);
    in_order(drafts, size.rings, seed)
}

/// The market of the same size and seed, with a payment of 1,000 satoshis in front of each ring, from its first payer to
/// its first payee.
pub(crate) fn evading(size: Size, seed: u64) -> Market {
    let mut random = Random(seed);
    let mut drafts = rings(size, &mut random);
    honest(size, &mut random, &mut drafts);
    let mut in_front: Vec<Draft> = Vec::new();
    for draft in drafts.iter().filter(|draft| draft.ring.is_some()) {
        // A ring's drafts lie together, its first payment first.
        if in_front.last().is_none_or(|last| last.ring != draft.ring) {
            in_front.push(Draft { amount_sats: 1_000, ..*draft });
        }
    }
    // Before the others in the order of the same second; and none of the ring.
    let in_front = in_front.into_iter().map(|draft| Draft { ring: None, ..draft });
    in_order(in_front.chain(drafts).collect(), size.rings, seed)
}

fn in_order(mut drafts: Vec<Draft>, rings: usize, seed: u64) -> Market {
    drafts.sort_by_key(|draft| draft.settled_at);
    let mut planted = vec![Vec::new(); rings];
    let trades = (0_u64..)
        .zip(&drafts)
        .map(|(number, draft)| {
            let trade_id = keccak256([number.to_be_bytes(), seed.to_be_bytes()].concat());
            if let Some(ring) = draft.ring {
                planted[ring].push(trade_id);
            }
            let Draft { settled_at, payer, payee, amount_sats, .. } = *draft;
            SettledTrade { trade_id, payer: address(payer), payee: address(payee), amount_sats, settled_at }
        })
        .collect();
    Market { trades, planted }
}

/// A market in which layer after layer only a single wallet falls away from nearly all trades, none of which cancel
/// out, settled within so many seconds: what takes wash rings the longest, and longer the more are in one window.
pub(crate) fn nested(seconds: u64, seed: u64) -> Market {
    const CIRCLE: u64 = 5_000;
    let mut random = Random(seed);
    let mut pairs: Vec<_> = (0..CIRCLE).flat_map(|wallet| [(wallet, (wallet + 1) % CIRCLE); 180]).collect();
    for times in 1..100 {
        pairs.extend((0..times).flat_map(|_| [(0, CIRCLE + times), (CIRCLE + times, 0)]));
    }
    let draft = |(payer, payee), random: &mut Random| {
        let settled_at = OPENS_AT + random.below(seconds);
        Draft { settled_at, payer, payee, amount_sats: 1_000 + random.below(1_000_000), ring: None }
    };
    let drafts = pairs.into_iter().map(|pair| draft(pair, &mut random)).collect();
    in_order(drafts, 0, seed)
}

pub(crate) fn graph(market: &Market) -> TradeGraph {
    let mut graph = TradeGraph::whole();
    for trade in &market.trades {
        graph.push(*trade);
    }
    graph
}

/// Up to `size.trades` drafts in all.
fn honest(size: Size, random: &mut Random, drafts: &mut Vec<Draft>) {
    let planted = drafts.len();
    let wallets = size.wallets as u64;
    while drafts.len() < size.trades {
        let made = (drafts.len() - planted) as u64;
        // Half of trades are between those who traded before, one in ten of them the other way round.
        let (payer, payee) = if made > 0 && random.is_one_in(2) {
            let earlier = &drafts[planted + usize::try_from(random.below(made)).unwrap_or_default()];
            let (payer, payee) = (earlier.payer, earlier.payee);
            if random.is_one_in(10) { (payee, payer) } else { (payer, payee) }
        } else {
            (random.below(wallets), random.heavy(wallets))
        };
        if payer != payee {
            let settled_at = OPENS_AT + random.below(YEAR);
            drafts.push(Draft { settled_at, payer, payee, amount_sats: price(random), ring: None });
        }
    }
}

/// From a thousand to fifty million satoshis; every second one round.
fn price(random: &mut Random) -> u64 {
    let scale = 10_u64.pow(u32::try_from(3 + random.below(5)).unwrap_or(3));
    if random.is_one_in(2) {
        scale * [1, 2, 5][usize::try_from(random.below(3)).unwrap_or_default()]
    } else {
        scale + random.below(9 * scale)
    }
}

/// Rings of two to eight wallets that pay around the circle one to five times within an hour, a day or a week, some of
/// them wallets that trade in the market too.
fn rings(size: Size, random: &mut Random) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for ring in 0..size.rings {
        let members: Vec<u64> = (0..2 + random.below(7))
            .map(|member| {
                let fresh = 1 << 40 | (ring as u64) << 8 | member;
                if random.is_one_in(2) { random.below(size.wallets as u64) } else { fresh }
            })
            .collect();
        let mut distinct = members.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let rounds = 1 + random.below(5);
        let length = LENGTHS[usize::try_from(random.below(3)).unwrap_or_default()];
        // At any time: nobody who plants a ring keeps to an hour, a day or a week of the calendar.
        let opens_at = OPENS_AT + random.below(YEAR - length);
        let steps = rounds * distinct.len() as u64;
        let amount = price(random);
        for step in 0..steps {
            let payer = distinct[usize::try_from(step).unwrap_or_default() % distinct.len()];
            let payee = distinct[usize::try_from(step + 1).unwrap_or_default() % distinct.len()];
            let settled_at = opens_at + step * length / steps;
            // A little less each time: within the margin.
            let amount_sats = amount - random.below(amount / 1_000 + 1);
            if distinct.len() > 1 {
                drafts.push(Draft { settled_at, payer, payee, amount_sats, ring: Some(ring) });
            }
        }
    }
    drafts
}
