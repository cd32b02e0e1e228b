//! `barter index`

mod run;
mod status;
mod verify;

use barter_sdk::BarterClient;
use clap::{Args, Subcommand};

use crate::{context::Context, error::Error};

/// Keep the event log in a database of your own: SQLite in a file, or PostgreSQL
///
/// Questions about wallets are answered from it at once, and anybody can put their own SQL to it, also while it is being written.
#[derive(Subcommand)]
pub(crate) enum Index {
    Run(run::Run),
    Status(status::Status),
    Verify(verify::Verify),
}

impl Index {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Run(command) => command.run(context).await,
            Self::Status(command) => command.run(context).await,
            Self::Verify(command) => command.run(context).await,
        }
    }
}

/// Where the index is.
#[derive(Args)]
struct Database {
    /// A file, or postgres://… [default: `BARTER_INDEX`, else `barter.db`]
    #[arg(long, value_name = "FILE|URL")]
    database: Option<String>,
}

/// The index where none is named.
const DEFAULT_FILE: &str = "barter.db";

impl Database {
    fn client(&self, context: &Context) -> Result<BarterClient, Error> {
        context.indexing_client(self.database.as_deref(), DEFAULT_FILE)
    }
}
