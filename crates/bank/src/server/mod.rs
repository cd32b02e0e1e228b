//! A bank on the network: `POST /rpc`, and two addresses that say whose bank it is.
//!
//! [`Server::start`] serves a [`Bank`] on a socket that is given to it. It reads no environment and no file. What strangers send is
//! bounded in size and time, in how many send it and how slowly (`barter_http`), and in depth (by the reader of JSON).

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use barter_http::{BodyError, Connections, Tasks};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, oneshot},
    time::sleep,
};

use crate::{
    rpc::{Call, DISCOVERY_PATHS, Discovery, Failure, MAX_CALL_BYTES, RPC_PATH, Request as Asked, code},
    store::Bank,
};

/// Tells the time, in Unix milliseconds: that at which a call is decided, however long it waited.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How a bank is served.
#[derive(Clone)]
pub struct Settings {
    /// Where others reach it, without `/rpc`; pinned by clients together with its key.
    pub url: String,
    /// What it calls itself.
    pub name: String,
    /// Connections that are open at once. One address may have an eighth of them.
    pub max_connections: usize,
    /// Proxies, which may have all of them: behind each are many.
    pub trusted_proxies: Vec<IpAddr>,
    /// Tells the time.
    pub clock: Clock,
}

impl Settings {
    /// Default of [`max_connections`](Self::max_connections).
    pub const MAX_CONNECTIONS: usize = 512;

    /// A bank of this address and name, by the machine's clock.
    pub fn new(url: impl Into<String>, name: impl Into<String>) -> Self {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis());
        Self {
            url: url.into(),
            name: name.into(),
            max_connections: Self::MAX_CONNECTIONS,
            trusted_proxies: Vec::new(),
            clock: Arc::new(move || u64::try_from(clock()).unwrap_or(u64::MAX)),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, name, max_connections, trusted_proxies, clock: _ } = self;
        formatter
            .debug_struct("Settings")
            .field("url", url)
            .field("name", name)
            .field("max_connections", max_connections)
            .field("trusted_proxies", trusted_proxies)
            .finish_non_exhaustive()
    }
}

/// What all requests share.
struct Service {
    bank: Bank,
    settings: Settings,
    /// KiB of calls that may still be read and wait.
    room: Semaphore,
}

/// KiB of calls that are read or wait at once: what they are read into takes several times as much, and a store that is slow keeps them.
const ROOM_KIB: usize = 64 * 1024;
/// Time between two looks at whether the bank still writes.
const LOOK: Duration = Duration::from_secs(1);

/// A bank that is served. It stops with [`stop`](Self::stop), and when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    bank: Bank,
    tasks: Tasks,
}

impl Server {
    /// Serves, from now on.
    ///
    /// # Errors
    /// The socket is none that can be served on.
    pub fn start(listener: TcpListener, bank: Bank, settings: Settings) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let connections = Connections::new(settings.max_connections).trusting(&settings.trusted_proxies);
        let service = Service { bank: bank.clone(), settings, room: Semaphore::new(ROOM_KIB) };
        let router = router(Arc::new(service));
        let mut tasks = Tasks::new();
        tasks.spawn(barter_http::serve(listener, router, connections, tasks.stopping()));
        Ok(Self { address, bank, tasks })
    }

    /// Where it is.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns once the bank has ended by a fault of this program, and calls are only refused any more. Else never.
    pub async fn ended(&self) {
        while self.bank.is_running() {
            sleep(LOOK).await;
        }
    }

    /// Stops: nobody new is served, and what is being answered has some seconds to be.
    pub async fn stop(self) {
        self.tasks.stop().await;
    }
}

fn router(service: Arc<Service>) -> Router {
    let mut router = Router::new().route(RPC_PATH, post(rpc));
    for path in DISCOVERY_PATHS {
        router = router.route(path, get(discovery));
    }
    router.with_state(service)
}

async fn discovery(State(service): State<Arc<Service>>) -> Response {
    let Settings { url, name, .. } = &service.settings;
    let found = Discovery::new(service.bank.key(), url.clone(), name.clone());
    json_response(StatusCode::OK, &json!(found))
}

async fn rpc(State(service): State<Arc<Service>>, request: Request) -> Response {
    let body = match barter_http::read(request.into_body(), MAX_CALL_BYTES).await {
        Ok(body) => body,
        Err(error) => return unread(error),
    };
    let kib = u32::try_from(body.len().div_ceil(1024)).unwrap_or(u32::MAX);
    // Never closed, and no call is larger than all of it.
    let _room = service.room.acquire_many(kib).await;
    match answer(&service, &body).await {
        Ok(result) => json_response(StatusCode::OK, &result),
        Err(failure) => json_response(status(&failure), &failure.to_json()),
    }
}

async fn answer(service: &Service, body: &[u8]) -> Result<Value, Failure> {
    let call = Call::read(body, &service.bank.key())?;
    let id = call.id;
    let (answered, answer) = oneshot::channel();
    // Read here, where many threads are: the bank's own writes, and does nothing else.
    let asked = Asked::read(call);
    let clock = Arc::clone(&service.settings.clock);
    service.bank.submit(
        asked,
        move || clock(),
        move |answer| {
            // Who asked may have gone.
            let _ = answered.send(answer);
        },
    )?;
    let stopped = |_| Failure::refused(code::INTERNAL, "the bank is stopping", id);
    let result = answer.await.map_err(stopped)??;
    Ok(json!({ "jsonrpc": "2.0", "id": id.as_str(), "result": result }))
}

/// A call that did not come, whole and in time.
fn unread(error: BodyError) -> Response {
    json_response(error.status(), &Failure::envelope(code::SHAPE, error.to_string(), None).to_json())
}

fn status(failure: &Failure) -> StatusCode {
    StatusCode::from_u16(failure.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}
