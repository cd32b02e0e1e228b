//! What a provider's record is worth, 0 to 1.
//!
//! ```text
//! score = w_age × age_factor + w_bond × bond_factor + w_success × success_rate + w_volume × volume_factor
//!         − 0.3 × slash_ratio − 0.05 × min(disputes / 10, 1) − 0.3 × federated_penalty
//! ```
//!
//! Inputs are whole numbers, so that everybody who recomputes a score starts from the same; logarithms are `libm`'s, so that every
//! machine ends at the same.

use serde::Serialize;

/// Seconds of a day.
const DAY: u64 = 86_400;
/// Days after which age is worth all it can be.
const FULL_AGE_DAYS: f64 = 365.0;
/// Powers of ten of dollars of bond, and of volume, that are worth all they can be.
const FULL_BOND_POWER: f64 = 4.0;
const FULL_VOLUME_POWER: f64 = 5.0;
/// Upheld disputes that cost all they can.
const FULL_DISPUTES: f64 = 10.0;
/// What being slashed for everything, ten upheld disputes, and slashes at infinitely many other hubs cost.
const SLASH_WEIGHT: f64 = 0.3;
const DISPUTE_WEIGHT: f64 = 0.05;
const FEDERATED_WEIGHT: f64 = 0.3;
/// Issuers without a consumer's proof count from so many on.
const MIN_WEAK_ISSUERS: u64 = 2;
const PPM: f64 = 1e6;
/// How far from 1 the weights may add up, since they are written in decimals.
const WEIGHTS_SLACK: f64 = 1e-9;
/// Longest window, in days: ten years.
pub const MAX_WINDOW_DAYS: u32 = 3_653;
/// Decimals of a price, whatever the bond's token has: it is signed in millionths of a dollar.
const PRICE_DECIMALS: u8 = 6;

/// How much each term is worth. They add up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weights {
    /// Of age.
    pub age: f64,
    /// Of the bond.
    pub bond: f64,
    /// Of the share of successes.
    pub success_rate: f64,
    /// Of volume.
    pub volume: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { age: 0.2, bond: 0.3, success_rate: 0.35, volume: 0.15 }
    }
}

/// What an operator chooses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// Least bond to be listed on a test network, in whole dollars.
    pub min_bond_usd: u64,
    /// Least bond to be listed on a main network, in whole dollars.
    pub mainnet_min_bond_usd: u64,
    /// Days that outcomes count for.
    pub window_days: u32,
    /// How much each term is worth.
    pub weights: Weights,
    /// Decimals of the bond's token: a dollar is ten to this many base units.
    pub decimals: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_bond_usd: 100,
            mainnet_min_bond_usd: 1_000,
            window_days: 30,
            weights: Weights::default(),
            decimals: 6,
        }
    }
}

/// The environment variables, by their published names.
pub const MIN_BOND_VARIABLE: &str = "AIMARKET_REPUTATION_MIN_BOND_USD";
/// Of the main networks.
pub const MAINNET_MIN_BOND_VARIABLE: &str = "AIMARKET_REPUTATION_MAINNET_MIN_BOND_USD";
/// Of the window.
pub const WINDOW_VARIABLE: &str = "AIMARKET_REPUTATION_WINDOW_DAYS";
/// Of the weights.
pub const WEIGHTS_VARIABLE: &str = "AIMARKET_REPUTATION_DEFAULT_WEIGHTS";

/// Why a setting is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not a number in its range.
    #[error("{name} is {found:?}, expected a whole number from {minimum} to {maximum}")]
    NotANumber {
        /// The setting.
        name: &'static str,
        /// What it says.
        found: String,
        /// Smallest allowed.
        minimum: u64,
        /// Largest allowed.
        maximum: u64,
    },
    /// Not four weights.
    #[error("{name} is {found:?}, expected four numbers from 0 to 1 that add up to 1, like 0.2,0.3,0.35,0.15")]
    BadWeights {
        /// The setting.
        name: &'static str,
        /// What it says.
        found: String,
    },
}

impl Settings {
    /// Reads the four environment variables; `variable` gives what one holds. Those that are not set, or empty, stay as they are.
    ///
    /// # Errors
    /// [`Error`], naming the variable.
    pub fn with_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let set = |name| variable(name).filter(|text| !text.trim().is_empty());
        if let Some(text) = set(MIN_BOND_VARIABLE) {
            self.min_bond_usd = parse_bond(MIN_BOND_VARIABLE, &text)?;
        }
        if let Some(text) = set(MAINNET_MIN_BOND_VARIABLE) {
            self.mainnet_min_bond_usd = parse_bond(MAINNET_MIN_BOND_VARIABLE, &text)?;
        }
        if let Some(text) = set(WINDOW_VARIABLE) {
            self.window_days = parse_window(WINDOW_VARIABLE, &text)?;
        }
        if let Some(text) = set(WEIGHTS_VARIABLE) {
            self.weights = parse_weights(WEIGHTS_VARIABLE, &text)?;
        }
        Ok(self)
    }

    /// How long outcomes count, in seconds.
    pub const fn window_seconds(&self) -> u64 {
        // No `From` in a const function; u32 is narrower than u64.
        self.window_days as u64 * DAY
    }
}

/// Reads a least bond in whole dollars. `name` is how the user knows it.
///
/// # Errors
/// [`Error::NotANumber`].
pub fn parse_bond(name: &'static str, text: &str) -> Result<u64, Error> {
    whole_number(name, text, 0, 1_000_000_000)
}

/// Reads a window in days. `name` is how the user knows it.
///
/// # Errors
/// [`Error::NotANumber`] outside 1 to [`MAX_WINDOW_DAYS`].
pub fn parse_window(name: &'static str, text: &str) -> Result<u32, Error> {
    let days = whole_number(name, text, 1, MAX_WINDOW_DAYS.into())?;
    Ok(u32::try_from(days).unwrap_or(MAX_WINDOW_DAYS))
}

/// Reads four weights: age, bond, success rate, volume, divided by commas. `name` is how the user knows them.
///
/// # Errors
/// [`Error::BadWeights`] for any other number of them, one outside 0 to 1, or a sum other than 1.
pub fn parse_weights(name: &'static str, text: &str) -> Result<Weights, Error> {
    let bad = || Error::BadWeights { name, found: text.chars().take(64).collect() };
    let weights: Vec<f64> =
        text.split(',').map(|weight| weight.trim().parse()).collect::<Result<_, _>>().map_err(|_| bad())?;
    let [age, bond, success_rate, volume] = weights[..] else { return Err(bad()) };
    // NaN is in no range.
    let each = weights.iter().all(|weight| (0.0..=1.0).contains(weight));
    if !each || (weights.iter().sum::<f64>() - 1.0).abs() > WEIGHTS_SLACK {
        return Err(bad());
    }
    Ok(Weights { age, bond, success_rate, volume })
}

fn whole_number(name: &'static str, text: &str, minimum: u64, maximum: u64) -> Result<u64, Error> {
    let number = text.trim().parse().ok().filter(|number| (minimum..=maximum).contains(number));
    number.ok_or_else(|| Error::NotANumber { name, found: text.chars().take(64).collect(), minimum, maximum })
}

/// A provider's record, as counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// When its first outcome was, Unix seconds.
    pub first_outcome_at: Option<u64>,
    /// When its first bond was, Unix seconds.
    pub first_bonded_at: Option<u64>,
    /// Its bond now, less what is leaving, in base units of the token.
    pub bond_units: u128,
    /// All it ever bonded, in base units.
    pub ever_bonded_units: u128,
    /// All that was ever taken, in base units.
    pub ever_slashed_units: u128,
    /// Outcomes in the window, by how they ended.
    pub counts: Counts,
    /// Their prices together, in millionths of a dollar.
    pub volume_units: u128,
    /// The qualities that consumers gave in the window together, in millionths.
    pub quality_ppm_sum: u64,
    /// How many gave one.
    pub quality_count: u64,
    /// Disputes that were upheld, ever.
    pub upheld_disputes: u64,
    /// Other hubs that attested a slash with a consumer's proof.
    pub strong_issuers: u64,
    /// Other hubs that did without.
    pub weak_issuers: u64,
}

/// Outcomes, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// As promised.
    pub success: u64,
    /// Not as promised.
    pub failure: u64,
    /// Not in time.
    pub timeout: u64,
    /// Under dispute.
    pub disputed: u64,
}

impl Counts {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.judged().saturating_add(self.disputed)
    }

    /// All but the disputed ones, which count neither way.
    pub const fn judged(&self) -> u64 {
        self.success.saturating_add(self.failure).saturating_add(self.timeout)
    }
}

/// A score, and every term it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The score, 0 to 1.
    pub score: f64,
    /// How much each term is worth.
    pub weights: Weights,
    /// Days since the first outcome or the first bond, whichever came first.
    pub age_days: f64,
    /// `min(age_days / 365, 1)`.
    pub age_factor: f64,
    /// The bond, in dollars.
    pub bond_usd: f64,
    /// `min(log10(bond_usd) / 4, 1)`, and 0 under a dollar.
    pub bond_factor: f64,
    /// Successes among all outcomes in the window but the disputed ones; 0 if there are none.
    pub success_rate: f64,
    /// The prices of the window's outcomes together, in dollars.
    pub volume_usd: f64,
    /// `min(log10(volume_usd) / 5, 1)`, and 0 under a dollar.
    pub volume_factor: f64,
    /// All ever slashed over all ever bonded.
    pub slash_ratio: f64,
    /// What that takes off.
    pub slash_penalty: f64,
    /// Upheld disputes.
    pub disputes: u64,
    /// What they take off.
    pub dispute_penalty: f64,
    /// `1 − 0.5^e` with `e` the strong issuers and, from two on, half the weak ones.
    pub federated_penalty: f64,
    /// What that takes off.
    pub federated_deduction: f64,
    /// The average of the qualities given in the window; 0 if there is none. Displayed, and in no term.
    pub average_quality: f64,
    /// Outcomes in the window, by how they ended.
    pub outcomes: Counts,
}

impl Score {
    /// Computes the score at a time, Unix seconds.
    pub fn of(record: &Record, settings: &Settings, now: u64) -> Self {
        let weights = settings.weights;
        let first_seen = [record.first_outcome_at, record.first_bonded_at].into_iter().flatten().min();
        // A first outcome may be dated a little ahead; that is no age yet.
        let age_days = first_seen.map_or(0.0, |first| real(now.saturating_sub(first).into()) / real(DAY.into()));
        let age_factor = (age_days / FULL_AGE_DAYS).min(1.0);
        let bond_usd = dollars(record.bond_units, settings.decimals);
        let bond_factor = powers(bond_usd, FULL_BOND_POWER);
        let success_rate = ratio(record.counts.success.into(), record.counts.judged().into());
        let volume_usd = dollars(record.volume_units, PRICE_DECIMALS);
        let volume_factor = powers(volume_usd, FULL_VOLUME_POWER);
        let slash_ratio = ratio(record.ever_slashed_units, record.ever_bonded_units);
        let slash_penalty = SLASH_WEIGHT * slash_ratio;
        let dispute_penalty = DISPUTE_WEIGHT * (real(record.upheld_disputes.into()) / FULL_DISPUTES).min(1.0);
        let federated_penalty = federated_penalty(record.strong_issuers, record.weak_issuers);
        let federated_deduction = FEDERATED_WEIGHT * federated_penalty;
        let earned = weights.age * age_factor
            + weights.bond * bond_factor
            + weights.success_rate * success_rate
            + weights.volume * volume_factor;
        Self {
            score: (earned - slash_penalty - dispute_penalty - federated_deduction).clamp(0.0, 1.0),
            weights,
            age_days,
            age_factor,
            bond_usd,
            bond_factor,
            success_rate,
            volume_usd,
            volume_factor,
            slash_ratio,
            slash_penalty,
            disputes: record.upheld_disputes,
            dispute_penalty,
            federated_penalty,
            federated_deduction,
            average_quality: average_quality(record),
            outcomes: record.counts,
        }
    }
}

/// How sure it is that a provider was slashed elsewhere: `1 − 0.5^e`, with `e` the issuers that have a consumer's proof and, from
/// two on, half of those that do not. One hub's word alone moves nothing.
pub fn federated_penalty(strong_issuers: u64, weak_issuers: u64) -> f64 {
    let weak = if weak_issuers >= MIN_WEAK_ISSUERS { real(weak_issuers.into()) / 2.0 } else { 0.0 };
    1.0 - libm::exp2(-(real(strong_issuers.into()) + weak))
}

/// How many powers of ten an amount has, as a share of how many count; nothing under one.
fn powers(amount: f64, full: f64) -> f64 {
    if amount < 1.0 { 0.0 } else { (libm::log10(amount) / full).min(1.0) }
}

/// At most 1, and nothing of nothing.
fn ratio(part: u128, whole: u128) -> f64 {
    if whole == 0 { 0.0 } else { (real(part) / real(whole)).min(1.0) }
}

fn average_quality(record: &Record) -> f64 {
    if record.quality_count == 0 {
        return 0.0;
    }
    real(record.quality_ppm_sum.into()) / real(record.quality_count.into()) / PPM
}

fn dollars(units: u128, decimals: u8) -> f64 {
    real(units) / real(10_u128.saturating_pow(decimals.into()))
}

/// The nearest double.
#[allow(clippy::cast_precision_loss, reason = "to the nearest is what is meant")]
const fn real(number: u128) -> f64 {
    number as f64
}
