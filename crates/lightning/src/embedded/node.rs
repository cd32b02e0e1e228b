//! A node as its callers hold it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use barter_protocol::{PaymentHash, Preimage};
use tokio::{sync::watch, task::yield_now, time::timeout};

use super::pair::{Pair, Who};
use crate::{
    Error, Invoice, InvoiceRequest, Lightning, NodeInfo, OwnInvoice, Paid, Payment, PaymentLimits, PaymentStatus,
};

/// One of an [`EmbeddedNetwork`](super::EmbeddedNetwork)'s nodes. Clones are the same node.
///
/// A call lets everything happen that follows from it, in both nodes, before it waits for anybody: no thread is at work between
/// calls.
#[derive(Clone)]
pub struct EmbeddedNode {
    shared: Arc<Shared>,
    who: Who,
}

struct Shared {
    pair: Mutex<Pair>,
    /// Told whenever a payment may have been decided.
    changed: watch::Sender<()>,
}

impl EmbeddedNode {
    pub(super) fn new(pair: Pair, who: Who) -> Self {
        Self { shared: Arc::new(Shared { pair: Mutex::new(pair), changed: watch::Sender::new(()) }), who }
    }

    /// Another node of the same pair.
    pub(super) fn neighbour(&self, who: Who) -> Self {
        Self { shared: Arc::clone(&self.shared), who }
    }

    /// Throws the running node away and puts one in its place that is read from the bytes it had written down, of which nothing
    /// else is kept: channels, invoices, payments. As after `kill -9`, except that it always dies between two steps of its own,
    /// never within one: its disk is then current. Whoever waits for a payment of it goes on waiting.
    ///
    /// # Errors
    /// [`Error::Refused`] if it cannot be read back, or its channel can no longer be used.
    pub fn restart(&self) -> Result<(), Error> {
        self.pair().restart(self.who)?;
        self.shared.changed.send_replace(());
        Ok(())
    }

    /// What its channel holds for it beyond the reserve, in satoshis, without what is on its way to the other node. A single
    /// payment of all of it can fail, as the channel's opener also keeps the fee of the transaction that would close it.
    pub fn spendable_sats(&self) -> u64 {
        self.pair().spendable_sats(self.who)
    }

    /// The pair as it is.
    fn pair(&self) -> MutexGuard<'_, Pair> {
        // Whoever panicked with this lock held did so inside LDK, within a step. LDK's own locks are poisoned by it: a call that
        // needs one of those panics as well, and says more than a panic here would. The others still tell what was known.
        self.shared.pair.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pair when everything that was begun has happened, whoever began it.
    fn rested(&self) -> Result<MutexGuard<'_, Pair>, Error> {
        let mut pair = self.pair();
        if pair.rest()? {
            self.shared.changed.send_replace(());
        }
        Ok(pair)
    }

    /// Begins something and lets it happen. In between, others can begin something too: what is begun together travels
    /// together, in one commitment. If this is dropped there, whoever waits or looks next lets it happen.
    async fn change(&self, begin: impl FnOnce(&mut Pair) -> Result<(), Error>) -> Result<(), Error> {
        begin(&mut self.pair())?;
        self.shared.changed.send_replace(());
        yield_now().await;
        self.rested().map(drop)
    }

    /// Waits until a payment that was begun is decided.
    async fn decided(&self, payment_hash: PaymentHash, mut changed: watch::Receiver<()>) -> Result<Paid, Error> {
        loop {
            match self.rested()?.payment(self.who, payment_hash).map(|payment| payment.status) {
                Some(PaymentStatus::Paid(paid)) => return Ok(paid),
                Some(PaymentStatus::Failed(reason)) => return Err(Error::PaymentFailed { payment_hash, reason }),
                Some(PaymentStatus::Pending) | None => {}
            }
            // The sender lives in `self`: there is always a next change to wait for.
            let _ = changed.changed().await;
        }
    }
}

impl Lightning for EmbeddedNode {
    async fn node(&self) -> Result<NodeInfo, Error> {
        Ok(self.pair().info(self.who))
    }

    async fn make_invoice(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        self.pair().make_invoice(self.who, request)
    }

    async fn invoice(&self, payment_hash: PaymentHash) -> Result<Option<OwnInvoice>, Error> {
        Ok(self.rested()?.invoice(self.who, payment_hash))
    }

    async fn settle(&self, preimage: Preimage) -> Result<(), Error> {
        self.change(|pair| pair.settle(self.who, preimage)).await
    }

    async fn cancel(&self, payment_hash: PaymentHash) -> Result<(), Error> {
        self.change(|pair| pair.cancel(self.who, payment_hash)).await
    }

    async fn pay(&self, invoice: &Invoice, limits: &PaymentLimits) -> Result<Paid, Error> {
        let payment_hash = invoice.payment_hash();
        let changed = self.shared.changed.subscribe();
        self.change(|pair| pair.pay(self.who, invoice, limits)).await?;
        let decided = timeout(limits.timeout, self.decided(payment_hash, changed)).await;
        decided.unwrap_or(Err(Error::PaymentPending { payment_hash, waited: limits.timeout }))
    }

    async fn payment(&self, payment_hash: PaymentHash) -> Result<Option<Payment>, Error> {
        Ok(self.rested()?.payment(self.who, payment_hash))
    }
}

impl fmt::Debug for EmbeddedNode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EmbeddedNode").field("who", &self.who).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
