//! What a counted trade is worth: score and credit, each a function of the amount alone.

use alloy_primitives::U256;

/// One BTR-Credit token in its smallest units, of which there are 10^18.
pub const CREDIT_UNIT: u64 = 1_000_000_000_000_000_000;

/// Most tokens one trade can bring each of its parties.
pub const MAX_CREDIT_TOKENS: u64 = 10_000;

/// Fewest tokens a counted trade brings each of its parties.
pub const MIN_CREDIT_TOKENS: u64 = 1;

/// Score each party gains by a counted trade: `floor(log2(sats / 1000 + 1)) + 1`, the division an integer one.
///
/// Defined for every amount, within the limits or not, as in the contract.
///
/// ```
/// assert_eq!(barter_protocol::score(999), 1);
/// assert_eq!(barter_protocol::score(1_000), 2);
/// assert_eq!(barter_protocol::score(50_000), 6);
/// ```
pub const fn score(amount_sats: u64) -> u64 {
    // The sum is at least 1 and cannot overflow, so the logarithm exists.
    (amount_sats / 1_000 + 1).ilog2() as u64 + 1
}

/// Whole BTR-Credit tokens each party gains by a counted trade: `min(10000, max(1, sats / 1000))`.
///
/// ```
/// assert_eq!(barter_protocol::credit_tokens(50_000), 50);
/// ```
pub const fn credit_tokens(amount_sats: u64) -> u64 {
    let tokens = amount_sats / 1_000;
    if tokens < MIN_CREDIT_TOKENS {
        MIN_CREDIT_TOKENS
    } else if tokens > MAX_CREDIT_TOKENS {
        MAX_CREDIT_TOKENS
    } else {
        tokens
    }
}

/// [`credit_tokens`] in the token's smallest units (1e-18 tokens), as balances are kept.
pub fn credit(amount_sats: u64) -> U256 {
    U256::from(credit_tokens(amount_sats)) * U256::from(CREDIT_UNIT)
}
