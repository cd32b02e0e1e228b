//! Several at once: threads, processes, readers beside a writer.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::{collections::HashMap, thread};

use barter_reputation::{
    chain::BondReading,
    merkle,
    oracle::{Error, Oracle, Refusal, Verdict},
    wire::{Form, SignedOutcome},
};
use barter_store::Error as StoreError;
use common::{DOMAIN, NOW, Place, fields, secret, settings, sign};

fn said(call: u32) -> SignedOutcome {
    sign(Form::Bound(DOMAIN), fields(&format!("p{}", call % 3), "c", &call.to_string(), NOW), &secret(1))
}

fn check(oracle: &Oracle, size: u64) {
    let entries: Vec<_> = oracle.export().map(Result::unwrap).collect();
    assert_eq!(entries.len() as u64, size);
    let leaves: Vec<_> = entries.iter().map(|entry| entry.signed.leaf(&entry.key)).collect();
    assert_eq!(oracle.tree_head().unwrap(), (size, merkle::root(&leaves)));
    let of = |provider: &str| oracle.score(provider, NOW, &BondReading::default()).unwrap().unwrap().record;
    let counted: u64 = ["p0", "p1", "p2"].iter().map(|provider| of(provider).counts.success).sum();
    assert_eq!(counted, size);
}

fn is_in_use(error: &Error) -> bool {
    matches!(error, Error::Store(StoreError::InUse { .. })) && error.code() == "in_use"
}

#[test]
fn a_second_process_is_kept_off_a_log() {
    for place in Place::all() {
        let oracle = place.oracle();
        // What is held is the file that was opened, or the session, so a second one in this process is as strange to it as
        // another's.
        let error = place.create().unwrap_err();
        assert!(is_in_use(&error), "{error:?}");
        // Reading is everybody's.
        assert_eq!(Oracle::open(&place.location(), settings()).unwrap().tree_head().unwrap().0, 0);
        drop(oracle);
        place.oracle();
    }
}

/// A server that restarts may give the log to whoever asks first. Who comes second writes nothing, and later goes on from what was
/// written meanwhile.
#[test]
fn who_loses_its_log_to_another_on_postgres_remembers_nothing_that_is_not_so() {
    let Some(place) = Place::postgres() else { return };
    let first = place.oracle();
    first.register_consumer("c", secret(1).public(), NOW).unwrap().unwrap();
    let record = |oracle: &Oracle, calls: std::ops::Range<u32>| {
        let verdicts = oracle.record(calls.map(said).collect(), NOW).unwrap();
        verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Recorded { .. })).count()
    };
    assert_eq!(record(&first, 0..300), 300);
    for round in 1..4 {
        let (begin, end) = (round * 300, (round + 1) * 300);
        place.end_connections();
        let second = place.oracle();
        assert!(is_in_use(&first.record(vec![said(begin)], NOW).unwrap_err()));
        check(&first, begin.into());
        assert_eq!(record(&second, begin..begin + 200), 200);
        check(&second, (begin + 200).into());
        drop(second);
        assert_eq!(record(&first, begin - 300..end), 100, "what the other recorded is replayed");
        check(&first, end.into());
    }
    place.end_connections();
    let second = place.oracle();
    second.replace_consumer("c", secret(2).public(), NOW).unwrap().unwrap();
    drop(second);
    let verdicts = first.record(vec![said(99_999)], NOW).unwrap();
    assert!(matches!(&verdicts[..], [Verdict::Rejected(Refusal::WrongSignature { .. })]), "{verdicts:?}");
}

#[test]
fn of_what_several_say_at_once_each_is_kept_once() {
    for place in Place::all() {
        let oracle = place.oracle();
        oracle.register_consumer("c", secret(1).public(), NOW).unwrap().unwrap();
        let recorded: Vec<HashMap<u32, bool>> = thread::scope(|scope| {
            let running: Vec<_> = (0..6_u32)
                .map(|thread| {
                    let oracle = &oracle;
                    scope.spawn(move || {
                        let mut recorded = HashMap::new();
                        for batch in 0..20_u32 {
                            let calls: Vec<_> = (0..10).map(|call| (batch * 7 + call * (thread + 1)) % 90).collect();
                            let verdicts = oracle.record(calls.iter().copied().map(said).collect(), NOW).unwrap();
                            for (call, verdict) in calls.into_iter().zip(verdicts) {
                                let is_new = matches!(verdict, Verdict::Recorded { .. });
                                assert!(is_new || matches!(verdict, Verdict::Replayed { .. }), "{verdict:?}");
                                *recorded.entry(call).or_default() |= is_new;
                            }
                        }
                        recorded
                    })
                })
                .collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut times: HashMap<u32, usize> = HashMap::new();
        for (call, is_new) in recorded.into_iter().flatten() {
            *times.entry(call).or_default() += usize::from(is_new);
        }
        assert!(times.values().all(|times| *times == 1), "{times:?}");
        check(&oracle, times.len() as u64);
    }
}

/// Somebody holds the file's write lock: who writes waits, who reads does not.
#[test]
fn reading_does_not_wait_for_writing() {
    let place = Place::file();
    let oracle = place.oracle();
    oracle.register_consumer("c", secret(1).public(), NOW).unwrap().unwrap();
    oracle.record(vec![said(0), said(1), said(2)], NOW).unwrap();
    let Place::File(folder) = &place else { unreachable!() };
    let other = rusqlite::Connection::open(folder.path().join("log.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    thread::scope(|scope| {
        let writing = scope.spawn(|| oracle.record(vec![said(3)], NOW).unwrap());
        for _ in 0..100 {
            assert_eq!(oracle.score("p0", NOW, &BondReading::default()).unwrap().unwrap().standing.size, 3);
            assert_eq!(oracle.outcomes("p0", 0, 10).unwrap().unwrap().entries.len(), 1);
        }
        assert!(!writing.is_finished());
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(writing.join().unwrap(), [Verdict::Recorded { index: 3 }]);
    });
    check(&oracle, 4);
}

/// A score counts the very log whose size and root it names, whatever is being written.
#[test]
fn a_score_is_of_one_point_in_the_log() {
    for place in Place::all() {
        let oracle = place.oracle();
        oracle.register_consumer("c", secret(1).public(), NOW).unwrap().unwrap();
        thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for call in 0..120 {
                    oracle.record((call * 3..call * 3 + 3).map(said).collect(), NOW).unwrap();
                }
            });
            let mut sizes = Vec::new();
            while !writing.is_finished() || sizes.is_empty() {
                let Some(scored) = oracle.score("p1", NOW, &BondReading::default()).unwrap() else { continue };
                // Of each three, one is of each provider.
                assert_eq!(scored.standing.size, 3 * scored.record.counts.success);
                assert_eq!(scored.standing.outcomes, scored.record.counts.success);
                sizes.push((scored.standing.size, scored.standing.root));
            }
            let mut tree = merkle::Frontier::default();
            let mut roots = vec![tree.root()];
            for call in 0..120 {
                (call * 3..call * 3 + 3).for_each(|call| _ = tree.append(said(call).leaf(&secret(1).public())));
                roots.push(tree.root());
            }
            for (size, root) in sizes {
                assert_eq!(root, roots[usize::try_from(size / 3).unwrap()]);
            }
        });
    }
}
