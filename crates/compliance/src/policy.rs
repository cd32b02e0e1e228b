//! Whom one is willing to deal with, as a file.

use alloy_primitives::Address;
use barter_protocol::Level;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::de::{DeTable, DeValue};

use crate::{
    Error, FlagKind, RiskLevel, Settings,
    number::{Positive, Whole},
    viewpoint::TRUSTED,
};

const SCORE: Whole = Whole { minimum: 1, maximum: 1_000_000_000 };
const COUNTERPARTIES: Whole = Whole { minimum: 1, maximum: 1_000_000 };
const PERCENT: Positive = Positive { maximum: 100 };
const SEEN_SCORE: Positive = Positive { maximum: 1_000_000_000 };

/// Whom one is willing to deal with: rules that a wallet must all meet, the thresholds that flags are raised at, and the wallets one
/// trusts already.
///
/// A policy has at least one rule, and its values are in range: [`parse`](Self::parse) is the only way to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy(pub(crate) Rules);

/// What a policy's file says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    #[serde(default, deserialize_with = "score")]
    pub(crate) minimum_score: Option<u64>,
    #[serde(default, deserialize_with = "counterparties")]
    pub(crate) minimum_counterparties: Option<u64>,
    #[serde(default, deserialize_with = "risk")]
    pub(crate) highest_risk: Option<RiskLevel>,
    #[serde(default, deserialize_with = "level")]
    pub(crate) required_level: Option<Level>,
    #[serde(default, deserialize_with = "percent")]
    pub(crate) minimum_completion_rate: Option<f64>,
    #[serde(default)]
    pub(crate) deny_flags: Vec<FlagKind>,
    #[serde(default)]
    settings: Settings,
    #[serde(default)]
    pub(crate) viewpoint: Option<ViewpointRule>,
}

/// What of a wallet's score must reach it from wallets one trusts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewpointRule {
    #[serde(deserialize_with = "trusted")]
    pub(crate) trusted: Vec<Address>,
    #[serde(deserialize_with = "seen_score")]
    pub(crate) minimum_seen_score: f64,
}

impl Policy {
    /// Reads a policy from TOML.
    ///
    /// # Errors
    /// [`Error::InvalidPolicy`] with line and key for text that is no TOML, keys there are not, values of the wrong kind or out of
    /// range, and rules that every wallet meets; [`Error::EmptyPolicy`] where there is no rule.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let rules: Rules = toml::from_str(text)
            .map_err(|error| invalid(text, error.span().map_or(0, |span| span.start), error.message()))?;
        if rules.is_empty() {
            return Err(Error::EmptyPolicy);
        }
        match rules.never_raised() {
            Some(message) => Err(invalid(text, start_of(text, "deny_flags"), &message)),
            None => Ok(Self(rules)),
        }
    }

    /// The thresholds that reports for this policy are made with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The wallets that one trusts already, where the policy asks for a score seen from them; none otherwise.
    pub fn trusted(&self) -> &[Address] {
        self.0.viewpoint.as_ref().map_or(&[], |viewpoint| &viewpoint.trusted)
    }
}

impl Rules {
    /// Whether it asks for nothing.
    fn is_empty(&self) -> bool {
        // Taken apart whole, so that a new rule cannot be forgotten here.
        let Self {
            minimum_score,
            minimum_counterparties,
            highest_risk,
            required_level,
            minimum_completion_rate,
            deny_flags,
            settings: _,
            viewpoint,
        } = self;
        minimum_score.is_none()
            && minimum_counterparties.is_none()
            && highest_risk.is_none()
            && required_level.is_none()
            && minimum_completion_rate.is_none()
            && deny_flags.is_empty()
            && viewpoint.is_none()
    }

    /// Why a flag that is denied is never raised, where there is one.
    fn never_raised(&self) -> Option<String> {
        self.deny_flags.iter().find_map(|flag| {
            let (setting, value, expected) = self.settings.turned_off(*flag)?;
            Some(format!(
                "{flag} is never raised with settings.{setting} = {value}, expected {expected}, or the flag not denied"
            ))
        })
    }
}

/// A refusal of what is at a place in the text.
fn invalid(text: &str, at: usize, message: &str) -> Error {
    let at = at.min(text.len());
    Error::InvalidPolicy {
        line: 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count(),
        key: DeTable::parse(text).ok().and_then(|table| key_at(table.get_ref(), at)),
        message: message.to_owned(),
    }
}

/// Where the value of a key at the top begins.
fn start_of(text: &str, key: &str) -> usize {
    let table = DeTable::parse(text).ok();
    table.as_ref().and_then(|table| table.get_ref().get(key)).map_or(0, |value| value.span().start)
}

/// The key that a place in the text belongs to, with those above it: `settings.pair_trades`.
fn key_at(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        let below = if let DeValue::Table(table) = value.get_ref() { key_at(table, at) } else { None };
        match below {
            Some(below) => Some(format!("{name}.{below}")),
            None => (key.span().contains(&at) || value.span().contains(&at)).then(|| name.to_string()),
        }
    })
}

fn score<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    SCORE.read(deserializer).map(Some)
}

fn counterparties<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    COUNTERPARTIES.read(deserializer).map(Some)
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    PERCENT.read(deserializer).map(Some)
}

fn seen_score<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    SEEN_SCORE.read(deserializer)
}

/// Any risk is at most high: that would allow everybody by accident.
fn risk<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RiskLevel>, D::Error> {
    match RiskLevel::deserialize(deserializer)? {
        RiskLevel::High => {
            Err(D::Error::custom("high is met by every wallet, expected low or medium, or no such rule"))
        }
        risk => Ok(Some(risk)),
    }
}

/// Any level is at least C: likewise.
fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Level>, D::Error> {
    #[derive(Deserialize)]
    #[serde(remote = "Level")]
    enum Letter {
        C,
        B,
        A,
    }
    match Letter::deserialize(deserializer)? {
        Level::C => Err(D::Error::custom("C is met by every wallet, expected B or A, or no such rule")),
        level => Ok(Some(level)),
    }
}

fn trusted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Address>, D::Error> {
    let trusted = Vec::<Trusted>::deserialize(deserializer)?;
    TRUSTED.check("the number of trusted wallets", trusted.len() as u64).map_err(D::Error::custom)?;
    Ok(trusted.into_iter().map(|wallet| wallet.0).collect())
}

/// A wallet to trust, its checksum checked if it has one: trust in a mistyped wallet is trust in nobody, or worse.
struct Trusted(Address);

impl<'de> Deserialize<'de> for Trusted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let invalid = |reason: &str| D::Error::custom(format!("'{text}' is no wallet address: {reason}"));
        let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 40);
        let address: Address = digits
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| invalid("expected 0x and 40 hexadecimal digits"))?;
        let has = |is_case: fn(&u8) -> bool| text.as_bytes().iter().skip(2).any(is_case);
        let has_checksum = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        if has_checksum && address.to_checksum(None) != text {
            return Err(invalid("its capital letters do not match its checksum"));
        }
        Ok(Self(address))
    }
}
