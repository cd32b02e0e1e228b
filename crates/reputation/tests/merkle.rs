//! The log's tree against RFC 6962 as it is written: by recursion over all leaves.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{cell::RefCell, collections::HashMap, convert::Infallible};

use barter_reputation::merkle::{
    Error, Frontier, Hash, TILE, leaf_hash, node_hash, prove_consistency, prove_inclusion, root, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// `MTH` of the RFC.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// `PATH` of the RFC.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return vec![];
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, other) = if index < left.len() {
        (naive_path(index, left), right)
    } else {
        (naive_path(index - left.len(), right), left)
    };
    path.push(naive_root(other));
    path
}

/// `SUBPROOF` of the RFC.
fn naive_subproof(older: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if older == leaves.len() {
        return if whole { vec![] } else { vec![naive_root(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, other) = if older <= left.len() {
        (naive_subproof(older, left, whole), right)
    } else {
        (naive_subproof(older - left.len(), right, false), left)
    };
    proof.push(naive_root(other));
    proof
}

fn split(leaves: usize) -> usize {
    leaves.next_power_of_two() / 2
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// A log that keeps its tiles as it is told to.
struct Log {
    frontier: Frontier,
    levels: Vec<Vec<Hash>>,
}

impl Log {
    fn of(leaves: &[Hash]) -> Self {
        let mut log = Self { frontier: Frontier::default(), levels: vec![vec![]] };
        for leaf in leaves {
            log.levels[0].push(*leaf);
            for completed in log.frontier.append(*leaf) {
                let level = usize::try_from(completed.level).unwrap();
                log.levels.resize(log.levels.len().max(level + 1), vec![]);
                assert_eq!(completed.index, log.levels[level].len() as u64, "in order, without gaps");
                log.levels[level].push(completed.hash);
            }
        }
        log
    }

    fn tile(&self, level: u32, index: u64) -> Vec<Hash> {
        let start = usize::try_from(index * TILE).unwrap();
        self.levels[level as usize][start..].iter().take(usize::try_from(TILE).unwrap()).copied().collect()
    }

    fn reader(&self) -> impl FnMut(u32, u64) -> Result<Vec<Hash>, Infallible> {
        |level, index| Ok(self.tile(level, index))
    }
}

/// Test vectors of Certificate Transparency's own implementation: the roots of its first eight leaves.
#[test]
fn known_roots() {
    let data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let leaves: Vec<Hash> = data.iter().map(|text| leaf_hash(&alloy_primitives::hex::decode(text).unwrap())).collect();
    let hex = alloy_primitives::hex::encode;
    assert_eq!(hex(root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(hex(root(&leaves[..1])), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(hex(root(&leaves[..2])), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assert_eq!(hex(root(&leaves[..3])), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
    assert_eq!(hex(root(&leaves)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

#[test]
fn every_small_tree() {
    for size in 0..=40_usize {
        let leaves = leaves(size);
        let log = Log::of(&leaves);
        assert_eq!(log.frontier.root(), naive_root(&leaves));
        for (index, leaf) in leaves.iter().enumerate() {
            let proof = prove_inclusion(index as u64, size as u64, log.reader()).unwrap();
            assert_eq!(proof, naive_path(index, &leaves));
            assert!(verify_inclusion(leaf, index as u64, size as u64, &proof, &log.frontier.root()));
        }
        for older in 1..=size {
            let proof = prove_consistency(older as u64, size as u64, log.reader()).unwrap();
            assert_eq!(proof, naive_subproof(older, &leaves, true));
            let older_root = naive_root(&leaves[..older]);
            assert!(verify_consistency(older as u64, &older_root, size as u64, &log.frontier.root(), &proof));
        }
    }
}

#[test]
fn an_index_or_an_older_tree_outside_is_refused() {
    let log = Log::of(&leaves(5));
    assert!(matches!(prove_inclusion(5, 5, log.reader()), Err(Error::OutOfRange { asked: 5, size: 5 })));
    assert!(matches!(prove_consistency(0, 5, log.reader()), Err(Error::OutOfRange { asked: 0, size: 5 })));
    assert!(matches!(prove_consistency(6, 5, log.reader()), Err(Error::OutOfRange { asked: 6, size: 5 })));
    let hash = leaf_hash(b"");
    assert!(!verify_inclusion(&hash, 1, 1, &[], &hash));
    assert!(!verify_consistency(0, &hash, 1, &hash, &[]));
    assert!(!verify_consistency(2, &hash, 1, &hash, &[]));
}

/// A tree said to be smaller than it is makes no leaf of a deeper one's.
#[test]
fn a_proof_longer_than_the_tree_is_high_is_refused() {
    let [left, right] = [leaf_hash(b"left"), leaf_hash(b"right")];
    let root = node_hash(&left, &right);
    assert!(verify_inclusion(&right, 1, 2, &[left], &root));
    assert!(!verify_inclusion(&right, 0, 1, &[left], &root));
}

#[test]
fn a_tile_that_is_short_or_unreadable_is_told() {
    let short = prove_inclusion(0, 5, |_, _| Ok::<_, Infallible>(vec![leaf_hash(b"")]));
    assert!(matches!(short, Err(Error::ShortTile { level: 0, index: 0, found: 1, .. })), "{short:?}");
    assert!(matches!(prove_inclusion(0, 5, |_, _| Err("gone")), Err(Error::Read("gone"))));
}

#[test]
fn a_frontier_has_a_peak_for_each_bit() {
    let frontier = Log::of(&leaves(300)).frontier;
    assert_eq!(Frontier::from_parts(300, frontier.peaks().to_vec()), Some(frontier.clone()));
    assert_eq!(Frontier::from_parts(301, frontier.peaks().to_vec()), None);
}

/// Tiles are made up here: only how many are read counts.
#[test]
fn a_proof_in_ten_million_reads_few_tiles() {
    let size = 10_000_000_u64;
    let widths = |level: u32| size >> (8 * level);
    for index in [0, 1, 255, 256, 5_000_000, 9_999_487, size - 1] {
        let reads = RefCell::new(HashMap::<(u32, u64), u32>::new());
        let read = |level: u32, tile: u64| {
            *reads.borrow_mut().entry((level, tile)).or_default() += 1;
            let present = (widths(level) - tile * TILE).min(TILE);
            Ok::<_, Infallible>(vec![leaf_hash(&level.to_be_bytes()); usize::try_from(present).unwrap()])
        };
        prove_inclusion(index, size, read).unwrap();
        prove_consistency(index.max(1), size, read).unwrap();
        let reads = reads.into_inner();
        assert!(reads.len() <= 6, "{index}: {reads:?}");
        assert!(reads.values().all(|times| *times <= 2), "each tile once a proof: {reads:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn proofs_in_larger_trees(size in 1_usize..70_000, pick in any::<[u64; 2]>()) {
        let leaves = leaves(size);
        let log = Log::of(&leaves);
        let (size, root) = (size as u64, log.frontier.root());
        let [index, older] = [pick[0] % size, pick[1] % size + 1];
        let leaf = &leaves[usize::try_from(index).unwrap()];

        let proof = prove_inclusion(index, size, log.reader()).unwrap();
        prop_assert!(verify_inclusion(leaf, index, size, &proof, &root));
        let older_root = naive_root(&leaves[..usize::try_from(older).unwrap()]);
        let consistency = prove_consistency(older, size, log.reader()).unwrap();
        prop_assert!(verify_consistency(older, &older_root, size, &root, &consistency));
        // The proof of an older size can be made from the tiles of the newer tree.
        if index < older {
            let proof = prove_inclusion(index, older, log.reader()).unwrap();
            prop_assert!(verify_inclusion(leaf, index, older, &proof, &older_root));
        }
    }

    #[test]
    fn a_proof_proves_nothing_else(size in 2_usize..600, pick in any::<[u64; 2]>(), bit in any::<usize>(), cut in any::<bool>()) {
        let leaves = leaves(size);
        let log = Log::of(&leaves);
        let (size, root) = (size as u64, log.frontier.root());
        let index = pick[0] % size;
        let leaf = leaves[usize::try_from(index).unwrap()];
        let proof = prove_inclusion(index, size, log.reader()).unwrap();

        let other = (index + 1 + pick[1] % (size - 1)) % size;
        prop_assert!(!verify_inclusion(&leaf, other, size, &proof, &root), "another place");
        prop_assert!(!verify_inclusion(&leaves[usize::try_from(other).unwrap()], index, size, &proof, &root), "another leaf");
        let mut changed = proof.clone();
        let at = bit % changed.len();
        changed[at][bit % 32] ^= 1 << (bit % 8);
        prop_assert!(!verify_inclusion(&leaf, index, size, &changed, &root), "a bit flipped");
        let mut length = proof.clone();
        if cut { length.pop(); } else { length.push(leaf); }
        prop_assert!(!verify_inclusion(&leaf, index, size, &length, &root), "another length");

        let older = pick[1] % (size - 1) + 1;
        let older_root = naive_root(&leaves[..usize::try_from(older).unwrap()]);
        let consistency = prove_consistency(older, size, log.reader()).unwrap();
        let mut rewritten = leaves[..usize::try_from(older).unwrap()].to_vec();
        rewritten[bit % usize::try_from(older).unwrap()] = leaf_hash(b"rewritten");
        prop_assert!(!verify_consistency(older, &naive_root(&rewritten), size, &root, &consistency), "another past");
        let mut changed = consistency.clone();
        if let Some(hash) = changed.first_mut() {
            hash[bit % 32] ^= 1 << (bit % 8);
            prop_assert!(!verify_consistency(older, &older_root, size, &root, &changed), "a bit flipped");
        }
        let mut length = consistency;
        if cut && !length.is_empty() { length.pop(); } else { length.push(leaf); }
        prop_assert!(!verify_consistency(older, &older_root, size, &root, &length), "another length");
    }
}
