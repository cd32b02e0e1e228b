//! Trade ids and digests: fixed examples, and what a change of any part must change.

#![allow(clippy::unwrap_used, reason = "a test")]

use alloy_primitives::{Address, B256, address, b256, keccak256};
use alloy_sol_types::SolStruct;
use barter_protocol::{OpenTrade, PaymentHash, Preimage, Role, SettleTrade, SigningDomain, Terms};
use proptest::prelude::*;

const ALICE: Address = address!("00000000000000000000000000000000000000a1");
const BOB: Address = address!("00000000000000000000000000000000000000b0");
const CORE: Address = address!("00000000000000000000000000000000000000c0");

fn terms(payer: Address, payee: Address, hash: u8, amount_sats: u64, category: &str, description: &str) -> Terms {
    Terms::new(payer, payee, PaymentHash::new([hash; 32]), amount_sats, category, description).unwrap()
}

fn example() -> Terms {
    terms(ALICE, BOB, 7, 50_000, "goods", "a book")
}

#[test]
fn an_id_is_key_and_commitment() {
    // Written out by hand from the definition, byte by byte.
    let mut pair = Vec::new();
    pair.extend(ALICE);
    pair.extend(BOB);
    pair.extend([7; 32]);
    let mut encoded = vec![0, 0, 0, 0, 0, 0xc3, 0x50];
    encoded.push(5);
    encoded.extend(ALICE);
    encoded.extend(BOB);
    encoded.extend([7; 32]);
    encoded.extend(b"goodsa book");
    let expected = |encoded: &[u8]| [&keccak256(&pair)[..12], &keccak256(encoded)[12..]].concat();
    assert_eq!(example().trade_id(Role::Payer).to_vec(), expected(&encoded));

    // Bob, the payee, proposes: the parties swap and the flag says that the counterparty pays.
    encoded[7] = 0x80 | 5;
    encoded[8..28].copy_from_slice(BOB.as_slice());
    encoded[28..48].copy_from_slice(ALICE.as_slice());
    assert_eq!(example().trade_id(Role::Payee).to_vec(), expected(&encoded));
}

#[test]
fn every_part_of_the_terms_is_in_the_id() {
    let original = example().trade_id(Role::Payer);
    let others = [
        terms(BOB, ALICE, 7, 50_000, "goods", "a book").trade_id(Role::Payer),
        terms(BOB, ALICE, 7, 50_000, "goods", "a book").trade_id(Role::Payee),
        example().trade_id(Role::Payee),
        terms(ALICE, BOB, 8, 50_000, "goods", "a book").trade_id(Role::Payer),
        terms(ALICE, BOB, 7, 50_001, "goods", "a book").trade_id(Role::Payer),
        // The same text, divided elsewhere.
        terms(ALICE, BOB, 7, 50_000, "goodsa", " book").trade_id(Role::Payer),
        terms(ALICE, BOB, 7, 50_000, "goods", "a boot").trade_id(Role::Payer),
    ];
    for other in others {
        assert_ne!(other, original);
    }
}

#[test]
fn digests_are_eip_712s() {
    let domain = SigningDomain::new(31_337, CORE);
    let (trade_id, preimage) = (B256::repeat_byte(9), Preimage::new([7; 32]));
    let open = OpenTrade::new(&example(), Role::Payer, 1_780_000_000);
    let settle = SettleTrade::new(trade_id, preimage, 1_780_000_000);
    assert_eq!(
        OpenTrade::eip712_encode_type(),
        "OpenTrade(address proposer,address payer,address payee,bytes32 paymentHash,uint256 amountSats,string category,\
         string description,uint256 deadline)"
    );
    assert_eq!(SettleTrade::eip712_encode_type(), "SettleTrade(bytes32 tradeId,bytes32 preimage,uint256 deadline)");
    // The separator computed once gives what the library gives, and what the standard's definition gives.
    let expected = open.eip712_signing_hash(&domain.eip712());
    assert_eq!(domain.open_trade_digest(&example(), Role::Payer, 1_780_000_000), expected);
    let expected = settle.eip712_signing_hash(&domain.eip712());
    assert_eq!(domain.settle_trade_digest(trade_id, preimage, 1_780_000_000), expected);
    assert_eq!(domain.eip712().type_hash(), b256!("8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f"));
}

#[test]
fn a_signature_counts_on_one_chain_for_one_contract() {
    let (trade_id, preimage) = (B256::repeat_byte(9), Preimage::new([7; 32]));
    let digest =
        |chain_id, core, deadline| SigningDomain::new(chain_id, core).settle_trade_digest(trade_id, preimage, deadline);
    let original = digest(1, CORE, 5);
    assert_ne!(digest(2, CORE, 5), original);
    assert_ne!(digest(1, BOB, 5), original);
    assert_ne!(digest(1, CORE, 6), original);
}

proptest! {
    #[test]
    fn a_pairs_key_is_the_same_both_ways_round((one, other, hash) in any::<([u8; 20], [u8; 20], u8)>()) {
        let (one, other) = (Address::from(one), Address::from(other));
        prop_assume!(one != other && !one.is_zero() && !other.is_zero());
        let there = terms(one, other, hash, 1_000, "", "");
        let back = terms(other, one, hash, 2_000, "c", "d");
        prop_assert_eq!(there.pair_key(), back.pair_key());
        prop_assert_eq!(&there.trade_id(Role::Payer)[..12], &there.pair_key()[..]);
        prop_assert_ne!(there.trade_id(Role::Payer), back.trade_id(Role::Payer));
    }

    #[test]
    fn roles_are_found(one in any::<[u8; 20]>(), other in any::<[u8; 20]>()) {
        let (payer, payee) = (Address::from(one), Address::from(other));
        prop_assume!(payer != payee && !payer.is_zero() && !payee.is_zero());
        let terms = terms(payer, payee, 7, 1_000, "", "");
        for role in [Role::Payer, Role::Payee] {
            prop_assert_eq!(terms.role_of(terms.wallet(role)), Some(role));
        }
        prop_assert_eq!(terms.role_of(Address::ZERO), None);
    }
}
