//! When a score was made, and by which rules: what a service could choose so that anything comes out.

use barter_reputation::score::{Settings, Weights};

use super::{super::answer::ScoreAnswer, Verification};
use crate::text::{counted, grouped};

/// How far the service's clock may be from the verifier's, in seconds. Outcomes leave the window by it.
const MAX_CLOCK_DIFFERENCE: u64 = 300;

/// The score is of now.
pub(super) fn check_clock(answer: &ScoreAnswer, now: u64, found: &mut Verification) {
    let difference = answer.computed_at.abs_diff(now);
    let side = if answer.computed_at > now { "ahead of" } else { "behind" };
    let difference_told = format!("{} s {side} this machine's clock", grouped(difference));
    let holds = difference <= MAX_CLOCK_DIFFERENCE;
    let detail = match holds {
        true if difference == 0 => "the score is of this very second".to_owned(),
        true => format!("the score is of {difference_told}"),
        false => format!(
            "the score is of {}, {difference_told}, expected at most {MAX_CLOCK_DIFFERENCE} s: see whose clock is wrong",
            answer.computed_at
        ),
    };
    found.check("clock", holds, detail);
}

/// The settings are those that the verifier expects, and the decimals the token's.
pub(super) fn check_settings(
    answer: &ScoreAnswer,
    expected: &Settings,
    decimals: Option<u8>,
    found: &mut Verification,
) {
    let told = told(answer);
    let differences = [
        (
            told.window_days != expected.window_days,
            format!("a window of {} days, expected {} (--window-days)", told.window_days, expected.window_days),
        ),
        (
            told.weights != expected.weights,
            format!("the weights {}, expected {} (--weights)", weights(&told.weights), weights(&expected.weights)),
        ),
        (
            told.min_bond_usd != expected.min_bond_usd,
            format!(
                "a least bond of ${}, expected ${} (--min-bond-usd)",
                grouped(told.min_bond_usd),
                grouped(expected.min_bond_usd)
            ),
        ),
        (
            told.mainnet_min_bond_usd != expected.mainnet_min_bond_usd,
            format!(
                "a least bond of ${} on main networks, expected ${} (--mainnet-min-bond-usd)",
                grouped(told.mainnet_min_bond_usd),
                grouped(expected.mainnet_min_bond_usd)
            ),
        ),
        (
            decimals.is_some_and(|decimals| decimals != told.decimals),
            format!(
                "{} of the token, which has {} on the chain",
                counted(told.decimals.into(), "decimal"),
                decimals.unwrap_or_default()
            ),
        ),
    ];
    let wrong: Vec<String> =
        differences.into_iter().filter(|(differs, _)| *differs).map(|(_, sentence)| sentence).collect();
    let detail = if wrong.is_empty() {
        format!(
            "{} days; weights {}; listed from ${} and ${}; {}",
            told.window_days,
            weights(&told.weights),
            grouped(told.min_bond_usd),
            grouped(told.mainnet_min_bond_usd),
            counted(told.decimals.into(), "decimal")
        )
    } else {
        format!("the service takes {}", wrong.join("; "))
    };
    found.check("settings", wrong.is_empty(), detail);
}

/// The settings as the service tells them.
pub(super) const fn told(answer: &ScoreAnswer) -> Settings {
    let told = &answer.settings;
    Settings {
        min_bond_usd: told.min_bond_usd,
        mainnet_min_bond_usd: told.mainnet_min_bond_usd,
        window_days: told.window_days,
        weights: Weights {
            age: told.weights.age,
            bond: told.weights.bond,
            success_rate: told.weights.success_rate,
            volume: told.weights.volume,
        },
        decimals: told.decimals,
    }
}

fn weights(Weights { age, bond, success_rate, volume }: &Weights) -> String {
    format!("{age},{bond},{success_rate},{volume}")
}
