//! What time it is: the one place that asks.

use std::time::{SystemTime, UNIX_EPOCH};

use barter_sdk::{BarterClient, Network};

/// From when on a signature's time is counted, in Unix seconds: now, or where a chain of this machine is ahead of the clock, because
/// somebody skipped time there, its latest block's time. Signing needs no node: without one, or on any other chain, it is now.
pub(crate) async fn signing_now(client: &BarterClient) -> u64 {
    let now = unix_now();
    if client.network() != Network::LOCAL {
        return now;
    }
    client.block_time().await.map_or(now, |latest| now.max(latest))
}

/// Now, in Unix seconds. A clock before 1970 counts as 1970.
pub(crate) fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
