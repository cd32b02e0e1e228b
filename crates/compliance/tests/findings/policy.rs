//! The file that says whom one deals with.

use barter_compliance::{Error, MAX_TRUSTED, Policy, Settings};

use crate::common::{time_of_day, wallet};

/// Line, key and message of the refusal.
fn refusal(text: &str) -> (usize, Option<String>, String) {
    match Policy::parse(text) {
        Err(Error::InvalidPolicy { line, key, message }) => (line, key, message),
        other => panic!("{text:?} gives {other:?}"),
    }
}

fn refuses(text: &str, line: usize, key: &str, message: &str) {
    assert_eq!(refusal(text), (line, Some(key.to_owned()), message.to_owned()), "{text}");
}

#[test]
fn a_policy_may_have_every_key() {
    let text = format!(
        r#"
        minimum_score = 200
        minimum_counterparties = 5
        highest_risk = "medium"
        required_level = "B"
        minimum_completion_rate = 92.5
        deny_flags = ["isolation", "pair_cap_exceeded", "high_velocity", "amount_uniformity", "off_hours"]

        [settings]
        velocity_trades_24h = 30
        isolation_counterparties = 4
        isolation_trades = 12
        uniformity_percent = 70
        uniformity_trades = 6
        off_hours_percent = 50
        off_hours_trades = 7
        off_hours_from = "23:00:00"
        off_hours_to = "01:59:59"
        pair_trades = 8
        cluster_depth = 3
        cluster_wallets = 500

        [viewpoint]
        trusted = ["{}", "{}"]
        minimum_seen_score = 12.5
        "#,
        wallet(1).to_checksum(None),
        format!("{:?}", wallet(2)).to_lowercase(),
    );
    let policy = Policy::parse(&text).unwrap();
    let settings = Settings {
        velocity_trades_24h: 30,
        isolation_counterparties: 4,
        isolation_trades: 12,
        uniformity_percent: 70,
        uniformity_trades: 6,
        off_hours_percent: 50,
        off_hours_trades: 7,
        off_hours_from: time_of_day("23:00:00"),
        off_hours_to: time_of_day("01:59:59"),
        pair_trades: 8,
        cluster_depth: 3,
        cluster_wallets: 500,
    };
    assert_eq!(policy.settings(), &settings);
    assert_eq!(policy.trusted(), [wallet(1), wallet(2)]);
}

#[test]
fn the_documented_example_is_a_policy() {
    let (_, from_example) = include_str!("../../../../docs/compliance.md").split_once("```toml\n").unwrap();
    let (example, _) = from_example.split_once("```").unwrap();
    let policy = Policy::parse(example).unwrap();
    assert_eq!(policy.settings().velocity_trades_24h, 30);
    assert_eq!(policy.trusted().len(), 1);
}

#[test]
fn every_rule_is_enough_by_itself() {
    let viewpoint = format!("[viewpoint]\ntrusted = [\"{:?}\"]\nminimum_seen_score = 1", wallet(1));
    for text in [
        "minimum_score = 1",
        "minimum_counterparties = 1",
        "highest_risk = \"low\"",
        "required_level = \"A\"",
        "minimum_completion_rate = 90",
        "deny_flags = [\"off_hours\"]",
        &viewpoint,
    ] {
        let policy = Policy::parse(text).unwrap();
        assert_eq!(policy.settings(), &Settings::default());
        assert_eq!(policy.trusted().is_empty(), !text.contains("viewpoint"));
    }
}

#[test]
fn a_policy_without_a_rule_is_refused() {
    for text in ["", "# nothing yet\n", "deny_flags = []", "[settings]", "[settings]\npair_trades = 3"] {
        assert_eq!(Policy::parse(text), Err(Error::EmptyPolicy), "{text}");
    }
    let message = Error::EmptyPolicy.to_string();
    assert_eq!(
        message,
        "the policy has no rule and would allow everybody, expected at least one, such as minimum_score = 100"
    );
}

/// Each would allow everybody, alone, and mislead beside others.
#[test]
fn rules_that_say_nothing_are_refused() {
    for others in ["", "minimum_score = 200\n"] {
        let line = 1 + others.lines().count();
        let refuses = |rule: &str, key: &str, message: &str| refuses(&format!("{others}{rule}"), line, key, message);
        refuses(
            "highest_risk = \"high\"",
            "highest_risk",
            "high is met by every wallet, expected low or medium, or no such rule",
        );
        refuses(
            "required_level = \"C\"",
            "required_level",
            "C is met by every wallet, expected B or A, or no such rule",
        );
        for (flag, name, setting, value, expected) in [
            ("off_hours", "Off-hours activity", "off_hours_percent", 100, "expected at most 99"),
            ("amount_uniformity", "Amount uniformity", "uniformity_percent", 100, "expected at most 99"),
            ("isolation", "Isolation", "isolation_counterparties", 1, "expected at least 2"),
        ] {
            refuses(
                &format!("deny_flags = [\"high_velocity\", \"{flag}\"]\n[settings]\n{setting} = {value}"),
                "deny_flags",
                &format!(
                    "{name} is never raised with settings.{setting} = {value}, {expected}, or the flag not denied"
                ),
            );
            let other = format!("{others}deny_flags = [\"high_velocity\"]\n[settings]\n{setting} = {value}");
            assert!(Policy::parse(&other).is_ok(), "{other}");
        }
    }
    for (flag, setting) in [
        ("off_hours", "off_hours_percent = 99"),
        ("amount_uniformity", "uniformity_percent = 99"),
        ("isolation", "isolation_counterparties = 2"),
    ] {
        assert!(Policy::parse(&format!("deny_flags = [\"{flag}\"]\n[settings]\n{setting}")).is_ok(), "{setting}");
    }
}

#[test]
fn unknown_keys_are_refused_with_their_line() {
    let (line, key, message) = refusal("minimum_score = 1\n\nminimum_scores = 2\n");
    assert_eq!((line, key.as_deref()), (3, Some("minimum_scores")));
    assert!(message.starts_with("unknown field `minimum_scores`, expected one of `minimum_score`"), "{message}");
    let (line, key, message) = refusal("minimum_score = 1\n[settings]\npair_cap = 2\n");
    assert_eq!((line, key.as_deref()), (3, Some("settings.pair_cap")));
    assert!(message.starts_with("unknown field `pair_cap`, expected one of `velocity_trades_24h`"), "{message}");
    assert_eq!(refusal("[viewpoint]\nfrom = []").1.as_deref(), Some("viewpoint.from"));
    let (line, key, message) = refusal("deny_flags = [\n  \"off_hours\",\n  \"slow\",\n]");
    assert_eq!((line, key.as_deref()), (3, Some("deny_flags")));
    assert!(message.starts_with("unknown variant `slow`, expected one of `high_velocity`"), "{message}");
}

#[test]
fn values_of_another_kind_are_refused() {
    let whole = |found: &str| format!("invalid type: {found}, expected a whole number from 1 to 1000000000");
    refuses("minimum_score = \"high\"", 1, "minimum_score", &whole("string \"high\""));
    refuses("minimum_score = 1.5", 1, "minimum_score", &whole("floating point `1.5`"));
    refuses("minimum_score = [1]", 1, "minimum_score", &whole("sequence"));
    refuses(
        "\nminimum_counterparties = true",
        2,
        "minimum_counterparties",
        "invalid type: boolean `true`, expected a whole number from 1 to 1000000",
    );
    refuses(
        "minimum_completion_rate = \"90%\"",
        1,
        "minimum_completion_rate",
        "invalid type: string \"90%\", expected a number above 0, up to 100",
    );
    refuses(
        "highest_risk = \"none\"",
        1,
        "highest_risk",
        "unknown variant `none`, expected one of `low`, `medium`, `high`",
    );
    refuses("required_level = \"D\"", 1, "required_level", "unknown variant `D`, expected one of `C`, `B`, `A`");
    assert_eq!(refusal("highest_risk = 1").1.as_deref(), Some("highest_risk"));
    assert_eq!(refusal("deny_flags = \"off_hours\"").1.as_deref(), Some("deny_flags"));
    assert_eq!(refusal("settings = 3").1.as_deref(), Some("settings"));
    assert_eq!(refusal("[settings]\noff_hours_from = 2").1.as_deref(), Some("settings.off_hours_from"));
    refuses(
        "minimum_score = 1\n[settings]\noff_hours_to = \"5:00\"",
        3,
        "settings.off_hours_to",
        "'5:00' is no time of day, expected HH:MM:SS from 00:00:00 to 23:59:59",
    );
}

#[test]
fn values_out_of_range_are_refused() {
    let whole = |found: i64, maximum: u64| {
        format!("invalid value: integer `{found}`, expected a whole number from 1 to {maximum}")
    };
    refuses("minimum_score = 0", 1, "minimum_score", &whole(0, 1_000_000_000));
    refuses("minimum_score = -5", 1, "minimum_score", &whole(-5, 1_000_000_000));
    refuses("minimum_score = 1000000001", 1, "minimum_score", &whole(1_000_000_001, 1_000_000_000));
    refuses("minimum_counterparties = 0", 1, "minimum_counterparties", &whole(0, 1_000_000));
    refuses("minimum_score = 1\n[settings]\npair_trades = 0", 3, "settings.pair_trades", &whole(0, 1_000_000));
    for (value, shown) in [
        ("0", "integer `0`"),
        ("-1", "integer `-1`"),
        ("101", "integer `101`"),
        ("0.0", "floating point `0.0`"),
        ("100.1", "floating point `100.1`"),
        ("nan", "floating point `NaN`"),
        ("inf", "floating point `inf`"),
    ] {
        refuses(
            &format!("minimum_completion_rate = {value}"),
            1,
            "minimum_completion_rate",
            &format!("invalid value: {shown}, expected a number above 0, up to 100"),
        );
    }
    let large = "9223372036854775808";
    refuses(
        &format!("minimum_score = {large}"),
        1,
        "minimum_score",
        &format!("invalid value: integer `{large}`, expected a whole number from 1 to 1000000000"),
    );
    refuses(
        &format!("minimum_completion_rate = {large}"),
        1,
        "minimum_completion_rate",
        &format!("invalid value: integer `{large}`, expected a number above 0, up to 100"),
    );
    for value in [large, "-99999999999999999999", "99999999999999999999"] {
        for rule in ["minimum_score", "minimum_completion_rate", "minimum_counterparties"] {
            let (line, key, message) = refusal(&format!("{rule} = {value}"));
            assert_eq!((line, key.as_deref()), (1, Some(rule)));
            assert!(message.contains(value) && !message.contains("128"), "{message}");
        }
    }
    for value in ["0.1", "1", "100", "100.0"] {
        assert!(Policy::parse(&format!("minimum_completion_rate = {value}")).is_ok());
    }
}

#[test]
fn trusted_wallets_are_addresses_without_a_typing_error() {
    let viewpoint = |trusted: &str| format!("[viewpoint]\nminimum_seen_score = 5\ntrusted = [\n{trusted}\n]");
    let shape = "is no wallet address: expected 0x and 40 hexadecimal digits";
    for wrong in [
        "",
        "0x12",
        "vitalik.eth",
        "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x0xFd6e51aad88F6F4ce6aB8827279cffFb92266ab",
        "0xg39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    ] {
        refuses(&viewpoint(&format!("\"{wrong}\"")), 3, "viewpoint.trusted", &format!("'{wrong}' {shape}"));
    }
    let wrong = "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let message = format!("'{wrong}' is no wallet address: its capital letters do not match its checksum");
    refuses(
        &viewpoint(&format!("\"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\",\n\"{wrong}\"")),
        3,
        "viewpoint.trusted",
        &message,
    );
    refuses(&viewpoint(""), 3, "viewpoint.trusted", "the number of trusted wallets is 0, expected 1 to 100000");
    let many = format!("\"{:?}\",", wallet(1)).repeat(MAX_TRUSTED + 1);
    refuses(&viewpoint(&many), 3, "viewpoint.trusted", "the number of trusted wallets is 100001, expected 1 to 100000");
    let (line, key, message) = refusal("[viewpoint]\nminimum_seen_score = 5");
    assert_eq!((line, key.as_deref(), message.as_str()), (1, Some("viewpoint"), "missing field `trusted`"));
    let text = format!("[viewpoint]\ntrusted = [\"{:?}\"]", wallet(1));
    refuses(&text, 1, "viewpoint", "missing field `minimum_seen_score`");
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    let (line, key, message) = refusal("minimum_score = 1\nhighest_risk low\n");
    assert_eq!((line, key), (2, None));
    assert!(!message.is_empty() && !message.contains('\n'), "{message}");
    let (line, _, message) = refusal("minimum_score = 1\nminimum_score = 2\n");
    assert_eq!((line, message.as_str()), (2, "duplicate key"));
    let error = Policy::parse("minimum_score = 0").unwrap_err().to_string();
    assert_eq!(
        error,
        "the policy's line 1, minimum_score: invalid value: integer `0`, expected a whole number from 1 to 1000000000"
    );
    let error = Policy::parse("=").unwrap_err().to_string();
    assert!(error.starts_with("the policy's line 1: "), "{error}");
}
