//! Honest traders.

use barter_protocol::Role;
use serde::Deserialize;

use super::{Agent, Kind, Notice, settings};
use crate::{
    WalletId,
    scenario::Crowd,
    world::{Desk, Shown},
};

pub(super) const KIND: Kind = Kind {
    name: "trader",
    hostile: false,
    summary: "an honest wallet that buys from others, old partners before new ones, by day rather than by night",
    make,
};

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    trades_per_day: f64,
    median_sats: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trades_per_day: 1.0, median_sats: 30_000.0 }
    }
}

#[derive(Debug)]
struct Trader {
    settings: Settings,
    wallet: Option<WalletId>,
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    Ok(Box::new(Trader { settings: settings(crowd)?, wallet: None }))
}

impl Agent for Trader {
    fn start(&mut self, desk: &mut Desk<'_>) {
        let wallet = desk.new_wallet();
        desk.offer(wallet);
        self.wallet = Some(wallet);
        self.sleep(desk);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        if let Some(wallet) = self.wallet
            && let Some(partner) = desk.any_partner(wallet)
        {
            let sats = desk.random().log_normal(self.settings.median_sats, 1.0);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
            let amount = sats as u64;
            desk.propose(wallet, partner, Role::Payer, amount.max(1_000));
        }
        self.sleep(desk);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        let Some(wallet) = self.wallet else { return };
        match notice {
            Notice::Proposed(trade) if desk.trade(trade).is_some_and(|trade| trade.payee == wallet) => {
                desk.accept(trade);
            }
            Notice::Accepted(trade) if desk.trade(trade).is_some_and(|trade| trade.payer == wallet) => {
                desk.pay(trade);
            }
            Notice::Paid(trade) => desk.settle(trade, Shown::Known),
            _ => {}
        }
    }
}

impl Trader {
    fn sleep(&self, desk: &mut Desk<'_>) {
        let seconds = desk.random().exponential(86_400.0 / self.settings.trades_per_day);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        desk.wake_in(seconds as u64, 0);
    }
}
