//! A payer at work.

use barter_lightning::{BitcoinNetwork, Lightning, Paid, PaymentLimits, PaymentStatus};
use barter_protocol::{PaymentHash, Role, TradeStatus};

use super::{
    Deal, DealClient, DealError, DealFailure, DealStage, Offer, Purchase,
    payer::{self, Seen},
    record::{Record, Side},
    run::{Run, unix_now},
    step::{Step, Stop},
};
use crate::{Error, Trade};

/// Trades of the payee, newest first, among which one is looked for that took an open offer.
const LATEST_TRADES: usize = 50;

impl<L: Lightning> DealClient<L> {
    /// Begins a purchase, or goes on with it.
    pub(super) async fn run_purchase(&self, offer: &Offer, purchase: &Purchase) -> Result<Deal, Error> {
        let (owner, id) = (self.owner()?, offer.payment_hash().to_string());
        purchase.check_offer(offer, owner)?;
        let lock = self.journal.lock(&id)?;
        let record = if let Some(mut record) = self.read(&id)? {
            if record.offer() != Some(offer) {
                record = self.replaced(&record, offer, purchase).await?;
            }
            let Side::Payer { purchase: before, .. } = &mut record.side else {
                return Err(DealError::Differs { id }.into());
            };
            // What may be paid for it, and by whom it has to be offered, is the caller's to say anew each time.
            *before = purchase.clone();
            record
        } else {
            self.check_invoice(offer, purchase).await?;
            Record::of_purchase(owner, offer.clone(), purchase.clone(), unix_now()).map_err(DealError::from)?
        };
        let mut run = Run::new(self, record, lock);
        self.reopen(&mut run).await?;
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

    /// Refuses an invoice before anything is begun with it; but one that this node has paid, or is paying, may be of any age.
    async fn check_invoice(&self, offer: &Offer, purchase: &Purchase) -> Result<(), Error> {
        let node = self.lightning.node().await?;
        // Before the trade is agreed to: it would stay open for ever.
        if offer.invoice().payee_node() == node.public_key {
            let payment_hash = offer.payment_hash();
            return Err(barter_lightning::Error::OwnInvoice { payment_hash }.into());
        }
        let network = node.network;
        let is_under_way = is_under_way(self.payment_status(offer.payment_hash()).await?.as_ref());
        let (now, margin) = if is_under_way { (0, 0) } else { (unix_now(), purchase.margin_seconds) };
        let checked = payer::check_invoice(purchase, offer, network, now, now.saturating_add(margin));
        Ok(checked.map_err(barter_lightning::Error::from)?)
    }

    async fn payment_status(&self, payment_hash: PaymentHash) -> Result<Option<PaymentStatus>, Error> {
        Ok(self.lightning.payment(payment_hash).await?.map(|payment| payment.status))
    }

    /// A record of another offer with the same invoice's hash: the payee made two. If nothing came of the first one, the second takes its
    /// place. A proposal of the first that is on its way to the chain costs no money: it is never paid.
    async fn replaced(&self, record: &Record, offer: &Offer, purchase: &Purchase) -> Result<Record, Error> {
        let is_untouched = matches!(record.stage, DealStage::Invoiced | DealStage::Failed);
        if !is_untouched
            || record.preimage.is_some()
            || record.payment_seen
            || is_under_way(self.payment_status(offer.payment_hash()).await?.as_ref())
        {
            return Err(DealError::Differs { id: record.id.clone() }.into());
        }
        self.check_invoice(offer, purchase).await?;
        let owner = record.owner();
        Ok(Record::of_purchase(owner, offer.clone(), purchase.clone(), unix_now()).map_err(DealError::from)?)
    }

    /// Takes up again what looked over. Money comes before tidiness: a deal may have been given up while the node had the order to pay from
    /// a process that was killed as it gave it; and a settlement may have been taken back.
    async fn reopen(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let is_paid = run.record.preimage.is_some();
        let reopens = match (run.record.stage, run.record.payment_hash()) {
            (DealStage::Settled, _) => {
                let trade = run.trade(run.record.trade_id).await?;
                trade.is_none_or(|trade| trade.status != TradeStatus::Settled)
            }
            (DealStage::Failed, _) if is_paid => true,
            (DealStage::Failed, Some(payment_hash)) => is_under_way(self.payment_status(payment_hash).await?.as_ref()),
            _ => false,
        };
        if reopens {
            let stage = if is_paid { DealStage::Paid } else { DealStage::Paying };
            run.reach(stage, |record| record.failure = None)?;
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
        let trade = run.trade(run.record.trade_id).await?;
        let is_deep = run.is_deep(trade.as_ref()).await?;
        let is_taken = match (&trade, run.record.offer()) {
            (Some(trade), Some(offer)) if trade.status == TradeStatus::Proposed && offer.proposer() == Role::Payer => {
                self.is_taken(trade).await?
            }
            _ => false,
        };
        Ok(Seen { now: unix_now(), network, payment, trade, is_deep, is_taken })
    }

    /// Whether the payee has lately accepted another trade for the same payment hash.
    async fn is_taken(&self, own: &Trade) -> Result<bool, Error> {
        let page = self.client.trade().list_paged(own.payee, None, LATEST_TRADES).await?;
        let takes = |trade: &Trade| {
            trade.payment_hash == own.payment_hash
                && trade.payee == own.payee
                && !matches!(trade.status, TradeStatus::Proposed | TradeStatus::Expired)
        };
        Ok(page.trades.iter().any(|trade| trade.trade_id != own.trade_id && takes(trade)))
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
        let limits = PaymentLimits { max_fee_sats: purchase.max_fee_sats, timeout: run.record.payment_timeout() };
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
