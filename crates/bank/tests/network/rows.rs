//! What a bank refuses, as bodies of calls.

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{
        Account, Action, Doc, Hash, Header, Kind, Pocket, Promise, PublicKey, Record, Role, Side, Signature,
        SignatureBytes, Terms, Tx, Ulid,
    },
    rpc::{Call, MAX_CALL_BYTES},
    store::WINDOW_MS,
};
use serde_json::{Map, Value, json};

use crate::support::{key_of, now, person};

pub(crate) const ALICE: u8 = 1;
pub(crate) const BOB: u8 = 2;
const MALLORY: u8 = 66;

/// A body, and how it is refused: the status, the code, and words of the sentence.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) body: Vec<u8>,
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) says: Vec<String>,
}

/// A person's documents and calls, each with an id of its own.
pub(crate) struct Maker {
    pub(crate) made: u64,
    pub(crate) rows: Vec<Row>,
}

/// What is there before the table begins.
pub(crate) struct Setting {
    pub(crate) promise: Hash,
    pub(crate) alices: Hash,
    pub(crate) bobs: Hash,
    /// An account of a promise that bank 1 keeps too.
    pub(crate) other: Hash,
    /// A deal that holds Alice's account.
    pub(crate) held: Hash,
}

impl Maker {
    fn ulid(&mut self) -> Ulid {
        self.made += 1;
        let mut randomness = [7; 10];
        randomness[2..].copy_from_slice(&self.made.to_be_bytes());
        Ulid::new(now(), randomness)
    }

    pub(crate) fn call(&mut self, caller: u8, method: &str, params: &Value) -> Vec<u8> {
        Call::write(self.ulid(), method, params, &key_of(1), &person(caller))
    }

    /// A call with one field changed after it was signed, or taken out.
    fn changed(&mut self, field: &str, value: Value) -> Vec<u8> {
        let mut fields: Map<String, Value> =
            serde_json::from_slice(&self.call(ALICE, "list_accounts", &json!({}))).unwrap();
        fields.remove(field);
        if !value.is_null() {
            fields.insert(field.to_owned(), value);
        }
        serde_json::to_vec(&fields).unwrap()
    }

    pub(crate) fn row(&mut self, what: &str, body: Vec<u8>, (status, code): (u16, i64), says: &[&str]) {
        let says = says.iter().map(|word| (*word).to_owned()).collect();
        self.rows.push(Row { what: what.to_owned(), body, status, code, says });
    }

    /// A signed call that its method refuses, with status 200.
    fn refused(&mut self, caller: u8, method: &str, params: &Value, code: i64, says: &[&str]) {
        let body = self.call(caller, method, params);
        self.row(&format!("{method} {says:?}"), body, (200, code), says);
    }

    fn header(&mut self, pubkey: PublicKey) -> Header {
        Header { pubkey, ulid: self.ulid() }
    }

    fn doc<T: Kind>(&mut self, owner: u8, fields: &T) -> Doc<T> {
        let header = self.header(person(owner).public());
        Doc::new(header, fields).unwrap()
    }

    fn word(&mut self, signer: u8, about: Hash, action: Action) -> Doc<Signature> {
        Doc::sign(&person(signer), self.ulid(), &Signature::new(about, action)).unwrap()
    }

    fn record(&mut self, bank: u8, side: Side, account: Hash, amount: &str) -> Doc<Record> {
        let header = self.header(key_of(bank));
        Doc::new(header, &Record { side, amount: amount.parse().unwrap(), account }).unwrap()
    }

    /// A deal of these records at bank 1, as Alice proposes it.
    fn proposal(&mut self, records: &[Doc<Record>], role: Role) -> Value {
        let tx = Tx { records: records.iter().map(Doc::hash).collect(), order: None };
        let tx = self.doc(ALICE, &tx);
        let approve = self.word(ALICE, tx.hash(), Action::Approve);
        json!({
            "tx": tx.to_json(),
            "records": records.iter().map(Doc::to_json).collect::<Vec<_>>(),
            "proposer_approve": approve.to_json(),
            "role": role,
            "predecessors": [],
        })
    }

    /// Alice's, on the terms of a proposal.
    pub(crate) fn confirmation(&mut self, tx: Hash, proposal: &Value) -> Value {
        let records = proposal["records"].as_array().unwrap().iter();
        let terms = Terms {
            bank: key_of(1),
            role: Role::Lead,
            predecessors: BTreeSet::new(),
            awaits: BTreeSet::new(),
            legs: BTreeMap::new(),
            records: records.map(|record| Doc::<Record>::read(record.clone()).unwrap().hash()).collect(),
        };
        let word = Signature { terms: Some(terms), ..Signature::new(tx, Action::Settle) };
        let word = Doc::sign(&person(ALICE), self.ulid(), &word).unwrap();
        json!({ "tx_hash": tx, "user_confirm": word.to_json() })
    }

    /// Of a good deal between these accounts.
    pub(crate) fn transfer(&mut self, from: Hash, to: Hash, amount: &str) -> Value {
        let records = [self.record(1, Side::Debit, from, amount), self.record(1, Side::Credit, to, amount)];
        self.proposal(&records, Role::Lead)
    }
}

/// The same signature with S + L for S, which a loose verifier takes.
fn with_another_s(signature: &SignatureBytes) -> String {
    const L: [u8; 16] =
        [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14];
    let mut bytes = *signature.as_bytes();
    let mut carry = 0_u16;
    for index in 0..32 {
        let part = match index {
            0..16 => L[index],
            31 => 0x10,
            _ => 0,
        };
        let sum = u16::from(bytes[32 + index]) + u16::from(part) + carry;
        bytes[32 + index] = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    SignatureBytes::new(bytes).to_string()
}

fn base58(bytes: &[u8]) -> String {
    bs58::encode(bytes).into_string()
}

/// Points under which anybody can sign: of order 4, 1, 2 and 8.
fn keys_of_small_order() -> [String; 4] {
    let of_order_8 = *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05";
    let mut of_order_2 = [0xff; 32];
    (of_order_2[0], of_order_2[31]) = (0xec, 0x7f);
    let mut of_order_1 = [0; 32];
    of_order_1[0] = 1;
    [[0; 32], of_order_1, of_order_2, of_order_8].map(|bytes| base58(&bytes))
}

fn no_json(make: &mut Maker) {
    let parse = (400, -32700);
    make.row("nothing", Vec::new(), parse, &[]);
    make.row("half an object", b"{".to_vec(), parse, &["EOF"]);
    make.row("no UTF-8", b"\"\xff\"".to_vec(), parse, &[]);
    make.row("a key twice", b"{\"id\":1,\"id\":1}".to_vec(), parse, &["id"]);
    make.row("a number beyond a double", b"[1e999]".to_vec(), parse, &["number"]);
    make.row("half a surrogate pair", br#"["\ud800"]"#.to_vec(), parse, &[]);
    make.row("128 levels and one", [vec![b'['; 129], vec![b']'; 129]].concat(), parse, &["recursion limit"]);
    make.row("many levels", [vec![b'['; 300_000], vec![b']'; 300_000]].concat(), parse, &["recursion limit"]);
    let deep = format!("{{\"params\":{}{}}}", "{\"a\":".repeat(100_000), "1".to_owned() + &"}".repeat(100_000));
    make.row("many levels of objects", deep.into_bytes(), parse, &["recursion limit"]);
    let limit = MAX_CALL_BYTES.to_string();
    make.row("too many bytes", vec![b' '; MAX_CALL_BYTES + 1], (413, -32600), &[&limit]);
}

fn no_call(make: &mut Maker) {
    let shape = (400, -32600);
    make.row("a list", b"[]".to_vec(), shape, &["object"]);
    for field in ["jsonrpc", "id", "method", "pubkey", "to", "sig"] {
        for value in [Value::Null, json!(1), json!(["x"])] {
            let body = make.changed(field, value.clone());
            make.row(&format!("{field} is {value}"), body, shape, &[field]);
        }
    }
    let body = make.changed("jsonrpc", json!("1.0"));
    make.row("another version", body, shape, &["jsonrpc", "1.0", "2.0"]);
    for id in ["", "1", "01arz3ndektsv4rrffq69g5fav", "01ARZ3NDEKTSV4RRFFQ69G5FAI", "01ARZ3NDEKTSV4RRFFQ69G5FAVX"] {
        let body = make.changed("id", json!(id));
        make.row(&format!("the id {id}"), body, shape, &["id of a call", id, "ULID", "26"]);
    }
    let body = make.changed("params", json!([]));
    make.row("params in a list", body, shape, &["params", "object"]);
    let (short, long) = (base58(&[7; 31]), base58(&[7; 33]));
    for field in ["pubkey", "to"] {
        for wrong in ["", "0OIl", "not base58 é", &short, &long] {
            let body = make.changed(field, json!(wrong));
            make.row(&format!("{field} {wrong}"), body, shape, &[field, "public key", "32 bytes in base58"]);
        }
        for key in keys_of_small_order() {
            let body = make.changed(field, json!(key));
            make.row(&format!("{field} of small order, {key}"), body, shape, &[field, "small order"]);
        }
        let mut not_its_own = [0xff; 32];
        (not_its_own[0], not_its_own[31]) = (0xf0, 0x7f);
        let body = make.changed(field, json!(base58(&not_its_own)));
        make.row("a point in another encoding", body, shape, &[field, "not a public key"]);
    }
    for wrong in ["", "0OIl", &base58(&[7; 63]), &base58(&[7; 65])] {
        let body = make.changed("sig", json!(wrong));
        make.row(&format!("sig {wrong}"), body, shape, &["sig", "64 bytes in base58"]);
    }
}

fn not_from_here(make: &mut Maker) {
    let unauthorized = (400, -32001);
    let (here, there, alice) = (key_of(1).to_string(), key_of(2).to_string(), person(ALICE).public().to_string());
    let elsewhere = Call::write(make.ulid(), "list_accounts", &json!({}), &key_of(2), &person(ALICE));
    make.row("for another bank", elsewhere, unauthorized, &[&here, &there]);
    for (field, value) in [
        ("method", json!("settle_leg")),
        ("params", json!({ "x": 1 })),
        ("sig", json!(person(MALLORY).sign(&Hash::of(b"x")).to_string())),
        ("more", json!(1)),
    ] {
        let body = make.changed(field, value);
        make.row(&format!("{field} changed"), body, unauthorized, &[&alice, "signature"]);
    }
    let mut fields: Map<String, Value> =
        serde_json::from_slice(&make.call(ALICE, "list_accounts", &json!({}))).unwrap();
    let signature = fields["sig"].as_str().unwrap().parse().unwrap();
    fields.insert("sig".to_owned(), json!(with_another_s(&signature)));
    make.row("S + L for S", serde_json::to_vec(&fields).unwrap(), unauthorized, &[&alice, "signature"]);
}

fn no_time_of_ours(make: &mut Maker) {
    let replay = (400, -32002);
    for time in [0, now() - WINDOW_MS - 1_000, now() + WINDOW_MS + 60_000, (1 << 48) - 1] {
        let id = Ulid::new(time, [9; 10]);
        let body = Call::write(id, "list_accounts", &json!({}), &key_of(1), &person(ALICE));
        make.row(&format!("made at {time}"), body, replay, &[id.as_str(), &time.to_string()]);
    }
    let strange: Ulid = "ZZZZZZZZZZZZZZZZZZZZZZZZZZ".parse().unwrap();
    let body = Call::write(strange, "list_accounts", &json!({}), &key_of(1), &person(ALICE));
    make.row("an id of more than 128 bits", body, replay, &[strange.as_str()]);
}

fn no_method(make: &mut Maker) {
    let long = "x".repeat(100_000);
    for (method, said) in [("propose_trade", "propose_trade"), ("", "\"\""), (&long, "xxx")] {
        let body = make.call(ALICE, method, &json!({}));
        make.row(&format!("the method {said}"), body, (404, -32601), &[said]);
    }
}

fn no_parameters(make: &mut Maker, at: &Setting) {
    const CODE: i64 = -32602;
    for (method, missing) in [
        ("mint_promise", "promise"),
        ("open_account", "account"),
        ("propose_leg", "tx"),
        ("hold_leg", "tx_hash"),
        ("confirm_receipt", "tx_hash"),
        ("settle_leg", "tx_hash"),
        ("reject_leg", "tx_hash"),
        ("get_promise", "promise_hash"),
        ("get_account_balance", "account_hash"),
    ] {
        make.refused(ALICE, method, &json!({}), CODE, &[method, missing, "missing"]);
    }
    let short = base58(&[7; 31]);
    for wrong in [json!(1), json!(null), json!("0OIl"), json!(""), json!(short)] {
        make.refused(ALICE, "hold_leg", &json!({ "tx_hash": wrong }), CODE, &["tx_hash"]);
    }
    make.refused(ALICE, "reject_leg", &json!({ "tx_hash": at.held, "reason": 1 }), CODE, &["reason", "text"]);
    let shown = json!({ "tx_hash": at.held, "upstream_settles": {} });
    make.refused(ALICE, "settle_leg", &shown, CODE, &["upstream_settles", "list"]);
    let shown = json!({ "tx_hash": at.held, "upstream_settles": vec![0; 129] });
    make.refused(ALICE, "settle_leg", &shown, CODE, &["upstream_settles", "129", "at most 128"]);
    let good = make.transfer(at.alices, at.bobs, "1");
    let mut with = |field: &str, value: Value, says: &[&str]| {
        let mut params = good.clone();
        params[field] = value;
        make.refused(ALICE, "propose_leg", &params, CODE, says);
    };
    with("role", json!("boss"), &["role", "lead or follow"]);
    with("records", json!("x"), &["records", "list"]);
    with("predecessors", json!("x"), &["predecessors", "list"]);
    with("predecessors", json!([1]), &["predecessors", "1 is no text"]);
    with("predecessors", json!(vec![0; 65]), &["predecessors", "65", "at most 64"]);
    with("awaits", json!(vec![0; 65]), &["awaits", "65", "at most 64"]);
    with("awaits", json!([vec!["long"; 10_000]]), &["awaits", "no text"]);
    with("records", json!(vec![0; 1_001]), &["records", "1001", "at most 1000"]);
    with("predecessors", json!(["0OIl"]), &["predecessors", "32 bytes in base58"]);
    for key in keys_of_small_order() {
        with("awaits", json!([key]), &["awaits", "small order"]);
    }
}

fn no_document(make: &mut Maker, at: &Setting) {
    const CODE: i64 = -32000;
    let promise = Promise { bank: key_of(1), name: "1 logo".to_owned(), due: None, limit: None, integer: None };
    let promise = make.doc(ALICE, &promise).to_json();
    let short = base58(&[7; 31]);
    let long = "x".repeat(70_000);
    let small = &keys_of_small_order()[3];
    for (field, value, says) in [
        ("type", json!("pocket"), "pocket"),
        ("type", json!(7), "type"),
        ("ulid", json!("01arz3ndektsv4rrffq69g5fav"), "01arz3ndektsv4rrffq69g5fav"),
        ("pubkey", json!("0OIl"), "0OIl"),
        ("pubkey", json!(small), "small order"),
        ("bank", json!(short), &short),
        ("bank", json!(small), "small order"),
        ("name", json!(""), "promise.name is \"\""),
        ("name", json!(7), "promise.name is 7"),
        ("name", json!(long), "65536"),
        ("due", json!("2027-02-29"), "2027-02-29"),
        ("due", json!("tomorrow"), "tomorrow"),
        ("limit", json!(0), "more than zero"),
        ("limit", json!(-1), "-1"),
        ("limit", json!("1"), "promise.limit is \"1\""),
        ("limit", json!(null), "promise.limit is null"),
        ("integer", json!(1), "promise.integer is 1"),
        ("sig", json!("0OIl"), "promise.sig is \"0OIl\""),
        ("sig", json!(null), "promise.sig is null"),
    ] {
        let mut wrong = promise.clone();
        wrong[field] = value;
        make.refused(ALICE, "mint_promise", &json!({ "promise": wrong }), CODE, &["promise", says]);
    }
    for field in ["type", "ulid", "pubkey", "bank", "name"] {
        let mut wrong = promise.clone();
        wrong.as_object_mut().unwrap().remove(field);
        make.refused(ALICE, "mint_promise", &json!({ "promise": wrong }), CODE, &["promise", field]);
    }
    make.refused(ALICE, "mint_promise", &json!({ "promise": "x" }), CODE, &["promise", "expected an object"]);
    let good = make.transfer(at.alices, at.bobs, "1");
    for (pointer, value, says) in [
        ("/records/0/amount", json!(0), "0"),
        ("/records/0/amount", json!(-1.5), "-1.5"),
        ("/records/0/amount", json!("1"), "\"1\""),
        ("/records/0/account", json!(short), short.as_str()),
        ("/records/0/pair", json!(short), "pair"),
        ("/records/0/type", json!("transfer"), "transfer"),
        ("/records", json!([1]), "expected an object"),
        ("/tx/records", json!([]), "tx.records is []"),
        ("/tx/records", json!(["0OIl"]), "0OIl"),
        ("/tx/records", json!(vec![at.promise.to_string(); 2]), "none twice"),
        ("/proposer_approve/action", json!("agree"), "agree"),
        ("/proposer_approve/seen", json!("x"), "signature.seen"),
    ] {
        let mut params = good.clone();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        params.pointer_mut(parent).unwrap()[field] = value;
        make.refused(ALICE, "propose_leg", &params, CODE, &[says]);
    }
    let mut unsigned = good.clone();
    unsigned["proposer_approve"].as_object_mut().unwrap().remove("sig");
    make.refused(ALICE, "propose_leg", &unsigned, CODE, &["signature.sig is missing"]);
}

fn not_signed(make: &mut Maker, at: &Setting) {
    const CODE: i64 = -32001;
    let alice = person(ALICE).public().to_string();
    let mut confirmation = make.word(BOB, at.held, Action::Settle).to_json();
    confirmation["pubkey"] = json!(alice);
    let confirm = |word: &Value| json!({ "tx_hash": at.held, "user_confirm": word });
    make.refused(ALICE, "confirm_receipt", &confirm(&confirmation), CODE, &[&alice, "signature"]);
    let word = make.word(ALICE, at.held, Action::Settle);
    let mut another_s = word.to_json();
    another_s["sig"] = json!(with_another_s(word.sig().unwrap()));
    make.refused(ALICE, "confirm_receipt", &confirm(&another_s), CODE, &[&alice, "signature"]);
    let shown = json!({ "tx_hash": at.held, "upstream_settles": [another_s] });
    make.refused(ALICE, "settle_leg", &shown, CODE, &[&alice, "signature"]);
}

fn not_theirs(make: &mut Maker, at: &Setting) {
    const CODE: i64 = -32001;
    let mallory = person(MALLORY).public().to_string();
    let balance = json!({ "account_hash": at.alices });
    make.refused(MALLORY, "get_account_balance", &balance, CODE, &[&mallory, "only"]);
    // Of a deal that is not theirs nobody learns whether it is here.
    let unknown = format!("this bank knows no leg of the deal {}", at.held);
    for method in ["hold_leg", "settle_leg", "reject_leg"] {
        make.refused(MALLORY, method, &json!({ "tx_hash": at.held }), -32005, &[&unknown]);
    }
    let word = make.word(MALLORY, at.held, Action::Settle).to_json();
    let confirm = json!({ "tx_hash": at.held, "user_confirm": word });
    make.refused(MALLORY, "confirm_receipt", &confirm, -32005, &[&unknown]);
    make.refused(ALICE, "confirm_receipt", &confirm, CODE, &[&mallory, "only"]);
    let proposal = make.transfer(at.alices, at.bobs, "1");
    make.refused(MALLORY, "propose_leg", &proposal, CODE, &[&mallory, "only its proposer"]);
}

fn against_the_rules(make: &mut Maker, at: &Setting) {
    const CODE: i64 = -32000;
    let there = key_of(2).to_string();
    let elsewhere = Promise { bank: key_of(2), name: "1 logo".to_owned(), due: None, limit: None, integer: None };
    let elsewhere = make.doc(ALICE, &elsewhere).to_json();
    make.refused(ALICE, "mint_promise", &json!({ "promise": elsewhere }), CODE, &[&there]);
    let alices = at.alices.to_string();
    make.refused(ALICE, "get_promise", &json!({ "promise_hash": at.alices }), CODE, &[&alices, "account", "promise"]);
    make.refused(ALICE, "settle_leg", &json!({ "tx_hash": at.held }), CODE, &[&at.held.to_string(), "is held"]);
    let word = make.word(ALICE, at.held, Action::Settle).to_json();
    let confirm = json!({ "tx_hash": at.held, "user_confirm": word });
    make.refused(ALICE, "confirm_receipt", &confirm, CODE, &[&person(ALICE).public().to_string(), "terms"]);
    let word = make.word(ALICE, at.held, Action::Approve);
    let confirm = json!({ "tx_hash": at.held, "user_confirm": word.to_json() });
    make.refused(ALICE, "confirm_receipt", &confirm, CODE, &[&word.hash().to_string(), "settle"]);

    let (debit, credit) = (Side::Debit, Side::Credit);
    let records = [make.record(1, debit, at.alices, "1"), make.record(1, credit, at.bobs, "1000")];
    let uneven = make.proposal(&records, Role::Lead);
    make.refused(ALICE, "propose_leg", &uneven, CODE, &[&at.promise.to_string(), "1 is debited", "1000 is credited"]);
    let records = [make.record(1, debit, at.alices, "1"), make.record(1, credit, at.other, "1")];
    let two_promises = make.proposal(&records, Role::Lead);
    make.refused(ALICE, "propose_leg", &two_promises, CODE, &["is debited", "they have to be the same"]);
    let records = [make.record(2, debit, at.alices, "1"), make.record(2, credit, at.bobs, "1")];
    let of_another = make.proposal(&records, Role::Lead);
    make.refused(ALICE, "propose_leg", &of_another, CODE, &[&there]);
    let records = [make.record(1, debit, at.alices, "1"), make.record(1, credit, at.bobs, "1")];
    let mut twice = make.proposal(&records, Role::Lead);
    twice["records"].as_array_mut().unwrap().push(records[0].to_json());
    make.refused(ALICE, "propose_leg", &twice, CODE, &[&records[0].hash().to_string(), "twice"]);
    let mut none = make.transfer(at.alices, at.bobs, "1");
    none["records"] = json!([]);
    make.refused(ALICE, "propose_leg", &none, CODE, &["no records"]);
    let mut not_named = make.transfer(at.alices, at.bobs, "1");
    let another = make.record(1, debit, at.alices, "2");
    not_named["records"][0] = another.to_json();
    make.refused(ALICE, "propose_leg", &not_named, CODE, &[&another.hash().to_string(), "not in the deal"]);
    let records = [make.record(1, debit, at.alices, "1"), make.record(1, credit, at.bobs, "1")];
    let follower = make.proposal(&records, Role::Follow);
    make.refused(ALICE, "propose_leg", &follower, CODE, &["follow", "0 predecessors", "at least one"]);
    for waited_for in [key_of(1), person(BOB).public(), person(ALICE).public()] {
        let mut waits = make.transfer(at.alices, at.bobs, "1");
        waits["role"] = json!("follow");
        waits["predecessors"] = json!([waited_for]);
        make.refused(ALICE, "propose_leg", &waits, CODE, &[&waited_for.to_string(), "cannot be a bank"]);
    }
    let pocket = make.doc(BOB, &Pocket { name: "theirs".to_owned() });
    let account = make.doc(ALICE, &Account { pocket: pocket.hash(), promise: at.promise });
    let params = json!({ "account": account.to_json(), "pocket": pocket.to_json() });
    make.refused(ALICE, "open_account", &params, CODE, &[&person(BOB).public().to_string(), "pocket"]);
}

fn not_known(make: &mut Maker) {
    let nothing = Hash::of(b"nothing");
    let said = nothing.to_string();
    for (method, field) in [
        ("get_promise", "promise_hash"),
        ("get_account_balance", "account_hash"),
        ("hold_leg", "tx_hash"),
        ("settle_leg", "tx_hash"),
        ("reject_leg", "tx_hash"),
    ] {
        make.refused(ALICE, method, &json!({ field: nothing }), -32005, &[&said]);
    }
    let transfer = make.transfer(nothing, nothing, "1");
    make.refused(ALICE, "propose_leg", &transfer, -32005, &[&said]);
    let account = make.doc(ALICE, &Account { pocket: nothing, promise: nothing });
    make.refused(ALICE, "open_account", &json!({ "account": account.to_json() }), -32005, &[&said]);
    let word = make.word(ALICE, nothing, Action::Settle).to_json();
    let confirm = json!({ "tx_hash": nothing, "user_confirm": word });
    make.refused(ALICE, "confirm_receipt", &confirm, -32005, &[&said]);
}

/// All that a bank refuses, each in a body.
pub(crate) fn rows(at: &Setting, conflicting: Hash) -> Vec<Row> {
    let mut make = Maker { made: 1_000, rows: Vec::new() };
    no_json(&mut make);
    no_call(&mut make);
    not_from_here(&mut make);
    no_time_of_ours(&mut make);
    no_method(&mut make);
    no_parameters(&mut make, at);
    no_document(&mut make, at);
    not_signed(&mut make, at);
    not_theirs(&mut make, at);
    against_the_rules(&mut make, at);
    not_known(&mut make);
    make.refused(ALICE, "hold_leg", &json!({ "tx_hash": conflicting }), -32003, &[&at.alices.to_string(), "held"]);
    make.rows
}
