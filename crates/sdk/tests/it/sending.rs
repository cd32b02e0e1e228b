//! Nonces, fees, and what can happen between signing and being mined.

use std::{
    collections::HashSet,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use barter_protocol::Error as Rule;
use barter_sdk::{Address, BarterClient, Error, Proposed, Receipt, Refusal};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    chain::{Chain, secret, wallet},
    endpoints::{Endpoint, Reaction},
};

async fn propose(client: &BarterClient) -> Result<Proposed, Error> {
    let (_, hash) = secret();
    client.trade().propose(wallet(1), hash, 4_000, "", "").await
}

async fn nonce(chain: &Chain, account: usize) -> u64 {
    let count = chain.rpc("eth_getTransactionCount", json!([wallet(account), "latest"])).await;
    u64::from_str_radix(&count.as_str().unwrap()[2..], 16).unwrap()
}

/// Waits until the pool holds this many transactions.
async fn pool_holds(chain: &Chain, transactions: usize) {
    for _ in 0..200 {
        let status: Value = chain.rpc("txpool_content", json!([])).await;
        let waiting: usize = ["pending", "queued"]
            .iter()
            .flat_map(|part| status[*part].as_object().unwrap().values())
            .map(|of_wallet| of_wallet.as_object().unwrap().len())
            .sum();
        if waiting == transactions {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the pool never held {transactions} transactions");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_from_one_key_all_succeed() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let before = nonce(&chain, 0).await;
    let proposed = join_all((0..50).map(|_| propose(&client))).await;
    let ids: HashSet<_> = proposed.into_iter().map(|proposed| proposed.unwrap().trade_id).collect();
    assert_eq!(ids.len(), 50);
    assert_eq!(nonce(&chain, 0).await, before + 50);
    assert_eq!(client.trade().list_by_address(wallet(0)).await.unwrap().len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_with_blocks_every_second() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    chain.rpc("evm_setIntervalMining", json!([1])).await;
    for proposed in join_all((0..50).map(|_| propose(&client))).await {
        proposed.unwrap();
    }
}

/// They do not know of each other, so one may take the other's nonce in the node's pool. Then it is told so, and may simply
/// try again.
#[tokio::test(flavor = "multi_thread")]
async fn two_clients_of_one_key_find_their_way() {
    let chain = Chain::start().await;
    let clients = [chain.client(0), chain.client(0)];
    let before = nonce(&chain, 0).await;
    let sends = (0..20).map(|index| {
        let client = &clients[index % 2];
        async move {
            let (_, hash) = secret();
            for _ in 0..10 {
                match client.trade().propose(wallet(1), hash, 4_000, "", "").await {
                    Ok(proposed) => return proposed.trade_id,
                    Err(Error::Replaced { .. }) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            panic!("replaced ten times");
        }
    });
    let ids: HashSet<_> = join_all(sends).await.into_iter().collect();
    assert_eq!(ids.len(), 20);
    assert_eq!(nonce(&chain, 0).await, before + 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_send_in_between_leaves_no_gap() {
    let chain = Chain::start().await;
    let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"txpool is full"}}"#;
    let sends = AtomicUsize::new(0);
    let endpoint = Endpoint::start(&chain.url, move |body| {
        let third = body.contains("eth_sendRawTransaction") && sends.fetch_add(1, Ordering::SeqCst) % 3 == 2;
        if third { Reaction::Answer(refusal.to_owned()) } else { Reaction::Pass }
    })
    .await;
    let client = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let before = nonce(&chain, 0).await;
    let results = join_all((0..12).map(|_| propose(&client))).await;
    let mined = u64::try_from(results.iter().filter(|result| result.is_ok()).count()).unwrap();
    for error in results.into_iter().filter_map(Result::err) {
        let Error::NotSent { transaction_hash, source } = &error else { panic!("{error:?}") };
        assert!(matches!(**source, Error::NodeRefused { .. }));
        assert_eq!(chain.rpc("eth_getTransactionByHash", json!([transaction_hash])).await, Value::Null);
    }
    assert_eq!(mined, 8);
    assert_eq!(nonce(&chain, 0).await, before + mined);
}

#[tokio::test]
async fn an_answer_lost_on_the_way_is_no_failure() {
    let chain = Chain::start().await;
    let endpoint = Endpoint::start(&chain.url, |body| {
        if body.contains("eth_sendRawTransaction") { Reaction::Swallow } else { Reaction::Pass }
    })
    .await;
    let client = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let before = nonce(&chain, 0).await;
    propose(&client).await.unwrap();
    propose(&client).await.unwrap();
    assert_eq!(nonce(&chain, 0).await, before + 2);
}

/// Burns, which must not happen twice, through an endpoint that treats the first sends as told and denies knowing the
/// transaction for a number of lookups. Also tells how many transactions were mined.
async fn burn_through(sends: usize, react: fn() -> Reaction, denials: usize) -> (Result<Receipt, Error>, u64) {
    let chain = Chain::start().await;
    let (preimage, hash) = secret();
    let id = chain.client(0).trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap().trade_id;
    chain.client(1).trade().accept(id).await.unwrap();
    chain.client(0).trade().settle(id, preimage).await.unwrap();
    let (sends, denials) = (AtomicUsize::new(sends), AtomicUsize::new(denials));
    let take =
        |left: &AtomicUsize| left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    let endpoint = Endpoint::start(&chain.url, move |body| {
        if body.contains("eth_sendRawTransaction") && take(&sends) {
            react()
        } else if body.contains("eth_getTransactionByHash") && take(&denials) {
            Reaction::Answer(r#"{"jsonrpc":"2.0","id":0,"result":null}"#.to_owned())
        } else {
            Reaction::Pass
        }
    })
    .await;
    let before = nonce(&chain, 0).await;
    let client = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let burned = client.credit().burn("1".parse().unwrap()).await;
    let mined = nonce(&chain, 0).await - before;
    assert_eq!(chain.client(0).credit().balance_of(wallet(0)).await.unwrap().to_string(), "3");
    (burned, mined)
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_sent_once_even_if_the_node_denies_it_at_first() {
    let (burned, mined) = burn_through(1, || Reaction::Swallow, 1).await;
    assert_eq!((burned.unwrap().gas_used > 0, mined), (true, 1));
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_unconfirmed_if_the_node_never_admits_it() {
    let (burned, mined) = burn_through(1, || Reaction::Swallow, usize::MAX).await;
    let error = burned.unwrap_err();
    let Error::Unconfirmed { transaction_hash, attempts, source } = &error else { panic!("{error:?}") };
    assert_eq!((attempts.as_slice(), mined), ([*transaction_hash].as_slice(), 1));
    assert!(matches!(**source, Error::Network { .. }), "the first cause is told, not what it led to: {source:?}");
}

#[tokio::test]
async fn a_call_that_a_busy_gateway_passed_on_all_the_same_is_sent_once() {
    let (burned, mined) = burn_through(1, || Reaction::Override(503, String::new()), 1).await;
    assert_eq!((burned.unwrap().gas_used > 0, mined), (true, 1));
}

/// A gateway that tries a second backend when the first is slow hands on the second one's refusal.
#[tokio::test]
async fn a_call_that_a_gateway_sent_twice_itself_is_not_signed_anew() {
    let refusal = || {
        let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"nonce too low"}}"#;
        Reaction::Override(200, refusal.to_owned())
    };
    let (burned, mined) = burn_through(1, refusal, 1).await;
    assert_eq!((burned.unwrap().gas_used > 0, mined), (true, 1));
}

#[tokio::test]
async fn what_never_reached_the_node_is_unconfirmed_and_safe_to_repeat() {
    let chain = Chain::start().await;
    let closed = AtomicUsize::new(0);
    let endpoint = Endpoint::start(&chain.url, move |body| {
        let early = body.contains("eth_sendRawTransaction") && closed.fetch_add(1, Ordering::SeqCst) < 3;
        if early { Reaction::Close } else { Reaction::Pass }
    })
    .await;
    let client = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let (_, hash) = secret();
    let error = client.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap_err();
    let Error::Unconfirmed { transaction_hash, attempts, .. } = &error else { panic!("{error:?}") };
    assert_eq!(
        (attempts.as_slice(), error.transaction_hash()),
        ([*transaction_hash].as_slice(), Some(*transaction_hash))
    );
    client.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap();
}

#[tokio::test]
async fn a_node_that_dies_after_taking_it_leaves_the_hash() {
    let chain = Chain::start().await;
    let endpoint = Endpoint::start(&chain.url, |body| {
        if body.contains("eth_getTransactionReceipt") { Reaction::Close } else { Reaction::Pass }
    })
    .await;
    let client =
        chain.builder(0).rpc_url(&endpoint.url).confirmation_timeout(Duration::from_millis(500)).build().unwrap();
    let (_, hash) = secret();
    let error = client.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap_err();
    let Error::Unconfirmed { transaction_hash, source, .. } = error else { panic!("{error:?}") };
    assert!(matches!(*source, Error::Network { .. }));
    let receipt = chain.rpc("eth_getTransactionReceipt", json!([transaction_hash])).await;
    assert_eq!(receipt["status"], "0x1");
    let error = chain.client(0).trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap_err();
    assert!(matches!(error, Error::AlreadyProposed { .. }), "{error:?}");
}

#[tokio::test]
async fn waiting_ends_with_the_hash_and_a_retry_sees_what_is_pending() {
    let chain = Chain::start().await;
    let client = chain.builder(0).confirmation_timeout(Duration::from_millis(400)).build().unwrap();
    chain.rpc("evm_setAutomine", json!([false])).await;
    let (_, hash) = secret();
    let error = client.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap_err();
    let Error::TimedOut { transaction_hash, nonce: used, .. } = error else { panic!("{error:?}") };
    assert_eq!(used, nonce(&chain, 0).await);
    let error = client.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap_err();
    assert!(matches!(error, Error::AlreadyProposed { .. }), "{error:?}");
    chain.mine(1).await;
    assert_eq!(chain.rpc("eth_getTransactionReceipt", json!([transaction_hash])).await["status"], "0x1");
    chain.rpc("evm_setAutomine", json!([true])).await;
    propose(&client).await.unwrap();
}

#[tokio::test]
async fn stuck_fees_are_raised_until_it_is_mined() {
    let chain = Chain::start().await;
    let client = chain.builder(0).bump_after(Duration::from_millis(300)).build().unwrap();
    chain.rpc("evm_setAutomine", json!([false])).await;
    let before = nonce(&chain, 0).await;
    let (_, hash) = secret();
    let sending = {
        let client = client.clone();
        tokio::spawn(async move { client.trade().propose(wallet(1), hash, 4_000, "", "").await })
    };
    pool_holds(&chain, 1).await;
    let first = waiting_fee(&chain).await;
    // The next block costs more than it offers: it cannot be mined as it is.
    chain.rpc("anvil_setNextBlockBaseFeePerGas", json!([format!("{:#x}", first + 1_000_000_000)])).await;
    chain.mine(1).await;
    assert_eq!(nonce(&chain, 0).await, before, "it was mined too cheaply for this test");
    let raised = loop {
        let fee = waiting_fee(&chain).await;
        if fee > first + 1_000_000_000 {
            break fee;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(raised * 8 >= first * 9);
    chain.rpc("evm_setAutomine", json!([true])).await;
    chain.mine(1).await;
    let proposed = sending.await.unwrap().unwrap();
    assert!(proposed.receipt.gas_price_wei > first);
    assert_eq!(nonce(&chain, 0).await, before + 1);
}

/// What the one waiting transaction offers for a unit of gas, in wei. While it is being replaced there may be none.
async fn waiting_fee(chain: &Chain) -> u128 {
    for _ in 0..100 {
        let pool = chain.rpc("txpool_content", json!([])).await;
        let offers = ["pending", "queued"].iter().flat_map(|part| pool[*part].as_object().unwrap().values());
        let fee = offers.flat_map(|of_wallet| of_wallet.as_object().unwrap().values()).next();
        if let Some(fee) = fee {
            return u128::from_str_radix(&fee["maxFeePerGas"].as_str().unwrap()[2..], 16).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the pool holds no transaction");
}

#[tokio::test]
async fn fees_stop_at_the_cap() {
    let chain = Chain::start().await;
    let cap = 6_000_000_000;
    let client = chain
        .builder(0)
        .max_fee_per_gas_wei(cap)
        .bump_after(Duration::from_millis(60))
        .confirmation_timeout(Duration::from_millis(1_500))
        .build()
        .unwrap();
    chain.rpc("evm_setAutomine", json!([false])).await;
    let error = propose(&client).await.unwrap_err();
    let Error::TimedOut { transaction_hash, attempts, .. } = error else { panic!("{error:?}") };
    assert!(attempts.len() > 1 && attempts.len() < 12, "{attempts:?}");
    assert_eq!(attempts.last(), Some(&transaction_hash));
    assert!(waiting_fee(&chain).await <= cap);

    chain.rpc("anvil_dropAllTransactions", json!([])).await;
    chain.rpc("anvil_setNextBlockBaseFeePerGas", json!([format!("{:#x}", cap + 1)])).await;
    chain.mine(1).await;
    let error = propose(&client).await.unwrap_err();
    assert!(
        matches!(error, Error::FeeAboveCap { cap_wei, base_fee_wei } if cap_wei == cap && base_fee_wei == cap + 1),
        "{error:?}"
    );
    assert_eq!(error.transaction_hash(), None);
}

#[tokio::test]
async fn what_the_node_lost_is_handed_over_again() {
    let chain = Chain::start().await;
    // Long before its fees would be raised.
    let client = chain.client(0);
    chain.rpc("evm_setAutomine", json!([false])).await;
    let sending = {
        let client = client.clone();
        tokio::spawn(async move { propose(&client).await })
    };
    pool_holds(&chain, 1).await;
    chain.rpc("anvil_dropAllTransactions", json!([])).await;
    pool_holds(&chain, 0).await;
    // The next send finds the gap, and fills it with what was meant for it.
    let next = {
        let client = client.clone();
        tokio::spawn(async move { propose(&client).await })
    };
    pool_holds(&chain, 2).await;
    chain.mine(1).await;
    let (first, second) = (sending.await.unwrap().unwrap(), next.await.unwrap().unwrap());
    assert_ne!(first.trade_id, second.trade_id);
}

#[tokio::test]
async fn a_nonce_taken_by_another_program_is_told() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    chain.rpc("evm_setAutomine", json!([false])).await;
    let sending = tokio::spawn(async move { propose(&client).await });
    pool_holds(&chain, 1).await;
    chain.rpc("anvil_dropAllTransactions", json!([])).await;
    // Anvil signs with the same key, at the same nonce.
    let other = json!([{ "from": wallet(0), "to": wallet(2), "value": "0x1" }]);
    chain.rpc("eth_sendTransaction", other).await;
    chain.mine(1).await;
    let error = sending.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Replaced { .. }), "{error:?}");
    assert!(error.transaction_hash().is_some());
}

/// A node may count a transaction long before it finds its receipt; "replaced" would be an invitation to send it again.
#[tokio::test]
async fn a_receipt_that_is_long_in_coming_is_not_taken_for_a_replacement() {
    let chain = Chain::start().await;
    let left = AtomicUsize::new(12);
    let endpoint = Endpoint::start(&chain.url, move |body| {
        let late = body.contains("eth_getTransactionReceipt")
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if late { Reaction::Answer(r#"{"jsonrpc":"2.0","id":0,"result":null}"#.to_owned()) } else { Reaction::Pass }
    })
    .await;
    propose(&chain.builder(0).rpc_url(&endpoint.url).build().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_wallet_without_ether_is_told() {
    let chain = Chain::start().await;
    chain.rpc("anvil_setBalance", json!([wallet(3), "0x1"])).await;
    let error = propose(&chain.client(3)).await.unwrap_err();
    let Error::InsufficientFunds { wallet: who, balance_wei, needed_wei, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*who, wallet(3));
    assert!(balance_wei.to_string() == "1" && needed_wei > balance_wei);
    assert!(error.transaction_hash().is_some());
}

#[tokio::test]
async fn a_race_that_is_lost_on_chain_is_decoded() {
    let chain = Chain::start().await;
    let proposed = propose(&chain.client(0)).await.unwrap();
    let (one, other) = (chain.client(1), chain.client(1));
    chain.rpc("evm_setAutomine", json!([false])).await;
    // Both simulate before either is mined; the second one's simulation does not see the first.
    let endpoint = Endpoint::start(&chain.url, |body| {
        if body.contains("eth_estimateGas") {
            Reaction::Answer(r#"{"jsonrpc":"2.0","id":0,"result":"0x30d40"}"#.to_owned())
        } else {
            Reaction::Pass
        }
    })
    .await;
    let blind = chain.builder(1).rpc_url(&endpoint.url).build().unwrap();
    drop(other);
    let first = tokio::spawn(async move { one.trade().accept(proposed.trade_id).await });
    pool_holds(&chain, 1).await;
    let second = tokio::spawn(async move { blind.trade().accept(proposed.trade_id).await });
    pool_holds(&chain, 2).await;
    chain.mine(1).await;
    first.await.unwrap().unwrap();
    let error = second.await.unwrap().unwrap_err();
    let Error::Reverted { call: "acceptTrade", refusal, transaction_hash: Some(_) } = &error else {
        panic!("{error:?}")
    };
    let Refusal::Contract(barter_sdk::ContractError::Refused(Rule::WrongStatus { .. })) = &**refusal else {
        panic!("{error:?}")
    };
    assert_eq!(error.code(), "reverted");
}

#[tokio::test]
async fn confirmations_are_waited_for() {
    let chain = Chain::start().await;
    let client = chain.builder(0).confirmations(3).build().unwrap();
    let sending = tokio::spawn(async move { propose(&client).await });
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!sending.is_finished());
    chain.mine(2).await;
    sending.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_to_a_wallet_instead_of_a_contract_is_not_sent() {
    let chain = Chain::start().await;
    let mut deployment = chain.deployment;
    deployment.barter_core = Address::repeat_byte(0x42);
    let client = chain.builder(0).deployment(deployment).build().unwrap();
    let before = nonce(&chain, 0).await;
    let error = propose(&client).await.unwrap_err();
    assert!(matches!(error, Error::NoContract { address, .. } if address == Address::repeat_byte(0x42)), "{error:?}");
    assert_eq!(nonce(&chain, 0).await, before);
}

#[tokio::test]
async fn a_node_without_an_opinion_on_tips_will_do() {
    let chain = Chain::start().await;
    let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"the method does not exist"}}"#;
    let endpoint = Endpoint::start(&chain.url, |body| {
        if body.contains("eth_maxPriorityFeePerGas") { Reaction::Answer(refusal.to_owned()) } else { Reaction::Pass }
    })
    .await;
    propose(&chain.builder(0).rpc_url(&endpoint.url).build().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_node_that_does_not_say_why_it_reverts_is_asked_again() {
    let chain = Chain::start().await;
    let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"execution reverted"}}"#;
    let endpoint = Endpoint::start(&chain.url, |body| {
        if body.contains("eth_estimateGas") { Reaction::Answer(refusal.to_owned()) } else { Reaction::Pass }
    })
    .await;
    let client = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let error = client.trade().accept(barter_sdk::B256::ZERO).await.unwrap_err();
    assert!(matches!(error, Error::TradeNotFound { .. }), "{error:?}");
    let error = propose(&client).await.unwrap_err();
    assert!(matches!(error, Error::NodeRefused { method: "eth_estimateGas", .. }), "{error:?}");
}

/// A device whose owner says no.
struct Unwilling;

impl alloy_signer::Signer for Unwilling {
    fn sign_hash<'life0, 'life1, 'signing>(
        &'life0 self,
        _: &'life1 barter_sdk::B256,
    ) -> Pin<Box<dyn Future<Output = alloy_signer::Result<alloy_primitives::Signature>> + Send + 'signing>>
    where
        'life0: 'signing,
        'life1: 'signing,
    {
        Box::pin(async { Err(alloy_signer::Error::other("the user declined")) })
    }

    fn address(&self) -> Address {
        wallet(0)
    }

    fn chain_id(&self) -> Option<u64> {
        None
    }

    fn set_chain_id(&mut self, _: Option<u64>) {}
}

#[tokio::test]
async fn a_signer_that_does_not_sign_is_told_and_blocks_nothing() {
    let chain = Chain::start().await;
    let before = nonce(&chain, 0).await;
    let client = chain.builder(0).signer(Unwilling).build().unwrap();
    let (_, hash) = secret();
    for error in [
        propose(&client).await.unwrap_err(),
        propose(&client).await.unwrap_err(),
        client.trade().sign_open(wallet(1), barter_sdk::Role::Payer, hash, 4_000, "", "", 0).await.unwrap_err(),
    ] {
        let Error::Signing { wallet: who, reason } = &error else { panic!("{error:?}") };
        assert_eq!((*who, reason.as_str()), (wallet(0), "the user declined"));
        assert_eq!((error.code(), error.transaction_hash()), ("signing", None));
    }
    assert_eq!(nonce(&chain, 0).await, before);
}

#[tokio::test]
async fn a_transaction_that_runs_out_of_gas_is_told() {
    let chain = Chain::start().await;
    let trade_id = propose(&chain.client(0)).await.unwrap().trade_id;
    let endpoint = Endpoint::start(&chain.url, |body| {
        if body.contains("eth_estimateGas") {
            Reaction::Answer(r#"{"jsonrpc":"2.0","id":0,"result":"0x0"}"#.to_owned())
        } else {
            Reaction::Pass
        }
    })
    .await;
    let blind = chain.builder(1).rpc_url(&endpoint.url).build().unwrap();
    let error = blind.trade().accept(trade_id).await.unwrap_err();
    let Error::Reverted { call: "acceptTrade", refusal, transaction_hash: Some(_) } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(**refusal, Refusal::OutOfGas { gas_limit: 40_000 });
    assert!(error.to_string().ends_with("it ran out of its 40000 gas"), "{error}");
}
