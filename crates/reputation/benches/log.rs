//! How many outcomes a second become durable, and what one takes on disk: a table for BENCHMARKS.md.
//!
//! ```sh
//! cargo bench -p barter-reputation --bench log [-- outcomes]
//! tools/with-postgres -- cargo bench -p barter-reputation --bench log
//! ```
//!
//! Several threads send batches, as many connections would, each waiting for its answer. "Signed" outcomes are verified, the others
//! go to the log as if they had been: that is what the log alone takes. The files are real, on the disk that holds temporary files,
//! and each answer waits for it. With `BARTER_TEST_POSTGRES` set, as `tools/with-postgres` does, the same goes into that server.

use std::{env, error::Error, fs, path::Path, thread, time::Instant};

use barter_reputation::{
    key::{SecretKey, Signature},
    oracle::{Oracle, Settings, Verdict},
    wire::{Domain, Form, Fraction, Outcome, OutcomeFields, Price, SignedOutcome, Status},
};
use barter_store::Location;
use postgres::{Client, NoTls};

/// Outcomes recorded, where the command line names no number.
const OUTCOMES: u64 = 1_000_000;
/// Of them signed and verified: signing is slow.
const SIGNED: u64 = 200_000;
/// Outcomes sent singly.
const SINGLE: u64 = 2_000;
const PROVIDERS: u64 = 100;
const CONSUMERS: u64 = 500;
/// 2026-01-01, and the seconds that outcomes are spread over.
const BEGIN: u64 = 1_767_225_600;
const SPAN: u64 = 30 * 86_400;
const DOMAIN: Domain = Domain { chain_id: 8_453, bond: alloy_primitives::Address::repeat_byte(0xb0) };

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let named: Option<u64> = env::args().skip(1).find_map(|argument| argument.parse().ok());
    let outcomes = named.unwrap_or(OUTCOMES);
    println!("| database | outcomes | signed | in batches of | threads | outcomes/s | disk, bytes an outcome |");
    println!("|---|---|---|---|---|---|---|");
    let folder = tempfile::tempdir()?;
    let mut number = 0;
    let mut file = |_: &str| {
        number += 1;
        let path = folder.path().join(format!("{number}.db"));
        Ok::<_, Failure>((Location::file(&path), Some(path)))
    };
    all("SQLite", outcomes, &mut file)?;
    if let Ok(server) = env::var("BARTER_TEST_POSTGRES") {
        let mut client = Client::connect(&server, NoTls)?;
        let mut number = 0;
        all("PostgreSQL", outcomes / 10, &mut |_| {
            number += 1;
            let schema = format!("bench_log_{number}");
            client.batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"))?;
            Ok((Location::parse(&format!("{server}?options=-csearch_path%3D{schema}"))?, None))
        })?;
    }
    println!("most memory of this process: {} MiB", memory("VmHWM:")? / 1024);
    Ok(())
}

type Places<'a> = dyn FnMut(&str) -> Result<(Location, Option<std::path::PathBuf>), Failure> + 'a;

fn all(database: &str, outcomes: u64, place: &mut Places<'_>) -> Result<(), Failure> {
    for (count, signed, batch, threads) in [
        (SINGLE.min(outcomes), true, 1, 1),
        (SIGNED.min(outcomes), true, 100, 1),
        (SIGNED.min(outcomes), true, 100, 8),
        (outcomes, false, 100, 1),
        (outcomes, false, 100, 8),
        (outcomes, false, 1_000, 8),
    ] {
        let (location, path) = place(database)?;
        let took = run(&location, count, signed, batch, threads)?;
        // Closed, so that the log of changes is where it belongs.
        let bytes = match path {
            Some(path) => Some(size(&path)),
            None => Oracle::open(&location, Settings::default())?.bytes().ok(),
        };
        #[allow(clippy::cast_precision_loss, reason = "shown without decimals")]
        let speed = count as f64 / took;
        println!(
            "| {database} | {count} | {} | {batch} | {threads} | {speed:.0} | {} |",
            if signed { "yes" } else { "no" },
            bytes.map_or(0, |bytes| bytes / count)
        );
    }
    Ok(())
}

/// Seconds that recording took; making and signing are not timed.
fn run(location: &Location, count: u64, signed: bool, batch: u64, threads: u64) -> Result<f64, Failure> {
    let oracle = Oracle::create(location, Settings { domain: Some(DOMAIN), ..Settings::default() })?;
    let keys: Vec<_> = (0..CONSUMERS).map(secret).collect();
    for (number, key) in keys.iter().enumerate() {
        oracle.register_consumer(&consumer(number as u64), key.public(), BEGIN)??;
    }
    let per_thread = count / threads;
    let mut work: Vec<Vec<Vec<SignedOutcome>>> = Vec::new();
    if signed {
        work.extend((0..threads).map(|thread| {
            let first = thread * per_thread;
            let batches = (first..first + per_thread).step_by(usize::try_from(batch).unwrap_or(1));
            batches
                .map(|from| {
                    (from..(from + batch).min(first + per_thread))
                        .map(|number| made(number, count, Some(&keys)))
                        .collect()
                })
                .collect()
        }));
    }
    let begun = Instant::now();
    let mut making = 0.0;
    thread::scope(|scope| -> Result<(), Failure> {
        let mut running = Vec::new();
        for thread in 0..threads {
            let (oracle, ready) = (&oracle, work.pop());
            running.push(scope.spawn(move || -> Result<f64, Failure> {
                let mut making = 0.0;
                if let Some(batches) = ready {
                    for batch in batches {
                        let now = batch[0].outcome.fields().timestamp;
                        check(&oracle.record(batch, now)?)?;
                    }
                    return Ok(making);
                }
                let first = thread * per_thread;
                for from in (first..first + per_thread).step_by(usize::try_from(batch).unwrap_or(1)) {
                    let begun = Instant::now();
                    let outcomes: Vec<_> = (from..(from + batch).min(first + per_thread))
                        .map(|number| made(number, count, None))
                        .collect();
                    making += begun.elapsed().as_secs_f64();
                    let now = outcomes[0].outcome.fields().timestamp;
                    check(&oracle.record_unverified(outcomes, now)?)?;
                }
                Ok(making)
            }));
        }
        for thread in running {
            making += thread.join().map_err(|_| "a thread failed")??;
        }
        Ok(())
    })?;
    // Of one thread; with more, making one's batch goes on beside the others' writing and is counted.
    Ok(begun.elapsed().as_secs_f64() - if threads == 1 { making } else { 0.0 })
}

fn check(verdicts: &[Verdict]) -> Result<(), Failure> {
    match verdicts.iter().find(|verdict| !matches!(verdict, Verdict::Recorded { .. })) {
        None => Ok(()),
        Some(verdict) => Err(format!("{verdict:?}").into()),
    }
}

fn secret(number: u64) -> SecretKey {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    SecretKey::from_seed(&seed)
}

fn consumer(number: u64) -> String {
    format!("https://consumer-{number}.example.com")
}

/// Mixes a number (splitmix64).
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// An outcome, with an invocation's id as UUIDs are written. Times go up with the numbers.
fn made(number: u64, count: u64, keys: Option<&[SecretKey]>) -> SignedOutcome {
    let (one, other) = (mix(number), mix(!number));
    let from = one % CONSUMERS;
    let uuid = format!("{one:016x}{other:016x}");
    let fields = OutcomeFields {
        invocation_id: [&uuid[..8], &uuid[8..12], &uuid[12..16], &uuid[16..20], &uuid[20..]].join("-"),
        capability_id: format!("translate.multi@v{}", other % 10),
        product_id: format!("prod-{:03}", other % 50),
        provider_hub: format!("https://provider-{}.example.com", mix(other) % PROVIDERS),
        consumer_hub: consumer(from),
        status: if one.is_multiple_of(20) { Status::Failure } else { Status::Success },
        price: Price::from_units(other % 2_000_000).unwrap_or_else(|error| panic!("{error}")),
        latency_ms: u32::try_from(one % 20_000).unwrap_or_default(),
        quality: Fraction::from_ppm("quality", u32::try_from(other % 1_000_001).unwrap_or_default()).ok(),
        timestamp: BEGIN + number * SPAN / count,
    };
    let outcome = Outcome::new(Form::Bound(DOMAIN), fields).unwrap_or_else(|error| panic!("{error}"));
    let signature = if let Some(keys) = keys {
        keys[usize::try_from(from).unwrap_or_default()].sign(&outcome.signed_bytes())
    } else {
        let mut bytes = [0; 64];
        bytes.chunks_exact_mut(8).zip(0_u64..).for_each(|(part, place)| {
            part.copy_from_slice(&mix(one ^ place).to_be_bytes());
        });
        Signature::new(bytes)
    };
    SignedOutcome { outcome, signature }
}

/// Bytes of a database's files.
fn size(path: &Path) -> u64 {
    ["", "-wal", "-shm"]
        .iter()
        .filter_map(|end| fs::metadata(format!("{}{end}", path.display())).ok())
        .map(|file| file.len())
        .sum()
}

/// Memory of this process, in KiB.
fn memory(of: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(of)).ok_or("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
