//! A service whose every number follows from what it says, and that lies about what it says it follows from.

use barter_reputation::score::{Counts, Record, Score, Settings, Weights};
use serde_json::{Value, json};

use super::followed::Followed;
use crate::support::{
    Barter, Outcome,
    bond::DAY,
    reputation::{HUB, Liar},
};

type Change = Box<dyn Fn(&mut Value) + Send + Sync>;

/// How it ended, and which checks failed.
fn verified(command: Barter) -> (Outcome, Vec<String>) {
    let outcome = command.args([HUB, "--json"]).run();
    let result: Value = serde_json::from_str(&outcome.stdout).unwrap_or(Value::Null);
    let failed = result["checks"].as_array().into_iter().flatten().filter(|check| check["outcome"] == "fails");
    let failed = failed.map(|check| check["name"].as_str().unwrap().to_owned()).collect();
    (outcome, failed)
}

/// Makes every number of an answer follow from its record, settings and time.
fn add_up(answer: &mut Value) {
    let units = |value: &Value| value.as_str().unwrap().parse::<u128>().unwrap();
    let number = |value: &Value| value.as_u64().unwrap();
    let (told, rules) = (&answer["record"], &answer["settings"]);
    let record = Record {
        first_outcome_at: told["first_outcome_at"].as_u64(),
        first_bonded_at: told["first_bonded_at"].as_u64(),
        bond_units: units(&told["bond_units"]),
        ever_bonded_units: units(&told["ever_bonded_units"]),
        ever_slashed_units: units(&told["ever_slashed_units"]),
        counts: Counts {
            success: number(&told["outcomes"]["success"]),
            failure: number(&told["outcomes"]["failure"]),
            timeout: number(&told["outcomes"]["timeout"]),
            disputed: number(&told["outcomes"]["disputed"]),
        },
        volume_units: units(&told["volume_units"]),
        quality_ppm_sum: number(&told["quality_ppm_sum"]),
        quality_count: number(&told["quality_count"]),
        upheld_disputes: number(&told["upheld_disputes"]),
        strong_issuers: number(&told["strong_issuers"]),
        weak_issuers: number(&told["weak_issuers"]),
    };
    let weight = |name: &str| rules["weights"][name].as_f64().unwrap();
    let settings = Settings {
        min_bond_usd: number(&rules["min_bond_usd"]),
        mainnet_min_bond_usd: number(&rules["mainnet_min_bond_usd"]),
        window_days: number(&rules["window_days"]).try_into().unwrap(),
        weights: Weights {
            age: weight("age"),
            bond: weight("bond"),
            success_rate: weight("success_rate"),
            volume: weight("volume"),
        },
        decimals: number(&rules["decimals"]).try_into().unwrap(),
    };
    let score = Score::of(&record, &settings, number(&answer["computed_at"]));
    let is_listed = |dollars: u64| record.bond_units >= 10_u128.pow(settings.decimals.into()) * u128::from(dollars);
    answer["trust_score"] = json!(score.score);
    let terms = [
        ("score", json!(score.score)),
        ("bond_usd", json!(score.bond_usd)),
        ("success_rate_30d", json!(score.success_rate)),
        ("avg_quality_score_30d", json!(score.average_quality)),
        ("dispute_count", json!(score.disputes)),
        ("slash_ratio", json!(score.slash_ratio)),
        ("age_days", json!(score.age_days)),
        ("age_factor", json!(score.age_factor)),
        ("bond_factor", json!(score.bond_factor)),
        ("volume_usd", json!(score.volume_usd)),
        ("volume_factor", json!(score.volume_factor)),
        ("slash_penalty", json!(score.slash_penalty)),
        ("dispute_penalty", json!(score.dispute_penalty)),
        ("federated_penalty", json!(score.federated_penalty)),
        ("federated_deduction", json!(score.federated_deduction)),
        ("is_listed_testnet", json!(is_listed(settings.min_bond_usd))),
        ("is_listed_mainnet", json!(is_listed(settings.mainnet_min_bond_usd))),
    ];
    for (name, term) in terms {
        answer["details"][name] = term;
    }
}

/// A liar whose score adds up.
fn lying(url: &str, change: impl Fn(&mut Value) + Send + Sync + 'static) -> Liar {
    Liar::before(url, "example", move |answer| {
        // What is said of slashes goes by the same end.
        if !answer["trust_score"].is_null() {
            change(answer);
            add_up(answer);
        }
    })
}

/// What comes from the chain, as it was told at another time.
fn take_bond(answer: &mut Value, from: &Value) {
    for part in ["chain", "wallets"] {
        answer[part] = from[part].clone();
    }
    for field in ["first_bonded_at", "bond_units", "ever_bonded_units", "ever_slashed_units", "upheld_disputes"] {
        answer["record"][field] = from["record"][field].clone();
    }
}

/// As if nothing had been read of any wallet.
fn forget_bond(answer: &mut Value) {
    answer["wallets"][0]["bond"] = Value::Null;
    answer["wallets"][0]["counted"] = json!(false);
    answer["record"]["first_bonded_at"] = Value::Null;
    for field in ["bond_units", "ever_bonded_units", "ever_slashed_units"] {
        answer["record"][field] = json!("0");
    }
    answer["record"]["upheld_disputes"] = json!(0);
}

/// What comes from the log, as it was told at another time.
fn take_log(answer: &mut Value, from: &Value) {
    for part in ["log_size", "log_root"] {
        answer[part] = from[part].clone();
    }
    for field in ["first_outcome_at", "outcomes", "volume_units", "quality_ppm_sum", "quality_count"] {
        answer["record"][field] = from["record"][field].clone();
    }
    answer["details"]["total_outcomes"] = from["details"]["total_outcomes"].clone();
}

/// The bond in every place where it is told.
fn double_bond(answer: &mut Value) {
    answer["record"]["bond_units"] = json!("3800000000");
    answer["record"]["ever_bonded_units"] = json!("4000000000");
    answer["record"]["ever_slashed_units"] = json!("200000000");
    answer["record"]["upheld_disputes"] = json!(2);
}

/// A lie, how it is told, and all the checks that it fails.
type Lie = (&'static str, Change, &'static [&'static str]);

/// Lies about a score that was this once.
fn lies(early: &Value) -> Vec<Lie> {
    let (at_the_time, of_the_time) = (early.clone(), early.clone());
    vec![
        (
            "the failures are a month ago",
            Box::new(|answer| {
                answer["computed_at"] = json!(answer["computed_at"].as_u64().unwrap() + 31 * DAY);
                answer["record"]["outcomes"] = json!({ "success": 0, "failure": 0, "timeout": 0, "disputed": 0 });
                answer["record"]["volume_units"] = json!("0");
                answer["record"]["quality_ppm_sum"] = json!(0);
                answer["record"]["quality_count"] = json!(0);
            }),
            &["clock"],
        ),
        (
            "it is six minutes ago",
            Box::new(|answer| answer["computed_at"] = json!(answer["computed_at"].as_u64().unwrap() - 360)),
            &["clock"],
        ),
        (
            "only the bond counts",
            Box::new(|answer| {
                answer["settings"]["weights"] = json!({ "age": 0.0, "bond": 1.0, "success_rate": 0.0, "volume": 0.0 });
            }),
            &["settings"],
        ),
        ("a year counts", Box::new(|answer| answer["settings"]["window_days"] = json!(365)), &["settings"]),
        ("a dollar is enough", Box::new(|answer| answer["settings"]["min_bond_usd"] = json!(1)), &["settings"]),
        (
            "$5,000 are needed",
            Box::new(|answer| answer["settings"]["mainnet_min_bond_usd"] = json!(5_000)),
            &["settings"],
        ),
        ("cents are dollars", Box::new(|answer| answer["settings"]["decimals"] = json!(4)), &["settings"]),
        ("a block from before the slash", Box::new(move |answer| take_bond(answer, &at_the_time)), &["block age"]),
        (
            "nothing was ever read",
            Box::new(|answer| {
                answer["chain"] = json!({ "status": "never_read", "block": null });
                forget_bond(answer);
            }),
            &["block"],
        ),
        ("the wallet was not read", Box::new(forget_bond), &["bonds", "outcomes", "listing", "score"]),
        (
            "more is bonded",
            Box::new(|answer| {
                double_bond(answer);
                let bond = &mut answer["wallets"][0]["bond"];
                bond["active"] = json!("3800000000");
                bond["ever_bonded"] = json!("4000000000");
                bond["ever_slashed"] = json!("200000000");
                bond["upheld"] = json!(2);
            }),
            &["bonds", "outcomes", "score"],
        ),
        (
            "one wallet is two",
            Box::new(|answer| {
                double_bond(answer);
                let wallet = answer["wallets"][0].clone();
                answer["wallets"].as_array_mut().unwrap().push(wallet);
            }),
            &["bonds", "outcomes", "score"],
        ),
        ("its bond does not count", Box::new(|answer| answer["wallets"][0]["counted"] = json!(false)), &["bonds"]),
        ("the log as it was", Box::new(move |answer| take_log(answer, &of_the_time)), &["log size"]),
    ]
}

#[test]
fn a_lie_that_adds_up_is_caught_by_what_the_service_cannot_choose() {
    let followed = Followed::start();
    let service = &followed.service;
    service.record("consumer_1", 9);
    let early = service.score_with(|score| score["record"]["bond_units"] == "2000000000");
    followed.fail("consumer_2", 3);
    followed.anchor();
    followed.slash();
    let honest = service.score_with(|score| score["record"]["bond_units"] == "1900000000");
    assert!(honest["trust_score"].as_f64() < early["trust_score"].as_f64(), "{honest}");
    let (outcome, failed) = verified(followed.verifying(&service.url));
    assert_eq!((outcome.code, failed.len()), (0, 0), "{outcome:?}");

    for (lie, change, caught) in lies(&early) {
        let liar = lying(&service.url, change);
        let (outcome, failed) = verified(followed.verifying(&liar.url));
        assert_eq!(
            (outcome.code, failed.as_slice()),
            (1, &caught.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()[..]),
            "{lie}: {outcome:?}"
        );
    }

    // Said of a score that adds up.
    let listed = Liar::before(&service.url, "example", |answer| {
        answer["details"]["is_listed_mainnet"] = json!(false);
    });
    assert_eq!(verified(followed.verifying(&listed.url)).1, ["listing"]);

    // Other rules, which the verifier knows of.
    let rules = lying(&service.url, |answer| {
        answer["settings"]["weights"] = json!({ "age": 0.1, "bond": 0.4, "success_rate": 0.35, "volume": 0.15 });
        answer["settings"]["window_days"] = json!(60);
    });
    let named = followed.verifying(&rules.url).args(["--weights", "0.1,0.4,0.35,0.15", "--window-days", "60"]);
    assert_eq!(verified(named).1, [""; 0]);

    // The log as it was, in the score and in the log itself: the anchor is longer, and without a chain so is a copy.
    let (in_the_score, in_the_log) = (early.clone(), early);
    let short = lying(&service.url, move |answer| take_log(answer, &in_the_score));
    let short = Liar::before(&short.url, "oracle/log", move |answer| {
        answer["size"] = in_the_log["log_size"].clone();
        answer["root"] = in_the_log["log_root"].clone();
    });
    let (outcome, failed) = verified(followed.verifying(&short.url));
    assert_eq!((outcome.code, failed), (1, vec!["log size".to_owned(), "anchors".to_owned()]), "{outcome:?}");
    service.ask("reputation export log.jsonl").json();
    let alone = |url: &str| service.ask_at(url, "reputation verify --no-chain");
    assert_eq!(verified(alone(&short.url)).1, [""; 0], "there is nothing to find it out by");
    assert_eq!(verified(alone(&short.url).args(["--log", "log.jsonl"])).1, ["log size", "copy"]);
}
