//! Where the flags are raised, and how far a cluster reaches.

use std::{fmt, str::FromStr};

use barter_protocol::limits::MAX_PAIR_COUNT;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Error, FlagKind, number::Whole, time::DAY};

/// Thresholds and limits, each with the default of Barter's rules.
///
/// As TOML every key may be left out, and an unknown one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// High velocity: more trades than this in the last 24 hours.
    #[serde(deserialize_with = "count")]
    pub velocity_trades_24h: u64,
    /// Isolation: fewer counterparties than this …
    #[serde(deserialize_with = "count")]
    pub isolation_counterparties: u64,
    /// … with at least this many trades.
    #[serde(deserialize_with = "count")]
    pub isolation_trades: u64,
    /// Amount uniformity: more than this percentage of trades have one and the same amount …
    #[serde(deserialize_with = "percent")]
    pub uniformity_percent: u64,
    /// … with at least this many trades.
    #[serde(deserialize_with = "count")]
    pub uniformity_trades: u64,
    /// Off-hours activity: more than this percentage of trades settled in the off-hours …
    #[serde(deserialize_with = "percent")]
    pub off_hours_percent: u64,
    /// … with at least this many trades.
    #[serde(deserialize_with = "count")]
    pub off_hours_trades: u64,
    /// First second of the off-hours, UTC.
    pub off_hours_from: TimeOfDay,
    /// Last second of the off-hours, UTC. Before `off_hours_from`: they go on past midnight.
    pub off_hours_to: TimeOfDay,
    /// Pair cap exceeded: more trades than this with one counterparty.
    #[serde(deserialize_with = "count")]
    pub pair_trades: u64,
    /// How many steps over settled trades a cluster reaches.
    #[serde(deserialize_with = "depth")]
    pub cluster_depth: u64,
    /// How many wallets a cluster has at most, nearest first.
    #[serde(deserialize_with = "wallets")]
    pub cluster_wallets: u64,
}

const COUNT: Whole = Whole { minimum: 1, maximum: 1_000_000 };
/// More than 100% cannot be: that turns a flag off.
const PERCENT: Whole = Whole { minimum: 0, maximum: 100 };
const DEPTH: Whole = Whole { minimum: 1, maximum: 6 };
const WALLETS: Whole = Whole { minimum: 1, maximum: 100_000 };

impl Default for Settings {
    fn default() -> Self {
        Self {
            velocity_trades_24h: 50,
            isolation_counterparties: 3,
            isolation_trades: 10,
            uniformity_percent: 80,
            uniformity_trades: 5,
            off_hours_percent: 60,
            off_hours_trades: 5,
            off_hours_from: TimeOfDay(2 * 3_600),
            off_hours_to: TimeOfDay(5 * 3_600 - 1),
            pair_trades: MAX_PAIR_COUNT,
            cluster_depth: 2,
            cluster_wallets: 1_000,
        }
    }
}

impl Settings {
    /// Refuses what makes no sense. Settings read from text are checked already.
    ///
    /// # Errors
    /// [`Error::SettingOutOfRange`] names the first setting outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let settings = [
            ("velocity_trades_24h", self.velocity_trades_24h, COUNT),
            ("isolation_counterparties", self.isolation_counterparties, COUNT),
            ("isolation_trades", self.isolation_trades, COUNT),
            ("uniformity_percent", self.uniformity_percent, PERCENT),
            ("uniformity_trades", self.uniformity_trades, COUNT),
            ("off_hours_percent", self.off_hours_percent, PERCENT),
            ("off_hours_trades", self.off_hours_trades, COUNT),
            ("pair_trades", self.pair_trades, COUNT),
            ("cluster_depth", self.cluster_depth, DEPTH),
            ("cluster_wallets", self.cluster_wallets, WALLETS),
        ];
        for (name, value, range) in settings {
            range.check(name, value)?;
        }
        Ok(())
    }

    /// What keeps a flag from ever being raised, if anything does: the setting, its value, and what is expected of it.
    pub(crate) fn turned_off(&self, flag: FlagKind) -> Option<(&'static str, u64, &'static str)> {
        let all_percent = |name, percent| (percent >= PERCENT.maximum).then_some((name, percent, "at most 99"));
        match flag {
            FlagKind::Isolation => {
                let counterparties = self.isolation_counterparties;
                (counterparties <= 1).then_some(("isolation_counterparties", counterparties, "at least 2"))
            }
            FlagKind::AmountUniformity => all_percent("uniformity_percent", self.uniformity_percent),
            FlagKind::OffHours => all_percent("off_hours_percent", self.off_hours_percent),
            FlagKind::HighVelocity | FlagKind::PairCapExceeded => None,
        }
    }

    /// Whether a time, in Unix seconds, is in the off-hours.
    pub(crate) fn is_off_hours(&self, time: u64) -> bool {
        let (from, to) = (self.off_hours_from, self.off_hours_to);
        let time = TimeOfDay::of(time);
        if from <= to { from <= time && time <= to } else { from <= time || time <= to }
    }
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    COUNT.read(deserializer)
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    PERCENT.read(deserializer)
}

fn depth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    DEPTH.read(deserializer)
}

fn wallets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    WALLETS.read(deserializer)
}

/// A second of the day, UTC. Text is `HH:MM:SS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u32);

impl TimeOfDay {
    /// The time of day at a time in Unix seconds.
    #[allow(clippy::cast_possible_truncation, reason = "a remainder of 86,400")]
    pub const fn of(time: u64) -> Self {
        Self((time % DAY) as u32)
    }

    /// Seconds since midnight.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}:{:02}", self.0 / 3_600, self.0 / 60 % 60, self.0 % 60)
    }
}

impl FromStr for TimeOfDay {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let two_digits = |digits: &str| {
                let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
                is_number.then(|| digits.parse::<u32>().ok()).flatten()
            };
            let mut parts = text.split(':').map(two_digits);
            let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
            let is_time = hours < 24 && minutes < 60 && seconds < 60 && parts.next().is_none();
            is_time.then_some(Self(hours * 3_600 + minutes * 60 + seconds))
        };
        parse().ok_or_else(|| Error::NoTimeOfDay { text: text.chars().take(20).collect() })
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
