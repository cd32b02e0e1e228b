//! False disputes: real trades with honest wallets, disputed to hurt them.
//!
//! A dispute is terminal unless an arbiter rules, and counts in the completion rate of both parties. Wants honest wallets, competitors
//! say, to look as if they did not deliver. As a buyer it proposes, waits for the seller's acceptance, and disputes instead of
//! paying. As a seller it accepts what honest buyers propose, and disputes at once: a buyer who has paid by then has lost what he
//! paid, and cannot settle. Its own wallets look no better, so that it throws them away. *Slandering* in Hoffman, Zage and
//! Nita-Rotaru, "A Survey of Attack and Defense Techniques for Reputation Systems", 2009; *bad-mouthing* in Dellarocas,
//! "Immunizing Online Reputation Reporting Systems Against Unfair Ratings and Discriminatory Behavior", 2000.

use barter_protocol::{Role, limits::MAX_AMOUNT_SATS};
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::{MAX_PAUSE_SECONDS, MAX_TRADES, check_budget},
    settings::{self, within},
};
use crate::{TradeRef, WalletId, scenario::Crowd, world::Desk};

pub(super) const KIND: Kind = Kind {
    name: "false-disputer",
    hostile: true,
    summary: "real trades with honest wallets, disputed without reason so that they look bad",
    make,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Disputes in all. By default 50.
    trades: u64,
    /// Disputes of each wallet before it is thrown away. By default 5.
    trades_each: u64,
    /// Time between two proposals, in seconds. By default an hour.
    pause_seconds: u64,
    /// Amount of what it proposes, in satoshis. By default 30,000.
    amount_sats: u64,
    /// Whether it is the seller, and waits for buyers. By default not.
    sells: bool,
    /// As a seller: how often each of its wallets offers itself, which is how often it is met. By default 20.
    popularity: u64,
    /// Nothing is begun once this much is spent, in satoshis. By default 100,000,000.
    budget_sats: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trades: 50,
            trades_each: 5,
            pause_seconds: 3_600,
            amount_sats: 30_000,
            sells: false,
            popularity: 20,
            budget_sats: 1e8,
        }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("trades", self.trades, 1..=MAX_TRADES)?;
        within("trades_each", self.trades_each, 1..=MAX_TRADES)?;
        within("pause_seconds", self.pause_seconds, 1..=MAX_PAUSE_SECONDS)?;
        within("amount_sats", self.amount_sats, 1..=MAX_AMOUNT_SATS)?;
        within("popularity", self.popularity, 1..=1_000)?;
        check_budget(self.budget_sats)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    Ok(Box::new(Disputer { settings: settings::read(crowd)?, disputed: 0 }))
}

#[derive(Debug)]
struct Disputer {
    settings: Settings,
    disputed: u64,
}

impl Agent for Disputer {
    fn start(&mut self, desk: &mut Desk<'_>) {
        self.make_wallet(desk);
        if !self.settings.sells {
            let seconds = desk.random().below(self.settings.pause_seconds);
            desk.wake_in(seconds, 0);
        }
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        if !self.goes_on(desk) {
            return;
        }
        if let Some(wallet) = current(desk)
            && let Some(seller) = desk.any_partner(wallet)
        {
            desk.propose(wallet, seller, Role::Payer, self.settings.amount_sats);
        }
        desk.wake_in(self.settings.pause_seconds, 0);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        match notice {
            Notice::Proposed(trade) if self.settings.sells && self.goes_on(desk) => {
                let is_sale = desk.trade(trade).is_some_and(|trade| {
                    current(desk) == Some(trade.payee) && trade.proposer == Role::Payer && !desk.owns(trade.payer)
                });
                if is_sale {
                    desk.accept(trade);
                }
            }
            Notice::Accepted(trade) if self.goes_on(desk) => self.dispute(trade, desk),
            _ => {}
        }
    }
}

impl Disputer {
    fn goes_on(&self, desk: &Desk<'_>) -> bool {
        self.disputed < self.settings.trades && desk.spent_sats() < self.settings.budget_sats
    }

    fn dispute(&mut self, trade: TradeRef, desk: &mut Desk<'_>) {
        let Some(info) = desk.trade(trade).copied() else { return };
        let own = if desk.owns(info.payer) { info.payer } else { info.payee };
        desk.dispute(trade, own, false);
        self.disputed += 1;
        if self.disputed.is_multiple_of(self.settings.trades_each) {
            self.make_wallet(desk);
        }
    }

    fn make_wallet(&self, desk: &mut Desk<'_>) {
        let wallet = desk.new_wallet();
        for _ in 0..if self.settings.sells { self.settings.popularity } else { 0 } {
            desk.offer(wallet);
        }
    }
}

/// The wallet that is not thrown away yet.
fn current(desk: &Desk<'_>) -> Option<WalletId> {
    desk.wallets().last().copied()
}
