//! Waiting for a transaction to be mined, and seeing to it that it is.

use std::time::Duration;

use alloy_primitives::B256;
use barter_bindings::ContractError;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{Call, Fees, Sender, Signed, nonce::Slot};
use crate::{Error, Refusal, node, receipt::Receipt, refusal};

/// Time before the second look for the receipt; each further one waits half as long again, up to the policy's interval.
const FIRST_LOOK: Duration = Duration::from_millis(50);
/// How often fees are raised: twenty times an eighth is a factor of ten.
const MAX_REPLACEMENTS: usize = 20;
/// Longest time until a waiting transaction is handed to the node again, should it have lost it.
const REOFFER_AFTER: Duration = Duration::from_secs(15);
/// Looks between two questions for whether the nonce was used up.
const LOOKS_A_NONCE_CHECK: u32 = 4;
/// Looks after the nonce was used up until it is taken for certain that it was by something else: a node may know of a
/// block before it knows its receipts.
const LOOKS_AFTER_NONCE: u32 = 3;

/// A transaction the node has, and its replacements.
#[derive(Debug)]
pub(super) struct Waiting {
    slot: Slot,
    latest: Signed,
    /// Everything that was signed for the call, oldest first, those included whose nonce another transaction took: should the
    /// node have been wrong about one, its receipt is found.
    attempts: Vec<B256>,
    replacements: usize,
    gas_limit: u64,
    fees: Fees,
    started: Instant,
    bumped: Instant,
    offered: Instant,
}

impl Waiting {
    pub(super) fn new(slot: Slot, latest: Signed, attempts: Vec<B256>, gas_limit: u64, fees: Fees) -> Self {
        let now = Instant::now();
        Self { slot, latest, attempts, replacements: 0, gas_limit, fees, started: now, bumped: now, offered: now }
    }

    /// It is mined, if not deep enough: there is nothing to raise or to hand over, unless it stops being mined.
    fn hold_still(&mut self) {
        self.bumped = Instant::now();
        self.offered = self.bumped;
    }
}

impl Sender {
    /// Waits until the transaction, or a replacement, is mined and as deep as the policy asks.
    pub(super) async fn confirm(&self, mut waiting: Waiting, call: &Call) -> Result<Receipt, Error> {
        let mut pause = FIRST_LOOK;
        let mut failure = None;
        let mut looks_after_nonce = 0;
        for look in 1_u32.. {
            match self.find_receipt(&waiting).await {
                Ok(Some(receipt)) if receipt.is_reverted() => {
                    return Err(self.why_reverted(call, &receipt, waiting.gas_limit).await);
                }
                Ok(Some(receipt)) if self.is_deep_enough(&receipt).await => return Ok(Receipt::read(&receipt)),
                Ok(Some(_)) => {
                    failure = None;
                    looks_after_nonce = 0;
                    waiting.hold_still();
                }
                Ok(None) => {
                    failure = None;
                    if looks_after_nonce > 0 || look % LOOKS_A_NONCE_CHECK == 0 {
                        let used = self.is_nonce_used(&waiting).await;
                        looks_after_nonce = if used { looks_after_nonce + 1 } else { 0 };
                    }
                    if looks_after_nonce > LOOKS_AFTER_NONCE && self.is_unknown(&waiting).await {
                        return Err(Error::Replaced {
                            transaction_hash: waiting.latest.hash,
                            nonce: waiting.slot.nonce(),
                        });
                    }
                }
                // A node that is away for a moment is no reason to give the transaction up.
                Err(error) => failure = Some(error),
            }
            let waited = waiting.started.elapsed();
            if waited >= self.policy.confirmation_timeout {
                return Err(gave_up(waiting, waited, failure));
            }
            self.press(&mut waiting, call).await;
            sleep(pause.min(self.policy.confirmation_timeout.saturating_sub(waited))).await;
            pause = (pause * 3 / 2).min(self.policy.poll_interval);
        }
        let waited = waiting.started.elapsed();
        Err(gave_up(waiting, waited, failure))
    }

    /// The receipt of whichever attempt was mined.
    async fn find_receipt(&self, waiting: &Waiting) -> Result<Option<node::Receipt>, Error> {
        for hash in waiting.attempts.iter().rev() {
            if let Some(receipt) = self.node.receipt(*hash).await? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    async fn is_nonce_used(&self, waiting: &Waiting) -> bool {
        let count = self.node.transaction_count(self.wallet(), "latest").await;
        count.is_ok_and(|count| count > waiting.slot.nonce())
    }

    /// Whether the node is sure to have none of the attempts: one whose receipt is late is not yet replaced.
    async fn is_unknown(&self, waiting: &Waiting) -> bool {
        for hash in &waiting.attempts {
            if !matches!(self.node.knows_transaction(*hash).await, Ok(false)) {
                return false;
            }
        }
        true
    }

    /// Whether enough blocks are on top. The receipt is looked up anew each time, so one that a reorganisation took back is
    /// not counted on.
    async fn is_deep_enough(&self, receipt: &node::Receipt) -> bool {
        if self.policy.confirmations <= 1 {
            return true;
        }
        let block: u64 = receipt.block_number.to();
        let head = self.node.head().await;
        head.is_ok_and(|head| head.number().saturating_add(1) >= block.saturating_add(self.policy.confirmations))
    }

    /// Raises the fees if it is time, else hands the transaction over again now and then.
    async fn press(&self, waiting: &mut Waiting, call: &Call) {
        if !waiting.slot.is_current() {
            return;
        }
        if waiting.bumped.elapsed() >= self.policy.bump_after && waiting.replacements < MAX_REPLACEMENTS {
            waiting.bumped = Instant::now();
            if self.bump(waiting, call).await {
                waiting.offered = Instant::now();
                return;
            }
        }
        if waiting.offered.elapsed() >= REOFFER_AFTER.min(self.policy.bump_after) {
            waiting.offered = Instant::now();
            // Refused where the node still has it, which is as good.
            let _ = self.node.send_raw(&waiting.latest.raw).await;
        }
    }

    /// Signs and sends a replacement with higher fees, if the cap allows it. The replacement counts as an attempt before it
    /// is sent: an answer that is lost does not make it unsent.
    async fn bump(&self, waiting: &mut Waiting, call: &Call) -> bool {
        let suggested = self.suggest_fees().await.unwrap_or(waiting.fees);
        let Some(fees) = waiting.fees.replacement(suggested, self.policy.max_fee_per_gas_wei) else { return false };
        let Ok(signed) = self.sign(call, waiting.slot.nonce(), waiting.gas_limit, fees).await else { return false };
        waiting.attempts.push(signed.hash);
        waiting.replacements += 1;
        waiting.fees = fees;
        // If the node does not take it, the next one is higher still; the one before stays where it is.
        if self.node.send_raw(&signed.raw).await.is_ok() {
            waiting.slot.replace(signed.clone());
        }
        waiting.latest = signed;
        true
    }

    /// Why a mined transaction was reverted: by doing it again on the state it met, as nearly as a node gives it.
    async fn why_reverted(&self, call: &Call, receipt: &node::Receipt, gas_limit: u64) -> Error {
        let transaction_hash = Some(receipt.transaction_hash);
        let reverted = |refusal| Error::Reverted { call: call.name, refusal: Box::new(refusal), transaction_hash };
        // The end of its block has what went before it, and more; the end of the block before it has less.
        for back in [0, 1] {
            let block = alloy_primitives::U64::from(receipt.block_number.to::<u64>().saturating_sub(back));
            let again = self.node.simulate(call.to, &call.data, self.wallet(), json!(block)).await;
            if let Err(Error::NodeRefused { revert_data: Some(data), .. }) = again {
                return reverted(Refusal::Contract(refusal::decode(&self.node, &data)));
            }
        }
        if receipt.gas_used.to::<u64>() >= gas_limit {
            return reverted(Refusal::OutOfGas { gas_limit });
        }
        reverted(Refusal::Contract(ContractError::NoReason))
    }
}

/// With the node silent to the end, nobody knows; with an answer, it is known that the transaction was not mined so far.
fn gave_up(waiting: Waiting, waited: Duration, failure: Option<Error>) -> Error {
    let (transaction_hash, nonce) = (waiting.latest.hash, waiting.slot.nonce());
    match failure {
        Some(error) => Error::Unconfirmed { transaction_hash, attempts: waiting.attempts, source: Box::new(error) },
        None => Error::TimedOut { transaction_hash, attempts: waiting.attempts, nonce, waited },
    }
}
