//! The log as a tree of hashes (RFC 6962).

/// A hash of the tree.
pub type Hash = [u8; 32];

/// Comes before what a leaf holds.
pub const LEAF_PREFIX: u8 = 0;
