//! The node's name and its balance.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Puppet, Stage, public_key};
use crate::{
    BitcoinNetwork,
    serve::{Server, ServerSettings, info},
};

#[tokio::test]
async fn says_who_the_node_is() {
    let answer = Stage::set().await.ask("GET /v1/getinfo", &Value::Null).await;
    assert_eq!(answer.status, 200);
    let version = format!("barter-lightning {}", env!("CARGO_PKG_VERSION"));
    let expected = json!({
        "version": version, "identity_pubkey": public_key(), "alias": "anna", "synced_to_chain": true, "synced_to_graph": true,
        "chains": [{"chain": "bitcoin", "network": "regtest"}],
    });
    assert_eq!(answer.body().await, expected);
    assert_eq!(info::network_name(BitcoinNetwork::Bitcoin), "mainnet");
}

#[tokio::test]
async fn tells_the_balance_if_it_knows_it() {
    let unknown = Stage::set().await.refusal("GET /v1/balance/channels", &Value::Null).await;
    assert_eq!((unknown.0, unknown.1), (501, 12));
    let puppet = Arc::new(Puppet::default());
    let settings = ServerSettings { balance_sats: Some(Arc::new(|| 4_987)), ..ServerSettings::default() };
    let server = Server::start(Arc::clone(&puppet), settings).await.unwrap();
    let body = Stage { puppet, server }.ask("GET /v1/balance/channels", &Value::Null).await.body().await;
    assert_eq!(body, json!({"local_balance": {"sat": "4987", "msat": "4987000"}}));
}
