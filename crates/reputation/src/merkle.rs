//! The log as a tree of hashes: RFC 6962 over SHA-256.
//!
//! A [`Frontier`] is all that appending needs. Proofs need hashes from inside the tree, which are kept in [`TILE`]s: level 0 is the
//! leaves, and each hash of the next level stands for 256 of this one. That is a 256th more than the leaves, and a proof in a log of
//! ten million reads at most six tiles.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// Comes before what a leaf holds.
pub const LEAF_PREFIX: u8 = 0;
/// Comes before the two hashes that a node holds.
const NODE_PREFIX: u8 = 1;
/// Hashes in a full tile.
pub const TILE: u64 = 256;
/// Levels of the tree from one level of tiles to the next.
const TILE_HEIGHT: u32 = TILE.trailing_zeros();

/// The hash of a leaf that holds these bytes.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([LEAF_PREFIX]).chain_update(data).finalize().into()
}

/// The hash of a node with these two below it.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([NODE_PREFIX]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree with these leaves, given by their hashes. That of no leaves is the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(*leaf);
    }
    frontier.root()
}

/// Why a proof cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// The leaf, or the older tree, is not within the tree.
    #[error("{asked} is outside a tree of {size} leaves")]
    OutOfRange {
        /// The leaf's index, or the older tree's size.
        asked: u64,
        /// The tree's size.
        size: u64,
    },
    /// A tile does not hold what it has to.
    #[error("tile {index} of level {level} has {found} hashes, expected at least {expected}")]
    ShortTile {
        /// The tiles' level.
        level: u32,
        /// The tile's index in its level.
        index: u64,
        /// Hashes it has.
        found: usize,
        /// Hashes it has to have.
        expected: u64,
    },
    /// A tile cannot be read.
    #[error("cannot read a tile of the log")]
    Read(#[source] E),
}

/// The right edge of a tree: the roots of its complete subtrees, the largest first. Enough to append and to know the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// A tile that an appended leaf completed: the hash that stands for it, one level up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The level that the hash belongs to: 1 stands for 256 leaves.
    pub level: u32,
    /// The hash's index in that level.
    pub index: u64,
    /// The hash.
    pub hash: Hash,
}

impl Frontier {
    /// One that was stored, if it has a peak for each bit of the size.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (u64::try_from(peaks.len()).ok()? == u64::from(size.count_ones())).then_some(Self { size, peaks })
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf, given by its hash. Returns the tiles that it completed, the lowest first; mostly none.
    pub fn append(&mut self, leaf: Hash) -> Vec<Completed> {
        let mut completed = Vec::new();
        let mut hash = leaf;
        // Each one at the end of the old size is a complete subtree that the new leaf's joins.
        for height in 1..=self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            if height.is_multiple_of(TILE_HEIGHT) {
                completed.push(Completed { level: height / TILE_HEIGHT, index: self.size >> height, hash });
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        completed
    }

    /// The root.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        let Some(smallest) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(smallest, |right, left| node_hash(&left, &right))
    }
}

/// Reads tiles, each once.
struct Tiles<F> {
    read: F,
    kept: HashMap<(u32, u64), Vec<Hash>>,
}

impl<E, F: FnMut(u32, u64) -> Result<Vec<Hash>, E>> Tiles<F> {
    fn new(read: F) -> Self {
        Self { read, kept: HashMap::new() }
    }

    /// The root of the complete subtree of 2^height leaves with this index among those of its height.
    fn complete(&mut self, height: u32, index: u64) -> Result<Hash, Error<E>> {
        let level = height / TILE_HEIGHT;
        let within = height % TILE_HEIGHT;
        let first = index << within;
        let (tile, from, count) = (first / TILE, first % TILE, 1_u64 << within);
        let hashes = match self.kept.entry((level, tile)) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert((self.read)(level, tile).map_err(Error::Read)?)
            }
        };
        let range = usize::try_from(from).ok().zip(usize::try_from(from + count).ok());
        match range.and_then(|(from, to)| hashes.get(from..to)) {
            Some(hashes) => Ok(root(hashes)),
            None => Err(Error::ShortTile { level, index: tile, found: hashes.len(), expected: from + count }),
        }
    }

    /// The root of the leaves from `start` to `end`, as RFC 6962 divides a tree: `start` is a multiple of a power of two not less than
    /// their number.
    fn range(&mut self, start: u64, end: u64) -> Result<Hash, Error<E>> {
        let mut peaks = Vec::new();
        let mut at = start;
        while at < end {
            let height = (end - at).ilog2();
            peaks.push(self.complete(height, at >> height)?);
            at += 1 << height;
        }
        Ok(Frontier { size: end - start, peaks }.root())
    }
}

/// The hashes that lead from a leaf to the root of a tree of `size` leaves, from below.
///
/// `read` gives the tile of a level with an index, as full as it is in a tree of at least `size` leaves.
///
/// # Errors
/// [`Error::OutOfRange`] for a leaf that is not in the tree, [`Error::ShortTile`], or what `read` says.
pub fn prove_inclusion<E>(
    index: u64,
    size: u64,
    read: impl FnMut(u32, u64) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, Error<E>> {
    if index >= size {
        return Err(Error::OutOfRange { asked: index, size });
    }
    let mut tiles = Tiles::new(read);
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(tiles.range(middle, end)?);
            end = middle;
        } else {
            proof.push(tiles.range(start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that show that a tree of `size` leaves begins with the one of `older` leaves, in the order of RFC 6962.
///
/// # Errors
/// As [`prove_inclusion`]; an older tree without leaves is out of range, since every tree begins with it.
pub fn prove_consistency<E>(
    older: u64,
    size: u64,
    read: impl FnMut(u32, u64) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, Error<E>> {
    if older == 0 || older > size {
        return Err(Error::OutOfRange { asked: older, size });
    }
    let mut tiles = Tiles::new(read);
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while older < end {
        let middle = start + split(end - start);
        if older <= middle {
            proof.push(tiles.range(middle, end)?);
            end = middle;
        } else {
            proof.push(tiles.range(start, middle)?);
            start = middle;
        }
    }
    // What is left is the older tree's own last complete part, which its root gives if it is all of it.
    if start > 0 {
        proof.push(tiles.range(start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Does the proof lead from the leaf, given by its hash, to the root?
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            // The last node of a level has no sibling until it is a right one.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Does the tree of `size` leaves begin with the one of `older` leaves?
pub fn verify_consistency(older: u64, older_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if older == 0 || older > size {
        return false;
    }
    if older == size {
        return proof.is_empty() && older_root == root;
    }
    let (mut at, mut last) = (older - 1, size - 1);
    // Down to where the older tree's last leaf begins a subtree that the newer one shares.
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let mut steps = proof.iter();
    // A complete older tree is that subtree, and the proof leaves it out.
    let first = if at == 0 { Some(older_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut old, mut new) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = node_hash(step, &old);
            new = node_hash(step, &new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *older_root && new == *root
}

/// How many of so many leaves, more than one, are in the left subtree: the largest power of two that leaves some for the right.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}
