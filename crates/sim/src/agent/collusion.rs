//! What attackers who own several wallets have in common: trades among their own wallets.
//!
//! Whoever owns both wallets of a trade made its preimage himself. He can settle it without any payment, whatever its
//! amount: a preimage proves a payment only to somebody who is not the payee.

use std::fmt::Debug;

use barter_protocol::{Role, limits::MAX_AMOUNT_SATS};
use serde::{Deserialize, Serialize};

use super::{
    Agent, Notice,
    settings::{Settings, within},
};
use crate::{
    WalletId,
    world::{Desk, Shown},
};

/// A day, in seconds.
pub(super) const DAY: u64 = 86_400;
/// No agent has more wallets.
pub(super) const MAX_WALLETS: u64 = 10_000;
/// No attack has more trades.
pub(super) const MAX_TRADES: u64 = 100_000_000;
/// Longest pause: a year.
pub(super) const MAX_PAUSE_SECONDS: u64 = 366 * DAY;

/// How the owner of several wallets has them trade with each other. As settings of every attacker who does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Ways {
    /// Amount of a trade, in satoshis; the smallest allowed, where that is more. Nobody need have it where `pays` is false. By default 1,000,000.
    pub(super) amount_sats: u64,
    /// How much amounts differ: standard deviation of their logarithm. By default 0: all are the same.
    pub(super) amount_sigma: f64,
    /// Time between the beginnings of two trades, in seconds. By default an hour.
    pub(super) pause_seconds: u64,
    /// Whether the trades are paid over Lightning, with its fees and the amount locked. By default not: the preimage is
    /// handed over.
    pub(super) pays: bool,
    /// Whether trades are opened by one transaction with both signatures, rather than proposed and accepted by two. By
    /// default not.
    pub(super) opens: bool,
    /// No trade is begun once this much is spent, in satoshis. By default 100,000,000.
    pub(super) budget_sats: f64,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            amount_sats: 1_000_000,
            amount_sigma: 0.0,
            pause_seconds: 3_600,
            pays: false,
            opens: false,
            budget_sats: 1e8,
        }
    }
}

impl Settings for Ways {
    fn check(&self) -> Result<(), String> {
        within("amount_sats", self.amount_sats, 1..=MAX_AMOUNT_SATS)?;
        within("amount_sigma", self.amount_sigma, 0.0..=10.0)?;
        within("pause_seconds", self.pause_seconds, 1..=MAX_PAUSE_SECONDS)?;
        check_budget(self.budget_sats)
    }
}

impl Ways {
    /// Makes wallets until there are so many.
    pub(super) fn make_wallets(&self, count: usize, desk: &mut Desk<'_>) {
        while desk.wallets().len() < count {
            if self.opens {
                desk.new_signing_wallet()
            } else {
                desk.new_wallet()
            };
        }
    }

    /// Whether the budget allows another trade.
    pub(super) fn has_budget(&self, desk: &Desk<'_>) -> bool {
        desk.spent_sats() < self.budget_sats
    }

    /// An amount for the next trade.
    pub(super) fn amount(&self, desk: &mut Desk<'_>) -> u64 {
        let minimum = desk.parameters().minimum_sats;
        if self.amount_sigma == 0.0 {
            return self.amount_sats.max(minimum);
        }
        #[allow(clippy::cast_precision_loss, reason = "2.1e15 fits")]
        let median = self.amount_sats as f64;
        whole(desk.random().log_normal(median, self.amount_sigma)).clamp(minimum, MAX_AMOUNT_SATS)
    }

    /// Begins a trade between two wallets of the agent's, without texts: there is nobody to read them.
    pub(super) fn begin(&self, payer: WalletId, payee: WalletId, amount_sats: u64, desk: &mut Desk<'_>) {
        if self.opens {
            desk.open_bare(payer, payee, Role::Payer, amount_sats);
        } else {
            desk.propose_bare(payer, payee, Role::Payer, amount_sats);
        }
    }
}

/// Sets the first alarm, at any time of the first day: worlds begin at midnight, and to begin then would tell attackers from others.
pub(super) fn begin_some_time(desk: &mut Desk<'_>) {
    let seconds = desk.random().below(DAY);
    desk.wake_in(seconds, 0);
}

/// Refuses a budget that is no amount of money.
pub(super) fn check_budget(budget_sats: f64) -> Result<(), String> {
    within("budget_sats", budget_sats, 0.0..=2.1e15)
}

/// An amount that is a few satoshis from another, so that no two of an attacker's are the same: what looks for one and the same
/// amount compares exactly. `number` is that of the trade.
pub(super) fn distinct(amount_sats: u64, number: u64) -> u64 {
    if amount_sats > MAX_AMOUNT_SATS / 2 { amount_sats - number } else { amount_sats + number }
}

/// Seconds until a time of day far from the off-hours that are looked at; 0 if it is that time.
pub(super) fn until_calm(now: u64, settings: &barter_compliance::Settings) -> u64 {
    let (from, to) = (u64::from(settings.off_hours_from.seconds()), u64::from(settings.off_hours_to.seconds()));
    let rest = DAY - 1 - (to + DAY - from) % DAY;
    // Not at the edge: a block may be late, and an answer.
    let margin = rest / 6;
    let since = (now % DAY + 2 * DAY - (to + 1 + margin)) % DAY;
    if since < rest - 2 * margin { 0 } else { DAY - since }
}

/// Carries a trade of the agent's on, as far as it goes: accepts what one own wallet proposes to another, settles what is
/// between own wallets (after a payment, if `pays`), and pays for what own wallets buy from strangers. What strangers
/// propose is left alone.
pub(super) fn carry_on(notice: Notice, pays: bool, desk: &mut Desk<'_>) {
    match notice {
        Notice::Proposed(trade) => {
            let is_among_own = desk.trade(trade).is_some_and(|trade| desk.owns(trade.payer) && desk.owns(trade.payee));
            if is_among_own {
                desk.accept(trade);
            }
        }
        Notice::Accepted(trade) => {
            let Some(info) = desk.trade(trade) else { return };
            let (owns_payer, owns_payee) = (desk.owns(info.payer), desk.owns(info.payee));
            if owns_payer && owns_payee && !pays {
                desk.settle(trade, Shown::Known);
            } else if owns_payer {
                desk.pay(trade);
            }
        }
        Notice::Paid(trade) => desk.settle(trade, Shown::Known),
        _ => {}
    }
}

/// Who trades with whom, and in which order.
pub(super) trait Pattern: Debug + Send {
    /// Payer and payee of the trade of a number, as numbers of wallets; none when it is over. Wallets are made when they
    /// are first named.
    fn parties(&self, trade: u64) -> Option<(usize, usize)>;
}

/// An attacker whose wallets trade with each other by a pattern, and with nobody else.
#[derive(Debug)]
pub(super) struct Colluder<P> {
    ways: Ways,
    pattern: P,
    begun: u64,
}

impl<P: Pattern> Colluder<P> {
    pub(super) fn new(ways: Ways, pattern: P) -> Self {
        Self { ways, pattern, begun: 0 }
    }
}

impl<P: Pattern> Agent for Colluder<P> {
    fn start(&mut self, desk: &mut Desk<'_>) {
        begin_some_time(desk);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        let Some((payer, payee)) = self.pattern.parties(self.begun).filter(|_| self.ways.has_budget(desk)) else {
            return;
        };
        self.begun += 1;
        self.ways.make_wallets(payer.max(payee) + 1, desk);
        let (payer, payee) = (desk.wallets()[payer], desk.wallets()[payee]);
        let amount_sats = self.ways.amount(desk);
        self.ways.begin(payer, payee, amount_sats, desk);
        desk.wake_in(self.ways.pause_seconds, 0);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        carry_on(notice, self.ways.pays, desk);
    }
}

/// All pairs of so many wallets, in rounds: everybody meets somebody else in each, and everybody before anybody twice
/// (the circle method, as in a tournament).
pub(super) fn all_pairs(wallets: usize) -> Vec<(usize, usize)> {
    // With an odd number somebody sits out in each round, opposite a seat nobody has.
    let seats = wallets + wallets % 2;
    let rounds = seats.saturating_sub(1);
    let mut pairs = Vec::with_capacity(wallets * wallets.saturating_sub(1) / 2);
    for round in 0..rounds {
        for place in 0..seats / 2 {
            let left = if place == 0 { rounds } else { (round + place) % rounds };
            let right = (round + rounds - place) % rounds;
            if left < wallets && right < wallets {
                pairs.push((left, right));
            }
        }
    }
    pairs
}

/// A positive number as a whole one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(super) fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn calm_is_never_in_the_off_hours() {
        let day = |text: &str| text.parse().unwrap();
        let hours =
            [("02:00:00", "04:59:59"), ("22:00:00", "05:59:59"), ("00:00:00", "23:00:00"), ("12:00:00", "12:00:00")];
        for (from, to) in hours {
            let settings = barter_compliance::Settings {
                off_hours_from: day(from),
                off_hours_to: day(to),
                ..barter_compliance::Settings::default()
            };
            let (from, to) = (settings.off_hours_from, settings.off_hours_to);
            for minute in 0..24 * 60 {
                let then = 60 * minute + until_calm(60 * minute, &settings);
                let time = barter_compliance::TimeOfDay::of(then);
                let is_off = if from <= to { from <= time && time <= to } else { from <= time || time <= to };
                assert!(!is_off, "minute {minute} leads to {time}, between {from} and {to}");
                assert_eq!(until_calm(then, &settings), 0);
            }
        }
    }

    #[test]
    fn everybody_meets_everybody_once_and_in_rounds() {
        for wallets in 0..20 {
            let pairs = all_pairs(wallets);
            let sorted: BTreeSet<_> = pairs.iter().map(|(one, other)| (one.min(other), one.max(other))).collect();
            assert_eq!(pairs.len(), wallets * wallets.saturating_sub(1) / 2);
            assert_eq!(sorted.len(), pairs.len());
            assert!(pairs.iter().all(|(one, other)| one != other && *one < wallets && *other < wallets));
            for round in pairs.chunks((wallets / 2).max(1)) {
                let seated: BTreeSet<_> = round.iter().flat_map(|(one, other)| [one, other]).collect();
                assert_eq!(seated.len(), round.len() * 2, "{wallets} wallets: {round:?}");
            }
        }
    }
}
