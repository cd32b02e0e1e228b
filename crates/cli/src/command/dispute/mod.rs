//! `barter dispute`

mod deadline;
mod execute;
mod file;
mod list;
mod overturn;
mod rule;
mod show;
mod sign;
mod sign_ruling;
mod signatures;
mod subject;

use clap::Subcommand;

use crate::{context::Context, error::Error};

/// Complain about a provider, rule as an auditor, and end disputes: those about bonds, and those of trades
#[derive(Subcommand)]
pub(crate) enum Dispute {
    Sign(sign::Sign),
    File(file::File),
    Show(show::Show),
    List(list::List),
    SignRuling(sign_ruling::SignRuling),
    Rule(rule::Rule),
    Overturn(overturn::Overturn),
    Execute(execute::Execute),
}

impl Dispute {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Sign(command) => command.run(context).await,
            Self::File(command) => Box::pin(command.run(context)).await,
            Self::Show(command) => command.run(context).await,
            Self::List(command) => command.run(context).await,
            Self::SignRuling(command) => command.run(context).await,
            Self::Rule(command) => command.run(context).await,
            Self::Overturn(command) => command.run(context).await,
            Self::Execute(command) => command.run(context).await,
        }
    }
}
