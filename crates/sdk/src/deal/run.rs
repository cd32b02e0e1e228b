//! A deal at work: what is on disk, who is told, and how long is waited.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use alloy_primitives::U64;
use barter_bindings::BarterCore;
use barter_lightning::Lightning;
use barter_protocol::{Role, TradeId, TradeStatus};
use serde_json::json;
use tokio::time::sleep;

use super::{
    DealClient, DealError, DealFailure, DealProgress, DealStage,
    journal::Lock,
    record::{Owner, Record},
    step::{Stop, Wait},
};
use crate::{Error, Network, Receipt, Trade};

/// How long a payer waits for a proposal that should be there: a node may be some blocks behind the one that the payee asked.
const PROPOSAL_PATIENCE: Duration = Duration::from_secs(30);
/// Blocks, counting its own, until a deal counts on what is in one, on every chain but one of this machine: the client's confirmations,
/// and no less than this. Since blocks are voted on, a reorganisation of Ethereum's has taken back one block now and then, two
/// very rarely; and here money goes out over Lightning that no reorganisation brings back.
const MIN_CONFIRMATIONS: u64 = 3;
/// How long is waited for the other side, beside what is left of the invoice's time.
const PATIENCE: Duration = Duration::from_hours(1);
/// How long is waited for the chain to show what the node has pending: a transaction of an earlier attempt.
const MINING_PATIENCE: Duration = Duration::from_mins(10);
/// Transactions that may come to nothing: mined and reverted, which costs their fee, because the other side was quicker; or never mined,
/// because another program with the same key took their nonce.
const MAX_LOST: u32 = 3;
/// Looks that may fail one after another because the node, or the way to it, does.
const MAX_FAILED_LOOKS: u32 = 5;

/// A deal at work. The lock is held as long as this lives.
#[derive(Debug)]
pub(super) struct Run<'a, L> {
    pub(super) deals: &'a DealClient<L>,
    pub(super) record: Record,
    _lock: Lock,
    /// The latest transaction of this wallet's that nobody has been told of.
    receipt: Option<Receipt>,
    waiting: Option<(Waiting, Instant)>,
    failed_looks: u32,
    lost: u32,
}

/// What a run waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    For(Wait),
    Mining,
}

impl<'a, L: Lightning> Run<'a, L> {
    pub(super) const fn new(deals: &'a DealClient<L>, record: Record, lock: Lock) -> Self {
        Self { deals, record, _lock: lock, receipt: None, waiting: None, failed_looks: 0, lost: 0 }
    }

    // ---------------------------------------------------------------------------------------- what is kept and told

    /// Writes a change down. When this returns, it is on disk.
    pub(super) fn keep(&mut self, change: impl FnOnce(&mut Record)) -> Result<(), Error> {
        let mut record = self.record.clone();
        change(&mut record);
        self.deals.journal.write(&record)?;
        self.record = record;
        Ok(())
    }

    /// Writes a change down that brings the deal further, and tells it.
    pub(super) fn reach(&mut self, stage: DealStage, change: impl FnOnce(&mut Record)) -> Result<(), Error> {
        self.keep(|record| {
            record.stage = stage;
            change(record);
        })?;
        self.waiting = None;
        self.deals.tell(&DealProgress {
            id: self.record.id.clone(),
            role: self.record.role(),
            stage,
            trade_id: self.record.trade_id,
            receipt: self.receipt.take(),
        });
        Ok(())
    }

    /// Writes down that it has come to nothing.
    pub(super) fn fail(&mut self, failure: DealFailure) -> Result<(), Error> {
        self.reach(DealStage::Failed, |record| record.failure = Some(failure))
    }

    /// Refuses to go on with what has come to nothing.
    pub(super) fn require_alive(&self) -> Result<(), Error> {
        match self.record.failure {
            Some(failure) => Err(DealError::Failed { id: self.record.id.clone(), failure }.into()),
            None => Ok(()),
        }
    }

    /// Refuses to cancel.
    pub(super) fn too_late(&self) -> Error {
        DealError::TooLateToCancel { id: self.record.id.clone(), stage: self.record.stage }.into()
    }

    // ---------------------------------------------------------------------------------------- looking and waiting

    /// The trade with an id, if the chain has it.
    pub(super) async fn trade(&self, trade_id: Option<TradeId>) -> Result<Option<Trade>, Error> {
        let Some(trade_id) = trade_id else { return Ok(None) };
        match self.deals.client.trade().get(trade_id).await {
            Ok(trade) => Ok(Some(trade)),
            Err(Error::TradeNotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a trade stands as it does in a block that no reorganisation takes back, as far as anybody can say. Only asked where it matters.
    pub(super) async fn is_deep(&self, trade: Option<&Trade>) -> Result<bool, Error> {
        let matters = |trade: &&Trade| matches!(trade.status, TradeStatus::Accepted | TradeStatus::Settled);
        let Some(trade) = trade.filter(matters) else { return Ok(false) };
        let client = &self.deals.client;
        let asked = client.sender()?.confirmations();
        let confirmations = if client.network() == Network::LOCAL { asked } else { asked.max(MIN_CONFIRMATIONS) };
        if confirmations <= 1 {
            return Ok(true);
        }
        let block = client.node().head().await?.number().saturating_sub(confirmations - 1);
        let call = BarterCore::getTradeCall { tradeId: trade.trade_id };
        let core = client.deployment().barter_core;
        match client.node().views_at(core, &[call], &json!(U64::from(block))).await {
            Ok(trades) => Ok(trades.first().is_some_and(|before| before.status == trade.status.code())),
            // It was not even proposed then, or there was no contract.
            Err(Error::NodeRefused { revert_data: Some(_), .. } | Error::NoContract { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What was seen, or `None` if it is to be looked at again: a node that is away for a moment ends nothing.
    pub(super) async fn seen<S>(&mut self, looked: Result<S, Error>) -> Result<Option<S>, Error> {
        match looked {
            Ok(seen) => {
                self.failed_looks = 0;
                Ok(Some(seen))
            }
            Err(error) if error.is_transient() && self.failed_looks < MAX_FAILED_LOOKS => {
                self.failed_looks += 1;
                sleep(self.deals.client.poll_interval()).await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Waits a moment for the other side; too long, and it is told how far the deal is.
    pub(super) async fn wait(&mut self, wait: Wait) -> Result<(), Error> {
        let is_payer = self.record.role() == Role::Payer;
        let expires_at = self.record.offer().map_or(0, |offer| offer.invoice().expires_at());
        let left = Duration::from_secs(expires_at.saturating_sub(unix_now()));
        let patience = match wait {
            Wait::Proposal if is_payer => PROPOSAL_PATIENCE,
            Wait::Payment if is_payer => self.record.payment_timeout(),
            _ => left.saturating_add(PATIENCE),
        };
        let waited = self.pause(Waiting::For(wait)).await;
        if waited < patience {
            return Ok(());
        }
        Err(match (wait, self.record.trade_id, self.record.payment_hash()) {
            (Wait::Proposal, Some(trade_id), _) if is_payer => Error::TradeNotFound { trade_id },
            (Wait::Payment, _, Some(payment_hash)) if is_payer => {
                barter_lightning::Error::PaymentPending { payment_hash, waited }.into()
            }
            _ => DealError::Open { id: self.record.id.clone(), stage: self.record.stage, waited }.into(),
        })
    }

    /// What a transaction came to that brings the deal to a stage. If the rules refuse it because something happened that had not been
    /// seen, there is nothing to do but look again: an earlier attempt is waiting to be mined, or the other side was quicker.
    pub(super) async fn sent(&mut self, sent: Result<Receipt, Error>, stage: DealStage) -> Result<(), Error> {
        match sent {
            Ok(receipt) => {
                self.receipt = Some(receipt);
                // Told at once, as the other side may bring it further before the next look. The end is told after another look.
                if self.record.stage < stage && !stage.is_final() {
                    self.reach(stage, |_| ())?;
                }
            }
            Err(error @ (Error::Reverted { transaction_hash: Some(_), .. } | Error::Replaced { .. })) => {
                self.lost += 1;
                if self.lost > MAX_LOST {
                    return Err(error);
                }
            }
            Err(error) if is_ahead(&error) => {
                if self.pause(Waiting::Mining).await >= MINING_PATIENCE {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn pause(&mut self, waiting: Waiting) -> Duration {
        let since = match self.waiting {
            Some((before, since)) if before == waiting => since,
            _ => self.waiting.insert((waiting, Instant::now())).1,
        };
        sleep(self.deals.client.poll_interval()).await;
        since.elapsed()
    }

    /// Why it cannot go on.
    pub(super) fn stopped(&self, stop: Stop) -> Error {
        let (trade_id, payment_hash) =
            (self.record.trade_id.unwrap_or_default(), self.record.payment_hash().unwrap_or_else(|| [0; 32].into()));
        match stop {
            Stop::TradeDiffers => DealError::TradeDiffers { trade_id }.into(),
            Stop::Disputed => DealError::Disputed { trade_id }.into(),
            Stop::ProposalExpired { expires_at } => {
                Error::Refused(barter_protocol::Error::TradeExpired { trade_id, expires_at })
            }
            Stop::OfferTaken => DealError::OfferTaken { payment_hash }.into(),
            Stop::Invoice(error) => barter_lightning::Error::from(error).into(),
            Stop::WrongPreimage(actual) => Error::PreimageMismatch { trade_id, expected: payment_hash, actual },
            Stop::PaymentForgotten => DealError::PaymentForgotten { payment_hash }.into(),
            Stop::InvoiceForgotten => barter_lightning::Error::UnknownInvoice { payment_hash }.into(),
        }
    }
}

/// Whether the node refuses a call because of something that is pending, or was mined after the last look.
const fn is_ahead(error: &Error) -> bool {
    use barter_protocol::Error as Rule;
    matches!(
        error,
        Error::AlreadyProposed { .. } | Error::Refused(Rule::WrongStatus { .. } | Rule::TradeExpired { .. })
    )
}

impl<L> DealClient<L> {
    /// Whose deals these are.
    pub(super) fn owner(&self) -> Result<Owner, Error> {
        Ok(Owner {
            chain_id: self.client.network().chain_id(),
            barter_core: self.client.deployment().barter_core,
            wallet: self.client.sender()?.wallet(),
        })
    }

    /// A deal of the journal, if it is there, and this wallet's on this chain.
    pub(super) fn read(&self, id: &str) -> Result<Option<Record>, Error> {
        let Some(record) = self.journal.read(id)? else { return Ok(None) };
        if record.owner() != self.owner()? {
            let reason = format!(
                "it is of wallet {} on chain {}, in the contract {}",
                record.wallet, record.chain_id, record.barter_core
            );
            return Err(DealError::InvalidRecord { path: self.journal.path(id), reason }.into());
        }
        Ok(Some(record))
    }

    fn tell(&self, progress: &DealProgress) {
        if let Some(listener) = &self.progress {
            listener(progress);
        }
    }
}

/// This machine's clock, in Unix seconds.
pub(super) fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
