//! What the findings are, and that they are the same whichever way the trades came.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod boundaries;
mod cluster;
mod common;
mod completion;
mod evidence;
mod graph;
mod oracle;
mod policy;
mod report;
mod same_answer;
mod screening;
mod settings;
