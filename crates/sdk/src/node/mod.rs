//! JSON-RPC over HTTP: one place that makes requests, and the only one that knows the node's whole address.
//!
//! Not one of alloy's transports, for three reasons: their errors show the address with its key, they read an answer of any
//! length, and the chain id could not ride along with the first read.

mod endpoint;
mod page;
mod scan;
mod wire;

use std::{
    error::Error as _,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use alloy_primitives::{Address, B256, Bytes, U64, U128, U256};
use alloy_sol_types::SolCall;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use reqwest::{Client, StatusCode, header, redirect::Policy};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

use crate::Error;
pub(crate) use endpoint::Endpoint;
pub(crate) use page::{is_near_head, read_page};
pub(crate) use scan::{DEFAULT_PAGE_BLOCKS, LogFilter, Scan};
pub(crate) use wire::{BlockReceipt, Header, Log, Receipt};

/// Longest answer that is read, in bytes: more than a page of 500 trades or 10,000 logs needs.
const MAX_RESPONSE_BYTES: usize = 64 << 20;
/// How often a request is made when the node says it is too busy.
const MAX_ATTEMPTS: u32 = 4;
/// First wait before trying a busy node again; each further one is twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(250);
/// Longest wait that a busy node may ask for.
const MAX_BACKOFF: Duration = Duration::from_secs(5);
/// The one method that does something: a second request may find that the first one did it.
const SEND_METHOD: &str = "eth_sendRawTransaction";
/// Requests that go together in one of HTTP. Providers take at least this many.
const REQUESTS_A_BATCH: usize = 20;
/// HTTP requests that are made at once on behalf of one question.
const REQUESTS_AT_ONCE: usize = 8;
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A node of one chain.
#[derive(Debug)]
pub(crate) struct Node {
    http: Client,
    endpoint: Endpoint,
    chain_id: u64,
    timeout: Duration,
    chain_verified: AtomicBool,
    takes_no_batches: AtomicBool,
}

/// One answer of JSON-RPC. `result` may be `null`, which is not the same as missing.
#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    id: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Box<RawValue>>,
    #[serde(default)]
    error: Option<ReplyError>,
}

#[derive(Deserialize)]
struct ReplyError {
    code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    data: Value,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// A request: its method and parameters.
type Request = (&'static str, Value);

impl Node {
    pub(crate) fn new(endpoint: Endpoint, chain_id: u64, timeout: Duration) -> Result<Self, Error> {
        let builder = if endpoint.is_loopback() { Client::builder().no_proxy() } else { Client::builder() };
        let http = builder
            .tls_backend_preconfigured(tls_config(endpoint.is_https())?)
            // A node that sends elsewhere would be handed the key and the transactions.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| Error::Tls { reason: error.to_string() })?;
        Ok(Self {
            http,
            endpoint,
            chain_id,
            timeout,
            chain_verified: AtomicBool::default(),
            takes_no_batches: AtomicBool::default(),
        })
    }

    /// The chain it should be on.
    pub(crate) const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Scheme, host and port.
    pub(crate) fn shown(&self) -> &str {
        self.endpoint.shown()
    }

    /// Somebody else's text, made fit for a message.
    pub(crate) fn quote(&self, text: &str) -> String {
        self.endpoint.quote(text)
    }

    /// Says that an answer to `method` cannot be used.
    pub(crate) fn invalid(&self, method: &'static str, reason: impl Into<String>) -> Error {
        Error::InvalidResponse { endpoint: self.shown().to_owned(), method, reason: reason.into() }
    }

    // ---------------------------------------------------------------------------------------- the chain

    /// Asks for the chain id, and requires the expected one.
    pub(crate) async fn require_chain(&self) -> Result<(), Error> {
        let actual: U64 = self.request("eth_chainId", json!([])).await?;
        self.check_chain(actual)
    }

    /// As [`require_chain`](Self::require_chain), once.
    pub(crate) async fn require_chain_once(&self) -> Result<(), Error> {
        if self.chain_verified.load(Ordering::Relaxed) { Ok(()) } else { self.require_chain().await }
    }

    fn check_chain(&self, actual: U64) -> Result<(), Error> {
        if actual.to::<u64>() != self.chain_id {
            return Err(Error::WrongChain { expected: self.chain_id, actual: actual.to() });
        }
        self.chain_verified.store(true, Ordering::Relaxed);
        Ok(())
    }

    // ---------------------------------------------------------------------------------------- reading

    /// Calls a view at the latest block. The very first time, the chain id is asked for in the same HTTP request.
    pub(crate) async fn view<C: SolCall>(&self, contract: Address, call: &C) -> Result<C::Return, Error> {
        self.view_at(contract, call, "latest").await
    }

    /// Calls a view on top of everything pending.
    pub(crate) async fn view_pending<C: SolCall>(&self, contract: Address, call: &C) -> Result<C::Return, Error> {
        self.view_at(contract, call, "pending").await
    }

    async fn view_at<C: SolCall>(&self, contract: Address, call: &C, block: &str) -> Result<C::Return, Error> {
        let request = eth_call(contract, &Bytes::from(call.abi_encode()), None, &json!(block));
        let output: Bytes = if self.chain_verified.load(Ordering::Relaxed) {
            self.request(request.0, request.1).await?
        } else {
            self.request_with_chain(request).await?
        };
        self.returned::<C>(contract, &output)
    }

    /// What a view of a contract returned.
    pub(crate) fn returned<C: SolCall>(&self, contract: Address, output: &Bytes) -> Result<C::Return, Error> {
        if output.is_empty() {
            return Err(Error::NoContract { address: contract, chain_id: self.chain_id });
        }
        C::abi_decode_returns(output).map_err(|error| {
            self.invalid("eth_call", format!("what {} returns does not decode: {error}", C::SIGNATURE))
        })
    }

    /// Calls one view of a contract many times at a block, in as few HTTP requests as the node takes.
    pub(crate) async fn views_at<C: SolCall>(
        &self,
        contract: Address,
        calls: &[C],
        block: &Value,
    ) -> Result<Vec<C::Return>, Error> {
        let requests = calls.iter().map(|call| eth_call(contract, &call.abi_encode().into(), None, block));
        let outputs: Vec<Bytes> = self.requests("eth_call", requests.collect()).await?;
        outputs.iter().map(|output| self.returned::<C>(contract, output)).collect()
    }

    /// Calls views of several contracts at a block, in one HTTP request if the node takes batches: what each returned, to be read by
    /// [`returned`](Self::returned).
    pub(crate) async fn outputs_at(&self, calls: &[(Address, Bytes)], block: &Value) -> Result<Vec<Bytes>, Error> {
        let requests = calls.iter().map(|(contract, data)| eth_call(*contract, data, None, block));
        self.requests("eth_call", requests.collect()).await
    }

    async fn request_with_chain<R: DeserializeOwned>(&self, request: Request) -> Result<R, Error> {
        let method = request.0;
        let Some(replies) = self.batch(method, &[("eth_chainId", json!([])), request.clone()]).await? else {
            // A node that takes no batches; they are optional in practice.
            self.require_chain().await?;
            return self.request(request.0, request.1).await;
        };
        let mut replies = replies.into_iter();
        let (Some(chain), Some(answer)) = (replies.next(), replies.next()) else {
            return Err(self.invalid(method, "a batch of two requests has other answers"));
        };
        self.check_chain(self.read("eth_chainId", chain)?)?;
        self.read(method, answer)
    }

    /// Simulates a call from `from` at `block`. What it returns is of no interest, that it does not revert is.
    pub(crate) async fn simulate(&self, to: Address, data: &Bytes, from: Address, block: Value) -> Result<(), Error> {
        let (method, params) = eth_call(to, data, Some(from), &block);
        self.request::<Bytes>(method, params).await.map(drop)
    }

    /// Simulates a contract's creation by `from` on top of everything pending.
    pub(crate) async fn simulate_creation(&self, init_code: &Bytes, from: Address) -> Result<(), Error> {
        let creation = json!({ "from": from, "data": init_code });
        self.request::<Bytes>("eth_call", json!([creation, "pending"])).await.map(drop)
    }

    /// Gas a call needs on top of everything pending.
    pub(crate) async fn estimate_gas(&self, to: Address, data: &Bytes, from: Address) -> Result<u64, Error> {
        let call = json!({ "from": from, "to": to, "data": data });
        let gas: U64 = self.request("eth_estimateGas", json!([call, "pending"])).await?;
        Ok(gas.to())
    }

    /// Code at an address, at a block.
    pub(crate) async fn code(&self, address: Address, block: Value) -> Result<Bytes, Error> {
        self.request("eth_getCode", json!([address, block])).await
    }

    /// Ether of a wallet, in wei.
    pub(crate) async fn balance(&self, wallet: Address) -> Result<U256, Error> {
        self.request("eth_getBalance", json!([wallet, "latest"])).await
    }

    /// Transactions of a wallet: mined with `"latest"`, and waiting ones too with `"pending"`.
    pub(crate) async fn transaction_count(&self, wallet: Address, block: &'static str) -> Result<u64, Error> {
        let count: U64 = self.request("eth_getTransactionCount", json!([wallet, block])).await?;
        Ok(count.to())
    }

    /// Whether the node has a transaction, mined or waiting.
    pub(crate) async fn knows_transaction(&self, hash: B256) -> Result<bool, Error> {
        let found: Option<Value> = self.request("eth_getTransactionByHash", json!([hash])).await?;
        Ok(found.is_some())
    }

    /// The receipt of a mined transaction.
    pub(crate) async fn receipt(&self, hash: B256) -> Result<Option<Receipt>, Error> {
        self.request("eth_getTransactionReceipt", json!([hash])).await
    }

    /// The latest block.
    pub(crate) async fn head(&self) -> Result<Header, Error> {
        let head: Option<Header> = self.request("eth_getBlockByNumber", json!(["latest", false])).await?;
        head.ok_or_else(|| self.invalid("eth_getBlockByNumber", "it has no latest block"))
    }

    /// The block with this number, if the chain is that long.
    pub(crate) async fn header(&self, number: u64) -> Result<Option<Header>, Error> {
        let header = self.request("eth_getBlockByNumber", json!([U64::from(number), false])).await?;
        self.of_number(number, header)
    }

    /// The blocks with these numbers, in as few HTTP requests as the node takes.
    #[cfg(feature = "index")]
    pub(crate) async fn headers(&self, numbers: &[u64]) -> Result<Vec<Option<Header>>, Error> {
        let method = "eth_getBlockByNumber";
        let requests = numbers.iter().map(|number| (method, json!([U64::from(*number), false])));
        let headers: Vec<Option<Header>> = self.requests(method, requests.collect()).await?;
        numbers.iter().zip(headers).map(|(number, header)| self.of_number(*number, header)).collect()
    }

    /// The block that was asked for. In another one's place, whatever lies between the two would be taken for read.
    fn of_number(&self, number: u64, header: Option<Header>) -> Result<Option<Header>, Error> {
        match header {
            Some(header) if header.number() != number => {
                let given = header.number();
                Err(self.invalid("eth_getBlockByNumber", format!("block {given} was given, expected block {number}")))
            }
            header => Ok(header),
        }
    }

    /// What the node holds for a fitting tip, in wei for a unit of gas. `None` if it has no opinion: the method is common,
    /// and in no standard.
    pub(crate) async fn suggested_tip_wei(&self) -> Result<Option<u128>, Error> {
        match self.request::<U128>("eth_maxPriorityFeePerGas", json!([])).await {
            Ok(tip) => Ok(Some(tip.to())),
            Err(Error::NodeRefused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Logs that fit a filter of JSON-RPC.
    pub(crate) async fn logs(&self, filter: &Value) -> Result<Vec<Log>, Error> {
        self.request("eth_getLogs", json!([filter])).await
    }

    /// The receipts of a block, given by its number or hash; none if the node does not have the block.
    pub(crate) async fn block_receipts(&self, block: &Value) -> Result<Option<Vec<BlockReceipt>>, Error> {
        self.request("eth_getBlockReceipts", json!([block])).await
    }

    /// Hands over a signed transaction.
    pub(crate) async fn send_raw(&self, raw: &Bytes) -> Result<(), Error> {
        self.request::<Value>(SEND_METHOD, json!([raw])).await.map(drop)
    }

    /// Moves the clock of a node for tests, and has it mine a block.
    pub(crate) async fn skip_time(&self, seconds: u64) -> Result<(), Error> {
        self.request::<Value>("evm_increaseTime", json!([seconds])).await?;
        self.request::<Value>("evm_mine", json!([])).await.map(drop)
    }

    // ---------------------------------------------------------------------------------------- requests

    async fn request<R: DeserializeOwned>(&self, method: &'static str, params: Value) -> Result<R, Error> {
        let body = json!({ "jsonrpc": "2.0", "id": 0, "method": method, "params": params });
        let (status, answer) = self.post(method, &body).await?;
        let reply: Reply = self.parse(method, status, &answer)?;
        if reply.id.is_some_and(|id| id != 0) {
            return Err(self.invalid(method, "it answers another request"));
        }
        self.read(method, reply)
    }

    /// Makes requests of one method, [`REQUESTS_A_BATCH`] in one of HTTP and [`REQUESTS_AT_ONCE`] of those at a time. What is
    /// refused in company is asked for alone: a node may limit what a batch costs.
    async fn requests<R: DeserializeOwned>(
        &self,
        method: &'static str,
        requests: Vec<Request>,
    ) -> Result<Vec<R>, Error> {
        // Collected: a closure within the stream would keep the future from being sent between threads.
        let batches: Vec<_> =
            requests.chunks(REQUESTS_A_BATCH).map(|batch| self.request_together(method, batch)).collect();
        let answers: Vec<Vec<R>> = stream::iter(batches).buffered(REQUESTS_AT_ONCE).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn request_together<R: DeserializeOwned>(
        &self,
        method: &'static str,
        requests: &[Request],
    ) -> Result<Vec<R>, Error> {
        let mut replies = None;
        if requests.len() > 1 && !self.takes_no_batches.load(Ordering::Relaxed) {
            replies = self.batch(method, requests).await?;
            self.takes_no_batches.store(replies.is_none(), Ordering::Relaxed);
        }
        let mut replies = replies.map(Vec::into_iter);
        let mut answers = Vec::with_capacity(requests.len());
        for (method, params) in requests {
            let reply = replies.as_mut().and_then(Iterator::next).filter(|reply| reply.error.is_none());
            answers.push(match reply {
                Some(reply) => self.read(method, reply)?,
                None => self.request(method, params.clone()).await?,
            });
        }
        Ok(answers)
    }

    /// Requests in one of HTTP, `method` for the messages. `None` if the node does not take batches.
    async fn batch(&self, method: &'static str, requests: &[Request]) -> Result<Option<Vec<Reply>>, Error> {
        let body: Vec<Value> = requests
            .iter()
            .enumerate()
            .map(|(id, (method, params))| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .collect();
        let (status, answer) = self.post(method, &Value::Array(body)).await?;
        if !answer.trim_ascii_start().starts_with(b"[") {
            // A single answer: the node's error, or its way of saying that it takes no batches. A status without one is
            // told as it is; it would come again.
            return self.parse::<Reply>(method, status, &answer).map(|_| None);
        }
        let mut replies: Vec<Reply> = self.parse(method, status, &answer)?;
        replies.sort_by_key(|reply| reply.id);
        let is_whole = replies.len() == requests.len();
        if !is_whole || replies.iter().zip(0..).any(|(reply, id)| reply.id != Some(id)) {
            return Err(self.invalid(method, format!("a batch of {} requests has other answers", requests.len())));
        }
        Ok(Some(replies))
    }

    fn parse<R: DeserializeOwned>(&self, method: &'static str, status: StatusCode, answer: &[u8]) -> Result<R, Error> {
        serde_json::from_slice(answer).map_err(|error| {
            if status.is_success() {
                self.invalid(method, format!("it is no JSON-RPC: {}", self.endpoint.quote(&error.to_string())))
            } else {
                Error::HttpStatus { endpoint: self.shown().to_owned(), method, status: status.as_u16() }
            }
        })
    }

    fn read<R: DeserializeOwned>(&self, method: &'static str, reply: Reply) -> Result<R, Error> {
        if let Some(error) = reply.error {
            return Err(Error::NodeRefused {
                endpoint: self.shown().to_owned(),
                method,
                code: error.code,
                message: self.endpoint.quote(&error.message),
                revert_data: revert_data(&error.data),
            });
        }
        let result = reply.result.ok_or_else(|| self.invalid(method, "it has neither result nor error"))?;
        serde_json::from_str(result.get()).map_err(|error| {
            self.invalid(method, format!("its result does not fit: {}", self.endpoint.quote(&error.to_string())))
        })
    }

    /// Posts a body and reads the answer, within the timeout; again if the node says that it is too busy.
    async fn post(&self, method: &'static str, body: &Value) -> Result<(StatusCode, Vec<u8>), Error> {
        let body = body.to_string();
        let mut backoff = FIRST_BACKOFF;
        for _ in 1..MAX_ATTEMPTS {
            match self.post_once(method, &body).await? {
                Answer::Complete(status, answer) => return Ok((status, answer)),
                // Only 429 says that nothing was done. Whoever hands a transaction over must know that it may have arrived.
                Answer::Busy { status: status @ StatusCode::SERVICE_UNAVAILABLE, .. } if method == SEND_METHOD => {
                    return Err(Error::HttpStatus {
                        endpoint: self.shown().to_owned(),
                        method,
                        status: status.as_u16(),
                    });
                }
                Answer::Busy { retry_after, .. } => {
                    tokio::time::sleep(retry_after.unwrap_or(backoff).min(MAX_BACKOFF)).await;
                    backoff *= 2;
                }
            }
        }
        match self.post_once(method, &body).await? {
            Answer::Complete(status, answer) => Ok((status, answer)),
            Answer::Busy { status, .. } => {
                Err(Error::HttpStatus { endpoint: self.shown().to_owned(), method, status: status.as_u16() })
            }
        }
    }

    async fn post_once(&self, method: &'static str, body: &str) -> Result<Answer, Error> {
        match tokio::time::timeout(self.timeout, self.exchange(method, body.to_owned())).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::RequestTimedOut { endpoint: self.shown().to_owned(), method, waited: self.timeout }),
        }
    }

    async fn exchange(&self, method: &'static str, body: String) -> Result<Answer, Error> {
        let request = self
            .http
            .post(self.endpoint.url().clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .body(body);
        let mut response = request.send().await.map_err(|error| self.unreachable(method, error))?;
        let status = response.status();
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            let seconds =
                response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            return Ok(Answer::Busy { status, retry_after: seconds.map(Duration::from_secs) });
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(method, error))? {
            if answer.len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(self.invalid(method, format!("it is longer than {MAX_RESPONSE_BYTES} bytes")));
            }
            answer.extend_from_slice(&chunk);
        }
        Ok(Answer::Complete(status, answer))
    }

    /// Says why the node could not be reached, without the address that reqwest puts into its messages.
    fn unreachable(&self, method: &'static str, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            reason = format!("{reason}: {error}");
            cause = error.source();
        }
        Error::Network { endpoint: self.shown().to_owned(), method, reason: self.endpoint.quote(&reason) }
    }
}

/// What came back over HTTP.
enum Answer {
    Complete(StatusCode, Vec<u8>),
    Busy { status: StatusCode, retry_after: Option<Duration> },
}

fn eth_call(to: Address, data: &Bytes, from: Option<Address>, block: &Value) -> Request {
    let call = match from {
        Some(from) => json!({ "from": from, "to": to, "data": data }),
        None => json!({ "to": to, "data": data }),
    };
    ("eth_call", json!([call, block]))
}

/// What a reverted call returned. Most nodes give it as `data`, some wrap it in an object that has `data`.
fn revert_data(data: &Value) -> Option<Bytes> {
    let text = data.as_str().or_else(|| data.get("data")?.as_str())?;
    text.parse().ok()
}

/// TLS with ring, which builds faster and with less than reqwest's own choice, and the system's certificates. Over plain
/// HTTP there is nothing to encrypt, and a machine without certificates is no obstacle.
fn tls_config(is_https: bool) -> Result<rustls::ClientConfig, Error> {
    use rustls_platform_verifier::BuilderVerifierExt as _;
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls { reason: error.to_string() })?;
    if !is_https {
        return Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth());
    }
    let builder = builder.with_platform_verifier().map_err(|error| Error::Tls { reason: error.to_string() })?;
    Ok(builder.with_no_client_auth())
}
