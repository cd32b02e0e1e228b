//! `barter compliance`

mod flags;
mod isolation;
mod report;
mod rings;
mod score;
mod screen;
mod velocity;

use clap::Subcommand;

use crate::{context::Context, error::Error};

/// Look into who a wallet is: flags, clusters, wash rings, a score seen from your side
///
/// Everything is read from the index where there is one (--database, or `BARTER_INDEX`; see barter index run), and else straight
/// from the node, which takes longer; the answer is the same.
#[derive(Subcommand)]
pub(crate) enum Compliance {
    Flags(flags::Flags),
    Velocity(velocity::Velocity),
    Isolation(isolation::Isolation),
    Report(report::FullReport),
    Rings(rings::Rings),
    Score(score::Score),
    Screen(screen::Screen),
}

impl Compliance {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Flags(command) => command.run(context).await,
            Self::Velocity(command) => command.run(context).await,
            Self::Isolation(command) => command.run(context).await,
            Self::Report(command) => command.run(context).await,
            Self::Rings(command) => command.run(context).await,
            Self::Score(command) => command.run(context).await,
            Self::Screen(command) => command.run(context).await,
        }
    }
}
