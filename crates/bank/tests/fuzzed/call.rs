//! Any bytes as a call to a bank that is served: as they are, and filled in and signed by somebody with an account.
//!
//! A text of the filled-in kind that begins with `@` stands for something: `@bank`, `@minter` and `@holder` for keys, `@promise`, `@own`
//! and `@other` for what was opened, `@ulid` for a new one, `@<field>` for the hash of what is in that field of the parameters (of a
//! list, with the place), `@last` and `@terms` for the deal last proposed, and `@sig` for the signature of what it is in.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Mutex, OnceLock, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use barter_bank::{
    document::{Hash, PublicKey, SecretKey, Ulid, canonical},
    ledger::Policy,
    rpc::Call,
    server::{Server, Settings},
    store::Bank,
};
use barter_store::Location;
use serde_json::{Map, Value, json};

use super::{check_error, key};

const BANK: u8 = 1;
const MINTER: u8 = 2;
const HOLDER: u8 = 3;
/// Parameters that others name by their hash, in the order in which they are filled in.
const NAMED: [&str; 5] = ["pocket", "promise", "account", "records", "tx"];

/// A bank that is served, and what is known of it. One for all inputs, so that an answer is as fast as a bank's.
struct Desk {
    address: SocketAddr,
    connection: Option<TcpStream>,
    known: BTreeMap<String, Value>,
    made: u64,
    _server: Server,
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

static DESK: OnceLock<Mutex<Desk>> = OnceLock::new();

/// Sends them, and the call that they are a sketch of. True if that was answered with a result.
pub(crate) fn check(bytes: &[u8]) -> bool {
    let desk = DESK.get_or_init(|| Mutex::new(Desk::new()));
    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    desk.ask(bytes);
    let Ok(Value::Object(sketch)) = canonical::read(bytes) else { return false };
    desk.ask_for(&sketch).is_some()
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::file(folder.path().join("bank.db"));
        let bank = Bank::open(&location, key(BANK), Policy::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let server = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            Server::start(listener, bank, Settings::new(format!("http://{address}"), "a bank")).unwrap()
        });
        let key_of = |seed: u8| json!(key(seed).public().to_string());
        let known = [("@bank", key_of(BANK)), ("@minter", key_of(MINTER)), ("@holder", key_of(HOLDER))];
        let known = known.map(|(name, value)| (name.to_owned(), value)).into();
        let mut desk =
            Self { address, connection: None, known, made: 0, _server: server, _runtime: runtime, _folder: folder };
        let promise =
            json!({ "type": "promise", "pubkey": "@minter", "ulid": "@ulid", "bank": "@bank", "name": "an hour" });
        let minted = desk.result("mint_promise", "@minter", &json!({ "promise": promise }));
        desk.known.insert("@promise".to_owned(), minted["promise_hash"].clone());
        desk.known.insert("@own".to_owned(), minted["account_hash"].clone());
        let pocket = json!({ "type": "pocket", "pubkey": "@holder", "ulid": "@ulid", "name": "" });
        let account = json!({ "type": "account", "pubkey": "@holder", "ulid": "@ulid", "pocket": "@pocket", "promise": "@promise" });
        let opened = desk.result("open_account", "@holder", &json!({ "account": account, "pocket": pocket }));
        desk.known.insert("@other".to_owned(), opened["account_hash"].clone());
        desk
    }

    fn result(&mut self, method: &str, caller: &str, params: &Value) -> Value {
        let sketch = json!({ "method": method, "caller": caller, "params": params });
        self.ask_for(sketch.as_object().unwrap()).unwrap_or_else(|| panic!("refused: {sketch}"))
    }

    fn ulid(&mut self) -> Ulid {
        self.made += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let mut randomness = [0; 10];
        randomness[2..].copy_from_slice(&self.made.to_be_bytes());
        Ulid::new(now.try_into().unwrap(), randomness)
    }

    /// Asks for what is sketched; the result, if there is one.
    fn ask_for(&mut self, sketch: &Map<String, Value>) -> Option<Value> {
        let method = sketch.get("method").and_then(Value::as_str).unwrap_or_default();
        let caller = if sketch.get("caller") == Some(&json!("@holder")) { HOLDER } else { MINTER };
        let params = sketch.get("params").cloned().unwrap_or(Value::Null);
        let (params, known) = self.filled(params);
        let body = Call::write(self.ulid(), method, &params, &key(BANK).public(), &key(caller));
        let result = self.ask(&body)?;
        if method == "propose_leg" {
            let fields = ["role", "predecessors", "awaits"].map(|field| (field, params.get(field).cloned()));
            let mut terms: Map<String, Value> = fields
                .into_iter()
                .map(|(field, value)| (field.to_owned(), value.unwrap_or_else(|| json!([]))))
                .collect();
            terms.insert("legs".to_owned(), params.get("legs").cloned().unwrap_or_else(|| json!({})));
            terms.insert("bank".to_owned(), known["@bank"].clone());
            terms.insert("records".to_owned(), result["owned_records"].clone());
            self.known.insert("@last".to_owned(), result["tx_hash"].clone());
            self.known.insert("@terms".to_owned(), Value::Object(terms));
        }
        Some(result)
    }

    /// The parameters, with what is named in them.
    fn filled(&mut self, mut params: Value) -> (Value, BTreeMap<String, Value>) {
        let mut known = self.known.clone();
        if let Value::Object(fields) = &mut params {
            for name in NAMED {
                let Some(value) = fields.get_mut(name) else { continue };
                self.fill(value, &known);
                match value {
                    Value::Array(items) => {
                        known
                            .extend(items.iter().zip(0..).map(|(item, place)| (format!("@{name}{place}"), hash(item))));
                    }
                    value => _ = known.insert(format!("@{name}"), hash(value)),
                }
            }
        }
        self.fill(&mut params, &known);
        (params, known)
    }

    fn fill(&mut self, value: &mut Value, known: &BTreeMap<String, Value>) {
        match value {
            Value::String(text) if text == "@ulid" => *value = json!(self.ulid().to_string()),
            Value::String(text) => *value = known.get(text).cloned().unwrap_or_else(|| json!(text)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item, known)),
            Value::Object(fields) => {
                let is_signed = fields.get("sig") == Some(&json!("@sig"));
                fields.values_mut().for_each(|item| self.fill(item, known));
                let signer = fields.get("pubkey").and_then(signer).filter(|_| is_signed);
                if let Some(signer) = signer {
                    fields.remove("sig");
                    let hash = Hash::of(canonical::write(&json!(fields)).unwrap().as_bytes());
                    fields.insert("sig".to_owned(), json!(signer.sign(&hash).to_string()));
                }
            }
            _ => {}
        }
    }

    /// Sends a body, and looks at whether what is answered is an answer. The result, if it is one.
    fn ask(&mut self, body: &[u8]) -> Option<Value> {
        // A connection has a life of its own.
        let (status, answer) = self.exchange(body).or_else(|| self.exchange(body)).expect("an answer over HTTP");
        let shown = || format!("{}\nis answered with {status}\n{}", show(body), show(&answer));
        let answer: Map<String, Value> =
            serde_json::from_slice(&answer).unwrap_or_else(|error| panic!("{error}: {}", shown()));
        let sent = canonical::read(body).unwrap_or_default();
        let id = sent.get("id").and_then(Value::as_str).filter(|id| id.parse::<Ulid>().is_ok());
        assert_eq!((&answer["jsonrpc"], &answer["id"], answer.len()), (&json!("2.0"), &json!(id), 3), "{}", shown());
        let Some(error) = answer.get("error") else {
            assert!(status == 200 && answer["result"].is_object(), "{}", shown());
            return Some(answer["result"].clone());
        };
        assert_eq!(error.as_object().map(Map::len), Some(2), "{}", shown());
        check_error(&error["message"].as_str().unwrap_or_else(|| panic!("{}", shown())));
        let expected: &[u16] = match error["code"].as_i64() {
            Some(-32700 | -32600 | -32002) => &[400],
            Some(-32601) => &[404],
            Some(-32602 | -32000 | -32003 | -32005) => &[200],
            // The envelope's, or the ledger's.
            Some(-32001) => &[400, 200],
            _ => &[],
        };
        assert!(expected.contains(&status), "{}", shown());
        None
    }

    fn exchange(&mut self, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        let mut stream = match self.connection.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).ok()?,
        };
        let mut request =
            format!("POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
        request.extend_from_slice(body);
        stream.write_all(&request).ok()?;
        let mut read = Vec::new();
        let (head, length) = loop {
            let mut some = [0; 4096];
            let count = stream.read(&mut some).ok().filter(|count| *count > 0)?;
            read.extend_from_slice(&some[..count]);
            let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            let length: usize = head.split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
            if read.len() >= end + 4 + length {
                break (head, length);
            }
        };
        self.connection = Some(stream);
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, read[read.len() - length..].to_vec()))
    }
}

fn hash(document: &Value) -> Value {
    let mut document = document.clone();
    if let Value::Object(fields) = &mut document {
        fields.remove("sig");
    }
    json!(Hash::of(canonical::write(&document).unwrap().as_bytes()).to_string())
}

/// Whose key is known here; the bank signs for itself alone.
fn signer(pubkey: &Value) -> Option<SecretKey> {
    let pubkey: PublicKey = pubkey.as_str()?.parse().ok()?;
    [MINTER, HOLDER].map(key).into_iter().find(|key| key.public() == pubkey)
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
