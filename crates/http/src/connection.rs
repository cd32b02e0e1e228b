//! Connections: how many, how long, and how they end.

use std::{
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tower_service::Service as _;

use crate::{
    places::{Connections, Places},
    written::Written,
};

/// How long the head of a request may take, also on a connection that is idle.
const HEAD_LIMIT: Duration = Duration::from_secs(15);
/// Most bytes of a head, and most headers in it.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// How long a connection lives: after this it is closed behind the request that it is at.
const LIFETIME: Duration = Duration::from_mins(10);
/// How long what is being answered may take when its connection or the server ends.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// After the system would not give a connection, such as for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The address at the other end of the connection: an extension of each request that is served.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Serves until told to stop; then gives what is being answered some seconds to be.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    mut stopping: watch::Receiver<bool>,
) {
    let places = Places::new(connections);
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
                    let (router, stopping) = (router.clone(), stopping.clone());
                    connections.spawn(async move {
                        connection(stream, peer, router, stopping).await;
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
        .serve_connection(TokioIo::new(Written::new(stream)), service);
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
