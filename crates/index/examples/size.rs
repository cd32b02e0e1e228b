//! Bytes on disk for each trade, by table and index, and events a second:
//! `cargo run --release -p barter-index --features synthetic --example size [trades] [file]`.

use std::{env, error::Error, fs, time::Instant};

use barter_index::{
    Index, Location,
    synthetic::{Settings, Synthetic, identity},
};

fn main() -> Result<(), Box<dyn Error>> {
    let trades: u64 = env::args().nth(1).map_or(Ok(20_000), |text| text.parse())?;
    let path = env::args().nth(2).unwrap_or_else(|| "size.db".to_owned());
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{path}{suffix}"));
    }
    let mut index = Index::create(&Location::file(&path), &identity())?;
    let settings = Settings { trades, wallets: (trades / 10).max(2), ..Settings::default() };
    let (mut events, mut seconds) = (0, 0.0);
    for page in Synthetic::new(settings) {
        let started = Instant::now();
        events += index.apply(&page)?.events;
        seconds += started.elapsed().as_secs_f64();
    }
    let bytes = index.status()?.bytes;
    drop(index);

    let connection = rusqlite::Connection::open(&path)?;
    let sql = "SELECT name, sum(pgsize), sum(payload), sum(unused) FROM dbstat GROUP BY name ORDER BY 2 DESC";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(())?;
    #[allow(clippy::cast_precision_loss, reason = "shown with one decimal")]
    while let Some(row) = rows.next()? {
        let each = |place| row.get::<_, i64>(place).map(|bytes| bytes as f64 / trades as f64);
        let name: String = row.get(0)?;
        println!("{name:32} {:7.1} bytes a trade, {:6.1} of content, {:5.1} unused", each(1)?, each(2)?, each(3)?);
    }
    #[allow(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let (each, speed) = (bytes as f64 / trades as f64, events as f64 / seconds);
    println!("{trades} trades: {each:.1} bytes a trade with the log; {events} events, {speed:.0} events/s");
    Ok(())
}
