#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// How many connections these addresses get, one after the other, of 16.
fn taken(addresses: impl Iterator<Item = String>) -> usize {
    let told = Arc::new(AtomicUsize::new(0));
    let heard = Arc::clone(&told);
    let connections = Connections::new(16)
        .trusting(&["2001:db8:9::1".parse().unwrap()])
        .telling(move |open| heard.store(open, Ordering::Relaxed));
    let places = Places::new(connections);
    let mut held = Vec::new();
    for address in addresses {
        let permit = Arc::clone(&places.free).try_acquire_owned().unwrap();
        held.extend(places.take(SocketAddr::new(address.parse().unwrap(), 1), permit));
        assert_eq!(told.load(Ordering::Relaxed), held.len());
    }
    let count = held.len();
    drop(held);
    assert_eq!(told.load(Ordering::Relaxed), 0);
    assert!(places.taken.lock().unwrap().addresses.is_empty());
    count
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
