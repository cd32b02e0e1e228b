//! The published hub as a real peer: it pulls our slashes and believes them as strong, and we pull its.
//!
//! Runs if `BARTER_TEST_PYTHON` names a Python with `aimarket-hub` in it (`requirements/peer.txt`).

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use barter_reputation::{
    federation::Peer,
    key::PublicKey,
    service::Settings,
    wire::{DisputeForm, ProofOfMisbehavior},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    disputes::{chain_with, disputed, executed, resolve, ruling},
    support::{PROVIDER, Setup, dispute, dispute_fields, key, outcome, sign_dispute, start},
};

/// The published hub, until it is dropped.
struct Hub {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    _folder: tempfile::TempDir,
}

impl Hub {
    /// `None`, told, where there is no Python with it.
    fn start() -> Option<Self> {
        let Some(python) = env::var_os("BARTER_TEST_PYTHON").filter(|python| !python.is_empty()) else {
            println!("skipped: BARTER_TEST_PYTHON names no Python with the published package in it");
            return None;
        };
        // The package makes files where it runs.
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(python)
            .args(["-X", "utf8", "-c", include_str!("hub.py")])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Some(Self { child, orders, answers, _folder: folder })
    }

    fn order(&mut self, order: &Value) -> Value {
        writeln!(self.orders, "{order}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("the published hub answered {answer:?}"))
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_hub_takes_over_our_slash_as_strong() {
    let Some(mut hub) = Hub::start() else { return };
    tokio::task::block_in_place(|| hub.order(&json!({ "do": "start", "slashes": [] })));
    // It takes a hub's word only for what was issued in the name that it asked.
    let mut setup = Setup { chain: Some(chain_with(executed())), ..Setup::default() };
    setup.settings.hub_url.clear();
    let service = disputed(setup).await;
    // It knows the published form alone, so its consumer signs that too.
    let published = serde_json::to_value(dispute("d", "a")).unwrap();
    assert_eq!(service.post("/disputes", &published).await.0, StatusCode::OK);
    let (status, answer) = resolve(&service, &ruling(50_000)).await;
    assert_eq!(status, 200, "{answer}");
    let pull = json!({
        "do": "pull",
        "url": format!("http://{}", service.address()),
        "key": key(9).public().to_string(),
        "provider": PROVIDER,
    });
    let pulled = tokio::task::block_in_place(|| hub.order(&pull));
    assert_eq!((&pulled["added"], &pulled["penalty"]), (&json!(1), &json!(0.5)), "{pulled}");
    assert_eq!(
        (&pulled["signal"]["strong_issuer_keys"], &pulled["signal"]["total_slashed_usd"]),
        (&json!(1), &json!(100.0))
    );
    // Again: it knows it.
    let pulled = tokio::task::block_in_place(|| hub.order(&pull));
    assert_eq!((&pulled["added"], &pulled["penalty"]), (&json!(0), &json!(0.5)));
}

#[tokio::test(flavor = "multi_thread")]
async fn we_take_over_the_published_hubs_slashes_strong_and_weak() {
    let Some(mut hub) = Hub::start() else { return };
    let signed = sign_dispute(DisputeForm::Published, dispute_fields("d", "a"), &key(2));
    let proof = ProofOfMisbehavior {
        dispute_canonical: signed.dispute.signed_text(),
        complainant_pubkey_b64: signed.consumer_key.to_string(),
        signature_b64: signed.signature.to_string(),
    };
    let forged = sign_dispute(DisputeForm::Published, dispute_fields("e", "a"), &key(7));
    let forged = ProofOfMisbehavior {
        dispute_canonical: forged.dispute.signed_text(),
        complainant_pubkey_b64: forged.consumer_key.to_string(),
        signature_b64: forged.signature.to_string(),
    };
    let slash = |provider: &str, dispute: &str, pom: Option<&ProofOfMisbehavior>| json!({ "provider_hub": provider, "slashed_usd": 12.345_678_9, "dispute_id": dispute, "reason": "too late", "pom": pom });
    let fresh = "https://fresh.example";
    let slashes = [slash(PROVIDER, "d", Some(&proof)), slash(PROVIDER, "x", None), slash(fresh, "e", Some(&forged))];
    let started = tokio::task::block_in_place(|| hub.order(&json!({ "do": "start", "slashes": slashes })));
    let service = start().await;
    service.record(&[outcome("a")]).await;
    let peer_key = PublicKey::parse(started["key"].as_str().unwrap()).unwrap();
    let settings = Settings {
        peers: vec![Peer { url: started["url"].as_str().unwrap().to_owned(), key: peer_key }],
        pull_every: Duration::from_millis(50),
        ..Settings::new("https://follower.example", key(9))
    };
    let follower = service.another(settings).await.unwrap();
    let heard = async {
        loop {
            let (_, about) = service.get(&format!("/slashes/by-provider/{PROVIDER}")).await;
            if about["slash_count"] == json!(2) {
                break about;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let about = timeout(Duration::from_mins(1), heard).await.expect("the published hub is heard");
    assert_eq!((&about["strong_issuer_keys"], &about["weak_issuer_keys"]), (&json!(1), &json!(0)));
    let tiers: Vec<_> = about["attestations"].as_array().unwrap().iter().map(|found| found["tier"].clone()).collect();
    assert_eq!(tiers, [json!("strong"), json!("weak")]);
    let (_, score) = service.get(&format!("/{PROVIDER}")).await;
    assert_eq!(score["details"]["federated_penalty"], json!(0.5));
    // A fresh key's dispute is a proof to the package, and none here.
    let (_, about) = service.get(&format!("/slashes/by-provider/{fresh}")).await;
    assert_eq!((&about["strong_issuer_keys"], &about["weak_issuer_keys"]), (&json!(0), &json!(1)));
    follower.stop().await;
}
