//! What is simulated, as a TOML file.

use serde::{Deserialize, Serialize};

use crate::{Error, Parameters, agent};

/// A scenario: crowds of wallets, the protocol's parameters, the chain they share and what things cost on it.
///
/// As TOML every key may be left out but `crowd`, and an unknown one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called in reports.
    pub name: String,
    /// One or two sentences for the report.
    #[serde(default)]
    pub description: String,
    /// What every random number comes from.
    #[serde(default = "one")]
    pub seed: u64,
    /// How many days pass.
    #[serde(default = "thirty")]
    pub days: u64,
    /// How many worlds of this scenario there are, each with random numbers of its own; they run at the same time, and
    /// results are of all of them.
    #[serde(default = "one")]
    pub worlds: u64,
    /// The protocol's parameters.
    #[serde(default)]
    pub parameters: Parameters,
    /// The chain.
    #[serde(default)]
    pub chain: ChainSettings,
    /// What things cost.
    #[serde(default)]
    pub costs: Costs,
    /// Who rules on disputes.
    #[serde(default)]
    pub arbiter: Arbiter,
    /// What the detectors are told.
    #[serde(default)]
    pub detection: DetectionSettings,
    /// Who takes part, honest or not.
    pub crowd: Vec<Crowd>,
}

/// Wallets or attackers of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crowd {
    /// The kind of agent: see [`agent::kinds`](crate::agent::kinds).
    pub agent: String,
    /// What this crowd is called in reports; its kind, if not said.
    #[serde(default)]
    pub name: Option<String>,
    /// How many agents of the kind.
    #[serde(default = "one")]
    pub count: u64,
    /// What else the kind of agent wants to know.
    #[serde(flatten)]
    pub settings: toml::Table,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// [`Error::Scenario`] says what is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let scenario: Self = toml::from_str(text).map_err(|error| Error::Scenario(error.to_string()))?;
        scenario.validate()?;
        Ok(scenario)
    }

    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`Error::Scenario`] names the first value that is out of range, and its range.
    pub fn validate(&self) -> Result<(), Error> {
        // PLACEHOLDER: ranges.
        for crowd in &self.crowd {
            agent::kind(&crowd.agent)?;
        }
        Ok(())
    }
}

impl Crowd {
    /// Its name in reports.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.agent)
    }

    /// Whether its agents are hostile.
    pub fn is_hostile(&self) -> bool {
        agent::kind(&self.agent).is_ok_and(|kind| kind.hostile)
    }
}

/// Time, blocks and the order in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChainSettings {
    /// Time between blocks.
    pub block_seconds: u64,
    /// Most gas in a block. What does not fit waits.
    pub block_gas_limit: u64,
    /// How the mempool is ordered.
    pub ordering: Ordering,
}

impl Default for ChainSettings {
    fn default() -> Self {
        Self { block_seconds: 12, block_gas_limit: 60_000_000, ordering: Ordering::Fee }
    }
}

/// How a mempool is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ordering {
    /// Whoever came first.
    FirstCome,
    /// Whoever pays more for gas; of equals, whoever came first.
    Fee,
    /// By lot, anew for each block.
    Random,
}

/// What things cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Costs {
    /// Price of gas in gwei, the median where it moves.
    pub gas_price_gwei: f64,
    /// How much it moves: standard deviation of its logarithm from hour to hour, 0 for not at all.
    pub gas_price_sigma: f64,
    /// What an ether costs, in satoshis.
    pub sats_per_ether: u64,
    /// Fee of a Lightning payment, whatever its amount, in millisatoshis.
    pub lightning_base_msat: u64,
    /// Fee of a Lightning payment, in millionths of its amount.
    pub lightning_fee_ppm: u64,
    /// How long a Lightning payment takes, and locks its amount, in seconds.
    pub lightning_seconds: u64,
    /// What locked capital would have earned, in percent a year.
    pub capital_percent_year: f64,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            gas_price_gwei: 1.0,
            gas_price_sigma: 0.0,
            sats_per_ether: 3_000_000,
            lightning_base_msat: 1_000,
            lightning_fee_ppm: 500,
            lightning_seconds: 10,
            capital_percent_year: 5.0,
        }
    }
}

/// Who rules on disputes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Arbiter {
    /// Nobody, for good.
    #[default]
    None,
    /// Somebody who finds out who is right, and rules after some days.
    Fair {
        /// After how many days.
        after_days: u64,
    },
}

/// What the detectors are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectionSettings {
    /// Whether they run at all.
    pub enabled: bool,
    /// The flags' thresholds.
    pub settings: barter_compliance::Settings,
    /// How many honest wallets, the ones with the highest scores first, a viewpoint trusts.
    pub trusted_wallets: u64,
}

impl Default for DetectionSettings {
    fn default() -> Self {
        Self { enabled: true, settings: barter_compliance::Settings::default(), trusted_wallets: 10 }
    }
}

const fn one() -> u64 {
    1
}

const fn thirty() -> u64 {
    30
}
