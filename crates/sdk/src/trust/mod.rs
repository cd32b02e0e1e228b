//! Scores, profiles and cards.

mod card;
mod history;
mod profile;

use std::collections::HashMap;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent as _;
use barter_bindings::{BTRTrust, BarterCore, ContractError};
use barter_protocol::TradeStatus;

use crate::{
    BarterClient, Error, Refusal, Trade, WalletInput,
    node::{LogFilter, Scan},
    number::to_u64,
};
pub use card::{CardAttribute, TrustCard};
pub use history::ScoreEvent;
pub use profile::{TradeCounts, TrustProfile, completion_rate};

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
    /// Takes one request for every 500 trades of the wallet, and one for every 10,000 blocks since the deployment, more
    /// where the node allows fewer blocks a request.
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
        let trades = self.client.trade().list_by_address(wallet).await?;
        let settled = trades.into_iter().filter(|trade| trade.status == TradeStatus::Settled);
        let trades: HashMap<_, _> = settled.map(|trade| (trade.trade_id, trade)).collect();
        if trades.is_empty() {
            return Ok(Vec::new());
        }
        let mut events = self.score_events(wallet, &trades).await?;
        events.retain(|event| (from..=to).contains(&event.timestamp));
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

    async fn score_events(
        &self,
        wallet: Address,
        trades: &HashMap<barter_protocol::TradeId, Trade>,
    ) -> Result<Vec<ScoreEvent>, Error> {
        let node = self.client.node();
        let filter = LogFilter {
            addresses: vec![self.trust()],
            topics: vec![vec![BTRTrust::ScoreUpdated::SIGNATURE_HASH], vec![wallet.into_word()]],
        };
        let head = node.head().await?.number();
        let mut scan = Scan::default();
        let mut from = self.client.deployment().block;
        let mut events = Vec::new();
        while from <= head {
            let (logs, end) = scan.page(node, &filter, from, head).await?;
            for log in logs {
                let invalid = |reason: String| node.invalid("eth_getLogs", reason);
                let event = BTRTrust::ScoreUpdated::decode_raw_log(log.topics.iter().copied(), &log.data)
                    .map_err(|error| invalid(format!("a ScoreUpdated does not decode: {error}")))?;
                let (Some(block_number), Some(transaction_hash)) = (log.block_number, log.transaction_hash) else {
                    return Err(invalid("a log is of no block".to_owned()));
                };
                let settled_since;
                let trade = if let Some(trade) = trades.get(&event.tradeId) {
                    trade
                } else {
                    settled_since = self.client.trade().get(event.tradeId).await?;
                    &settled_since
                };
                let counterparty = trade.counterparty_of(wallet);
                events.push(ScoreEvent {
                    block_number: block_number.to(),
                    transaction_hash,
                    timestamp: trade.settled_at.unwrap_or_default(),
                    delta: barter_protocol::score(trade.amount_sats),
                    new_score: to_u64(node, "score", event.score)?,
                    trade_id: event.tradeId,
                    counterparty: counterparty
                        .ok_or_else(|| invalid(format!("trade {} is not {wallet}'s", event.tradeId)))?,
                    amount_sats: trade.amount_sats,
                });
            }
            from = end.saturating_add(1);
        }
        Ok(events)
    }
}
