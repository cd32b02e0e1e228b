//! People of whom some lie: thousands of commands, and what holds after each of them.

use std::{
    collections::BTreeMap,
    env,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use crate::ledger_world::crowd::Crowd;

/// `BARTER_BANK_SEEDS` is how many crowds there are, `BARTER_BANK_SEED` which one alone.
#[test]
fn a_crowd_of_whom_some_lie() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("BARTER_BANK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("BARTER_BANK_SEEDS").unwrap_or(20),
    };
    let alone = seeds.end - seeds.start == 1;
    let (mut settled, mut refused) = ([0; 2], BTreeMap::<i32, usize>::new());
    for seed in seeds {
        let run = catch_unwind(AssertUnwindSafe(|| {
            let mut crowd = Crowd::new(seed, &[]);
            for _ in 0..300 {
                crowd.step();
            }
            (crowd.settled, crowd.refused)
        }));
        let (of_it, refusals) = run.unwrap_or_else(|panic| {
            println!("again with BARTER_BANK_SEED={seed}");
            resume_unwind(panic)
        });
        settled = [settled[0] + of_it[0], settled[1] + of_it[1]];
        for (code, count) in refusals {
            *refused.entry(code).or_default() += count;
        }
    }
    println!("{settled:?} leads and followers settled, refused: {refused:?}");
    // It would be easy to keep every rule by doing nothing.
    assert!(alone || settled.iter().all(|count| *count > 5), "only {settled:?} were settled");
    assert!(alone || refused.len() == 4, "{refused:?}");
}
