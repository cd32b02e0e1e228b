//! A deal before anybody signs it: who settles when, who leads, and what leading puts at risk.
//!
//! A [`Deal`] is a set of [`Transfer`]s. The bank of a transfer waits for the banks that credit whoever it debits, unless it *leads*:
//! a lead settles with nothing in hand, and what its givers give is lost to them if a bank after it refuses. Leads must break every
//! cycle, and that is all they have to do: [`Deal::smallest_leads`] finds the fewest. Without escrow this gives an order in which
//! everybody but the leads is safe; it does not make the deal all or nothing.

mod deal;
mod error;
pub mod graph;
mod slices;

pub use deal::{Deal, Leads, MAX_TRANSFERS, Step, Transfer};
pub use error::Error;
pub use slices::{Slice, Slices};
