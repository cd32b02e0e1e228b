//! A payer at work.

use alloy_primitives::U64;
use barter_bindings::BarterCore;
use barter_lightning::{BitcoinNetwork, Lightning, Paid, PaymentLimits, PaymentStatus};
use barter_protocol::{PaymentHash, TradeId, TradeStatus};
use serde_json::json;

use super::{
    Deal, DealClient, DealError, DealFailure, DealStage, Offer, OfferError, Purchase,
    payer::{self, Seen},
    record::{Record, Side},
    run::{Run, unix_now},
    step::{Step, Stop},
};
use crate::Error;

impl<L: Lightning> DealClient<L> {
    /// Begins a purchase, or goes on with it.
    pub(super) async fn run_purchase(&self, offer: &Offer, purchase: &Purchase) -> Result<Deal, Error> {
        let (owner, id) = (self.owner()?, offer.payment_hash().to_string());
        self.check_offer(offer, purchase)?;
        let lock = self.journal.lock(&id)?;
        let record = if let Some(mut record) = self.read(&id)? {
            let Side::Payer { purchase: before, offer: begun_with } = &mut record.side else {
                return Err(DealError::Differs { id }.into());
            };
            if begun_with != offer {
                return Err(DealError::Differs { id }.into());
            }
            // What may be paid for it, and by whom it has to be offered, is the caller's to say anew each time.
            *before = purchase.clone();
            record
        } else {
            self.check_invoice(offer, purchase).await?;
            Record::of_purchase(owner, offer.clone(), purchase.clone(), unix_now()).map_err(DealError::from)?
        };
        let mut run = Run::new(self, record, lock);
        if run.record.failure.is_some() {
            self.reopen_if_paid(&mut run).await?;
        }
        run.require_alive()?;
        if run.record.stage == DealStage::Invoiced {
            run.reach(DealStage::Invoiced, |_| ())?;
        } else {
            run.keep(|_| ())?;
        }
        // On the heap: the driver holds all that a deal does.
        Box::pin(self.drive_purchase(&mut run)).await?;
        Ok(Deal::from(&run.record))
    }

    /// What can be seen to be wrong without a clock and without a request.
    fn check_offer(&self, offer: &Offer, purchase: &Purchase) -> Result<(), Error> {
        let owner = self.owner()?;
        let refuse = |error: OfferError| Err(DealError::from(error).into());
        if offer.chain_id() != owner.chain_id {
            return refuse(OfferError::OtherChain { expected: owner.chain_id, found: offer.chain_id() });
        }
        if offer.barter_core() != owner.barter_core {
            return refuse(OfferError::OtherContract { expected: owner.barter_core, found: offer.barter_core() });
        }
        if let Some(expected) = purchase.payee.filter(|payee| *payee != offer.payee()) {
            return refuse(OfferError::OtherPayee { expected, found: offer.payee() });
        }
        match offer.terms(owner.wallet) {
            Err(OfferError::Terms(error)) => Err(error.into()),
            Err(error) => refuse(error),
            Ok(_) => Ok(()),
        }
    }

    /// Refuses an invoice before anything is begun with it; but one that this node has paid, or is paying, may be of any age.
    async fn check_invoice(&self, offer: &Offer, purchase: &Purchase) -> Result<(), Error> {
        let network = self.lightning.node().await?.network;
        let is_under_way = is_under_way(self.payment_status(offer.payment_hash()).await?.as_ref());
        let (now, margin) = if is_under_way { (0, 0) } else { (unix_now(), purchase.margin_seconds) };
        let checked = payer::check_invoice(purchase, offer, network, now, now.saturating_add(margin));
        Ok(checked.map_err(barter_lightning::Error::from)?)
    }

    async fn payment_status(&self, payment_hash: PaymentHash) -> Result<Option<PaymentStatus>, Error> {
        Ok(self.lightning.payment(payment_hash).await?.map(|payment| payment.status))
    }

    /// A deal was given up when nothing was under way. Should the node have had the order to pay all the same, from a process that was
    /// killed while it gave it, then money comes before tidiness.
    async fn reopen_if_paid(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let Some(payment_hash) = run.record.payment_hash() else { return Ok(()) };
        if run.record.preimage.is_none() && is_under_way(self.payment_status(payment_hash).await?.as_ref()) {
            run.reach(DealStage::Paying, |record| record.failure = None)?;
        }
        Ok(())
    }

    async fn drive_purchase(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let network = self.lightning.node().await?.network;
        loop {
            let looked = self.look_as_payer(run, network).await;
            let Some(seen) = run.seen(looked).await? else { continue };
            let Side::Payer { purchase, offer } = run.record.side.clone() else { return Ok(()) };
            match payer::next(&run.record, &purchase, &offer, &seen) {
                Step::Reach(stage) => run.reach(stage, |_| ())?,
                Step::Keep(paid) => keep_preimage(run, paid)?,
                Step::NotePayment(is_seen) => run.keep(|record| record.payment_seen = is_seen)?,
                Step::Propose => self.propose_as_payer(run, &offer).await?,
                Step::Accept => {
                    let sent = self.client.trade().accept(run.record.trade_id.unwrap_or_default()).await;
                    run.sent(sent, DealStage::Accepted).await?;
                }
                Step::Pay => self.pay(run, &offer, &purchase).await?,
                Step::Settle => self.settle(run).await?,
                Step::Wait(wait) => run.wait(wait).await?,
                Step::Stop(stop) => return Err(run.stopped(stop)),
                Step::Fail(failure) => {
                    run.fail(failure)?;
                    return run.require_alive();
                }
                // The rest is for payees.
                Step::Done | Step::MakeInvoice | Step::Take(_) | Step::CancelInvoice => return Ok(()),
            }
        }
    }

    async fn look_as_payer(&self, run: &Run<'_, L>, network: BitcoinNetwork) -> Result<Seen, Error> {
        let Some(payment_hash) = run.record.payment_hash() else { return Err(run.stopped(Stop::TradeDiffers)) };
        // Of a payment that is known, the node is not asked any more: it may forget.
        let payment = match run.record.preimage {
            Some(_) => None,
            None => self.lightning.payment(payment_hash).await?,
        };
        // Last, so that it is as new as can be when money is to go out.
        let mut trade = run.trade(run.record.trade_id).await?;
        if let Some(accepted) = trade.as_mut().filter(|trade| trade.status == TradeStatus::Accepted)
            && !self.is_accepted_deep_down(accepted.trade_id).await?
        {
            // What a reorganisation may still take back is waited for, as if it had not been seen.
            accepted.status = TradeStatus::Proposed;
        }
        Ok(Seen { now: unix_now(), network, payment, trade })
    }

    /// Whether a trade was accepted as many blocks ago as the client asks of its own transactions.
    async fn is_accepted_deep_down(&self, trade_id: TradeId) -> Result<bool, Error> {
        let (node, confirmations) = (self.client.node(), self.client.sender()?.confirmations());
        if confirmations <= 1 {
            return Ok(true);
        }
        let block = node.head().await?.number().saturating_sub(confirmations - 1);
        let call = BarterCore::getTradeCall { tradeId: trade_id };
        let core = self.client.deployment().barter_core;
        match node.views_at(core, &[call], &json!(U64::from(block))).await {
            Ok(trades) => Ok(trades.first().is_some_and(|trade| trade.status == TradeStatus::Accepted.code())),
            // It was not even proposed then, or there was no contract.
            Err(Error::NodeRefused { revert_data: Some(_), .. } | Error::NoContract { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn propose_as_payer(&self, run: &mut Run<'_, L>, offer: &Offer) -> Result<(), Error> {
        let trades = self.client.trade();
        let proposed = trades
            .propose(offer.payee(), offer.payment_hash(), offer.amount_sats(), offer.category(), offer.description())
            .await;
        if let Err(Error::Refused(barter_protocol::Error::PaymentHashReused { .. })) = proposed {
            run.fail(DealFailure::PaymentHashUsed)?;
            return run.require_alive();
        }
        run.sent(proposed.map(|proposed| proposed.receipt), DealStage::Proposed).await
    }

    /// Pays. If that fails, the node is asked what became of it before that is told: an answer may be lost, and not the payment.
    async fn pay(&self, run: &mut Run<'_, L>, offer: &Offer, purchase: &Purchase) -> Result<(), Error> {
        let limits =
            PaymentLimits { max_fee_sats: purchase.max_fee_sats, ..PaymentLimits::for_amount(offer.amount_sats()) };
        let error = match self.lightning.pay(offer.invoice(), &limits).await {
            Ok(paid) if paid.preimage.payment_hash() == offer.payment_hash() => return keep_preimage(run, paid),
            Ok(paid) => return Err(run.stopped(Stop::WrongPreimage(paid.preimage.payment_hash()))),
            Err(error) => error,
        };
        match self.payment_status(offer.payment_hash()).await? {
            Some(PaymentStatus::Paid(_)) => Ok(()),
            Some(PaymentStatus::Pending) => {
                run.keep(|record| record.payment_seen = true)?;
                if matches!(error, barter_lightning::Error::PaymentPending { .. }) { Err(error.into()) } else { Ok(()) }
            }
            _ => Err(error.into()),
        }
    }

    async fn settle(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let (Some(trade_id), Some(preimage)) = (run.record.trade_id, run.record.preimage) else { return Ok(()) };
        let sent = self.client.trade().settle(trade_id, preimage).await;
        run.sent(sent, DealStage::Settled).await
    }

    /// Ends a purchase that was not paid.
    pub(super) async fn cancel_purchase(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let payment = match run.record.payment_hash() {
            Some(payment_hash) => self.payment_status(payment_hash).await?,
            None => None,
        };
        if run.record.preimage.is_some() || run.record.payment_seen || is_under_way(payment.as_ref()) {
            return Err(run.too_late());
        }
        run.fail(DealFailure::Cancelled)
    }
}

/// Writes the preimage down. The stage only rises: what was paid before it was accepted is accepted after that.
fn keep_preimage<L: Lightning>(run: &mut Run<'_, L>, paid: Paid) -> Result<(), Error> {
    run.reach(run.record.stage.max(DealStage::Paid), |record| {
        record.preimage = Some(paid.preimage);
        record.fee_msats = Some(paid.fee_msats);
    })
}

/// Whether money is on its way, or has arrived.
const fn is_under_way(payment: Option<&PaymentStatus>) -> bool {
    matches!(payment, Some(PaymentStatus::Pending | PaymentStatus::Paid(_)))
}
