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

/// Instructions of both contracts, one at a time, made others: says how many of the bugs are found, and where the others are.
/// Many cannot be found, as in sums that never overflow and in reading calls that are well formed.
#[test]
#[ignore = "takes minutes: a measure of the sequences, not a test of the code"]
fn instructions_made_others_are_found() {
    let step: usize = std::env::var("MUTANT_STEP").ok().and_then(|step| step.parse().ok()).unwrap_or(16);
    for contract in [Contract::Bond, Contract::Quorum] {
        let (mut found, mut missed) = (0, Vec::new());
        let code = creation_code(contract);
        for (at, other) in mutants(code).into_iter().step_by(step) {
            let alter = |altered: Contract, code: Bytes| {
                if altered != contract {
                    return code;
                }
                let mut code = code.to_vec();
                code[at] = other;
                code.into()
            };
            if is_found(&alter) {
                found += 1;
            } else {
                missed.push((at, code[at], other));
            }
        }
        println!("{contract:?}: {found} found, {} missed: {missed:x?}", missed.len());
        assert!(found > missed.len(), "the sequences find too little");
    }
}

/// Where an instruction can be made another that does nearly the same, and which.
fn mutants(code: &[u8]) -> Vec<(usize, u8)> {
    let mut mutants = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let other = match code[at] {
            // ADD, MUL, SUB, DIV
            0x01 => Some(0x03),
            0x02 | 0x03 => Some(0x01),
            0x04 => Some(0x02),
            // LT, GT, EQ
            0x10 => Some(0x11),
            0x11 | 0x14 => Some(0x10),
            // AND, OR
            0x16 => Some(0x17),
            0x17 => Some(0x16),
            // CALLER, TIMESTAMP
            0x33 => Some(0x30),
            0x42 => Some(0x43),
            // SLOAD: the slot's number for what is in it.
            0x54 => Some(0x19),
            _ => None,
        };
        mutants.extend(other.map(|other| (at, other)));
        at += if (0x60..=0x7f).contains(&code[at]) { usize::from(code[at] - 0x5e) } else { 1 };
    }
    mutants
}
