//! Which nonce comes next.
//!
//! One lock is held from asking for a nonce until the node has the transaction, so that a nonce is only ever spent on a
//! transaction the node took: a failed send leaves no gap, and any number of tasks may send at once. The node is asked each
//! time, because another program may use the same key, and because a node may lose what it took.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::{B256, Bytes};

/// A signed transaction as it is handed to nodes. It may hold a preimage, which `Debug` does not show.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) hash: B256,
    pub(crate) raw: Bytes,
}

impl fmt::Debug for Signed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signed({})", self.hash)
    }
}

/// The transactions somebody is waiting for, by nonce: what can be handed over again if the node lost it.
type InFlight = Arc<Mutex<BTreeMap<u64, Signed>>>;

/// The nonces of one wallet.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    /// One more than the last nonce that the node took from here; none if it has to be asked.
    pub(crate) next: tokio::sync::Mutex<Option<u64>>,
    in_flight: InFlight,
}

impl Nonces {
    /// Keeps a transaction for as long as the slot lives.
    pub(crate) fn hold(&self, nonce: u64, signed: Signed) -> Slot {
        let hash = signed.hash;
        lock(&self.in_flight).insert(nonce, signed);
        Slot { nonce, hash, in_flight: Arc::clone(&self.in_flight) }
    }

    /// The transaction somebody waits for at a nonce.
    pub(crate) fn held(&self, nonce: u64) -> Option<Signed> {
        lock(&self.in_flight).get(&nonce).cloned()
    }
}

/// A transaction's place among those in flight, given up when whoever waits for it stops waiting. From then on nobody offers
/// it to the node again behind the caller's back, and its nonce can be used anew should the node have lost it.
#[derive(Debug)]
pub(crate) struct Slot {
    nonce: u64,
    hash: B256,
    in_flight: InFlight,
}

impl Slot {
    pub(crate) const fn nonce(&self) -> u64 {
        self.nonce
    }

    /// Whether the nonce is still this transaction's. The node may have lost it and refused to take it again; then the
    /// nonce went to another one, which must not be competed with.
    pub(crate) fn is_current(&self) -> bool {
        lock(&self.in_flight).get(&self.nonce).is_some_and(|signed| signed.hash == self.hash)
    }

    /// Puts a replacement in the transaction's place.
    pub(crate) fn replace(&mut self, signed: Signed) {
        self.hash = signed.hash;
        lock(&self.in_flight).insert(self.nonce, signed);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.is_current() {
            lock(&self.in_flight).remove(&self.nonce);
        }
    }
}

/// The map is whole between any two calls, so a panic elsewhere while it was locked does not matter.
fn lock(in_flight: &InFlight) -> MutexGuard<'_, BTreeMap<u64, Signed>> {
    in_flight.lock().unwrap_or_else(PoisonError::into_inner)
}
