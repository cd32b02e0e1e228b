//! For tests and measurements.

use super::{Error, Event, Keeper, Settlement};

/// Keeps nothing of a deal, for drivers that nobody kills.
#[derive(Clone, Copy, Debug)]
pub struct Forgetful;

impl Keeper for Forgetful {
    fn keep(&mut self, _: &Settlement) -> Result<(), Error> {
        Ok(())
    }

    fn hear(&mut self, _: Event) {}
}
