//! Detectors measured against the truth: on hand-made numbers and trades with known answers, against slow and simple
//! versions of the same, and in a scenario.
#![allow(clippy::float_cmp, reason = "what is compared is exact, or the same sum")]
#![allow(clippy::cast_precision_loss, reason = "counts of a few wallets")]
#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

mod common;
mod findings;
mod hindsight;
mod roc;
mod scenario;
mod watch;
