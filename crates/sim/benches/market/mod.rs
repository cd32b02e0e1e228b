//! Whole trades as bare transactions: who sends what to the contracts.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolCall as _;
use barter_bindings::BarterCore;
use barter_protocol::Preimage;
use barter_sim::chain::Chain;

/// Wallets that trade with each other, each with its neighbours.
const WALLETS: u64 = 1_000;
/// How many neighbours.
const NEIGHBOURS: u64 = 20;

/// One trade: three transactions.
pub(crate) struct Trade {
    pub(crate) payer: Address,
    pub(crate) payee: Address,
    pub(crate) propose: Bytes,
    pub(crate) accept: Bytes,
    pub(crate) settle: Bytes,
}

/// The next trades of a market, from number `from` on. Their ids do not depend on the chain or the time.
pub(crate) fn trades(from: u64, count: u64) -> Vec<Trade> {
    let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
    (from..from + count).map(|number| trade(&mut chain, number)).collect()
}

pub(crate) fn wallet(number: u64) -> Address {
    Address::from_word(keccak256((number % WALLETS).to_be_bytes()))
}

fn trade(chain: &mut Chain, number: u64) -> Trade {
    // 7 has no factor in common with the number of wallets: all take turns.
    let place = number * 7;
    let (payer, payee) = (wallet(place), wallet(place + 1 + number / WALLETS % NEIGHBOURS));
    let preimage = Preimage::new(keccak256(number.to_be_bytes()).0);
    let payment_hash = B256::from(preimage.payment_hash());
    let (category, description) =
        ("digital-goods".to_owned(), "Logo design, three drafts, source files included...".to_owned());
    let amount = U256::from(1_000 + number % 1_000_000);
    let call = BarterCore::proposeTradeCall {
        counterparty: payee,
        paymentHash: payment_hash,
        amountSats: amount,
        category,
        description,
    };
    let id = chain.simulate(payer, chain.addresses.core, &call).unwrap().value;
    Trade {
        payer,
        payee,
        propose: call.abi_encode().into(),
        accept: BarterCore::acceptTradeCall { tradeId: id }.abi_encode().into(),
        settle: BarterCore::settleTradeCall { tradeId: id, preimage: preimage.into() }.abi_encode().into(),
    }
}
