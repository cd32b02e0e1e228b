//! Two wallets trading in circles.

use serde::Deserialize;

use super::{Agent, Kind, Notice, settings};
use crate::{
    TradeRef, WalletId,
    scenario::Crowd,
    world::{Desk, Shown},
};
use barter_protocol::Role;

pub(super) const KIND: Kind = Kind {
    name: "circle",
    hostile: true,
    summary: "two wallets of one owner trade with each other, by turns payer and payee",
    make,
};

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// Trades in all.
    trades: u64,
    amount_sats: u64,
    /// Time between two trades.
    pause_seconds: u64,
    /// Whether the payments are made, or preimages just handed over.
    pays: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trades: 5, amount_sats: 1_000_000, pause_seconds: 3_600, pays: false }
    }
}

#[derive(Debug)]
struct Circle {
    settings: Settings,
    wallets: Vec<WalletId>,
    done: u64,
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    Ok(Box::new(Circle { settings: settings(crowd)?, wallets: Vec::new(), done: 0 }))
}

impl Agent for Circle {
    fn start(&mut self, desk: &mut Desk<'_>) {
        self.wallets = vec![desk.new_wallet(), desk.new_wallet()];
        desk.wake_in(self.settings.pause_seconds, 0);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        if self.done == self.settings.trades {
            return;
        }
        let payer = usize::from(self.done % 2 == 1);
        self.done += 1;
        desk.propose(self.wallets[payer], self.wallets[1 - payer], Role::Payer, self.settings.amount_sats);
        desk.wake_in(self.settings.pause_seconds, 0);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        match notice {
            Notice::Proposed(trade) => desk.accept(trade),
            Notice::Accepted(trade) if self.settings.pays => desk.pay(trade),
            Notice::Accepted(trade) | Notice::Paid(trade) => self.settle(trade, desk),
            _ => {}
        }
    }
}

impl Circle {
    #[allow(clippy::unused_self, reason = "a method reads better")]
    fn settle(&self, trade: TradeRef, desk: &mut Desk<'_>) {
        desk.settle(trade, Shown::Known);
    }
}
