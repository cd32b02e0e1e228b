//! A node behind the part of LND's REST interface that the feature `lnd` uses, on this machine alone.
//!
//! Several programs can so share one node that lives in one of them, and talk to it as to any LND. Plain HTTP on 127.0.0.1, behind
//! a macaroon that is made anew for each server: 32 random bytes, which allow everything. Nothing is kept when it stops.
//!
//! Paths, field names, encodings and errors are LND's (0.21); a field that is not served is refused, as LND refuses one it does not
//! know. What LND does and a [`Lightning`] does not tell, such as amounts in the list of HTLCs, is left out of answers.

mod answer;
mod encoding;
mod gate;
mod info;
mod invoices;
mod payments;
mod routes;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bitcoin::hex::DisplayHex;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::sleep,
};

use crate::{Error, Lightning};
use gate::{Gate, MACAROON_BYTES};

/// Payments and looks at payments that may be under way at once.
const MAX_STREAMS: usize = 256;

/// How long answers that are being written may take when the server stops.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// Tells what a node's channels hold on its side, in satoshis, without payments that are under way.
pub type BalanceSats = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How a server shall be.
#[derive(Clone, Default)]
pub struct ServerSettings {
    /// Port of 127.0.0.1 to listen on; 0 takes any free one.
    pub port: u16,
    /// Tells the node's balance, which a [`Lightning`] does not; without, nobody is told.
    pub balance_sats: Option<BalanceSats>,
}

impl fmt::Debug for ServerSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ServerSettings(port {})", self.port)
    }
}

/// A node that is served. It stops with [`stop`](Self::stop), and when it is dropped.
pub struct Server {
    address: SocketAddr,
    macaroon: [u8; MACAROON_BYTES],
    stopping: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Server({}, macaroon hidden)", self.address)
    }
}

/// What all requests share.
struct Service<N> {
    node: N,
    balance_sats: Option<BalanceSats>,
    streams: Arc<Semaphore>,
    /// Turns true when the server stops.
    stopping: watch::Receiver<bool>,
}

impl Server {
    /// Serves a node, from now on.
    ///
    /// # Errors
    /// [`Error::NotServed`] if the port is taken, or the machine gives no random bytes.
    pub async fn start<N: Lightning + 'static>(node: N, settings: ServerSettings) -> Result<Self, Error> {
        let ServerSettings { port, balance_sats } = settings;
        let not_served = |reason: String| Error::NotServed { port, reason };
        let mut macaroon = [0; MACAROON_BYTES];
        getrandom::fill(&mut macaroon).map_err(|error| not_served(format!("no random bytes: {error}")))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(|error| not_served(error.to_string()))?;
        let address = listener.local_addr().map_err(|error| not_served(error.to_string()))?;
        let (stopping, stopped) = watch::channel(false);
        let service =
            Service { node, balance_sats, streams: Arc::new(Semaphore::new(MAX_STREAMS)), stopping: stopped.clone() };
        let serving = axum::serve(listener, routes::routes(service, Gate::new(&macaroon)))
            .with_graceful_shutdown(stop(stopped.clone()));
        let serving = tokio::spawn(async move {
            tokio::select! {
                // It only ends when told to: an error while accepting a connection is tried again inside.
                _ = serving => {}
                () = async { stop(stopped).await; sleep(STOP_LIMIT).await } => {}
            }
        });
        Ok(Self { address, macaroon, stopping, serving })
    }

    /// Where it is: `http://127.0.0.1:` and the port.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What requests have to show, as LND's macaroon files hold it. A secret: whoever has it can pay.
    pub fn macaroon(&self) -> &[u8] {
        &self.macaroon
    }

    /// What requests have to show, as they do it: in hexadecimal. A secret: whoever has it can pay.
    pub fn macaroon_hex(&self) -> String {
        self.macaroon.to_lower_hex_string()
    }

    /// Stops, and waits until nobody is served any more. Payments that were begun go on in the node.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        // It ends by itself in any case; a panic in it was told where it happened.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
    }
}

/// Returns when the server stops.
async fn stop(mut stopping: watch::Receiver<bool>) {
    // The sender is gone only when the server is.
    let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
}
