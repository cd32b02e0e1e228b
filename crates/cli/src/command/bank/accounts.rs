//! `barter bank accounts`

use clap::Args;
use serde::Serialize;

use super::{At, Key, now};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{Cell, NAME, Page},
    progress::waiting,
    text::printable,
};

/// Show what you have at a bank, and what you owe
#[derive(Args)]
#[command(after_help = "Example:
  barter bank accounts --key alice.key --bank KEY@https://bank.example")]
pub(crate) struct Accounts {
    #[command(flatten)]
    key: Key,

    #[command(flatten)]
    at: At,
}

/// What somebody has at a bank.
#[derive(Serialize)]
struct Listed {
    bank: String,
    holder: String,
    accounts: Vec<Account>,
}

#[derive(Serialize)]
struct Account {
    account: String,
    promise: String,
    name: String,
    issuer: String,
    balance: String,
}

impl Report for Listed {
    fn show(&self, page: &mut Page) {
        page.field("holder", &self.holder);
        if self.accounts.is_empty() {
            page.line("no accounts at this bank");
            return;
        }
        page.gap();
        let row = |account: &Account| {
            let Account { account, promise, name, balance, .. } = account;
            vec![Cell::from(balance), Cell::from(printable(name)), Cell::new(account, NAME), Cell::from(promise)]
        };
        page.table(0, &["balance", "of", "account", "promise"], &self.accounts.iter().map(row).collect::<Vec<_>>());
    }
}

impl Accounts {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let connection = self.at.connect().await?;
        let holdings = waiting("asking the bank", connection.holdings(&key, now())).await?;
        let account = |holding: barter_bank::client::Holding| Account {
            account: holding.account.to_string(),
            promise: holding.promise.hash().to_string(),
            name: holding.promise.name.clone(),
            issuer: holding.promise.pubkey().to_string(),
            balance: holding.balance.to_string(),
        };
        context.output().result(&Listed {
            bank: connection.pin().key.to_string(),
            holder: key.public().to_string(),
            accounts: holdings.into_iter().map(account).collect(),
        })
    }
}
