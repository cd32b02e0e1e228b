//! Scenarios varied, and put side by side.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

use barter_sim::{
    Error, Scenario,
    compare::Comparison,
    run,
    sweep::{self, Point},
};
use toml::Value;

fn scenario(sweep: &str) -> Scenario {
    let text = format!(
        "name = \"x\"\ndays = 2\n[[crowd]]\nagent = \"trader\"\ncount = 10\n[[crowd]]\nagent = \"circle\"\n[sweep]\n{sweep}"
    );
    Scenario::parse(&text).unwrap()
}

fn refused(sweep: &str) -> String {
    let text = format!("name = \"x\"\n[[crowd]]\nagent = \"circle\"\n[sweep]\n{sweep}");
    match Scenario::parse(&text).and_then(|scenario| sweep::points(&scenario)) {
        Err(Error::Scenario(sentence)) => sentence,
        other => panic!("{sweep} was not refused: {other:?}"),
    }
}

fn pair_caps(scenario: &Scenario) -> Vec<(u64, u64)> {
    let points = sweep::points(scenario).unwrap();
    points.into_iter().map(|Point { scenario, .. }| (scenario.parameters.pair_cap, scenario.crowd[1].count)).collect()
}

#[test]
fn a_grid_has_each_with_each() {
    let scenario = scenario("mode = \"grid\"\nparameters.pair_cap = [1, 2]\n\"crowd.circle.count\" = [5, 6]");
    assert_eq!(pair_caps(&scenario), [(1, 5), (2, 5), (1, 6), (2, 6)]);
}

#[test]
fn one_at_a_time_begins_with_the_scenario_as_it_is() {
    let scenario = scenario("parameters.pair_cap = [1, 5, 2]\ncrowd.circle.count = [5, 6]");
    assert_eq!(pair_caps(&scenario), [(5, 1), (5, 5), (5, 6), (1, 1), (2, 1)]);
    let values: Vec<_> = sweep::points(&scenario).unwrap().into_iter().map(|point| point.values).collect();
    assert_eq!((&values[0], &values[1]), (&[1, 5].map(Value::from).to_vec(), &[5, 5].map(Value::from).to_vec()));
}

#[test]
fn what_cannot_be_varied_is_refused() {
    for (sweep, parts) in [
        ("", &["there are 0 keys", "expected 1 to 16"][..]),
        ("seed = []", &["seed has no values"]),
        ("seed = 3", &["seed is 3, expected a list"]),
        ("seed = [3, 4, 3]", &["seed has the value 3 twice"]),
        ("mode = \"all\"\nseed = [1]", &["all", "grid", "one-at-a-time"]),
        ("sed = [1]", &["sed", "unknown field"]),
        ("parameters.pair_cap = [1, 0]", &["pair_cap is 0"]),
        ("crowd.ring.count = [1]", &["crowd.ring.count", "circle"]),
        ("sweep = [1]", &["sweep"]),
        ("crowd.circle.wheels = [1]", &["circle", "wheels"]),
        ("crowd.circle.trades = [5, 10]", &["crowd.circle.trades has no value in the scenario", "grid"]),
    ] {
        let sentence = refused(sweep);
        for part in parts {
            assert!(sentence.contains(part), "no {part:?} in {sentence:?}");
        }
    }
    let many = (1..=1_000).map(|value| value.to_string()).collect::<Vec<_>>().join(", ");
    assert!(refused(&format!("seed = [{many}]")).contains("it has up to 1001 points, expected at most 1000"));
    let none = Scenario::parse("name = \"x\"\n[[crowd]]\nagent = \"circle\"").unwrap();
    assert!(sweep::points(&none).unwrap_err().to_string().contains("no table sweep"));
}

#[test]
fn a_grid_may_vary_what_a_crowd_leaves_open() {
    let scenario = scenario("mode = \"grid\"\ncrowd.circle.trades = [5, 10]");
    let points = sweep::points(&scenario).unwrap();
    let trades: Vec<_> = points.iter().map(|point| point.scenario.crowd[1].settings["trades"].clone()).collect();
    assert_eq!(trades, [5, 10].map(Value::from));
}

#[test]
fn what_points_are_measured_against() {
    let reference = |sweep: &str| {
        let outcome = sweep::sweep(&scenario(sweep), &()).unwrap();
        outcome.reference().unwrap().values.clone()
    };
    assert_eq!(reference("parameters.pair_cap = [1, 2]"), [Value::from(5)]);
    assert_eq!(reference("mode = \"grid\"\nparameters.pair_cap = [1, 5]"), [Value::from(5)]);
    assert_eq!(reference("mode = \"grid\"\nparameters.pair_cap = [1, 2]"), [Value::from(1)]);
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn a_sweep_is_the_same_on_any_number_of_threads_and_its_points_are_runs() {
    let scenario = scenario("parameters.pair_cap = [1, 2]\nseed = [8]\nworlds = [3]");
    let told = |threads| {
        let outcome = on_threads(threads, || sweep::sweep(&scenario, &())).unwrap();
        (serde_json::to_string(&outcome).unwrap(), outcome)
    };
    let (text, outcome) = told(1);
    assert_eq!(text, told(2).0);
    assert_eq!(text, told(5).0);
    assert_eq!(outcome.points.len(), 5);
    for (point, Point { scenario, .. }) in outcome.points.iter().zip(sweep::points(&scenario).unwrap()) {
        let mut run = run(&scenario, &()).unwrap();
        run.forget_lists();
        assert_eq!(serde_json::to_value(&point.outcome).unwrap(), serde_json::to_value(&run).unwrap());
    }
    // Honest agents draw the same numbers whatever the rules are, and another seed's are others.
    let settled = |place: usize| outcome.points[place].outcome.crowds[0].settled;
    assert_eq!((settled(0), settled(0)), (settled(1), settled(2)));
    assert_ne!(outcome.points[0].outcome.log_hash, outcome.points[3].outcome.log_hash);
    let along: Vec<_> = outcome.along(0).into_iter().map(|point| point.values[0].clone()).collect();
    assert_eq!(along, [5, 1, 2].map(Value::from));
}

#[test]
fn along_an_axis_of_a_grid_the_others_stand_still() {
    let scenario = scenario("mode = \"grid\"\nparameters.pair_cap = [1, 2]\nseed = [8, 9]");
    let outcome = sweep::sweep(&scenario, &()).unwrap();
    assert_eq!(outcome.points.len(), 4);
    let along = outcome.along(0).into_iter().map(|point| (point.values[0].clone(), point.outcome.scenario.seed));
    assert_eq!(along.collect::<Vec<_>>(), [(Value::from(1), 8), (Value::from(2), 8)]);
}

#[test]
fn outcomes_stand_side_by_side() {
    let base = scenario("seed = [1]");
    let more = base.with([("crowd.circle.trades", &Value::from(2))]).unwrap();
    let outcomes = [run(&base, &()).unwrap(), run(&more, &()).unwrap()];
    let comparison = Comparison::new(&outcomes);
    assert_eq!(comparison.columns[1].log_hash, outcomes[1].log_hash);
    let row = |subject: &str, measure: &str| {
        let found = comparison.rows.iter().find(|row| row.subject == subject && row.measure == measure);
        found.unwrap_or_else(|| panic!("no {subject} {measure}")).clone()
    };
    // Both wallets of each trade.
    assert_eq!(row("circle", "settled").values, [Some(10.0), Some(4.0)]);
    assert_eq!(row("circle", "settled").change(1), Some(-0.6));
    assert_eq!(row("trader", "cheapest_700_sats").values, [None, None]);
    assert_eq!(row("trader", "cheapest_700_sats").change(1), None);
    assert_eq!(comparison.rows.iter().filter(|row| row.subject == "circle").count(), 13);
}
