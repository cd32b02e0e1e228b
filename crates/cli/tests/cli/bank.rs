//! `barter bank`.

mod alone;
mod auditing;
mod connections;
mod inbox;
mod killed;
mod lies;
mod logging;
mod setting_up;
mod terminal;
mod trading;
