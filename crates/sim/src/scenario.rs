//! What is simulated, as a TOML file.

use std::{collections::BTreeSet, fmt::Display, ops::RangeInclusive};

use serde::{Deserialize, Serialize};
use toml::{
    Table,
    de::{DeTable, DeValue},
};

/// What a key of a scenario is set to.
pub use toml::Value;

use crate::{Error, Parameters, agent, sweep::Sweep};

/// What TOML can hold, so that a scenario can be told by its text.
const SEEDS: RangeInclusive<u64> = 0..=i64::MAX as u64;
const DAYS: RangeInclusive<u64> = 1..=3_650;
const WORLDS: RangeInclusive<u64> = 1..=1_000;
const CROWDS: RangeInclusive<usize> = 1..=100;
/// In a world. Each is kept in memory, with its wallets, until the world ends.
const AGENTS: RangeInclusive<u64> = 1..=1_000_000;
/// In all worlds together. What came of each is kept in memory until the end.
const AGENTS_OF_ALL_WORLDS: RangeInclusive<u64> = 1..=5_000_000;
const NAME_CHARACTERS: RangeInclusive<usize> = 1..=60;
const DESCRIPTION_CHARACTERS: RangeInclusive<usize> = 0..=1_000;
const BLOCK_SECONDS: RangeInclusive<u64> = 1..=86_400;
/// Below the smallest no trade fits into a block.
const BLOCK_GAS_LIMITS: RangeInclusive<u64> = 1_000_000..=1_000_000_000_000;
const GAS_PRICES_GWEI: RangeInclusive<f64> = 0.0..=10_000.0;
const GAS_PRICE_SIGMAS: RangeInclusive<f64> = 0.0..=2.0;
const SATS_PER_ETHER: RangeInclusive<u64> = 0..=1_000_000_000;
const LIGHTNING_BASES_MSAT: RangeInclusive<u64> = 0..=1_000_000_000;
const LIGHTNING_FEES_PPM: RangeInclusive<u64> = 0..=1_000_000;
/// Two weeks: no payment is held longer.
const LIGHTNING_SECONDS: RangeInclusive<u64> = 0..=1_209_600;
const CAPITAL_PERCENTS: RangeInclusive<f64> = 0.0..=1_000.0;
const RULING_DAYS: RangeInclusive<u64> = 0..=365;
/// 0 for no viewpoint.
const TRUSTED_WALLETS: RangeInclusive<u64> = 0..=barter_compliance::MAX_TRUSTED as u64;

/// A scenario that comes with the crate.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub summary: &'static str,
    /// Its text, with comments.
    pub text: &'static str,
}

macro_rules! built_in {
    ($name:literal, $summary:literal) => {
        BuiltIn { name: $name, summary: $summary, text: include_str!(concat!("../scenarios/", $name, ".toml")) }
    };
}

/// The scenarios that come with the crate.
pub const BUILT_IN: &[BuiltIn] = &[
    built_in!("open-market", "honest traders alone: what scores look like, and how often detectors cry wolf"),
    built_in!("siege", "honest traders and every attack there is, at the same time"),
    built_in!("cheapest", "farmers after scores of 100, 350 and 700: what they cost"),
    built_in!("parameters", "what pair cap, formula, minimum and expiry do to honest and hostile scores; for sweep"),
    built_in!("spam", "proposals that nobody asked for, in small blocks ordered by fee"),
    built_in!("disputes", "false disputes and unpaid settlements, with an arbiter"),
];

/// A scenario: crowds of wallets, the protocol's parameters, the chain they share and what things cost on it.
///
/// As TOML every key may be left out but `name` and `crowd`, and an unknown one is refused.
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
    /// What a [`sweep`](crate::sweep) varies, where the file says so. No part of a run, and so of no text made of it.
    #[serde(default, skip_serializing)]
    pub sweep: Option<Sweep>,
}

/// Wallets or attackers of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crowd {
    /// The kind of agent: see [`agent::kinds`].
    pub agent: String,
    /// What this crowd is called in reports; its kind, if not said. Each has a name of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many agents of the kind.
    #[serde(default = "one")]
    pub count: u64,
    /// What else the kind of agent wants to know.
    #[serde(flatten)]
    pub settings: Table,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// [`Error::Scenario`] says what is wrong with it, and where: text that is no TOML, keys there are not, values of the wrong
    /// kind or out of range, settings that a kind of agent does not take.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let scenario: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let document = DeTable::parse(text).ok();
            let key = document.as_ref().and_then(|table| key_at(table.get_ref(), at));
            let key = key.map(|key| format!(", {key}")).unwrap_or_default();
            Error::Scenario(format!("line {}{key}: {}", line_of(text, at), in_words(error.message())))
        })?;
        scenario.check().map_err(|wrong| wrong.within(text))?;
        Ok(scenario)
    }

    /// The scenario as a text that [`parse`](Self::parse) reads as the same, without its sweep.
    ///
    /// # Panics
    /// With numbers that [`validate`](Self::validate) refuses and TOML cannot hold.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_else(|error| panic!("a scenario that was not validated: {error}"))
    }

    /// The scenario with some values changed, each named by its key: `seed`, `parameters.pair_cap`, or `crowd.NAME.KEY` for what a
    /// crowd says. Without its sweep.
    ///
    /// # Errors
    /// [`Error::Scenario`] names the first key there is not, or the first value that is of the wrong kind or out of range.
    pub fn with<'a>(&self, changes: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Result<Self, Error> {
        let mut scenario = Self { sweep: None, ..self.clone() };
        for (key, value) in changes {
            let failed = |error: &str| Error::Scenario(format!("{key}: {}", in_words(error)));
            let mut table = Table::try_from(&scenario).map_err(|error| failed(&error.to_string()))?;
            set(&mut table, key, value).map_err(|error| failed(&error))?;
            scenario = table.try_into().map_err(|error: toml::de::Error| failed(error.message()))?;
        }
        scenario.validate()?;
        Ok(scenario)
    }

    /// What a key is at; none where a crowd leaves it to its kind, or there is no such key.
    pub(crate) fn current(&self, key: &str) -> Option<Value> {
        let mut table = Table::try_from(self).ok()?;
        let found = match key.strip_prefix("crowd.") {
            Some(rest) => crowd_of(&mut table, rest).ok().map(|(crowd, key)| (&*crowd, key)),
            None => Some((&table, key)),
        };
        found.and_then(|(table, key)| get(table, key)).cloned()
    }

    /// A value for [`with`](Self::with) as it is typed: TOML, or else a text without its quotes.
    pub fn value(typed: &str) -> Value {
        typed.parse().unwrap_or_else(|_| Value::String(typed.to_owned()))
    }

    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`Error::Scenario`] names the first value that is out of range, and its range.
    pub fn validate(&self) -> Result<(), Error> {
        self.check().map_err(|wrong| Error::Scenario(wrong.message))
    }

    /// Agents of all worlds.
    pub fn agents(&self) -> u64 {
        let each = self.crowd.iter().fold(0_u64, |sum, crowd| sum.saturating_add(crowd.count));
        each.saturating_mul(self.worlds)
    }

    fn check(&self) -> Result<(), Wrong> {
        check_text("name", &self.name, NAME_CHARACTERS)?;
        check_text("description", &self.description, DESCRIPTION_CHARACTERS)?;
        check("seed", self.seed, SEEDS)?;
        check("days", self.days, DAYS)?;
        check("worlds", self.worlds, WORLDS)?;
        self.parameters.validate().map_err(|error| Wrong::prefixed("parameters", &error))?;
        self.chain.check()?;
        self.costs.check()?;
        if let Arbiter::Fair { after_days } = self.arbiter {
            check("arbiter.after_days", after_days, RULING_DAYS)?;
        }
        let settings = self.detection.settings.validate();
        settings.map_err(|error| Wrong::prefixed("detection.settings", &error))?;
        check("detection.trusted_wallets", self.detection.trusted_wallets, TRUSTED_WALLETS)?;
        self.check_crowds()
    }

    fn check_crowds(&self) -> Result<(), Wrong> {
        check_number("crowd", "the number of crowds", self.crowd.len(), CROWDS)?;
        let mut names = BTreeSet::new();
        for (place, crowd) in self.crowd.iter().enumerate() {
            crowd.check().map_err(|wrong| Wrong { crowd: Some(place), ..wrong })?;
            if !names.insert(crowd.name()) {
                let message = format!("two crowds are called {}, expected a name of its own for each", crowd.name());
                return Err(Wrong { crowd: Some(place), key: "name".to_owned(), message });
            }
        }
        let each = self.agents() / self.worlds;
        check_number("crowd", "the number of agents", each, AGENTS)?;
        check_number("worlds", "the number of agents in all worlds", self.agents(), AGENTS_OF_ALL_WORLDS)
    }
}

impl ChainSettings {
    fn check(&self) -> Result<(), Wrong> {
        check("chain.block_seconds", self.block_seconds, BLOCK_SECONDS)?;
        check("chain.block_gas_limit", self.block_gas_limit, BLOCK_GAS_LIMITS)
    }
}

impl Costs {
    fn check(&self) -> Result<(), Wrong> {
        check("costs.gas_price_gwei", self.gas_price_gwei, GAS_PRICES_GWEI)?;
        check("costs.gas_price_sigma", self.gas_price_sigma, GAS_PRICE_SIGMAS)?;
        check("costs.sats_per_ether", self.sats_per_ether, SATS_PER_ETHER)?;
        check("costs.lightning_base_msat", self.lightning_base_msat, LIGHTNING_BASES_MSAT)?;
        check("costs.lightning_fee_ppm", self.lightning_fee_ppm, LIGHTNING_FEES_PPM)?;
        check("costs.lightning_seconds", self.lightning_seconds, LIGHTNING_SECONDS)?;
        check("costs.capital_percent_year", self.capital_percent_year, CAPITAL_PERCENTS)
    }
}

/// A value that makes no sense.
struct Wrong {
    /// The place of its crowd, if it is one's.
    crowd: Option<usize>,
    /// Where it is: from the top, or from its crowd.
    key: String,
    /// The sentence.
    message: String,
}

impl Wrong {
    fn new(key: &str, message: String) -> Self {
        Self { crowd: None, key: key.to_owned(), message }
    }

    /// Of settings that check themselves, and name the key first.
    fn prefixed(prefix: &str, error: &impl Display) -> Self {
        let message = format!("{prefix}.{error}");
        let key = message.split(' ').next().unwrap_or_default().to_owned();
        Self { crowd: None, key, message }
    }

    /// With the line of the text that says it, if one does: what is not said has its default.
    fn within(self, text: &str) -> Error {
        let document = DeTable::parse(text).ok();
        let place = document.as_ref().and_then(|document| {
            let top = document.get_ref();
            let table = match self.crowd {
                Some(place) => top.get("crowd")?.get_ref().get(place)?.get_ref().as_table()?,
                None => top,
            };
            place_of(table, &self.key).or_else(|| self.crowd.and_then(|_| place_of(table, "agent")))
        });
        Error::Scenario(match place {
            Some(at) => format!("line {}: {}", line_of(text, at), self.message),
            None => self.message,
        })
    }
}

/// Refuses a number outside its range. Not a number is in no range.
fn check<T: PartialOrd + Display + Copy>(key: &str, value: T, range: RangeInclusive<T>) -> Result<(), Wrong> {
    check_number(key, key, value, range)
}

fn check_number<T: PartialOrd + Display + Copy>(
    key: &str,
    name: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), Wrong> {
    if range.contains(&value) {
        return Ok(());
    }
    let (minimum, maximum) = range.into_inner();
    Err(Wrong::new(key, format!("{name} is {value}, expected {minimum} to {maximum}")))
}

/// Names and descriptions: they are printed, and are parts of files' names.
fn check_text(key: &str, text: &str, length: RangeInclusive<usize>) -> Result<(), Wrong> {
    check_number(key, &format!("the number of characters of {key}"), text.chars().count(), length)?;
    match text.chars().find(|char| char.is_control()) {
        Some(char) => Err(Wrong::new(key, format!("{key} has the control character {char:?}, expected none"))),
        None => Ok(()),
    }
}

/// The line of a place in a text, counted from 1.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// The key that a place in the text belongs to, with those above it: `parameters.pair_cap`.
fn key_at(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        let below = match value.get_ref() {
            DeValue::Table(table) => key_at(table, at),
            DeValue::Array(array) => array.iter().find_map(|value| match value.get_ref() {
                DeValue::Table(table) => key_at(table, at),
                _ => None,
            }),
            _ => None,
        };
        match below {
            Some(below) => Some(format!("{name}.{below}")),
            None => (key.span().contains(&at) || value.span().contains(&at)).then(|| name.to_string()),
        }
    })
}

/// Where a key begins, if the text has it.
fn place_of(table: &DeTable<'_>, key: &str) -> Option<usize> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let (name, value) = table.get_key_value(first)?;
    match rest {
        Some(rest) => place_of(value.get_ref().as_table()?, rest),
        None => Some(name.span().start),
    }
}

/// What the reader says, without the names of Rust's types.
fn in_words(message: &str) -> String {
    let message = message.replace("expected u64", "expected a whole number, 0 or more");
    let message =
        message.replace("expected f64", "expected a number").replace("expected usize", "expected a whole number");
    let message =
        message.replace("expected a sequence", "expected a list of tables").replace("expected a map", A_TABLE);
    let message = match message.split_once("expected struct ") {
        Some((before, _)) => format!("{before}{A_TABLE}"),
        None => message,
    };
    message.replace(" as i128", "").replace(" as u128", "").replace('\n', " ")
}

const A_TABLE: &str = "expected a table of keys and values";

/// What a key names.
fn get<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((first, rest)) => get(table.get(first)?.as_table()?, rest),
        None => table.get(key),
    }
}

/// Sets what a key names.
fn set(scenario: &mut Table, key: &str, value: &Value) -> Result<(), String> {
    let (table, key) = match key.strip_prefix("crowd.") {
        Some(rest) => crowd_of(scenario, rest)?,
        None => (scenario, key),
    };
    set_in(table, key, value)
}

/// The crowd that the beginning of a key names, and the rest of the key. Names may have dots in them: the longest is meant.
fn crowd_of<'a, 'b>(scenario: &'a mut Table, key: &'b str) -> Result<(&'a mut Table, &'b str), String> {
    let crowds = scenario.get_mut("crowd").and_then(Value::as_array_mut).into_iter().flatten();
    let mut names = Vec::new();
    let mut is_whole = false;
    let named = crowds.filter_map(Value::as_table_mut).filter_map(|crowd| {
        let name = crowd.get("name").or_else(|| crowd.get("agent")).and_then(Value::as_str).unwrap_or_default();
        names.push(name.to_owned());
        is_whole |= key == name;
        let rest = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'))?;
        Some((crowd, rest))
    });
    let meant = named.min_by_key(|(_, rest)| rest.len());
    meant.ok_or_else(|| {
        if is_whole {
            format!("this is a whole crowd, expected one of its keys: crowd.{key}.KEY, such as crowd.{key}.count")
        } else {
            format!("there is no such crowd, expected crowd.NAME.KEY with one of {}", names.join(", "))
        }
    })
}

fn set_in(table: &mut Table, key: &str, value: &Value) -> Result<(), String> {
    let Some((first, rest)) = key.split_once('.') else {
        // The reader would take a list for a table, by the places of its keys.
        if table.get(key).is_some_and(Value::is_table) && !value.is_table() {
            return Err(format!("invalid type: {value}, {A_TABLE}"));
        }
        table.insert(key.to_owned(), value.clone());
        return Ok(());
    };
    let names = || table.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name.as_str());
    let expected = names().collect::<Vec<_>>().join(", ");
    match table.get_mut(first).and_then(Value::as_table_mut) {
        Some(table) => set_in(table, rest, value),
        None if expected.is_empty() => Err(format!("there is nothing below {first}")),
        None => Err(format!("there is no table {first}, expected one of {expected}")),
    }
}

impl Crowd {
    fn check(&self) -> Result<(), Wrong> {
        let of = |key: &str, message: String| Wrong::new(key, format!("crowd {}: {message}", self.name()));
        let kind = agent::kind(&self.agent).map_err(|error| of("agent", error.to_string()))?;
        check_text("name", self.name(), NAME_CHARACTERS).map_err(|wrong| of("name", wrong.message))?;
        check("count", self.count, AGENTS).map_err(|wrong| of("count", wrong.message))?;
        match (kind.make)(self) {
            Ok(_) => Ok(()),
            Err(error) => Err(of(&self.key_named_in(&error), in_words(&error))),
        }
    }

    /// The setting that a sentence about them is of, as far as it can be told: the longest whose name is in it.
    fn key_named_in(&self, sentence: &str) -> String {
        let keys = self.settings.keys().filter(|key| sentence.contains(key.as_str()));
        keys.max_by_key(|key| key.len()).cloned().unwrap_or_default()
    }

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
#[serde(tag = "kind", rename_all = "kebab-case", try_from = "ArbiterTable")]
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

/// An arbiter as it is written. The enum's own reader takes any key beside `none`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArbiterTable {
    kind: ArbiterKind,
    after_days: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ArbiterKind {
    None,
    Fair,
}

impl TryFrom<ArbiterTable> for Arbiter {
    type Error = String;

    fn try_from(table: ArbiterTable) -> Result<Self, String> {
        match (table.kind, table.after_days) {
            (ArbiterKind::None, None) => Ok(Self::None),
            (ArbiterKind::None, Some(days)) => {
                Err(format!("after_days is {days} though kind is none, expected it with kind fair only"))
            }
            (ArbiterKind::Fair, Some(after_days)) => Ok(Self::Fair { after_days }),
            (ArbiterKind::Fair, None) => Err("missing field `after_days`, expected it with kind fair".to_owned()),
        }
    }
}

/// What the detectors are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectionSettings {
    /// Whether they run at all.
    pub enabled: bool,
    /// The flags' thresholds.
    pub settings: barter_compliance::Settings,
    /// How many honest wallets a viewpoint trusts, by lot among those that have settled a trade; 0 for no viewpoint.
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
