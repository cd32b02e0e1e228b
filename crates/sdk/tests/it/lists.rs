//! Lists of trades as a node gives them, page by page: from nodes that are made up.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{B256, Bytes, U64, U256, hex};
use alloy_sol_types::SolCall;
use barter_bindings::{BarterCore, IBarterCore};
use barter_protocol::TradeStatus;
use barter_sdk::{Address, BarterClient, DeployPlan, Environment, Error};
use serde_json::{Value, json};

use crate::endpoints::{Endpoint, Reaction};

const NOW: u64 = 1_750_000_000;
/// Trades a page of the made-up node has: few, so that lists have many pages.
const PAGE: usize = 2;
/// Wallets whose lists are read at once, at most.
const WALLETS_AT_ONCE: i64 = 50;

/// A node of a chain on which these trades were settled, oldest first.
struct MadeUp {
    lists: BTreeMap<Address, Vec<IBarterCore::Trade>>,
    /// Gives the first page whatever comes before it.
    repeats: bool,
}

impl MadeUp {
    fn new(pairs: &[(Address, Address)]) -> Self {
        let mut lists = BTreeMap::<_, Vec<_>>::new();
        for (number, (payer, payee)) in (1_u64..).zip(pairs) {
            let trade = IBarterCore::Trade {
                tradeId: B256::from(U256::from(number)),
                partyA: *payer,
                partyB: *payee,
                payer: *payer,
                amountSats: U256::from(1_000 + number),
                status: TradeStatus::Settled as u8,
                createdAt: U256::from(NOW - 200_000),
                acceptedAt: U256::from(NOW - 150_000),
                settledAt: U256::from(NOW - 100_000 + number),
                ..Default::default()
            };
            lists.entry(*payer).or_default().push(trade.clone());
            lists.entry(*payee).or_default().push(trade);
        }
        Self { lists, repeats: false }
    }

    fn answer(&self, body: &str) -> String {
        let answer = |request: &Value| json!({ "jsonrpc": "2.0", "id": request["id"], "result": self.result(request) });
        match serde_json::from_str(body).unwrap() {
            Value::Array(requests) => Value::Array(requests.iter().map(answer).collect()).to_string(),
            request => answer(&request).to_string(),
        }
    }

    fn result(&self, request: &Value) -> Value {
        match request["method"].as_str().unwrap() {
            "eth_chainId" => json!(U64::from(31_337)),
            "eth_getBlockByNumber" => json!({
                "number": U64::from(100), "hash": B256::repeat_byte(7), "parentHash": B256::repeat_byte(6),
                "timestamp": U64::from(NOW),
            }),
            "eth_call" => json!(self.view(&input(request))),
            other => panic!("nobody asks for {other}"),
        }
    }

    fn view(&self, input: &[u8]) -> Bytes {
        let no_trades = Vec::new();
        let list = |wallet| self.lists.get(&wallet).unwrap_or(&no_trades);
        if let Ok(call) = BarterCore::getWalletCall::abi_decode(input) {
            let settled = U256::from(list(call.wallet).len());
            let account = IBarterCore::Wallet { accepted: settled, settled, ..Default::default() };
            return BarterCore::getWalletCall::abi_encode_returns(&account).into();
        }
        let call = BarterCore::getTradesPagedCall::abi_decode(input).unwrap();
        let newest_first = || list(call.wallet).iter().rev();
        let skipped = match newest_first().position(|trade| trade.tradeId == call.before) {
            Some(place) if !self.repeats => place + 1,
            _ => 0,
        };
        let page: Vec<_> = newest_first().skip(skipped).take(PAGE).cloned().collect();
        let is_last = skipped + page.len() == list(call.wallet).len();
        let next = page.last().filter(|_| !is_last).map_or(B256::ZERO, |trade| trade.tradeId);
        BarterCore::getTradesPagedCall::abi_encode_returns(&BarterCore::getTradesPagedReturn { page, next }).into()
    }
}

/// What a call is made with.
fn input(request: &Value) -> Vec<u8> {
    let call = &request["params"][0];
    hex::decode(call.get("input").or(call.get("data")).unwrap().as_str().unwrap()).unwrap()
}

fn spoke(number: u64) -> Address {
    Address::from_word(B256::from(U256::from(number)))
}

async fn start(node: MadeUp) -> (Endpoint, BarterClient) {
    let endpoint = Endpoint::start("", move |body| Reaction::Answer(node.answer(body))).await;
    let builder = BarterClient::builder().environment(Environment::empty()).network("local").rpc_url(&endpoint.url);
    let client = builder.deployment(DeployPlan::default().predict_addresses()).build().unwrap();
    (endpoint, client)
}

/// A hub has more counterparties than there is room for with all their trades at once.
#[tokio::test]
async fn the_lists_of_a_cluster_are_read_few_at_a_time() {
    let hub = Address::repeat_byte(0xbb);
    let pairs: Vec<_> = (1..=120).map(|number| (hub, spoke(number))).chain([(spoke(1), spoke(500)); 3]).collect();
    let (endpoint, client) = start(MadeUp::new(&pairs)).await;
    let report = client.compliance().full_report(hub).await.unwrap();
    assert_eq!((report.trade_count, report.cluster.wallet_count), (120, 122));
    assert!(report.cluster.is_complete);

    // Wallets whose account was read and whose list was not, yet.
    let mut under_way = HashMap::<Address, bool>::new();
    let (mut open, mut most) = (0_i64, 0);
    for body in endpoint.bodies() {
        let requests = match serde_json::from_str(&body).unwrap() {
            Value::Array(requests) => requests,
            request => vec![request],
        };
        for request in requests.iter().filter(|request| request["method"] == "eth_call") {
            let input = input(request);
            if let Ok(call) = BarterCore::getWalletCall::abi_decode(&input) {
                if under_way.insert(call.wallet, true).is_none() {
                    open += 1;
                }
            } else if under_way.insert(BarterCore::getTradesPagedCall::abi_decode(&input).unwrap().wallet, false)
                == Some(true)
            {
                open -= 1;
            }
        }
        most = most.max(open);
    }
    assert_eq!((open, under_way.len()), (0, 122));
    assert!(most <= WALLETS_AT_ONCE, "{most} wallets at once");
}

/// With a page given twice, trades would count twice and others be left out, and the numbers still add up.
#[tokio::test]
async fn a_page_given_twice_is_told() {
    let (payer, payee) = (spoke(1), spoke(2));
    let pairs = vec![(payer, payee); 3 * PAGE];
    let (_honest, client) = start(MadeUp::new(&pairs)).await;
    let report = client.compliance().full_report(payer).await.unwrap();
    assert_eq!(report.trade_count, 3 * PAGE as u64);

    let (_endpoint, client) = start(MadeUp { repeats: true, ..MadeUp::new(&pairs) }).await;
    let error = client.compliance().full_report(payer).await.unwrap_err();
    assert!(matches!(error, Error::InvalidResponse { .. }), "{error:?}");
    assert!(error.to_string().contains("has trade 0x") && error.to_string().contains("twice"), "{error}");
}
