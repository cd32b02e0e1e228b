//! Payments, and trades together with their payment, over two real Lightning nodes.

mod killed;
mod paying;
mod terminal;
mod trading;
