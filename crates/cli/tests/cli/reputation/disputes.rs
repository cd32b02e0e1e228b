//! What `submit` tells of a dispute, and what it does not take the service's word for.

use serde_json::{Value, json};

use super::{followed::Followed, raw};
use crate::support::{
    Barter,
    reputation::{HUB, Served, says},
};

/// Answers with these documents, one after the other; `null` is none that it knows of.
fn answering(answers: &[&Value]) -> String {
    let answer = |value: &&Value| {
        let (status, body) = if value.is_null() {
            ("404 Not Found", json!({ "error": "unknown_dispute", "message": "there is none" }).to_string())
        } else {
            ("200 OK", value.to_string())
        };
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    };
    says(answers.iter().map(answer).collect())
}

fn submit(url: &str, records: impl Into<String>) -> Barter {
    Barter::words("reputation submit - --service").arg(url).input(records)
}

/// A dispute of the published form about the first of two calls, and what a true service says of it: the dispute, its outcome, and
/// the other outcome.
fn published() -> (String, [Value; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 2);
    let sign = "reputation sign dispute --form published --consumer consumer_1 --invocation inv_0 --slash 0.1 --id d1 \
                --key consumer_1.key --provider";
    let signed = Barter::words(sign).arg(HUB).within(folder.path()).run();
    assert_eq!(signed.code, 0, "{signed:?}");
    let told = submit(&service.url, &*signed.stdout).json();
    let known = raw::get(&service.url, "disputes/d1").1;
    let outcome = |index: u32| raw::get(&service.url, &format!("{HUB}/outcomes?cursor={index}&limit=1")).1;
    assert_eq!(told["disputes"][0]["outcome_leaf"], known["outcome_leaf"], "{told}");
    (signed.stdout, [known, outcome(0), outcome(1)])
}

#[test]
fn the_leaf_of_another_outcome_is_not_passed_on() {
    let (dispute, [known, first, second]) = published();
    let replayed = json!({ "replayed": true });
    let leaf = &second["outcomes"][0]["proof"].clone();
    let of = |index: u64, leaf: &Value| {
        let mut known = known.clone();
        known["outcome_index"] = json!(index);
        known["outcome_leaf"] = leaf.clone();
        known
    };
    // Of two leaves each is the other's proof.
    let (own, other) = (&known["outcome_leaf"], &first["outcomes"][0]["proof"][0]);
    assert_eq!(own, &leaf[0]);
    let mut unproven = first.clone();
    unproven["outcomes"][0]["proof"][0] = json!(format!("0x{}", "11".repeat(32)));
    let mut forged = first.clone();
    forged["outcomes"][0]["consumer_key"] = json!("iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=");
    // What another service has under the same names, with the key that it registered for them.
    let (_, [strange, strangers, _]) = published();
    let lies = [
        ("another leaf", of(0, other), &first, "has the leaf"),
        ("another call", of(1, other), &second, "inv_1"),
        ("another place", of(1, own), &first, "not this provider's"),
        ("no proof", known.clone(), &unproven, "in the log"),
        ("another key", known.clone(), &forged, "has the leaf"),
        ("another's outcome", strange, &strangers, "did not sign"),
    ];
    for (lie, known, listed, says) in lies {
        let url = answering(&[&replayed, &known, listed]);
        let (told, error) = submit(&url, &*dispute).result_and_error();
        assert_eq!(
            (&error["code"], &error["exit_code"]),
            (&json!("invalid_service_answer"), &json!(3)),
            "{lie}: {error}"
        );
        let dispute = &told["disputes"][0];
        assert!(dispute["error"].as_str().unwrap().contains(says), "{lie}: {told}");
        assert_eq!((&told["replayed"], &dispute["outcome_leaf"]), (&json!(1), &Value::Null), "{lie}: {told}");
    }
}

#[test]
fn what_cannot_be_looked_up_of_one_dispute_keeps_no_other_back() {
    let (dispute, [known, first, _]) = published();
    let replayed = json!({ "replayed": true });
    let url = answering(&[&replayed, &Value::Null, &replayed, &known, &first]);
    let (told, error) = submit(&url, dispute.repeat(2)).result_and_error();
    assert_eq!((&error["code"], &error["exit_code"]), (&json!("unknown_to_the_service"), &json!(4)), "{error}");
    assert!(error["message"].as_str().unwrap().contains("2 records taken and 0 rejected"), "{error}");
    let [lost, found] = [&told["disputes"][0], &told["disputes"][1]];
    assert!(lost["error"].as_str().unwrap().contains("there is none"), "{told}");
    assert_eq!((&lost["evidence_digest"], &found["outcome_leaf"]), (&found["evidence_digest"], &known["outcome_leaf"]));
    let url = answering(&[&replayed, &Value::Null]);
    let page = submit(&url, dispute).run();
    assert!(page.stdout.contains("what comes next is not known") && page.stderr.contains("there is none"), "{page:?}");
}

#[test]
fn only_a_bond_with_money_in_it_is_complained_about() {
    let Followed { market, service, folder } = Followed::start();
    service.record("consumer_1", 1);
    let sign =
        "reputation sign dispute --consumer consumer_1 --invocation inv_0 --slash 0.1 --id d1 --key consumer_1.key";
    let sign = Barter::words(sign).args(["--provider", HUB]).within(folder.path()).on(&market.devnet);
    let dispute = sign.signed_by(&market.consumer).json().to_string();
    service.score_with(|score| score["wallets"][0]["counted"] == true);
    let page = submit(&service.url, &*dispute).run();
    let command = format!("--consumer {} --provider {}", market.consumer.address, market.provider.address);
    assert!(page.stdout.contains(&command), "{page:?}");

    let answer = |path: &str| raw::get(&service.url, path).1;
    let [known, listed, score] = [&answer("disputes/d1"), &answer(&format!("{HUB}/outcomes")), &answer(HUB)];
    let with = |score: &Value| {
        let url = answering(&[&json!({ "replayed": true }), known, listed, score]);
        let page = submit(&url, &*dispute).run();
        assert!(page.code == 0 && !page.stdout.contains("dispute sign"), "{page:?}");
        page.stdout
    };
    let mut empty = score.clone();
    empty["wallets"][0]["bond"]["active"] = json!("0");
    assert!(with(&empty).contains("no wallet of the provider's has a bond that counts and money in it"));
    let mut unread = score.clone();
    unread["chain"] = json!({ "status": "never_read", "block": null });
    unread["wallets"][0]["bond"] = Value::Null;
    unread["wallets"][0]["counted"] = json!(false);
    assert!(with(&unread).contains("the service has read no bond"));
}
