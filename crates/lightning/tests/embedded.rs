//! The suite of scenarios on the embedded network.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod scenarios;

use std::{
    future::{Future, ready},
    time::Duration,
};

use barter_lightning::{
    Error, FailureReason, InvoiceLock, InvoiceRequest, InvoiceState, Lightning, PaymentLimits, PaymentStatus,
    embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
};
use barter_protocol::Preimage;
use futures_util::future::join_all;
use scenarios::{Stage, scenarios};

impl Stage for EmbeddedNetwork {
    type Node = EmbeddedNode;

    fn payer(&self) -> &EmbeddedNode {
        self.first()
    }

    fn payee(&self) -> &EmbeddedNode {
        self.second()
    }

    async fn restart_payer(&self) {
        self.first().restart().unwrap();
    }

    async fn restart_payee(&self) {
        self.second().restart().unwrap();
    }

    async fn payer_balance_sats(&self) -> u64 {
        self.first().spendable_sats()
    }
}

scenarios!(EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap());

#[test]
fn refuses_a_channel_of_a_size_that_nodes_do_not_open() {
    for channel_sats in [0, 99_999, 16_777_216, u64::MAX] {
        let error = EmbeddedNetwork::new(EmbeddedSettings { channel_sats }).unwrap_err();
        assert_eq!(error.code(), "invalid_lightning_setting");
        assert_eq!(error.to_string(), format!("channel_sats: it is {channel_sats}, expected 100000 to 16777215"));
    }
    for channel_sats in [100_000, 16_777_215] {
        let network = EmbeddedNetwork::new(EmbeddedSettings { channel_sats }).unwrap();
        let reserve_sats = channel_sats / 100;
        let both_sats = network.first().spendable_sats() + network.second().spendable_sats();
        assert!((channel_sats - 2 * reserve_sats - 2..=channel_sats).contains(&both_sats), "{both_sats}");
        assert!(network.first().spendable_sats().abs_diff(network.second().spendable_sats()) <= 2);
    }
}

/// Polls a call once, and drops it.
async fn begun_and_dropped<T>(call: impl Future<Output = T>) {
    tokio::select! {
        biased;
        _ = call => panic!("it was done when it was polled once"),
        () = ready(()) => (),
    }
}

fn request(lock: InvoiceLock) -> InvoiceRequest {
    InvoiceRequest { lock, amount_sats: 1_000, description: String::new(), lifetime_seconds: 3_600 }
}

/// Nobody looks at the network but the one that waits.
#[tokio::test]
async fn tells_whoever_waits_also_what_was_begun_and_dropped() {
    let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
    for is_dropped in [false, true] {
        let preimage = Preimage::new([u8::from(is_dropped); 32]);
        let held = request(InvoiceLock::Held(preimage.payment_hash()));
        let invoice = network.second().make_invoice(&held).await.unwrap();
        let limits = PaymentLimits::for_amount(1_000);
        let decide = async {
            // Long enough for the payer to wait; were it too short, the payer would merely find it decided.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let settle = network.second().settle(preimage);
            if is_dropped { begun_and_dropped(settle).await } else { settle.await.unwrap() }
        };
        let (paid, ()) = tokio::join!(network.first().pay(&invoice, &limits), decide);
        assert_eq!(paid.unwrap().preimage, preimage);
    }
}

#[tokio::test]
async fn makes_a_payment_whose_call_was_dropped_at_once() {
    let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
    for payer_looks in [false, true] {
        let preimage = Preimage::new([u8::from(payer_looks); 32]);
        let invoice = network.second().make_invoice(&request(InvoiceLock::Preimage(preimage))).await.unwrap();
        begun_and_dropped(network.first().pay(&invoice, &PaymentLimits::for_amount(1_000))).await;
        if payer_looks {
            let payment = network.first().payment(invoice.payment_hash()).await.unwrap().unwrap();
            assert!(matches!(payment.status, PaymentStatus::Paid(paid) if paid.preimage == preimage));
        } else {
            let own = network.second().invoice(invoice.payment_hash()).await.unwrap().unwrap();
            assert_eq!(own.state, InvoiceState::Paid);
        }
    }
}

#[tokio::test]
async fn agrees_with_a_model_for_many_seeds() {
    for seed in 2..12 {
        let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
        scenarios::workload::agrees_for(&network, seed, 100).await;
    }
}

/// Parties of the stress, and deals of each.
const PARTIES: u64 = 8;
const DEALS: u64 = 20;

/// Threads that pay, settle and cancel at once, while the nodes are restarted again and again: whoever wins, all agree on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn agrees_under_stress() {
    let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
    let before_sats = network.first().spendable_sats();
    let parties: Vec<_> = (0..PARTIES)
        .map(|party| {
            let network = network.clone();
            tokio::spawn(async move {
                let mut paid = 0;
                for deal in 0..DEALS {
                    let mut bytes = [7; 32];
                    bytes[..16].copy_from_slice(&(u128::from(party) << 64 | u128::from(deal)).to_le_bytes());
                    paid += u64::from(raced(&network, Preimage::new(bytes), deal.is_multiple_of(2)).await);
                }
                paid
            })
        })
        .collect();
    let restarts = async {
        for node in [network.first(), network.second()].into_iter().cycle() {
            node.restart().unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let paid = tokio::select! {
        paid = join_all(parties) => paid.into_iter().map(Result::unwrap).sum::<u64>(),
        () = restarts => panic!("there are always more"),
    };
    assert_eq!(network.first().spendable_sats(), before_sats - paid * 1_000);
}

/// A payment that is cancelled when it is held and settled at once, or else while it is on its way. Returns whether it was paid.
async fn raced(network: &EmbeddedNetwork, preimage: Preimage, is_held: bool) -> bool {
    let payment_hash = preimage.payment_hash();
    let (payer, payee) = (network.first().clone(), network.second().clone());
    let lock = if is_held { InvoiceLock::Held(payment_hash) } else { InvoiceLock::Preimage(preimage) };
    let invoice = payee.make_invoice(&request(lock)).await.unwrap();
    let paid = tokio::spawn(async move { payer.pay(&invoice, &PaymentLimits::for_amount(1_000)).await });
    let mut settled = None;
    if is_held {
        while payee.invoice(payment_hash).await.unwrap().unwrap().state != InvoiceState::Held {
            tokio::task::yield_now().await;
        }
        let payee = payee.clone();
        settled = Some(tokio::spawn(async move { payee.settle(preimage).await }));
    }
    let cancelled = tokio::spawn(async move { payee.cancel(payment_hash).await }).await.unwrap();
    let settled = match settled {
        Some(settled) => Some(settled.await.unwrap()),
        None => None,
    };
    match (cancelled, settled, paid.await.unwrap()) {
        (Err(Error::AlreadyPaid { .. }), None | Some(Ok(())), Ok(paid)) => {
            assert_eq!(paid.preimage, preimage);
            true
        }
        (
            Ok(()),
            None | Some(Err(Error::NotHeld { .. })),
            Err(Error::PaymentFailed { reason: FailureReason::Rejected, .. }),
        ) => false,
        outcome => panic!("they do not agree: {outcome:?}"),
    }
}
