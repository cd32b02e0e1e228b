//! Many trades on a chain of a test's own, quickly.

use std::sync::atomic::{AtomicU32, Ordering};

use barter_sdk::{PaymentHash, Preimage, Role, SettlementOrder, TradeId};
use futures_util::future::try_join_all;
use serde_json::json;

use crate::chain::{Chain, wallet};

/// A preimage no other call gave, and its hash.
fn secret() -> (Preimage, PaymentHash) {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let mut bytes = [0xcc; 32];
    bytes[..4].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let preimage = Preimage::new(bytes);
    (preimage, preimage.payment_hash())
}

impl Chain {
    /// Opens trades of these amounts, which the payee accepts at once.
    pub(crate) async fn open(&self, payer: usize, payee: usize, amounts: &[u64]) -> Vec<(TradeId, Preimage)> {
        let (deadline, seller) = (self.now().await + 100_000, self.client(payee).trade());
        let buyer = self.client(payer).trade();
        let opened = amounts.iter().map(|amount_sats| {
            let ((preimage, hash), seller, buyer) = (secret(), seller.clone(), buyer.clone());
            async move {
                let signed = seller.sign_open(wallet(payer), Role::Payer, hash, *amount_sats, "goods", "", deadline);
                Ok::<_, barter_sdk::Error>((buyer.open(&signed.await?).await?.trade_id, preimage))
            }
        });
        try_join_all(opened).await.unwrap()
    }

    /// Settles trades of these amounts, up to a hundred of them in one block.
    pub(crate) async fn settle(&self, payer: usize, payee: usize, amounts: &[u64]) -> Vec<TradeId> {
        let opened = self.open(payer, payee, amounts).await;
        let orders: Vec<_> = opened
            .iter()
            .map(|(trade_id, preimage)| SettlementOrder::Own { trade_id: *trade_id, preimage: *preimage })
            .collect();
        for batch in orders.chunks(100) {
            self.client(payer).trade().settle_batch(batch).await.unwrap();
        }
        opened.into_iter().map(|(trade_id, _)| trade_id).collect()
    }

    /// Proposes this many trades that nobody accepts.
    pub(crate) async fn propose(&self, from: usize, to: usize, count: usize) -> Vec<TradeId> {
        let trades = self.client(from).trade();
        let proposed = (0..count).map(|_| {
            let ((_, hash), trades) = (secret(), trades.clone());
            async move { Ok::<_, barter_sdk::Error>(trades.propose(wallet(to), hash, 4_000, "", "").await?.trade_id) }
        });
        try_join_all(proposed).await.unwrap()
    }

    /// Moves the clock to the next time a day is this many seconds old, and mines a block there.
    pub(crate) async fn pass_to(&self, second_of_day: u64) {
        let now = self.now().await;
        let ahead = (86_400 + second_of_day - now % 86_400) % 86_400;
        self.rpc("evm_setNextBlockTimestamp", json!([now + ahead.max(1)])).await;
        self.mine(1).await;
    }
}
