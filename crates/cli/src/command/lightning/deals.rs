//! `barter deals`

use clap::{Args, Subcommand};

use super::{
    left::left_of,
    show::{Cancelled, Damaged, ListedDeals, Shown, print_deal},
    stages::{Told, driving},
};
use crate::{
    context::Context,
    error::Error,
    lightning::{DealOptions, JournalOptions},
    progress::waiting,
    qr,
};

/// Your sales and purchases, and going on with those that were stopped
#[derive(Subcommand)]
pub(crate) enum Deals {
    List(List),
    Show(Show),
    Resume(Resume),
    Cancel(Cancel),
}

/// List the journal's deals, oldest first, as they stood when they were last worked on
#[derive(Args)]
#[command(after_help = "Example:
  barter deals list --json | jq '.deals[] | select(.stage != \"settled\")'")]
pub(crate) struct List {
    #[command(flatten)]
    journal: JournalOptions,
}

/// Show a deal, as it stood when it was last worked on; of a sale that is open, with the offer to hand to the payer
///
/// With --preimage also the proof that it was paid, which settles the trade, and which a payer shows where it is disputed that he paid.
#[derive(Args)]
#[command(after_help = "Example:
  barter deals show order-17 --preimage")]
pub(crate) struct Show {
    /// The deal: a sale's name, or a purchase's payment hash
    id: String,

    /// Also the preimage, if the deal was paid
    #[arg(long)]
    preimage: bool,

    #[command(flatten)]
    journal: JournalOptions,
}

/// Go on with a sale or a purchase until it is settled
#[derive(Args)]
#[command(after_help = "Example:
  barter deals resume order-17")]
pub(crate) struct Resume {
    /// The deal: a sale's name, or a purchase's payment hash
    id: String,

    #[command(flatten)]
    options: DealOptions,
}

/// End a deal that was not paid; a sale's invoice can then no longer be paid
#[derive(Args)]
#[command(after_help = "Example:
  barter deals cancel order-17")]
pub(crate) struct Cancel {
    /// The deal: a sale's name, or a purchase's payment hash
    id: String,

    #[command(flatten)]
    options: DealOptions,
}

impl Deals {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Resume(command) => command.run(context).await,
            Self::Cancel(command) => command.run(context).await,
        }
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let listing = self.journal.open(&client, context)?.listing().map_err(barter_sdk::Error::from)?;
        let damaged = listing.damaged.into_iter().map(|error| Error::from(barter_sdk::Error::from(error)).report());
        let listed = ListedDeals { deals: listing.deals, damaged: damaged.map(Damaged::from).collect() };
        for damaged in &listed.damaged {
            context.output().say(&damaged.message);
        }
        context.output().result(&listed)
    }
}

impl Show {
    fn run(&self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let deal = self.journal.open(&client, context)?.get(&self.id).map_err(barter_sdk::Error::from)?;
        let preimage = deal.preimage.filter(|_| self.preimage).map(|preimage| preimage.to_string());
        if self.preimage && preimage.is_none() {
            return Err(Error::NoPreimage { id: deal.id });
        }
        let shown = Shown { deal, preimage };
        context.output().result(&shown)?;
        shown.open_offer().map_or(Ok(()), |offer| qr::show(offer, context.output()))
    }
}

impl Resume {
    async fn run(&self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let output = context.output();
        let told = Told::new(&client, self.options.deals(&client, context)?, output, "looking where it is");
        told.at(&told.deals.get(&self.id)?);
        let deal = driving(&told, &self.id, told.deals.resume(&self.id)).await?;
        drop(told);
        print_deal(&deal, &self.id, output)
    }
}

impl Cancel {
    async fn run(&self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let deals = self.options.deals(&client, context)?;
        let deal = waiting("cancelling", deals.cancel(&self.id)).await?;
        let left = left_of(&client, &deal).await;
        print_deal(&Cancelled { deal, left }, &self.id, context.output())
    }
}
