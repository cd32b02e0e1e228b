//! What only the inside of the log can bring about: disks that are full, programs that end between two statements.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::HashSet;

use barter_store::testing::Ending;

use super::{append::Appender, writer::PROBE_BYTES, *};
use crate::{
    key::{SecretKey, Signature},
    wire::{AttestationEnvelope, Form, Fraction, Number, Outcome, OutcomeFields, Price, SignedOutcome, Status},
};

const NOW: u64 = 1_767_322_800;

fn open(folder: &tempfile::TempDir) -> Log {
    Log::create(&Location::file(folder.path().join("log.db")), None).unwrap()
}

fn candidates(log: &Log, calls: std::ops::Range<u32>) -> Vec<Candidate> {
    let key = SecretKey::from_seed(&[1; 32]).public();
    log.add_consumer("c", key, false, NOW).unwrap();
    let consumer = log.consumers(&HashSet::from(["c".to_owned()])).unwrap()["c"];
    calls
        .map(|call| {
            let fields = OutcomeFields {
                invocation_id: format!("{call}"),
                capability_id: format!("capability-{}", call % 50),
                product_id: String::new(),
                provider_hub: format!("https://provider-{}.example", call % 40),
                consumer_hub: "C".to_owned(),
                status: Status::Success,
                price: Price::from_units(1).unwrap(),
                latency_ms: 1,
                quality: Some(Fraction::from_ppm("quality", call).unwrap()),
                timestamp: NOW + u64::from(call) * 60,
            };
            let outcome = Outcome::new(Form::Published, fields).unwrap();
            let signed = SignedOutcome { outcome, signature: Signature::new([7; 64]) };
            let leaf = signed.leaf(&key);
            Candidate::new(signed, consumer.consumer, consumer.key_id, leaf)
        })
        .collect()
}

/// Everything that is stored, as text.
fn rows(log: &Log) -> Vec<String> {
    let mut rows = Vec::new();
    log.readers
        .read(|engine| {
            for table in ["texts", "providers", "outcomes", "calls", "subtrees", "hours"] {
                engine.query(&format!("SELECT * FROM {table} ORDER BY id"), &[], &mut |row| {
                    rows.push(format!("{table} {row:?}"));
                    Ok(())
                })?;
            }
            Ok(())
        })
        .unwrap();
    rows
}

/// Appends and says what it comes to in a log that nothing ever happened to.
fn expected(batches: &[std::ops::Range<u32>]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    for batch in batches {
        log.append(candidates(&log, batch.clone())).unwrap();
    }
    rows(&log)
}

#[test]
fn a_full_disk_loses_nothing_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    let batches = [0..200, 200..300, 300..900];
    let mut full = 0;
    for batch in &batches {
        let wanted = candidates(&log, batch.clone());
        let before = rows(&log);
        // Ever a little more room, until the batch fits: so each of its statements meets the full disk.
        for room in 0.. {
            log.writer().unwrap().write(move |engine| make_room(engine, room * 3)).unwrap();
            match log.append(wanted.clone()) {
                Ok(_) => break,
                Err(error) => assert!(matches!(error, Error::Store(StoreError::Full { .. })), "{error:?}"),
            }
            full += 1;
            assert_eq!(rows(&log), before);
            assert_eq!(
                log.head().unwrap().1,
                log.readers
                    .read(|engine| {
                        let size = tree::size(engine)?;
                        Ok(tree::frontier(engine, size)?.root())
                    })
                    .unwrap()
            );
        }
    }
    assert!(full > 10, "{full}");
    assert_eq!(rows(&log), expected(&batches));
}

/// The probe asks for room, and writes as much as a request brings: a full disk is one that takes no more of either.
#[test]
fn a_log_is_writable_again_once_there_is_room_and_no_sooner() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    let (first, second) = (candidates(&log, 0..200), candidates(&log, 200..400));
    log.append(first.clone()).unwrap();
    let before = rows(&log);
    let writer = log.writer().unwrap();
    assert!(log.is_writable());
    writer.write(|engine| make_room(engine, 0)).unwrap();
    log.append(second.clone()).unwrap_err();
    for _ in 0..3 {
        assert!(!log.is_writable());
    }
    // What is written in no place says nothing of whether there is any: a replay, a key that is known.
    log.append(first).unwrap();
    candidates(&log, 0..0);
    assert!(!log.is_writable());
    writer.write(|engine| make_room(engine, 1_000)).unwrap();
    let written = || folder.path().join("log.db-wal").metadata().unwrap().len();
    // The second time where the first has left free pages.
    for _ in 0..2 {
        let length = written();
        assert!(log.is_writable());
        assert!(written() >= length + PROBE_BYTES as u64, "{length} bytes, then {}", written());
        assert_eq!(rows(&log), before);
        writer.write(|_| Err::<(), _>(Error::Busy)).unwrap_err();
    }
    assert!(log.is_writable());
    // It looked once: what works is not tried.
    let length = written();
    assert!(log.is_writable());
    assert_eq!(written(), length);
    log.append(second).unwrap();
}

/// Lets the file have this many pages more.
fn make_room(engine: &mut dyn Engine<Error>, pages: i64) -> Result<(), Error> {
    let mut count = 0;
    engine.query("PRAGMA page_count", &[], &mut |row| {
        count = row::integer(row, 0)?;
        Ok(())
    })?;
    engine.query(&format!("PRAGMA max_page_count = {}", count + pages), &[], &mut |_| Ok(()))
}

#[test]
fn a_program_that_ends_at_any_call_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::file(folder.path().join("log.db"));
    let log = open(&folder);
    log.append(candidates(&log, 0..250)).unwrap();
    let (before, wanted) = (rows(&log), candidates(&log, 250..290));
    drop(log);
    for calls in 0.. {
        let engine = connect(&location, Access::Write, &PURPOSE).unwrap();
        let mut engine = Ending::after(calls, engine);
        let mut appender = Appender::new(None);
        let done = barter_store::in_transaction(&mut engine, Access::Write, |engine| appender.append(engine, &wanted));
        drop(engine);
        if done.is_ok() {
            assert!(calls > 10);
            break;
        }
        assert_eq!(rows(&Log::open(&location).unwrap()), before, "ended at call {calls}");
    }
    assert_eq!(rows(&Log::open(&location).unwrap()), expected(&[0..250, 250..290]));
}

/// Two calls with one hash, as if somebody had found them: each is found at its own place.
#[test]
fn calls_with_one_hash_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    let at_one_place = |calls| {
        let mut all = candidates(&log, calls);
        for candidate in &mut all {
            candidate.move_to(i64::MAX);
        }
        all
    };
    let recorded = |index| Placed::Recorded { index };
    let replayed = |index| Placed::Replayed { index };
    assert_eq!(log.append(at_one_place(0..2)).unwrap(), [recorded(0), recorded(1)]);
    assert_eq!(log.append(at_one_place(0..4)).unwrap(), [replayed(0), replayed(1), recorded(2), recorded(3)]);
    let mut twice = at_one_place(3..5);
    twice.extend(at_one_place(4..5));
    assert_eq!(log.append(twice).unwrap(), [replayed(3), recorded(4), replayed(4)]);
    // More than there can be.
    let error = log.append(at_one_place(5..50)).unwrap_err();
    assert!(matches!(error, Error::Store(StoreError::Damaged { table: "calls", .. })), "{error:?}");
    assert_eq!(log.head().unwrap().0, 5);
}

fn attestation(provider: &str, seq: u64) -> AttestationEnvelope {
    AttestationEnvelope {
        issuer_hub: "https://hub.example".to_owned(),
        provider_hub: provider.to_owned(),
        slashed_usd: Number::Float(1.0),
        dispute_id: "d".to_owned(),
        reason: String::new(),
        seq,
        timestamp: Number::Integer(NOW),
        pom: None,
        evidence: None,
        evidence_kind: String::new(),
        issuer_pubkey_b64: String::new(),
        signature_b64: String::new(),
    }
}

#[test]
fn an_issuer_has_only_so_many_attestations() {
    use Ingested::{Full, Known, Stored};
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    let ingest = |issuer: u8, said: &[(&str, u64)]| {
        let key = SecretKey::from_seed(&[issuer; 32]).public();
        log.ingest(key, said.iter().map(|(provider, seq)| (attestation(provider, *seq), None)).collect(), NOW).unwrap()
    };
    // Two about a provider, three in all, at once or one after the other.
    assert_eq!(ingest(1, &[("p", 1), ("P", 2), ("p", 3), ("q", 2)]), [Stored, Stored, Full, Known]);
    assert_eq!(ingest(1, &[("p", 4), ("q", 5), ("r", 6)]), [Full, Stored, Full]);
    assert_eq!(ingest(1, &[("p", 1)]), [Known]);
    assert_eq!(ingest(2, &[("p", 1), ("p", 1)]), [Stored, Known]);
    let key = SecretKey::from_seed(&[1; 32]).public();
    assert_eq!(log.last_of(&key).unwrap(), 5);
    assert_eq!(log.known_of(&key, &[1, 3, 5, 6]).unwrap(), HashSet::from([1, 5]));
}

/// Strangers ask for our attestations: none of that may read all there are.
#[test]
fn attestations_are_found_by_an_index_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    log.readers
        .read(|engine| {
            use attestations::{KNOWN, LAST, OWN, OWN_AFTER, OWN_LAST};
            for sql in [KNOWN, LAST, OWN, OWN_AFTER, OWN_LAST] {
                let values = [Value::Bytes(&[]), Value::Integer(0), Value::Integer(1)];
                let values = &values[..sql.matches('$').count()];
                let mut plan = String::new();
                engine.query(&format!("EXPLAIN QUERY PLAN {sql}"), values, &mut |row| {
                    plan.push_str(row::text(row, 3)?);
                    Ok(())
                })?;
                assert!(
                    plan.contains("USING INDEX attestations_by_issuer") || plan.contains("COVERING INDEX"),
                    "{plan}"
                );
                assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{sql}: {plan}");
            }
            Ok(())
        })
        .unwrap();
}

/// Whoever asks for names that were made up pushes nobody's hours out of memory.
#[test]
fn a_provider_that_nobody_named_is_not_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    log.append(candidates(&log, 0..1)).unwrap();
    let known = "https://provider-0.example";
    assert!(log.standing(known, 0).unwrap().is_some());
    for number in 0..1_000 {
        assert_eq!(log.standing(&format!("made-up-{number}"), 0).unwrap(), None);
    }
    assert!(log.windows.get(known).is_some());
    assert!(log.windows.get("made-up-999").is_none());
}

/// Another process may write in place of what this one could not commit: no reader may find the root of that meanwhile.
#[test]
fn no_root_is_remembered_before_its_log_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = {
        let log = open(&folder);
        candidates(&log, 0..5)
    };
    let engine = connect(&Location::file(folder.path().join("log.db")), Access::Write, &PURPOSE).unwrap();
    let heads: Arc<Mutex<Heads>> = Arc::default();
    let remembered = Arc::clone(&heads);
    let engine = Ending::after(u32::MAX, engine).before_commit(move |engine| {
        let size = tree::size(engine).unwrap();
        assert_eq!((size, remembered.lock().unwrap().get(size)), (5, None));
    });
    let writer = Writer::start(Box::new(engine), None, Arc::clone(&heads)).unwrap();
    assert_eq!(writer.append(wanted).unwrap().len(), 5);
    drop(writer);
    assert!(heads.lock().unwrap().get(5).is_some());
}

/// What waits is bounded: more is refused at once, and nothing of it kept.
#[test]
fn what_waits_to_be_written_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(&folder);
    let one = candidates(&log, 0..1);
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let (began, has_begun) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let writer = log.writer().unwrap();
        scope.spawn(move || {
            writer.write(move |_| {
                let _ = began.send(());
                let _ = wait.recv();
                Ok(())
            })
        });
        // Else it could find others before it in the queue.
        has_begun.recv().unwrap();
        let waiting: Vec<_> = (0..writer::MAX_WAITING * 2).map(|_| scope.spawn(|| log.append(one.clone()))).collect();
        while waiting.iter().filter(|thread| thread.is_finished()).count() + writer::MAX_WAITING < waiting.len() {
            std::thread::yield_now();
        }
        go_on.send(()).unwrap();
        let answers: Vec<_> = waiting.into_iter().map(|thread| thread.join().unwrap()).collect();
        let refused = answers.iter().filter(|answer| matches!(answer, Err(Error::Busy))).count();
        // One more may have been taken out of the queue before the writer was held up.
        assert!(refused + 1 >= writer::MAX_WAITING && refused < answers.len(), "{refused}");
    });
    assert_eq!(log.head().unwrap().0, 1);
}
