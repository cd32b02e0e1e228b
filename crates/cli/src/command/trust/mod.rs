//! `barter trust`

mod card;
mod history;
mod pair_count;
mod profile;
mod score;

use clap::Subcommand;

use crate::{context::Context, error::Error};

/// Look at scores, profiles and cards
#[derive(Subcommand)]
pub(crate) enum Trust {
    Score(score::Score),
    Profile(profile::Profile),
    History(history::History),
    PairCount(pair_count::PairCount),
    Card(card::Card),
}

impl Trust {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Score(command) => command.run(context).await,
            Self::Profile(command) => command.run(context).await,
            Self::History(command) => command.run(context).await,
            Self::PairCount(command) => command.run(context).await,
            Self::Card(command) => command.run(context).await,
        }
    }
}
