//! Limits of the protocol, each equal to the constant of the same name in the contracts.

/// Smallest trade, in satoshis.
pub const MIN_AMOUNT_SATS: u64 = 1_000;
/// Largest trade, in satoshis: every bitcoin there will ever be.
pub const MAX_AMOUNT_SATS: u64 = 2_100_000_000_000_000;
/// Longest category, in bytes of UTF-8.
pub const MAX_CATEGORY_BYTES: usize = 32;
/// Longest description, in bytes of UTF-8.
pub const MAX_DESCRIPTION_BYTES: usize = 200;
/// How long a proposal may be accepted, in seconds: through this many after its creation, and not one more.
pub const PROPOSAL_LIFETIME: u64 = 7 * 24 * 60 * 60;
/// How many settled trades of one pair of wallets count for score and for credit.
pub const MAX_PAIR_COUNT: u64 = 5;
/// Most settlements in one batch.
pub const MAX_BATCH: usize = 100;
/// Most entries in one page of trades.
pub const MAX_PAGE: usize = 500;
/// Most auditors of a quorum.
pub const MAX_AUDITORS: usize = 32;
/// Longest window in which a ruling can be overturned, in seconds.
pub const MAX_OVERTURN_WINDOW: u64 = 90 * 24 * 60 * 60;
/// Longest time for a ruling, and longest delay of unbonding, in seconds.
pub const MAX_BOND_PERIOD: u64 = 365 * 24 * 60 * 60;
/// Longest URL of a provider's hub, in bytes of UTF-8.
pub const MAX_HUB_BYTES: usize = 200;
/// All of something, in parts per million.
pub const PPM: u32 = 1_000_000;
