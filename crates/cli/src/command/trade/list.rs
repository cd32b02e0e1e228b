//! `barter trade list`

use barter_sdk::TradeIdInput;
use clap::Args;

use crate::{context::Context, error::Error, progress::waiting, show::ListedTrades};

/// List a wallet's trades, newest first
#[derive(Args)]
#[command(after_help = "Example:
  barter trade list 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --limit 50")]
pub(crate) struct List {
    /// The wallet [default: your own]
    wallet: Option<String>,

    /// Most trades to list, up to 500
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: usize,

    /// List those before this one
    #[arg(long, value_name = "TRADE ID")]
    before: Option<String>,

    /// List all of them
    #[arg(long, conflicts_with_all = ["limit", "before"])]
    all: bool,
}

impl List {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let before = self.before.as_deref().map(TradeIdInput::to_trade_id).transpose()?;
        let (client, wallet) = context.client_for(self.wallet.as_deref())?;
        let trade = client.trade();
        let listed = if self.all {
            let mut trades = waiting("reading the trades", trade.list_by_address(wallet)).await?;
            trades.reverse();
            ListedTrades { address: wallet, trades, next: None }
        } else {
            let page = waiting("reading the trades", trade.list_paged(wallet, before, self.limit)).await?;
            ListedTrades { address: wallet, trades: page.trades, next: page.next }
        };
        context.output().result(&listed)
    }
}
