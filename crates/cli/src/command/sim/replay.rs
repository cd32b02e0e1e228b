//! `barter sim replay`

use std::{
    fs::File,
    io::{self, BufReader, Write as _},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use alloy_primitives::Address;
use barter_sdk::WalletInput;
use barter_sim::{
    TradeRef,
    replay::{Filter, Lines, Replayed, replay},
};
use clap::Args;

use super::{
    Threads,
    work::{Watched, work},
};
use crate::{
    context::Context,
    error::Error,
    output::{Output, Report},
    page::{GOOD, Page, styled},
    text::grouped,
};

/// Run an event log's transactions again on the contracts, and compare what came of each
///
/// No agent decides anything: the log alone says what is sent, and when. Exits with 1 where anything differs.
#[derive(Args)]
#[command(after_help = "Examples:
  barter sim run open-market --days 2 --out results --log
  barter sim replay results/events-0.log
  barter sim replay results/events-0.log --show | head
  barter sim replay results/events-0.log --trade 17
  barter sim replay results/events-0.log --wallet 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --json")]
pub(crate) struct Replay {
    /// The event log
    log: PathBuf,

    /// Print its records instead
    #[arg(long)]
    show: bool,

    /// Print the records of this wallet and its trades
    #[arg(long, value_name = "ADDRESS")]
    wallet: Option<String>,

    /// Print the records of this trade
    #[arg(long, value_name = "NUMBER")]
    trade: Option<u64>,
}

impl Report for Replayed {
    fn show(&self, page: &mut Page) {
        page.line(format!("{}  every transaction did what the log says", styled("right", GOOD)));
        page.field("scenario", crate::text::printable(&self.scenario.name));
        page.field("seed", self.scenario.seed.to_string());
        page.field("world", self.world.to_string());
        page.field(
            "transactions",
            format!("{}, {} of them refused", grouped(self.transactions), grouped(self.refused)),
        );
        page.field("settled trades", grouped(self.settled));
        page.field("wallets", grouped(self.wallets));
        page.field("gas", grouped(self.gas));
        page.field("log hash", self.hash.to_string());
    }
}

impl Replay {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let unreadable = |error: io::Error| Error::Unreadable { path: self.log.clone(), reason: error.to_string() };
        let wallet = self.wallet.as_deref().map(WalletInput::to_address).transpose()?;
        let file = File::open(&self.log).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(unreadable(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        if self.show || wallet.is_some() || self.trade.is_some() {
            return self.print(file, wallet, context.output());
        }
        let path = self.log.clone();
        let watched = Arc::new(Watched::bytes());
        let read = Arc::new(AtomicU64::new(0));
        let (bytes, seen) = (metadata.len(), Arc::clone(&watched));
        let job = move |watched: &Watched| {
            let input = Input { file, read: Arc::clone(&read), watched: seen };
            let replayed = replay(BufReader::new(input), |_| {
                watched.show(read.load(Ordering::Relaxed), bytes, "replayed");
            });
            match replayed {
                Err(_) if watched.is_stopped() => Err(Error::Stopped),
                replayed => replayed.map_err(|error| Error::Replay { path, error: Box::new(error) }),
            }
        };
        let replayed = work(&Threads { threads: Some(1) }, watched, job).await?;
        context.output().result(&replayed)
    }

    /// Prints records as they are read: there may be very many.
    fn print(&self, file: File, wallet: Option<Address>, output: Output) -> Result<(), Error> {
        let damaged = |error| Error::Replay { path: self.log.clone(), error: Box::new(error) };
        let filter = Filter { wallet, trade: self.trade.map(TradeRef) };
        let lines = Lines::new(BufReader::new(file), filter).map_err(|error| damaged(error.into()))?;
        let header = lines.reader().header();
        let world = header.world;
        let scenario = barter_sim::Scenario::parse(&header.scenario);
        let seed = scenario.map_or_else(|_| "unknown".to_owned(), |scenario| scenario.seed.to_string());
        output.say(&format!("world {world}, seed {seed}"));
        let mut is_empty = true;
        let mut stdout = io::BufWriter::new(io::stdout().lock());
        for line in lines {
            let line = line.map_err(|error| damaged(error.into()))?;
            is_empty = false;
            let written = if output.is_json() {
                let line = serde_json::json!({ "record": line.record, "text": line.text });
                writeln!(stdout, "{line}")
            } else {
                writeln!(stdout, "{}  {}", line.record, line.text)
            };
            written.map_err(Error::Output)?;
        }
        stdout.flush().map_err(Error::Output)?;
        let trade = self.trade.map(|trade| format!("trade {trade}"));
        let asked: Vec<_> = wallet.map(|wallet| format!("wallet {wallet}")).into_iter().chain(trade).collect();
        if is_empty && !asked.is_empty() {
            return Err(Error::NoRecord { path: self.log.clone(), what: asked.join(" in ") });
        }
        Ok(())
    }
}

/// A log that counts what is read of it, and ends early where one is to stop.
struct Input {
    file: File,
    read: Arc<AtomicU64>,
    watched: Arc<Watched>,
}

impl io::Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watched.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        let length = self.file.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}
