//! Detectors measured against the truth: on hand-made numbers and trades with known answers, against slow and simple
//! versions of the same, and in a scenario.
#![allow(clippy::float_cmp, reason = "what is compared is exact, or the same sum")]

mod common;
mod findings;
mod hindsight;
mod roc;
mod scenario;
mod watch;
