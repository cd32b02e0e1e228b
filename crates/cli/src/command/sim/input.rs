//! Scenarios, from files and built in.

use std::{fs::File, io::Read as _, path::Path};

use barter_sim::{Scenario, scenario::BUILT_IN};

use super::Settings;
use crate::error::Error;

/// Longest scenario that is read, in bytes.
const MAX_SCENARIO_BYTES: u64 = 1 << 20;

/// The text of a scenario: a built-in one's by its name, else a file's.
pub(super) fn text(named: &str) -> Result<String, Error> {
    if let Some(built_in) = BUILT_IN.iter().find(|built_in| built_in.name == named) {
        return Ok(built_in.text.to_owned());
    }
    let path = Path::new(named);
    let unreadable = |reason: String| Error::Unreadable { path: path.to_owned(), reason };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let names = BUILT_IN.iter().map(|built_in| built_in.name).collect::<Vec<_>>().join(", ");
            return Err(Error::NoScenario { named: named.to_owned(), expected: names });
        }
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut text = String::new();
    let read = file.take(MAX_SCENARIO_BYTES + 1).read_to_string(&mut text);
    if text.len() as u64 > MAX_SCENARIO_BYTES {
        return Err(unreadable(format!("it is longer than a scenario may be, {MAX_SCENARIO_BYTES} bytes")));
    }
    read.map_err(|error| unreadable(error.to_string()))?;
    Ok(text)
}

/// The scenario, with what is set on the command line. Its sweep stays.
pub(super) fn scenario(named: &str, settings: &Settings) -> Result<Scenario, Error> {
    let invalid = |error: barter_sim::Error| Error::Scenario { named: named.to_owned(), error: error.to_string() };
    let mut scenario = Scenario::parse(&text(named)?).map_err(invalid)?;
    let changes = settings.changes()?;
    if changes.is_empty() {
        return Ok(scenario);
    }
    let sweep = scenario.sweep.take();
    let changes = changes.iter().map(|(key, value)| (key.as_str(), value));
    Ok(Scenario { sweep, ..scenario.with(changes).map_err(invalid)? })
}

impl Settings {
    fn changes(&self) -> Result<Vec<(String, barter_sim::scenario::Value)>, Error> {
        let named = [("seed", &self.seed), ("days", &self.days), ("worlds", &self.worlds)];
        let named =
            named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Scenario::value(value.as_ref()?))));
        let set = self.set.iter().map(|set| match set.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), Scenario::value(value.trim()))),
            _ => Err(Error::Usage {
                message: format!("'{set}' sets nothing, expected KEY=VALUE such as parameters.pair_cap=1"),
                tip: None,
            }),
        });
        named.map(Ok).chain(set).collect()
    }
}
