//! `/v1/getinfo` and `/v1/balance/channels`: who the node is, and what it has.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use super::{
    Service,
    answer::{Code, Refusal},
    encoding::Long,
};
use crate::{BitcoinNetwork, Lightning, invoice::MSATS_PER_SAT};

#[derive(Serialize)]
pub(super) struct Info {
    version: &'static str,
    identity_pubkey: String,
    alias: String,
    chains: [Chain; 1],
    synced_to_chain: bool,
    synced_to_graph: bool,
}

#[derive(Serialize)]
struct Chain {
    chain: &'static str,
    network: &'static str,
}

/// Who the node is.
pub(super) async fn get<N: Lightning>(State(service): State<Arc<Service<N>>>) -> Result<Json<Info>, Refusal> {
    let node = service.node.node().await?;
    Ok(Json(Info {
        version: concat!("barter-lightning ", env!("CARGO_PKG_VERSION")),
        identity_pubkey: node.public_key,
        alias: node.alias,
        chains: [Chain { chain: "bitcoin", network: network_name(node.network) }],
        synced_to_chain: true,
        synced_to_graph: true,
    }))
}

#[derive(Serialize)]
pub(super) struct Balance {
    local_balance: Amount,
}

#[derive(Serialize)]
struct Amount {
    sat: Long,
    msat: Long,
}

/// What its channels hold on its side.
pub(super) async fn balance<N: Lightning>(State(service): State<Arc<Service<N>>>) -> Result<Json<Balance>, Refusal> {
    let balance_sats = service.balance_sats.as_ref();
    let sats = balance_sats.ok_or_else(|| Refusal::new(Code::Unimplemented, "this node's balance is not told"))?();
    Ok(Json(Balance { local_balance: Amount { sat: Long(sats), msat: Long(sats.saturating_mul(MSATS_PER_SAT)) } }))
}

/// A network as LND calls it.
pub(super) const fn network_name(network: BitcoinNetwork) -> &'static str {
    match network {
        BitcoinNetwork::Bitcoin => "mainnet",
        other => other.name(),
    }
}
