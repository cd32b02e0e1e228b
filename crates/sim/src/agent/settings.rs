//! Reading the settings of a crowd: every key may be left out, an unknown one is refused, and every number has a range.

use std::{fmt::Display, ops::RangeInclusive};

use serde::{Serialize, de::DeserializeOwned};

use crate::scenario::Crowd;

/// What a kind of agent wants to know. The keys of the default are all the keys there are.
pub(super) trait Settings: Default + Serialize + DeserializeOwned {
    /// Refuses what makes no sense, in one sentence.
    fn check(&self) -> Result<(), String>;
}

/// A crowd's settings as those of one kind.
pub(super) fn read<A: Settings>(crowd: &Crowd) -> Result<A, String> {
    let keys = keys::<A>();
    refuse_unknown(crowd, &[&keys])?;
    take(crowd, &keys)
}

/// A crowd's settings as those of two parts: what several kinds share, and what one adds to it.
pub(super) fn read_two<A: Settings, B: Settings>(crowd: &Crowd) -> Result<(A, B), String> {
    let (first, second) = (keys::<A>(), keys::<B>());
    refuse_unknown(crowd, &[&first, &second])?;
    Ok((take(crowd, &first)?, take(crowd, &second)?))
}

/// Refuses a number outside its range, and what is no number.
pub(super) fn within<T: PartialOrd + Display + Copy>(
    name: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), String> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(format!("{name} is {value}, expected {} to {}", range.start(), range.end()))
}

fn keys<A: Settings>() -> Vec<String> {
    toml::Table::try_from(A::default()).map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

fn refuse_unknown(crowd: &Crowd, known: &[&[String]]) -> Result<(), String> {
    let is_known = |key: &String| known.iter().any(|keys| keys.contains(key));
    match crowd.settings.keys().find(|key| !is_known(key)) {
        None => Ok(()),
        Some(key) => Err(format!("there is no setting {key:?}, expected one of {}", known.concat().join(", "))),
    }
}

fn take<A: Settings>(crowd: &Crowd, keys: &[String]) -> Result<A, String> {
    let mut table = toml::Table::new();
    for (key, value) in crowd.settings.iter().filter(|(key, _)| keys.contains(key)) {
        // Alone first, because the error of a whole table does not say which key it is about.
        let alone = toml::Table::from_iter([(key.clone(), value.clone())]);
        alone.try_into::<A>().map_err(|error| format!("{key}: {}", error.message()))?;
        table.insert(key.clone(), value.clone());
    }
    let settings: A = table.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    settings.check()?;
    Ok(settings)
}
