//! The client's data on a page. As data it prints itself: its field names are the client's.

mod change;
mod compliance;
mod key;
mod profile;
mod receipt;
mod trade;

pub(crate) use change::change;
pub(crate) use compliance::{as_of, flag, volume, wallet_lines};
pub(crate) use key::MadeKey;
pub(crate) use receipt::Done;
pub(crate) use trade::ListedTrades;
