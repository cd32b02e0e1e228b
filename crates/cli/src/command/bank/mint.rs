//! `barter bank mint`

use barter_bank::document::{Doc, Header, Promise, Ulid};
use clap::Args;
use serde::Serialize;

use super::{At, Error, Key, now, pin};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{Cell, NAME, Page},
    progress::waiting,
};

/// Promise something: the bank keeps count of who has it
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank mint --key alice.key --bank KEY@https://bank.example '1 logo'
  barter bank mint --key alice.key --bank KEY@https://bank.example '1 hour' --limit 40 --due 2027-01-31")]
pub(crate) struct Mint {
    /// What is promised, one of it
    name: String,

    #[command(flatten)]
    key: Key,

    #[command(flatten)]
    at: At,

    /// Most that may be owed of it
    #[arg(long, value_name = "AMOUNT")]
    limit: Option<String>,

    /// Only whole numbers of it are given
    #[arg(long)]
    integer: bool,

    /// The day by which it can be asked for
    #[arg(long, value_name = "YYYY-MM-DD")]
    due: Option<String>,
}

/// A promise or an account that was made.
#[derive(Serialize)]
pub(super) struct Opened {
    pub(super) bank: String,
    pub(super) promise: String,
    pub(super) account: String,
    pub(super) holder: String,
}

impl Report for Opened {
    fn show(&self, page: &mut Page) {
        page.field("bank", &self.bank);
        page.field("promise", Cell::new(&self.promise, NAME));
        page.field("account", Cell::new(&self.account, NAME));
        page.field("holder", &self.holder);
    }
}

impl Mint {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let limit = self.limit.map(|limit| limit.parse()).transpose().map_err(Error::from)?;
        let bank = pin(&self.at.bank)?.key;
        let promise = Promise { bank, name: self.name, due: self.due, limit, integer: self.integer.then_some(true) };
        // What is no promise is none wherever it is sent.
        let header = Header { pubkey: key.public(), ulid: Ulid::new(now(), [0; 10]) };
        Doc::new(header, &promise).map_err(Error::from)?;
        let connection = self.at.connect().await?;
        let opened = waiting("minting", connection.mint(&key, &promise, now())).await?;
        context.output().result(&Opened {
            bank: bank.to_string(),
            promise: opened.promise.to_string(),
            account: opened.account.to_string(),
            holder: key.public().to_string(),
        })
    }
}
