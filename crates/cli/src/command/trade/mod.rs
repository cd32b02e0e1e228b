//! `barter trade`

mod accept;
mod cancel;
mod deadline;
mod dismiss;
mod dispute;
mod get;
mod list;
mod open;
mod own_invoice;
mod propose;
mod settle;
mod settle_batch;
mod sign_open;
mod sign_settle;
mod subject;
mod terms;
mod uphold;
mod watch;

use clap::Subcommand;

use crate::{context::Context, error::Error};

/// Propose, accept, settle, dispute and look at trades
#[derive(Subcommand)]
pub(crate) enum Trade {
    Propose(propose::Propose),
    Accept(accept::Accept),
    Settle(settle::Settle),
    SettleBatch(settle_batch::SettleBatch),
    Dispute(dispute::Dispute),
    Get(get::Get),
    List(list::List),
    Watch(watch::Watch),
    SignOpen(sign_open::SignOpen),
    Open(open::Open),
    SignSettle(sign_settle::SignSettle),
    Cancel(cancel::Cancel),
    Dismiss(dismiss::Dismiss),
    Uphold(uphold::Uphold),
}

impl Trade {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Propose(command) => Box::pin(command.run(context)).await,
            Self::Accept(command) => command.run(context).await,
            Self::Settle(command) => command.run(context).await,
            Self::SettleBatch(command) => command.run(context).await,
            Self::Dispute(command) => command.run(context).await,
            Self::Get(command) => command.run(context).await,
            Self::List(command) => command.run(context).await,
            Self::Watch(command) => command.run(context).await,
            Self::SignOpen(command) => command.run(context).await,
            Self::Open(command) => command.run(context).await,
            Self::SignSettle(command) => command.run(context).await,
            Self::Cancel(command) => command.run(context).await,
            Self::Dismiss(command) => command.run(context).await,
            Self::Uphold(command) => command.run(context).await,
        }
    }
}
