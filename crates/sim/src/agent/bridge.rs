//! A crowd behind one bridge wallet.
//!
//! The bridge first earns real trades: it buys from honest traders, and really pays. Then it hands its standing on: it trades
//! with each wallet of a crowd that nobody else knows. Wants the crowd to look like somebody that honest wallets deal with, through
//! one wallet that they do deal with. A score seen from somewhere lets through no more than the bridge has (*connectivity
//! decay* in Nasrulin and others, "`MeritRank`: Sybil Tolerant Reputation for Merit-based Tokenomics", 2022).

use barter_protocol::{Role, limits::MAX_AMOUNT_SATS};
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::{MAX_TRADES, MAX_WALLETS, Pattern, Ways, begin_some_time, carry_on, whole},
    settings::{self, within},
    star::Star,
};
use crate::{scenario::Crowd, world::Desk};

pub(super) const KIND: Kind = Kind {
    name: "bridge",
    hostile: true,
    summary: "one wallet that earns real trades with honest traders, then hands its standing on to a crowd behind it",
    make,
};

/// Purchases it tries for each that it wants: some sellers never answer.
const TRIES: u64 = 4;

/// Beside what all colluders share, which is about the trades with the crowd.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Real purchases before anything else; it gives up after four times as many proposals. By default 10.
    real_trades: u64,
    /// Median amount of these, in satoshis. By default 30,000.
    real_sats: u64,
    /// Wallets behind the bridge. By default 10.
    wallets: u64,
    /// Trades with each. By default 5, as many as count.
    trades_each: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { real_trades: 10, real_sats: 30_000, wallets: 10, trades_each: 5 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("real_trades", self.real_trades, 0..=MAX_TRADES)?;
        within("real_sats", self.real_sats, 1..=MAX_AMOUNT_SATS)?;
        within("wallets", self.wallets, 1..=MAX_WALLETS)?;
        within("trades_each", self.trades_each, 1..=1_000)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    let crowd = Star::new(settings.wallets, settings.trades_each);
    Ok(Box::new(Bridge { ways, settings, crowd, tried: 0, earned: 0, handed_on: 0 }))
}

#[derive(Debug)]
struct Bridge {
    ways: Ways,
    settings: Settings,
    /// The bridge is its hub.
    crowd: Star,
    tried: u64,
    earned: u64,
    handed_on: u64,
}

impl Agent for Bridge {
    fn start(&mut self, desk: &mut Desk<'_>) {
        self.ways.make_wallets(1, desk);
        begin_some_time(desk);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        if !self.ways.has_budget(desk) {
            return;
        }
        if self.earned < self.settings.real_trades && self.tried < self.settings.real_trades * TRIES {
            self.buy(desk);
        } else {
            let Some((payer, payee)) = self.crowd.parties(self.handed_on) else { return };
            self.handed_on += 1;
            self.ways.make_wallets(payer.max(payee) + 1, desk);
            let (payer, payee) = (desk.wallets()[payer], desk.wallets()[payee]);
            let amount_sats = self.ways.amount(desk);
            self.ways.begin(payer, payee, amount_sats, desk);
        }
        desk.wake_in(self.ways.pause_seconds, 0);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        if let Notice::Settled(trade) = notice
            && desk.trade(trade).is_some_and(|trade| !desk.owns(trade.payee))
        {
            self.earned += 1;
        }
        carry_on(notice, self.ways.pays, desk);
    }
}

impl Bridge {
    fn buy(&mut self, desk: &mut Desk<'_>) {
        self.tried += 1;
        let bridge = desk.wallets()[0];
        let Some(seller) = desk.any_partner(bridge) else { return };
        #[allow(clippy::cast_precision_loss, reason = "2.1e15 fits")]
        let median = self.settings.real_sats as f64;
        let minimum = desk.parameters().minimum_sats;
        let amount_sats = whole(desk.random().log_normal(median, 1.0)).clamp(minimum, MAX_AMOUNT_SATS);
        desk.propose(bridge, seller, Role::Payer, amount_sats);
    }
}
