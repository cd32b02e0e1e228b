//! Who has connections: how many there are, and each address's share of them.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The share of all connections that one address may have open, of IPv6 one network: one in so many.
const ADDRESS_SHARE: usize = 8;

/// How many connections are open at once, and whose.
pub struct Connections {
    most: usize,
    /// Behind each of these are many.
    unbounded: Vec<IpAddr>,
    told: Told,
}

/// Hears how many connections are open, each time that this changes.
type Told = Box<dyn Fn(usize) + Send + Sync>;

impl Connections {
    /// At most so many; 0 is taken for 1. One address may have an eighth of them, rounded up.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), unbounded: Vec::new(), told: Box::new(|_| {}) }
    }

    /// These proxies may have all of them: behind each are many.
    #[must_use]
    pub fn trusting(self, proxies: &[IpAddr]) -> Self {
        Self { unbounded: proxies.to_vec(), ..self }
    }

    /// Tells how many are open, each time that this changes. It must not wait for anything.
    #[must_use]
    pub fn telling(self, told: impl Fn(usize) + Send + Sync + 'static) -> Self {
        Self { told: Box::new(told), ..self }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { most, unbounded, told: _ } = self;
        let mut shown = formatter.debug_struct("Connections");
        shown.field("most", most).field("unbounded", unbounded).finish_non_exhaustive()
    }
}

/// Whose an address is, as far as counting goes: of IPv6 the network's, since each has 2^64 of them at will.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// Who has connections.
pub(super) struct Places {
    pub(super) free: Arc<Semaphore>,
    of_one: usize,
    unbounded: Vec<IpAddr>,
    told: Told,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    count: usize,
    /// No longer than there are places.
    addresses: HashMap<IpAddr, usize>,
}

/// A connection's place, given back when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(connections: Connections) -> Arc<Self> {
        let Connections { most, unbounded, told } = connections;
        let free = Arc::new(Semaphore::new(most));
        Arc::new(Self { free, of_one: most.div_ceil(ADDRESS_SHARE), unbounded, told, taken: Mutex::default() })
    }

    /// A place for this peer, unless it has its share of them.
    pub(super) fn take(self: &Arc<Self>, peer: SocketAddr, permit: OwnedSemaphorePermit) -> Option<Place> {
        let address = network(peer.ip().to_canonical());
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = taken.addresses.entry(address).or_default();
        if *of_one >= self.of_one && !self.unbounded.contains(&peer.ip().to_canonical()) {
            return None;
        }
        *of_one += 1;
        taken.count += 1;
        (self.told)(taken.count);
        Some(Place { places: Arc::clone(self), address, _permit: permit })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_one) = taken.addresses.get_mut(&self.address) {
            *of_one -= 1;
            if *of_one == 0 {
                taken.addresses.remove(&self.address);
            }
        }
        taken.count -= 1;
        (self.places.told)(taken.count);
    }
}

#[cfg(test)]
mod tests;
