//! `barter credit`

mod balance;
mod burn;
mod earned;
mod supply;

use clap::Subcommand;

use crate::{context::Context, error::Error};

/// Look at BTR-Credit, and burn it
#[derive(Subcommand)]
pub(crate) enum Credit {
    Balance(balance::Balance),
    Supply(supply::Supply),
    Earned(earned::Earned),
    Burn(burn::Burn),
}

impl Credit {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Balance(command) => command.run(context).await,
            Self::Supply(command) => command.run(context).await,
            Self::Earned(command) => command.run(context).await,
            Self::Burn(command) => command.run(context).await,
        }
    }
}
