//! Payments, and trades together with their payment: `barter pay`, `sell`, `buy`, `deals`.

mod buy;
mod deals;
mod left;
mod pay;
mod sell;
mod show;
mod stages;

pub(crate) use buy::Buy;
pub(crate) use deals::Deals;
pub(crate) use pay::Pay;
pub(crate) use sell::Sell;

/// What a buyer wants to be left of an invoice's time where nothing else is said, in seconds.
const BUYERS_MARGIN_SECONDS: u64 = 600;
