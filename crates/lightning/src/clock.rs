//! The time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970. A clock that stands before it counts as 1970.
pub(crate) fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
