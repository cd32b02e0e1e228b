//! Slow attackers, who stay under every flag.
//!
//! They know the flags and their thresholds, which are published, and never reach one: few trades a day, no two of the same amount,
//! by day only, everybody with everybody before anybody twice, and no pair more often than is allowed. Now and then a wallet really buys
//! something from an honest trader it never bought from before. Want a score for all their wallets, and have time. What is left to see
//! them by is that hardly anything leaves the group, which is what clusters, wash rings and a score seen from somewhere look at.
//! *On-off* attackers, who know what is looked at and stay below it, in Sun, Han and Liu, "Defense of Trust Management Vulnerabilities in
//! Distributed Networks", 2008.

use std::collections::BTreeSet;

use barter_protocol::{Role, limits::MAX_AMOUNT_SATS};
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::{DAY, MAX_TRADES, Ways, all_pairs, begin_some_time, carry_on, distinct, until_calm, whole},
    settings::{self, within},
};
use crate::{
    TradeRef, WalletId,
    scenario::Crowd,
    world::{Desk, Shown},
};

pub(super) const KIND: Kind = Kind {
    name: "slow",
    hostile: true,
    summary: "a patient group of wallets of one owner that knows every flag's threshold and stays below it",
    make,
};

/// The alarm for the next trade. Others are for a trade to be settled by day: its number, and one more.
const NEXT: u64 = 0;

/// Beside what all colluders share.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Wallets of the group; more where the flags ask for more counterparties. By default 8.
    wallets: u64,
    /// Trades in all; it ends earlier when every pair has all the trades that count. By default 1,000.
    trades: u64,
    /// Share of trades that are real purchases from honest traders. By default 0.2.
    honest_share: f64,
    /// Median amount of these, in satoshis. By default 30,000.
    real_sats: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { wallets: 8, trades: 1_000, honest_share: 0.2, real_sats: 30_000 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("wallets", self.wallets, 4..=256)?;
        within("trades", self.trades, 1..=MAX_TRADES)?;
        within("honest_share", self.honest_share, 0.0..=1.0)?;
        within("real_sats", self.real_sats, 1..=MAX_AMOUNT_SATS)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    let met = BTreeSet::new();
    Ok(Box::new(Slow { ways, settings, pairs: Vec::new(), begun: 0, among_own: 0, met, today: (0, 0) }))
}

#[derive(Debug)]
struct Slow {
    ways: Ways,
    settings: Settings,
    pairs: Vec<(usize, usize)>,
    begun: u64,
    among_own: u64,
    /// Sellers it has bought from, or tried to. None is asked twice.
    met: BTreeSet<WalletId>,
    /// A day, and trades begun in it.
    today: (u64, u64),
}

impl Agent for Slow {
    fn start(&mut self, desk: &mut Desk<'_>) {
        let wallets = self.settings.wallets.max(desk.flag_settings().isolation_counterparties + 1);
        let wallets = usize::try_from(wallets).unwrap_or(usize::MAX);
        self.ways.make_wallets(wallets, desk);
        self.pairs = all_pairs(wallets);
        begin_some_time(desk);
    }

    fn wake(&mut self, token: u64, desk: &mut Desk<'_>) {
        if token != NEXT {
            desk.settle(TradeRef(token - 1), Shown::Known);
            return;
        }
        let wait = self.must_wait(desk);
        if wait > 0 {
            desk.wake_in(wait, NEXT);
            return;
        }
        if self.begun == self.settings.trades || !self.ways.has_budget(desk) || !self.begin(desk) {
            return;
        }
        self.begun += 1;
        self.today.1 += 1;
        // Half as long to half as long again: no rhythm.
        let pause = self.ways.pause_seconds / 2 + desk.random().below(self.ways.pause_seconds + 1);
        desk.wake_in(pause, NEXT);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        match notice {
            // A seller may have answered at night.
            Notice::Paid(trade) => match until_calm(desk.now(), desk.flag_settings()) {
                0 => desk.settle(trade, Shown::Known),
                wait => desk.wake_in(wait, trade.0 + 1),
            },
            _ => carry_on(notice, self.ways.pays, desk),
        }
    }
}

impl Slow {
    /// Seconds until a trade raises no flag of when, or of how many.
    fn must_wait(&mut self, desk: &Desk<'_>) -> u64 {
        let (now, flags) = (desk.now(), desk.flag_settings());
        if self.today.0 != now / DAY {
            self.today = (now / DAY, 0);
        }
        // Any 24 hours are parts of two days, and each trade counts for two wallets at most once.
        if self.today.1 >= (flags.velocity_trades_24h / 2).max(1) {
            return DAY - now % DAY;
        }
        until_calm(now, flags)
    }

    /// Begins the next trade. False when there is none left that counts.
    fn begin(&mut self, desk: &mut Desk<'_>) -> bool {
        if desk.random().chance(self.settings.honest_share) {
            self.buy(desk);
            return true;
        }
        let times = desk.flag_settings().pair_trades.min(desk.parameters().pair_cap);
        let pairs = self.pairs.len() as u64;
        let (time, place) = (self.among_own / pairs, self.among_own % pairs);
        if time >= times {
            return false;
        }
        self.among_own += 1;
        #[allow(clippy::cast_possible_truncation, reason = "below the number of pairs")]
        let (one, other) = self.pairs[place as usize];
        let (payer, payee) = if time.is_multiple_of(2) { (one, other) } else { (other, one) };
        let (payer, payee) = (desk.wallets()[payer], desk.wallets()[payee]);
        let amount_sats = distinct(self.ways.amount(desk), self.among_own);
        self.ways.begin(payer, payee, amount_sats, desk);
        true
    }

    fn buy(&mut self, desk: &mut Desk<'_>) {
        let wallets = desk.wallets().len() as u64;
        let place = desk.random().below(wallets);
        #[allow(clippy::cast_possible_truncation, reason = "below the number of wallets")]
        let wallet = desk.wallets()[place as usize];
        let Some(seller) = desk.any_partner(wallet).filter(|seller| self.met.insert(*seller)) else { return };
        #[allow(clippy::cast_precision_loss, reason = "2.1e15 fits")]
        let median = self.settings.real_sats as f64;
        let minimum = desk.parameters().minimum_sats;
        let amount_sats = whole(desk.random().log_normal(median, 1.0)).clamp(minimum, MAX_AMOUNT_SATS);
        desk.propose(wallet, seller, Role::Payer, amount_sats);
    }
}
