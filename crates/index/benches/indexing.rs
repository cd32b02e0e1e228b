//! How fast a chain is indexed and what it takes on disk, as both grow: a table for BENCHMARKS.md.
//!
//! ```sh
//! cargo bench -p barter-index --bench indexing [-- trades…]
//! tools/with-postgres -- cargo bench -p barter-index --bench indexing
//! ```
//!
//! Real ABI-encoded logs go in by [`Index::apply`], which decodes them, checks them against the protocol's rules and each other,
//! and writes them to a real file: seven events a trade, a page of a thousand trades a transaction. Making them is not timed.
//! With `BARTER_TEST_POSTGRES` set, as `tools/with-postgres` does, the same pages go into that server, with its own settings.

use std::{
    env,
    error::Error,
    time::{Duration, Instant},
};

use barter_index::{
    Index, Location,
    synthetic::{Settings, Synthetic, identity},
};
use postgres::{Client, NoTls};

/// Trades of each chain, where the command line names none.
const TRADES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Trades for each wallet: each takes part in twice as many.
const TRADES_PER_WALLET: u64 = 10;

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
    let settings = Settings { trades, wallets: trades / TRADES_PER_WALLET, ..Settings::default() };
    let mut index = Index::create(location, &identity())?;
    let (mut events, mut took) = (0, Duration::ZERO);
    for page in Synthetic::new(settings) {
        let begun = Instant::now();
        events += index.apply(&page)?.events;
        took += begun.elapsed();
    }
    // Whoever closes a file last puts the log of changes in its place.
    drop(index);
    Ok(Measured { events, took, bytes: Index::open(location)?.status()?.bytes })
}
