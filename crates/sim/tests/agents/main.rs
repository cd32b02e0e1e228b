//! What is characteristic of each kind of agent, read off the event log of a small world.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

mod colluders;
mod harm;
mod hidden;
mod settings;
mod traders;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex},
};

use barter_compliance::{FlagKind, SettledTrade, TradeGraph, flags};
use barter_protocol::{Role, TradeId};
use barter_sim::{
    Observer, Outcome, Scenario, TradeRef, WalletId,
    log::Reader,
    outcome::CrowdOutcome,
    record::{Call, Event, Record, Refusal},
    world::GENESIS,
};

const DAY: u64 = 86_400;

/// A trade as the log tells it.
#[derive(Clone, Copy, Debug)]
struct Trade {
    payer: WalletId,
    payee: WalletId,
    proposer: Role,
    amount_sats: u64,
    accepted: bool,
    disputed: bool,
    disputed_at: Option<u64>,
    settled_at: Option<u64>,
}

impl Trade {
    const fn parties(&self) -> (u32, u32) {
        (self.payer.0, self.payee.0)
    }

    fn pair(&self) -> (u32, u32) {
        (self.payer.0.min(self.payee.0), self.payer.0.max(self.payee.0))
    }
}

/// A world that has ended.
struct Seen {
    outcome: Outcome,
    trades: Vec<Trade>,
    calls: Vec<(u64, Call, Result<(), Refusal>)>,
    /// Lightning payments that went through.
    payments: Vec<(u64, TradeRef)>,
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Observer for Memory {
    fn log(&self, _world: u64) -> io::Result<Option<Box<dyn io::Write + Send>>> {
        Ok(Some(Box::new(self.clone())))
    }
}

/// Runs `days` of crowds, and reads the log.
fn run(days: u64, crowds: &str) -> Seen {
    let scenario = Scenario::parse(&format!("name = \"test\"\ndays = {days}\n{crowds}")).unwrap();
    let log = Memory::default();
    let outcome = barter_sim::run(&scenario, &log).unwrap();
    let bytes = std::mem::take(&mut *log.0.lock().unwrap());
    let mut seen = Seen { outcome, trades: Vec::new(), calls: Vec::new(), payments: Vec::new() };
    let mut now = GENESIS;
    for record in Reader::new(&bytes[..]).unwrap() {
        match record.unwrap() {
            Record::Block { time, .. } => now = time,
            Record::Transaction { call, result, .. } => {
                result.iter().flat_map(|events| events.iter()).for_each(|event| seen.apply(&call, *event, now));
                seen.calls.push((now, call.into_owned(), result.map(|_| ())));
            }
            Record::Payment(trade) => seen.payments.push((now, trade)),
            Record::Wallet { .. } => {}
        }
    }
    seen
}

impl Seen {
    fn apply(&mut self, call: &Call, event: Event, now: u64) {
        match event {
            Event::Proposed(trade) => {
                let (Call::Propose { wallet, counterparty, role, amount_sats, .. }
                | Call::Open { wallet, counterparty, role, amount_sats, .. }) = *call
                else {
                    panic!("{call:?} proposed a trade");
                };
                let (payer, payee) = if role == Role::Payer { (wallet, counterparty) } else { (counterparty, wallet) };
                assert_eq!(trade.index(), self.trades.len());
                self.trades.push(Trade {
                    payer,
                    payee,
                    proposer: role,
                    amount_sats,
                    accepted: false,
                    disputed: false,
                    disputed_at: None,
                    settled_at: None,
                });
            }
            Event::Accepted(trade) => self.trades[trade.index()].accepted = true,
            Event::Disputed(trade) => {
                self.trades[trade.index()].disputed = true;
                self.trades[trade.index()].disputed_at = Some(now);
            }
            Event::Settled(trade) => self.trades[trade.index()].settled_at = Some(now),
            _ => {}
        }
    }

    fn settled(&self) -> Vec<Trade> {
        self.trades.iter().copied().filter(|trade| trade.settled_at.is_some()).collect()
    }

    fn crowd(&self, name: &str) -> &CrowdOutcome {
        self.outcome.crowds.iter().find(|crowd| crowd.name == name).unwrap()
    }

    /// Numbers of a crowd's wallets.
    fn wallets(&self, name: &str) -> BTreeSet<u32> {
        let place = self.outcome.crowds.iter().position(|crowd| crowd.name == name).unwrap();
        let wallets = self.outcome.wallets.iter().zip(0..);
        wallets.filter(|(wallet, _)| wallet.crowd.index() == place).map(|(_, number)| number).collect()
    }

    /// Every flag of a crowd's wallets at every midnight: wallet, kind, day.
    fn flags(&self, name: &str) -> Vec<(u32, FlagKind, u64)> {
        let settings = self.outcome.scenario.detection.settings;
        let address = |wallet: WalletId| self.outcome.wallets[wallet.index()].address;
        let mut settled: Vec<_> =
            self.trades.iter().zip(0_u64..).filter(|(trade, _)| trade.settled_at.is_some()).collect();
        settled.sort_by_key(|(trade, _)| trade.settled_at);
        let mut settled = settled.into_iter().peekable();
        let (mut graph, mut found) = (TradeGraph::whole(), Vec::new());
        for day in 1..=self.outcome.scenario.days {
            let midnight = GENESIS + day * DAY;
            while let Some((trade, number)) = settled.next_if(|(trade, _)| trade.settled_at.unwrap() < midnight) {
                let mut id = [0; 32];
                id[24..].copy_from_slice(&number.to_be_bytes());
                graph.push(SettledTrade {
                    trade_id: TradeId::from(id),
                    payer: address(trade.payer),
                    payee: address(trade.payee),
                    amount_sats: trade.amount_sats,
                    settled_at: trade.settled_at.unwrap(),
                });
            }
            for wallet in self.wallets(name) {
                let flags = flags(&graph, address(WalletId(wallet)), midnight, &settings);
                found.extend(flags.into_iter().map(|flag| (wallet, flag.kind, day)));
            }
        }
        found
    }

    fn refusals(&self) -> BTreeMap<&str, u64> {
        self.outcome.refusals.iter().map(|(name, count)| (name.as_str(), *count)).collect()
    }
}

fn crowd(agent: &str, settings: &str) -> String {
    format!("[[crowd]]\nagent = \"{agent}\"\n{settings}\n")
}

fn market(count: u64) -> String {
    crowd("trader", &format!("count = {count}\ntrades_per_day = 2.0"))
}
