//! What a score takes as a provider's window grows, and as the whole log does; what a start takes after kill -9: tables for
//! BENCHMARKS.md.
//!
//! ```sh
//! cargo bench -p barter-reputation --bench score_at_scale [-- others]
//! ```
//!
//! `others` is how many outcomes of other providers are stored as well, 10,000,000 where the command line names no number. Each
//! database is a real file. `PEER_PYTHON` names a Python with `aimarket-hub` 3.16.0 in it (`requirements/peer.txt`), whose score over as
//! many outcomes, in memory, is measured in the same run; without, only ours is.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use barter_reputation::{
    chain::BondReading,
    key::{SecretKey, Signature},
    oracle::{MAX_BATCH, Oracle, Settings, Verdict},
    wire::{Form, Fraction, Outcome, OutcomeFields, Price, SignedOutcome, Status},
};
use barter_store::Location;
use serde::Deserialize;

/// Outcomes of other providers, where the command line names no number.
const OTHERS: u64 = 10_000_000;
/// Outcomes in the windows that are measured.
const WINDOWS: [u64; 3] = [1_000, 10_000, 100_000];
/// The others, each with a hundred thousand.
const OTHERS_PER_PROVIDER: u64 = 100_000;
const CONSUMERS: u64 = 5;
/// 2026-01-01, and the seconds of a window.
const BEGIN: u64 = 1_767_225_600;
const WINDOW: u64 = 30 * 86_400;
/// Scores timed, of which the median counts.
const SCORES: usize = 2_001;
/// Most a score of 100,000 may take, in microseconds.
const AIM: f64 = 50.0;
/// Where a child that is to be killed finds the log.
const CHILD: &str = "BARTER_BENCH_LOG";

type Failure = Box<dyn Error>;

#[derive(Deserialize)]
struct Theirs {
    seconds: f64,
    bytes: f64,
}

fn main() -> Result<(), Failure> {
    if let Ok(path) = env::var(CHILD) {
        return write_until_killed(Path::new(&path));
    }
    let named: Option<u64> = env::args().skip(1).find_map(|argument| argument.parse().ok());
    let others = named.unwrap_or(OTHERS);
    let theirs = python()?;
    println!(
        "| in the window | others stored | first score, µs | score, µs | while written, µs | aimarket-hub 3.16.0, µs |"
    );
    println!("|---|---|---|---|---|---|");
    let folder = tempfile::tempdir()?;
    let mut slowest: f64 = 0.0;
    for others in [0, others] {
        let path = folder.path().join(format!("{others}.db"));
        let oracle = open(&path)?;
        fill(&oracle, others)?;
        for window in WINDOWS {
            let name = format!("https://provider-of-{window}.example.com");
            record(&oracle, window, |number| (name.clone(), BEGIN + number * WINDOW / window))?;
            let now = BEGIN + WINDOW - 1_800;
            let first = micros(time(|| score(&oracle, &name, now))?);
            let warm = micros(median(|number| score(&oracle, &name, now + number as u64 % 1_700))?);
            // One more outcome before each: what is remembered has to be brought up to date.
            let written = micros(median_of(101, |number| {
                record(&oracle, 1, |_| (name.clone(), now + number as u64 % 1_700))?;
                time(|| score(&oracle, &name, now))
            })?);
            if window == 100_000 {
                slowest = slowest.max(warm);
            }
            let peer = theirs.get(&window).map_or(String::new(), |theirs| format!("{:.0}", theirs.seconds * 1e6));
            println!("| {window} | {others} | {first:.0} | {warm:.1} | {written:.1} | {peer} |");
        }
        if others > 0 {
            after_kill(oracle, &path, others)?;
        }
    }
    if let Some(theirs) = theirs.get(&WINDOWS[2]) {
        println!("aimarket-hub 3.16.0 keeps an outcome in {:.0} bytes of memory", theirs.bytes);
    }
    assert!(slowest < AIM, "{slowest:.1} µs, aimed at {AIM}");
    Ok(())
}

fn open(path: &Path) -> Result<Oracle, Failure> {
    let oracle = Oracle::create(&Location::file(path), Settings::default())?;
    for number in 0..CONSUMERS {
        let key = SecretKey::from_seed(&[u8::try_from(number + 1)?; 32]);
        oracle.register_consumer(&format!("consumer_{number}"), key.public(), BEGIN)??;
    }
    Ok(oracle)
}

/// Records the outcomes of others.
fn fill(oracle: &Oracle, others: u64) -> Result<(), Failure> {
    let providers = others.div_ceil(OTHERS_PER_PROVIDER);
    let begun = Instant::now();
    record(oracle, others, |number| {
        (format!("https://other-{}.example.com", mix(number) % providers), BEGIN + number * WINDOW / others)
    })?;
    if others > 0 {
        #[allow(clippy::cast_precision_loss, reason = "shown without decimals")]
        let rate = others as f64 / begun.elapsed().as_secs_f64();
        eprintln!("{others} others recorded, {rate:.0} a second; {} bytes an outcome", oracle.bytes()? / others);
    }
    Ok(())
}

/// Records so many outcomes, as if their signatures were right.
fn record(oracle: &Oracle, count: u64, of: impl Fn(u64) -> (String, u64)) -> Result<(), Failure> {
    let (before, _) = oracle.tree_head()?;
    // Times go up with the numbers, and a batch is of less than a day.
    let batch = (count / 60).clamp(1, MAX_BATCH as u64);
    for from in (0..count).step_by(usize::try_from(batch)?) {
        let outcomes: Vec<_> = (from..count.min(from + batch))
            .map(|number| {
                let (provider, timestamp) = of(number);
                outcome(before + number, provider, timestamp)
            })
            .collect::<Result<_, _>>()?;
        let now = outcomes[0].outcome.fields().timestamp;
        let verdicts = oracle.record_unverified(outcomes, now)?;
        if let Some(verdict) = verdicts.iter().find(|verdict| !matches!(verdict, Verdict::Recorded { .. })) {
            return Err(format!("{verdict:?}").into());
        }
    }
    Ok(())
}

fn outcome(number: u64, provider_hub: String, timestamp: u64) -> Result<SignedOutcome, Failure> {
    let mixed = mix(number);
    let fields = OutcomeFields {
        invocation_id: format!("inv_{mixed:016x}"),
        capability_id: "translate.multi@v2".to_owned(),
        product_id: "prod-001".to_owned(),
        provider_hub,
        consumer_hub: format!("consumer_{}", number % CONSUMERS),
        status: if mixed.is_multiple_of(20) { Status::Failure } else { Status::Success },
        price: Price::from_units(mixed % 2_000_000)?,
        latency_ms: u32::try_from(mixed % 20_000)?,
        quality: Some(Fraction::from_ppm("quality", u32::try_from(mixed % 1_000_001)?)?),
        timestamp,
    };
    let mut signature = [0; 64];
    for (part, place) in signature.chunks_exact_mut(8).zip(0_u64..) {
        part.copy_from_slice(&mix(mixed ^ place).to_be_bytes());
    }
    Ok(SignedOutcome { outcome: Outcome::new(Form::Published, fields)?, signature: Signature::new(signature) })
}

fn score(oracle: &Oracle, provider: &str, now: u64) -> Result<(), Failure> {
    let scored = oracle.score(provider, now, &BondReading::default())?.ok_or("never seen")?;
    assert!(scored.record.counts.total() > 0);
    Ok(())
}

/// A child records until it is killed; then what is there is opened, and a first score made.
fn after_kill(oracle: Oracle, path: &Path, others: u64) -> Result<(), Failure> {
    drop(oracle);
    let mut child = Command::new(env::current_exe()?).env(CHILD, path).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    for _ in 0..200 {
        lines.next().ok_or("the child ended")??;
    }
    // SIGKILL, in the midst of it.
    child.kill()?;
    child.wait()?;
    let left = fs::metadata(format!("{}-wal", path.display())).map_or(0, |file| file.len());
    let begun = Instant::now();
    let oracle = Oracle::create(&Location::file(path), Settings::default())?;
    let opened = begun.elapsed();
    let (size, _) = oracle.tree_head()?;
    score(&oracle, "https://other-0.example.com", BEGIN + WINDOW - 1_800)?;
    let scored = begun.elapsed();
    record(&oracle, 1, |_| ("https://other-0.example.com".to_owned(), BEGIN + WINDOW))?;
    let recorded = begun.elapsed();
    println!(
        "start after kill -9 with {size} outcomes and {left} bytes not yet in their place: open {:.1} ms, first score {:.1} ms, first outcome recorded {:.1} ms",
        micros(opened) / 1e3,
        micros(scored) / 1e3,
        micros(recorded) / 1e3
    );
    drop(oracle);
    println!("disk: {} bytes an outcome", fs::metadata(path)?.len() / size.max(others));
    Ok(())
}

fn write_until_killed(path: &Path) -> Result<(), Failure> {
    let oracle = Oracle::create(&Location::file(path), Settings::default())?;
    loop {
        record(&oracle, 100, |number| (format!("https://other-{}.example.com", number % 7), BEGIN + WINDOW))?;
        println!("recorded");
    }
}

/// What the published package takes, by its own clock.
fn python() -> Result<BTreeMap<u64, Theirs>, Failure> {
    let Some(python) = env::var_os("PEER_PYTHON") else {
        eprintln!("PEER_PYTHON is not set: nothing to compare with");
        return Ok(BTreeMap::new());
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/score_at_scale.py");
    let output = Command::new(python).arg(script).args(WINDOWS.map(|window| window.to_string())).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn time(work: impl FnOnce() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed())
}

fn median(work: impl Fn(usize) -> Result<(), Failure>) -> Result<Duration, Failure> {
    median_of(SCORES, |number| time(|| work(number)))
}

fn median_of(runs: usize, work: impl Fn(usize) -> Result<Duration, Failure>) -> Result<Duration, Failure> {
    let mut times = (0..runs).map(work).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    Ok(times[runs / 2])
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Mixes a number (splitmix64), each to another.
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
