use alloy_primitives::U256;
use barter_bindings::BarterCore;
use barter_protocol::Role;

use super::{Ledger, trades::KEPT_SECONDS};
use crate::{
    AgentId, Scenario, TradeRef, WalletId,
    record::{Call, Event, Refusal, Shown},
    scenario::Arbiter,
};

const GENESIS: u64 = 1_780_272_000;
const AMOUNT: u64 = 1_000_000;

/// Wallets 0 and 1 are of one agent, 2 and 3 of another; all but 3 can sign.
fn ledger() -> Ledger {
    let text = "name = \"a ledger\"\n[[crowd]]\nagent = \"trader\"";
    let scenario = Scenario { arbiter: Arbiter::Fair { after_days: 1 }, ..Scenario::parse(text).unwrap() };
    let mut ledger = Ledger::new(&scenario, 7);
    for (agent, can_sign) in [(0, true), (0, true), (1, true), (1, false)] {
        ledger.add_wallet(AgentId(agent), can_sign);
    }
    ledger.begin_block(GENESIS);
    ledger
}

/// Sends a call; the events, or the name of the error.
fn send(ledger: &mut Ledger, call: &Call) -> Result<Vec<Event>, String> {
    let mut events = Vec::new();
    let transaction = ledger.transaction(call).ok_or("not sent")?;
    let done = ledger.execute(call, transaction, &mut events);
    done.refusal.map_or(Ok(events), |refusal| Err(refusal.name()))
}

fn gas(ledger: &mut Ledger, call: &Call) -> u64 {
    let transaction = ledger.transaction(call).unwrap();
    let done = ledger.execute(call, transaction, &mut Vec::new());
    assert_eq!(done.refusal, None, "{call:?}");
    done.gas
}

fn propose(wallet: u32, counterparty: u32) -> Call {
    let (wallet, counterparty) = (WalletId(wallet), WalletId(counterparty));
    Call::Propose { wallet, counterparty, role: Role::Payer, amount_sats: AMOUNT, texts: true }
}

fn open(wallet: u32, counterparty: u32) -> Call {
    let (wallet, counterparty) = (WalletId(wallet), WalletId(counterparty));
    Call::Open { wallet, counterparty, role: Role::Payee, amount_sats: AMOUNT, texts: true }
}

fn settle(trade: u64, shown: Shown) -> Call {
    Call::Settle { trade: TradeRef(trade), shown }
}

/// The next trade, accepted, between two wallets.
fn accepted(ledger: &mut Ledger, wallet: u32, counterparty: u32) -> TradeRef {
    let trade = ledger.trades.next();
    send(ledger, &propose(wallet, counterparty)).unwrap();
    send(ledger, &Call::Accept(trade)).unwrap();
    trade
}

fn refused(name: &str) -> Result<Vec<Event>, String> {
    Err(name.to_owned())
}

#[test]
fn proposing_makes_the_next_trade_or_says_what_is_wrong() {
    let ledger = &mut ledger();
    assert_eq!(send(ledger, &propose(0, 2)), Ok(vec![Event::Proposed(TradeRef(0))]));
    assert_eq!(send(ledger, &propose(0, 0)), refused("SelfTrade"));
    let small = Call::Propose {
        wallet: WalletId(0),
        counterparty: WalletId(2),
        role: Role::Payee,
        amount_sats: 999,
        texts: true,
    };
    assert_eq!(send(ledger, &small), refused("AmountOutOfRange"));
    assert_eq!(send(ledger, &propose(2, 0)), Ok(vec![Event::Proposed(TradeRef(1))]));
}

#[test]
fn opening_takes_the_signature_of_the_counterparty() {
    let ledger = &mut ledger();
    let trade = TradeRef(0);
    assert_eq!(send(ledger, &open(0, 1)), Ok(vec![Event::Proposed(trade), Event::Accepted(trade)]));
    assert_eq!(ledger.trades.get(trade).unwrap().payer, WalletId(1));
    assert_eq!(send(ledger, &open(2, 3)), refused("not sent"), "wallet 3 cannot sign");
    assert_eq!(send(ledger, &open(3, 2)).unwrap().len(), 2, "whoever sends need not");
    let small =
        Call::Open { wallet: WalletId(0), counterparty: WalletId(1), role: Role::Payer, amount_sats: 1, texts: true };
    assert_eq!(send(ledger, &small), refused("AmountOutOfRange"));
}

#[test]
fn accepting_is_refused_twice_and_after_the_lifetime() {
    let ledger = &mut ledger();
    let trade = accepted(ledger, 0, 2);
    assert_eq!(send(ledger, &Call::Accept(trade)), refused("WrongStatus"));
    send(ledger, &propose(0, 2)).unwrap();
    ledger.begin_block(GENESIS + 7 * 86_400 + 1);
    assert_eq!(send(ledger, &Call::Accept(TradeRef(1))), refused("TradeExpired"));
}

#[test]
fn settling_takes_the_preimage_which_whoever_paid_knows() {
    let ledger = &mut ledger();
    let trade = accepted(ledger, 0, 2);
    assert_eq!(send(ledger, &settle(0, Shown::Known)), refused("PreimageMismatch"), "nobody has paid");
    let other = accepted(ledger, 0, 2);
    assert_eq!(ledger.paid(trade), Some(WalletId(0)));
    assert_eq!(send(ledger, &settle(0, Shown::Guess)), refused("PreimageMismatch"));
    let events = send(ledger, &settle(0, Shown::Known)).unwrap();
    assert_eq!(events.len(), 5, "settled, two scores, two credits: {events:?}");
    assert_eq!(events[0], Event::Settled(trade));
    assert!(events.contains(&Event::Score { wallet: WalletId(0), score: 10 }));
    assert!(events.contains(&Event::Credit { wallet: WalletId(2), tokens: 1_000 }));
    assert_eq!(send(ledger, &settle(0, Shown::Known)), refused("WrongStatus"));
    assert_eq!(send(ledger, &settle(other.0, Shown::Of(trade))), refused("PreimageMismatch"));
    assert_eq!(send(ledger, &settle(other.0, Shown::Of(other))).unwrap()[0], Event::Settled(other));
}

#[test]
fn an_owner_of_both_wallets_needs_no_payment() {
    let ledger = &mut ledger();
    let trade = accepted(ledger, 0, 1);
    assert_eq!(send(ledger, &settle(trade.0, Shown::Known)).unwrap()[0], Event::Settled(trade));
}

#[test]
fn a_batch_settles_each_of_its_trades_or_none() {
    let ledger = &mut ledger();
    let trades = [accepted(ledger, 0, 1), accepted(ledger, 0, 1)];
    let unpaid = accepted(ledger, 0, 2);
    let with_unpaid = Call::SettleBatch([trades[0], unpaid].into());
    assert_eq!(send(ledger, &with_unpaid), refused("PreimageMismatch"));
    let events = send(ledger, &Call::SettleBatch(trades.into())).unwrap();
    let credits = events.iter().filter(|event| matches!(event, Event::Credit { .. })).count();
    assert_eq!((events.len(), credits), (10, 4));
    assert_eq!(events[5], Event::Settled(trades[1]));
    assert_eq!(send(ledger, &Call::SettleBatch([].into())), refused("not sent"));
}

#[test]
fn a_payee_cannot_settle_by_any_means() {
    let ledger = &mut ledger();
    let trade = accepted(ledger, 0, 2);
    assert_eq!(send(ledger, &Call::SettleAsPayee(trade)), refused("NotPayer"));
    assert_eq!(send(ledger, &Call::SettleForged(trade)), refused("InvalidSignature"));
    let trade = accepted(ledger, 0, 3);
    assert_eq!(send(ledger, &Call::SettleForged(trade)), refused("InvalidSignature"), "nor without a key");
}

#[test]
fn a_dispute_is_dismissed_once_or_upheld_for_good() {
    let ledger = &mut ledger();
    let trade = accepted(ledger, 0, 2);
    let dispute = |by| Call::Dispute { trade, by: WalletId(by), deserved: true };
    let uphold = |at_fault| Call::Uphold { trade, at_fault: WalletId(at_fault) };
    assert_eq!(send(ledger, &dispute(1)), refused("NotParty"));
    assert_eq!(send(ledger, &Call::Dismiss(trade)), refused("WrongStatus"));
    assert_eq!(send(ledger, &uphold(2)), refused("WrongStatus"));
    assert_eq!(send(ledger, &dispute(0)), Ok(vec![Event::Disputed(trade)]));
    assert_eq!(ledger.trades.get(trade).unwrap().at_fault, Some(WalletId(2)));
    assert_eq!(send(ledger, &Call::Dismiss(trade)), Ok(vec![Event::Dismissed(trade)]));
    assert_eq!(send(ledger, &dispute(2)), refused("DisputeAlreadyDismissed"));

    let trade = accepted(ledger, 0, 2);
    let dispute = Call::Dispute { trade, by: WalletId(2), deserved: true };
    let uphold = |at_fault| Call::Uphold { trade, at_fault: WalletId(at_fault) };
    send(ledger, &dispute).unwrap();
    assert_eq!(send(ledger, &uphold(1)), refused("NotParty"));
    assert_eq!(send(ledger, &uphold(0)), Ok(vec![Event::Upheld(trade)]));
    assert_eq!(send(ledger, &Call::Dismiss(trade)), refused("DisputeAlreadyUpheld"));
}

/// The first trade between two wallets that have traded with others before, as `snapshots/` has it for a proposer's open
/// page; accepting costs 12 gas more or less by the zeros in the trade's id.
#[test]
fn gas_is_what_a_chain_charges() {
    let ledger = &mut ledger();
    for wallet in [0, 2] {
        let trade = accepted(ledger, wallet, wallet + 1);
        send(ledger, &settle(trade.0, Shown::Known)).unwrap();
    }
    let first = accepted(ledger, 0, 2);
    ledger.paid(first);
    send(ledger, &settle(first.0, Shown::Known)).unwrap();
    let trade = ledger.trades.next();
    let proposed = gas(ledger, &propose(0, 2));
    let accepted = gas(ledger, &Call::Accept(trade));
    ledger.paid(trade);
    let settled = gas(ledger, &settle(trade.0, Shown::Known));
    assert_eq!((proposed / 100, accepted / 100, settled / 100), (1_122, 419, 799), "{proposed} {accepted} {settled}");
}

/// The dearest batch is one whose trades are each the first of two wallets; it has enough gas whatever the formula, and not much
/// more than that.
#[test]
fn a_batch_has_the_gas_it_needs_and_little_more() {
    let mut measured = Vec::new();
    for formula in crate::Formula::ALL {
        for trades in [1, 2, 10, barter_protocol::limits::MAX_BATCH] {
            let text = "name = \"a ledger\"\n[[crowd]]\nagent = \"trader\"";
            let mut scenario = Scenario::parse(text).unwrap();
            scenario.parameters.formula = formula;
            let ledger = &mut Ledger::new(&scenario, 7);
            (0..=trades).for_each(|_| _ = ledger.add_wallet(AgentId(0), true));
            ledger.begin_block(GENESIS);
            let all: Vec<_> = (1..).take(trades).map(|payee| accepted(ledger, 0, payee)).collect();
            let batch = Call::SettleBatch(all.into());
            let (used, limit) = (gas(ledger, &batch), batch.gas_limit());
            measured.push((formula, trades, used, limit));
        }
    }
    assert!(measured.iter().all(|(_, _, used, limit)| used < limit), "{measured:?}");
    assert!(measured.iter().all(|(_, _, used, limit)| *limit < used * 6 / 5), "{measured:?}");
}

#[test]
fn too_little_gas_is_an_end_like_another() {
    let ledger = &mut ledger();
    let transaction = ledger.transaction(&propose(0, 2)).unwrap();
    let core = ledger.chain.addresses.core;
    let done = ledger.chain.execute_within(ledger.wallets[0].address, core, transaction.data, 60_000);
    assert_eq!((done.end, done.gas), (crate::chain::End::Halt, 60_000));
    assert_eq!(Refusal::Halted.name(), "OutOfGas");
    // And it has changed nothing.
    assert_eq!(send(ledger, &propose(0, 2)), Ok(vec![Event::Proposed(TradeRef(0))]));
}

#[test]
fn an_error_without_a_name_is_told_by_its_selector() {
    assert_eq!(Refusal::Reverted([1, 2, 3, 4]).name(), "0x01020304");
}

/// Whatever is over leaves no trace but what the contracts keep of wallets and pairs: not an account, not a slot.
#[test]
fn what_is_over_is_forgotten_by_the_contracts_too() {
    let (ledger, other) = (&mut ledger(), &mut ledger());
    let round = |ledger: &mut Ledger, time| {
        ledger.begin_block(time);
        for _ in 0..4 {
            let trade = accepted(ledger, 0, 1);
            send(ledger, &settle(trade.0, Shown::Known)).unwrap();
            send(ledger, &propose(2, 0)).unwrap();
        }
    };
    let week = 7 * 86_400 + KEPT_SECONDS + 1;
    // From the second round on, a pair and its wallets have all the slots they will ever have.
    for number in 0..3 {
        round(ledger, GENESIS + number * week);
        round(other, GENESIS + number * week);
    }
    let size = ledger.chain.size();
    for number in 3..20 {
        round(ledger, GENESIS + number * week);
        assert_eq!(ledger.chain.size(), size);
        assert_eq!(ledger.trades.len(), 8);
    }
    other.trades.keep_all();
    round(other, GENESIS + 3 * week);
    assert!(other.chain.size() > size, "without forgetting it grows");
    assert_eq!(send(ledger, &Call::Accept(TradeRef(0))), refused("not sent"));
}

/// A page is kept until its last trade is forgotten: an older one next to it may still be settled, and is charged as always.
#[test]
fn a_page_is_kept_for_the_last_of_its_trades() {
    let ledger = &mut ledger();
    let late = accepted(ledger, 0, 1);
    for _ in 0..7 {
        let trade = accepted(ledger, 0, 1);
        send(ledger, &settle(trade.0, Shown::Known)).unwrap();
    }
    // Past the lifetime of proposals as well: this one was accepted in time.
    ledger.begin_block(GENESIS + 8 * 86_400);
    assert_eq!(ledger.trades.len(), 1);
    assert_eq!(send(ledger, &settle(late.0, Shown::Known)), Ok(vec![Event::Settled(late)]), "the pair cap is reached");
}

/// A simulated call leaves nothing behind: what follows does the same, at the same price.
#[test]
fn what_is_simulated_has_not_happened() {
    let (simulated, plain) = (&mut ledger(), &mut ledger());
    for ledger in [&mut *simulated, &mut *plain] {
        accepted(ledger, 0, 2);
    }
    let core = simulated.chain.addresses.core;
    let (wallet, other) = (simulated.wallets[0].address, simulated.wallets[2].address);
    let trade_id = simulated.trades.get(TradeRef(0)).unwrap().trade_id;
    let preimage = simulated.preimage(TradeRef(0)).into();
    let payment_hash = simulated.preimage(TradeRef(1)).payment_hash().into();
    for _ in 0..2 {
        let propose = BarterCore::proposeTradeCall {
            counterparty: other,
            paymentHash: payment_hash,
            amountSats: U256::from(AMOUNT),
            category: String::new(),
            description: String::new(),
        };
        assert!(simulated.chain.simulate(wallet, core, &propose).is_ok());
        let settle = BarterCore::settleTradeCall { tradeId: trade_id, preimage };
        assert!(simulated.chain.simulate(wallet, core, &settle).is_ok());
        assert!(simulated.chain.simulate(other, core, &settle).is_err());
    }
    for ledger in [&mut *simulated, &mut *plain] {
        ledger.paid(TradeRef(0));
    }
    for call in [settle(0, Shown::Known), propose(0, 2), Call::Accept(TradeRef(1))] {
        assert_eq!(gas(simulated, &call), gas(plain, &call), "{call:?}");
    }
    let summary = BarterCore::getWalletCall { wallet };
    assert_eq!(simulated.chain.view(core, &summary), plain.chain.view(core, &summary));
}
