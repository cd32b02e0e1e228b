//! Trades of disjoint pairs commute: what others do in the same block changes nothing for a pair, not even its gas.

use alloy_primitives::Log;
use barter_protocol::TradeId;
use barter_sim::model::{
    Name, Operation, World,
    operation::{Amount, Deadline, Draft, Duration, Form, Hidden, Pick, Share, Shown, Signing, Texts, Until, Who},
};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::cases::cases;

const CASES: u32 = 48;
/// Pairs of the traders, disjoint. One more pair trades before them.
const PAIRS: usize = 5;

/// What a pair does, by itself: trades are the pair's own, in the order it proposed them in.
#[derive(Clone, Debug)]
enum Act {
    Propose { is_swapped: bool, as_payee: bool, amount_sats: u64, is_open: bool },
    Settled { is_swapped: bool, amount_sats: u64 },
    Accept(usize),
    Settle(usize),
    SettleBySignature(usize),
    Dispute(usize),
    Dismiss(usize),
    Uphold(usize),
    Transfer { is_swapped: bool, share: Share },
    Permit { is_swapped: bool, share: Share },
    TransferFrom { is_swapped: bool, share: Share },
    Burn { is_swapped: bool, share: Share },
}

fn act() -> impl Strategy<Value = Act> {
    let amount = || prop_oneof![Just(1_000_u64), 1_000..50_000_000_u64];
    let share = || prop_oneof![Just(Share::Half), Just(Share::All)];
    prop_oneof![
        4 => (any::<bool>(), any::<bool>(), amount(), any::<bool>()).prop_map(
            |(is_swapped, as_payee, amount_sats, is_open)| Act::Propose { is_swapped, as_payee, amount_sats, is_open }
        ),
        6 => (any::<bool>(), amount()).prop_map(|(is_swapped, amount_sats)| Act::Settled { is_swapped, amount_sats }),
        3 => (0..8_usize).prop_map(Act::Accept),
        3 => (0..8_usize).prop_map(Act::Settle),
        2 => (0..8_usize).prop_map(Act::SettleBySignature),
        2 => (0..8_usize).prop_map(Act::Dispute),
        1 => (0..8_usize).prop_map(Act::Dismiss),
        1 => (0..8_usize).prop_map(Act::Uphold),
        1 => (any::<bool>(), share()).prop_map(|(is_swapped, share)| Act::Transfer { is_swapped, share }),
        1 => (any::<bool>(), share()).prop_map(|(is_swapped, share)| Act::Permit { is_swapped, share }),
        1 => (any::<bool>(), share()).prop_map(|(is_swapped, share)| Act::TransferFrom { is_swapped, share }),
        1 => (any::<bool>(), share()).prop_map(|(is_swapped, share)| Act::Burn { is_swapped, share }),
    ]
}

/// A block: what each pair does in it, and two orders to do it in.
#[derive(Clone, Debug)]
struct Block {
    acts: [Vec<Act>; PAIRS],
    /// Which pair is next, again and again; those that have no act left are passed over.
    orders: [Vec<usize>; 2],
    seconds_before: u64,
}

fn block() -> impl Strategy<Value = Block> {
    let acts = prop::array::uniform5(prop::collection::vec(act(), 0..6));
    let order = || prop::collection::vec(0..PAIRS, 0..24);
    (acts, [order(), order()], 0..200_000_u64).prop_map(|(acts, orders, seconds_before)| Block {
        acts,
        orders,
        seconds_before,
    })
}

/// Which pair acts when: as the order says, then whoever is left.
fn schedule(block: &Block, order: &[usize]) -> Vec<(usize, Act)> {
    let mut left: Vec<_> = block.acts.iter().map(|acts| acts.iter().cloned()).collect();
    let mut schedule: Vec<_> = order.iter().filter_map(|&pair| left[pair].next().map(|act| (pair, act))).collect();
    for (pair, acts) in left.into_iter().enumerate() {
        schedule.extend(acts.map(|act| (pair, act)));
    }
    schedule
}

/// What a pair can tell of its own: each act's gas and events.
#[derive(Debug, Default, PartialEq)]
struct Tale {
    trades: Vec<TradeId>,
    acts: Vec<Acted>,
}

/// What came of one act, which may be several transactions.
#[derive(Debug, PartialEq)]
struct Acted {
    gas_used: Vec<u64>,
    events: Vec<(u64, Log)>,
}

fn names(pair: usize) -> [Name; 2] {
    [2 * pair, 2 * pair + 1].map(|index| Name::new(u8::try_from(index).unwrap()))
}

fn signing() -> Signing {
    Signing { by: Who::Right, deadline: Deadline::Never, form: Form::Full, is_cancelled: false }
}

fn draft(proposer: Name, counterparty: Name, as_payee: bool, preimage: usize, amount_sats: u64) -> Draft {
    let texts = Texts { category: "digital-goods".to_owned(), description: "a thing".to_owned() };
    let preimage = Hidden(u8::try_from(preimage).unwrap());
    Draft { proposer, counterparty: counterparty.into(), as_payee, preimage, amount: Amount(amount_sats), texts }
}

/// The operation that an act is in the world as it stands.
fn operation(world: &World, pair: usize, tale: &Tale, act: &Act) -> Operation {
    let ends = |is_swapped: bool| {
        let [one, other] = names(pair);
        if is_swapped { (other, one) } else { (one, other) }
    };
    let draft = |is_swapped, as_payee, amount_sats| {
        let (proposer, counterparty) = ends(is_swapped);
        draft(proposer, counterparty, as_payee, tale.trades.len(), amount_sats)
    };
    let pick = |index: usize| {
        let trade_id = tale.trades.get(index % tale.trades.len().max(1));
        let place = trade_id.and_then(|trade_id| world.trades().iter().position(|other| other == trade_id));
        place.map_or(Pick::Unknown, |place| Pick::Any(u8::try_from(place).unwrap()))
    };
    // Where there is no trade yet, somebody of this pair must be the one refused.
    let caller = |role: Who| if tale.trades.is_empty() { Who::Wallet(ends(false).0) } else { role };
    match *act {
        Act::Propose { is_swapped, as_payee, amount_sats, is_open: false } => {
            Operation::Propose(draft(is_swapped, as_payee, amount_sats))
        }
        Act::Propose { is_swapped, as_payee, amount_sats, is_open: true } => {
            Operation::Open { draft: draft(is_swapped, as_payee, amount_sats), caller: Who::Right, signing: signing() }
        }
        Act::Settled { is_swapped, amount_sats } => {
            Operation::Trade { draft: draft(is_swapped, false, amount_sats), until: Until::Settled }
        }
        Act::Accept(index) => Operation::Accept { trade: pick(index), caller: caller(Who::Right) },
        Act::Settle(index) => {
            Operation::Settle { trade: pick(index), caller: caller(Who::Right), preimage: Shown::Right }
        }
        Act::SettleBySignature(index) => Operation::SettleBySignature {
            caller: ends(false).1,
            trade: pick(index),
            preimage: Shown::Right,
            signing: signing(),
        },
        Act::Dispute(index) => Operation::Dispute { trade: pick(index), caller: caller(Who::Right) },
        Act::Dismiss(index) => Operation::Dismiss { trade: pick(index), caller: Who::Right },
        Act::Uphold(index) => {
            Operation::Uphold { trade: pick(index), caller: Who::Right, at_fault: caller(Who::Right) }
        }
        Act::Transfer { is_swapped, share } => {
            let (from, to) = ends(is_swapped);
            Operation::Transfer { from, to: to.into(), share }
        }
        Act::Permit { is_swapped, share } => {
            let (owner, spender) = ends(is_swapped);
            let (caller, owner, spender) = (spender, owner.into(), spender.into());
            Operation::Permit { caller, owner, spender, share, signing: signing(), is_replay: false }
        }
        Act::TransferFrom { is_swapped, share } => {
            let (from, spender) = ends(is_swapped);
            let (from, to) = (from.into(), spender.into());
            Operation::TransferFrom { spender, from, to, share, renewed: Some(Share::Half) }
        }
        Act::Burn { is_swapped, share } => Operation::Burn { wallet: ends(is_swapped).0, share },
    }
}

fn run(blocks: &[Block], order: usize) -> Result<(World, [Tale; PAIRS]), TestCaseError> {
    let mut world = World::new(true);
    let mut tales: [Tale; PAIRS] = std::array::from_fn(|_| Tale::default());
    let perform = |world: &mut World, operation: &Operation| {
        let performed = world.perform(operation);
        performed.map_err(|disagreement| TestCaseError::fail(world.failure(&disagreement).to_string()))
    };
    // The first credit of all is dearer, because the total supply's slot was empty: the one thing all pairs share. The two
    // contracts' credit stays, so that it never is again.
    let [one, other] = names(PAIRS);
    perform(&mut world, &Operation::Trade { draft: draft(one, other, false, 0, 1_000), until: Until::Settled })?;
    for block in blocks {
        perform(&mut world, &Operation::Wait(Duration(block.seconds_before)))?;
        for (pair, act) in schedule(block, &block.orders[order]) {
            let (gas, events, trades) = (world.gas_used().len(), world.events().len(), world.trades().len());
            let operation = operation(&world, pair, &tales[pair], &act);
            perform(&mut world, &operation)?;
            tales[pair].trades.extend(&world.trades()[trades..]);
            let (gas_used, events) = (world.gas_used()[gas..].to_vec(), world.events()[events..].to_vec());
            tales[pair].acts.push(Acted { gas_used, events });
        }
    }
    Ok((world, tales))
}

#[test]
fn trades_of_disjoint_pairs_commute() {
    cases(CASES, &prop::collection::vec(block(), 1..4), |blocks| {
        let (mut world, tales) = run(&blocks, 0)?;
        let (mut other_world, other_tales) = run(&blocks, 1)?;
        for (tale, other) in tales.iter().zip(&other_tales) {
            prop_assert_eq!(tale, other);
        }
        prop_assert_eq!(world.ledger(), other_world.ledger());
        let (shown, other_shown) = (world.shown().unwrap(), other_world.shown().unwrap());
        prop_assert_eq!(shown.len(), other_shown.len());
        for (shown, other) in shown.iter().zip(&other_shown) {
            prop_assert_eq!(shown, other);
        }
        Ok(())
    });
}
