//! Adaptive attackers, who read the flags of their wallets and change.
//!
//! They begin as simply as can be: a few wallets that trade with each other at any hour, each time the same amount, as often as they
//! like. Every midnight they look up their own flags, as anybody can, and change what raised them: they slow down, take in new
//! wallets, vary amounts, keep to the day, spare pairs. A wallet that is still flagged the day after is given up for a new one
//! (*whitewashing*, Feldman and others, "Robust Incentive Techniques for Peer-to-Peer Networks", 2004). Want as much score as they
//! can get without a flag that lasts. How often they changed is counted as retreats: never in a scenario without detection, where
//! nobody is flagged.

use std::collections::{BTreeMap, BTreeSet};

use barter_compliance::FlagKind;
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::{DAY, MAX_TRADES, Ways, begin_some_time, carry_on, distinct, until_calm},
    settings::{self, within},
};
use crate::{scenario::Crowd, world::Desk};

pub(super) const KIND: Kind = Kind {
    name: "adaptive",
    hostile: true,
    summary: "wallets of one owner that trade with each other, read their own flags every day, and change",
    make,
};

/// Wallets in use at most: each trade looks at all pairs of them.
const MAX_IN_USE: u64 = 32;
/// Wallets taken in when there are too few counterparties.
const REINFORCEMENTS: usize = 2;
/// Never slower than so many times as slow as at the beginning.
const MAX_SLOWNESS: u64 = 1 << 10;
/// Alarms: for a trade, and for a look at the flags.
const TRADE: u64 = 0;
const LOOK: u64 = 1;

/// Beside what all colluders share.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Wallets at the beginning. By default 3.
    wallets: u64,
    /// Wallets ever. By default 100.
    max_wallets: u64,
    /// Trades in all. By default 500.
    trades: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { wallets: 3, max_wallets: 100, trades: 500 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("wallets", self.wallets, 2..=MAX_IN_USE)?;
        within("max_wallets", self.max_wallets, self.wallets..=10_000)?;
        within("trades", self.trades, 1..=MAX_TRADES)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    Ok(Box::new(Adaptive {
        ways,
        settings,
        in_use: Vec::new(),
        trades: BTreeMap::new(),
        begun: 0,
        learnt: BTreeSet::new(),
        flagged: BTreeSet::new(),
        slowness: 1,
        retreats: 0,
    }))
}

#[derive(Debug)]
struct Adaptive {
    ways: Ways,
    settings: Settings,
    /// Wallets, by number, that are not given up.
    in_use: Vec<usize>,
    /// Trades of each pair of wallets that are.
    trades: BTreeMap<(usize, usize), u64>,
    begun: u64,
    /// The flags it has changed its ways for.
    learnt: BTreeSet<FlagKind>,
    /// Wallets that were flagged the day before.
    flagged: BTreeSet<usize>,
    slowness: u64,
    retreats: u64,
}

impl Agent for Adaptive {
    fn start(&mut self, desk: &mut Desk<'_>) {
        for _ in 0..self.settings.wallets {
            self.take_in(desk);
        }
        begin_some_time(desk);
        // A block after midnight, so that all of the day is counted.
        desk.wake_in(DAY + 1, LOOK);
    }

    fn wake(&mut self, token: u64, desk: &mut Desk<'_>) {
        if self.begun == self.settings.trades || !self.ways.has_budget(desk) {
            return;
        }
        if token == LOOK {
            self.look(desk);
            desk.wake_in(DAY, LOOK);
            return;
        }
        let wait = if self.has_learnt(FlagKind::OffHours) { until_calm(desk.now(), desk.flag_settings()) } else { 0 };
        if wait > 0 {
            desk.wake_in(wait, TRADE);
            return;
        }
        self.begin(desk);
        desk.wake_in(self.ways.pause_seconds.saturating_mul(self.slowness), TRADE);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        carry_on(notice, self.ways.pays, desk);
    }

    fn retreats(&self) -> u64 {
        self.retreats
    }
}

impl Adaptive {
    fn has_learnt(&self, flag: FlagKind) -> bool {
        self.learnt.contains(&flag)
    }

    /// Takes a new wallet into use, if it still may. Its number.
    fn take_in(&mut self, desk: &mut Desk<'_>) {
        let number = desk.wallets().len();
        if (number as u64) < self.settings.max_wallets && (self.in_use.len() as u64) < MAX_IN_USE {
            self.ways.make_wallets(number + 1, desk);
            self.in_use.push(number);
        }
    }

    /// Begins a trade of the pair with the fewest trades, which is how new wallets come into play.
    fn begin(&mut self, desk: &mut Desk<'_>) {
        let spares_pairs = self.has_learnt(FlagKind::PairCapExceeded);
        let most = if spares_pairs { desk.flag_settings().pair_trades } else { u64::MAX };
        let Some((pair, trades)) = self.least_used().filter(|(_, trades)| *trades < most) else {
            self.take_in(desk);
            return;
        };
        self.begun += 1;
        self.trades.insert(pair, trades + 1);
        let (payer, payee) = if trades.is_multiple_of(2) { pair } else { (pair.1, pair.0) };
        let (payer, payee) = (desk.wallets()[payer], desk.wallets()[payee]);
        let amount_sats = self.ways.amount(desk);
        let varies = self.has_learnt(FlagKind::AmountUniformity);
        let amount_sats = if varies { distinct(amount_sats, self.begun) } else { amount_sats };
        self.ways.begin(payer, payee, amount_sats, desk);
    }

    fn least_used(&self) -> Option<((usize, usize), u64)> {
        let pairs = self
            .in_use
            .iter()
            .enumerate()
            .flat_map(|(place, one)| self.in_use[place + 1..].iter().map(move |other| (*one, *other)));
        pairs.map(|pair| (pair, self.trades.get(&pair).copied().unwrap_or_default())).min_by_key(|(_, trades)| *trades)
    }

    /// Looks up its wallets' flags, and changes its ways.
    fn look(&mut self, desk: &mut Desk<'_>) {
        let mut flagged = BTreeSet::new();
        let mut kinds = BTreeSet::new();
        for number in &self.in_use {
            for flag in desk.flags(desk.wallets()[*number]) {
                kinds.insert(flag.kind);
                flagged.insert(*number);
            }
        }
        for kind in kinds {
            let is_new = self.learnt.insert(kind);
            match kind {
                FlagKind::HighVelocity if self.slowness < MAX_SLOWNESS => self.slowness *= 2,
                FlagKind::Isolation if is_new => (0..REINFORCEMENTS).for_each(|_| self.take_in(desk)),
                _ if is_new => {}
                _ => continue,
            }
            self.retreats += 1;
        }
        for number in flagged.intersection(&self.flagged).copied().collect::<Vec<_>>() {
            self.give_up(number, desk);
            flagged.remove(&number);
        }
        self.flagged = flagged;
    }

    /// Gives up a wallet for a new one.
    fn give_up(&mut self, number: usize, desk: &mut Desk<'_>) {
        self.in_use.retain(|other| *other != number);
        self.trades.retain(|(one, other), _| *one != number && *other != number);
        self.take_in(desk);
        self.retreats += 1;
    }
}
