//! The fuzzers' corpora, through what the fuzzers run: so that every run of the tests goes wherever they have been.
//!
//! What a corpus begins with is made here, of real documents; `BARTER_BANK_WRITE_CORPUS=1` writes it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod fuzzed;
mod ledger_world;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use barter_bank::{
    document::{
        Account, Action, Doc, Document, Hash, Header, Kind, Pocket, Promise, Record, Role, Side, Signature, Terms, Tx,
        Ulid, canonical,
    },
    rpc::{Call, Invitation, Leg},
};
use fuzzed::{amount, call, document, invitation, key, plan};
use ledger_world::crowd::Crowd;
use serde_json::{Value, json};

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

/// What a corpus begins with is there; then every file of it goes through `check`.
fn replay(target: &str, seeds: &[(&str, Vec<u8>)], mut check: impl FnMut(&[u8])) -> usize {
    let folder = folder(target);
    for (name, bytes) in seeds {
        let path = folder.join(name);
        if env::var_os("BARTER_BANK_WRITE_CORPUS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, bytes).unwrap();
        }
        assert!(fs::read(&path).is_ok_and(|found| found == *bytes), "{} is not what is made here", path.display());
    }
    let files: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    for file in &files {
        println!("{}", file.display());
        check(&fs::read(file).unwrap());
    }
    files.len()
}

fn ulid() -> Ulid {
    Ulid::new(1_800_000_000_000, [7; 10])
}

fn signed<T: Kind>(name: &'static str, fields: &T) -> (&'static str, Vec<u8>) {
    (name, Doc::sign(&key(1), ulid(), fields).unwrap().text().as_bytes().to_vec())
}

/// Each type with all that it may have, and with as little.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let (bank, hash) = (key(9).public(), Hash::of(b"something"));
    let promise = |due: Option<&str>, limit: Option<&str>, integer| Promise {
        bank,
        name: "1 hour – ½ €\u{1f600}\\\"\n".to_owned(),
        due: due.map(str::to_owned),
        limit: limit.map(|limit| limit.parse().unwrap()),
        integer,
    };
    let terms = Terms {
        bank,
        role: Role::Follow,
        predecessors: [key(8).public()].into(),
        awaits: [key(7).public()].into(),
        legs: [(key(8).public(), hash)].into(),
        records: [hash, Hash::of(b"else")].into(),
    };
    let word = Signature {
        seen: Some(vec![hash]),
        reason: Some("too late".to_owned()),
        terms: Some(terms),
        until: Some(1_800_000_600_000),
        leg: Some(hash),
        ..Signature::new(hash, Action::Settle)
    };
    let record =
        |side, amount: &str| Record { side, amount: amount.parse().unwrap(), account: Hash::of(b"an account") };
    let unsigned = Doc::new(Header { pubkey: bank, ulid: ulid() }, &record(Side::Debit, "0.1")).unwrap();
    let mut unknown = unsigned.to_json();
    unknown["tomorrow"] = json!({ "b": [1e21, -5e-324, null, true], "a": "\u{7f}" });
    vec![
        signed("promise", &promise(Some("2028-02-29"), Some("4.5"), Some(true))),
        signed("promise-short", &promise(None, None, None)),
        signed("pocket", &Pocket { name: String::new() }),
        signed("account", &Account { pocket: hash, promise: Hash::of(b"a promise") }),
        signed("credit", &record(Side::Credit, "1000000000000000000000")),
        ("debit", unsigned.text().as_bytes().to_vec()),
        ("unknown-field", serde_json::to_vec_pretty(&unknown).unwrap()),
        signed("tx", &Tx { records: vec![hash, Hash::of(b"else")], order: Some("an order".to_owned()) }),
        signed("signature", &word),
        signed("approve", &Signature::new(hash, Action::Approve)),
    ]
}

#[test]
fn documents_agree() {
    let seeds = documents();
    let read = |(_, bytes): &(_, Vec<u8>)| Document::read(canonical::read(bytes).unwrap()).unwrap();
    let kinds: BTreeSet<_> = seeds.iter().map(|seed| read(seed).kind()).collect();
    assert_eq!(kinds.len(), 7, "each type is there: {kinds:?}");
    // What an error says of them is for one line of a terminal.
    let long = "a".repeat(2_000);
    let wrong = [
        ("control", br#"{"type":"\u001b[2J\n"}"#.to_vec()),
        ("long-type", json!({ "type": long }).to_string().into_bytes()),
        ("long-key-twice", format!(r#"{{"{long}":1,"{long}":2}}"#).into_bytes()),
    ];
    replay("document", &[seeds, wrong.into()].concat(), document::check);
}

#[test]
fn amounts_agree() {
    let texts = ["0.1 0.2 -0.30000000000000004 1", "9007199254740993 9007199254740992", "00.10 .5 5. - 1e5 +1 1.2.3 "];
    let mut seeds: Vec<(&str, Vec<u8>)> = ["tenths", "large", "wrong"].into_iter().zip(texts.map(Vec::from)).collect();
    // Halfway between two of as many digits: the double of both is 900719925474099.25.
    seeds.push(("even", b"900719925474099.3 900719925474099.2".to_vec()));
    seeds.push(("smallest-double", 5e-324_f64.to_be_bytes().to_vec()));
    seeds.push(("largest-double", f64::MAX.to_be_bytes().to_vec()));
    let longest = |digits: usize| "9".repeat(digits);
    seeds.push(("longest", format!("{} {} {}.{}", longest(650), longest(651), longest(1), longest(649)).into_bytes()));
    replay("amount", &seeds, amount::check);
}

#[test]
fn invitations_agree() {
    let leg = |text: &str, amount: &str| Leg { promise: Hash::of(text.as_bytes()), amount: amount.parse().unwrap() };
    let (give, get) = (leg("a logo", "1"), leg("an hour", "0.1"));
    let signed = Invitation::sign(&key(1), "https://bank.example/rpc", give, get, 1_800_000_000).unwrap();
    let seeds = [
        ("signed", signed.to_string().into_bytes()),
        ("escaped", signed.to_string().replace(":1&", "%3A1&").into_bytes()),
        ("local", b"http://[::1]:8430/alice/rpc 0.1 1e 1800000000".to_vec()),
        ("to-sign", b"https://bank.example:1/rpc 0.1 2.5 1800000000 ".to_vec()),
        ("latest", b"https://bank.example/rpc 1 1 9007199254740993 ".to_vec()),
        ("control", b"https://\x1b[2J\n/ 1 1 1 ".to_vec()),
        ("never", b"https://bank.example/rpc 1 1 0 ".to_vec()),
        ("long", format!("https://bank.example/{} 1 1 1 ", "a".repeat(3_900)).into_bytes()),
    ];
    replay("invitation", &seeds, invitation::check);
}

/// Giver and receiver in the second byte, the bank in the first.
fn pairs(leads: u8, transfers: &[(u8, u8, u8)]) -> Vec<u8> {
    let bytes = transfers.iter().flat_map(|(bank, giver, receiver)| [*bank, giver + 6 * receiver]);
    [leads].into_iter().chain(bytes).collect()
}

#[test]
fn plans_agree() {
    let seeds = [
        ("swap", pairs(1, &[(0, 0, 1), (1, 1, 0)])),
        ("ring", pairs(2, &[(0, 0, 1), (1, 1, 2), (2, 2, 3), (3, 3, 0)])),
        ("two-givers", pairs(4, &[(0, 0, 2), (1, 1, 2), (2, 2, 3), (3, 3, 0), (3, 3, 1)])),
        ("no-lead", pairs(0, &[(0, 0, 1), (1, 1, 0), (2, 0, 2)])),
        ("gift", pairs(0, &[(0, 0, 1)])),
        ("one-bank", pairs(0, &[(5, 0, 1), (5, 1, 0)])),
        ("itself", pairs(0, &[(5, 1, 1)])),
    ];
    replay("plan", &seeds, plan::check);
}

/// Each method, in the order in which a deal at one bank goes.
fn calls() -> Vec<(&'static str, Value)> {
    let header = |kind: &str, owner: &str| json!({ "type": kind, "pubkey": owner, "ulid": "@ulid" });
    let with = |mut document: Value, fields: Value| {
        document.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        document
    };
    let promise = with(header("promise", "@minter"), json!({ "bank": "@bank", "name": "a logo", "limit": 2.5 }));
    let pocket = with(header("pocket", "@holder"), json!({ "name": "work", "sig": "@sig" }));
    let account = with(header("account", "@holder"), json!({ "pocket": "@pocket", "promise": "@promise" }));
    let record = |side: &str, account: &str| with(header(side, "@bank"), json!({ "amount": 0.1, "account": account }));
    let tx = with(header("tx", "@minter"), json!({ "records": ["@records0", "@records1"] }));
    let word = |signer: &str, about: &str, action: &str| {
        with(header("signature", signer), json!({ "hash": about, "action": action, "sig": "@sig" }))
    };
    let confirm = |signer: &str| with(word(signer, "@last", "settle"), json!({ "terms": "@terms" }));
    let propose = json!({
        "records": [record("debit", "@own"), record("credit", "@other")],
        "tx": tx,
        "proposer_approve": word("@minter", "@tx", "approve"),
        "role": "lead",
        "predecessors": [],
        "awaits": [],
        "legs": {},
    });
    let calls = [
        ("01-mint", "mint_promise", "@minter", json!({ "promise": promise, "pocket": null })),
        ("02-open", "open_account", "@holder", json!({ "account": account, "pocket": pocket })),
        ("03-propose", "propose_leg", "@minter", propose.clone()),
        ("04-confirm", "confirm_receipt", "@minter", json!({ "tx_hash": "@last", "user_confirm": confirm("@minter") })),
        ("05-hold", "hold_leg", "@minter", json!({ "tx_hash": "@last" })),
        ("06-confirm", "confirm_receipt", "@holder", json!({ "tx_hash": "@last", "user_confirm": confirm("@holder") })),
        ("07-settle", "settle_leg", "@holder", json!({ "tx_hash": "@last", "upstream_settles": [] })),
        ("08-propose", "propose_leg", "@minter", propose),
        ("09-reject", "reject_leg", "@holder", json!({ "tx_hash": "@last", "reason": "no" })),
        ("10-promise", "get_promise", "@holder", json!({ "promise_hash": "@promise" })),
        ("11-balance", "get_account_balance", "@holder", json!({ "account_hash": "@other" })),
        ("12-list", "list_accounts", "@holder", json!({})),
    ];
    let sketch = |(name, method, caller, params): (_, &str, &str, Value)| {
        (name, json!({ "method": method, "caller": caller, "params": params }))
    };
    calls.map(sketch).into()
}

#[test]
fn calls_agree() {
    let good = calls();
    let mut seeds: Vec<_> = good.iter().map(|(name, sketch)| (*name, sketch.to_string().into_bytes())).collect();
    let whole = Call::write(ulid(), "list_accounts", &json!({}), &key(1).public(), &key(2));
    let elsewhere = Call::write(ulid(), "list_accounts", &json!({}), &key(4).public(), &key(2));
    seeds.push(("whole", whole));
    seeds.push(("elsewhere", elsewhere));
    seeds.push(("no-method", br#"{"method":"no_such_method"}"#.to_vec()));
    seeds.push(("not-allowed", br#"{"method":"get_account_balance","params":{"account_hash":"@other"}}"#.to_vec()));
    seeds.push(("twice", br#"{"id":1,"id":2}"#.to_vec()));
    seeds.push(("deep", [b"[".repeat(200), b"]".repeat(200)].concat()));
    let mut carried_out = 0;
    replay("call", &seeds, |bytes| carried_out += usize::from(call::check(bytes)));
    assert!(carried_out >= good.len(), "a sketch of each method is carried out: {carried_out}");
}

#[test]
fn crowds_agree() {
    let any = |step: u8| (0..=250_u8).map(|index| index.wrapping_mul(step)).collect();
    let seeds = [("strict", any(166)), ("not-strict", [vec![1], any(77)].concat()), ("zeros", vec![0; 120])];
    let (mut settled, mut refused) = ([0; 2], BTreeSet::new());
    replay("crowd", &seeds, |bytes| {
        let crowd = Crowd::of(bytes);
        settled = [settled[0] + crowd.settled[0], settled[1] + crowd.settled[1]];
        refused.extend(crowd.refused.into_keys());
    });
    let is_rich = settled.iter().all(|count| *count > 0) && refused.len() == 4;
    assert!(is_rich, "the corpus says little: {settled:?} leads and followers settled, refused: {refused:?}");
}
