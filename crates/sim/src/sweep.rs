//! One scenario with some of its values varied.
//!
//! All points have the scenario's seed, unless the seed itself is varied: agents draw the same random numbers in each, so what
//! differs between points is what the values did, not luck.

use std::{io, sync::atomic::AtomicBool};

use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use toml::{Table, Value};

use crate::{Error, Observer, Outcome, Scenario, run};

/// Most points of a sweep.
pub const MAX_POINTS: usize = 1_000;
/// Most keys that are varied.
const MAX_AXES: usize = 16;

/// What to vary, and how.
///
/// As TOML, the table `sweep` of a scenario: an axis is a key of the scenario with a list of values, in quotes or not.
///
/// ```
/// let scenario = barter_sim::Scenario::parse(
///     r#"
///     name = "pairs"
///     [[crowd]]
///     agent = "circle"
///     [sweep]
///     mode = "grid"
///     parameters.pair_cap = [1, 3]
///     "crowd.circle.trades" = [5, 10, 20]
///     "#,
/// )?;
/// assert_eq!(barter_sim::sweep::points(&scenario)?.len(), 6);
/// # Ok::<(), barter_sim::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sweep {
    /// How the axes go together.
    pub mode: Mode,
    /// What is varied, in the order of the keys.
    pub axes: Vec<Axis>,
}

/// How axes go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Each value of each axis with each of the others.
    Grid,
    /// The scenario as it is, then each value of each axis with all else as it is.
    #[default]
    OneAtATime,
}

/// One thing that is varied.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Its key: `parameters.pair_cap`, `seed`, `crowd.NAME.KEY`.
    pub key: String,
    /// What it is set to.
    pub values: Vec<Value>,
}

/// What came of a sweep.
#[derive(Clone, Debug, Serialize)]
pub struct SweepOutcome {
    /// The scenario that was varied.
    pub scenario: Scenario,
    /// How the axes went together.
    pub mode: Mode,
    /// What was varied.
    pub axes: Vec<Axis>,
    /// Each point: of a grid with the last axis moving fastest; one at a time, the scenario as it is and then axis by axis.
    pub points: Vec<SweepPoint>,
}

/// One scenario of a sweep.
#[derive(Clone, Debug, Serialize)]
pub struct SweepPoint {
    /// What each axis is at.
    pub values: Vec<Value>,
    /// What came of it. Single agents and wallets are left out.
    pub outcome: Outcome,
}

impl SweepOutcome {
    /// What the other points are measured against: the scenario as it is, or the first point where a grid has none such.
    pub fn reference(&self) -> Option<&SweepPoint> {
        let base: Option<Vec<_>> = self.axes.iter().map(|axis| self.scenario.current(&axis.key)).collect();
        let as_it_is = base.and_then(|base| self.points.iter().find(|point| point.values == base));
        as_it_is.or_else(|| self.points.first())
    }

    /// The points along an axis, with all others as at the first point. In the order of the axis' values; the scenario as it is comes
    /// first where its value is none of them.
    pub fn along(&self, axis: usize) -> Vec<&SweepPoint> {
        let Some((first, values)) = self.points.first().zip(self.axes.get(axis).map(|axis| &axis.values)) else {
            return Vec::new();
        };
        let stands_still = |point: &&SweepPoint| {
            let mut others = point.values.iter().zip(&first.values).enumerate().filter(|(place, _)| *place != axis);
            others.all(|(_, (value, first))| value == first)
        };
        let mut points: Vec<_> = self.points.iter().filter(stands_still).collect();
        points.sort_by_key(|point| values.iter().position(|value| *value == point.values[axis]));
        points
    }
}

/// A point before it is run: what each axis is at, and the scenario that it makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What each axis is at.
    pub values: Vec<Value>,
    /// The scenario.
    pub scenario: Scenario,
}

/// The points of a scenario's sweep.
///
/// # Errors
/// [`Error::Scenario`] where there is nothing to vary or too much, or a point makes no sense.
pub fn points(scenario: &Scenario) -> Result<Vec<Point>, Error> {
    let Some(Sweep { mode, axes }) = &scenario.sweep else {
        return Err(Error::Scenario("there is no table sweep, expected one with lists of values by key".to_owned()));
    };
    check(*mode, axes)?;
    let settings = match mode {
        Mode::Grid => grid(axes),
        Mode::OneAtATime => one_at_a_time(axes, &as_it_is(scenario, axes)?),
    };
    let point = |values: Vec<Value>| {
        let changed = scenario.with(axes.iter().zip(&values).map(|(axis, value)| (axis.key.as_str(), value)));
        let scenario = changed.map_err(|error| Error::Scenario(format!("sweep: {error}")))?;
        Ok(Point { values, scenario })
    };
    settings.into_iter().map(point).collect()
}

/// What the axes are at. A crowd may leave a key to its kind, and then it is not known which of the values that is.
fn as_it_is(scenario: &Scenario, axes: &[Axis]) -> Result<Vec<Value>, Error> {
    let refuse = |message: String| Error::Scenario(format!("sweep: {message}"));
    let current = |axis: &Axis| {
        if let Some(value) = scenario.current(&axis.key) {
            return Ok(value);
        }
        // A key there is not is refused as such.
        scenario
            .with(axis.values.iter().take(1).map(|value| (axis.key.as_str(), value)))
            .map_err(|error| refuse(error.to_string()))?;
        let key = &axis.key;
        Err(refuse(format!(
            "{key} has no value in the scenario, expected one there to vary it from, or mode = \"grid\""
        )))
    };
    axes.iter().map(current).collect()
}

/// Each value with each of the others, the last axis moving fastest.
fn grid(axes: &[Axis]) -> Vec<Vec<Value>> {
    axes.iter().fold(vec![Vec::new()], |settings, axis| {
        let with_axis = settings.iter().flat_map(|setting: &Vec<Value>| {
            axis.values.iter().map(|value| setting.iter().chain([value]).cloned().collect())
        });
        with_axis.collect()
    })
}

/// All as it is, and then each value that is not as it is.
fn one_at_a_time(axes: &[Axis], base: &[Value]) -> Vec<Vec<Value>> {
    let mut settings = vec![base.to_vec()];
    for (place, axis) in axes.iter().enumerate() {
        for value in axis.values.iter().filter(|value| **value != base[place]) {
            let mut setting = base.to_vec();
            setting[place] = value.clone();
            settings.push(setting);
        }
    }
    settings
}

/// Runs all points of a scenario's sweep, and the worlds of each, on all threads of the current pool. What comes out is the same
/// on any number of them. The observer sees the worlds counted through all points, and is asked for no logs.
///
/// # Errors
/// Those of [`points`] and of [`run`](fn@run).
pub fn sweep(scenario: &Scenario, observer: &impl Observer) -> Result<SweepOutcome, Error> {
    let points = points(scenario)?;
    let Sweep { mode, axes } = scenario.sweep.clone().unwrap_or_default();
    let mut worlds_before = 0;
    let mut places = Vec::new();
    for point in points {
        let first_world = worlds_before;
        worlds_before += point.scenario.worlds;
        places.push((first_world, point));
    }
    let points = places.into_par_iter().map(|(first_world, Point { values, scenario })| {
        let mut outcome = run(&scenario, &PointObserver::new(observer, first_world))?;
        outcome.forget_lists();
        Ok(SweepPoint { values, outcome })
    });
    let points = points.collect::<Result<_, Error>>()?;
    Ok(SweepOutcome { scenario: Scenario { sweep: None, ..scenario.clone() }, mode, axes, points })
}

/// Tells the worlds of one run from those of others that are watched together. Keeps no logs.
#[derive(Debug)]
pub struct PointObserver<'a, O> {
    observer: &'a O,
    first_world: u64,
}

impl<'a, O> PointObserver<'a, O> {
    /// An observer of one run, whose worlds are counted from `first_world`.
    pub const fn new(observer: &'a O, first_world: u64) -> Self {
        Self { observer, first_world }
    }
}

impl<O: Observer> Observer for PointObserver<'_, O> {
    fn progress(&self, world: u64, settled: u64, share: f64) {
        self.observer.progress(self.first_world + world, settled, share);
    }

    fn log(&self, _world: u64) -> io::Result<Option<Box<dyn io::Write + Send>>> {
        Ok(None)
    }

    fn stop(&self) -> Option<&AtomicBool> {
        self.observer.stop()
    }
}

fn check(mode: Mode, axes: &[Axis]) -> Result<(), Error> {
    let refuse = |message: String| Err(Error::Scenario(format!("sweep: {message}")));
    if axes.is_empty() || axes.len() > MAX_AXES {
        return refuse(format!("there are {} keys with values, expected 1 to {MAX_AXES}", axes.len()));
    }
    for Axis { key, values } in axes {
        if values.is_empty() {
            return refuse(format!("{key} has no values, expected at least one"));
        }
        let repeated = values.iter().enumerate().find(|(place, value)| values[..*place].contains(value));
        if let Some((_, value)) = repeated {
            return refuse(format!("{key} has the value {value} twice, expected each once"));
        }
    }
    let lengths = || axes.iter().map(|axis| axis.values.len());
    let points = match mode {
        Mode::Grid => lengths().fold(1, usize::saturating_mul),
        Mode::OneAtATime => lengths().fold(1, usize::saturating_add),
    };
    if points > MAX_POINTS {
        return refuse(format!("it has up to {points} points, expected at most {MAX_POINTS}"));
    }
    Ok(())
}

impl<'de> Deserialize<'de> for Sweep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Table::deserialize(deserializer)?;
        let mode = match table.remove("mode") {
            Some(mode) => mode.try_into().map_err(|error: toml::de::Error| D::Error::custom(error.message()))?,
            None => Mode::default(),
        };
        let mut axes = Vec::new();
        gather(&mut axes, "", table).map_err(D::Error::custom)?;
        Ok(Self { mode, axes })
    }
}

/// Keys may stand in quotes, or as TOML has them: tables in tables.
fn gather(axes: &mut Vec<Axis>, above: &str, table: Table) -> Result<(), String> {
    for (name, value) in table {
        let key = if above.is_empty() { name } else { format!("{above}.{name}") };
        match value {
            Value::Table(table) => gather(axes, &key, table)?,
            Value::Array(values) => axes.push(Axis { key, values }),
            other => return Err(format!("{key} is {other}, expected a list of values")),
        }
    }
    Ok(())
}
