//! Where a bank's store is.

use barter_store::Location;
use clap::Args;

use super::Error;
use crate::{context::Context, error::Error as Stopped, reputation::variable};

/// Environment variable with the place of the store.
const DATABASE_VARIABLE: &str = "BARTER_BANK_DATABASE";

/// Where a bank's store is.
#[derive(Args)]
pub(super) struct Database {
    /// Where accounts are kept: a file, or postgres://…
    #[arg(long, value_name = "FILE|URL", env = DATABASE_VARIABLE, hide_env_values = true, default_value = "bank.db")]
    database: String,
}

impl Database {
    /// Reads it. Warns of a password that others can see.
    pub(super) fn location(&self, context: &Context) -> Result<Location, Stopped> {
        if variable(DATABASE_VARIABLE).is_none() {
            context.warn_of_password(&self.database, DATABASE_VARIABLE);
        }
        Ok(Location::parse(&self.database).map_err(Error::from)?)
    }
}
