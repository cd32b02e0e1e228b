//! `barter bank init`

use std::path::PathBuf;

use barter_bank::{ledger::Policy, store::Bank};
use clap::Args;
use serde::Serialize;

use super::{Error, database::Database, read_key};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{CARE, Cell, NAME, Page, styled},
    reputation,
};

/// Set a bank up: makes its key, if there is none, and its store
///
/// Done again, it changes nothing. A store of another bank is refused, and so is to make a new key for a store that has one: its promises
/// name the key, and whoever lost it cannot serve them any more. Keep a copy of the key apart from the store.
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank init
  barter bank init --key bank.key --database postgres://localhost/bank")]
pub(crate) struct Init {
    /// File with the bank's key
    #[arg(long, value_name = "FILE", env = "BARTER_BANK_KEY_FILE", default_value = "bank.key")]
    key: PathBuf,

    #[command(flatten)]
    database: Database,
}

/// A bank that can be served.
#[derive(Serialize)]
struct Ready {
    public_key: String,
    key_file: PathBuf,
    key_made: bool,
    database: String,
    store_made: bool,
}

impl Report for Ready {
    fn show(&self, page: &mut Page) {
        let made = |made: bool| if made { "made" } else { "there already" };
        page.field("bank", Cell::new(&self.public_key, NAME));
        page.field("key", format!("{}, {}", self.key_file.display(), made(self.key_made)));
        page.field("store", format!("{}, {}", self.database, made(self.store_made)));
        if self.key_made {
            page.line(styled(
                "keep a copy of the key apart from the store: without it nobody can serve this bank",
                CARE,
            ));
        }
        page.gap();
        let serve = format!("barter bank serve --key {}", self.key_file.display());
        // What has a password is not told: it is in the environment, or was typed.
        page.field("serve it with", format!("{serve} --database {}", self.database));
        page.field("and", "--url https://… --name …, as people reach and know it");
    }
}

impl Init {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let location = self.database.location(context)?;
        let ready = tokio::task::spawn_blocking(move || {
            let owner = Bank::at(&location).map_err(Error::from)?;
            let is_there = self.key.try_exists().unwrap_or(true);
            if let Some(owner) = owner.filter(|_| !is_there) {
                let (store, key) = (location.to_string(), self.key.display().to_string());
                return Err(Error::KeyLost { store, owner: owner.to_string(), key }.into());
            }
            if !is_there {
                reputation::make_key(&self.key)?;
            }
            let key = read_key(&self.key)?;
            let public_key = key.public().to_string();
            // A bank that runs has its store, which is as it should be.
            if owner != Some(key.public()) {
                Bank::open(&location, key, Policy::default()).map_err(Error::from)?;
            }
            Ok::<_, Stopped>(Ready {
                public_key,
                key_file: self.key,
                key_made: !is_there,
                database: location.to_string(),
                store_made: owner.is_none(),
            })
        });
        let ready =
            ready.await.map_err(|error| Stopped::System { what: "making the store", reason: error.to_string() })??;
        context.output().result(&ready)
    }
}
