//! The commands: one file each, which reads its arguments, asks the client, and prints.

pub(crate) mod bank;
pub(crate) mod bond;
pub(crate) mod completions;
pub(crate) mod compliance;
pub(crate) mod credit;
pub(crate) mod demo;
pub(crate) mod devnet;
pub(crate) mod dispute;
pub(crate) mod index;
pub(crate) mod lightning;
pub(crate) mod reputation;
pub(crate) mod sim;
pub(crate) mod trade;
pub(crate) mod trust;
pub(crate) mod wallet;

use clap::Subcommand;

use crate::{chain, context::Context, error::Error};

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    Devnet(devnet::Devnet),
    Sell(lightning::Sell),
    Buy(lightning::Buy),
    #[command(subcommand)]
    Deals(lightning::Deals),
    Pay(lightning::Pay),
    #[command(subcommand)]
    Trade(trade::Trade),
    #[command(subcommand)]
    Trust(trust::Trust),
    #[command(subcommand)]
    Credit(credit::Credit),
    Wallet(wallet::Wallet),
    #[command(subcommand)]
    Bond(bond::Bond),
    #[command(subcommand)]
    Dispute(dispute::Dispute),
    #[command(subcommand)]
    Compliance(compliance::Compliance),
    #[command(subcommand)]
    Index(index::Index),
    #[command(subcommand)]
    Reputation(reputation::Reputation),
    #[command(subcommand)]
    Bank(bank::Bank),
    #[command(subcommand)]
    Sim(sim::Sim),
    Completions(completions::Completions),
    #[command(hide = true)]
    KeepAnvil(chain::Keeper),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Demo(command) => command.run(context).await,
            Self::Devnet(command) => command.run(context).await,
            Self::Sell(command) => Box::pin(command.run(context)).await,
            Self::Buy(command) => Box::pin(command.run(context)).await,
            Self::Deals(command) => Box::pin(command.run(context)).await,
            Self::Pay(command) => Box::pin(command.run(context)).await,
            Self::Trade(command) => Box::pin(command.run(context)).await,
            Self::Trust(command) => command.run(context).await,
            Self::Credit(command) => command.run(context).await,
            Self::Wallet(command) => command.run(context).await,
            Self::Bond(command) => Box::pin(command.run(context)).await,
            Self::Dispute(command) => Box::pin(command.run(context)).await,
            Self::Compliance(command) => Box::pin(command.run(context)).await,
            Self::Index(command) => Box::pin(command.run(context)).await,
            Self::Reputation(command) => Box::pin(command.run(context)).await,
            Self::Bank(command) => Box::pin(command.run(context)).await,
            Self::Sim(command) => Box::pin(command.run(context)).await,
            Self::Completions(command) => command.run(),
            Self::KeepAnvil(keeper) => chain::keep(keeper)
                .await
                .map_err(|error| Error::System { what: "keeping anvil", reason: error.to_string() }),
        }
    }
}
