//! A program that is killed at any moment has kept all it answered for, and nothing by halves.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use barter_reputation::{
    chain::BondReading,
    merkle::Frontier,
    oracle::{Oracle, Verdict},
    wire::{Form, SignedOutcome},
};
use barter_store::Location;
use common::{DOMAIN, NOW, Place, fields, secret, settings, sign};

/// Where the child finds the log, and where it goes on.
const CHILD: &str = "BARTER_LOG_CRASH_TEST";
const NEXT: &str = "BARTER_LOG_CRASH_TEST_NEXT";
/// How often to kill, where this is set.
const KILLS: &str = "BARTER_LOG_KILLS";
const DEFAULT_KILLS: u64 = 24;
/// Threads of a child that record, each in batches of this many.
const THREADS: usize = 3;
const BATCH: u64 = 7;
/// What a child says once it has opened the log.
const READY: &str = "ready";
/// Answers that a child may get before it is to die, and the longest that it lives on then, in microseconds.
const ANSWERS: u64 = 5;
const LIFE: u64 = 20_000;

/// An outcome of a thread's, by its number.
fn outcome(thread: usize, number: u64) -> SignedOutcome {
    let key = secret(1);
    let provider = format!("p{}", number % 2);
    sign(Form::Bound(DOMAIN), fields(&provider, "c", &format!("{thread}-{number}"), NOW + number % 7_000), &key)
}

/// Runs in the child: records until it is killed, and says what it was answered.
#[test]
fn child() {
    let Ok(location) = env::var(CHILD) else { return };
    let next: Vec<u64> = env::var(NEXT).unwrap().split(',').map(|number| number.parse().unwrap()).collect();
    let oracle = Oracle::create(&Location::parse(&location).unwrap(), settings()).unwrap();
    oracle.register_consumer("c", secret(1).public(), NOW).unwrap().unwrap();
    println!("{READY}");
    thread::scope(|scope| {
        for (thread, first) in next.into_iter().enumerate() {
            let oracle = &oracle;
            scope.spawn(move || {
                for from in (first..).step_by(usize::try_from(BATCH).unwrap()) {
                    let batch = (from..from + BATCH).map(|number| outcome(thread, number)).collect();
                    let verdicts = oracle.record(batch, NOW).unwrap();
                    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Recorded { .. })), "{verdicts:?}");
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "answered {thread} {}", from + BATCH).unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}

fn start(location: &str, next: &[u64]) -> Child {
    let next: Vec<_> = next.iter().map(u64::to_string).collect();
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]).env(CHILD, location).env(NEXT, next.join(","));
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// What was found in the log so far: checked once, and never again.
struct Seen {
    frontier: Frontier,
    /// Outcomes of each thread.
    next: [u64; THREADS],
    providers: [u64; 2],
}

impl Seen {
    /// Checks what was added, and that all was that had been answered for.
    fn check(&mut self, oracle: &Oracle, answered: [u64; THREADS]) {
        let (size, root) = oracle.tree_head().unwrap();
        while self.frontier.size() < size {
            let (_, entries) = oracle.entries(self.frontier.size(), 1_000).unwrap();
            assert!(!entries.is_empty(), "{} of {size} outcomes are there", self.frontier.size());
            for entry in entries {
                let call = &entry.signed.outcome.fields().invocation_id;
                let (thread, number) = call.split_once('-').unwrap();
                let (thread, number): (usize, u64) = (thread.parse().unwrap(), number.parse().unwrap());
                assert_eq!((entry.index, number), (self.frontier.size(), self.next[thread]));
                assert_eq!(entry.signed, outcome(thread, number));
                assert_eq!(entry.leaf, entry.signed.leaf(&secret(1).public()));
                self.frontier.append(entry.leaf);
                self.next[thread] += 1;
                self.providers[usize::try_from(number % 2).unwrap()] += 1;
            }
        }
        assert_eq!(root, self.frontier.root());
        for (thread, answered) in answered.into_iter().enumerate() {
            assert!(self.next[thread] >= answered, "{answered} answered for, {} there", self.next[thread]);
            assert!(self.next[thread].is_multiple_of(BATCH), "a batch is there in part");
        }
        for (provider, expected) in self.providers.iter().enumerate() {
            let scored = oracle.score(&format!("p{provider}"), NOW + 7_000, &BondReading::default()).unwrap();
            let found = scored.map_or((0, 0), |scored| (scored.standing.outcomes, scored.record.counts.success));
            assert_eq!(found, (*expected, *expected));
        }
    }
}

/// What a child says it was answered. Its last line may be cut short, and then says nothing.
fn read(line: &str, answered: &mut [u64; THREADS]) {
    let said = line.strip_prefix("answered ").and_then(|rest| rest.split_once(' '));
    let Some((Ok(thread), Ok(number))) = said.map(|(thread, number)| (thread.parse::<usize>(), number.parse())) else {
        return;
    };
    answered[thread] = answered[thread].max(number);
}

fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}

fn kill_again_and_again(place: &Place, kills: u64) {
    let mut seen = Seen { frontier: Frontier::default(), next: [0; THREADS], providers: [0; 2] };
    for kill in 0..kills {
        let before = seen.next;
        let mut child = start(&place.text(), &before);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut answered = before;
        // Most while it writes; some while it opens the log, or before.
        let answers = if kill % 8 == 0 { 0 } else { mix(kill) % ANSWERS };
        if kill % 8 != 0 {
            assert!(lines.any(|line| line.ends_with(READY)));
        }
        lines.by_ref().take(usize::try_from(answers).unwrap()).for_each(|line| read(&line, &mut answered));
        thread::sleep(Duration::from_micros(mix(!kill) % LIFE));
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        // SIGKILL: nothing is tidied up.
        child.kill().unwrap();
        child.wait().unwrap();
        lines.for_each(|line| read(&line, &mut answered));
        let oracle = place.oracle();
        seen.check(&oracle, answered);
        assert!(answers == 0 || answered != before);
        // What is there is known to be.
        for thread in (0..THREADS).filter(|thread| seen.next[*thread] > 0) {
            let last = outcome(thread, seen.next[thread] - 1);
            let verdicts = oracle.record(vec![last], NOW).unwrap();
            assert!(matches!(verdicts[..], [Verdict::Replayed { .. }]), "{verdicts:?}");
        }
    }
    println!("killed {kills} times; {} outcomes", seen.frontier.size());
}

fn kills() -> u64 {
    env::var(KILLS).map_or(DEFAULT_KILLS, |kills| kills.parse().unwrap())
}

#[test]
fn a_program_killed_at_any_moment_has_kept_what_it_answered_for() {
    kill_again_and_again(&Place::file(), kills());
}

#[test]
fn and_so_it_has_on_postgres() {
    if let Some(place) = Place::postgres() {
        kill_again_and_again(&place, kills().div_ceil(4));
    }
}
