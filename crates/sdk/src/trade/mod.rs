//! Trades.

mod record;
mod signed;

use alloy_primitives::{Address, B256, U256};
use barter_bindings::{BarterCore, IBarterCore};
use barter_protocol::{
    PaymentHash, Role, Terms, TradeId,
    limits::{MAX_BATCH, MAX_PAGE},
};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use crate::{BarterClient, Error, PaymentHashInput, PreimageInput, Receipt, TradeIdInput, WalletInput};
pub use record::{Trade, TradePage};
pub use signed::{SettlementOrder, SignedOpen, SignedSettlement};

/// Most trades that [`TradeClient::list_by_address`] gathers.
pub const MAX_LISTED_TRADES: usize = 100_000;

/// Trades of a batch that are read at once before it is sent.
const READS_AT_ONCE: usize = 8;

/// Trades: propose, accept, settle, dispute, list. From [`BarterClient::trade`].
#[derive(Clone, Debug)]
pub struct TradeClient {
    client: BarterClient,
}

/// A trade just proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Proposed {
    /// Its id.
    pub trade_id: TradeId,
    /// The transaction.
    pub receipt: Receipt,
}

impl TradeClient {
    pub(crate) const fn new(client: BarterClient) -> Self {
        Self { client }
    }

    // ---------------------------------------------------------------------------------------- proposing

    /// Proposes a trade that this client's wallet pays for: the counterparty made the invoice with this payment hash.
    ///
    /// The counterparty may accept for 7 days. The amount is in satoshis, 1,000 at least; category and description are at
    /// most 32 and 200 bytes, and public for ever.
    ///
    /// # Errors
    /// Before any request: [`Error::NoSigner`], [`Error::InvalidAddress`], [`Error::InsufficientAmount`],
    /// [`Error::SelfTrade`], and [`Error::Refused`] for other terms outside the limits. Before signing:
    /// [`Error::AlreadyProposed`], [`Error::Refused`] with `PaymentHashReused`, [`Error::WrongChain`],
    /// [`Error::NoContract`], [`Error::FeeAboveCap`], and those of the node. After signing, with the transaction's hash:
    /// [`Error::InsufficientFunds`], [`Error::NotSent`], [`Error::TimedOut`], [`Error::Unconfirmed`],
    /// [`Error::Replaced`], [`Error::Reverted`].
    ///
    /// # Retry safety
    /// Safe to repeat with the same terms: a pair can use a payment hash once, so at most one of the attempts becomes a
    /// trade, and once one has, the others end in [`Error::AlreadyProposed`] with its id before anything is signed.
    pub async fn propose(
        &self,
        counterparty: impl WalletInput,
        payment_hash: impl PaymentHashInput,
        amount_sats: u64,
        category: &str,
        description: &str,
    ) -> Result<Proposed, Error> {
        let (payer, payee) = (self.client.sender()?.wallet(), counterparty.to_checked_address()?);
        let terms = Terms::new(payer, payee, payment_hash.to_payment_hash()?, amount_sats, category, description)?;
        let call = BarterCore::proposeTradeCall {
            counterparty: payee,
            paymentHash: terms.payment_hash().into(),
            amountSats: U256::from(amount_sats),
            category: category.to_owned(),
            description: description.to_owned(),
        };
        let sent = self.client.send(self.core(), &call).await;
        self.proposed(terms.trade_id(Role::Payer), sent).await
    }

    /// Proposes a trade that the counterparty pays for: this client's wallet made the invoice with this payment hash.
    ///
    /// # Errors
    /// As [`propose`](Self::propose).
    ///
    /// # Retry safety
    /// As [`propose`](Self::propose).
    pub async fn propose_as_payee(
        &self,
        counterparty: impl WalletInput,
        payment_hash: impl PaymentHashInput,
        amount_sats: u64,
        category: &str,
        description: &str,
    ) -> Result<Proposed, Error> {
        let (payer, payee) = (counterparty.to_checked_address()?, self.client.sender()?.wallet());
        let terms = Terms::new(payer, payee, payment_hash.to_payment_hash()?, amount_sats, category, description)?;
        let call = BarterCore::proposeTradeAsPayeeCall {
            counterparty: payer,
            paymentHash: terms.payment_hash().into(),
            amountSats: U256::from(amount_sats),
            category: category.to_owned(),
            description: description.to_owned(),
        };
        let sent = self.client.send(self.core(), &call).await;
        self.proposed(terms.trade_id(Role::Payee), sent).await
    }

    /// Signs terms that the counterparty may then open a trade with, in one transaction that proposes and accepts. `proposer`
    /// is that counterparty, `proposer_role` its side; this client's wallet has the other one. `deadline` is the last second,
    /// Unix time, at which the signature counts. Makes no request.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidAddress`], [`Error::InsufficientAmount`], [`Error::SelfTrade`],
    /// [`Error::Refused`] for other terms outside the limits, [`Error::Signing`].
    ///
    /// # Retry safety
    /// Safe to repeat, as nothing is sent. But whoever holds the signature can open the trade until the deadline, unless it
    /// is cancelled with [`cancel_signature`](Self::cancel_signature).
    #[allow(clippy::too_many_arguments, reason = "the terms, as everywhere, and the two things that bind a signature")]
    pub async fn sign_open(
        &self,
        proposer: impl WalletInput,
        proposer_role: Role,
        payment_hash: impl PaymentHashInput,
        amount_sats: u64,
        category: &str,
        description: &str,
        deadline: u64,
    ) -> Result<SignedOpen, Error> {
        let sender = self.client.sender()?;
        let (proposer, signer) = (proposer.to_checked_address()?, sender.wallet());
        let (payer, payee) = match proposer_role {
            Role::Payer => (proposer, signer),
            Role::Payee => (signer, proposer),
        };
        let payment_hash: PaymentHash = payment_hash.to_payment_hash()?;
        let terms = Terms::new(payer, payee, payment_hash, amount_sats, category, description)?;
        let digest = self.client.signing_domain().open_trade_digest(&terms, proposer_role, deadline);
        let signature = sender.sign_digest(digest).await?;
        Ok(SignedOpen {
            proposer,
            signer,
            payer,
            payee,
            payment_hash,
            amount_sats,
            category: category.to_owned(),
            description: description.to_owned(),
            deadline,
            chain_id: self.client.network().chain_id(),
            digest,
            signature,
        })
    }

    /// Proposes and accepts at once, with the counterparty's signature from [`sign_open`](Self::sign_open). Read the terms
    /// first: they are the counterparty's.
    ///
    /// # Errors
    /// As [`propose`](Self::propose); also [`Error::SignedForOtherChain`], and [`Error::Refused`]
    /// with `NotParty` if this client's wallet is not the proposer signed for, `SignatureExpired`, `InvalidSignature` or
    /// `SignatureIsCancelled`.
    ///
    /// # Retry safety
    /// As [`propose`](Self::propose).
    pub async fn open(&self, signed: &SignedOpen) -> Result<Proposed, Error> {
        let wallet = self.client.sender()?.wallet();
        let terms = signed.terms()?;
        self.require_signed_for_here(signed.chain_id)?;
        let role = terms.role_of(wallet).filter(|_| wallet == signed.proposer);
        let Some(role) = role else {
            let trade_id = terms.trade_id(signed.proposer_role().unwrap_or(Role::Payer));
            return Err(Error::Refused(barter_protocol::Error::NotParty { trade_id, wallet }));
        };
        let call = BarterCore::openTradeCall {
            terms: IBarterCore::Terms::from(&terms),
            deadline: U256::from(signed.deadline),
            signature: signed.signature.clone(),
        };
        let sent = self.client.send(self.core(), &call).await;
        self.proposed(terms.trade_id(role), sent).await
    }

    // ---------------------------------------------------------------------------------------- the life of a trade

    /// Accepts a proposal that was made to this client's wallet.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidTradeId`], [`Error::TradeNotFound`], [`Error::Refused`] with `NotCounterparty`,
    /// `TradeExpired` or `WrongStatus`; and those of sending, as for [`propose`](Self::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once accepted, it ends in `WrongStatus` with the status `accepted`, before anything is signed.
    pub async fn accept(&self, trade_id: impl TradeIdInput) -> Result<Receipt, Error> {
        let call = BarterCore::acceptTradeCall { tradeId: trade_id.to_trade_id()? };
        self.client.send(self.core(), &call).await
    }

    /// Settles a trade that this client's wallet pays for, with the preimage the payment revealed: raises both scores and
    /// mints both credits, unless the pair has had its five counted trades.
    ///
    /// The trade is read first and the preimage compared here, so that a wrong preimage, or one in the wrong hands, is not
    /// shown to anybody, the node included.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidTradeId`], [`Error::TradeNotFound`], [`Error::PreimageMismatch`],
    /// [`Error::Refused`] with `NotPayer` or `WrongStatus`; and those of sending, as for [`propose`](Self::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once settled, it ends in `WrongStatus` with the status `settled`, before anything is signed.
    pub async fn settle(&self, trade_id: impl TradeIdInput, preimage: impl PreimageInput) -> Result<Receipt, Error> {
        let (trade_id, preimage) = (trade_id.to_trade_id()?, preimage.to_preimage()?);
        let caller = self.client.sender()?.wallet();
        self.check_settlement(trade_id, preimage, caller).await?;
        let call = BarterCore::settleTradeCall { tradeId: trade_id, preimage: preimage.into() };
        self.client.send(self.core(), &call).await
    }

    /// Asks the contract whether it would let this client's wallet settle a trade with this preimage. Nothing is checked here
    /// and nothing is sent; but the preimage is shown to the node, whatever the answer. To settle, use
    /// [`settle`](Self::settle), which sees what is wrong without showing it.
    ///
    /// # Errors
    /// As [`settle`](Self::settle) before sending.
    ///
    /// # Retry safety
    /// Safe to repeat, as nothing is sent.
    pub async fn simulate_settle(
        &self,
        trade_id: impl TradeIdInput,
        preimage: impl PreimageInput,
    ) -> Result<(), Error> {
        let call =
            BarterCore::settleTradeCall { tradeId: trade_id.to_trade_id()?, preimage: preimage.to_preimage()?.into() };
        self.client.simulate(self.core(), &call).await
    }

    /// Signs a settlement that anybody may then send: the payer's way to settle without ether. `deadline` is the last second,
    /// Unix time, at which the signature counts. Nothing is sent; the trade is read.
    ///
    /// # Errors
    /// As [`settle`](Self::settle) before sending, and [`Error::Signing`].
    ///
    /// # Retry safety
    /// Safe to repeat, as nothing is sent.
    pub async fn sign_settle(
        &self,
        trade_id: impl TradeIdInput,
        preimage: impl PreimageInput,
        deadline: u64,
    ) -> Result<SignedSettlement, Error> {
        let (trade_id, preimage) = (trade_id.to_trade_id()?, preimage.to_preimage()?);
        let sender = self.client.sender()?;
        self.check_settlement(trade_id, preimage, sender.wallet()).await?;
        let digest = self.client.signing_domain().settle_trade_digest(trade_id, preimage, deadline);
        let signature = sender.sign_digest(digest).await?;
        let chain_id = self.client.network().chain_id();
        Ok(SignedSettlement { trade_id, preimage, deadline, signer: sender.wallet(), chain_id, digest, signature })
    }

    /// Settles another payer's trade with its signature from [`sign_settle`](Self::sign_settle).
    ///
    /// # Errors
    /// As [`settle`](Self::settle), but for `NotPayer`; also [`Error::SignedForOtherChain`], and
    /// [`Error::Refused`] with `SignatureExpired`, `InvalidSignature` or `SignatureIsCancelled`.
    ///
    /// # Retry safety
    /// As [`settle`](Self::settle).
    pub async fn settle_by_signature(&self, signed: &SignedSettlement) -> Result<Receipt, Error> {
        self.client.sender()?;
        self.require_signed_for_here(signed.chain_id)?;
        let settlement = settlement(&SettlementOrder::Signed(signed.clone()));
        self.client.send(self.core(), &BarterCore::settleTradeBySignatureCall { settlement }).await
    }

    /// Settles up to 100 trades in one transaction, all or none.
    ///
    /// The trades that this client's wallet pays for are read first and their preimages compared here, as
    /// [`settle`](Self::settle) does. A signed settlement is taken as it is: its preimage was given away by whoever signed.
    ///
    /// # Errors
    /// [`Error::Refused`] with `BatchSize`; else as [`settle`](Self::settle) and
    /// [`settle_by_signature`](Self::settle_by_signature), of the first trade that cannot be settled; the wallet's own
    /// trades come before those with a signature.
    ///
    /// # Retry safety
    /// Safe to repeat: once settled, it ends in `WrongStatus` with the status `settled`, before anything is signed.
    pub async fn settle_batch(&self, orders: &[SettlementOrder]) -> Result<Receipt, Error> {
        let caller = self.client.sender()?.wallet();
        if orders.is_empty() || orders.len() > MAX_BATCH {
            return Err(barter_protocol::Error::BatchSize { length: orders.len(), maximum: MAX_BATCH }.into());
        }
        for order in orders {
            if let SettlementOrder::Signed(signed) = order {
                self.require_signed_for_here(signed.chain_id)?;
            }
        }
        let own: Vec<_> = orders
            .iter()
            .filter_map(|order| match order {
                SettlementOrder::Own { trade_id, preimage } => Some((*trade_id, *preimage)),
                SettlementOrder::Signed(_) => None,
            })
            .collect();
        stream::iter(own)
            .map(|(trade_id, preimage)| self.check_settlement(trade_id, preimage, caller))
            .buffered(READS_AT_ONCE)
            .try_collect::<()>()
            .await?;
        let settlements = orders.iter().map(settlement).collect();
        self.client.send(self.core(), &BarterCore::settleTradesCall { settlements }).await
    }

    /// Disputes an accepted trade, as either party. Final, unless the deployment has an arbiter and it rules.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidTradeId`], [`Error::TradeNotFound`], [`Error::Refused`] with `NotParty`,
    /// `WrongStatus` or `DisputeAlreadyDismissed`; and those of sending, as for [`propose`](Self::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once disputed, it ends in `WrongStatus` with the status `disputed`, before anything is signed. But if
    /// the arbiter dismissed the dispute in between, in `DisputeAlreadyDismissed`.
    pub async fn dispute(&self, trade_id: impl TradeIdInput) -> Result<Receipt, Error> {
        let call = BarterCore::disputeTradeCall { tradeId: trade_id.to_trade_id()? };
        self.client.send(self.core(), &call).await
    }

    /// Withdraws a signature of this client's wallet, by the digest that was signed. It cannot undo a trade that was already
    /// opened or settled with it.
    ///
    /// # Errors
    /// [`Error::NoSigner`], and those of sending, as for [`propose`](Self::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: a second time changes nothing, and costs its fee.
    pub async fn cancel_signature(&self, digest: B256) -> Result<Receipt, Error> {
        self.client.send(self.core(), &BarterCore::cancelSignatureCall { digest }).await
    }

    /// The arbiter's ruling: sends a disputed trade back to accepted, for good.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidTradeId`], [`Error::TradeNotFound`], [`Error::Refused`] with `NotArbiter`,
    /// `WrongStatus` or `DisputeAlreadyUpheld`; and those of sending, as for [`propose`](Self::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once dismissed, it ends in `WrongStatus` with the status `accepted`, before anything is signed.
    pub async fn dismiss(&self, trade_id: impl TradeIdInput) -> Result<Receipt, Error> {
        let call = BarterCore::dismissDisputeCall { tradeId: trade_id.to_trade_id()? };
        self.client.send(self.core(), &call).await
    }

    /// The arbiter's ruling: ends a disputed trade and records a fault against one of its parties.
    ///
    /// # Errors
    /// As [`dismiss`](Self::dismiss); also [`Error::InvalidAddress`], and `NotParty` if `at_fault` is none.
    ///
    /// # Retry safety
    /// Safe to repeat: once upheld, it ends in `DisputeAlreadyUpheld`, before anything is signed.
    pub async fn uphold(&self, trade_id: impl TradeIdInput, at_fault: impl WalletInput) -> Result<Receipt, Error> {
        let call =
            BarterCore::upholdDisputeCall { tradeId: trade_id.to_trade_id()?, atFault: at_fault.to_checked_address()? };
        self.client.send(self.core(), &call).await
    }

    // ---------------------------------------------------------------------------------------- reading

    /// A trade by its id.
    ///
    /// # Errors
    /// [`Error::InvalidTradeId`], [`Error::TradeNotFound`], [`Error::WrongChain`], [`Error::NoContract`], and those of the
    /// node.
    pub async fn get(&self, trade_id: impl TradeIdInput) -> Result<Trade, Error> {
        let call = BarterCore::getTradeCall { tradeId: trade_id.to_trade_id()? };
        Trade::read(self.client.node(), self.client.view(self.core(), &call).await?)
    }

    /// All trades of a wallet, on either side, oldest first: one request for every 500 of them.
    ///
    /// # Errors
    /// As [`list_paged`](Self::list_paged). A wallet with more than [`MAX_LISTED_TRADES`] is given without its oldest ones.
    pub async fn list_by_address(&self, wallet: impl WalletInput) -> Result<Vec<Trade>, Error> {
        let wallet = wallet.to_address()?;
        let mut trades = Vec::new();
        let mut before = None;
        for _ in 0..MAX_LISTED_TRADES / MAX_PAGE {
            let page = self.list_paged(wallet, before, MAX_PAGE).await?;
            trades.extend(page.trades);
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        trades.reverse();
        Ok(trades)
    }

    /// A page of a wallet's trades, on either side, newest first, in one request. `before` is the last page's `next`, or
    /// `None` for the newest.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], [`Error::Refused`] with `PageSize`, [`Error::TradeNotFound`] or `NotParty` if `before` is no
    /// trade of the wallet's, [`Error::WrongChain`], [`Error::NoContract`], and those of the node.
    pub async fn list_paged(
        &self,
        wallet: impl WalletInput,
        before: Option<TradeId>,
        limit: usize,
    ) -> Result<TradePage, Error> {
        let wallet = wallet.to_address()?;
        if limit == 0 || limit > MAX_PAGE {
            return Err(barter_protocol::Error::PageSize { limit, maximum: MAX_PAGE }.into());
        }
        let before = before.unwrap_or_default();
        let call = BarterCore::getTradesPagedCall { wallet, before, limit: U256::from(limit) };
        let page = self.client.view(self.core(), &call).await?;
        let read = |trade| Trade::read(self.client.node(), trade);
        Ok(TradePage {
            trades: page.page.into_iter().map(read).collect::<Result<_, _>>()?,
            next: Some(page.next).filter(|next| !next.is_zero()),
        })
    }

    // ---------------------------------------------------------------------------------------- helpers

    fn core(&self) -> Address {
        self.client.deployment().barter_core
    }

    /// A proposal's outcome: the id, or the news that these very terms are already a trade.
    async fn proposed(&self, trade_id: TradeId, sent: Result<Receipt, Error>) -> Result<Proposed, Error> {
        match sent {
            Ok(receipt) => Ok(Proposed { trade_id, receipt }),
            Err(error @ Error::Refused(barter_protocol::Error::PaymentHashReused { .. })) => {
                // Among what is pending, as the simulation: the earlier attempt may be waiting to be mined.
                let call = BarterCore::getTradeCall { tradeId: trade_id };
                let found = self.client.node().view_pending(self.core(), &call).await;
                match found.and_then(|trade| Trade::read(self.client.node(), trade)) {
                    Ok(trade) => Err(Error::AlreadyProposed { trade_id, status: trade.status }),
                    Err(_) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// What can be seen to be wrong with a settlement before its preimage leaves this process.
    async fn check_settlement(
        &self,
        trade_id: TradeId,
        preimage: barter_protocol::Preimage,
        payer: Address,
    ) -> Result<(), Error> {
        use barter_protocol::{Error as Rule, TradeStatus};
        let trade = self.get(trade_id).await?;
        if trade.status != TradeStatus::Accepted {
            return Err(Rule::WrongStatus { trade_id, actual: trade.status, required: TradeStatus::Accepted }.into());
        }
        if payer != trade.payer {
            return Err(Rule::NotPayer { trade_id, caller: payer, payer: trade.payer }.into());
        }
        trade.check_preimage(preimage)
    }

    fn require_signed_for_here(&self, chain_id: u64) -> Result<(), Error> {
        let here = self.client.network().chain_id();
        if chain_id != here {
            return Err(Error::SignedForOtherChain { signed_chain_id: chain_id, chain_id: here });
        }
        Ok(())
    }
}

fn settlement(order: &SettlementOrder) -> IBarterCore::Settlement {
    match order {
        SettlementOrder::Own { trade_id, preimage } => IBarterCore::Settlement {
            tradeId: *trade_id,
            preimage: (*preimage).into(),
            deadline: U256::ZERO,
            signature: alloy_primitives::Bytes::new(),
        },
        SettlementOrder::Signed(signed) => IBarterCore::Settlement {
            tradeId: signed.trade_id,
            preimage: signed.preimage.into(),
            deadline: U256::from(signed.deadline),
            signature: signed.signature.clone(),
        },
    }
}
