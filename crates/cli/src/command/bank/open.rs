//! `barter bank open`

use barter_bank::document::Hash;
use clap::Args;

use super::{At, Error, Key, mint::Opened, now};
use crate::{context::Context, error::Error as Stopped, progress::waiting};

/// Open an account for somebody's promise, to receive it
#[derive(Args)]
#[command(after_help = "Example:
  barter bank open --key bob.key --bank KEY@https://bank.example PROMISE")]
pub(crate) struct Open {
    /// The promise, by its hash
    promise: String,

    #[command(flatten)]
    key: Key,

    #[command(flatten)]
    at: At,
}

impl Open {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let promise: Hash = self.promise.parse().map_err(Error::from)?;
        let connection = self.at.connect().await?;
        let opened = waiting("opening", connection.open_account(&key, promise, now())).await?;
        context.output().result(&Opened {
            bank: connection.pin().key.to_string(),
            promise: opened.promise.to_string(),
            account: opened.account.to_string(),
            holder: key.public().to_string(),
        })
    }
}
