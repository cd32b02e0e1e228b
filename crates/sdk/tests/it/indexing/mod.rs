//! The index: filling it, and the same answers from it as from the node.

mod following;
mod nodes;
mod places;
mod same_answer;

use std::{future::pending, path::Path};

use barter_sdk::{BarterClient, IndexProgress, RunUntil, ViewpointReport};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    chain::{Chain, wallet},
    compliance::{answers, everybody},
};

/// A client of a chain, with an index in this folder.
fn indexed(chain: &Chain, folder: &TempDir) -> BarterClient {
    at(chain, &folder.path().join("barter.db"))
}

fn at(chain: &Chain, path: &Path) -> BarterClient {
    chain.builder(3).index(path.to_str().unwrap()).build().unwrap()
}

/// Reads the index up to the newest block.
pub(crate) async fn catch_up(client: &BarterClient) -> IndexProgress {
    client.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap()
}

/// Times of reports at which windows end in different ways, the newest block's the first.
async fn times(chain: &Chain) -> Vec<u64> {
    let now = chain.now().await;
    [0, 1, 3_599, 3_600, 86_400, 7 * 86_400, 30 * 86_400].into_iter().map(|later| now + later).collect()
}

/// Every answer about everybody, and those about all trades.
async fn all_answers(compliance: &barter_sdk::ComplianceClient) -> Value {
    let mut all = Vec::new();
    for wallet in everybody() {
        all.push(answers(compliance, wallet).await);
    }
    let seen = compliance.viewpoint(&[wallet(2)]).await.unwrap();
    json!({ "wallets": all, "rings": compliance.rings().await.unwrap(), "seen": shown(&seen) })
}

fn shown(seen: &ViewpointReport) -> Value {
    json!([seen.at, everybody().into_iter().map(|wallet| seen.viewpoint.score(wallet)).collect::<Vec<_>>()])
}

/// Asserts that a client's index, warm and read once, gives the answers the node gives.
pub(crate) async fn assert_same(chain: &Chain, client: &BarterClient) {
    let node = chain.client(3);
    for time in times(chain).await {
        let expected = all_answers(&node.compliance().at(time)).await;
        assert_eq!(all_answers(&client.compliance().at(time)).await, expected, "warm, at {time}");
        assert_eq!(all_answers(&client.compliance().at(time).one_shot()).await, expected, "one shot, at {time}");
    }
}
