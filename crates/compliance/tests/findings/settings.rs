//! Settings have ranges, in code as in text.

use barter_compliance::{Error, Settings, TimeOfDay};
use serde_json::{Value, json};

/// Each setting with its smallest and largest.
const RANGES: [(&str, u64, u64); 10] = [
    ("velocity_trades_24h", 1, 1_000_000),
    ("isolation_counterparties", 1, 1_000_000),
    ("isolation_trades", 1, 1_000_000),
    ("uniformity_percent", 0, 100),
    ("uniformity_trades", 1, 1_000_000),
    ("off_hours_percent", 0, 100),
    ("off_hours_trades", 1, 1_000_000),
    ("pair_trades", 1, 1_000_000),
    ("cluster_depth", 1, 6),
    ("cluster_wallets", 1, 100_000),
];

fn with(name: &str, value: u64) -> Settings {
    let mut settings = Settings::default();
    let field = match name {
        "velocity_trades_24h" => &mut settings.velocity_trades_24h,
        "isolation_counterparties" => &mut settings.isolation_counterparties,
        "isolation_trades" => &mut settings.isolation_trades,
        "uniformity_percent" => &mut settings.uniformity_percent,
        "uniformity_trades" => &mut settings.uniformity_trades,
        "off_hours_percent" => &mut settings.off_hours_percent,
        "off_hours_trades" => &mut settings.off_hours_trades,
        "pair_trades" => &mut settings.pair_trades,
        "cluster_depth" => &mut settings.cluster_depth,
        "cluster_wallets" => &mut settings.cluster_wallets,
        _ => unreachable!("{name}"),
    };
    *field = value;
    settings
}

fn read(value: Value) -> Result<Settings, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

#[test]
fn the_defaults_are_the_rules() {
    let expected = json!({
        "velocity_trades_24h": 50,
        "isolation_counterparties": 3,
        "isolation_trades": 10,
        "uniformity_percent": 80,
        "uniformity_trades": 5,
        "off_hours_percent": 60,
        "off_hours_trades": 5,
        "off_hours_from": "02:00:00",
        "off_hours_to": "04:59:59",
        "pair_trades": 5,
        "cluster_depth": 2,
        "cluster_wallets": 1_000,
    });
    assert_eq!(serde_json::to_value(Settings::default()).unwrap(), expected);
    assert_eq!(read(json!({})), Ok(Settings::default()));
    assert_eq!(read(expected), Ok(Settings::default()));
    assert_eq!(Settings::default().validate(), Ok(()));
}

#[test]
fn every_setting_has_its_range() {
    for (name, minimum, maximum) in RANGES {
        for value in [minimum, maximum] {
            assert_eq!(with(name, value).validate(), Ok(()), "{name} = {value}");
            assert_eq!(read(json!({ name: value })), Ok(with(name, value)));
        }
        for value in [minimum.checked_sub(1), Some(maximum + 1)].into_iter().flatten() {
            let expected = Error::SettingOutOfRange { name, value, minimum, maximum };
            assert_eq!(expected.to_string(), format!("{name} is {value}, expected {minimum} to {maximum}"));
            assert_eq!(with(name, value).validate(), Err(expected));
            let message = read(json!({ name: value })).unwrap_err();
            let expected =
                format!("invalid value: integer `{value}`, expected a whole number from {minimum} to {maximum}");
            assert_eq!(message, expected);
        }
        assert!(read(json!({ name: -1 })).unwrap_err().contains("`-1`"));
        assert!(read(json!({ name: "many" })).unwrap_err().contains("\"many\""));
    }
    assert!(read(json!({ "velocity": 3 })).unwrap_err().contains("`velocity`"));
}

#[test]
fn a_time_of_day_is_eight_characters() {
    for (text, seconds) in [("00:00:00", 0), ("02:00:00", 7_200), ("23:59:59", 86_399)] {
        let time: TimeOfDay = text.parse().unwrap();
        assert_eq!((time.seconds(), time.to_string().as_str()), (seconds, text));
        assert_eq!(TimeOfDay::of(20_000 * 86_400 + u64::from(seconds)), time);
    }
    for text in
        ["", "24:00:00", "02:60:00", "02:00:60", "2:00:00", "02:00", "02:00:00:00", "+2:00:00", "02:00:0x", "٠٢:00:00"]
    {
        let error = text.parse::<TimeOfDay>().unwrap_err();
        assert_eq!(error, Error::NoTimeOfDay { text: text.to_owned() });
        assert_eq!(
            error.to_string(),
            format!("'{text}' is no time of day, expected HH:MM:SS from 00:00:00 to 23:59:59")
        );
    }
    let long = "9".repeat(1_000).parse::<TimeOfDay>().unwrap_err();
    assert_eq!(long, Error::NoTimeOfDay { text: "9".repeat(20) });
}
