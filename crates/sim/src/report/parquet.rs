//! Results as tables, for `DuckDB`, `pandas` and the like.
//!
//! Addresses are text with `0x`, crowds go by their names, numbers of satoshis are doubles. What there is none of is null.
//! Each file's key-value metadata holds `barter.version`, `barter.seed`, `barter.log_hash` (of a run) and
//! `barter.scenario`, the scenario as TOML.

use std::{io::Write, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::Type,
};

use super::Error;
use crate::{
    Outcome, Scenario,
    outcome::{CrowdOutcome, MilestoneOutcome},
    sweep::{SweepOutcome, SweepPoint},
    world::MILESTONES,
};

/// Rows that are held in memory as columns at a time.
const ROWS_A_GROUP: usize = 1 << 16;

/// Writes a row for each wallet: `world`, `address`, `agent` (its number in the world), `crowd`, `kind`, `hostile`, `score`,
/// `settled`, `counted`, `disputed` (trades), `credit_tokens`.
///
/// # Errors
/// [`Error::Table`].
pub fn write_wallets(outcome: &Outcome, writer: impl Write + Send) -> Result<(), Error> {
    let wallets = &outcome.wallets;
    let crowd = |row: usize| &outcome.crowds[wallets[row].crowd.index()];
    let columns: Columns<'_> = vec![
        ("world".into(), Column::Unsigned(Box::new(|row| wallets[row].world))),
        ("address".into(), Column::Text(Box::new(|row| format!("{:#x}", wallets[row].address)))),
        ("agent".into(), Column::Unsigned(Box::new(|row| u64::from(wallets[row].agent.0)))),
        ("crowd".into(), Column::Text(Box::new(move |row| crowd(row).name.clone()))),
        ("kind".into(), Column::Text(Box::new(move |row| crowd(row).agent.clone()))),
        ("hostile".into(), Column::Flag(Box::new(|row| wallets[row].hostile))),
        ("score".into(), Column::Unsigned(Box::new(|row| wallets[row].score))),
        ("settled".into(), Column::Unsigned(Box::new(|row| wallets[row].settled))),
        ("counted".into(), Column::Unsigned(Box::new(|row| wallets[row].counted))),
        ("disputed".into(), Column::Unsigned(Box::new(|row| wallets[row].disputed))),
        ("credit_tokens".into(), Column::Unsigned(Box::new(|row| wallets[row].credit_tokens))),
    ];
    Table { name: "wallets", rows: wallets.len(), columns }.write(of_run(outcome), writer)
}

/// Writes a row for each agent: `world`, `agent` (its number in the world), `crowd`, `kind`, `hostile`, `wallets`, `settled`,
/// `counted`, `score` (of all its wallets), `highest_score`, `gas`, `gas_sats`, `lightning_sats`, `capital_sats`,
/// `spent_sats` (all three), `refused`, `retreats`, and `cost_100_sats`, `cost_350_sats`, `cost_700_sats`: what it had spent
/// when its first wallet had that score.
///
/// # Errors
/// [`Error::Table`].
pub fn write_agents(outcome: &Outcome, writer: impl Write + Send) -> Result<(), Error> {
    let (agents, costs) = (&outcome.agents, &outcome.scenario.costs);
    let crowd = |row: usize| &outcome.crowds[agents[row].crowd.index()];
    let mut columns: Columns<'_> = vec![
        ("world".into(), Column::Unsigned(Box::new(|row| agents[row].world))),
        ("agent".into(), Column::Unsigned(Box::new(|row| u64::from(agents[row].agent.0)))),
        ("crowd".into(), Column::Text(Box::new(move |row| crowd(row).name.clone()))),
        ("kind".into(), Column::Text(Box::new(move |row| crowd(row).agent.clone()))),
        ("hostile".into(), Column::Flag(Box::new(move |row| crowd(row).hostile))),
        ("wallets".into(), Column::Unsigned(Box::new(|row| agents[row].wallets))),
        ("settled".into(), Column::Unsigned(Box::new(|row| agents[row].settled))),
        ("counted".into(), Column::Unsigned(Box::new(|row| agents[row].counted))),
        ("score".into(), Column::Unsigned(Box::new(|row| agents[row].score))),
        ("highest_score".into(), Column::Unsigned(Box::new(|row| agents[row].highest_score))),
        ("gas".into(), Column::Unsigned(Box::new(|row| agents[row].spent.gas))),
        ("gas_sats".into(), Column::Real(Box::new(|row| Some(agents[row].spent.gas_sats(costs))))),
        ("lightning_sats".into(), Column::Real(Box::new(|row| Some(agents[row].spent.lightning_sats())))),
        ("capital_sats".into(), Column::Real(Box::new(|row| Some(agents[row].spent.capital_sats(costs))))),
        ("spent_sats".into(), Column::Real(Box::new(|row| Some(agents[row].spent.sats(costs))))),
        ("refused".into(), Column::Unsigned(Box::new(|row| agents[row].refused))),
        ("retreats".into(), Column::Unsigned(Box::new(|row| agents[row].retreats))),
    ];
    for (index, score) in MILESTONES.iter().enumerate() {
        let cost = move |row: usize| {
            agents[row].milestones.get(index).copied().flatten().map(|milestone| milestone.spent.sats(costs))
        };
        columns.push((format!("cost_{score}_sats"), Column::Real(Box::new(cost))));
    }
    Table { name: "agents", rows: agents.len(), columns }.write(of_run(outcome), writer)
}

/// Writes what scores cost hostile agents, a row for each point of [`AgentOutcome::curve`](crate::outcome::AgentOutcome):
/// `world`, `agent`, `crowd`, `score` (of its best wallet), `spent_sats`, `gas`, `trades`, `wallets`, `after_seconds`.
///
/// # Errors
/// [`Error::Table`].
pub fn write_curves(outcome: &Outcome, writer: impl Write + Send) -> Result<(), Error> {
    let costs = &outcome.scenario.costs;
    let points: Vec<_> =
        outcome.agents.iter().flat_map(|agent| agent.curve.iter().map(move |point| (agent, point))).collect();
    let points = &points;
    let columns: Columns<'_> = vec![
        ("world".into(), Column::Unsigned(Box::new(|row| points[row].0.world))),
        ("agent".into(), Column::Unsigned(Box::new(|row| u64::from(points[row].0.agent.0)))),
        ("crowd".into(), Column::Text(Box::new(|row| outcome.crowds[points[row].0.crowd.index()].name.clone()))),
        ("score".into(), Column::Unsigned(Box::new(|row| points[row].1.score))),
        ("spent_sats".into(), Column::Real(Box::new(|row| Some(points[row].1.reached.spent.sats(costs))))),
        ("gas".into(), Column::Unsigned(Box::new(|row| points[row].1.reached.spent.gas))),
        ("trades".into(), Column::Unsigned(Box::new(|row| points[row].1.reached.trades))),
        ("wallets".into(), Column::Unsigned(Box::new(|row| points[row].1.reached.wallets))),
        ("after_seconds".into(), Column::Unsigned(Box::new(|row| points[row].1.reached.after_seconds))),
    ];
    Table { name: "curves", rows: points.len(), columns }.write(of_run(outcome), writer)
}

/// Writes a row for each wallet with a settled trade and each detector: `world`, `address`, `crowd`, `hostile`, `detector`,
/// `statistic` (higher is more suspicious). No rows where no detector ran.
///
/// # Errors
/// [`Error::Table`].
pub fn write_detectors(outcome: &Outcome, writer: impl Write + Send) -> Result<(), Error> {
    let detectors = outcome.findings.as_ref().map_or(&[][..], |findings| &findings.detectors);
    let measured: Vec<_> = outcome.wallets.iter().filter(|wallet| wallet.statistics.len() == detectors.len()).collect();
    let count = detectors.len().max(1);
    let wallet = |row: usize| measured[row / count];
    let (wallet, measured) = (&wallet, &measured);
    let columns: Columns<'_> = vec![
        ("world".into(), Column::Unsigned(Box::new(move |row| wallet(row).world))),
        ("address".into(), Column::Text(Box::new(move |row| format!("{:#x}", wallet(row).address)))),
        ("crowd".into(), Column::Text(Box::new(move |row| outcome.crowds[wallet(row).crowd.index()].name.clone()))),
        ("hostile".into(), Column::Flag(Box::new(move |row| wallet(row).hostile))),
        ("detector".into(), Column::Text(Box::new(move |row| detectors[row % count].name.clone()))),
        ("statistic".into(), Column::Real(Box::new(move |row| Some(wallet(row).statistics[row % count])))),
    ];
    Table { name: "detectors", rows: measured.len() * detectors.len(), columns }.write(of_run(outcome), writer)
}

/// Writes a row for each point of a sweep and each crowd: `point` (its number), a column of text for each axis by its key,
/// `log_hash`, `honest_median_score`, `honest_ninety_score` (of all honest wallets at that point), `crowd`, `kind`, `hostile`,
/// `wallets`, `settled`, `counted`, `median_score`, `highest_score`, `gas`, `spent_sats`, `score_per_sat`, `best_wallet_sats_per_point`,
/// `cost_100_sats`, `cost_350_sats`, `cost_700_sats`, `cost_honest_median_sats`, `cost_honest_ninety_sats` (the cheapest
/// agent's), `found_share` (of the crowd's wallets, at 1% false alarms, by the detector that finds most of them), and `best_auc`
/// (of the point's detectors).
///
/// # Errors
/// [`Error::Table`].
pub fn write_sweep(sweep: &SweepOutcome, writer: impl Write + Send) -> Result<(), Error> {
    let rows: Vec<_> = sweep
        .points
        .iter()
        .enumerate()
        .flat_map(|(number, point)| point.outcome.crowds.iter().map(move |crowd| (number as u64, point, crowd)))
        .collect();
    let rows = &rows;
    let crowd = |row: usize| -> &CrowdOutcome { rows[row].2 };
    let outcome = |row: usize| -> &Outcome { &rows[row].1.outcome };
    let mut columns: Columns<'_> = vec![("point".into(), Column::Unsigned(Box::new(|row| rows[row].0)))];
    for (place, axis) in sweep.axes.iter().enumerate() {
        let value = move |row: usize| rows[row].1.values.get(place).map(super::plain).unwrap_or_default();
        columns.push((axis.key.clone(), Column::Text(Box::new(value))));
    }
    columns.extend::<Columns<'_>>(vec![
        ("log_hash".into(), Column::Text(Box::new(move |row| format!("{:#x}", outcome(row).log_hash)))),
        (
            "honest_median_score".into(),
            Column::Whole(Box::new(move |row| outcome(row).honest_scores.map(|scores| scores.median))),
        ),
        (
            "honest_ninety_score".into(),
            Column::Whole(Box::new(move |row| outcome(row).honest_scores.map(|scores| scores.ninety))),
        ),
        ("crowd".into(), Column::Text(Box::new(move |row| crowd(row).name.clone()))),
        ("kind".into(), Column::Text(Box::new(move |row| crowd(row).agent.clone()))),
        ("hostile".into(), Column::Flag(Box::new(move |row| crowd(row).hostile))),
        ("wallets".into(), Column::Unsigned(Box::new(move |row| crowd(row).wallets))),
        ("settled".into(), Column::Unsigned(Box::new(move |row| crowd(row).settled))),
        ("counted".into(), Column::Unsigned(Box::new(move |row| crowd(row).counted))),
        ("median_score".into(), Column::Whole(Box::new(move |row| crowd(row).scores.map(|scores| scores.median)))),
        ("highest_score".into(), Column::Unsigned(Box::new(move |row| crowd(row).highest_score))),
        ("gas".into(), Column::Unsigned(Box::new(move |row| crowd(row).spent.gas))),
        ("spent_sats".into(), Column::Real(Box::new(move |row| Some(crowd(row).spent_sats)))),
        ("score_per_sat".into(), Column::Real(Box::new(move |row| crowd(row).score_per_sat))),
        ("best_wallet_sats_per_point".into(), Column::Real(Box::new(move |row| crowd(row).best_wallet_sats_per_point))),
    ]);
    for (index, score) in MILESTONES.iter().enumerate() {
        let cost = move |row: usize| crowd(row).milestones.get(index)?.cheapest_sats;
        columns.push((format!("cost_{score}_sats"), Column::Real(Box::new(cost))));
    }
    let cost = |milestone: &Option<MilestoneOutcome>| milestone.as_ref()?.cheapest_sats;
    columns.extend::<Columns<'_>>(vec![
        ("cost_honest_median_sats".into(), Column::Real(Box::new(move |row| cost(&crowd(row).honest_median)))),
        ("cost_honest_ninety_sats".into(), Column::Real(Box::new(move |row| cost(&crowd(row).honest_ninety)))),
        ("found_share".into(), Column::Real(Box::new(move |row| most_found(rows[row].1, crowd(row))))),
        ("best_auc".into(), Column::Real(Box::new(move |row| super::best_auc(outcome(row))))),
    ]);
    Table { name: "sweep", rows: rows.len(), columns }.write(metadata(&sweep.scenario), writer)
}

/// The largest share of a crowd that a detector finds at 1% false alarms.
fn most_found(point: &SweepPoint, crowd: &CrowdOutcome) -> Option<f64> {
    let outcome = &point.outcome;
    let found = outcome
        .findings
        .iter()
        .flat_map(|findings| &findings.detectors)
        .flat_map(|detector| &detector.found_at_one_percent);
    let own =
        found.filter(|found| outcome.crowds.get(found.crowd.index()).is_some_and(|other| other.name == crowd.name));
    own.filter_map(|found| found.share).max_by(f64::total_cmp)
}

/// Columns by name.
type Columns<'a> = Vec<(String, Column<'a>)>;

/// Where the value of a row comes from.
enum Column<'a> {
    Unsigned(Box<dyn Fn(usize) -> u64 + 'a>),
    Whole(Box<dyn Fn(usize) -> Option<u64> + 'a>),
    Real(Box<dyn Fn(usize) -> Option<f64> + 'a>),
    Text(Box<dyn Fn(usize) -> String + 'a>),
    Flag(Box<dyn Fn(usize) -> bool + 'a>),
}

struct Table<'a> {
    name: &'static str,
    rows: usize,
    columns: Columns<'a>,
}

impl Table<'_> {
    fn write(&self, metadata: Vec<KeyValue>, writer: impl Write + Send) -> Result<(), Error> {
        self.try_write(metadata, writer).map_err(|source| Error::Table { table: self.name, source })
    }

    fn try_write(&self, metadata: Vec<KeyValue>, writer: impl Write + Send) -> Result<(), ParquetError> {
        let fields = self.columns.iter().map(|(name, column)| column.field(name)).collect::<Result<_, _>>()?;
        let schema = Arc::new(Type::group_type_builder(self.name).with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            // Else it is the version of the library, and its next one would change the bytes.
            .set_created_by(format!("barter-sim {}", super::VERSION))
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_key_value_metadata(Some(metadata))
            .build();
        let mut file = SerializedFileWriter::new(writer, schema, Arc::new(properties))?;
        for first in (0..self.rows).step_by(ROWS_A_GROUP) {
            let rows = first..self.rows.min(first + ROWS_A_GROUP);
            let mut group = file.next_row_group()?;
            for (_, column) in &self.columns {
                let Some(mut writer) = group.next_column()? else { break };
                column.write(rows.clone(), &mut writer)?;
                writer.close()?;
            }
            group.close()?;
        }
        file.close()?;
        Ok(())
    }
}

impl Column<'_> {
    fn field(&self, name: &str) -> Result<Arc<Type>, ParquetError> {
        let (physical, logical) = match self {
            Self::Unsigned(_) | Self::Whole(_) => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Self::Real(_) => (Physical::DOUBLE, None),
            Self::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Self::Flag(_) => (Physical::BOOLEAN, None),
        };
        let optional = matches!(self, Self::Whole(_) | Self::Real(_));
        let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let field = Type::primitive_type_builder(name, physical);
        Ok(Arc::new(field.with_logical_type(logical).with_repetition(repetition).build()?))
    }

    fn write(&self, rows: std::ops::Range<usize>, to: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match self {
            Self::Unsigned(value) => {
                all::<Int64Type>(&rows.map(|row| value(row).cast_signed()).collect::<Vec<_>>(), to)
            }
            Self::Text(value) => {
                let texts: Vec<_> = rows.map(|row| ByteArray::from(value(row).into_bytes())).collect();
                all::<ByteArrayType>(&texts, to)
            }
            Self::Flag(value) => all::<BoolType>(&rows.map(value).collect::<Vec<_>>(), to),
            Self::Whole(value) => some::<Int64Type>(rows.map(|row| value(row).map(u64::cast_signed)), to),
            Self::Real(value) => some::<DoubleType>(rows.map(value), to),
        }
    }
}

fn all<T: DataType>(values: &[T::T], to: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
    to.typed::<T>().write_batch(values, None, None).map(drop)
}

fn some<T: DataType>(
    values: impl Iterator<Item = Option<T::T>>,
    to: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    to.typed::<T>().write_batch(&present, Some(&levels), None).map(drop)
}

fn metadata(scenario: &Scenario) -> Vec<KeyValue> {
    vec![
        KeyValue::new("barter.version".to_owned(), super::VERSION.to_owned()),
        KeyValue::new("barter.seed".to_owned(), scenario.seed.to_string()),
        KeyValue::new("barter.scenario".to_owned(), scenario.to_toml()),
    ]
}

fn of_run(outcome: &Outcome) -> Vec<KeyValue> {
    let mut metadata = metadata(&outcome.scenario);
    metadata.push(KeyValue::new("barter.log_hash".to_owned(), format!("{:#x}", outcome.log_hash)));
    metadata
}
