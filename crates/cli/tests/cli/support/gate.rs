//! A way to a node that can be closed while a program asks it for something.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread::{sleep, spawn},
    time::Duration,
};

/// Lets requests through to a node, those of one kind only so often.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) url: String,
    /// How many requests of the kind may still pass.
    left: Arc<AtomicI64>,
}

/// What becomes of requests that may not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// They wait until the gate is open.
    Waits,
    /// They, and all that follow them, find nobody.
    HangsUp,
}

impl Gate {
    /// A way to a node of the chain, on which requests for logs are counted.
    pub(crate) fn before(rpc_url: &str, requests_for_logs: i64, closed: Closed) -> Self {
        Self::for_requests(b"eth_getLogs", rpc_url, requests_for_logs, closed)
    }

    /// A way to any server, on which requests with these bytes in them are counted.
    pub(crate) fn for_requests(counted: &'static [u8], url: &str, allowed: i64, closed: Closed) -> Self {
        let node = url.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let left = Arc::new(AtomicI64::new(allowed));
        let counter = Arc::clone(&left);
        spawn(move || {
            for client in listener.incoming() {
                let (client, node, left) = (client.unwrap(), TcpStream::connect(&node), Arc::clone(&counter));
                let Ok(node) = node else { continue };
                let (mut answers, mut asker) = (node.try_clone().unwrap(), client.try_clone().unwrap());
                spawn(move || std::io::copy(&mut answers, &mut asker));
                spawn(move || pass(client, node, counted, &left, closed));
            }
        });
        Self { url, left }
    }

    /// Lets everything through from now on.
    pub(crate) fn open(&self) {
        self.left.store(i64::MAX / 2, Ordering::SeqCst);
    }
}

fn pass(mut client: TcpStream, mut node: TcpStream, counted: &[u8], left: &AtomicI64, closed: Closed) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut bytes) {
        let asked = bytes[..length].windows(counted.len()).filter(|window| *window == counted).count();
        if asked > 0 {
            left.fetch_sub(1, Ordering::SeqCst);
        }
        while left.load(Ordering::SeqCst) < 0 {
            if closed == Closed::HangsUp {
                let _ = (client.shutdown(Shutdown::Both), node.shutdown(Shutdown::Both));
                return;
            }
            sleep(Duration::from_millis(20));
        }
        if node.write_all(&bytes[..length]).is_err() {
            return;
        }
    }
    let _ = node.shutdown(Shutdown::Write);
}
