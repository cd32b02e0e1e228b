//! `barter bank`.

mod alone;
mod auditing;
mod connections;
mod trading;
