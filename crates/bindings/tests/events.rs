//! Each `ContractEvent` comes back from the log a contract writes for it.

#![allow(clippy::unwrap_used, reason = "a test")]

use alloy_primitives::{Address, B256, LogData, U256};
use alloy_sol_types::SolEvent;
use barter_bindings::{Addresses, BTRCredit, BTRTrust, BarterCore, ContractEvent, DecodeError};
use barter_protocol::{PaymentHash, Preimage};

const ID: B256 = B256::repeat_byte(0x1d);
const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);

fn contracts() -> Addresses {
    Addresses::of_core(Address::repeat_byte(0xc0))
}

fn decode(address: Address, log: &LogData) -> Result<Option<ContractEvent>, DecodeError> {
    ContractEvent::decode(&contracts(), address, log.topics(), &log.data)
}

fn core(event: &impl SolEvent) -> ContractEvent {
    decode(contracts().core, &event.encode_log_data()).unwrap().unwrap()
}

fn proposal(amount: U256) -> BarterCore::TradeProposed {
    BarterCore::TradeProposed {
        tradeId: ID,
        partyA: ALICE,
        partyB: BOB,
        payer: BOB,
        paymentHash: B256::repeat_byte(7),
        amountSats: amount,
        category: "digital-goods".into(),
        description: "Logo design".into(),
    }
}

#[test]
fn every_event_of_the_core_is_read() {
    assert_eq!(
        core(&proposal(U256::from(50_000))),
        ContractEvent::TradeProposed {
            trade_id: ID,
            party_a: ALICE,
            party_b: BOB,
            payer: BOB,
            payment_hash: PaymentHash::new([7; 32]),
            amount_sats: 50_000,
            category: "digital-goods".into(),
            description: "Logo design".into(),
        }
    );
    assert_eq!(core(&BarterCore::TradeAccepted { tradeId: ID }), ContractEvent::TradeAccepted { trade_id: ID });
    assert_eq!(
        core(&BarterCore::TradeSettled { tradeId: ID, preimage: B256::repeat_byte(9) }),
        ContractEvent::TradeSettled { trade_id: ID, preimage: Preimage::new([9; 32]) }
    );
    assert_eq!(
        core(&BarterCore::TradeDisputed { tradeId: ID, by: BOB }),
        ContractEvent::TradeDisputed { trade_id: ID, by: BOB }
    );
    assert_eq!(core(&BarterCore::DisputeDismissed { tradeId: ID }), ContractEvent::DisputeDismissed { trade_id: ID });
    assert_eq!(
        core(&BarterCore::DisputeUpheld { tradeId: ID, atFault: ALICE }),
        ContractEvent::DisputeUpheld { trade_id: ID, at_fault: ALICE }
    );
    assert_eq!(
        core(&BarterCore::SignatureCancelled { signer: ALICE, digest: ID }),
        ContractEvent::SignatureCancelled { signer: ALICE, digest: ID }
    );
}

#[test]
fn scores_are_read_from_the_trust_contract_alone() {
    let log = BTRTrust::ScoreUpdated { wallet: ALICE, tradeId: ID, score: U256::from(6) }.encode_log_data();
    let expected = ContractEvent::ScoreUpdated { wallet: ALICE, trade_id: ID, score: 6 };
    assert_eq!(decode(contracts().trust, &log), Ok(Some(expected)));
    assert_eq!(decode(contracts().core, &log), Ok(None));
    assert_eq!(decode(BOB, &log), Ok(None));
}

#[test]
fn a_trust_token_is_no_credit() {
    let log = BTRCredit::Transfer { from: Address::ZERO, to: BOB, value: U256::MAX }.encode_log_data();
    let expected = ContractEvent::CreditTransferred { from: Address::ZERO, to: BOB, value: U256::MAX };
    assert_eq!(decode(contracts().credit, &log), Ok(Some(expected)));

    let token = BTRTrust::Transfer { from: Address::ZERO, to: BOB, tokenId: BOB.into_word().into() }.encode_log_data();
    assert_eq!(token.topics()[0], log.topics()[0]);
    assert_eq!(decode(contracts().trust, &token), Ok(None));
}

#[test]
fn every_topic_asked_for_is_one_that_is_read() {
    let contracts = contracts();
    let understood = |topic: B256| {
        [contracts.core, contracts.trust, contracts.credit].iter().any(|address| {
            // An event that is known does not decode without its data and other topics.
            matches!(ContractEvent::decode(&contracts, *address, &[topic], &[]), Err(DecodeError::Malformed { .. }))
        })
    };
    for topic in ContractEvent::TOPICS {
        assert!(understood(topic), "{topic}");
    }
    assert!(!understood(BTRCredit::Approval::SIGNATURE_HASH));
}

#[test]
fn logs_that_no_contract_writes_are_refused() {
    let core = contracts().core;
    let log = proposal(U256::from(u64::MAX) + U256::from(1)).encode_log_data();
    assert_eq!(
        decode(core, &log),
        Err(DecodeError::OutOfRange {
            event: BarterCore::TradeProposed::SIGNATURE,
            field: "amountSats",
            value: U256::from(1) << 64,
        })
    );
    let whole = proposal(U256::from(1_000)).encode_log_data();
    for length in 0..whole.data.len() - 31 {
        let cut = LogData::new_unchecked(whole.topics().to_vec(), whole.data.slice(..length));
        assert!(matches!(decode(core, &cut), Err(DecodeError::Malformed { .. })), "{length} bytes");
    }
    let bare = LogData::new_unchecked(whole.topics()[..3].to_vec(), whole.data);
    assert!(matches!(decode(core, &bare), Err(DecodeError::Malformed { .. })));
    assert_eq!(decode(core, &LogData::empty()), Ok(None));
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let log = proposal(U256::from(1_000)).encode_log_data();
    let at = log.data.windows(4).position(|bytes| bytes == b"Logo").unwrap();
    let mut data = log.data.to_vec();
    data[at] = 0xff;
    let log = LogData::new_unchecked(log.topics().to_vec(), data.into());
    let Some(ContractEvent::TradeProposed { description, .. }) = decode(contracts().core, &log).unwrap() else {
        panic!("a proposal")
    };
    assert_eq!(description, "\u{fffd}ogo design");
}
