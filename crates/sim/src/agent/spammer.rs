//! Proposal spam: to honest wallets, or to itself.
//!
//! A proposal binds nobody but costs its sender gas. Wants to clog blocks, to have honest wallets spend gas on accepting what will
//! never be paid, and to have those trades count against them once they are a week old; with tips, to have honest transactions
//! wait. *Denial of service* in Hoffman, Zage and Nita-Rotaru, "A Survey of Attack and Defense Techniques for Reputation Systems",
//! 2009.

use barter_protocol::{Role, limits::MAX_AMOUNT_SATS};
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::{MAX_PAUSE_SECONDS, MAX_TRADES, MAX_WALLETS, check_budget, whole},
    settings::{self, within},
};
use crate::{WalletId, record::Call, scenario::Crowd, world::Desk};

pub(super) const KIND: Kind = Kind {
    name: "spammer",
    hostile: true,
    summary: "proposals without end, to honest wallets or to itself, none of which is ever paid",
    make,
};

const WEI_PER_GWEI: f64 = 1e9;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Proposals in all. By default 1,000.
    proposals: u64,
    /// How many are sent at once. By default 10.
    burst: u64,
    /// Time between two bursts, in seconds. By default 600.
    pause_seconds: u64,
    /// Paid for gas beyond the block's price, in gwei. By default nothing.
    tip_gwei: f64,
    /// Whether they go to wallets of its own rather than to honest ones. By default not.
    itself: bool,
    /// Wallets they are sent from, by turns. By default 1; with `itself` there are two at least.
    wallets: u64,
    /// Amount of each, in satoshis. By default 100,000.
    amount_sats: u64,
    /// Nothing is sent once this much is spent, in satoshis. By default 100,000,000.
    budget_sats: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            proposals: 1_000,
            burst: 10,
            pause_seconds: 600,
            tip_gwei: 0.0,
            itself: false,
            wallets: 1,
            amount_sats: 100_000,
            budget_sats: 1e8,
        }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("proposals", self.proposals, 1..=MAX_TRADES)?;
        within("burst", self.burst, 1..=100_000)?;
        within("pause_seconds", self.pause_seconds, 1..=MAX_PAUSE_SECONDS)?;
        within("tip_gwei", self.tip_gwei, 0.0..=1e6)?;
        within("wallets", self.wallets, 1..=MAX_WALLETS)?;
        within("amount_sats", self.amount_sats, 1..=MAX_AMOUNT_SATS)?;
        check_budget(self.budget_sats)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    Ok(Box::new(Spammer { settings: settings::read(crowd)?, sent: 0 }))
}

#[derive(Debug)]
struct Spammer {
    settings: Settings,
    sent: u64,
}

impl Agent for Spammer {
    fn start(&mut self, desk: &mut Desk<'_>) {
        for _ in 0..self.settings.wallets.max(1 + u64::from(self.settings.itself)) {
            desk.new_wallet();
        }
        let seconds = desk.random().below(self.settings.pause_seconds);
        desk.wake_in(seconds, 0);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        let burst = self.settings.burst.min(self.settings.proposals - self.sent);
        if burst == 0 || desk.spent_sats() >= self.settings.budget_sats {
            return;
        }
        for _ in 0..burst {
            self.send(desk);
        }
        desk.wake_in(self.settings.pause_seconds, 0);
    }

    /// Whatever comes of them is left alone.
    fn notice(&mut self, _notice: Notice, _desk: &mut Desk<'_>) {}
}

impl Spammer {
    fn send(&mut self, desk: &mut Desk<'_>) {
        let wallet = own(desk, self.sent);
        self.sent += 1;
        let counterparty = if self.settings.itself { Some(own(desk, self.sent)) } else { desk.any_partner(wallet) };
        let Some(counterparty) = counterparty else { return };
        let amount_sats = self.settings.amount_sats;
        // Nobody is to be persuaded, and texts cost gas.
        let call = Call::Propose { wallet, counterparty, role: Role::Payer, amount_sats, texts: false };
        desk.send_with_tip(call, whole(self.settings.tip_gwei * WEI_PER_GWEI));
    }
}

/// Its wallets by turns.
#[allow(clippy::cast_possible_truncation, reason = "below the number of its wallets")]
fn own(desk: &Desk<'_>, turn: u64) -> WalletId {
    desk.wallets()[(turn % desk.wallets().len() as u64) as usize]
}
