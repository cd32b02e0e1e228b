//! `barter compliance rings`

use barter_sdk::{ChainPoint, RingReport, WalletInput, WashRing};
use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, FAINT, GOOD, Page, styled},
    progress::waiting,
    question::{Source, ask, mind_age},
    show::{as_of, volume, wallet_lines},
    text::{counted, grouped, instant},
};

/// Show wash rings: wallets whose payments to each other cancel out within an hour, a day or a week
///
/// Needs every trade there is: quick with an index, and without one the whole log is read from the node first.
#[derive(Args)]
#[command(after_help = "Examples:
  barter compliance rings --database barter.db
  barter compliance rings 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Rings {
    /// Only rings that this wallet is in
    wallet: Option<String>,

    /// Most rings to show, those with the most volume first
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    limit: u64,

    #[command(flatten)]
    source: Source,
}

#[derive(Serialize)]
struct Found {
    /// How many there are, listed or not.
    ring_count: u64,
    rings: Vec<WashRing>,
    at: ChainPoint,
}

impl Report for Found {
    fn show(&self, page: &mut Page) {
        if self.rings.is_empty() {
            page.line(styled("no wash rings", GOOD)).field("as of", as_of(&self.at));
            return;
        }
        page.title(counted(self.ring_count, "wash ring"));
        for ring in &self.rings {
            page.gap();
            page.field("ring of", counted(ring.wallets.len() as u64, "wallet"));
            wallet_lines(&ring.wallets, page);
            let window = window(ring.window_seconds);
            let trades = counted(ring.trade_count, "trade");
            page.field("washed", format!("{} in {trades} within {window}", volume(ring.volume_sats)));
            page.field("left over", format!("{} at most", volume(ring.largest_net_sats)));
            page.field("from", instant(ring.first_at));
            page.field("to", instant(ring.last_at));
            if let Some(trade) = ring.trades.first() {
                page.field("first trade", Cell::new(trade.to_string(), FAINT));
            }
        }
        let listed = self.rings.len() as u64;
        if self.ring_count > listed {
            let left_out = grouped(self.ring_count - listed);
            page.gap().line(styled(format!("and {left_out} more (--limit)"), FAINT));
        }
        page.gap().field("as of", as_of(&self.at));
    }
}

fn window(seconds: u64) -> String {
    match seconds {
        3_600 => "an hour".to_owned(),
        86_400 => "a day".to_owned(),
        604_800 => "a week".to_owned(),
        other => format!("{other} s"),
    }
}

impl Rings {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let wallet = self.wallet.as_deref().map(WalletInput::to_address).transpose()?;
        let client = self.source.client(context)?;
        let asked = ask(&client);
        let RingReport { mut rings, at, .. } = match wallet {
            Some(wallet) => waiting("looking at all trades", asked.rings_of(wallet)).await?,
            None => waiting("looking at all trades", asked.rings()).await?,
        };
        let ring_count = rings.len() as u64;
        rings.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        mind_age(context, &at);
        context.output().result(&Found { ring_count, rings, at })
    }
}
