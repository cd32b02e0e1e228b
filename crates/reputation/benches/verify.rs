//! Checking the signatures of the source's own example, a hundred outcomes of five consumers: singly and in batches of a hundred, on
//! one core, beside the published package in the same run. Both make the signed text from the outcome each time.
//!
//! `PEER_PYTHON` names a Python with `aimarket-hub` 3.16.0 in it (`requirements/peer.txt`); without, only ours is measured. Ends with an
//! error below 20,000 a second singly, or 40,000 in batches.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]

use std::{
    env,
    hint::black_box,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use barter_reputation::{
    key::{PublicKey, SecretKey, Signature},
    verify::{Signed, Verifier},
    wire::{Form, Fraction, Number, Outcome, OutcomeFields, Price, Status},
};
use criterion::{Criterion, criterion_group, criterion_main};

/// Outcomes of a batch, and consumers that signed them.
const BATCH: u32 = 100;
const CONSUMERS: u32 = 5;
/// What a second has to be enough for.
const AIM_SINGLY: f64 = 20_000.0;
const AIM_IN_BATCHES: f64 = 40_000.0;
/// Batches timed for the comparison; the median counts.
const RUNS: usize = 501;
/// Outcomes that the published package verifies.
const PYTHON_OUTCOMES: u32 = 2_000;

struct Example {
    outcome: Outcome,
    key: PublicKey,
    signature: Signature,
}

/// The source's example.
fn examples() -> Vec<Example> {
    let keys: Vec<_> =
        (1..=CONSUMERS).map(|number| SecretKey::from_seed(&[u8::try_from(number).unwrap(); 32])).collect();
    let example = |number: u32| {
        let key = &keys[(number % CONSUMERS) as usize];
        let quality = Number::Float(0.90 + f64::from(number % 10) * 0.01);
        let fields = OutcomeFields {
            invocation_id: format!("inv_{number}"),
            capability_id: "translate.multi@v2".to_owned(),
            product_id: "prod-001".to_owned(),
            provider_hub: "https://translate-pro.example.com".to_owned(),
            consumer_hub: format!("consumer_{}", number % CONSUMERS),
            status: Status::Success,
            price: Price::from_units(400_000).unwrap(),
            latency_ms: 8_000 + (number % 20) * 100,
            quality: Some(Fraction::from_number("quality_score", quality).unwrap()),
            timestamp: 1_767_323_045,
        };
        let outcome = Outcome::new(Form::Published, fields).unwrap();
        Example { signature: key.sign(&outcome.signed_bytes()), key: key.public(), outcome }
    };
    (0..BATCH).map(example).collect()
}

fn singly(verifier: &Verifier, examples: &[Example]) {
    for Example { outcome, key, signature } in examples {
        assert!(verifier.verify(Signed { key, message: &outcome.signed_bytes(), signature }));
    }
}

fn in_a_batch(verifier: &Verifier, examples: &[Example]) {
    let messages: Vec<_> = examples.iter().map(|example| example.outcome.signed_bytes()).collect();
    let signed = |(example, message): (_, _)| {
        let Example { key, signature, .. }: &Example = example;
        let message: &Vec<u8> = message;
        Signed { key, message, signature }
    };
    let batch: Vec<_> = examples.iter().zip(&messages).map(signed).collect();
    assert!(verifier.verify_batch(&batch).into_iter().all(|good| good));
}

fn verify(criterion: &mut Criterion) {
    let examples = examples();
    let verifier = Verifier::new();
    criterion.bench_function("verify 100 outcomes singly", |bencher| {
        bencher.iter(|| singly(&verifier, black_box(&examples)));
    });
    criterion.bench_function("verify a batch of 100", |bencher| {
        bencher.iter(|| in_a_batch(&verifier, black_box(&examples)));
    });
    criterion.bench_function("verify one under a key never met", |bencher| {
        bencher.iter_with_setup(Verifier::new, |verifier| singly(&verifier, black_box(&examples[..1])));
    });

    let one = median(RUNS, || singly(&verifier, &examples)) / BATCH;
    let batched = median(RUNS, || in_a_batch(&verifier, &examples)) / BATCH;
    let rate = |time: Duration| 1.0 / time.as_secs_f64();
    println!(
        "singly {:.1} µs, {:.0}/s; in batches of {BATCH} {:.1} µs, {:.0}/s",
        micros(one),
        rate(one),
        micros(batched),
        rate(batched)
    );
    match env::var_os("PEER_PYTHON") {
        Some(python) => {
            let theirs = python_verify(Path::new(&python));
            println!(
                "aimarket-hub 3.16.0: {:.1} µs, {:.0}/s; ratio {:.1} singly, {:.1} in batches",
                micros(theirs),
                rate(theirs),
                theirs.as_secs_f64() / one.as_secs_f64(),
                theirs.as_secs_f64() / batched.as_secs_f64(),
            );
        }
        None => println!("PEER_PYTHON is not set: nothing to compare with"),
    }
    assert!(rate(one) >= AIM_SINGLY, "{:.0}/s singly, aimed at {AIM_SINGLY}", rate(one));
    assert!(rate(batched) >= AIM_IN_BATCHES, "{:.0}/s in batches, aimed at {AIM_IN_BATCHES}", rate(batched));
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn median(runs: usize, work: impl Fn()) -> Duration {
    let timed = |_| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    let mut times: Vec<_> = (0..runs).map(timed).collect();
    times.sort();
    times[runs / 2]
}

/// How long the published package takes for one, by its own clock: starting Python and signing are not counted.
fn python_verify(python: &Path) -> Duration {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/verify.py");
    let output =
        Command::new(python).arg(script).arg(PYTHON_OUTCOMES.to_string()).output().expect("PEER_PYTHON starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Duration::from_secs_f64(serde_json::from_slice(&output.stdout).unwrap())
}

criterion_group!(benches, verify);
criterion_main!(benches);
