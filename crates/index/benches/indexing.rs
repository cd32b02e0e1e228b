//! How fast a chain is indexed and what it takes on disk, as both grow: a table for BENCHMARKS.md.
//!
//! ```sh
//! cargo bench -p barter-index --bench indexing [-- trades…]
//! tools/with-postgres -- cargo bench -p barter-index --bench indexing
//! ```
//!
//! A [`Follower`] reads a chain of real ABI-encoded logs, seven a trade, in pages such as nodes give, decodes them, checks them
//! against the protocol's rules and each other, and writes them to a real file. Making the chain is not timed. With
//! `BARTER_TEST_POSTGRES` set, as `tools/with-postgres` does, the same chain goes into that server, with its own settings.

use std::{
    convert::Infallible,
    env,
    error::Error,
    time::{Duration, Instant},
};

use barter_index::{
    Chain, Follower, Header, Index, Location, Page, Step,
    synthetic::{Settings, Synthetic, identity},
};
use postgres::{Client, NoTls};

/// Trades of each chain, where the command line names none.
const TRADES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Trades for each wallet: each takes part in twice as many.
const TRADES_PER_WALLET: u64 = 10;

/// Blocks of a page: 7,000 logs. Nodes give up to 10,000.
const BLOCKS_PER_PAGE: u64 = 20;

/// What a chain came to in a database.
struct Measured {
    events: u64,
    took: Duration,
    bytes: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    // cargo passes `--bench`.
    let named: Vec<u64> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    let server = env::var("BARTER_TEST_POSTGRES").ok();
    println!("| trades | events | database | events/s | disk, bytes a trade |");
    println!("|---|---|---|---|---|");
    for trades in if named.is_empty() { TRADES.to_vec() } else { named } {
        row("SQLite", trades, &sqlite(trades)?);
        if let Some(server) = &server {
            row("PostgreSQL", trades, &postgres(trades, server)?);
        }
    }
    Ok(())
}

fn row(database: &str, trades: u64, measured: &Measured) {
    let Measured { events, took, bytes } = measured;
    #[allow(clippy::cast_precision_loss, reason = "shown without decimals")]
    let speed = *events as f64 / took.as_secs_f64();
    println!("| {trades} | {events} | {database} | {speed:.0} | {} |", bytes / trades);
}

fn sqlite(trades: u64) -> Result<Measured, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    index(trades, &Location::file(folder.path().join("index.db")))
}

/// In a schema of its own, gone afterwards.
fn postgres(trades: u64, server: &str) -> Result<Measured, Box<dyn Error>> {
    let schema = format!("bench_{trades}");
    let mut client = Client::connect(server, NoTls)?;
    client.batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"))?;
    let measured = index(trades, &Location::parse(&format!("{server}?options=-csearch_path%3D{schema}"))?);
    client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"))?;
    measured
}

fn index(trades: u64, location: &Location) -> Result<Measured, Box<dyn Error>> {
    let wallets = trades / TRADES_PER_WALLET;
    let settings = Settings { trades, wallets, blocks_per_page: BLOCKS_PER_PAGE, ..Settings::default() };
    let mut chain = Timed { chain: Synthetic::new(settings), took: Duration::ZERO };
    let mut index = Index::create(location, &identity())?;
    let (mut events, begun) = (0, Instant::now());
    let mut follower = Follower::new(&mut index, &mut chain);
    while let Step::Applied(applied) = follower.step()? {
        events += applied.events;
    }
    let took = begun.elapsed().saturating_sub(chain.took);
    // Whoever closes a file last puts the log of changes in its place.
    drop(index);
    Ok(Measured { events, took, bytes: Index::open(location)?.status()?.bytes })
}

/// A chain, and the time it took to make.
struct Timed {
    chain: Synthetic,
    took: Duration,
}

impl Chain for &mut Timed {
    type Error = Infallible;

    fn head(&mut self) -> Result<Header, Infallible> {
        self.chain.head()
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Infallible> {
        self.chain.header(number)
    }

    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Infallible> {
        let begun = Instant::now();
        let page = self.chain.page(from, to);
        self.took += begun.elapsed();
        page
    }
}
