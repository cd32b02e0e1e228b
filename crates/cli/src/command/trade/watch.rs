//! `barter trade watch`

use std::time::{Duration, Instant};

use barter_protocol::TradeId;
use barter_sdk::{BarterClient, Change, EventStream, TradeIdInput, WalletInput};
use clap::Args;
use futures_util::StreamExt as _;

use crate::{
    context::Context,
    error::Error,
    output::{Output, data, print_page},
    page::Page,
    progress::waiting,
    show::change,
    signal::Signals,
};

/// A node that stays away is not complained of more often than this.
const COMPLAINT_INTERVAL: Duration = Duration::from_secs(30);

/// Show events as they happen, until interrupted
///
/// Follows reorganisations: what they take back is shown again, marked as removed. With --json, one event a line.
#[derive(Args)]
#[command(after_help = "Examples:
  barter trade watch --wallet 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --past
  barter trade watch --from-block 7000000 --to-block 7010000 --json")]
pub(crate) struct Watch {
    /// Only what concerns this wallet
    #[arg(long, value_name = "ADDRESS")]
    wallet: Option<String>,

    /// Only what concerns this trade
    #[arg(long, value_name = "TRADE ID")]
    trade: Option<String>,

    /// Begin with the events of the past, from the contracts' deployment on
    #[arg(long, conflicts_with = "from_block")]
    past: bool,

    /// Begin with the events of this block
    #[arg(long, value_name = "NUMBER")]
    from_block: Option<u64>,

    /// End after this block
    #[arg(long, value_name = "NUMBER")]
    to_block: Option<u64>,
}

impl Watch {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade.as_deref().map(TradeIdInput::to_trade_id).transpose()?;
        let wallet = self.wallet.as_deref().map(WalletInput::to_address).transpose()?;
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let client = context.reading_client()?;
        // Once it runs, a node that is away is waited for. Before, it is more likely that its address is wrong.
        waiting("talking to the node", client.check()).await?;
        let stream = self.stream(&client, wallet)?;
        context.output().say(&format!("Watching {} on {}. Stop with Ctrl-C.", client.network(), client.endpoint()));
        tokio::select! {
            ended = follow(stream, trade_id, context.output()) => ended,
            _ = signals.next() => Ok(()),
        }
    }

    fn stream(&self, client: &BarterClient, wallet: Option<barter_sdk::Address>) -> Result<EventStream, Error> {
        let mut watch = client.watch();
        if let Some(wallet) = wallet {
            watch = watch.wallet(wallet)?;
        }
        if let Some(number) = self.from_block.or(self.past.then_some(client.deployment().block)) {
            watch = watch.from_block(number);
        }
        if let Some(number) = self.to_block {
            watch = watch.to_block(number);
        }
        Ok(watch.stream())
    }
}

async fn follow(mut stream: EventStream, trade_id: Option<TradeId>, output: Output) -> Result<(), Error> {
    let mut complained: Option<Instant> = None;
    while let Some(item) = stream.next().await {
        match item {
            Ok(change) => {
                if trade_id.is_none() || change.event().kind.trade_id() == trade_id {
                    print(&change, output)?;
                }
            }
            Err(error) if error.is_transient() => {
                if complained.is_none_or(|time| time.elapsed() >= COMPLAINT_INTERVAL) {
                    output.warn(error.code(), &format!("{error}; trying again"));
                    complained = Some(Instant::now());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn print(event: &Change, output: Output) -> Result<(), Error> {
    if output.is_json() {
        return data(event);
    }
    let mut page = Page::new();
    change(event, &mut page);
    print_page(&page)
}
