//! Settings, and bounds that hold for every kind.

use barter_sim::{Error, Scenario, agent};

use crate::{crowd, market, run};

fn refused(agent: &str, setting: &str) -> String {
    let text = format!("name = \"x\"\n{}", crowd(agent, setting));
    match Scenario::parse(&text).and_then(|scenario| barter_sim::run(&scenario, &())) {
        Err(Error::Scenario(sentence)) => sentence,
        other => panic!("{agent} with {setting}: {other:?}"),
    }
}

#[test]
fn settings_are_refused_with_a_sentence() {
    for kind in agent::kinds() {
        let sentence = refused(kind.name, "colour = 1");
        assert!(sentence.contains("there is no setting \"colour\", expected one of"), "{sentence}");
        assert!(!kind.summary.is_empty() && kind.summary.len() < 120);
    }
    for (agent, setting, expected) in [
        ("trader", "trades_per_day = 0", "trades_per_day is 0, expected 0.001 to 100"),
        ("trader", "trades_per_day = nan", "trades_per_day is NaN, expected"),
        ("trader", "repeat_share = 1.1", "repeat_share is 1.1, expected 0 to 1"),
        ("trader", "shop_share = -0.1", "shop_share is -0.1, expected 0 to 1"),
        ("trader", "median_sats = \"many\"", "median_sats: invalid type"),
        ("circle", "trades = 0", "trades is 0, expected 1 to 100000000"),
        ("circle", "amount_sats = 2100000000000001", "amount_sats is 2100000000000001, expected 1 to 2100000000000000"),
        ("circle", "amount_sigma = inf", "amount_sigma is inf, expected 0 to 10"),
        ("circle", "pause_seconds = 0", "pause_seconds is 0, expected 1 to"),
        ("circle", "budget_sats = -1", "budget_sats is -1, expected 0 to"),
        ("circle", "pays = 1", "pays: invalid type"),
        ("ring", "wallets = 2", "wallets is 2, expected 3 to 10000"),
        ("ring", "rounds = 0", "rounds is 0, expected 1 to"),
        ("clique", "wallets = 257", "wallets is 257, expected 3 to 256"),
        ("clique", "trades_each = 0", "trades_each is 0"),
        ("star", "leaves = 0", "leaves is 0"),
        ("splitter", "parts = 2000\namount_sats = 1999", "1999 sats cannot be split into 2000 parts"),
        ("splitter", "partners = 0", "partners is 0"),
        ("bridge", "real_sats = 0", "real_sats is 0"),
        ("farmer", "target = 0", "target is 0, expected 1 to 10000"),
        ("slow", "wallets = 3", "wallets is 3, expected 4 to 256"),
        ("slow", "honest_share = 2", "honest_share is 2, expected 0 to 1"),
        ("adaptive", "wallets = 5\nmax_wallets = 4", "max_wallets is 4, expected 5 to 10000"),
        ("spammer", "burst = 0", "burst is 0"),
        ("spammer", "tip_gwei = -1.5", "tip_gwei is -1.5, expected 0 to 1000000"),
        ("false-disputer", "popularity = 0", "popularity is 0"),
        ("unpaid-payee", "trades = -1", "trades: "),
    ] {
        let sentence = refused(agent, setting);
        assert!(sentence.contains(expected), "{agent} with {setting}: {sentence}");
    }
}

#[test]
fn nobody_spends_more_than_its_budget_and_what_is_under_way() {
    for kind in agent::kinds().iter().filter(|kind| kind.hostile) {
        let budget = 3_000.0;
        let seen = run(10, &(market(60) + &crowd(kind.name, &format!("budget_sats = {budget}"))));
        let spent = seen.crowd(kind.name).spent_sats;
        // What is begun at once is at most ten proposals of a spammer, or a plan of a farmer.
        assert!(spent > 0.0 && spent < budget + 5_000.0, "{} spent {spent}", kind.name);
    }
}

#[test]
fn everybody_together_gives_the_same_log_twice() {
    let attackers: String = agent::kinds().iter().map(|kind| crowd(kind.name, "count = 2")).collect();
    let text = format!("name = \"all\"\ndays = 5\n{}", attackers.replacen("count = 2", "count = 60", 1));
    let scenario = Scenario::parse(&text).unwrap();
    let [one, other] = [(), ()].map(|observer| barter_sim::run(&scenario, &observer).unwrap());
    assert_eq!(one.log_hash, other.log_hash);
    assert!(one.crowds.iter().all(|crowd| crowd.spent.gas > 0));
}
