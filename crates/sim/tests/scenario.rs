//! Scenarios as text: read, refused with a sentence, written again, changed.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

use barter_sim::{
    Error, Scenario, agent,
    scenario::{Arbiter, BUILT_IN, Ordering},
    sweep,
};
use proptest::prelude::*;
use toml::Value;

const SMALL: &str = r#"
name = "small"
[[crowd]]
agent = "circle"
"#;

/// The sentence that a text is refused with.
fn refused(text: &str) -> String {
    match Scenario::parse(text) {
        Err(Error::Scenario(sentence)) => sentence,
        other => panic!("{text} was not refused: {other:?}"),
    }
}

#[track_caller]
fn expect(text: &str, parts: &[&str]) {
    let sentence = refused(text);
    for part in parts {
        assert!(sentence.contains(part), "no {part:?} in {sentence:?}");
    }
    assert!(!sentence.contains('\n') && !sentence.contains("u64") && !sentence.contains("f64"), "{sentence}");
    assert!(!sentence.contains("struct") && !sentence.contains("enum"), "{sentence}");
}

fn changed(key: &str, value: impl Into<Value>) -> Result<Scenario, String> {
    let scenario = Scenario::parse(SMALL).unwrap();
    scenario.with([(key, &value.into())]).map_err(|error| error.to_string())
}

#[test]
fn what_is_not_said_has_its_default() {
    let scenario = Scenario::parse(SMALL).unwrap();
    assert_eq!((scenario.seed, scenario.days, scenario.worlds), (1, 30, 1));
    assert_eq!(scenario.chain.ordering, Ordering::Fee);
    assert_eq!(scenario.arbiter, Arbiter::None);
    assert!(scenario.parameters.is_todays());
    assert_eq!((scenario.crowd[0].name(), scenario.crowd[0].count), ("circle", 1));
}

#[test]
fn a_refusal_names_line_key_value_and_what_was_expected() {
    for (line, parts) in [
        ("seed = -1", &["line 3", "seed", "-1", "whole number"][..]),
        ("seed = 9223372036854775808", &["line 3", "seed", "9223372036854775808"]),
        ("seed = 99999999999999999999999999999999999999999", &["line 3"]),
        ("days = 0", &["line 3", "days is 0, expected 1 to 3650"]),
        ("days = 3651", &["line 3", "3651"]),
        ("days = \"ten\"", &["line 3, days", "ten", "whole number"]),
        ("worlds = 0", &["worlds is 0, expected 1 to 1000"]),
        ("name = \"again\"", &["line 3"]),
        ("colour = 1", &["line 3, colour", "unknown field", "expected one of"]),
        ("chain.block_seconds = 0", &["line 3: chain.block_seconds is 0, expected 1 to 86400"]),
        ("chain.block_gas_limit = 1", &["line 3: chain.block_gas_limit is 1"]),
        ("chain.ordering = \"best\"", &["line 3, chain.ordering", "best", "first-come"]),
        ("costs.gas_price_gwei = nan", &["line 3: costs.gas_price_gwei is NaN, expected 0 to 10000"]),
        ("costs.gas_price_gwei = 10000.5", &["costs.gas_price_gwei is 10000.5, expected 0 to 10000"]),
        ("costs.gas_price_gwei = inf", &["costs.gas_price_gwei is inf"]),
        ("costs.gas_price_gwei = -0.5", &["costs.gas_price_gwei is -0.5"]),
        ("costs.gas_price_gwei = true", &["line 3, costs.gas_price_gwei", "true", "expected a number"]),
        ("costs.gas_price_sigma = 2.5", &["costs.gas_price_sigma is 2.5, expected 0 to 2"]),
        ("costs.sats_per_ether = 1000000001", &["costs.sats_per_ether is 1000000001"]),
        ("costs.lightning_base_msat = 1000000001", &["costs.lightning_base_msat"]),
        ("costs.lightning_fee_ppm = 1000001", &["costs.lightning_fee_ppm"]),
        ("costs.lightning_seconds = 1209601", &["costs.lightning_seconds"]),
        ("costs.capital_percent_year = -1", &["costs.capital_percent_year is -1"]),
        ("parameters.pair_cap = 0", &["line 3: parameters.pair_cap is 0, expected 1 to"]),
        ("parameters.pair_kap = 0", &["line 3, parameters.pair_kap", "unknown field", "pair_cap"]),
        ("arbiter = { kind = \"fair\", after_days = 366 }", &["line 3: arbiter.after_days is 366"]),
        ("arbiter = { kind = \"unfair\" }", &["line 3, arbiter", "unfair", "fair"]),
        (
            "arbiter = { kind = \"none\", after_days = 99 }",
            &["line 3, arbiter", "after_days is 99 though kind is none"],
        ),
        ("arbiter = { kind = \"fair\" }", &["line 3, arbiter", "missing field `after_days`"]),
        ("arbiter = { kind = \"fair\", after_days = 1, days = 1 }", &["line 3, arbiter", "unknown field `days`"]),
        ("arbiter = \"fair\"", &["line 3, arbiter", "expected a table"]),
        ("parameters = 1", &["line 3, parameters", "expected a table"]),
        ("detection.settings.pair_trades = 0", &["line 3, detection.settings.pair_trades", "0"]),
        ("detection.trusted_wallets = 100001", &["line 3: detection.trusted_wallets is 100001"]),
        ("not toml", &["line 3"]),
    ] {
        expect(&format!("\nname = \"x\"\n{line}\n[[crowd]]\nagent = \"circle\"\n"), parts);
    }
}

#[test]
fn crowds_are_refused_by_name() {
    expect("name = \"x\"", &["crowd"]);
    expect("name = \"x\"\ncrowd = []", &["line 2: the number of crowds is 0, expected 1 to 100"]);
    expect("name = \"\"\n[[crowd]]\nagent = \"circle\"", &["line 1", "name is 0"]);
    expect("name = \"a\\u001bb\"\n[[crowd]]\nagent = \"circle\"", &["control character"]);
    let crowd = |lines: &str| format!("name = \"x\"\n[[crowd]]\nagent = \"trader\"\n[[crowd]]\n{lines}\n");
    expect(&crowd("agent = \"saint\""), &["line 5", "saint", "expected one of trader, circle"]);
    expect(&crowd("count = 1"), &["agent"]);
    expect(&crowd("agent = \"trader\""), &["line 5: two crowds are called trader"]);
    expect(&crowd("agent = \"circle\"\nname = \"trader\""), &["line 6: two crowds are called trader"]);
    expect(&crowd("agent = \"circle\"\ncount = 0"), &["line 6: crowd circle: count is 0, expected 1 to 1000000"]);
    expect(&crowd("agent = \"circle\"\ncount = 1000000"), &["the number of agents is 1000001"]);
    expect(&crowd("agent = \"circle\"\nname = \"c\"\nwheels = 2"), &["line 7: crowd c:", "wheels"]);
    expect(&crowd("agent = \"circle\"\ntrades = \"all\""), &["line 6: crowd circle: trades", "all", "whole number"]);
    let many = "name = \"x\"\nworlds = 6\n[[crowd]]\nagent = \"trader\"\ncount = 1000000";
    expect(many, &["line 2: the number of agents in all worlds is 6000000, expected 1 to 5000000"]);
}

#[test]
fn changes_name_their_key() {
    assert_eq!(changed("seed", 7).unwrap().seed, 7);
    assert_eq!(changed("parameters.pair_cap", 7).unwrap().parameters.pair_cap, 7);
    assert_eq!(changed("costs.gas_price_gwei", 7).unwrap().costs.gas_price_gwei.to_bits(), 7.0_f64.to_bits());
    assert_eq!(changed("crowd.circle.count", 7).unwrap().crowd[0].count, 7);
    assert_eq!(changed("crowd.circle.trades", 7).unwrap().crowd[0].settings["trades"], Value::from(7));
    for (key, value, parts) in [
        ("sed", Value::from(7), &["sed", "unknown field", "seed"][..]),
        ("chains.block_seconds", Value::from(7), &["chains", "expected one of", "chain"]),
        ("seed.seed", Value::from(7), &["seed.seed", "there is no table seed"]),
        ("seed", Value::from("x"), &["seed: invalid type", "whole number"]),
        ("days", Value::from(0), &["days is 0"]),
        ("crowd.ring.count", Value::from(7), &["crowd.ring.count", "no such crowd", "circle"]),
        ("crowd.circle.count", Value::from(0), &["crowd circle: count is 0"]),
        ("crowd.circle.wheels", Value::from(0), &["crowd circle:", "wheels"]),
        ("crowd", Value::from(0), &["crowd: invalid type", "expected a list of tables"]),
        ("crowd.circle", Value::from(3), &["crowd.circle: this is a whole crowd", "crowd.circle.KEY"]),
        ("parameters", Value::from(1), &["parameters: invalid type", "expected a table of keys and values"]),
        ("arbiter", Value::from("fair"), &["arbiter: invalid type", "expected a table of keys and values"]),
        ("chain", Value::from(1), &["chain: invalid type", "expected a table of keys and values"]),
        ("costs", Value::from(vec![1, 2]), &["costs: invalid", "expected"]),
    ] {
        let sentence = changed(key, value).unwrap_err();
        for part in parts {
            assert!(sentence.contains(part), "no {part:?} in {sentence:?}");
        }
        assert!(!sentence.contains("struct") && !sentence.contains("enum"), "{sentence}");
    }
}

#[test]
fn crowds_with_dots_in_their_names_can_be_changed() {
    let text =
        "name = \"x\"\n[[crowd]]\nagent = \"circle\"\nname = \"v1\"\n[[crowd]]\nagent = \"circle\"\nname = \"v1.5\"";
    let scenario = Scenario::parse(text).unwrap();
    let changed = scenario.with([("crowd.v1.5.count", &Value::from(3)), ("crowd.v1.count", &Value::from(2))]);
    let counts = changed.map(|scenario| scenario.crowd.iter().map(|crowd| crowd.count).collect::<Vec<_>>());
    assert_eq!(counts.map_err(|error| error.to_string()), Ok(vec![2, 3]));
}

#[test]
fn the_built_in_scenarios_can_be_run() {
    for built_in in BUILT_IN {
        let scenario = Scenario::parse(built_in.text).unwrap_or_else(|error| panic!("{}: {error}", built_in.name));
        assert_eq!(scenario.name, built_in.name);
        if scenario.sweep.is_some() {
            assert!(sweep::points(&scenario).unwrap().len() > 1);
        }
    }
    let siege = BUILT_IN.iter().find(|built_in| built_in.name == "siege").unwrap();
    let siege = Scenario::parse(siege.text).unwrap();
    for kind in agent::kinds() {
        assert!(siege.crowd.iter().any(|crowd| crowd.agent == kind.name), "no {} in the siege", kind.name);
    }
}

fn arbitrary() -> impl Strategy<Value = Scenario> {
    let numbers = (0..=i64::MAX as u64, 1..=3_650_u64, 1..=5_u64, 1..=86_400_u64, 1..=1_000_000_u64);
    let prices = (0.0..1e4_f64, 0.0..2.0_f64, 0.0..1e3_f64);
    let arbiter = prop_oneof![Just(Arbiter::None), (0..=365_u64).prop_map(|after_days| Arbiter::Fair { after_days })];
    (numbers, prices, arbiter, "\\PC{1,60}", "\\PC{0,200}", any::<bool>()).prop_map(
        |((seed, days, worlds, block_seconds, count), prices, arbiter, name, description, named)| {
            let mut scenario = Scenario::parse(SMALL).unwrap();
            (scenario.seed, scenario.days, scenario.worlds) = (seed, days, worlds);
            scenario.chain.block_seconds = block_seconds;
            (scenario.costs.gas_price_gwei, scenario.costs.gas_price_sigma, scenario.costs.capital_percent_year) =
                prices;
            scenario.arbiter = arbiter;
            scenario.crowd[0].count = count;
            scenario.crowd[0].name = named.then(|| name.clone());
            scenario.crowd[0].settings.insert("pays".to_owned(), named.into());
            (scenario.name, scenario.description) = (name, description);
            scenario
        },
    )
}

proptest! {
    #[test]
    fn a_scenario_is_told_by_its_text(scenario in arbitrary()) {
        let text = scenario.to_toml();
        prop_assert_eq!(Scenario::parse(&text).map_err(|error| error.to_string()), Ok(scenario), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|\n){0,200}") {
        let _ = Scenario::parse(&text);
    }

    #[test]
    fn no_damage_makes_it_panic(place in 0..2_000_usize, byte in any::<u8>()) {
        let mut text = Scenario::parse(SMALL).unwrap().to_toml().into_bytes();
        let place = place % text.len();
        text[place] = byte;
        let _ = Scenario::parse(&String::from_utf8_lossy(&text));
    }
}
