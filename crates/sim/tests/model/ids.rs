//! Trade ids and what wallets sign, by the protocol and by the contracts.

use alloy_primitives::{Address, B256, U256};
use barter_bindings::{BarterCore, ContractError, IBarterCore};
use barter_protocol::{
    PaymentHash, Preimage, Role, SigningDomain, Terms,
    limits::{MAX_AMOUNT_SATS, MAX_CATEGORY_BYTES, MAX_DESCRIPTION_BYTES, MIN_AMOUNT_SATS},
};
use proptest::{prelude::*, test_runner::TestCaseError};

use barter_sim::chain::{CHAIN_ID, Chain};

use crate::cases::cases;

/// Texts of every length, with characters of one to four bytes.
fn text(maximum: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![4 => any::<char>(), 4 => prop::char::range(' ', '~')], 0..=maximum).prop_map(
        move |characters| {
            let mut text = String::new();
            for character in characters {
                if text.len() + character.len_utf8() <= maximum {
                    text.push(character);
                }
            }
            text
        },
    )
}

fn wallet() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_filter_map("zero address", |bytes| Some(Address::from(bytes)).filter(|a| !a.is_zero()))
}

fn terms() -> impl Strategy<Value = Terms> {
    let amount = prop_oneof![Just(MIN_AMOUNT_SATS), Just(MAX_AMOUNT_SATS), MIN_AMOUNT_SATS..=MAX_AMOUNT_SATS];
    let texts = (text(MAX_CATEGORY_BYTES), text(MAX_DESCRIPTION_BYTES));
    (wallet(), wallet(), any::<[u8; 32]>(), amount, texts).prop_filter_map(
        "terms out of the limits",
        |(payer, payee, hash, amount_sats, (category, description))| {
            Terms::new(payer, payee, PaymentHash::new(hash), amount_sats, category, description).ok()
        },
    )
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Payer), Just(Role::Payee)]
}

#[test]
fn trade_ids_agree() {
    let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
    let core = chain.addresses.core;
    cases(400, &(terms(), role()), |(terms, proposer)| {
        let call = BarterCore::tradeIdOfCall { proposer: terms.wallet(proposer), terms: (&terms).into() };
        prop_assert_eq!(chain.view(core, &call), Ok(terms.trade_id(proposer)));
        Ok(())
    });
}

#[test]
fn terms_out_of_the_limits_are_refused_alike() {
    let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
    let core = chain.addresses.core;
    // Around each limit, and any combination of them, so that the order of the checks is met too.
    let party = || prop_oneof![Just(0_u8), Just(1), Just(2)].prop_map(Address::repeat_byte);
    let amount =
        prop_oneof![Just(0), Just(999), Just(1_000), Just(MAX_AMOUNT_SATS), Just(MAX_AMOUNT_SATS + 1), any::<u64>()];
    let terms = (party(), party(), amount, 31_usize..=34, 199_usize..=202);
    cases(400, &terms, |(payer, payee, amount_sats, category_bytes, description_bytes)| {
        let (category, description) = ("c".repeat(category_bytes), "d".repeat(description_bytes));
        let hash = PaymentHash::new([7; 32]);
        let ours = Terms::new(payer, payee, hash, amount_sats, category.clone(), description.clone());
        let terms = IBarterCore::Terms {
            payer,
            payee,
            paymentHash: hash.into(),
            amountSats: U256::from(amount_sats),
            category,
            description,
        };
        // The zero address proposes nothing, so whoever is not zero asks.
        let proposer = if payer.is_zero() { payee } else { payer };
        if proposer.is_zero() {
            return Err(TestCaseError::reject("both zero"));
        }
        let theirs = chain.view(core, &BarterCore::tradeIdOfCall { proposer, terms });
        let role = if payer.is_zero() { Role::Payee } else { Role::Payer };
        prop_assert_eq!(theirs, ours.map(|terms| terms.trade_id(role)).map_err(ContractError::Refused));
        Ok(())
    });
}

#[test]
fn digests_agree() {
    let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
    let core = chain.addresses.core;
    let domain = SigningDomain::new(CHAIN_ID, core);
    cases(400, &(terms(), role(), any::<u64>(), any::<[u8; 32]>()), |(terms, proposer, deadline, preimage)| {
        let open = BarterCore::openTradeDigestCall {
            proposer: terms.wallet(proposer),
            terms: (&terms).into(),
            deadline: U256::from(deadline),
        };
        prop_assert_eq!(chain.view(core, &open), Ok(domain.open_trade_digest(&terms, proposer, deadline)));

        let trade_id = terms.trade_id(proposer);
        let settle = BarterCore::settleTradeDigestCall {
            tradeId: trade_id,
            preimage: B256::from(preimage),
            deadline: U256::from(deadline),
        };
        let ours = domain.settle_trade_digest(trade_id, Preimage::new(preimage), deadline);
        prop_assert_eq!(chain.view(core, &settle), Ok(ours));
        Ok(())
    });
}

#[test]
fn payment_hashes_agree() {
    // The contract's sha256 is met where a preimage does not match: its refusal carries the hash.
    let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
    let core = chain.addresses.core;
    let (alice, bob) = (Address::repeat_byte(1), Address::repeat_byte(2));
    chain.set_time(1_700_000_000);
    let hash = PaymentHash::new([9; 32]);
    let propose = BarterCore::proposeTradeCall {
        counterparty: bob,
        paymentHash: hash.into(),
        amountSats: U256::from(1_000),
        category: String::new(),
        description: String::new(),
    };
    let trade_id = chain.send(alice, core, &propose).unwrap().value;
    chain.send(bob, core, &BarterCore::acceptTradeCall { tradeId: trade_id }).unwrap();
    cases(200, &any::<[u8; 32]>(), |bytes| {
        let settle = BarterCore::settleTradeCall { tradeId: trade_id, preimage: B256::from(bytes) };
        let refused = chain.simulate(alice, core, &settle).err();
        let actual = Preimage::new(bytes).payment_hash();
        let mismatch = barter_protocol::Error::PreimageMismatch { trade_id, expected: hash, actual };
        prop_assert_eq!(refused, Some(ContractError::Refused(mismatch)));
        Ok(())
    });
}
