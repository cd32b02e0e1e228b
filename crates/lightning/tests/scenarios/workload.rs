//! Whatever comes, in any order, judged by a model that knows only what the trait promises.

use barter_lightning::{Error, FailureReason, Invoice, InvoiceRequest, InvoiceState, Lightning, PaymentStatus};
use barter_protocol::Preimage;

use super::{Stage, steps::*};

/// Steps of the scenario that every backend passes.
const STEPS: usize = 60;

/// Invoices at once: few, so that much happens to each.
const INVOICES: usize = 4;

pub(crate) async fn agrees_with_a_model(stage: &impl Stage) {
    agrees_for(stage, 1, STEPS).await;
}

/// The same for a seed of the caller's, and so many steps.
pub(crate) async fn agrees_for(stage: &impl Stage, seed: u64, steps: usize) {
    let mut random = Random(seed);
    let mut expected_sats = stage.payer_balance_sats().await;
    let mut models = Vec::new();
    for _ in 0..INVOICES {
        models.push(Model::make(stage, random.below(2) == 0).await);
    }
    for step in 0..steps {
        let chosen = &mut models[random.below(INVOICES)];
        match random.below(16) {
            0 => stage.restart_payer().await,
            1 => stage.restart_payee().await,
            2 => {
                chosen.give_back(stage).await;
                expected_sats -= chosen.spent_sats();
                *chosen = Model::make(stage, random.below(2) == 0).await;
            }
            3..=7 => chosen.pay(stage).await,
            8..=11 => chosen.settle(stage).await,
            12 => chosen.cancel(stage).await,
            _ => assert_eq!(invoice(stage, &chosen.request).await, chosen.invoice, "step {step}"),
        }
        for model in &models {
            model.check(stage).await;
        }
        balance_is(stage, expected_sats - models.iter().map(Model::spent_sats).sum::<u64>()).await;
    }
    for model in &mut models {
        model.give_back(stage).await;
    }
}

/// An invoice, and how it has to stand.
struct Model {
    preimage: Preimage,
    request: InvoiceRequest,
    invoice: Invoice,
    is_held: bool,
    state: InvoiceState,
    /// Whether the payer tried while it was cancelled, or what it had begun was given back.
    has_failed: bool,
}

impl Model {
    async fn make(stage: &impl Stage, is_held: bool) -> Self {
        let preimage = preimage();
        let request = if is_held { held_request(preimage) } else { request(preimage) };
        let invoice = invoice(stage, &request).await;
        Self { preimage, request, invoice, is_held, state: InvoiceState::Open, has_failed: false }
    }

    async fn pay(&mut self, stage: &impl Stage) {
        match self.state {
            InvoiceState::Open if !self.is_held => {
                pay(stage, &self.invoice).await;
                self.state = InvoiceState::Paid;
            }
            InvoiceState::Open | InvoiceState::Held => {
                pay_until_held(stage, &self.invoice).await;
                self.state = InvoiceState::Held;
            }
            InvoiceState::Paid => assert_eq!(pay(stage, &self.invoice).await.preimage, self.preimage),
            state => {
                assert_eq!(state, InvoiceState::Cancelled);
                assert_eq!(failure(stage, &self.invoice, &LIMITS).await, FailureReason::Rejected);
                self.has_failed = true;
            }
        }
    }

    async fn settle(&mut self, stage: &impl Stage) {
        let outcome = stage.payee().settle(self.preimage).await;
        if matches!(self.state, InvoiceState::Held | InvoiceState::Paid) {
            outcome.unwrap();
            self.state = InvoiceState::Paid;
        } else {
            assert!(matches!(outcome, Err(Error::NotHeld { .. })), "{:?}: {outcome:?}", self.state);
        }
    }

    async fn cancel(&mut self, stage: &impl Stage) {
        let outcome = stage.payee().cancel(self.invoice.payment_hash()).await;
        if self.state == InvoiceState::Paid {
            assert!(matches!(outcome, Err(Error::AlreadyPaid { .. })), "{outcome:?}");
        } else {
            outcome.unwrap();
            self.has_failed |= self.state == InvoiceState::Held;
            self.state = InvoiceState::Cancelled;
        }
    }

    async fn give_back(&mut self, stage: &impl Stage) {
        if self.state == InvoiceState::Held {
            self.cancel(stage).await;
        }
    }

    /// Both nodes have to know how it stands; the payer may learn of it a little later.
    async fn check(&self, stage: &impl Stage) {
        let payment_hash = self.invoice.payment_hash();
        assert_eq!(invoice_state(stage, payment_hash).await, self.state);
        until("the payer knows how its payment stands", async || {
            match (payment_status(stage, payment_hash).await, self.state) {
                (None, InvoiceState::Open) | (Some(PaymentStatus::Pending), InvoiceState::Held) => true,
                (None, InvoiceState::Cancelled) => !self.has_failed,
                (Some(PaymentStatus::Paid(paid)), InvoiceState::Paid) => paid.preimage == self.preimage,
                (Some(PaymentStatus::Failed(FailureReason::Rejected)), InvoiceState::Cancelled) => self.has_failed,
                _ => false,
            }
        })
        .await;
    }

    fn spent_sats(&self) -> u64 {
        if matches!(self.state, InvoiceState::Held | InvoiceState::Paid) { AMOUNT_SATS } else { 0 }
    }
}

/// The same numbers for the same seed: splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}
