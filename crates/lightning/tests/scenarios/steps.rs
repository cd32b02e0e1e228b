//! What the scenarios are put together from.

use std::{
    future::poll_fn,
    sync::atomic::{AtomicU64, Ordering},
    task::Poll,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use barter_lightning::{
    BitcoinNetwork, Error, FailureReason, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning, Paid,
    PaymentLimits, PaymentStatus,
};
use barter_protocol::{PaymentHash, Preimage};
use bitcoin::{
    hashes::{Hash, sha256},
    secp256k1::{PublicKey, Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret, RouteHint, RouteHintHop, RoutingFees};

use super::Stage;

/// What an invoice asks for unless it matters.
pub(super) const AMOUNT_SATS: u64 = 25_000;

/// Far more than any scenario takes.
pub(super) const LIFETIME_SECONDS: u32 = 3_600;

/// What a channel with the payee costs nothing of. A minute is more than enough to decide a payment here.
pub(super) const LIMITS: PaymentLimits = PaymentLimits { max_fee_sats: 0, timeout: Duration::from_mins(1) };

/// How often something that is to come is looked for, and how long between.
const LOOKS: usize = 3_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// A preimage that nobody has used.
pub(super) fn preimage() -> Preimage {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let seed = format!("{nanos} {} {}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    Preimage::new(sha256::Hash::hash(seed.as_bytes()).to_byte_array())
}

/// The time, Unix seconds.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A request for an invoice that the node takes the payment of by itself.
pub(super) fn request(preimage: Preimage) -> InvoiceRequest {
    InvoiceRequest {
        lock: InvoiceLock::Preimage(preimage),
        amount_sats: AMOUNT_SATS,
        description: "two crates of apples".to_owned(),
        lifetime_seconds: LIFETIME_SECONDS,
    }
}

/// The same, where the node holds the payment.
pub(super) fn held_request(preimage: Preimage) -> InvoiceRequest {
    InvoiceRequest { lock: InvoiceLock::Held(preimage.payment_hash()), ..request(preimage) }
}

/// Makes an invoice of the payee's.
pub(super) async fn invoice(stage: &impl Stage, request: &InvoiceRequest) -> Invoice {
    stage.payee().make_invoice(request).await.unwrap()
}

/// How the payee's invoice stands.
pub(super) async fn invoice_state(stage: &impl Stage, payment_hash: PaymentHash) -> InvoiceState {
    stage.payee().invoice(payment_hash).await.unwrap().expect("the payee's own invoice").state
}

/// How the payer's payment stands.
pub(super) async fn payment_status(stage: &impl Stage, payment_hash: PaymentHash) -> Option<PaymentStatus> {
    let payment = stage.payer().payment(payment_hash).await.unwrap()?;
    assert_eq!(payment.payment_hash, payment_hash);
    Some(payment.status)
}

/// Pays, which has to succeed, and be found again.
pub(super) async fn pay(stage: &impl Stage, invoice: &Invoice) -> Paid {
    let paid = stage.payer().pay(invoice, &LIMITS).await.unwrap();
    assert_eq!(paid.preimage.payment_hash(), invoice.payment_hash());
    assert_eq!(payment_status(stage, invoice.payment_hash()).await, Some(PaymentStatus::Paid(paid)));
    paid
}

/// Pays, which has to fail, and says why.
pub(super) async fn failure(stage: &impl Stage, invoice: &Invoice, limits: &PaymentLimits) -> FailureReason {
    let outcome = stage.payer().pay(invoice, limits).await;
    let Err(Error::PaymentFailed { payment_hash, reason }) = outcome else { panic!("no failed payment: {outcome:?}") };
    assert_eq!(payment_hash, invoice.payment_hash());
    assert_eq!(payment_status(stage, payment_hash).await, Some(PaymentStatus::Failed(reason)));
    reason
}

/// Begins a payment and drops the call as soon as the payee holds what was paid.
pub(super) async fn pay_until_held(stage: &impl Stage, invoice: &Invoice) {
    tokio::select! {
        outcome = stage.payer().pay(invoice, &LIMITS) => panic!("a payment that is held was decided: {outcome:?}"),
        () = held(stage, invoice.payment_hash()) => (),
    }
    assert_eq!(payment_status(stage, invoice.payment_hash()).await, Some(PaymentStatus::Pending));
}

/// Polls a future so often, and drops it. Between the polls it is waited for what it waits for.
pub(super) async fn polled<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Pending if left == 0 => Poll::Ready(None),
            outcome => outcome.map(Some),
        }
    })
    .await
}

/// Waits until the payee holds a payment.
pub(super) async fn held(stage: &impl Stage, payment_hash: PaymentHash) {
    until("the payee holds the payment", async || invoice_state(stage, payment_hash).await == InvoiceState::Held).await;
}

/// Waits until the payer's balance is this. It comes back a while after a payment has failed.
pub(super) async fn balance_is(stage: &impl Stage, expected_sats: u64) {
    for _ in 0..LOOKS {
        if stage.payer_balance_sats().await == expected_sats {
            return;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    let balance_sats = stage.payer_balance_sats().await;
    panic!("the payer has {balance_sats} sats, expected {expected_sats}");
}

/// Waits until an invoice can no longer be paid.
pub(super) async fn expired(invoice: &Invoice) {
    until("the invoice has expired", async || now() > invoice.expires_at()).await;
}

/// Waits until something is so that has to come.
pub(super) async fn until(what: &str, reached: impl AsyncFn() -> bool) {
    for _ in 0..LOOKS {
        if reached().await {
            return;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    panic!("never: {what}");
}

/// An invoice that somebody made whom no channel leads to. If there is a fee, the payee's node is said to lead there for it.
pub(super) async fn stranger_invoice(stage: &impl Stage, made_at: u64, through_payee_for_sats: Option<u32>) -> Invoice {
    let payee = stage.payee().node().await.unwrap();
    let currency = match payee.network {
        BitcoinNetwork::Regtest => Currency::Regtest,
        BitcoinNetwork::Simnet => Currency::Simnet,
        network => panic!("tests run on regtest or simnet, not on {network}"),
    };
    let mut hops = Vec::new();
    if let Some(fee_sats) = through_payee_for_sats {
        let src_node_id: PublicKey = payee.public_key.parse().unwrap();
        let fees = RoutingFees { base_msat: fee_sats * 1_000, proportional_millionths: 0 };
        let (htlc_minimum_msat, htlc_maximum_msat) = (None, None);
        let short_channel_id = 600_000 << 40 | 1 << 16;
        hops.push(RouteHintHop {
            src_node_id,
            short_channel_id,
            fees,
            cltv_expiry_delta: 144,
            htlc_minimum_msat,
            htlc_maximum_msat,
        });
    }
    signed(currency, made_at, hops)
}

/// A fresh invoice on the network where money is of worth.
pub(super) fn mainnet_invoice() -> Invoice {
    signed(Currency::Bitcoin, now(), Vec::new())
}

fn signed(currency: Currency, made_at: u64, hops: Vec<RouteHintHop>) -> Invoice {
    let key = SecretKey::from_slice(&[7; 32]).unwrap();
    let payment_hash = sha256::Hash::from_byte_array(*preimage().payment_hash().as_bytes());
    let mut invoice = InvoiceBuilder::new(currency)
        .description("from far away".to_owned())
        .payment_hash(payment_hash)
        .payment_secret(PaymentSecret([9; 32]))
        .duration_since_epoch(Duration::from_secs(made_at))
        .expiry_time(Duration::from_secs(LIFETIME_SECONDS.into()))
        .min_final_cltv_expiry_delta(80)
        .basic_mpp()
        .amount_milli_satoshis(AMOUNT_SATS * 1_000);
    if !hops.is_empty() {
        invoice = invoice.private_route(RouteHint(hops));
    }
    let signed = invoice.build_signed(|message| Secp256k1::new().sign_ecdsa_recoverable(message, &key)).unwrap();
    Invoice::try_from(&signed).unwrap()
}
