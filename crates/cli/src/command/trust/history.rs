//! `barter trust history`

use alloy_primitives::Address;
use barter_sdk::ScoreEvent;
use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, FAINT, GOOD, NAME, Page, styled},
    progress::waiting,
    text::{grouped, instant, sats, short_address},
};

/// Show how a wallet's score rose, trade by trade, oldest first
#[derive(Args)]
#[command(after_help = "Example:
  barter trust history 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct History {
    /// The wallet [default: your own]
    wallet: Option<String>,

    /// From this Unix time on
    #[arg(long, value_name = "UNIX TIME", default_value_t = 0, hide_default_value = true)]
    from: u64,

    /// Up to this Unix time
    #[arg(long, value_name = "UNIX TIME", default_value_t = u64::MAX, hide_default_value = true)]
    to: u64,
}

#[derive(Serialize)]
struct Steps {
    #[serde(serialize_with = "crate::output::address")]
    address: Address,
    events: Vec<ScoreEvent>,
}

impl Report for Steps {
    fn show(&self, page: &mut Page) {
        page.title(format!("Score of {}", self.address));
        if self.events.is_empty() {
            page.line(styled("none", FAINT));
            return;
        }
        let row = |event: &ScoreEvent| {
            vec![
                Cell::from(instant(event.timestamp)),
                Cell::new(format!("+{}", grouped(event.delta)), GOOD),
                Cell::from(grouped(event.new_score)),
                Cell::from(sats(event.amount_sats)),
                Cell::new(short_address(event.counterparty), NAME),
                Cell::new(event.trade_id.to_string(), FAINT),
            ]
        };
        let rows: Vec<Vec<Cell>> = self.events.iter().map(row).collect();
        page.table(0, &["when", "gained", "score", "amount", "with", "trade"], &rows);
    }
}

impl History {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, address) = context.client_for(self.wallet.as_deref())?;
        let trust = client.trust();
        let events = waiting("reading the history", trust.history_between(address, self.from, self.to)).await?;
        context.output().result(&Steps { address, events })
    }
}
