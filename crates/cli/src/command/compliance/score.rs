//! `barter compliance score`

use barter_sdk::{Address, ChainPoint, SeenScore, ViewpointReport, WalletInput};
use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{BEST, Cell, FAINT, NAME, Page, styled},
    progress::waiting,
    question::{Source, ask, mind_age},
    show::as_of,
    text::{grouped, short_address},
};

/// Show how much of a wallet's score reaches it from wallets that you already trust
///
/// A thousand fake wallets behind one bridge are together worth no more than the bridge, seen from your side. Needs every trade
/// there is: quick with an index, and without one the whole log is read from the node first.
#[derive(Args)]
#[command(after_help = "Examples:
  barter compliance score 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \\
    --from 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
  barter compliance score --from 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 --limit 10")]
pub(crate) struct Score {
    /// The wallet; without one, those with the highest scores seen from there
    wallet: Option<String>,

    /// A wallet that you trust; can be given more than once
    #[arg(long, value_name = "ADDRESS", required = true)]
    from: Vec<String>,

    /// Most wallets to show where none is named
    #[arg(long, value_name = "NUMBER", default_value_t = 20, conflicts_with = "wallet", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    limit: u64,

    #[command(flatten)]
    source: Source,
}

#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    seen: SeenScore,
    at: ChainPoint,
}

impl Report for One {
    fn show(&self, page: &mut Page) {
        let seen = &self.seen;
        page.title(format!("Wallet {}", seen.wallet));
        page.field("seen from you", Cell::new(format!("{:.2}", seen.seen), BEST));
        page.field("score", grouped(seen.score));
        page.field("share", format!("{:.1}%", seen.share * 100.0));
        let bridge = |wallet: Address| Cell::new(format!("{wallet}: without it nothing would be seen"), NAME);
        page.field_if("all through", seen.bridge.map(bridge));
        page.field("as of", as_of(&self.at));
    }
}

#[derive(Serialize)]
struct Ranking {
    scores: Vec<SeenScore>,
    at: ChainPoint,
}

impl Report for Ranking {
    fn show(&self, page: &mut Page) {
        if self.scores.is_empty() {
            page.line(styled("nobody's score is seen from there", FAINT)).field("as of", as_of(&self.at));
            return;
        }
        let row = |seen: &SeenScore| {
            let mut row = vec![
                Cell::new(format!("{:.2}", seen.seen), BEST),
                Cell::from(grouped(seen.score)),
                Cell::new(seen.wallet.to_string(), NAME),
            ];
            row.extend(seen.bridge.map(|bridge| Cell::new(short_address(bridge), FAINT)));
            row
        };
        let rows: Vec<Vec<Cell>> = self.scores.iter().map(row).collect();
        page.table(0, &["seen", "score", "wallet", "all through"], &rows);
        page.gap().field("as of", as_of(&self.at));
    }
}

impl Score {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let wallet = self.wallet.as_deref().map(WalletInput::to_checked_address).transpose()?;
        let mut trusted: Vec<Address> = Vec::with_capacity(self.from.len());
        for wallet in &self.from {
            trusted.push(wallet.as_str().to_checked_address()?);
        }
        let client = self.source.client(context)?;
        let ViewpointReport { viewpoint, at, .. } =
            waiting("looking at all trades", ask(&client).viewpoint(&trusted)).await?;
        mind_age(context, &at);
        if let Some(wallet) = wallet {
            return context.output().result(&One { seen: viewpoint.score(wallet), at });
        }
        let mut scores = viewpoint.ranking();
        scores.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        context.output().result(&Ranking { scores, at })
    }
}
