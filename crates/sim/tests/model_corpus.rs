//! The fuzzers' corpora, through what the fuzzers run: so that every run of the tests goes wherever they have been.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{collections::BTreeSet, fs, path::Path};

use barter_sim::model::{Sequence, bond::BondSequence};

#[test]
fn the_corpus_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/model");
    let files: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 50, "{} files in {}", files.len(), folder.display());
    let mut operations = 0;
    for file in files {
        let sequence = Sequence::from_bytes(&fs::read(&file).unwrap());
        operations += sequence.operations.len();
        if let Some(failure) = sequence.shortest_failure() {
            panic!("{}: {failure}", file.display());
        }
    }
    assert!(operations > 500, "the corpus says little: {operations} operations");
}

#[test]
fn the_corpus_of_bonds_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/bond");
    let files: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut outcomes = BTreeSet::new();
    for file in files {
        let sequence = BondSequence::from_bytes(&fs::read(&file).unwrap());
        let Ok(world) = sequence.run() else {
            panic!("{}: {}", file.display(), sequence.shortest_failure().unwrap());
        };
        outcomes.extend(world.outcomes().keys().cloned());
    }
    assert!(outcomes.len() > 80, "the corpus says little: {} ways to end a call", outcomes.len());
}

#[test]
fn any_bytes_are_a_sequence() {
    for length in 0..200_u8 {
        let bytes: Vec<_> = (0..length).map(|index| index.wrapping_mul(167)).collect();
        let sequence = Sequence::from_bytes(&bytes);
        // The same one each time: a corpus is worth nothing otherwise.
        assert_eq!(sequence, Sequence::from_bytes(&bytes));
        assert!(length < 40 || !sequence.operations.is_empty(), "{length} bytes");
    }
}
