//! Scores, profiles and cards.

mod card;
mod history;
mod profile;

use std::collections::{HashMap, HashSet};

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent as _;
use barter_bindings::{BTRTrust, BarterCore, ContractError};
use barter_protocol::{TradeId, limits::MAX_PAGE};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::{
    BarterClient, Error, Refusal, Trade, WalletInput,
    node::{LogFilter, Scan},
    number::to_u64,
};
pub use card::{CardAttribute, TrustCard};
pub use history::ScoreEvent;
pub use profile::{TradeCounts, TrustProfile, completion_rate};

/// Trades of a history that are read at once.
const READS_AT_ONCE: usize = 8;

/// Scores, profiles and cards. From [`BarterClient::trust`].
#[derive(Clone, Debug)]
pub struct TrustClient {
    client: BarterClient,
}

impl TrustClient {
    pub(crate) const fn new(client: BarterClient) -> Self {
        Self { client }
    }

    /// A wallet's score; 0 with no history.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], [`Error::WrongChain`], [`Error::NoContract`], and those of the node.
    pub async fn score(&self, wallet: impl WalletInput) -> Result<u64, Error> {
        let call = BTRTrust::getScoreCall { wallet: wallet.to_address()? };
        to_u64(self.client.node(), "score", self.client.view(self.trust(), &call).await?)
    }

    /// A wallet's whole profile, in one HTTP request however long its history.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub async fn profile(&self, wallet: impl WalletInput) -> Result<TrustProfile, Error> {
        let wallet = wallet.to_address()?;
        let found = self.client.view(self.core(), &BarterCore::getWalletCall { wallet }).await?;
        TrustProfile::read(self.client.node(), wallet, &found)
    }

    /// How many settled trades of two wallets counted, at most 5; the same both ways round.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub async fn pair_count(&self, wallet_a: impl WalletInput, wallet_b: impl WalletInput) -> Result<u64, Error> {
        let call = BTRTrust::pairCountCall { walletA: wallet_a.to_address()?, walletB: wallet_b.to_address()? };
        to_u64(self.client.node(), "pairCount", self.client.view(self.trust(), &call).await?)
    }

    /// A wallet's score step by step, oldest first, from the event log.
    ///
    /// Takes one request for every 10,000 blocks since the deployment, more where the node allows fewer blocks a request; and
    /// one for every step, or one for every 500 trades of the wallet where those are fewer. Trades that strangers propose do
    /// not make it dearer than the first.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub async fn history(&self, wallet: impl WalletInput) -> Result<Vec<ScoreEvent>, Error> {
        self.history_between(wallet, 0, u64::MAX).await
    }

    /// As [`history`](Self::history), from one Unix time to another, both inclusive.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub async fn history_between(
        &self,
        wallet: impl WalletInput,
        from: u64,
        to: u64,
    ) -> Result<Vec<ScoreEvent>, Error> {
        let wallet = wallet.to_address()?;
        self.client.node().require_chain_once().await?;
        let steps = self.steps(wallet).await?;
        let trades = self.trades(wallet, steps.iter().map(|step| step.trade_id).collect()).await?;
        let mut events = Vec::new();
        for step in steps {
            let invalid = |reason: String| self.client.node().invalid("eth_getLogs", reason);
            let trade = trades.get(&step.trade_id);
            let trade = trade.ok_or_else(|| invalid(format!("there is no trade {}", step.trade_id)))?;
            let counterparty = trade.counterparty_of(wallet);
            let timestamp = trade.settled_at.unwrap_or_default();
            if (from..=to).contains(&timestamp) {
                events.push(ScoreEvent {
                    block_number: step.block_number,
                    transaction_hash: step.transaction_hash,
                    timestamp,
                    delta: barter_protocol::score(trade.amount_sats),
                    new_score: step.new_score,
                    trade_id: step.trade_id,
                    counterparty: counterparty
                        .ok_or_else(|| invalid(format!("trade {} is not {wallet}'s", step.trade_id)))?,
                    amount_sats: trade.amount_sats,
                });
            }
        }
        Ok(events)
    }

    /// The wallet's token URI: its card as a data URI. Fixed by the wallet's profile alone.
    ///
    /// # Errors
    /// [`Error::NoTrustToken`] for a wallet with no settled trade; else as [`score`](Self::score).
    pub async fn token_uri(&self, wallet: impl WalletInput) -> Result<String, Error> {
        let wallet = wallet.to_address()?;
        // A wallet's token has the wallet's address for its number.
        let call = BTRTrust::tokenURICall { tokenId: U256::from_be_slice(wallet.as_slice()) };
        self.client.view(self.trust(), &call).await.map_err(|error| match error {
            Error::Reverted { refusal, .. }
                if matches!(*refusal, Refusal::Contract(ContractError::TokenNotFound { .. })) =>
            {
                Error::NoTrustToken { wallet }
            }
            error => error,
        })
    }

    /// The wallet's card: name, picture and figures.
    ///
    /// # Errors
    /// As [`token_uri`](Self::token_uri).
    pub async fn card(&self, wallet: impl WalletInput) -> Result<TrustCard, Error> {
        TrustCard::read(self.client.node(), &self.token_uri(wallet).await?)
    }

    fn trust(&self) -> Address {
        self.client.deployment().btr_trust
    }

    fn core(&self) -> Address {
        self.client.deployment().barter_core
    }

    /// The steps of a wallet's score, from the event log.
    async fn steps(&self, wallet: Address) -> Result<Vec<Step>, Error> {
        let node = self.client.node();
        let filter = LogFilter {
            addresses: vec![self.trust()],
            topics: vec![vec![BTRTrust::ScoreUpdated::SIGNATURE_HASH], vec![wallet.into_word()]],
        };
        let head = node.head().await?.number();
        let mut scan = Scan::default();
        let mut from = self.client.deployment().block;
        let mut steps = Vec::new();
        while from <= head {
            let (logs, end) = scan.page(node, &filter, from, head).await?;
            for log in logs {
                let invalid = |reason: String| node.invalid("eth_getLogs", reason);
                let event = BTRTrust::ScoreUpdated::decode_raw_log(log.topics.iter().copied(), &log.data)
                    .map_err(|error| invalid(format!("a ScoreUpdated does not decode: {error}")))?;
                let (Some(block_number), Some(transaction_hash)) = (log.block_number, log.transaction_hash) else {
                    return Err(invalid("a log is of no block".to_owned()));
                };
                steps.push(Step {
                    block_number: block_number.to(),
                    transaction_hash,
                    trade_id: event.tradeId,
                    new_score: to_u64(node, "score", event.score)?,
                });
            }
            from = end.saturating_add(1);
        }
        Ok(steps)
    }

    /// These trades of a wallet: page by page where that takes fewer requests, and else one by one, so that trades strangers
    /// proposed to it do not have to be read.
    async fn trades(&self, wallet: Address, mut missing: HashSet<TradeId>) -> Result<HashMap<TradeId, Trade>, Error> {
        let mut found = HashMap::new();
        if missing.is_empty() {
            return Ok(found);
        }
        let trades = self.client.trade();
        let listed = usize::try_from(self.profile(wallet).await?.counts.proposed).unwrap_or(usize::MAX);
        let pages = listed.div_ceil(MAX_PAGE);
        if pages < missing.len() {
            let mut before = None;
            for _ in 0..pages {
                let page = trades.list_paged(wallet, before, MAX_PAGE).await?;
                let wanted = page.trades.into_iter().filter(|trade| missing.remove(&trade.trade_id));
                found.extend(wanted.map(|trade| (trade.trade_id, trade)));
                before = page.next;
                if before.is_none() || missing.is_empty() {
                    break;
                }
            }
        }
        let rest: Vec<Trade> = stream::iter(missing)
            .map(|trade_id| {
                let trades = trades.clone();
                async move { trades.get(trade_id).await }
            })
            .buffered(READS_AT_ONCE)
            .try_collect()
            .await?;
        found.extend(rest.into_iter().map(|trade| (trade.trade_id, trade)));
        Ok(found)
    }
}

/// A step of a wallet's score, as the event log has it.
struct Step {
    block_number: u64,
    transaction_hash: B256,
    trade_id: TradeId,
    new_score: u64,
}
