//! What is fixed when a `BarterBond` is deployed.

use alloy_primitives::{Address, U256};

use crate::limits::{MAX_BOND_PERIOD, PPM};

use super::BondError;

const DAY: u64 = 24 * 60 * 60;

/// What is fixed at deployment. Money in the token's base units, shares in parts per million, times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parameters {
    /// The ERC-20 everything is in.
    pub token: Address,
    /// The auditors' contract. Its window is the one in which a ruling can be overturned.
    pub quorum: Address,
    /// Active bond from which a provider is listed.
    pub minimum_bond: u128,
    /// Least deposit of who files a dispute.
    pub minimum_deposit: u128,
    /// The deposit's share of the bond, where that is more.
    pub deposit_ppm: u32,
    /// Most that one dispute can take, as a share of the bond when it was filed.
    pub max_slash_ppm: u32,
    /// How long a dispute can still reach money on its way out.
    pub unbonding_delay: u64,
    /// How long after filing a ruling can come; after it the dispute is void.
    pub ruling_period: u64,
}

impl Parameters {
    /// The usual minimum bond on test networks: 100 of a token with 6 decimals.
    pub const MINIMUM_BOND_ON_TEST_NETWORKS: u128 = 100_000_000;
    /// The usual minimum bond on main networks: 1,000 of a token with 6 decimals.
    pub const MINIMUM_BOND_ON_MAIN_NETWORKS: u128 = 1_000_000_000;
    /// The usual window in which a ruling can be overturned, which the quorum is deployed with.
    pub const OVERTURN_WINDOW: u64 = 2 * DAY;

    /// The usual ones but for the minimum bond, for a token with 6 decimals: a deposit of 10 or 1% of the bond, a slash of at
    /// most 10%, 28 days to unbond, 14 days to rule.
    pub const fn new(token: Address, quorum: Address, minimum_bond: u128) -> Self {
        Self {
            token,
            quorum,
            minimum_bond,
            minimum_deposit: 10_000_000,
            deposit_ppm: 10_000,
            max_slash_ppm: 100_000,
            unbonding_delay: 28 * DAY,
            ruling_period: 14 * DAY,
        }
    }

    /// Whether a contract can be deployed with them.
    ///
    /// # Errors
    /// [`BondError::InvalidParameter`], in the contract's order.
    pub fn check(&self) -> Result<(), BondError> {
        let periods = 1..=MAX_BOND_PERIOD;
        let invalid = if self.quorum.is_zero() {
            ("quorum", U256::ZERO)
        } else if self.token.is_zero() {
            ("token", U256::ZERO)
        } else if self.deposit_ppm > PPM {
            ("depositPpm", U256::from(self.deposit_ppm))
        } else if self.max_slash_ppm == 0 || self.max_slash_ppm > PPM {
            ("maxSlashPpm", U256::from(self.max_slash_ppm))
        } else if !periods.contains(&self.unbonding_delay) {
            ("unbondingDelay", U256::from(self.unbonding_delay))
        } else if !periods.contains(&self.ruling_period) {
            ("rulingPeriod", U256::from(self.ruling_period))
        } else {
            return Ok(());
        };
        let (name, value) = (invalid.0.to_owned(), invalid.1);
        Err(BondError::InvalidParameter { name, value })
    }

    /// The deposit it takes to dispute a bond of which `standing` can be taken from: the larger of the least deposit and the
    /// share of the bond, rounded up.
    pub fn required_deposit(&self, standing: u128) -> u128 {
        self.minimum_deposit.max(share_up(standing, self.deposit_ppm))
    }

    /// Most that one dispute can take of a bond, of which `standing` could be taken from when it was filed; rounded down.
    pub fn cap(&self, standing: u128) -> u128 {
        share_down(standing, self.max_slash_ppm)
    }
}

/// The share of an amount in parts per million, rounded down: for what is taken.
///
/// # Panics
/// With more than [`PPM`], which is no share.
pub fn share_down(amount: u128, ppm: u32) -> u128 {
    share(amount, ppm, 0)
}

/// The share of an amount in parts per million, rounded up: for what must be brought.
///
/// # Panics
/// With more than [`PPM`], which is no share.
pub fn share_up(amount: u128, ppm: u32) -> u128 {
    share(amount, ppm, u128::from(PPM - 1))
}

fn share(amount: u128, ppm: u32, rounding: u128) -> u128 {
    assert!(ppm <= PPM, "{ppm} ppm is more than all");
    let all = u128::from(PPM);
    // A product of the two would not fit, so of whole millions and of the rest, each exactly.
    let (millions, rest) = (amount / all, amount % all);
    millions * u128::from(ppm) + (rest * u128::from(ppm) + rounding) / all
}
