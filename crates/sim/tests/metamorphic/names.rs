//! Swapping names changes nothing but the names: no wallet is special to the contracts, for its address or for its place in
//! an order.

use barter_sim::model::{KEYS, Name, Sequence, TRADERS, WALLETS, World, sequence};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::cases::cases;

const CASES: u32 = 24;
const LONGEST: usize = 60;

/// Who gets whose key and address: wallets with keys among themselves, and contracts among themselves.
fn identities() -> impl Strategy<Value = Vec<Name>> {
    let names = |range: std::ops::Range<u8>| range.map(Name::new).collect::<Vec<_>>();
    let keys = names(0..KEYS).into_iter().chain([Name::ARBITER]).collect::<Vec<_>>();
    let contracts = names(KEYS..TRADERS);
    (Just(keys).prop_shuffle(), Just(contracts).prop_shuffle()).prop_map(|(mut keys, contracts)| {
        let arbiter = keys.pop();
        let identities: Vec<_> = keys.into_iter().chain(contracts).chain(arbiter).collect();
        assert_eq!(identities.len(), usize::from(WALLETS));
        identities
    })
}

/// All that can be seen after a sequence, with names in place of addresses.
struct Told {
    shown: Vec<String>,
    events: Vec<String>,
    outcomes: Vec<String>,
}

fn tell(mut world: World, sequence: &Sequence) -> Result<Told, TestCaseError> {
    for operation in &sequence.operations {
        if let Err(disagreement) = world.perform(operation) {
            return Err(TestCaseError::fail(world.failure(&disagreement).to_string()));
        }
    }
    let shown = world.shown().unwrap().join("\n");
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let mut shown = lines(world.with_names(&shown));
    // Asked in the order of ids and of addresses, which are other ones.
    shown.sort();
    let events = lines(world.with_names(&world.told().join("\n")));
    let outcomes = world.outcomes().iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    Ok(Told { shown, events, outcomes })
}

#[test]
fn swapping_names_changes_nothing_but_the_names() {
    cases(CASES, &(sequence(LONGEST), identities()), |(sequence, identities)| {
        let ours = tell(World::new(sequence.has_arbiter), &sequence)?;
        let swapped = tell(World::with_identities(sequence.has_arbiter, identities), &sequence)?;
        prop_assert_eq!(&swapped.events, &ours.events);
        prop_assert_eq!(&swapped.outcomes, &ours.outcomes);
        for (swapped, ours) in swapped.shown.iter().zip(&ours.shown) {
            prop_assert_eq!(swapped, ours);
        }
        prop_assert_eq!(swapped.shown.len(), ours.shown.len());
        Ok(())
    });
}
