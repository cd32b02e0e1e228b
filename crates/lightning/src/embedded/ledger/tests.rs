//! A ledger is what it was after it was written and read, and decides as the trait says.

use std::time::Duration;

use bitcoin::{
    hashes::{Hash, sha256},
    secp256k1::{Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret};
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence},
};

use super::*;

const MADE_AT: u64 = 1_800_000_000;
const MOST_SATS: u64 = 100_000 * 100_000_000;
const PREIMAGE: Preimage = Preimage::new([7; 32]);

fn request(lock: InvoiceLock) -> InvoiceRequest {
    InvoiceRequest { lock, amount_sats: 1_000, description: "apples".to_owned(), lifetime_seconds: 3_600 }
}

fn invoice(request: &InvoiceRequest) -> Invoice {
    let signed = InvoiceBuilder::new(Currency::Regtest)
        .description(request.description.clone())
        .payment_hash(sha256::Hash::from_byte_array(*request.payment_hash().as_bytes()))
        .payment_secret(PaymentSecret([9; 32]))
        .duration_since_epoch(Duration::from_secs(MADE_AT))
        .expiry_time(Duration::from_secs(request.lifetime_seconds.into()))
        .min_final_cltv_expiry_delta(80)
        .amount_milli_satoshis(request.amount_sats * 1_000)
        .build_signed(|message| {
            Secp256k1::new().sign_ecdsa_recoverable(message, &SecretKey::from_slice(&[3; 32]).unwrap())
        });
    Invoice::try_from(&signed.unwrap()).unwrap()
}

/// A ledger with one invoice.
fn made(lock: InvoiceLock) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.make(request(lock), invoice(&request(lock)));
    ledger
}

/// Read back from its bytes.
fn again(ledger: &Ledger) -> Ledger {
    Ledger::read(&ledger.write()).unwrap()
}

#[test]
fn what_is_being_taken_cannot_be_cancelled() {
    let payment_hash = PREIMAGE.payment_hash();
    let mut ledger = made(InvoiceLock::Preimage(PREIMAGE));
    assert_eq!(ledger.arrived(payment_hash, MADE_AT), Arrival::Take(PREIMAGE));
    for mut ledger in [again(&ledger), ledger] {
        assert!(matches!(ledger.cancel(payment_hash), Err(Error::AlreadyPaid { .. })));
        // Whoever else knows the preimage has nothing to do.
        assert!(!ledger.settle(PREIMAGE).unwrap());
        // Told again after a restart, it goes on, however late it is.
        assert_eq!(ledger.arrived(payment_hash, MADE_AT + 7_200), Arrival::Take(PREIMAGE));
        ledger.taken(payment_hash);
        assert_eq!(ledger.invoice(payment_hash).unwrap().state, InvoiceState::Paid);
    }
}

#[test]
fn what_is_being_settled_cannot_be_cancelled() {
    let payment_hash = PREIMAGE.payment_hash();
    let mut ledger = made(InvoiceLock::Held(payment_hash));
    assert_eq!(ledger.arrived(payment_hash, MADE_AT), Arrival::Hold);
    assert!(ledger.settle(PREIMAGE).unwrap());
    for mut ledger in [again(&ledger), ledger] {
        assert!(matches!(ledger.cancel(payment_hash), Err(Error::AlreadyPaid { .. })));
        assert!(ledger.settle(PREIMAGE).unwrap());
        assert_eq!(ledger.arrived(payment_hash, MADE_AT + 7_200), Arrival::Take(PREIMAGE));
        ledger.taken(payment_hash);
        assert!(!ledger.settle(PREIMAGE).unwrap());
    }
}

#[test]
fn what_was_written_in_part_or_with_more_behind_it_is_not_read() {
    let mut ledger = made(InvoiceLock::Preimage(PREIMAGE));
    ledger.begin(PREIMAGE.payment_hash(), 1_000);
    let written = ledger.write();
    for length in 0..written.len() {
        assert!(Ledger::read(&written[..length]).is_err(), "{length} bytes of {}", written.len());
    }
    assert!(Ledger::read(&[written.as_slice(), &[0]].concat()).is_err());
}

fn invoices() -> impl Strategy<Value = Vec<InvoiceEntry>> {
    let state =
        prop::sample::select(&[InvoiceState::Open, InvoiceState::Held, InvoiceState::Paid, InvoiceState::Cancelled]);
    let entry = (any::<([u8; 32], bool, Option<[u8; 32]>, u64, bool)>(), "[^\\p{C}]{0,100}", 1..=u32::MAX, state)
        .prop_map(
            |((bytes, has_preimage, preimage, amount_sats, is_settling), description, lifetime_seconds, state)| {
                let lock = if has_preimage {
                    InvoiceLock::Preimage(Preimage::new(bytes))
                } else {
                    InvoiceLock::Held(PaymentHash::new(bytes))
                };
                let amount_sats = 1_000 + amount_sats % MOST_SATS;
                let request = InvoiceRequest { lock, amount_sats, description, lifetime_seconds };
                let own = OwnInvoice::new(invoice(&request), state).with_preimage(preimage.map(Preimage::new));
                InvoiceEntry { request, own, is_settling }
            },
        );
    prop::collection::vec(entry, 0..5)
}

fn payments() -> impl Strategy<Value = Vec<([u8; 32], PaymentEntry)>> {
    let paid =
        any::<([u8; 32], u64)>().prop_map(|(bytes, fee)| PaymentStatus::Paid(Paid::new(Preimage::new(bytes), fee)));
    let failed = prop::sample::select(&[
        FailureReason::NoRoute,
        FailureReason::InsufficientLiquidity,
        FailureReason::Rejected,
        FailureReason::TimedOut,
        FailureReason::Other,
    ]);
    let status = prop_oneof![Just(PaymentStatus::Pending), paid, failed.prop_map(PaymentStatus::Failed)];
    let entry = (any::<[u8; 32]>(), any::<u64>(), status)
        .prop_map(|(hash, amount_sats, status)| (hash, PaymentEntry { amount_sats, status }));
    prop::collection::vec(entry, 0..5)
}

proptest! {
    #![proptest_config(Config { failure_persistence: Some(Box::new(FileFailurePersistence::Off)), ..Config::default() })]

    #[test]
    fn what_was_written_is_read(invoices in invoices(), payments in payments()) {
        let invoices = invoices.into_iter().map(|entry| (entry.request.payment_hash(), entry)).collect();
        let payments = payments.into_iter().map(|(hash, entry)| (PaymentHash::new(hash), entry)).collect();
        let ledger = Ledger { invoices, payments };
        prop_assert_eq!(again(&ledger), ledger);
    }
}
