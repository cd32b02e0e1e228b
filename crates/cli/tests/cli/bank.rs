//! `barter bank`.

mod alone;
mod auditing;
mod trading;
