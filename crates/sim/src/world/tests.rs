use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use barter_bindings::BarterCore;
use barter_protocol::{Role, formula::CREDIT_UNIT};

use super::{Desk, Shown, Unsent, World};
use crate::{
    CrowdId, Scenario, TradeRef, WalletId,
    agent::{Agent, Notice},
    log::{Log, Reader},
    record::{Call, Event, Record, Refusal},
    replay::{Filter, Lines, ReplayError, replay},
    scenario::{Arbiter, ChainSettings, Ordering},
};

/// Does anything to any trade it has heard of, at any time.
#[derive(Debug, Default)]
struct Chaos {
    wallets: Vec<WalletId>,
    trades: Vec<TradeRef>,
}

impl Chaos {
    fn act(&mut self, desk: &mut Desk<'_>) {
        let Some(wallet) = desk.random().pick(&self.wallets).copied() else { return };
        let Some(own) = desk.random().pick(&self.wallets).copied() else { return };
        let partner = desk.any_partner(wallet).unwrap_or(wallet);
        let role = if desk.random().chance(0.5) { Role::Payer } else { Role::Payee };
        let amount = [500, 1_000, 33_333, 5_000_000, u64::MAX][below(desk, 5)];
        // Mostly one of the last, which may still be open.
        let from = if desk.random().chance(0.9) { self.trades.len().saturating_sub(12) } else { 0 };
        let trade = desk.random().pick(&self.trades[from..]).copied();
        let deserved = desk.random().chance(0.5);
        let tip = desk.random().below(3);
        let call = match (below(desk, 12), trade) {
            (0..=2, _) | (_, None) => {
                Call::Propose { wallet, counterparty: partner, role, amount_sats: amount, texts: deserved }
            }
            (3, _) => Call::Open { wallet, counterparty: own, role, amount_sats: amount, texts: deserved },
            (4, Some(trade)) => Call::Accept(trade),
            (5, Some(trade)) => return desk.pay(trade),
            (6, Some(trade)) => Call::SettleAsPayee(trade),
            (7, Some(trade)) => Call::SettleForged(trade),
            (8, Some(trade)) => Call::Dispute { trade, by: wallet, deserved },
            (9, Some(trade)) => {
                let more = desk.random().pick(&self.trades[from..]).filter(|other| **other > trade).copied();
                Call::SettleBatch(std::iter::once(trade).chain(more).collect())
            }
            (10, Some(trade)) => {
                let shown = [Shown::Guess, Shown::Known, Shown::Of(trade)][below(desk, 3)];
                Call::Settle { trade, shown }
            }
            (_, Some(trade)) => Call::Settle { trade, shown: Shown::Known },
        };
        desk.send_with_tip(call, tip);
    }
}

fn below(desk: &mut Desk<'_>, bound: usize) -> usize {
    usize::try_from(desk.random().below(bound as u64)).unwrap()
}

impl Agent for Chaos {
    fn start(&mut self, desk: &mut Desk<'_>) {
        self.wallets = vec![desk.new_signing_wallet(), desk.new_signing_wallet(), desk.new_wallet()];
        for wallet in &self.wallets {
            desk.offer(*wallet);
        }
        desk.wake_in(1, 0);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        self.act(desk);
        let seconds = desk.random().below(7_200);
        desk.wake_in(seconds, 0);
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        match notice {
            Notice::Proposed(trade) => {
                self.trades.push(trade);
                if desk.random().chance(0.8) {
                    desk.accept(trade);
                }
            }
            Notice::Accepted(trade) if desk.random().chance(0.7) => {
                self.trades.push(trade);
                desk.pay(trade);
            }
            Notice::Paid(trade) if desk.random().chance(0.8) => desk.settle(trade, Shown::Known),
            _ => {}
        }
    }
}

/// A log that a test can look at.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn scenario(ordering: Ordering, seed: u64) -> Scenario {
    let text = "name = \"chaos\"\ndays = 25\n[[crowd]]\nagent = \"trader\"";
    Scenario {
        seed,
        arbiter: Arbiter::Fair { after_days: 1 },
        chain: ChainSettings { ordering, ..ChainSettings::default() },
        ..Scenario::parse(text).unwrap()
    }
}

/// A world of chaos, run to its end, and its log.
fn run(scenario: &Scenario, prepare: impl FnOnce(&mut World)) -> (World, Vec<u8>) {
    let agents = (0..8).map(|_| (CrowdId(0), Box::new(Chaos::default()) as Box<dyn Agent>)).collect();
    let kept = Kept::default();
    let mut world = World::new(scenario, 0, agents, Some(Box::new(kept.clone())));
    prepare(&mut world);
    while world.step() {}
    let log = std::mem::replace(&mut world.core.log, Log::new(&header(), None));
    log.finish().unwrap();
    let bytes = kept.0.lock().unwrap().clone();
    (world, bytes)
}

fn header() -> crate::log::Header {
    crate::log::Header { world: 0, seed: 0, code_digest: alloy_primitives::B256::ZERO, scenario: String::new() }
}

/// What a world knows of each wallet is what the contracts say of it. Every call has succeeded and been refused on the way, and in
/// tests every event is compared with the bindings' reading of it.
#[test]
fn a_world_knows_what_the_contracts_know() {
    let (mut world, log) = run(&scenario(Ordering::Fee, 1), |_| {});
    let core = &mut world.core;
    let mut positive = 0;
    for (place, standing) in core.standings.clone().into_iter().enumerate() {
        let wallet = core.ledger.wallets[place].address;
        let address = core.ledger.chain.addresses.core;
        let theirs = core.ledger.chain.view(address, &BarterCore::getWalletCall { wallet }).unwrap();
        let number = |value: alloy_primitives::U256| u64::try_from(value).unwrap();
        assert_eq!(number(theirs.score), standing.score);
        assert_eq!(number(theirs.settled), standing.settled);
        assert_eq!(number(theirs.disputed), standing.disputed);
        let units = u128::try_from(theirs.creditEarned).unwrap();
        assert_eq!(units, u128::from(standing.credit_tokens) * u128::from(CREDIT_UNIT));
        positive += u64::from(standing.disputed > 0 && standing.credit_tokens > 0);
    }
    assert!(positive > 5, "wallets have scores and disputes");

    let mut seen = BTreeSet::new();
    for record in Reader::new(&log[..]).unwrap() {
        match record.unwrap() {
            Record::Transaction { call, result, .. } => {
                let call = format!("{call:?}");
                let name = call.split([' ', '(']).next().unwrap().to_owned();
                seen.insert((name, result.is_ok()));
                let is_fit = |events: &[Event]| !events.is_empty();
                assert!(result.is_err() || is_fit(&result.unwrap()), "{call}");
            }
            Record::Wallet { .. } | Record::Block { .. } | Record::Payment(_) => {}
        }
    }
    for call in ["Propose", "Open", "Accept", "Settle", "SettleBatch", "Dispute"] {
        assert!(
            seen.contains(&(call.to_owned(), true)) && seen.contains(&(call.to_owned(), false)),
            "{call}: {seen:?}"
        );
    }
    for (call, ends_well) in [("SettleAsPayee", false), ("SettleForged", false), ("Dismiss", true), ("Uphold", true)] {
        assert!(seen.contains(&(call.to_owned(), ends_well)), "{call}: {seen:?}");
        assert!(!seen.contains(&(call.to_owned(), !ends_well)), "{call}: {seen:?}");
    }
    let names: Vec<_> = core.refusals.keys().map(|refusal| refusal.name()).collect();
    for name in ["AmountOutOfRange", "SelfTrade", "WrongStatus", "PreimageMismatch", "NotPayer", "InvalidSignature"] {
        assert!(names.iter().any(|its| its == name), "{name} is not among {names:?}");
    }
    assert!(!core.refusals.contains_key(&Refusal::Halted));
    assert!(core.unsent[&Unsent::Forgotten] > 0 && core.unsent[&Unsent::OthersWallet] > 0);
}

/// The gas of the world is that of its agents and its arbiter.
#[test]
fn gas_is_that_of_agents_and_the_arbiter() {
    let (world, log) = run(&scenario(Ordering::FirstCome, 2), |_| {});
    let (mut by_agents, mut by_arbiter, mut transactions) = (0, 0, 0);
    for record in Reader::new(&log[..]).unwrap() {
        if let Record::Transaction { call, gas, .. } = record.unwrap() {
            transactions += 1;
            let is_arbiter = matches!(&*call, Call::Dismiss(_) | Call::Uphold { .. });
            *(if is_arbiter { &mut by_arbiter } else { &mut by_agents }) += gas;
        }
    }
    let spent: u64 = world.core.agents.iter().map(|agent| agent.spent.gas).sum();
    assert!(by_arbiter > 0);
    assert_eq!((spent, world.core.gas), (by_agents, by_agents + by_arbiter));
    assert_eq!(world.core.transactions, transactions);
}

#[test]
fn forgetting_what_is_over_changes_nothing_that_is_not_over() {
    // Nothing here names a trade an hour after it was over.
    let text = "name = \"calm\"\ndays = 12\n[[crowd]]\nagent = \"trader\"\ncount = 20\n[[crowd]]\nagent = \"circle\"";
    let scenario = Scenario::parse(text).unwrap();
    let run = |forgets: bool| {
        let agents = crate::run::agents(&scenario).unwrap();
        let mut world = World::new(&scenario, 0, agents, None);
        if !forgets {
            world.core.ledger.trades.keep_all();
        }
        while world.step() {}
        let size = world.core.ledger.chain.size();
        (world.core.settled, size, world.core.unsent.clone(), world.core.log.finish().unwrap())
    };
    let ((settled, size, unsent, hash), (_, size_of_all, _, hash_of_all)) = (run(true), run(false));
    assert!(settled > 50 && unsent.is_empty(), "{settled} {unsent:?}");
    assert!(size.0 + 50 < size_of_all.0 && size.1 < size_of_all.1, "{size:?} {size_of_all:?}");
    assert_eq!(hash, hash_of_all);
}

#[test]
fn a_replay_finds_everything_as_it_was() {
    for ordering in [Ordering::FirstCome, Ordering::Fee, Ordering::Random] {
        let (world, log) = run(&scenario(ordering, 3), |_| {});
        let replayed = replay(&log[..], |_| {}).unwrap();
        let core = &world.core;
        assert_eq!(
            (replayed.transactions, replayed.settled, replayed.gas),
            (core.transactions, core.settled, core.gas)
        );
        assert_eq!(replayed.wallets, core.standings.len() as u64);
        assert_eq!(replayed.refused, core.refusals.values().sum::<u64>());
        assert_eq!(
            replayed.hash,
            Reader::new(&log[..]).map(|mut log| (log.by_ref().count(), log.hash()).1).unwrap().unwrap()
        );
    }
}

#[test]
fn a_call_that_no_block_has_room_for_is_refused_and_the_world_goes_on() {
    let mut scenario = scenario(Ordering::Fee, 4);
    scenario.chain.block_gas_limit = 299_999;
    scenario.days = 2;
    let (world, _) = run(&scenario, |_| {});
    assert_eq!(world.core.settled, 0);
    assert_eq!(world.core.transactions, 0);
    assert!(world.core.unsent[&Unsent::OverBlockGasLimit] > 100);
    let refused: u64 = world.core.agents.iter().map(|agent| agent.refused).sum();
    assert_eq!(refused, world.core.unsent.values().sum::<u64>());
}

/// With blocks that take little, the mempool grows for days, and no block has more gas than there is room for.
#[test]
fn a_full_mempool_waits_and_no_block_is_overfilled() {
    let mut scenario = scenario(Ordering::Random, 5);
    scenario.chain.block_gas_limit = 1_000_000;
    scenario.chain.block_seconds = 21_600;
    scenario.days = 6;
    let (_, log) = run(&scenario, |_| {});
    let (mut in_block, mut fullest) = (0, 0);
    for record in Reader::new(&log[..]).unwrap() {
        match record.unwrap() {
            Record::Block { .. } => in_block = 0,
            Record::Transaction { gas, .. } => in_block += gas,
            Record::Wallet { .. } | Record::Payment(_) => {}
        }
        fullest = fullest.max(in_block);
    }
    assert!((600_000..=1_000_000).contains(&fullest), "{fullest}");
}

/// A log with some of its records changed, and a hash that is right.
fn rewritten(log: &[u8], mut change: impl FnMut(u64, &mut Record<'static>)) -> Vec<u8> {
    let mut reader = Reader::new(log).unwrap();
    let kept = Kept::default();
    let mut writer = Log::new(&reader.header().clone(), Some(Box::new(kept.clone())));
    for (number, record) in (1..).zip(&mut reader) {
        let mut record = record.unwrap();
        change(number, &mut record);
        writer.write(&record);
    }
    writer.finish().unwrap();
    kept.0.lock().unwrap().clone()
}

/// The log, its third settlement changed.
fn with_third_settlement(log: &[u8], change: impl Fn(&mut u64, &mut Vec<Event>)) -> Vec<u8> {
    let mut settlements = 0;
    rewritten(log, |_, record| {
        if let Record::Transaction { call, gas, result: Ok(events), .. } = record
            && matches!(**call, Call::Settle { .. })
        {
            settlements += 1;
            if settlements == 3 {
                change(gas, events.to_mut());
            }
        }
    })
}

#[test]
fn a_replay_names_the_first_transaction_that_differs() {
    let scenario = Scenario { days: 6, ..scenario(Ordering::Fee, 6) };
    let (_, log) = run(&scenario, |_| {});
    assert!(replay(&rewritten(&log, |_, _| {})[..], |_| {}).is_ok());

    let difference = |log: &[u8]| match replay(log, |_| {}) {
        Err(ReplayError::Differs { transaction, call, expected, actual }) => (transaction, call, expected, actual),
        other => panic!("{other:?}"),
    };
    let (number, call, expected, actual) = difference(&with_third_settlement(&log, |gas, _| *gas += 1));
    assert!(number > 6 && call.starts_with("settle trade "), "{number} {call}");
    let (expected, actual) = (expected.split_once(" gas, ").unwrap(), actual.split_once(" gas, ").unwrap());
    assert_eq!(expected.0.parse::<u64>().unwrap(), actual.0.parse::<u64>().unwrap() + 1);
    assert_eq!(expected.1, actual.1);

    let (again, _, expected, actual) = difference(&with_third_settlement(&log, |_, events| {
        events.pop();
    }));
    assert_eq!(again, number);
    assert!(actual.starts_with(&expected) && actual.len() > expected.len(), "{expected} | {actual}");
}

#[test]
fn a_replay_refuses_records_that_cannot_be() {
    let scenario = Scenario { days: 2, ..scenario(Ordering::Fee, 7) };
    let (_, log) = run(&scenario, |_| {});
    let refused = |change: &dyn Fn(u64, &mut Record<'static>)| match replay(&rewritten(&log, change)[..], |_| {}) {
        Err(ReplayError::Impossible { record, reason }) => (record, reason),
        other => panic!("{other:?}"),
    };
    let (record, reason) = refused(&|number, record| {
        if let (2, Record::Wallet { address, .. }) = (number, record) {
            address.0[0] ^= 1;
        }
    });
    assert!(record == 2 && reason.starts_with("wallet 1 has address 0x"), "{record} {reason}");

    // The first 24 records are wallets.
    let (record, reason) = refused(&|number, record| {
        if number == 25 {
            *record = Record::Payment(TradeRef(99));
        }
    });
    assert_eq!((record, &*reason), (25, "there is no trade 99 to pay"));

    let call = |call: Call| {
        let (_, reason) = refused(&|number, record| {
            if number == 25 {
                let (call, result) = (Cow::Owned(call.clone()), Err(Refusal::Halted));
                *record = Record::Transaction { call, tip_wei: 0, gas: 0, result };
            }
        });
        reason
    };
    assert_eq!(call(Call::Accept(TradeRef(8))), "accept trade 8 names a trade there is not, or no more");
    let (trade, by) = (TradeRef(0), WalletId(24));
    assert_eq!(
        call(Call::Dispute { trade, by, deserved: false }),
        "wallet 24 disputes trade 0 names a wallet that was not made"
    );

    let (_, reason) = refused(&|number, record| {
        if let (30.., Record::Block { time, .. }) = (number, record) {
            *time -= 90 * 86_400;
        }
    });
    assert!(reason.starts_with("a block at "), "{reason}");
    // A time that no chain reaches is none that stops a replay in its tracks.
    let far = rewritten(&log, |_, record| {
        if let Record::Block { time, .. } = record {
            *time = u64::MAX;
        }
    });
    assert!(replay(&far[..], |_| {}).is_err());
}

#[test]
fn a_log_of_other_contracts_is_not_replayed() {
    let (_, log) = run(&Scenario { days: 1, ..scenario(Ordering::Fee, 8) }, |_| {});
    let reader = Reader::new(&log[..]).unwrap();
    let with = |header: crate::log::Header| {
        let kept = Kept::default();
        Log::new(&header, Some(Box::new(kept.clone()))).finish().unwrap();
        let bytes = kept.0.lock().unwrap().clone();
        replay(&bytes[..], |_| {}).unwrap_err()
    };
    let header = reader.header().clone();
    let code_digest = alloy_primitives::B256::repeat_byte(1);
    assert!(matches!(
        with(crate::log::Header { code_digest, ..header.clone() }),
        ReplayError::Code { logged, .. } if logged == code_digest
    ));
    let scenario = "name = 1".to_owned();
    assert!(matches!(with(crate::log::Header { scenario, ..header }), ReplayError::Scenario(_)));
}

#[test]
fn lines_are_those_of_a_wallet_or_a_trade() {
    let (world, log) = run(&Scenario { days: 3, ..scenario(Ordering::Fee, 9) }, |_| {});
    let lines = |filter| -> Vec<_> { Lines::new(&log[..], filter).unwrap().map(Result::unwrap).collect() };
    let all = lines(Filter::default());
    assert_eq!(all.len(), Reader::new(&log[..]).unwrap().count());
    assert!(all[0].text.starts_with("wallet 0 is 0x"), "{}", all[0].text);

    let trade = lines(Filter { trade: Some(TradeRef(3)), wallet: None });
    assert!(trade[0].text.contains(" gas, trade 3 proposed"), "{}", trade[0].text);
    assert!(trade.len() > 1 && trade.iter().all(|line| line.text.contains("trade 3") || line.text.contains(" 3")));
    assert!(trade.iter().all(|line| all[usize::try_from(line.record).unwrap() - 1] == *line));

    let address = world.core.ledger.wallets[4].address;
    let wallet = lines(Filter { wallet: Some(address), trade: None });
    assert_eq!(wallet[0].text, all[4].text);
    let proposals = |lines: &[crate::replay::Line]| {
        lines.iter().filter(|line| line.text.contains("proposes") && line.text.contains("proposed")).count()
    };
    assert!(proposals(&wallet) > 0 && proposals(&wallet) < proposals(&all));
    let both = lines(Filter { wallet: Some(address), trade: Some(TradeRef(3)) });
    assert!(both.len() <= trade.len());
}

/// Notes what it is told, and when. Proposes as its first wallet to its second, and takes whatever is proposed.
#[derive(Debug)]
struct Scribe {
    told: Arc<Mutex<Vec<String>>>,
    name: &'static str,
    wallets: Vec<WalletId>,
}

impl Scribe {
    fn note(&self, what: &str, desk: &Desk<'_>) {
        let after = desk.now() - super::GENESIS;
        self.told.lock().unwrap().push(format!("{after} {} {what}", self.name));
    }
}

impl Agent for Scribe {
    fn start(&mut self, desk: &mut Desk<'_>) {
        self.wallets = vec![desk.new_wallet(), desk.new_wallet()];
        desk.wake_in(30, 1);
        desk.wake_in(25, 2);
        desk.wake_in(30, 3);
    }

    fn wake(&mut self, token: u64, desk: &mut Desk<'_>) {
        self.note(&format!("wakes {token}"), desk);
        if token == 2 {
            // The first wallet of the other agent: 0 or 2.
            let other = WalletId(2 - self.wallets[0].0);
            desk.propose(self.wallets[0], other, Role::Payee, 1_000);
        }
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        self.note(&format!("{notice:?}"), desk);
        match notice {
            Notice::Proposed(trade) if desk.trade(trade).is_some_and(|trade| desk.owns(trade.party_b())) => {
                desk.accept(trade);
            }
            Notice::Accepted(trade) => desk.pay(trade),
            Notice::Paid(trade) => desk.settle(trade, Shown::Known),
            _ => {}
        }
    }
}

/// Draws partners for the first of its wallets, which is nearly all of the market; and pays more for gas than anybody can.
#[derive(Debug)]
struct Picker {
    picked: Arc<Mutex<Vec<Option<WalletId>>>>,
}

impl Agent for Picker {
    fn start(&mut self, desk: &mut Desk<'_>) {
        let wallets = [(); 3].map(|()| desk.new_wallet());
        let mut picked = self.picked.lock().unwrap();
        (0..20).for_each(|_| desk.offer(wallets[0]));
        picked.push(desk.any_partner(wallets[0]));
        wallets[1..].iter().for_each(|wallet| desk.offer(*wallet));
        picked.extend((0..2_000).map(|_| desk.any_partner(wallets[0])));
        let (wallet, counterparty, role) = (wallets[0], wallets[1], Role::Payer);
        let call = Call::Propose { wallet, counterparty, role, amount_sats: 1_000, texts: false };
        desk.send_with_tip(call, u64::MAX);
    }

    fn wake(&mut self, _token: u64, _desk: &mut Desk<'_>) {}

    fn notice(&mut self, _notice: Notice, _desk: &mut Desk<'_>) {}
}

#[test]
fn partners_are_drawn_among_the_others_and_any_tip_can_be_paid() {
    let picked = Arc::new(Mutex::new(Vec::new()));
    let agent = (CrowdId(0), Box::new(Picker { picked: picked.clone() }) as Box<dyn Agent>);
    let mut world = World::new(&Scenario { days: 1, ..scenario(Ordering::Fee, 1) }, 0, vec![agent], None);
    while world.step() {}
    let picked = picked.lock().unwrap();
    let count = |wallet| picked[1..].iter().filter(|partner| **partner == Some(wallet)).count();
    assert_eq!(picked[0], None, "there is no other yet");
    assert_eq!(count(WalletId(1)) + count(WalletId(2)), 2_000);
    assert!(count(WalletId(1)).abs_diff(1_000) < 150, "{}", count(WalletId(1)));
    let spent = world.core.agents[0].spent;
    assert!(spent.gas > 0 && spent.gas_wei > u128::from(spent.gas) * u128::from(u64::MAX));
}

/// Alarms go off in the order of their times and then as they were set; notices come a block later, in the order of the
/// transactions, the proposer's first; only the payer's payment counts.
#[test]
fn alarms_and_notices_come_in_order() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let scribe = |name| {
        let agent = Scribe { told: told.clone(), name, wallets: Vec::new() };
        (CrowdId(0), Box::new(agent) as Box<dyn Agent>)
    };
    let scenario = Scenario { days: 1, ..scenario(Ordering::FirstCome, 1) };
    let mut world = World::new(&scenario, 0, vec![scribe("one"), scribe("other")], None);
    while world.step() {}
    let told = told.lock().unwrap();
    let expected = [
        "36 one wakes 2",
        "36 other wakes 2",
        "36 one wakes 1",
        "36 one wakes 3",
        "36 other wakes 1",
        "36 other wakes 3",
        "48 one Proposed(TradeRef(0))",
        "48 other Proposed(TradeRef(0))",
        "48 other Proposed(TradeRef(1))",
        "48 one Proposed(TradeRef(1))",
        "60 one Accepted(TradeRef(0))",
        "60 other Accepted(TradeRef(0))",
        "60 other Accepted(TradeRef(1))",
        "60 one Accepted(TradeRef(1))",
        "72 other Paid(TradeRef(0))",
        "72 one Paid(TradeRef(1))",
        "84 one Settled(TradeRef(0))",
        "84 other Settled(TradeRef(0))",
        "84 other Settled(TradeRef(1))",
        "84 one Settled(TradeRef(1))",
    ];
    assert_eq!(*told, expected);
    let spent: Vec<_> = world.core.agents.iter().map(|agent| agent.spent.lightning_msat).collect();
    assert_eq!(spent, [1_500, 1_500]);
}
