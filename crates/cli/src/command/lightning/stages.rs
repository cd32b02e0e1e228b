//! A deal on its way: each stage is told as it is reached, and what is waited for is shown.

use std::{future::Future, sync::Arc};

use barter_lightning::Lightning;
use barter_protocol::PaymentHash;
use barter_sdk::{BarterClient, Deal, DealClient, DealError, DealProgress, DealStage, Role};

use super::{left::left_of, pay::unclear};
use crate::{
    error::Error,
    output::Output,
    page::{BAD, FAINT, GOOD, styled},
    progress::Bar,
    signal::Signals,
    text::grouped,
};

/// Deals of a client, each stage of which is told as it is reached.
pub(super) struct Told<L> {
    pub(super) deals: DealClient<L>,
    client: BarterClient,
    bar: Arc<Bar>,
}

impl<L: Lightning> Told<L> {
    /// Tells the stages of these deals; before the first of them, what is waited for.
    pub(super) fn new(client: &BarterClient, deals: DealClient<L>, output: Output, first: &str) -> Self {
        let bar = Arc::new(Bar::new("stages", first));
        let shown = Arc::clone(&bar);
        let deals = deals.on_progress(move |progress| {
            shown.aside(|| output.say(&told(progress)));
            shown.wait(awaited(progress.role, progress.stage));
        });
        Self { deals, client: client.clone(), bar }
    }

    /// Says what is waited for in a deal that is so far.
    pub(super) fn at(&self, deal: &Deal) {
        self.bar.wait(awaited(deal.role, deal.stage));
    }

    /// Prints something on the way.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.aside(print)
    }
}

/// Waits for a deal. A signal that asks to stop is obeyed at once: the deal goes on from its journal. Where a payment may have been begun
/// by then, or when the node fails, that is told; and of a deal that came to nothing, what is left on the chain.
pub(super) async fn driving<L: Lightning, T>(
    told: &Told<L>,
    id: &str,
    future: impl Future<Output = Result<T, barter_sdk::Error>>,
) -> Result<T, Error> {
    let mut signals =
        Signals::listen().map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
    let ended = tokio::select! {
        biased;
        ended = future => ended,
        signal = signals.next_not_ignored() => return Err(match paying(told, id) {
            Some(payment_hash) => Error::StoppedWhilePaying { payment_hash },
            None => Error::Interrupted { signal },
        }),
    };
    match ended {
        Err(error @ barter_sdk::Error::Deal(DealError::Failed { .. })) => tokio::select! {
            next_step = Box::pin(next_step(told, id, &error)) => {
                Err(Error::Advised { next_step, error: Box::new(error) })
            }
            signal = signals.next_not_ignored() => Err(Error::Interrupted { signal }),
        },
        ended => ended.map_err(|error| match (error, paying(told, id)) {
            (barter_sdk::Error::Lightning(error), Some(payment_hash)) => unclear(error, payment_hash),
            (error, _) => error.into(),
        }),
    }
}

/// What to do next where a deal came to nothing, with what is left of it on the chain.
async fn next_step<L: Lightning>(told: &Told<L>, id: &str, error: &barter_sdk::Error) -> String {
    let left = match told.deals.get(id) {
        Ok(deal) => left_of(&told.client, &deal).await,
        Err(_) => None,
    };
    left.map_or_else(|| error.next_step().to_owned(), |left| format!("{} {left}.", error.next_step()))
}

/// What a purchase pays, if it may have begun to and does not know that it has.
fn paying<L: Lightning>(told: &Told<L>, id: &str) -> Option<PaymentHash> {
    let deal = told.deals.get(id).ok().filter(|deal| deal.role == Role::Payer && deal.stage == DealStage::Paying)?;
    deal.payment_hash?.parse().ok()
}

/// A stage that was reached, in a line.
fn told(progress: &DealProgress) -> String {
    let style = if progress.stage == DealStage::Failed { BAD } else { GOOD };
    let mut parts = vec![styled(format!("{:<8}", progress.stage.name()), style)];
    // The trade is told where it is new.
    let new = progress.trade_id.filter(|_| progress.stage == DealStage::Proposed);
    parts.extend(new.map(|trade_id| format!("trade {trade_id}")));
    parts.extend(progress.receipt.as_ref().map(|receipt| {
        styled(format!("block {}, gas {}", grouped(receipt.block_number), grouped(receipt.gas_used)), FAINT)
    }));
    parts.join("  ")
}

/// What comes after a stage.
const fn awaited(role: Role, stage: DealStage) -> &'static str {
    match (role, stage) {
        (Role::Payee, DealStage::Begun) => "making the invoice",
        (Role::Payee, DealStage::Invoiced) => "waiting for the proposal",
        (Role::Payee, DealStage::Accepted | DealStage::Paying) => "waiting for the payment",
        (Role::Payee, DealStage::Paid) => "waiting for the payer to settle",
        (Role::Payer, DealStage::Begun | DealStage::Invoiced) => "agreeing to the trade",
        (_, DealStage::Proposed) => "waiting for the acceptance",
        (Role::Payer, DealStage::Accepted | DealStage::Paying) => "paying",
        (Role::Payer, DealStage::Paid) => "settling",
        _ => "",
    }
}
