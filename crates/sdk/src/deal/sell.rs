//! A payee at work.

use alloy_primitives::Address;
use barter_lightning::{InvoiceLock, InvoiceRequest, Lightning};
use barter_protocol::{PaymentHash, Preimage, Role, Terms, TradeId, TradeStatus, limits::MAX_PAGE};

use super::{
    Deal, DealClient, DealError, DealFailure, DealStage, Offer, Sale,
    offer::{Sealed, other_than},
    payee::{self, MARGIN_SECONDS, Seen},
    record::{Record, Side},
    run::{Run, unix_now},
    step::{Step, Stop, Wait},
};
use crate::{Error, Trade};

/// Proposals to the wallet that are gone through for one of a sale's, newest first. Beyond, somebody is flooding the wallet.
const MAX_PAGES: usize = 100;
/// Proposals of one page: almost always there are few new ones.
const FIRST_PAGE: usize = 50;
/// How much older than the sale the chain may say that a proposal for it is, in seconds: clocks differ.
const CLOCK_SLACK: u64 = 24 * 60 * 60;

/// How far a sale is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// There is something to hand over.
    Offered,
    /// Nothing more can come of it.
    Done,
}

impl<L: Lightning> DealClient<L> {
    /// Begins a sale, or goes on with it, until there is something to hand over.
    pub(super) async fn run_sale(&self, sale: &Sale) -> Result<Offer, Error> {
        let owner = self.owner()?;
        check_sale(sale, owner.wallet)?;
        let lock = self.journal.lock(&sale.id)?;
        let record = if let Some(record) = self.read(&sale.id)? {
            if !matches!(&record.side, Side::Payee { sale: before, .. } if before == sale) {
                return Err(DealError::Differs { id: sale.id.clone() }.into());
            }
            record
        } else {
            // On disk before the node has it: an invoice whose preimage nobody keeps could be paid and never proven.
            let record = Record::of_sale(owner, sale.clone(), random_preimage()?, unix_now());
            self.journal.write(&record)?;
            record
        };
        let mut run = Run::new(self, record, lock);
        // On the heap: the driver holds all that a deal does.
        Box::pin(self.drive_sale(&mut run, Until::Offered)).await?;
        run.record.offer().cloned().ok_or_else(|| run.stopped(Stop::InvoiceForgotten))
    }

    /// Goes on with a sale to its end.
    pub(super) async fn finish_sale(&self, mut run: Run<'_, L>) -> Result<Deal, Error> {
        Box::pin(self.drive_sale(&mut run, Until::Done)).await?;
        Ok(Deal::from(&run.record))
    }

    async fn drive_sale(&self, run: &mut Run<'_, L>, until: Until) -> Result<(), Error> {
        self.adopt(run)?;
        loop {
            run.require_alive()?;
            if until == Until::Offered && run.record.stage >= DealStage::Paid {
                return Err(DealError::AlreadySold { id: run.record.id.clone(), stage: run.record.stage }.into());
            }
            let looked = self.look_as_payee(run).await;
            let Some((seen, candidate)) = run.seen(looked).await? else { continue };
            let step = payee::next(&run.record, run.record.offer(), &seen);
            // Looked at once more, so that nothing is handed over that nobody can take any more.
            if until == Until::Offered && is_offered(&run.record) && is_for_later(&step) {
                return Ok(());
            }
            match step {
                Step::Reach(stage) => {
                    let payer = seen.trade.map(|trade| trade.payer);
                    run.reach(stage, |record| record.payer = payer.or(record.payer))?;
                }
                Step::MakeInvoice => self.make_invoice(run).await?,
                Step::Take(trade_id) => {
                    self.take(run, trade_id)?;
                    let payer = candidate.map(|trade| trade.payer);
                    run.keep(|record| {
                        record.trade_id = Some(trade_id);
                        record.payer = payer;
                    })?;
                }
                Step::Propose => self.propose_as_payee(run).await?,
                Step::Accept => {
                    let sent = self.client.trade().accept(run.record.trade_id.unwrap_or_default()).await;
                    run.sent(sent, DealStage::Accepted).await?;
                }
                Step::CancelInvoice => {
                    self.cancel_invoice(run).await?;
                    run.wait(Wait::Payment).await?;
                }
                Step::Wait(wait) => run.wait(wait).await?,
                Step::Stop(stop) => return Err(run.stopped(stop)),
                Step::Fail(failure) => run.fail(failure)?,
                // The rest is for payers.
                Step::Done | Step::Keep(_) | Step::NotePayment(_) | Step::Pay | Step::Settle => return Ok(()),
            }
        }
    }

    /// Takes up what the journal says of the invoice and the record does not: the process died between the two, or the trade was accepted
    /// by hand.
    fn adopt(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let Some(offer) = run.record.offer().filter(|_| run.record.trade_id.is_none()) else { return Ok(()) };
        if let Some(trade_id) = self.journal.taken(offer.payment_hash())? {
            run.keep(|record| record.trade_id = Some(trade_id))?;
        }
        Ok(())
    }

    async fn look_as_payee(&self, run: &Run<'_, L>) -> Result<(Seen, Option<Trade>), Error> {
        let Some(offer) = run.record.offer() else {
            return Ok((Seen { now: unix_now(), invoice: None, trade: None, is_deep: false, candidate: None }, None));
        };
        let trade = run.trade(run.record.trade_id).await?;
        let is_deep = run.is_deep(trade.as_ref()).await?;
        let candidate = match (run.record.trade_id, offer.proposer()) {
            (None, Role::Payer) => self.oldest_proposal(offer, run.record.created_at).await?,
            _ => None,
        };
        // Last, so that it is as new as can be when a trade is to be accepted.
        let invoice = self.lightning.invoice(offer.payment_hash()).await?;
        let candidate_id = candidate.as_ref().map(|trade| trade.trade_id);
        Ok((Seen { now: unix_now(), invoice, trade, is_deep, candidate: candidate_id }, candidate))
    }

    /// The oldest proposal to this wallet that is on an offer's terms.
    async fn oldest_proposal(&self, offer: &Offer, created_at: u64) -> Result<Option<Trade>, Error> {
        let (mut oldest, mut before, mut limit) = (None, None, FIRST_PAGE);
        for _ in 0..MAX_PAGES {
            let page = self.client.trade().list_paged(offer.payee(), before, limit).await?;
            let is_last = page.trades.iter().any(|trade| trade.created_at.saturating_add(CLOCK_SLACK) < created_at);
            let fitting = |trade: &Trade| trade.status == TradeStatus::Proposed && payee::fits(trade, offer);
            oldest = page.trades.into_iter().rfind(fitting).or(oldest);
            (before, limit) = (page.next, MAX_PAGE);
            if is_last || before.is_none() {
                break;
            }
        }
        Ok(oldest)
    }

    async fn make_invoice(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let (Side::Payee { sale, .. }, Some(preimage)) = (&run.record.side, run.record.preimage) else { return Ok(()) };
        let sealed = Sealed {
            chain_id: run.record.chain_id,
            barter_core: run.record.barter_core,
            payee: run.record.wallet,
            payer: sale.payer,
            category: &sale.category,
            description: &sale.description,
        };
        let request = InvoiceRequest {
            lock: InvoiceLock::Preimage(preimage),
            amount_sats: sale.amount_sats,
            description: sealed.invoice_description(),
            lifetime_seconds: sale.lifetime_seconds,
        };
        let invoice = self.lightning.make_invoice(&request).await?;
        if invoice.payment_hash() != preimage.payment_hash() || invoice.amount_sats() != sale.amount_sats {
            let reason = "the invoice it made is not the one it was asked for".to_owned();
            return Err(barter_lightning::Error::InvalidAnswer { reason }.into());
        }
        let made = Offer::new(sealed, invoice).map_err(DealError::from)?;
        let trade_id = sale.payer.map(|payer| made.trade_id(payer)).transpose().map_err(DealError::from)?;
        run.reach(DealStage::Invoiced, |record| {
            record.trade_id = trade_id;
            if let Side::Payee { offer, .. } = &mut record.side {
                *offer = Some(made);
            }
        })
    }

    async fn propose_as_payee(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let Some((offer, payer)) = run.record.offer().cloned().zip(run.record.payer) else { return Ok(()) };
        self.take(run, run.record.trade_id.unwrap_or_default())?;
        let trades = self.client.trade();
        let (hash, amount_sats) = (offer.payment_hash(), offer.amount_sats());
        let proposed = trades.propose_as_payee(payer, hash, amount_sats, offer.category(), offer.description()).await;
        if let Err(Error::Refused(barter_protocol::Error::PaymentHashReused { .. })) = proposed {
            self.cancel_invoice(run).await?;
            return run.fail(DealFailure::PaymentHashUsed);
        }
        run.sent(proposed.map(|proposed| proposed.receipt), DealStage::Proposed).await
    }

    fn take(&self, run: &Run<'_, L>, trade_id: TradeId) -> Result<(), Error> {
        let Some(payment_hash) = run.record.payment_hash() else { return Ok(()) };
        Ok(self.journal.take(payment_hash, trade_id)?)
    }

    /// Cancels the invoice. If it was paid meanwhile, the next look sees that.
    async fn cancel_invoice(&self, run: &Run<'_, L>) -> Result<(), Error> {
        let Some(payment_hash) = run.record.payment_hash() else { return Ok(()) };
        match self.lightning.cancel(payment_hash).await {
            Ok(()) | Err(barter_lightning::Error::AlreadyPaid { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a sale that was not paid. Its invoice may have been made and not written down.
    pub(super) async fn cancel_sale(&self, run: &mut Run<'_, L>) -> Result<(), Error> {
        let Some(payment_hash) = run.record.payment_hash() else { return Ok(()) };
        match self.lightning.cancel(payment_hash).await {
            // Unknown: never made, or forgotten; either way nobody can pay it.
            Ok(()) | Err(barter_lightning::Error::UnknownInvoice { .. }) => run.fail(DealFailure::Cancelled),
            Err(barter_lightning::Error::AlreadyPaid { .. }) => Err(run.too_late()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Refuses a sale that could never be made.
fn check_sale(sale: &Sale, payee: Address) -> Result<(), Error> {
    sale.check_id()?;
    let payer = sale.payer.unwrap_or_else(|| other_than(payee));
    let no_hash = PaymentHash::new([0; 32]);
    Terms::new(payer, payee, no_hash, sale.amount_sats, sale.category.as_str(), sale.description.as_str())?;
    if u64::from(sale.lifetime_seconds) <= MARGIN_SECONDS {
        let reason = format!(
            "the invoice would last {} s, expected more than the {MARGIN_SECONDS} s that a payer needs",
            sale.lifetime_seconds
        );
        return Err(barter_lightning::Error::InvalidRequest { reason }.into());
    }
    Ok(())
}

/// Whether a step belongs to what comes after the offer was handed over.
const fn is_for_later(step: &Step) -> bool {
    matches!(step, Step::Wait(_) | Step::Take(_) | Step::Accept)
}

/// Whether there is something to hand over.
fn is_offered(record: &Record) -> bool {
    let needed = if record.offer().is_some_and(|offer| offer.proposer() == Role::Payee) {
        DealStage::Proposed
    } else {
        DealStage::Invoiced
    };
    record.offer().is_some() && record.stage >= needed
}

fn random_preimage() -> Result<Preimage, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| barter_lightning::Error::InvalidRequest {
        reason: format!("the system gives no random numbers: {error}"),
    })?;
    Ok(Preimage::new(bytes))
}
