//! A program that is killed at any moment leaves an index that goes on.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use barter_index::{
    Chain as _, Follower, Index, Location, Step,
    synthetic::{Settings, Synthetic, identity},
    verify,
};
use common::place::Place;

/// Where the child finds what to write.
const CHILD: &str = "BARTER_INDEX_CRASH_TEST";
const SETTINGS: Settings = Settings { trades: 600, wallets: 50, trades_per_block: 2, blocks_per_page: 3, seed: 7 };
/// What a child says when it begins to write.
const WRITES: &str = "writes now";
/// How often a child may find nothing to do before its end.
const MAX_LOOKS: u32 = 100;
/// Children that are killed, unless one comes to the end before; then one is let be.
const KILLS: u64 = 32;

/// Runs in the child: follows the chain, and now and then takes a part of it back.
#[test]
fn child() {
    let Ok(location) = env::var(CHILD) else { return };
    let mut index = Index::create(&Location::parse(&location).unwrap(), &identity()).unwrap();
    // One follower for all: it counts how often it found nothing to do, and ends in an error rather than in a circle.
    let mut follower = Follower::new(&mut index, Synthetic::new(SETTINGS));
    println!("{WRITES}");
    let (mut steps, mut looks) = (0, 0);
    loop {
        let applied = match follower.step().unwrap() {
            Step::Applied(applied) => applied,
            Step::Idle { head } if follower.index().head().unwrap() == Some(head) => break,
            _ if looks < MAX_LOOKS => {
                looks += 1;
                continue;
            }
            step => panic!("goes round in circles: {step:?}"),
        };
        steps += 1;
        if steps % 10 == 0 {
            follower.index().undo_to(applied.head.number - 6).unwrap();
        }
    }
}

fn start(location: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]).env(CHILD, location).stdout(Stdio::piped()).spawn().unwrap()
}

fn wait_until_it_writes(child: &mut Child) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.ends_with(WRITES)));
}

#[test]
fn a_program_killed_at_any_moment_goes_on() {
    for place in Place::lasting() {
        let location = match &place {
            Place::Postgres { server, schema } => {
                let sign = if server.contains('?') { '&' } else { '?' };
                format!("{server}{sign}options=-csearch_path%3D{schema}")
            }
            _ => place.location().to_string(),
        };
        let mut heads = Vec::new();
        for kill in 0..KILLS {
            let mut child = start(&location);
            // Most while it writes; some while it opens the index, or before.
            if kill % 8 != 0 {
                wait_until_it_writes(&mut child);
            }
            thread::sleep(Duration::from_micros(kill * 3_700 % 60_000));
            let ended = child.try_wait().unwrap();
            // SIGKILL: nothing is tidied up.
            child.kill().unwrap();
            child.wait().unwrap();
            if let Ok(mut index) = Index::open(&place.location()) {
                heads.push(index.head().unwrap().map_or(0, |head| head.number));
            }
            if let Some(status) = ended {
                assert!(status.success(), "{status}");
                break;
            }
        }
        assert!(start(&location).wait().unwrap().success());
        heads.dedup();
        assert!(heads.len() > 3, "found at {heads:?}");
        let verification = verify(&mut place.index(), &mut Synthetic::new(SETTINGS), |_, _| {}).unwrap();
        assert!(verification.is_right(), "{verification:#?}");
        assert_eq!(verification.head.unwrap().hash, Synthetic::new(SETTINGS).head().unwrap().hash);
    }
}
