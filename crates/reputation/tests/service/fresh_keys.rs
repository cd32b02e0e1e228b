//! Keys that nobody knows, as many as somebody cares to make: none is kept in the log, nor, where enough are made to tell, in
//! memory.

use std::{env, fs, process::Command};

use barter_reputation::{
    key::SecretKey,
    oracle::MAX_ATTESTATIONS_ABOUT,
    wire::{DisputeFields, DisputeForm, DisputeJson, Form, OutcomeFields},
};
use serde_json::json;

use crate::{
    federation::{FakePeer, attested, following},
    support::{CONSUMER, Fixture, PROVIDER, code, dispute_fields, fields, key, sign, sign_dispute},
};

/// How many keys, where this is set.
const KEYS: &str = "BARTER_FRESH_KEYS";
const DEFAULT_KEYS: u64 = 4_000;
/// Set for the child: the memory that is looked at is to be nobody else's.
const CHILD: &str = "BARTER_FRESH_KEYS_TEST";
/// Keys of each kind in a round, of which there are four.
const ROUND: u64 = 200;
const BATCH: u64 = 100;
/// Bytes that a key takes at the least, wherever it is kept.
const KEY_BYTES: u64 = 32;
/// What memory may grow by after the first tenth of the rounds: as much, and bytes a key.
const MOST_GROWTH_BYTES: u64 = 8 * 1024 * 1024;
const MOST_GROWTH_BYTES_A_KEY: u64 = 16;

/// Its secret key is that of a number, and of no other test.
fn fresh(number: u64) -> SecretKey {
    let mut seed = [0xf5; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    SecretKey::from_seed(&seed)
}

/// What memory may grow by, in bytes. None where that is more than so many keys take, and so would say nothing: of the default
/// number of keys memory shows no trace, of the million that `make soak` sends it does.
const fn most_growth(keys: u64) -> Option<u64> {
    let most = MOST_GROWTH_BYTES + keys * MOST_GROWTH_BYTES_A_KEY;
    if most < keys / 10 * 9 * KEY_BYTES { Some(most) } else { None }
}

const _: () = assert!(most_growth(1_000_000).is_some());

/// Memory of this process, in bytes; none where the system does not say.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib * 1024)
}

/// Who a dispute or outcome says it is of: a name as fresh as the key, or one that is registered.
fn consumer(number: u64, is_registered: bool) -> String {
    if is_registered { CONSUMER.to_owned() } else { format!("https://{number}.example") }
}

async fn send_outcomes(service: &Fixture, first: u64, is_registered: bool) {
    for from in (first..first + ROUND).step_by(usize::try_from(BATCH).unwrap()) {
        let signed = |number: u64| {
            let consumer_hub = consumer(number, is_registered);
            sign(Form::Published, OutcomeFields { consumer_hub, ..fields(&number.to_string()) }, &fresh(number))
        };
        let answer = service.record(&(from..from + BATCH).map(signed).collect::<Vec<_>>()).await;
        let expected = if is_registered { "wrong_signature" } else { "unknown_consumer" };
        assert_eq!((&answer["rejected"], &answer["results"][0]["error"]), (&json!(BATCH), &json!(expected)));
    }
}

async fn send_disputes(service: &Fixture, first: u64) {
    for number in first..first + ROUND {
        let (id, is_registered) = (number.to_string(), number.is_multiple_of(2));
        let disputed = DisputeFields { consumer_hub: consumer(number, is_registered), ..dispute_fields(&id, &id) };
        let signed = DisputeJson::write(&sign_dispute(DisputeForm::Published, disputed, &fresh(number)));
        let answer = service.post("/disputes", &serde_json::to_value(signed).unwrap()).await;
        let expected = if is_registered { "other_key" } else { "unknown_consumer" };
        assert_eq!(code(&answer), (403, expected.to_owned()));
    }
}

/// Slashes that a peer attests, each with the dispute of a key that nobody knows for a proof.
async fn attest(peer: &FakePeer, first: u64) {
    let slash = |number: u64| {
        let proof = sign_dispute(DisputeForm::Published, dispute_fields("d", "a"), &fresh(number)).proof();
        attested(&peer.url(), &key(4), number, Some(proof))
    };
    peer.lists(&(first..first + ROUND).map(slash).collect::<Vec<_>>());
    peer.heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_fresh_keys_leaves_the_log_and_the_memory_as_they_were() {
    let keys = env::var(KEYS).map_or(DEFAULT_KEYS, |keys| keys.parse().unwrap());
    if env::var_os(CHILD).is_none() {
        let name = "fresh_keys::a_flood_of_fresh_keys_leaves_the_log_and_the_memory_as_they_were";
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", name, "--nocapture"]).env(CHILD, "1");
        let status = tokio::task::spawn_blocking(move || child.status().unwrap()).await.unwrap();
        assert!(status.success(), "{status}");
        return;
    }
    let peer = FakePeer::start().await;
    let service = following(&[&peer]).await;
    let rounds = keys.div_ceil(4 * ROUND);
    let mut first = None;
    let mut most = None;
    for round in 0..rounds {
        let from = 1 + round * 4 * ROUND;
        send_outcomes(&service, from, false).await;
        send_outcomes(&service, from + ROUND, true).await;
        send_disputes(&service, from + 2 * ROUND).await;
        attest(&peer, from + 3 * ROUND).await;
        let resident = resident();
        let bytes = service.ask(|oracle| oracle.bytes().unwrap()).await;
        if round == rounds / 10 {
            first = Some((resident, bytes));
        }
        most = most.max(resident);
    }
    let (first, bytes) = first.unwrap();
    let sent = rounds * 4 * ROUND;
    match (first, most, most_growth(sent)) {
        (Some(first), Some(most), Some(growth)) => {
            println!("{sent} fresh keys: {first} bytes of memory after a tenth of them, {most} at the most");
            assert!(most < first + growth, "{first} bytes, then {most}");
        }
        (Some(_), _, None) => println!("{sent} fresh keys: too few to show in memory"),
        _ => println!("{sent} fresh keys: this system does not say how much memory they took"),
    }
    assert_eq!(service.ask(|oracle| oracle.bytes().unwrap()).await, bytes);
    assert_eq!(service.ask(|oracle| oracle.tree_head().unwrap().0).await, 0);
    assert_eq!(service.ask(|oracle| oracle.consumers(0, 10).unwrap().len()).await, 1);
    // Of the peer's, some are kept: weak, and no more than it may have.
    let (_, about) = service.get(&format!("/slashes/by-provider/{PROVIDER}")).await;
    let kept = (&about["strong_issuer_keys"], &about["weak_issuer_keys"], &about["slash_count"]);
    assert_eq!(kept, (&json!(0), &json!(1), &json!(MAX_ATTESTATIONS_ABOUT)));
}
