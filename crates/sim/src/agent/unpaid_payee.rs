//! Settling without a payment.
//!
//! The payee made the preimage, and so knows it without being paid; the contract lets only the payer show it, or somebody with the
//! payer's signature. Wants a score for trades that nobody paid. By turns it sends bills that nobody asked for, and tries to settle
//! those that are accepted by mistake: as the payee, and with a signature in the payer's name that is its own; and it proposes to buy,
//! and tries to settle with a guess and with a preimage that it knows from another trade, without paying. Must gain nothing: every
//! attempt is refused, and costs gas.

use barter_protocol::{Role, limits::MAX_AMOUNT_SATS};
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::{MAX_PAUSE_SECONDS, MAX_TRADES, check_budget},
    settings::{self, within},
};
use crate::{
    TradeRef,
    scenario::Crowd,
    world::{Desk, Shown},
};

pub(super) const KIND: Kind = Kind {
    name: "unpaid-payee",
    hostile: true,
    summary: "tries in every way to settle trades with honest wallets that nobody has paid",
    make,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Proposals in all. By default 50.
    trades: u64,
    /// Time between two, in seconds. By default an hour.
    pause_seconds: u64,
    /// Amount of each, in satoshis. By default 1,000,000.
    amount_sats: u64,
    /// Nothing is begun once this much is spent, in satoshis. By default 100,000,000.
    budget_sats: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trades: 50, pause_seconds: 3_600, amount_sats: 1_000_000, budget_sats: 1e8 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("trades", self.trades, 1..=MAX_TRADES)?;
        within("pause_seconds", self.pause_seconds, 1..=MAX_PAUSE_SECONDS)?;
        within("amount_sats", self.amount_sats, 1..=MAX_AMOUNT_SATS)?;
        check_budget(self.budget_sats)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    Ok(Box::new(UnpaidPayee { settings: settings::read(crowd)?, begun: 0, known: None }))
}

#[derive(Debug)]
struct UnpaidPayee {
    settings: Settings,
    begun: u64,
    /// The last trade whose preimage it made.
    known: Option<TradeRef>,
}

impl Agent for UnpaidPayee {
    fn start(&mut self, desk: &mut Desk<'_>) {
        desk.new_signing_wallet();
        let seconds = desk.random().below(self.settings.pause_seconds);
        desk.wake_in(seconds, 0);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        if self.begun == self.settings.trades || desk.spent_sats() >= self.settings.budget_sats {
            return;
        }
        let role = if self.begun.is_multiple_of(2) { Role::Payee } else { Role::Payer };
        self.begun += 1;
        let wallet = desk.wallets()[0];
        if let Some(stranger) = desk.any_partner(wallet) {
            desk.propose(wallet, stranger, role, self.settings.amount_sats);
        }
        desk.wake_in(self.settings.pause_seconds, 0);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        let (Notice::Proposed(trade) | Notice::Accepted(trade)) = notice else { return };
        let Some(info) = desk.trade(trade).copied().filter(|trade| desk.owns(trade.party_a())) else { return };
        match (notice, info.proposer) {
            // Not even accepted.
            (Notice::Proposed(_), Role::Payee) => {
                self.known = Some(trade);
                desk.settle_as_payee(trade);
            }
            (Notice::Accepted(_), Role::Payee) => {
                desk.settle_as_payee(trade);
                desk.settle_forged(trade);
            }
            (Notice::Accepted(_), Role::Payer) => {
                desk.settle(trade, Shown::Guess);
                if let Some(known) = self.known {
                    desk.settle(trade, Shown::Of(known));
                }
            }
            _ => {}
        }
    }
}
