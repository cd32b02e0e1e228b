//! From a call to a mined transaction.

mod confirm;
mod fees;
mod nonce;
mod policy;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_signer::Signer;
use futures_util::future;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::{Error, node::Node, receipt::Receipt, refusal};
pub(crate) use policy::SendPolicy;

use confirm::Waiting;
use fees::Fees;
use nonce::{Nonces, Signed};

/// Transactions of one wallet that may be in the air at once: geth keeps 64 of an account that wait for an earlier nonce.
/// Further sends wait their turn.
const MAX_IN_FLIGHT: usize = 64;
/// How often a transaction is signed anew because another program with the same key took its nonce first.
const MAX_SUBMITS: u32 = 20;
/// How often a transaction is handed over when it is unclear whether the node has it.
const MAX_OFFERS: u32 = 3;
/// Wait between two such offers.
const OFFER_PAUSE: Duration = Duration::from_millis(250);
/// Gas given on top of the estimate, as a part of it: what comes first in the block may change what a call costs.
const GAS_MARGIN_PART: u64 = 5;
/// And besides: a fourth of all proposals pays for a storage slot (22,100) that the others share, and which ones do is only
/// known when they are mined. What is not used is not paid.
const GAS_MARGIN: u64 = 40_000;

/// The tip where the node suggests none, in wei for a unit of gas: what nodes suggested for years.
const DEFAULT_TIP_WEI: u128 = 1_000_000_000;

/// Whatever signs hashes: a key in memory, a device, a service.
pub(crate) type SharedSigner = Arc<dyn Signer + Send + Sync>;

/// A call to send. No call of Barter's carries ether. It may hold a preimage, so there is no `Debug`.
pub(crate) struct Call {
    /// The function's name, for errors.
    pub(crate) name: &'static str,
    pub(crate) to: Address,
    pub(crate) data: Bytes,
}

/// Sends transactions of one wallet.
pub(crate) struct Sender {
    node: Arc<Node>,
    signer: SharedSigner,
    policy: SendPolicy,
    nonces: Nonces,
    permits: Semaphore,
    contracts_seen: Mutex<BTreeSet<Address>>,
}

impl fmt::Debug for Sender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sender").field("wallet", &self.wallet()).finish_non_exhaustive()
    }
}

/// What became of a transaction that was handed to the node.
enum Offer {
    /// The node has it.
    Taken,
    /// Another transaction has its nonce; it can never be mined.
    NonceUsed,
    /// The node does not have it, and says why.
    Refused(Error),
    /// Nobody can say: it may yet be mined.
    Unknown(Error),
}

/// Where a signed transaction is.
enum Place {
    /// The node has it, mined or waiting.
    Here,
    /// The node does not have it, and has another at its nonce.
    Outrun,
    /// The node has neither it nor another at its nonce.
    Nowhere,
}

impl Sender {
    pub(crate) fn new(node: Arc<Node>, signer: SharedSigner, policy: SendPolicy) -> Self {
        Self {
            node,
            signer,
            policy,
            nonces: Nonces::default(),
            permits: Semaphore::new(MAX_IN_FLIGHT),
            contracts_seen: Mutex::default(),
        }
    }

    pub(crate) fn wallet(&self) -> Address {
        self.signer.address()
    }

    /// Blocks, counting its own, until something is taken for mined.
    #[cfg(feature = "lightning")]
    pub(crate) const fn confirmations(&self) -> u64 {
        self.policy.confirmations
    }

    /// Checks, simulates, signs, sends and waits. See the crate's README for what is checked and when.
    pub(crate) async fn send(&self, call: Call) -> Result<Receipt, Error> {
        // The semaphore is never closed; were it, sending without a permit would only mean less order.
        let _permit = self.permits.acquire().await.ok();
        let (gas_limit, fees) = self.prepare(&call).await?;
        let waiting = self.submit(&call, gas_limit, fees).await?;
        self.confirm(waiting, &call).await
    }

    /// Checks and simulates, and stops there.
    pub(crate) async fn simulate(&self, call: &Call) -> Result<(), Error> {
        self.prepare(call).await.map(drop)
    }

    /// Signs a digest of EIP-712.
    pub(crate) async fn sign_digest(&self, digest: B256) -> Result<Bytes, Error> {
        let signature = self.signer.sign_hash(&digest).await.map_err(|error| self.unsigned(&error))?;
        Ok(signature.as_bytes().into())
    }

    /// Everything that is asked before signing, at once. Of several things wrong, the most basic one is told.
    async fn prepare(&self, call: &Call) -> Result<(u64, Fees), Error> {
        let (chain, contract, gas, fees) = future::join4(
            self.node.require_chain(),
            self.require_contract(call.to),
            self.node.estimate_gas(call.to, &call.data, self.wallet()),
            self.suggest_fees(),
        )
        .await;
        chain?;
        contract?;
        let gas = match gas {
            Ok(gas) => gas,
            Err(error) => return Err(self.why_not(call, error).await),
        };
        Ok((gas.saturating_add(gas / GAS_MARGIN_PART).saturating_add(GAS_MARGIN), fees?))
    }

    /// A call to an address without code succeeds and does nothing, so this has to be asked. Once: code does not vanish.
    async fn require_contract(&self, contract: Address) -> Result<(), Error> {
        let seen = |contract| self.contracts_seen.lock().unwrap_or_else(PoisonError::into_inner).contains(&contract);
        if seen(contract) {
            return Ok(());
        }
        if self.node.code(contract, json!("latest")).await?.is_empty() {
            return Err(Error::NoContract { address: contract, chain_id: self.node.chain_id() });
        }
        self.contracts_seen.lock().unwrap_or_else(PoisonError::into_inner).insert(contract);
        Ok(())
    }

    /// Why a call cannot be estimated. A node that does not say what it reverted with is asked again by calling.
    async fn why_not(&self, call: &Call, failure: Error) -> Error {
        if !matches!(failure, Error::NodeRefused { revert_data: None, .. }) {
            return refusal::explain(&self.node, call.name, failure);
        }
        match self.node.simulate(call.to, &call.data, self.wallet(), json!("pending")).await {
            Err(error @ Error::NodeRefused { revert_data: Some(_), .. }) => {
                refusal::explain(&self.node, call.name, error)
            }
            _ => failure,
        }
    }

    async fn suggest_fees(&self) -> Result<Fees, Error> {
        let (head, tip) = future::join(self.node.head(), self.node.suggested_tip_wei()).await;
        let base_fee = head?
            .base_fee_per_gas
            .ok_or_else(|| self.node.invalid("eth_getBlockByNumber", "the chain has no base fee (EIP-1559)"))?;
        let tip_wei = tip?.unwrap_or(DEFAULT_TIP_WEI);
        Fees::suggest(base_fee.to(), tip_wei, self.policy.max_fee_per_gas_wei)
    }

    /// Gives the call a nonce, signs it and hands it over, holding the nonces' lock all the while.
    async fn submit(&self, call: &Call, gas_limit: u64, fees: Fees) -> Result<Waiting, Error> {
        let mut next = self.nonces.next.lock().await;
        let mut attempts = Vec::new();
        for _ in 0..MAX_SUBMITS {
            let nonce = self.free_nonce(*next).await?;
            let signed = self.sign(call, nonce, gas_limit, fees).await?;
            attempts.push(signed.hash);
            match self.offer(&signed, nonce).await {
                Offer::Taken => {
                    *next = Some(nonce.saturating_add(1).max(next.unwrap_or(0)));
                    return Ok(Waiting::new(
                        self.nonces.hold(nonce, signed.clone()),
                        signed,
                        attempts,
                        gas_limit,
                        fees,
                    ));
                }
                Offer::NonceUsed => *next = None,
                Offer::Refused(error) => {
                    *next = None;
                    return Err(self.not_sent(signed.hash, gas_limit, fees, error).await);
                }
                Offer::Unknown(error) => {
                    *next = None;
                    return Err(Error::Unconfirmed {
                        transaction_hash: signed.hash,
                        attempts,
                        source: Box::new(error),
                    });
                }
            }
        }
        let nonce = self.node.transaction_count(self.wallet(), "pending").await?;
        Err(Error::Replaced { transaction_hash: attempts.last().copied().unwrap_or_default(), nonce })
    }

    /// The next nonce, or an earlier one that the node is missing and nobody holds a transaction for.
    async fn free_nonce(&self, next: Option<u64>) -> Result<u64, Error> {
        let pending = self.node.transaction_count(self.wallet(), "pending").await?;
        for nonce in pending..next.unwrap_or(pending) {
            let taken = match self.nonces.held(nonce) {
                Some(signed) => matches!(self.offer(&signed, nonce).await, Offer::Taken | Offer::NonceUsed),
                None => false,
            };
            if !taken {
                return Ok(nonce);
            }
        }
        Ok(pending.max(next.unwrap_or(pending)))
    }

    async fn sign(&self, call: &Call, nonce: u64, gas_limit: u64, fees: Fees) -> Result<Signed, Error> {
        let transaction = TxEip1559 {
            chain_id: self.node.chain_id(),
            nonce,
            gas_limit,
            max_fee_per_gas: fees.max_fee_wei,
            max_priority_fee_per_gas: fees.tip_wei,
            to: TxKind::Call(call.to),
            value: U256::ZERO,
            access_list: alloy_eips::eip2930::AccessList::default(),
            input: call.data.clone(),
        };
        let hash = transaction.signature_hash();
        let signature = self.signer.sign_hash(&hash).await.map_err(|error| self.unsigned(&error))?;
        let signed = transaction.into_signed(signature);
        Ok(Signed { hash: *signed.hash(), raw: signed.encoded_2718().into() })
    }

    fn unsigned(&self, error: &alloy_signer::Error) -> Error {
        Error::Signing { wallet: self.wallet(), reason: self.node.quote(&error.to_string()) }
    }

    /// Hands a transaction to the node. Every node words its refusals in its own way, so it is not read what it says but
    /// asked what it has: "already known" and an answer lost on the way are both success.
    ///
    /// Once an answer was lost, the transaction may be anywhere, and nothing but finding it ends the doubt: a nonce that is
    /// used may have been used by it. To sign the call anew then could do twice what was asked for once.
    async fn offer(&self, signed: &Signed, nonce: u64) -> Offer {
        let mut lost = None;
        let mut attempt = 1;
        loop {
            let failure = match self.node.send_raw(&signed.raw).await {
                Ok(()) => return Offer::Taken,
                Err(failure) => failure,
            };
            let is_refused = matches!(failure, Error::NodeRefused { .. });
            let is_certain = is_refused && lost.is_none();
            match self.find(signed, nonce).await {
                Ok(Place::Here) => return Offer::Taken,
                Ok(Place::Nowhere) if is_certain => return Offer::Refused(failure),
                // Looked for twice: a service with several nodes may have refused the second copy of what it took itself,
                // and answer from one that has not heard of it yet.
                Ok(Place::Outrun) if is_certain && attempt > 1 => return Offer::NonceUsed,
                // What was lost first is what to tell; refusals after it are of its making.
                _ if attempt == MAX_OFFERS => return Offer::Unknown(lost.unwrap_or(failure)),
                _ if is_refused => {}
                _ => lost = lost.or(Some(failure)),
            }
            attempt += 1;
            tokio::time::sleep(OFFER_PAUSE).await;
        }
    }

    /// Where a transaction is, as far as the node knows. The nonce is asked for before the transaction: in the other order, one
    /// that arrives between the two questions would look like another's.
    async fn find(&self, signed: &Signed, nonce: u64) -> Result<Place, Error> {
        let used = self.node.transaction_count(self.wallet(), "latest").await? > nonce
            || self.node.transaction_count(self.wallet(), "pending").await? > nonce;
        if self.node.knows_transaction(signed.hash).await? {
            return Ok(Place::Here);
        }
        Ok(if used { Place::Outrun } else { Place::Nowhere })
    }

    /// Why the node did not take a transaction: most often because the wallet cannot pay for it.
    async fn not_sent(&self, transaction_hash: B256, gas_limit: u64, fees: Fees, error: Error) -> Error {
        let needed_wei = U256::from(gas_limit).saturating_mul(U256::from(fees.max_fee_wei));
        match self.node.balance(self.wallet()).await {
            Ok(balance_wei) if balance_wei < needed_wei => {
                Error::InsufficientFunds { wallet: self.wallet(), balance_wei, needed_wei, transaction_hash }
            }
            _ => Error::NotSent { transaction_hash, source: Box::new(error) },
        }
    }
}
