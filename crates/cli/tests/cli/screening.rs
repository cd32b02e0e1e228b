//! `barter wallet` and `barter compliance`: who a wallet is, from the node and from an index.

use serde_json::{Value, json};

use crate::support::{
    Barter, Devnet, Market, Wallet,
    market::REPEATED_SATS,
    trade::{agree, settle_between},
};

const STRANGER: &str = "0x00000000000000000000000000000000000000aa";

const POLICY: &str = "\
minimum_score = 1
minimum_counterparties = 1
deny_flags = [\"high_velocity\"]
";

/// Every question about a wallet, with a time where it takes one.
fn questions(wallet: &str, at: u64) -> Vec<String> {
    let timed = ["wallet", "compliance flags", "compliance velocity", "compliance report"];
    let mut questions: Vec<String> = timed.iter().map(|line| format!("{line} {wallet} --at {at}")).collect();
    questions.push(format!("compliance isolation {wallet}"));
    questions.push(format!("compliance rings {wallet}"));
    questions
}

/// The block's time of the market's end.
fn end_of(market: &Market) -> u64 {
    market.asking("compliance report").arg(STRANGER).json()["at"]["block_timestamp"].as_u64().unwrap()
}

fn screening(market: &Market, wallet: &Wallet, policy: &str) -> Barter {
    market.looking_up("compliance screen --policy p.toml").arg(&wallet.address).file("p.toml", policy)
}

#[test]
fn the_index_answers_as_the_node_does() {
    let market = Market::shared();
    let end = end_of(market);
    for wallet in [&market.hub.address, &market.shop.address, &market.buyer.address, STRANGER] {
        for at in [end + 60, end + 40 * 86_400] {
            for line in questions(wallet, at) {
                let by_node = market.asking(&line).json();
                assert_eq!(by_node, market.looking_up(&line).json(), "{line}");
                assert_eq!(by_node, market.asking(&line).env("BARTER_INDEX", &market.index).json(), "{line}");
            }
        }
    }
    let from = &market.shop.address;
    for line in [
        "compliance rings".to_owned(),
        format!("compliance score --from {from}"),
        format!("compliance score {} --from {from}", market.hub.address),
    ] {
        assert_eq!(market.asking(&line).json(), market.looking_up(&line).json(), "{line}");
    }
    let viewed = format!("{POLICY}[viewpoint]\ntrusted = [\"{from}\"]\nminimum_seen_score = 5\n");
    for policy in [POLICY, &viewed] {
        let line = "compliance screen --policy p.toml";
        let call = |call: Barter| call.arg(&market.hub.address).file("p.toml", policy).arg("--json").run();
        let (by_node, by_index) = (call(market.asking(line)), call(market.looking_up(line)));
        assert_eq!((by_node.code, &by_node.stdout), (by_index.code, &by_index.stdout), "{policy}");
    }
}

#[test]
fn flags_name_what_they_rest_on() {
    let market = Market::shared();
    let raised = market.looking_up("compliance flags").arg(&market.hub.address).json();
    assert_eq!(raised["wallet"], market.hub.address.as_str());
    let [uniform, pair] = raised["flags"].as_array().unwrap().as_slice() else { panic!("not two flags: {raised}") };
    assert_eq!((&uniform["kind"], &pair["kind"]), (&json!("amount_uniformity"), &json!("pair_cap_exceeded")));
    assert_eq!(
        (&uniform["evidence"]["amount_sats"], &uniform["evidence"]["count"]),
        (&json!(REPEATED_SATS), &json!(6))
    );
    let newest_first: Vec<&String> = market.repeated.iter().rev().collect();
    assert_eq!(pair["evidence"]["trade_ids"], json!(newest_first));
    assert_eq!(pair["evidence"]["by_counterparty"], json!([{ "counterparty": market.friend.address, "trades": 6 }]));

    let text = market.looking_up("compliance flags").arg(&market.hub.address).run().stdout;
    for shown in [&market.friend.address, &market.repeated[0], "6 trades", "(critical)", "(notice)"] {
        assert!(text.contains(shown), "no {shown}: {text}");
    }
    let none = market.looking_up("compliance flags").arg(&market.shop.address).run();
    assert!(none.stdout.contains("none"), "{none:?}");
}

#[test]
fn a_report_is_of_one_block_and_one_time() {
    let market = Market::shared();
    let end = end_of(market);
    let report =
        |at: u64| market.looking_up("compliance report").args(["--at", &at.to_string(), &market.buyer.address]).json();
    let now = report(end);
    assert_eq!((&now["generated_at"], &now["at"]["block_timestamp"]), (&json!(end), &json!(end)));
    assert_eq!((&now["trade_count"], &now["counterparties"]), (&json!(1), &json!(1)));
    // One of two: the other is in dispute.
    assert_eq!(now["completion_rate"], json!(50.0));
    assert_eq!(now["velocity"]["trades_24h"], json!(1));
    assert_eq!(now["cluster"]["wallet_count"], json!(3));
    let later = report(end + 86_400);
    assert_eq!((&later["velocity"]["trades_24h"], &later["velocity"]["trades_7d"]), (&json!(0), &json!(1)));
    assert_eq!(later["trade_count"], json!(1));
    let text = market.looking_up("compliance report").arg(&market.buyer.address).run().stdout;
    assert!(text.contains("50.0%") && text.contains(now["at"]["block_hash"].as_str().unwrap()), "{text}");
}

#[test]
fn a_wallet_nobody_knows_has_an_empty_report() {
    let market = Market::shared();
    for line in ["wallet", "compliance flags", "compliance velocity", "compliance isolation", "compliance report"] {
        let outcome = market.looking_up(line).arg(STRANGER).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}: {outcome:?}");
    }
    let report = market.looking_up("compliance report").arg(STRANGER).json();
    assert_eq!((&report["flags"], &report["risk_level"], &report["score"]), (&json!([]), &json!("low"), &json!(0)));
    assert!(report["completion_rate"].is_null() && report["velocity"]["mean_amount_30d_sats"].is_null(), "{report}");
    assert_eq!(report["cluster"]["isolation_score"], json!(0.0));
    assert!(report["at"]["block_number"].is_u64(), "{report}");
    assert_eq!(market.looking_up("compliance rings").arg(STRANGER).json()["rings"], json!([]));
    let seen = market.looking_up("compliance score").args(["--from", &market.shop.address, STRANGER]).json();
    assert_eq!((&seen["seen"], &seen["bridge"]), (&json!(0.0), &Value::Null));
}

#[test]
fn isolation_says_what_a_score_of_one_is_worth() {
    let market = Market::shared();
    let closed = market.looking_up("compliance isolation").arg(&market.ring[0].address);
    let text = closed.run().stdout;
    assert!(text.contains("1.000") && text.contains("whole market"), "{text}");
    let small = market.looking_up("compliance isolation --policy p.toml").arg(&market.friend.address);
    let small = small.file("p.toml", "minimum_score = 1\n[settings]\ncluster_wallets = 2\n");
    let text = small.run().stdout;
    assert!(text.contains("The nearest wallets only") && !text.contains("whole market"), "{text}");
    let nothing = market.looking_up("compliance isolation").arg(STRANGER).run().stdout;
    assert!(!nothing.contains("whole market") && !nothing.contains("nearest"), "{nothing}");
}

#[test]
fn rings_are_found_and_can_be_asked_for_by_wallet() {
    let market = Market::shared();
    let found = market.looking_up("compliance rings").json();
    assert_eq!(found["ring_count"], json!(1));
    let ring = &found["rings"][0];
    let mut wallets = market.ring.clone().map(|wallet| wallet.address);
    wallets.sort_unstable_by_key(|wallet| wallet.to_lowercase());
    assert_eq!((&ring["wallets"], &ring["trade_count"]), (&json!(wallets), &json!(2)));
    assert_eq!((&ring["volume_sats"], &ring["largest_net_sats"]), (&json!("140000"), &json!("0")));
    let of = |wallet: &Wallet| market.looking_up("compliance rings").arg(&wallet.address).json();
    assert_eq!(of(&market.ring[1]), found);
    assert_eq!(of(&market.hub)["ring_count"], json!(0));
    let text = market.looking_up("compliance rings").run().stdout;
    assert!(text.contains("1 wash ring\n") && text.contains("140,000 sats in 2 trades"), "{text}");
    assert!(market.ring.iter().all(|wallet| text.contains(&wallet.address)), "{text}");
}

#[test]
fn a_score_depends_on_whom_one_trusts() {
    let market = Market::shared();
    let seen = |wallet: &Wallet, from: &Wallet| {
        market.looking_up("compliance score").args(["--from", &from.address, &wallet.address]).json()
    };
    let hub = seen(&market.hub, &market.shop);
    assert_eq!(hub["bridge"], market.friend.address.as_str(), "{hub}");
    let (share, score) = (hub["seen"].as_f64().unwrap(), hub["score"].as_f64().unwrap());
    assert!(share > 0.0 && share < score, "{hub}");
    // The ring trades with nobody else: nothing of its score reaches them.
    assert_eq!(seen(&market.ring[0], &market.shop)["seen"], json!(0.0));
    let all = market.looking_up("compliance score").args(["--from", &market.shop.address]).json();
    let listed: Vec<&Value> = all["scores"].as_array().unwrap().iter().map(|seen| &seen["wallet"]).collect();
    assert_eq!(listed.len(), 4, "{all}");
    let first = market.looking_up("compliance score --limit 1").args(["--from", &market.shop.address]).json();
    assert_eq!(first["scores"], json!([all["scores"][0]]));
    let two =
        market.looking_up("compliance score").args(["--from", &market.shop.address, "--from", &market.ring[0].address]);
    assert_eq!(two.json()["scores"].as_array().unwrap().len(), 6);
}

#[test]
fn screening_allows_with_zero() {
    let market = Market::shared();
    let outcome = screening(market, &market.hub, POLICY).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
    assert!(outcome.stdout.contains("allow") && outcome.stdout.contains(&market.hub.address), "{outcome:?}");
    let answer = screening(market, &market.hub, POLICY).json();
    assert_eq!((&answer["decision"], &answer["reasons"]), (&json!("allow"), &json!([])));
}

#[test]
fn screening_denies_with_seven_and_every_reason() {
    let market = Market::shared();
    let policy = "\
minimum_score = 100000
minimum_counterparties = 5
highest_risk = \"medium\"
required_level = \"A\"
minimum_completion_rate = 90
deny_flags = [\"pair_cap_exceeded\"]
";
    let outcome = screening(market, &market.hub, policy).arg("--json").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (7, ""), "{outcome:?}");
    let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let rules: Vec<&str> =
        answer["reasons"].as_array().unwrap().iter().map(|reason| reason["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["minimum_score", "minimum_counterparties", "highest_risk", "required_level", "deny_flags"]);
    assert_eq!((&answer["decision"], &answer["reasons"][1]["required"]), (&json!("deny"), &json!(5)));
    assert_eq!(answer["reasons"][1]["actual"], json!(1));
    let text = screening(market, &market.hub, policy).run();
    assert_eq!((text.code, text.stderr.as_str()), (7, ""), "{text:?}");
    for shown in ["deny", "expected at least 100000", "expected at most medium", "Pair cap exceeded"] {
        assert!(text.stdout.contains(shown), "no {shown}: {text:?}");
    }
}

#[test]
fn thresholds_can_be_a_policys() {
    let market = Market::shared();
    let kinds = |policy: &str| -> Vec<String> {
        let call = market.looking_up("compliance flags --policy p.toml").arg(&market.hub.address);
        let raised = call.file("p.toml", policy).json();
        raised["flags"].as_array().unwrap().iter().map(|flag| flag["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds("minimum_score = 1\n[settings]\npair_trades = 6"), ["amount_uniformity"]);
    assert_eq!(kinds("minimum_score = 1\n[settings]\nvelocity_trades_24h = 5").first().unwrap(), "high_velocity");
    for line in ["wallet", "compliance velocity", "compliance isolation", "compliance report"] {
        let call = market.looking_up(line).args([&market.hub.address, "--policy", "p.toml"]);
        call.file("p.toml", "minimum_scor = 1").failure().expect("invalid_policy", 2, &["p.toml", "line 1"]);
    }
}

#[test]
fn a_policy_that_cannot_be_used() {
    let market = Market::shared();
    let invalid = |policy: &str, names: &[&str]| {
        let failure = screening(market, &market.hub, policy).failure();
        failure.expect("invalid_policy", 2, &[&["p.toml"], names].concat());
    };
    invalid("minimum_score = 1\n\nminimum_counterpartys = 5\n", &["line 3", "minimum_counterpartys"]);
    invalid("minimum_score = 1\n[settings]\npair_trades = -1\n", &["line 3", "settings.pair_trades"]);
    invalid("minimum_score = \"high\"\n", &["line 1", "minimum_score"]);
    invalid("minimum_score = \n", &["line 1"]);
    invalid("highest_risk = \"lowish\"\n", &["line 1", "lowish", "medium"]);
    invalid("[viewpoint]\ntrusted = [\"0x12\"]\nminimum_seen_score = 1\n", &["line 2", "0x12"]);
    invalid("", &["no rule"]);
    invalid("[settings]\npair_trades = 9\n", &["no rule"]);
    let missing = market.looking_up("compliance screen --policy no/such.toml").arg(STRANGER).failure();
    missing.expect("unreadable_file", 2, &["no/such.toml"]);
    market.looking_up("compliance screen --policy .").arg(STRANGER).failure().expect("unreadable_file", 2, &[]);
    let long = format!("minimum_score = 1 #{}", "x".repeat(1 << 20));
    screening(market, &market.hub, &long).failure().expect("unreadable_file", 2, &["p.toml", "1048576"]);
    let binary = market.looking_up("compliance screen --policy p.toml").arg(STRANGER).file("p.toml", [0xff, 0xfe, 0]);
    binary.failure().expect("unreadable_file", 2, &["p.toml"]);
}

#[test]
fn a_command_line_that_asks_for_nothing() {
    let market = Market::shared();
    for line in ["wallet 0x12", "compliance report 0x12", "compliance rings 0x12", "compliance score 0x12 --from 0x12"]
    {
        market.looking_up(line).failure().expect("invalid_address", 2, &["0x12", "expected 40"]);
    }
    // Where a mistyped wallet would be let in, or trusted, capital letters are held against the checksum.
    let mistyped = market.hub.address.replacen('f', "F", 1);
    let screened = market.looking_up("compliance screen --policy p.toml").arg(&mistyped).file("p.toml", POLICY);
    screened.failure().expect("invalid_address", 2, &[&mistyped]);
    market.looking_up("compliance score").args(["--from", &mistyped]).failure().expect(
        "invalid_address",
        2,
        &[&mistyped],
    );
    for (line, names) in [
        ("compliance score", "--from"),
        ("compliance screen", "--policy"),
        ("compliance report --at soon", "soon"),
        ("compliance rings --limit 0", "--limit"),
        ("compliance rings --at 1", "--at"),
    ] {
        Barter::words(line).failure().expect("usage", 2, &[names]);
    }
    for line in ["wallet", "compliance flags", "compliance velocity", "compliance isolation", "compliance report"] {
        market.looking_up(line).failure().expect("no_wallet", 2, &["wallet"]);
        let own = market.looking_up(line).signed_by(&market.hub).json();
        let named = own.get("wallet").or_else(|| own.get("address")).unwrap();
        assert_eq!(named, market.hub.address.as_str(), "{line}");
    }
}

#[test]
fn an_index_that_is_behind_says_of_which_block_it_is() {
    let devnet = Devnet::start(2);
    let (payer, payee) = (devnet.wallet(), devnet.wallet());
    settle_between(&devnet, &payer, &payee, 10_000);
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("b.db");
    Barter::words("index run --until-head --database").arg(&index).on(&devnet).json_lines();
    agree(&devnet, &payer, &payee, 10_000);
    let summary = |call: Barter| call.arg(&payee.address).on(&devnet).json();
    let by_node = summary(Barter::words("wallet"));
    let by_index = summary(Barter::words("wallet --database").arg(&index));
    let block = |summary: &Value| summary["at"]["block_number"].as_u64().unwrap();
    assert_eq!(block(&by_node), block(&by_index) + 2);
    assert_eq!(by_index["trades"], json!(1));
}

/// The parts of a guide that are in this language.
fn blocks<'a>(guide: &'a str, language: &str) -> Vec<&'a str> {
    let mark = format!("```{language}\n");
    guide.split(mark.as_str()).skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

#[test]
fn the_guide_can_be_followed() {
    // Not part of the package, and so perhaps not there.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/screening.md");
    let Ok(guide) = std::fs::read_to_string(path) else { return };
    let (market, folder) = (Market::shared(), tempfile::tempdir().unwrap());
    let policy = blocks(&guide, "toml").concat();
    assert!(policy.contains("minimum_score"), "no policy: {guide}");
    std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
    let script = blocks(&guide, "sh").concat().replace("\\\n", " ");
    let calls = script.lines().map(|line| line.split('#').next().unwrap().trim()).filter(|line| !line.is_empty());
    let mut called = 0;
    for line in calls {
        let words = line.strip_prefix("barter ").unwrap_or_else(|| panic!("no call: {line}"));
        let mut call = market.asking(words).within(folder.path());
        if words.starts_with("index run") {
            // It would follow the chain for ever.
            call = call.arg("--until-head");
        }
        let outcome = call.run();
        let expected = if words.contains(" screen ") { 7 } else { 0 };
        assert_eq!((outcome.code, outcome.stderr.as_str()), (expected, ""), "{line}: {outcome:?}");
        called += 1;
    }
    assert!(called >= 10, "only {called} calls");
}
