//! Schemathesis against the document: a real server, on a port of this machine.
//!
//! Runs if `BARTER_TEST_SCHEMATHESIS` names the program (`requirements/openapi.txt`). `BARTER_TEST_EXAMPLES` is how many cases each
//! operation gets.

use std::{env, process::Command};

use alloy_primitives::keccak256;
use barter_reputation::chain::Bond;
use reqwest::Method;
use serde_json::json;

use crate::{
    fake_chain::FakeChain,
    support::{CHAIN_ID, OPERATOR, PREFIX, PROVIDER, Setup, WALLET, dispute, event, outcome, start_with},
};

/// Cases of each operation, unless it is said otherwise.
const EXAMPLES: &str = "100";
const SEED: &str = "6";

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() {
    let Some(program) = env::var_os("BARTER_TEST_SCHEMATHESIS") else {
        eprintln!("skipped: BARTER_TEST_SCHEMATHESIS is not set; make test-openapi sets it");
        return;
    };
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(0, WALLET, Bond { active: 2_000_000_000, hub: keccak256(PROVIDER), ..Bond::default() });
    let service = start_with(Setup { chain: Some(chain), ..Setup::default() }).await;
    // So that what is asked for is there, as often as the document's examples are asked for.
    let provider = json!({ "provider_hub": PROVIDER, "wallet": WALLET.to_string() });
    service.operate(Method::PUT, "/providers", &provider).await;
    service.record(&[outcome("a"), outcome("b")]).await;
    service.post("/events", &json!({ "events": [event(crate::support::NOW)] })).await;
    service.post("/disputes", &serde_json::to_value(dispute("d", "a")).unwrap()).await;
    let examples = env::var("BARTER_TEST_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let document = format!("http://{}{PREFIX}/openapi.json", service.address());
    let status = tokio::task::spawn_blocking(move || {
        let header = format!("Authorization: Bearer {OPERATOR}");
        let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.toml");
        let arguments = [
            "--config-file",
            config,
            "run",
            &document,
            "--seed",
            SEED,
            "--max-examples",
            &examples,
            "--header",
            &header,
        ];
        // No file is left behind, and no plug-in of whoever runs this is loaded.
        let mut run = Command::new(program);
        run.args(arguments).args([
            "--continue-on-failure",
            "--generation-database",
            "none",
            "--no-color",
            "--warnings",
            "off",
        ]);
        run.env_remove("SCHEMATHESIS_HOOKS").current_dir(env::temp_dir()).status().unwrap()
    })
    .await
    .unwrap();
    assert!(status.success(), "schemathesis: {status}");
    assert_eq!(service.get("/healthz").await.1["status"], json!("ok"));
}
