//! The cheapest way to a score that is known: everything in one transaction.
//!
//! A wallet that is a contract, or an account that delegates to one (EIP-7702), opens all trades with the counterparties' signatures
//! and settles them as their payer, all in one transaction: the base fee of a transaction is paid once, and what the first call
//! loads is cheap for the others. What the simulator's farmer does with plain wallets takes a transaction for each opening. Texts
//! are left empty, as the farmer leaves them; a payment is not needed, because one owner has both sides.
//!
//! `cargo test -p barter-sim --test cheapest -- --nocapture` prints the figures.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall as _, SolEvent as _};
use barter_bindings::{BarterCore, IBarterCore};
use barter_protocol::{Preimage, limits::MAX_AMOUNT_SATS};
use barter_sim::{
    Scenario,
    chain::{Chain, End},
    world::GENESIS,
};

/// Targets, with the gas that one transaction takes to reach them: all that is signed and the contract's own few instructions
/// included, its deployment not. Measured; the test holds them to a few parts in a hundred.
const ONE_TRANSACTION_GAS: [(u64, u64); 3] = [(100, 518_000), (350, 1_227_000), (700, 2_312_000)];
/// The same for the simulator's farmer, who has plain wallets.
const PLAIN_WALLETS_GAS: [(u64, u64); 3] = [(100, 619_000), (350, 1_549_000), (700, 2_964_000)];
/// How far a measurement may be from a constant, in parts of a hundred.
const TOLERANCE_PERCENT: u64 = 3;

/// Trades of a pair that count, under today's parameters.
const PAIR_CAP: u64 = 5;

fn preimage(number: u64) -> Preimage {
    Preimage::new(keccak256([b"preimage".as_slice(), &number.to_be_bytes()].concat()).0)
}

/// A transaction of the contract at `hub`: opens so many trades, each counterparty's as often as counts, and settles them.
fn calls(chain: &mut Chain, hub: Address, trades: u64) -> Vec<Vec<u8>> {
    let core = chain.addresses.core;
    let deadline = U256::from(GENESIS + 86_400);
    let (mut calls, mut settlements) = (Vec::new(), Vec::new());
    for number in 0..trades {
        let key = keccak256([b"partner".as_slice(), &(number / PAIR_CAP).to_be_bytes()].concat());
        let partner = PrivateKeySigner::from_bytes(&key).unwrap();
        let preimage = preimage(number);
        let terms = IBarterCore::Terms {
            payer: hub,
            payee: partner.address(),
            paymentHash: B256::from(preimage.payment_hash()),
            amountSats: U256::from(MAX_AMOUNT_SATS),
            category: String::new(),
            description: String::new(),
        };
        let digest = BarterCore::openTradeDigestCall { proposer: hub, terms: terms.clone(), deadline };
        let digest = chain.view(core, &digest).unwrap();
        let signature = partner.sign_hash_sync(&digest).unwrap().as_bytes().into();
        let call = BarterCore::openTradeCall { terms, deadline, signature };
        // An id is made of the hub's address and the payment hash: it does not matter how many are open.
        let trade_id = chain.simulate(hub, core, &call).unwrap().value;
        calls.push(call.abi_encode());
        settlements.push(IBarterCore::Settlement {
            tradeId: trade_id,
            preimage: preimage.into(),
            deadline: U256::ZERO,
            signature: Bytes::new(),
        });
    }
    calls.push(BarterCore::settleTradesCall { settlements }.abi_encode());
    calls
}

/// Code that passes on the parts of its input, one after the other, to one address, and stops.
fn relay(to: Address, calls: &[Vec<u8>]) -> Bytes {
    const PUSH0: u8 = 0x5f;
    const PUSH3: u8 = 0x62;
    const PUSH20: u8 = 0x73;
    const CALLDATACOPY: u8 = 0x37;
    const GAS: u8 = 0x5a;
    const CALL: u8 = 0xf1;
    const POP: u8 = 0x50;
    const STOP: u8 = 0x00;
    let push = |code: &mut Vec<u8>, number: usize| {
        code.push(PUSH3);
        code.extend(&u32::try_from(number).unwrap().to_be_bytes()[1..]);
    };
    let (mut code, mut from) = (Vec::new(), 0);
    for call in calls {
        push(&mut code, call.len());
        push(&mut code, from);
        code.extend([PUSH0, CALLDATACOPY, PUSH0, PUSH0]);
        push(&mut code, call.len());
        code.extend([PUSH0, PUSH0, PUSH20]);
        code.extend(to.as_slice());
        code.extend([GAS, CALL, POP]);
        from += call.len();
    }
    code.push(STOP);
    code.into()
}

/// Gas of so many trades in one transaction, and the score of the hub after it.
fn in_one_transaction(trades: u64) -> (u64, u64) {
    let (owner, hub) = (Address::repeat_byte(0x77), Address::from_word(keccak256("a wallet that is a contract")));
    let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
    chain.set_time(GENESIS);
    let core = chain.addresses.core;
    let calls = calls(&mut chain, hub, trades);
    chain.install(hub, relay(core, &calls));
    let done = chain.execute(owner, hub, calls.concat().into());
    assert_eq!(done.end, End::Success);
    let is_settled =
        |log: &&alloy_primitives::Log| log.topics().first() == Some(&BarterCore::TradeSettled::SIGNATURE_HASH);
    assert_eq!(done.logs.iter().filter(is_settled).count() as u64, trades);
    let summary = chain.view(core, &BarterCore::getWalletCall { wallet: hub }).unwrap();
    (done.gas, u64::try_from(summary.score).unwrap())
}

/// Trades and gas of the simulator's farmer.
fn with_plain_wallets(target: u64) -> (u64, u64) {
    let text = format!("name = \"farmer\"\ndays = 2\n[[crowd]]\nagent = \"farmer\"\ntarget = {target}\n");
    let outcome = barter_sim::run(&Scenario::parse(&text).unwrap(), &()).unwrap();
    let reached = outcome.crowds[0].milestones.iter().find(|milestone| milestone.score == target).unwrap();
    let cheapest = reached.cheapest.unwrap();
    (cheapest.trades, cheapest.spent.gas)
}

fn is_about(measured: u64, constant: u64) -> bool {
    measured.abs_diff(constant) * 100 <= constant * TOLERANCE_PERCENT
}

#[test]
fn one_transaction_is_cheaper_than_plain_wallets_by_a_fifth() {
    let measured = ONE_TRANSACTION_GAS.map(|(target, _)| {
        let (trades, plain) = with_plain_wallets(target);
        let (gas, score) = in_one_transaction(trades);
        let less = 100 - gas * 100 / plain;
        println!("a score of {target}: {trades} trades, {gas} gas in one transaction, {plain} with plain wallets, {less}% less");
        assert!(score >= target, "{score}, expected {target}");
        assert!((15..=25).contains(&less), "{less}% less for {target}");
        (gas, plain)
    });
    for (place, (gas, plain)) in measured.into_iter().enumerate() {
        for (gas, (target, expected)) in [(gas, ONE_TRANSACTION_GAS[place]), (plain, PLAIN_WALLETS_GAS[place])] {
            assert!(is_about(gas, expected), "{gas} gas for a score of {target}, expected about {expected}");
        }
    }
}
