//! Connections: how many, how long, and how they end.

use std::{
    collections::HashMap,
    io::{self, IoSlice},
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{Sleep, sleep, timeout},
};
use tower_service::Service as _;

use super::{
    client::{Peer, network},
    metrics::Metrics,
};

/// How long the head of a request may take, also on a connection that is idle.
const HEAD_LIMIT: Duration = Duration::from_secs(15);
/// Most bytes of a head, and most headers in it.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// How long a connection lives: after this it is closed behind the request that it is at.
const LIFETIME: Duration = Duration::from_mins(10);
/// How long what is being answered may take when its connection or the service ends.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How long a client may take none of its answer.
const WRITE_LIMIT: Duration = Duration::from_secs(30);
/// The share of all connections that one address may have open, of IPv6 one network: one in so many.
const ADDRESS_SHARE: usize = 8;
/// After the system would not give a connection, such as for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until told to stop; then waits for what is being answered.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    max_connections: usize,
    trusted_proxies: &[IpAddr],
    metrics: Arc<Metrics>,
    mut stopping: watch::Receiver<bool>,
) {
    let places = Places::new(max_connections.max(1), trusted_proxies);
    let mut connections = JoinSet::new();
    loop {
        // Only who has a place is accepted: the others wait in the system's queue.
        let place = tokio::select! {
            _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
            Some(_) = connections.join_next() => continue,
            place = Arc::clone(&places.free).acquire_owned() => place,
        };
        // The semaphore is never closed.
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Some(place) = places.take(peer, place) {
                    metrics.connections.inc();
                    let (router, stopping) = (router.clone(), stopping.clone());
                    let metrics = Arc::clone(&metrics);
                    connections.spawn(async move {
                        connection(stream, peer, router, stopping).await;
                        metrics.connections.dec();
                        drop(place);
                    });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if timeout(STOP_LIMIT + Duration::from_secs(1), ended).await.is_err() {
        tracing::warn!("connections were cut off");
    }
}

/// One connection, until it ends.
async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, mut stopping: watch::Receiver<bool>) {
    // Answers are small; without, the last of one would wait for the first of the next.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        // A router is always ready.
        router.clone().call(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(2 * MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Written { stream, stalled: None }), service);
    let mut served = pin!(served);
    tokio::select! {
        // What went wrong on the way is the client's, or nobody's.
        _ = served.as_mut() => return,
        _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
        () = sleep(LIFETIME) => {}
    }
    served.as_mut().graceful_shutdown();
    let _ = timeout(STOP_LIMIT, served).await;
}

/// A stream that fails once it could not be written to for [`WRITE_LIMIT`]: who reads nothing keeps no answer in memory for long.
struct Written<S> {
    stream: S,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Written<S> {
    /// What a write came to, unless it has been waited for too long.
    fn written<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(WRITE_LIMIT)));
        stalled.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Written<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Written<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A socket has nothing to flush: its being ready says nothing of the client.
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.written(context, shut)
    }
}

/// Who has connections.
struct Places {
    free: Arc<Semaphore>,
    of_one: usize,
    /// Behind each of these are many.
    unbounded: Vec<IpAddr>,
    /// No longer than there are places.
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's place, given back when dropped.
struct Place {
    places: Arc<Places>,
    address: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    fn new(count: usize, unbounded: &[IpAddr]) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(count)),
            of_one: count.div_ceil(ADDRESS_SHARE),
            unbounded: unbounded.to_vec(),
            addresses: Mutex::default(),
        })
    }

    /// A place for this peer, unless it has its share of them.
    fn take(self: &Arc<Self>, peer: SocketAddr, permit: OwnedSemaphorePermit) -> Option<Place> {
        let address = network(peer.ip().to_canonical());
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = addresses.entry(address).or_default();
        if *taken >= self.of_one && !self.unbounded.contains(&peer.ip().to_canonical()) {
            return None;
        }
        *taken += 1;
        Some(Place { places: Arc::clone(self), address, _permit: permit })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.places.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = addresses.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many connections these addresses get, one after the other, of 16.
    fn taken(addresses: impl Iterator<Item = String>) -> usize {
        let places = Places::new(16, &["2001:db8:9::1".parse().unwrap()]);
        let mut held = Vec::new();
        for address in addresses {
            let permit = Arc::clone(&places.free).try_acquire_owned().unwrap();
            held.extend(places.take(SocketAddr::new(address.parse().unwrap(), 1), permit));
        }
        held.len()
    }

    #[test]
    fn a_network_has_its_share_however_many_addresses_it_has() {
        assert_eq!(taken((0..9).map(|number| format!("2001:db8::{number:x}"))), 2);
        assert_eq!(taken((0..9).map(|number| format!("2001:db8:0:{number:x}::1"))), 9);
        assert_eq!(taken((0..9).map(|_| "192.0.2.1".to_owned())), 2);
        assert_eq!(taken((0..9).map(|_| "::ffff:192.0.2.1".to_owned())), 2);
        assert_eq!(taken((0..9).map(|number| format!("192.0.2.{number}"))), 9);
        // Behind a proxy that is trusted are many.
        assert_eq!(taken((0..9).map(|_| "2001:db8:9::1".to_owned())), 9);
    }
}
