//! What an agent has spent.

use serde::{Serialize, Serializer};

use crate::scenario::Costs;

const SECONDS_PER_YEAR: f64 = 365.25 * 86_400.0;
const WEI_PER_ETHER: f64 = 1e18;
const MSAT_PER_SAT: f64 = 1_000.0;

/// What an agent has spent, in the units it was spent in. Exact: sums are the same in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// Gas used.
    pub gas: u64,
    /// What was paid for it, in wei; as text in JSON, where readers lose large integers.
    #[serde(serialize_with = "decimal")]
    pub gas_wei: u128,
    /// Lightning fees, in millisatoshis; as text in JSON.
    #[serde(serialize_with = "decimal")]
    pub lightning_msat: u128,
    /// Capital locked, in satoshi-seconds; as text in JSON.
    #[serde(serialize_with = "decimal")]
    pub locked_sat_seconds: u128,
}

impl Spent {
    /// What a Lightning payment costs its payer, rounded down to millisatoshis.
    pub fn of_payment(amount_sats: u64, costs: &Costs) -> Self {
        let amount = u128::from(amount_sats);
        // A part per million of a satoshi is a thousandth of a millisatoshi.
        let fee_msat = amount * u128::from(costs.lightning_fee_ppm) / 1_000;
        Self {
            lightning_msat: u128::from(costs.lightning_base_msat) + fee_msat,
            locked_sat_seconds: amount * u128::from(costs.lightning_seconds),
            ..Self::default()
        }
    }

    /// All of it in satoshis.
    pub fn sats(&self, costs: &Costs) -> f64 {
        self.gas_sats(costs) + self.lightning_sats() + self.capital_sats(costs)
    }

    /// The gas, in satoshis.
    #[allow(clippy::cast_precision_loss, reason = "53 bits of it will do")]
    pub fn gas_sats(&self, costs: &Costs) -> f64 {
        self.gas_wei as f64 / WEI_PER_ETHER * costs.sats_per_ether as f64
    }

    /// The Lightning fees, in satoshis.
    #[allow(clippy::cast_precision_loss, reason = "53 bits of it will do")]
    pub fn lightning_sats(&self) -> f64 {
        self.lightning_msat as f64 / MSAT_PER_SAT
    }

    /// What the locked capital would have earned, in satoshis.
    #[allow(clippy::cast_precision_loss, reason = "53 bits of it will do")]
    pub fn capital_sats(&self, costs: &Costs) -> f64 {
        self.locked_sat_seconds as f64 / SECONDS_PER_YEAR * costs.capital_percent_year / 100.0
    }
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.gas += other.gas;
        self.gas_wei += other.gas_wei;
        self.lightning_msat += other.lightning_msat;
        self.locked_sat_seconds += other.locked_sat_seconds;
    }
}

fn decimal<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
