//! Running an event log again, and reading it.
//!
//! [`replay`] needs nothing but the log: it deploys the scenario's contracts anew, sends every transaction of the log again,
//! in its order and at its time, and compares what came of each. No agent decides anything.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    io,
};

use alloy_primitives::{Address, B256, keccak256};
use barter_protocol::Role;

use crate::{
    Error, Scenario, TradeRef, WalletId,
    ledger::{self, Ledger},
    log::{Header, LogError, Reader},
    record::{Call, Event, Record, Refusal},
};

/// Records between two looks at how far it is.
const RECORDS_A_LOOK: u64 = 1 << 16;

/// What a replay found, where everything was as the log says.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Replayed {
    /// What was run.
    pub scenario: Scenario,
    /// Which of its worlds.
    pub world: u64,
    /// The log's hash.
    pub hash: B256,
    /// Wallets made.
    pub wallets: u64,
    /// Blocks with something in them.
    pub blocks: u64,
    /// Transactions sent, those that were refused too.
    pub transactions: u64,
    /// Transactions that the contracts refused.
    pub refused: u64,
    /// Trades settled.
    pub settled: u64,
    /// Gas used.
    pub gas: u64,
}

/// Why a log is not what happens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The scenario in it is none that this version can run.
    #[error("the event log's scenario: {0}")]
    Scenario(#[source] Error),
    /// It was made with other contracts.
    #[error(
        "the event log was made with contracts whose code has the hash {logged}; those of this version have {ours}"
    )]
    Code {
        /// Hash of the code that deployed them, as logged.
        logged: B256,
        /// The same of this version.
        ours: B256,
    },
    /// A transaction did something else this time.
    #[error("transaction {transaction} of the log ({call}): expected {expected}, and it was {actual}")]
    Differs {
        /// Its number in the log, from 1.
        transaction: u64,
        /// What it asked.
        call: String,
        /// What the log says came of it.
        expected: String,
        /// What came of it now.
        actual: String,
    },
    /// A record that cannot be: an unknown wallet or trade, another address, a time that goes back.
    #[error("record {record} of the log cannot be: {reason}")]
    Impossible {
        /// Its number in the log, from 1.
        record: u64,
        /// Why.
        reason: String,
    },
}

/// What a log says was run. Its agents are not asked for: whoever checks a log need not have those that made it.
fn scenario_of(header: &Header) -> Result<Scenario, ReplayError> {
    let wrong = |what: String| ReplayError::Scenario(Error::Scenario(what));
    let scenario: Scenario = toml::from_str(&header.scenario).map_err(|error| wrong(error.message().to_owned()))?;
    scenario.parameters.validate().map_err(|error| wrong(error.to_string()))?;
    Ok(scenario)
}

/// Runs every transaction of a log again, and compares. `observer` is told from time to time how many records are done.
///
/// # Errors
/// [`ReplayError`] says what is wrong with the log, or names the first transaction that did something else.
pub fn replay(input: impl io::Read, mut observer: impl FnMut(u64)) -> Result<Replayed, ReplayError> {
    let mut reader = Reader::new(input)?;
    let header = reader.header().clone();
    let scenario = scenario_of(&header)?;
    let ours = keccak256(ledger::init_code(&scenario));
    if ours != header.code_digest {
        return Err(ReplayError::Code { logged: header.code_digest, ours });
    }
    let mut replay = Replay {
        ledger: Ledger::new(&scenario, header.seed),
        events: Vec::new(),
        record: 0,
        time: 0,
        replayed: Replayed {
            scenario,
            world: header.world,
            hash: B256::ZERO,
            wallets: 0,
            blocks: 0,
            transactions: 0,
            refused: 0,
            settled: 0,
            gas: 0,
        },
    };
    for record in &mut reader {
        replay.record(&record?)?;
        if replay.record.is_multiple_of(RECORDS_A_LOOK) {
            observer(replay.record);
        }
    }
    let mut replayed = replay.replayed;
    // Without an error it has been read to its end.
    replayed.hash = reader.hash().unwrap_or_default();
    Ok(replayed)
}

struct Replay {
    ledger: Ledger,
    events: Vec<Event>,
    record: u64,
    time: u64,
    replayed: Replayed,
}

impl Replay {
    fn record(&mut self, record: &Record<'_>) -> Result<(), ReplayError> {
        self.record += 1;
        match record {
            Record::Wallet { address, agent, .. } => {
                let can_sign = self.ledger.next_can_sign(*address);
                let id = self.ledger.add_wallet(*agent, can_sign);
                let made = self.ledger.wallet(id).address;
                self.replayed.wallets += 1;
                self.require(made == *address, || format!("wallet {} has address {made}, not {address}", id.0))
            }
            Record::Block { time, .. } => {
                let last = std::mem::replace(&mut self.time, *time);
                self.replayed.blocks += 1;
                self.ledger.begin_block(*time);
                self.require(*time >= last, || format!("a block at {time} follows one at {last}"))
            }
            Record::Payment(trade) => {
                let paid = self.ledger.paid(*trade);
                self.require(paid.is_some(), || format!("there is no trade {} to pay", trade.0))
            }
            Record::Transaction { call, gas, result, .. } => self.transaction(call, *gas, result),
        }
    }

    fn transaction(
        &mut self,
        call: &Call,
        gas: u64,
        result: &Result<Cow<'_, [Event]>, Refusal>,
    ) -> Result<(), ReplayError> {
        let known = call.wallets().into_iter().flatten().all(|wallet| wallet.index() < self.ledger.wallets.len());
        self.require(known, || format!("{} names a wallet that was not made", Words(call)))?;
        let transaction = self.ledger.transaction(call);
        let Some(transaction) = transaction else {
            return self.require(false, || format!("{} names a trade there is not, or no more", Words(call)));
        };
        self.events.clear();
        let done = self.ledger.execute(call, transaction, &mut self.events);
        let replayed = &mut self.replayed;
        replayed.transactions += 1;
        replayed.gas += done.gas;
        replayed.refused += u64::from(done.refusal.is_some());
        replayed.settled += self.events.iter().filter(|event| matches!(event, Event::Settled(_))).count() as u64;
        let actual = done.refusal.map_or(Ok(&self.events[..]), Err);
        let expected = result.as_deref().map_err(|refusal| *refusal);
        if (gas, expected) == (done.gas, actual) {
            return Ok(());
        }
        Err(ReplayError::Differs {
            transaction: replayed.transactions,
            call: Words(call).to_string(),
            expected: Came { gas, result: expected }.to_string(),
            actual: Came { gas: done.gas, result: actual }.to_string(),
        })
    }

    fn require(&self, holds: bool, reason: impl FnOnce() -> String) -> Result<(), ReplayError> {
        if holds { Ok(()) } else { Err(ReplayError::Impossible { record: self.record, reason: reason() }) }
    }
}

// ------------------------------------------------------------------------------------------------ reading

/// A record in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the log, from 1.
    pub record: u64,
    /// What it says, in one line.
    pub text: String,
}

/// Which records to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that name this wallet, or a trade of its.
    pub wallet: Option<Address>,
    /// Only those that name this trade.
    pub trade: Option<TradeRef>,
}

/// A log's records as lines of text, in order; with a filter, only some. Blocks are shown where there is no filter.
pub struct Lines<R> {
    reader: Reader<R>,
    filter: Filter,
    record: u64,
    wallet: Option<WalletId>,
    wallets: u32,
    /// By number: who its parties are.
    trades: Vec<[WalletId; 2]>,
}

impl<R: io::Read> Lines<R> {
    /// The lines of a log.
    ///
    /// # Errors
    /// As [`Reader::new`].
    pub fn new(input: R, filter: Filter) -> Result<Self, LogError> {
        let reader = Reader::new(input)?;
        Ok(Self { reader, filter, record: 0, wallet: None, wallets: 0, trades: Vec::new() })
    }

    /// What is read.
    pub const fn reader(&self) -> &Reader<R> {
        &self.reader
    }

    /// Keeps what later records are understood by.
    fn learn(&mut self, record: &Record<'_>) {
        match record {
            Record::Wallet { address, .. } => {
                if self.filter.wallet == Some(*address) {
                    self.wallet = Some(WalletId(self.wallets));
                }
                self.wallets += 1;
            }
            Record::Transaction { call, result: Ok(_), .. } => {
                if let Call::Propose { wallet, counterparty, .. } | Call::Open { wallet, counterparty, .. } = &**call {
                    self.trades.push([*wallet, *counterparty]);
                }
            }
            _ => {}
        }
    }

    fn is_wanted(&self, record: &Record<'_>) -> bool {
        if self.filter == Filter::default() {
            return true;
        }
        let (wallets, trades) = self.named(record);
        let of_wallet = |trade: &TradeRef| {
            let parties = usize::try_from(trade.0).ok().and_then(|place| self.trades.get(place));
            parties.is_some_and(|parties| parties.iter().any(|party| Some(*party) == self.wallet))
        };
        let wallet_wanted = self
            .filter
            .wallet
            .is_none_or(|_| wallets.iter().any(|wallet| Some(*wallet) == self.wallet) || trades.iter().any(of_wallet));
        wallet_wanted && self.filter.trade.is_none_or(|trade| trades.contains(&trade))
    }

    /// The wallets and trades that a record names.
    fn named(&self, record: &Record<'_>) -> (Vec<WalletId>, Vec<TradeRef>) {
        match record {
            Record::Wallet { .. } => (vec![WalletId(self.wallets - 1)], Vec::new()),
            Record::Block { .. } => (Vec::new(), Vec::new()),
            Record::Payment(trade) => (Vec::new(), vec![*trade]),
            Record::Transaction { call, result, .. } => {
                let mut trades: Vec<_> = call.trade().into_iter().collect();
                if let Call::SettleBatch(batch) = &**call {
                    trades = batch.to_vec();
                }
                if let Ok(events) = result {
                    trades.extend(events.iter().filter_map(|event| match event {
                        Event::Proposed(trade) => Some(*trade),
                        _ => None,
                    }));
                }
                (call.wallets().into_iter().flatten().collect(), trades)
            }
        }
    }
}

impl<R: io::Read> Iterator for Lines<R> {
    type Item = Result<Line, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = match self.reader.next()? {
                Ok(record) => record,
                Err(error) => return Some(Err(error)),
            };
            self.record += 1;
            self.learn(&record);
            if self.is_wanted(&record) {
                return Some(Ok(Line { record: self.record, text: text(&record, self.wallets) }));
            }
        }
    }
}

impl<R> fmt::Debug for Lines<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Lines").field("filter", &self.filter).finish_non_exhaustive()
    }
}

fn text(record: &Record<'_>, wallets: u32) -> String {
    match record {
        Record::Wallet { address, agent, crowd } => {
            format!("wallet {} is {address}, of agent {} in crowd {}", wallets.saturating_sub(1), agent.0, crowd.0)
        }
        Record::Block { number, time, wei_per_gas } => {
            format!("block {number} at Unix time {time}, {wei_per_gas} wei for each gas")
        }
        Record::Payment(trade) => format!("trade {} is paid", trade.0),
        Record::Transaction { call, tip_wei, gas, result } => {
            let result = result.as_deref().map_err(|refusal| *refusal);
            let tip = if *tip_wei == 0 { String::new() } else { format!(", tip of {tip_wei} wei") };
            format!("{}{tip}: {}", Words(call), Came { gas: *gas, result })
        }
    }
}

/// A call in words.
struct Words<'a>(&'a Call);

impl fmt::Display for Words<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Call::Propose { wallet, counterparty, role, amount_sats, texts } => {
                let role = name(*role);
                write!(formatter, "wallet {} as {role} proposes {amount_sats} sats to {}", wallet.0, counterparty.0)?;
                formatter.write_str(without(*texts))
            }
            Call::Open { wallet, counterparty, role, amount_sats, texts } => {
                let role = name(*role);
                write!(formatter, "wallet {} as {role} opens {amount_sats} sats with {}", wallet.0, counterparty.0)?;
                formatter.write_str(without(*texts))
            }
            Call::Accept(trade) => write!(formatter, "accept trade {}", trade.0),
            Call::Settle { trade, shown } => write!(formatter, "settle trade {} showing {shown:?}", trade.0),
            Call::SettleBatch(trades) => {
                formatter.write_str("settle trades")?;
                trades.iter().try_for_each(|trade| write!(formatter, " {}", trade.0))
            }
            Call::SettleAsPayee(trade) => write!(formatter, "settle trade {} as its payee", trade.0),
            Call::SettleForged(trade) => write!(formatter, "settle trade {} with a forged signature", trade.0),
            Call::Dispute { trade, by, .. } => write!(formatter, "wallet {} disputes trade {}", by.0, trade.0),
            Call::Dismiss(trade) => write!(formatter, "dismiss the dispute of trade {}", trade.0),
            Call::Uphold { trade, at_fault } => {
                write!(formatter, "uphold the dispute of trade {} against wallet {}", trade.0, at_fault.0)
            }
        }
    }
}

const fn without(texts: bool) -> &'static str {
    if texts { "" } else { ", without texts" }
}

const fn name(role: Role) -> &'static str {
    match role {
        Role::Payer => "payer",
        Role::Payee => "payee",
    }
}

/// What came of a transaction, in words.
struct Came<'a> {
    gas: u64,
    result: Result<&'a [Event], Refusal>,
}

impl fmt::Display for Came<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} gas, ", self.gas)?;
        let events = match self.result {
            Err(refusal) => return write!(formatter, "refused with {}", refusal.name()),
            Ok(events) => events,
        };
        for (place, event) in events.iter().enumerate() {
            formatter.write_str(if place == 0 { "" } else { ", " })?;
            match event {
                Event::Proposed(trade) => write!(formatter, "trade {} proposed", trade.0),
                Event::Accepted(trade) => write!(formatter, "trade {} accepted", trade.0),
                Event::Settled(trade) => write!(formatter, "trade {} settled", trade.0),
                Event::Disputed(trade) => write!(formatter, "trade {} disputed", trade.0),
                Event::Dismissed(trade) => write!(formatter, "dispute of trade {} dismissed", trade.0),
                Event::Upheld(trade) => write!(formatter, "dispute of trade {} upheld", trade.0),
                Event::Score { wallet, score } => write!(formatter, "score of wallet {} is {score}", wallet.0),
                Event::Credit { wallet, tokens } => write!(formatter, "wallet {} earns {tokens} credit", wallet.0),
            }?;
        }
        if events.is_empty() { formatter.write_char('-') } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{Observer, log::Log, run};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Observer for Kept {
        fn log(&self, _world: u64) -> io::Result<Option<Box<dyn io::Write + Send>>> {
            Ok(Some(Box::new(self.clone())))
        }
    }

    #[test]
    fn a_log_of_agents_that_nobody_else_has_is_replayed() {
        let kept = Kept::default();
        let scenario = Scenario::parse("name = \"mine\"\ndays = 2\n[[crowd]]\nagent = \"circle\"").unwrap();
        run(&scenario, &kept).unwrap();
        let log = kept.0.lock().unwrap().clone();

        let mut reader = Reader::new(&log[..]).unwrap();
        let mut header = reader.header().clone();
        header.scenario = header.scenario.replace("circle", "noon");
        let theirs = Kept::default();
        let mut rewritten = Log::new(&header, Some(Box::new(theirs.clone())));
        for record in &mut reader {
            rewritten.write(&record.unwrap());
        }
        rewritten.finish().unwrap();

        let log = theirs.0.lock().unwrap().clone();
        let replayed = replay(&log[..], |_| {}).unwrap();
        assert_eq!((replayed.settled, replayed.scenario.crowd[0].agent.as_str()), (5, "noon"));
    }
}
