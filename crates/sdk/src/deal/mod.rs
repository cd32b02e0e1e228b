//! A trade and its Lightning payment as one thing.

mod buy;
mod disk;
mod error;
mod guard;
mod journal;
mod offer;
mod order;
mod payee;
mod payer;
mod record;
mod run;
mod sell;
mod stage;
mod step;

use std::{fmt, sync::Arc};

use barter_lightning::Lightning;
use barter_protocol::{Role, Terms, TradeId};

use crate::{BarterClient, Error, Receipt, TradeIdInput};
pub use error::DealError;
pub use journal::{Journal, Listing};
pub use offer::{Offer, OfferError};
pub use order::{Purchase, Sale};
pub use record::Deal;
use record::Side;
use run::Run;
pub use stage::{DealFailure, DealStage};

/// Who is told how a deal goes.
type Listener = Arc<dyn Fn(&DealProgress) + Send + Sync>;

/// Trades with their Lightning payments, each as one thing. From [`BarterClient::deals`].
///
/// A deal is kept in the [`Journal`], and every method goes on from what is there: it may be dropped, killed or fail at any point, and
/// called again. An invoice is paid at most once and a trade settled once, whatever happens in between.
pub struct DealClient<L> {
    client: BarterClient,
    lightning: L,
    journal: Journal,
    progress: Option<Listener>,
}

/// A deal has come further.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DealProgress {
    /// The deal.
    pub id: String,
    /// This wallet's side.
    pub role: Role,
    /// How far it is now.
    pub stage: DealStage,
    /// The trade, once it is known.
    pub trade_id: Option<TradeId>,
    /// The transaction that brought it there, if it was one of this wallet's.
    pub receipt: Option<Receipt>,
}

impl<L: Lightning> DealClient<L> {
    pub(crate) const fn new(client: BarterClient, lightning: L, journal: Journal) -> Self {
        Self { client, lightning, journal, progress: None }
    }

    /// Calls this for each stage that a deal reaches, a failure included.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(&DealProgress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Offers something for sale: makes the invoice and, where the payer is known, proposes the trade to it. What comes back is
    /// what to hand over, as text or as a QR code.
    ///
    /// # Errors
    /// [`DealError`], those of [`Lightning::make_invoice`] and of [`TradeClient::propose_as_payee`](crate::TradeClient::propose_as_payee).
    ///
    /// # Retry safety
    /// Safe to repeat with the same sale, which gives the same offer.
    pub async fn sell(&self, sale: &Sale) -> Result<Offer, Error> {
        self.run_sale(sale).await
    }

    /// The rest of a sale: accepts the first proposal that is on the sale's terms, if the payer is the one to propose, and waits until
    /// the trade is settled.
    ///
    /// # Errors
    /// [`DealError`], those of the Lightning node, and those of [`TradeClient::accept`](crate::TradeClient::accept).
    ///
    /// # Retry safety
    /// Safe to repeat.
    pub async fn finish(&self, id: &str) -> Result<Deal, Error> {
        let run = self.open(id)?;
        if run.record.role() != Role::Payee {
            return Err(self.not_found(id));
        }
        self.finish_sale(run).await
    }

    /// Refuses an offer that is not as it is to be taken: of another chain or contract, for another payer, of another payee or node, or
    /// for another amount. Neither the chain nor the Lightning node is asked: to be called before somebody is asked to agree.
    /// [`buy`](Self::buy) checks this, and the rest.
    ///
    /// # Errors
    /// [`DealError::Offer`], those of [`Terms`], and [`Error::Lightning`] with the invoice's other amount or node.
    pub fn check(&self, offer: &Offer, purchase: &Purchase) -> Result<(), Error> {
        purchase.check_offer(offer, self.owner()?)?;
        // On its own network, and at a time when it was open.
        let checked = payer::check_invoice(purchase, offer, offer.invoice().network(), 0, 0);
        Ok(checked.map_err(barter_lightning::Error::from)?)
    }

    /// Takes an offer: checks it and the trade, agrees to the trade, pays, and settles.
    ///
    /// # Errors
    /// [`DealError`], those of [`Lightning::pay`], and those of the trade.
    ///
    /// # Retry safety
    /// Safe to repeat: nothing is paid twice.
    pub async fn buy(&self, offer: &Offer, purchase: &Purchase) -> Result<Deal, Error> {
        self.run_purchase(offer, purchase).await
    }

    /// Accepts, as the payee, a trade that somebody proposed without an offer: only if it is for an open invoice of this Lightning node's
    /// own, of its amount, with time left, that belongs to no other trade of this journal.
    ///
    /// # Errors
    /// [`DealError`], those of the Lightning node, and those of [`TradeClient::accept`](crate::TradeClient::accept).
    ///
    /// # Retry safety
    /// Safe to repeat.
    pub async fn accept(&self, trade_id: impl TradeIdInput) -> Result<Receipt, Error> {
        self.accept_guarded(trade_id.to_trade_id()?).await
    }

    /// Says, as the payee, that an invoice belongs to a trade: what [`accept`](Self::accept) does before it accepts, for who proposes a trade
    /// itself, opens one, or signs its terms. To be called before that is sent or signed; from then on no other trade is accepted for the
    /// invoice with this journal. `proposer` is the side that proposes.
    ///
    /// # Errors
    /// [`DealError::NotPayee`], [`DealError::NotOwnInvoice`], [`DealError::InvoiceNotOpen`], [`DealError::InvoiceTaken`];
    /// [`Error::Lightning`] with the invoice's other amount, or for one that runs out too soon; and those of the Lightning node.
    ///
    /// # Retry safety
    /// Safe to repeat with the same terms.
    pub async fn bind_own_invoice(&self, terms: &Terms, proposer: Role) -> Result<TradeId, Error> {
        self.bind_invoice(terms, proposer).await
    }

    /// Goes on with a deal, whichever side this is: [`sell`](Self::sell) and [`finish`](Self::finish), or [`buy`](Self::buy) with what
    /// it was begun with.
    ///
    /// # Errors
    /// As those.
    ///
    /// # Retry safety
    /// Safe to repeat.
    pub async fn resume(&self, id: &str) -> Result<Deal, Error> {
        match self.read(id)?.ok_or_else(|| self.not_found(id))?.side {
            Side::Payee { .. } => self.finish(id).await,
            Side::Payer { purchase, offer } => self.buy(&offer, &purchase).await,
        }
    }

    /// Ends a deal that was not paid: a sale's invoice is cancelled, so that nobody can pay it any more. A trade that was proposed or
    /// accepted stays as it is.
    ///
    /// # Errors
    /// [`DealError::TooLateToCancel`], [`DealError::NotFound`], [`DealError::Busy`], and those of the Lightning node.
    ///
    /// # Retry safety
    /// Safe to repeat.
    pub async fn cancel(&self, id: &str) -> Result<Deal, Error> {
        let mut run = self.open(id)?;
        if run.record.stage == DealStage::Settled {
            return Err(run.too_late());
        }
        if run.record.stage != DealStage::Failed {
            match run.record.role() {
                Role::Payee => self.cancel_sale(&mut run).await?,
                Role::Payer => self.cancel_purchase(&mut run).await?,
            }
        }
        Ok(Deal::from(&run.record))
    }

    /// The journal's deals, oldest first, and what keeps others from being read. Neither the chain nor the Lightning node is asked.
    ///
    /// # Errors
    /// [`DealError::Journal`].
    pub fn listing(&self) -> Result<Listing, Error> {
        Ok(self.journal.listing()?)
    }

    /// A deal of the journal. Neither the chain nor the Lightning node is asked.
    ///
    /// # Errors
    /// [`DealError::NotFound`], [`DealError::Journal`], [`DealError::InvalidRecord`].
    pub fn get(&self, id: &str) -> Result<Deal, Error> {
        Ok(self.journal.get(id)?)
    }

    /// Takes a deal up.
    fn open(&self, id: &str) -> Result<Run<'_, L>, Error> {
        // Twice: before the lock, so that none is made for nothing, and after it, for what another one has done meanwhile.
        self.read(id)?.ok_or_else(|| self.not_found(id))?;
        let lock = self.journal.lock(id)?;
        let record = self.read(id)?.ok_or_else(|| self.not_found(id))?;
        Ok(Run::new(self, record, lock))
    }

    fn not_found(&self, id: &str) -> Error {
        self.journal.not_found(id).into()
    }
}

impl<L> fmt::Debug for DealClient<L> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DealClient")
            .field("client", &self.client)
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
