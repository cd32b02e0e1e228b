//! The protocol's parameters, and the contracts compiled with others than today's.
//!
//! In the contracts they are constants. Today's run as they are deployed; for others there is, for each score formula, a
//! compiled variant in which the three numbers are markers, and what is asked for is written over them. Nothing is
//! compiled at run time, and nothing re-implemented: whatever is simulated is the compiler's output.

use std::ops::RangeInclusive;

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolConstructor;
use barter_bindings::{BarterCore, Deployment};
use barter_protocol::limits::{MAX_AMOUNT_SATS, MAX_PAIR_COUNT, MIN_AMOUNT_SATS, PROPOSAL_LIFETIME};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod equivalence;
mod formula;
mod variant;

pub use formula::Formula;
use variant::{Values, Variant};

/// No pair settles more trades: a wallet's are counted in 40 bits.
const PAIR_CAPS: RangeInclusive<u64> = 1..=(1 << 40) - 1;
const MINIMUMS_SATS: RangeInclusive<u64> = 1..=MAX_AMOUNT_SATS;
/// When a trade was accepted is kept in 20 bits, as seconds since its creation. More would spill into its neighbours.
const PROPOSAL_LIFETIMES_SECONDS: RangeInclusive<u64> = 0..=(1 << 20) - 1;

/// What the protocol's rules leave to choose. By default as it is today.
///
/// As TOML every key may be left out, and an unknown one is refused.
///
/// ```
/// use barter_sim::parameters::{Formula, Parameters};
///
/// let parameters = Parameters { pair_cap: 1, formula: Formula::SquareRoot, ..Parameters::default() };
/// assert!(parameters.validate().is_ok());
/// assert!(!parameters.is_todays());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// How many settled trades of one pair of wallets count, for score and for credit: 1 to 2^40 - 1. With 1, only new
    /// counterparties count.
    pub pair_cap: u64,
    /// What a counted trade is worth in score. What it is worth in credit stays as it is.
    pub formula: Formula,
    /// Smallest trade, in satoshis: 1 to the largest trade.
    pub minimum_sats: u64,
    /// How long a proposal can be accepted after its creation, the last second included: 0 to 2^20 - 1, which is 12
    /// days, 3 hours, 16 minutes and 15 seconds.
    pub proposal_lifetime_seconds: u64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            pair_cap: MAX_PAIR_COUNT,
            formula: Formula::Log2,
            minimum_sats: MIN_AMOUNT_SATS,
            proposal_lifetime_seconds: PROPOSAL_LIFETIME,
        }
    }
}

impl Parameters {
    /// Whether the contracts can work with these.
    ///
    /// # Errors
    /// [`ParametersError::OutOfRange`] for the first number that is out of its range.
    pub fn validate(&self) -> Result<(), ParametersError> {
        require("pair_cap", self.pair_cap, PAIR_CAPS)?;
        require("minimum_sats", self.minimum_sats, MINIMUMS_SATS)?;
        require("proposal_lifetime_seconds", self.proposal_lifetime_seconds, PROPOSAL_LIFETIMES_SECONDS)
    }

    /// Whether they are those of the contracts as deployed.
    pub fn is_todays(&self) -> bool {
        *self == Self::default()
    }

    /// `BarterCore`'s creation code with these parameters and its constructor's argument: what a creating transaction
    /// carries. Today's is the committed artifact of [`barter_bindings`].
    ///
    /// # Panics
    /// With parameters that [`validate`](Self::validate) refuses: the contracts would corrupt their own state.
    pub fn init_code(&self, arbiter: Address) -> Bytes {
        if let Err(error) = self.validate() {
            panic!("only validated parameters are compiled: {error}");
        }
        if self.is_todays() {
            return Deployment::new(arbiter, B256::ZERO).init_code().clone();
        }
        self.variant_code(arbiter)
    }

    /// The same out of the formula's variant, today's parameters or not.
    fn variant_code(&self, arbiter: Address) -> Bytes {
        let values = Values {
            pair_cap: self.pair_cap,
            minimum_sats: self.minimum_sats,
            proposal_lifetime_seconds: self.proposal_lifetime_seconds,
        };
        let code = Variant::of(self.formula).and_then(|variant| variant.patched(&values));
        let mut code = code.unwrap_or_else(|error| panic!("the committed variant {:?}: {error}", self.formula));
        code.extend(BarterCore::constructorCall { arbiter }.abi_encode());
        code.into()
    }

    /// Score a wallet gains by a settled trade, for reports: in a simulation the contracts say it.
    ///
    /// `counted_before` is how many trades of the pair have counted before this one, `counterparty_score` the other
    /// party's score before it.
    pub fn score(&self, amount_sats: u64, counted_before: u64, counterparty_score: u64) -> u64 {
        if counted_before < self.pair_cap {
            self.formula.score(amount_sats, counted_before, counterparty_score)
        } else {
            0
        }
    }
}

fn require(parameter: &'static str, value: u64, range: RangeInclusive<u64>) -> Result<(), ParametersError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (minimum, maximum) = range.into_inner();
    Err(ParametersError::OutOfRange { parameter, value, minimum, maximum })
}

/// What is wrong with parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParametersError {
    /// A number the contracts cannot work with.
    #[error("{parameter} is {value}, expected {minimum} to {maximum}")]
    OutOfRange {
        /// Its key in a scenario.
        parameter: &'static str,
        /// What it was.
        value: u64,
        /// Smallest it may be.
        minimum: u64,
        /// Largest it may be.
        maximum: u64,
    },
}
