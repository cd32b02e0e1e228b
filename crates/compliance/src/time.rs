//! Spans of time, in seconds. Days have 86,400: Unix time knows no leap seconds.

pub(crate) const HOUR: u64 = 60 * 60;
pub(crate) const DAY: u64 = 24 * HOUR;
pub(crate) const WEEK: u64 = 7 * DAY;
