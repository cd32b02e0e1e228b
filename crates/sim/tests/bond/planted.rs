//! Bugs planted in the bytecode, to see that the sequences find them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use alloy_primitives::{Bytes, U256};
use barter_sim::model::{
    Contract,
    bond::{BondSequence, bond_sequence},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

/// Sequences that each bug may take to be found.
const ATTEMPTS: usize = 60;
const LONGEST: usize = 80;

/// Words of the constructors' arguments, by their place, and whether they are one more or one less.
const NUMBERS: &[(&str, Contract, usize, bool)] = &[
    ("the least bond is a unit more", Contract::Bond, 2, true),
    ("the least bond is a unit less", Contract::Bond, 2, false),
    ("the least deposit is a unit more", Contract::Bond, 3, true),
    ("the least deposit is a unit less", Contract::Bond, 3, false),
    ("the deposit's share is 1 ppm more", Contract::Bond, 4, true),
    ("the deposit's share is 1 ppm less", Contract::Bond, 4, false),
    ("a dispute may take 1 ppm more", Contract::Bond, 5, true),
    ("a dispute may take 1 ppm less", Contract::Bond, 5, false),
    ("unbonding takes a second more", Contract::Bond, 6, true),
    ("unbonding takes a second less", Contract::Bond, 6, false),
    ("a ruling may come a second later", Contract::Bond, 7, true),
    ("a ruling may come a second less", Contract::Bond, 7, false),
    ("it takes an auditor more to rule", Contract::Quorum, 1, true),
    ("it takes an auditor less to rule", Contract::Quorum, 1, false),
    ("it takes an auditor more to overturn", Contract::Quorum, 2, true),
    ("it takes an auditor less to overturn", Contract::Quorum, 2, false),
    ("the window is a second longer", Contract::Quorum, 3, true),
    ("the window is a second shorter", Contract::Quorum, 3, false),
];

/// What comes before the arguments of a constructor.
fn creation_code(contract: Contract) -> &'static [u8] {
    match contract {
        Contract::Bond => &barter_bindings::BarterBond::BYTECODE,
        _ => &barter_bindings::AuditorQuorum::BYTECODE,
    }
}

/// The same sequences in every run.
fn sequences() -> impl Iterator<Item = BondSequence> {
    let (mut runner, sequences) = (TestRunner::deterministic(), bond_sequence(LONGEST));
    std::iter::repeat_with(move || sequences.new_tree(&mut runner).unwrap().current()).take(ATTEMPTS)
}

/// Whether some sequence finds a bug. One that breaks the constructor for some numbers is looked for with the others.
fn is_found(alter: &dyn Fn(Contract, Bytes) -> Bytes) -> bool {
    sequences().any(|sequence| {
        let ran = catch_unwind(AssertUnwindSafe(|| sequence.run_altered(alter)));
        ran.is_ok_and(|ended| ended.is_err())
    })
}

#[test]
fn a_number_that_is_one_off_is_found() {
    for &(bug, where_, place, is_more) in NUMBERS {
        let alter = |contract: Contract, code: Bytes| {
            if contract != where_ {
                return code;
            }
            let mut code = code.to_vec();
            let at = creation_code(contract).len() + 32 * place;
            let word = U256::from_be_slice(&code[at..at + 32]);
            let word = if is_more { word + U256::ONE } else { word.saturating_sub(U256::ONE) };
            code[at..at + 32].copy_from_slice(&word.to_be_bytes::<32>());
            code.into()
        };
        assert!(is_found(&alter), "{bug}: not found");
    }
}
