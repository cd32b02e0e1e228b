//! What time it is: the one place that asks.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in Unix seconds. A clock before 1970 counts as 1970.
pub(crate) fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
