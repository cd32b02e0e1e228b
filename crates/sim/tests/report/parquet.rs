//! Tables, read back with the crate's own reader.

use barter_sim::{Outcome, Scenario, report};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::{Field, Row},
};

use crate::made;

struct Read {
    rows: Vec<Row>,
    metadata: Vec<(String, Option<String>)>,
    groups: usize,
}

fn read(file: std::fs::File) -> Read {
    let reader = SerializedFileReader::new(file).unwrap();
    let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let metadata = metadata.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    Read { rows, metadata, groups: reader.num_row_groups() }
}

fn get(row: &Row, column: &str) -> Field {
    row.get_column_iter().find(|(name, _)| *name == column).unwrap_or_else(|| panic!("no column {column}")).1.clone()
}

fn written(write: impl FnOnce(&mut std::fs::File) -> Result<(), report::Error>) -> Read {
    let mut file = tempfile::tempfile().unwrap();
    write(&mut file).unwrap();
    read(file)
}

#[test]
fn wallets_are_what_they_were() {
    let outcome = made::outcome(3, 200);
    let read = written(|to| report::write_wallets(&outcome, to));
    assert_eq!(read.rows.len(), outcome.wallets.len());
    for (row, wallet) in read.rows.iter().zip(&outcome.wallets) {
        assert_eq!(get(row, "world"), Field::ULong(wallet.world));
        assert_eq!(get(row, "address"), Field::Str(format!("{:#x}", wallet.address)));
        assert_eq!(get(row, "agent"), Field::ULong(u64::from(wallet.agent.0)));
        assert_eq!(get(row, "crowd"), Field::Str(outcome.crowds[wallet.crowd.index()].name.clone()));
        assert_eq!(get(row, "kind"), Field::Str(if wallet.hostile { "circle" } else { "trader" }.to_owned()));
        assert_eq!(get(row, "hostile"), Field::Bool(wallet.hostile));
        assert_eq!(get(row, "score"), Field::ULong(wallet.score));
        assert_eq!(get(row, "settled"), Field::ULong(wallet.settled));
        assert_eq!(get(row, "counted"), Field::ULong(wallet.counted));
        assert_eq!(get(row, "disputed"), Field::ULong(wallet.disputed));
        assert_eq!(get(row, "credit_tokens"), Field::ULong(wallet.credit_tokens));
    }
    let value = |key: &str| read.metadata.iter().find(|(name, _)| name == key).unwrap().1.clone().unwrap();
    assert_eq!(value("barter.seed"), "7");
    assert_eq!(value("barter.log_hash"), format!("{:#x}", outcome.log_hash));
    assert_eq!(Scenario::parse(&value("barter.scenario")).unwrap(), outcome.scenario);
}

#[test]
fn the_largest_numbers_fit() {
    let mut outcome = made::outcome(0, 1);
    outcome.wallets[0].score = u64::MAX;
    let read = written(|to| report::write_wallets(&outcome, to));
    assert_eq!(get(&read.rows[0], "score"), Field::ULong(u64::MAX));
}

#[test]
fn many_rows_are_several_groups() {
    let mut outcome = made::outcome(0, 10);
    let one = outcome.wallets[3].clone();
    outcome.wallets = (0..150_000).map(|score| barter_sim::outcome::WalletOutcome { score, ..one.clone() }).collect();
    let read = written(|to| report::write_wallets(&outcome, to));
    assert_eq!(read.groups, 3);
    assert!(read.rows.iter().zip(0..).all(|(row, score)| get(row, "score") == Field::ULong(score)));
}

#[test]
fn agents_have_costs_and_curves() {
    let outcome = made::outcome(2, 20);
    let costs = &outcome.scenario.costs;
    let read = written(|to| report::write_agents(&outcome, to));
    assert_eq!(read.rows.len(), outcome.agents.len());
    for (row, agent) in read.rows.iter().zip(&outcome.agents) {
        assert_eq!(get(row, "gas"), Field::ULong(agent.spent.gas));
        assert_eq!(get(row, "spent_sats"), Field::Double(agent.spent.sats(costs)));
        let cost = agent.milestones[0].map_or(Field::Null, |milestone| Field::Double(milestone.spent.sats(costs)));
        assert_eq!(get(row, "cost_100_sats"), cost);
        assert_eq!(get(row, "cost_700_sats"), Field::Null);
    }
    let read = written(|to| report::write_curves(&outcome, to));
    assert_eq!(read.rows.len(), outcome.agents.iter().map(|agent| agent.curve.len()).sum::<usize>());
    assert_eq!(get(&read.rows[1], "score"), Field::ULong(100));
    assert_eq!(get(&read.rows[1], "gas"), Field::ULong(outcome.agents[0].curve[1].reached.spent.gas));
}

#[test]
fn each_detector_says_something_of_each_wallet_that_traded() {
    let outcome = made::outcome(2, 60);
    let read = written(|to| report::write_detectors(&outcome, to));
    let detectors = &outcome.findings.as_ref().unwrap().detectors;
    let mut rows = read.rows.iter();
    for wallet in outcome.wallets.iter().filter(|wallet| wallet.settled > 0) {
        for (detector, statistic) in detectors.iter().zip(&wallet.statistics) {
            let row = rows.next().unwrap();
            assert_eq!(get(row, "address"), Field::Str(format!("{:#x}", wallet.address)));
            assert_eq!(get(row, "detector"), Field::Str(detector.name.clone()));
            assert_eq!(get(row, "statistic"), Field::Double(*statistic));
        }
    }
    assert!(rows.next().is_none());
}

#[test]
fn there_may_be_nothing() {
    let empty = Outcome { agents: Vec::new(), wallets: Vec::new(), findings: None, ..made::outcome(0, 0) };
    assert!(written(|to| report::write_wallets(&empty, to)).rows.is_empty());
    assert!(written(|to| report::write_agents(&empty, to)).rows.is_empty());
    assert!(written(|to| report::write_curves(&empty, to)).rows.is_empty());
    assert!(written(|to| report::write_detectors(&empty, to)).rows.is_empty());
    // Detectors that were off, and wallets that were measured by none.
    let unmeasured = Outcome { findings: None, ..made::outcome(1, 9) };
    assert!(written(|to| report::write_detectors(&unmeasured, to)).rows.is_empty());
}

#[test]
fn a_sweep_is_a_row_for_each_point_and_crowd() {
    let sweep = made::sweep();
    let read = written(|to| report::write_sweep(&sweep, to));
    let crowds = sweep.scenario.crowd.len();
    assert_eq!(read.rows.len(), sweep.points.len() * crowds);
    for (number, row) in read.rows.iter().enumerate() {
        let point = &sweep.points[number / crowds];
        let crowd = &point.outcome.crowds[number % crowds];
        assert_eq!(get(row, "point"), Field::ULong((number / crowds) as u64));
        assert_eq!(get(row, "parameters.pair_cap"), Field::Str(point.values[0].to_string()));
        assert_eq!(get(row, "parameters.formula"), Field::Str(point.values[1].as_str().unwrap().to_owned()));
        assert_eq!(get(row, "crowd"), Field::Str(crowd.name.clone()));
        let shares = [Field::Null, Field::Double(1.0), Field::Double(15.0 / 30.0), Field::Double(11.0 / 35.0)];
        assert_eq!(get(row, "found_share"), shares[number % crowds]);
        let cost = crowd.honest_median.as_ref().and_then(|milestone| milestone.cheapest_sats);
        assert_eq!(get(row, "cost_honest_median_sats"), cost.map_or(Field::Null, Field::Double));
    }
}
