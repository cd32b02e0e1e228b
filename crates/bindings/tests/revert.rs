//! Each `ContractError` is met, from the data a contract reverts with.

#![allow(clippy::unwrap_used, reason = "a test")]

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{Panic, Revert, SolError};
use barter_bindings::{BTRCredit, BTRTrust, BarterCore, ContractError};
use barter_protocol::{Error, PaymentHash, TradeStatus};

const ID: B256 = B256::repeat_byte(0x1d);
const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const HASH: B256 = B256::repeat_byte(7);

fn decode(error: &impl SolError) -> ContractError {
    ContractError::decode(&error.abi_encode())
}

fn number(value: u64) -> U256 {
    U256::from(value)
}

#[test]
fn refusals_of_terms_are_the_protocols() {
    assert_eq!(decode(&BarterCore::ZeroCounterparty {}), Error::ZeroCounterparty.into());
    assert_eq!(decode(&BarterCore::SelfTrade { wallet: ALICE }), Error::SelfTrade { wallet: ALICE }.into());
    let (amount, minimum, maximum) = (number(5), number(1_000), number(2_000));
    assert_eq!(
        decode(&BarterCore::AmountOutOfRange { amountSats: amount, minimum, maximum }),
        Error::AmountOutOfRange { amount_sats: 5, minimum: 1_000, maximum: 2_000 }.into()
    );
    assert_eq!(
        decode(&BarterCore::CategoryTooLong { length: number(33), maximum: number(32) }),
        Error::CategoryTooLong { length: 33, maximum: 32 }.into()
    );
    assert_eq!(
        decode(&BarterCore::DescriptionTooLong { length: number(201), maximum: number(200) }),
        Error::DescriptionTooLong { length: 201, maximum: 200 }.into()
    );
    assert_eq!(
        decode(&BarterCore::PaymentHashReused { partyA: ALICE, partyB: BOB, paymentHash: HASH }),
        Error::PaymentHashReused { party_a: ALICE, party_b: BOB, payment_hash: PaymentHash::from(HASH) }.into()
    );
}

#[test]
fn refusals_of_calls_are_the_protocols() {
    assert_eq!(decode(&BarterCore::TradeNotFound { tradeId: ID }), Error::TradeNotFound { trade_id: ID }.into());
    assert_eq!(
        decode(&BarterCore::WrongStatus { tradeId: ID, actual: 4, required: 1 }),
        Error::WrongStatus { trade_id: ID, actual: TradeStatus::Expired, required: TradeStatus::Accepted }.into()
    );
    assert_eq!(
        decode(&BarterCore::TradeExpired { tradeId: ID, expiresAt: number(9) }),
        Error::TradeExpired { trade_id: ID, expires_at: 9 }.into()
    );
    assert_eq!(
        decode(&BarterCore::NotCounterparty { tradeId: ID, caller: ALICE, counterparty: BOB }),
        Error::NotCounterparty { trade_id: ID, caller: ALICE, counterparty: BOB }.into()
    );
    assert_eq!(
        decode(&BarterCore::NotPayer { tradeId: ID, caller: ALICE, payer: BOB }),
        Error::NotPayer { trade_id: ID, caller: ALICE, payer: BOB }.into()
    );
    assert_eq!(
        decode(&BarterCore::NotParty { tradeId: ID, wallet: BOB }),
        Error::NotParty { trade_id: ID, wallet: BOB }.into()
    );
    let (expected, actual) = (PaymentHash::from(HASH), PaymentHash::from(ID));
    assert_eq!(
        decode(&BarterCore::PreimageMismatch { tradeId: ID, expected: HASH, actual: ID }),
        Error::PreimageMismatch { trade_id: ID, expected, actual }.into()
    );
    assert_eq!(
        decode(&BarterCore::DisputeAlreadyDismissed { tradeId: ID }),
        Error::DisputeAlreadyDismissed { trade_id: ID }.into()
    );
    assert_eq!(
        decode(&BarterCore::DisputeAlreadyUpheld { tradeId: ID }),
        Error::DisputeAlreadyUpheld { trade_id: ID }.into()
    );
    assert_eq!(
        decode(&BarterCore::NotArbiter { caller: ALICE, arbiter: BOB }),
        Error::NotArbiter { caller: ALICE, arbiter: BOB }.into()
    );
    assert_eq!(
        decode(&BarterCore::SignatureExpired { deadline: number(1), timestamp: number(2) }),
        Error::SignatureExpired { deadline: 1, timestamp: 2 }.into()
    );
    assert_eq!(
        decode(&BarterCore::InvalidSignature { signer: ALICE, digest: HASH }),
        Error::InvalidSignature { signer: ALICE, digest: HASH }.into()
    );
    assert_eq!(
        decode(&BarterCore::SignatureIsCancelled { signer: ALICE, digest: HASH }),
        Error::SignatureIsCancelled { signer: ALICE, digest: HASH }.into()
    );
    assert_eq!(
        decode(&BarterCore::BatchSize { length: number(0), maximum: number(100) }),
        Error::BatchSize { length: 0, maximum: 100 }.into()
    );
    assert_eq!(
        decode(&BarterCore::PageSize { limit: number(501), maximum: number(500) }),
        Error::PageSize { limit: 501, maximum: 500 }.into()
    );
}

#[test]
fn refusals_of_credit_are_the_protocols() {
    let (balance, needed) = (number(1), number(2));
    assert_eq!(
        decode(&BTRCredit::ERC20InsufficientBalance { sender: ALICE, balance, needed }),
        Error::InsufficientCredit { wallet: ALICE, balance, needed }.into()
    );
    assert_eq!(
        decode(&BTRCredit::ERC20InsufficientAllowance { spender: ALICE, allowance: balance, needed }),
        Error::InsufficientAllowance { spender: ALICE, allowance: balance, needed }.into()
    );
    let nobody = Address::ZERO;
    assert_eq!(
        decode(&BTRCredit::ERC20InvalidReceiver { receiver: nobody }),
        Error::InvalidCreditReceiver { receiver: nobody }.into()
    );
    assert_eq!(
        decode(&BTRCredit::ERC20InvalidSender { sender: nobody }),
        Error::InvalidCreditSender { sender: nobody }.into()
    );
    assert_eq!(
        decode(&BTRCredit::ERC20InvalidSpender { spender: nobody }),
        Error::InvalidCreditSpender { spender: nobody }.into()
    );
}

#[test]
fn what_is_no_rule_has_its_own_variant() {
    let not_core = ContractError::NotCore { caller: ALICE, core: BOB };
    assert_eq!(decode(&BTRTrust::NotCore { caller: ALICE, core: BOB }), not_core);
    assert_eq!(decode(&BTRCredit::NotCore { caller: ALICE, core: BOB }), not_core);
    let token_id = number(3);
    assert_eq!(decode(&BTRTrust::TokenNotFound { tokenId: token_id }), ContractError::TokenNotFound { token_id });
    assert_eq!(decode(&BTRTrust::Soulbound {}), ContractError::Soulbound);
    assert_eq!(decode(&BTRTrust::ZeroAddress {}), ContractError::ZeroAddress);
    let deadline = number(4);
    assert_eq!(decode(&BTRCredit::PermitExpired { deadline }), ContractError::PermitExpired { deadline });
    assert_eq!(decode(&BTRCredit::InvalidPermit { owner: ALICE }), ContractError::InvalidPermit { owner: ALICE });
    assert_eq!(decode(&BarterCore::UnknownCall {}), ContractError::UnknownCall);
    assert_eq!(decode(&BarterCore::RecordNotStored {}), ContractError::RecordNotStored);
    let reason = "paused".to_owned();
    assert_eq!(decode(&Revert { reason: reason.clone() }), ContractError::Reason { reason });
    assert_eq!(decode(&Panic { code: number(0x11) }), ContractError::Panicked { code: number(0x11) });
}

#[test]
fn data_of_no_error_is_kept_or_said_to_be_missing() {
    assert_eq!(ContractError::decode(&[]), ContractError::NoReason);
    let too_large =
        BarterCore::AmountOutOfRange { amountSats: U256::MAX, minimum: number(1_000), maximum: number(2_000) };
    let no_status = BarterCore::WrongStatus { tradeId: ID, actual: 9, required: 1 };
    let cut_short = BarterCore::TradeNotFound { tradeId: ID }.abi_encode()[..20].to_vec();
    let strange =
        [vec![1], vec![1, 2, 3, 4], cut_short, too_large.abi_encode(), no_status.abi_encode(), vec![0xff; 100]];
    for data in strange {
        let data = Bytes::from(data);
        assert_eq!(ContractError::decode(&data), ContractError::Unknown { data });
    }
}

#[test]
fn messages_are_a_sentence() {
    let errors = [
        decode(&BTRTrust::Soulbound {}),
        decode(&BarterCore::UnknownCall {}),
        decode(&BarterCore::SelfTrade { wallet: ALICE }),
        ContractError::decode(&[]),
        ContractError::decode(&[1]),
    ];
    for error in errors {
        let message = error.to_string();
        assert!(message.len() > 20 && !message.ends_with('.') && !message.contains("Refused"), "{message}");
    }
}
