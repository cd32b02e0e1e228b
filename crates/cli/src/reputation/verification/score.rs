//! The sum, and what it is the sum of.

use barter_reputation::score::{Record, Score, Settings};

use super::{
    super::answer::{RecordAnswer, ScoreAnswer},
    Verification, rules,
};

/// The sum, every term of it, and what is said of it.
pub(super) fn check(answer: &ScoreAnswer, hub: &str, record: &Record, total: u64, found: &mut Verification) {
    check_record(answer, record, total, found);
    let settings = rules::told(answer);
    check_listing(answer, record, &settings, found);
    let score = Score::of(record, &settings, answer.computed_at);
    found.computed = Some(score.score);
    let terms = terms(&score, answer);
    let differs: Vec<String> = terms
        .iter()
        .filter(|(_, computed, told)| computed.to_bits() != told.to_bits())
        .map(|(name, computed, told)| format!("{name} is {computed}, and the service says {told}"))
        .collect();
    let normal = barter_reputation::wire::hub::normal;
    let about = [&answer.hub_url, &answer.details.provider_hub];
    let other = about.into_iter().find(|named| normal(named) != normal(hub));
    let detail = match (other, differs.first()) {
        (Some(other), _) => format!("the answer is about {other}"),
        (None, None) => "every term and their sum, to the last bit".to_owned(),
        (None, Some(first)) if differs.len() == 1 => first.clone(),
        (None, Some(first)) => format!("{first}; and {} of other terms", differs.len() - 1),
    };
    found.check("score", differs.is_empty() && other.is_none(), detail);
}

/// Whether the bond is enough to be listed.
fn check_listing(answer: &ScoreAnswer, record: &Record, settings: &Settings, found: &mut Verification) {
    let networks = [
        ("test networks", settings.min_bond_usd, answer.details.is_listed_testnet),
        ("main networks", settings.mainnet_min_bond_usd, answer.details.is_listed_mainnet),
    ];
    let words = |is_listed: bool| if is_listed { "listed" } else { "not listed" };
    let mut told = Vec::new();
    for (network, dollars, is_told) in networks {
        // More than there can be of a token is more than any bond.
        let least = 10_u128.checked_pow(settings.decimals.into()).and_then(|one| one.checked_mul(dollars.into()));
        let is_listed = least.is_some_and(|least| record.bond_units >= least);
        if is_listed != is_told {
            let detail =
                format!("the provider is {} on {network}, and the service says {}", words(is_listed), words(is_told));
            return found.check("listing", false, detail);
        }
        told.push(format!("{} on {network}", words(is_listed)));
    }
    found.check("listing", true, told.join(", "));
}

/// The whole numbers that the score is made of.
fn check_record(answer: &ScoreAnswer, record: &Record, total: u64, found: &mut Verification) {
    let (told, ours) = (fields(&answer.record), fields(&RecordAnswer::of(record)));
    let differs = told.iter().zip(&ours).find(|(told, ours)| told != ours);
    let counts = &record.counts;
    let detail = match differs {
        Some(((name, told), (_, ours))) => format!("{name}: {ours}, and the service says {told}"),
        None if total != answer.details.total_outcomes => {
            let told = answer.details.total_outcomes;
            format!("the provider has {total} outcomes on record, and the service says {told}")
        }
        None => format!(
            "{} success, {} failure, {} timeout, {} disputed in the window; {} ever",
            counts.success, counts.failure, counts.timeout, counts.disputed, total
        ),
    };
    found.check("outcomes", differs.is_none() && total == answer.details.total_outcomes, detail);
}

/// Names and values, to find the first that differs.
fn fields(record: &RecordAnswer) -> [(&'static str, String); 15] {
    let time = |time: Option<u64>| time.map_or_else(|| "never".to_owned(), |time| time.to_string());
    let counts = &record.outcomes;
    [
        ("successes in the window", counts.success.to_string()),
        ("failures in the window", counts.failure.to_string()),
        ("timeouts in the window", counts.timeout.to_string()),
        ("disputed outcomes in the window", counts.disputed.to_string()),
        ("prices together, in base units", record.volume_units.clone()),
        ("qualities together, in millionths", record.quality_ppm_sum.to_string()),
        ("outcomes with a quality", record.quality_count.to_string()),
        ("time of the first outcome", time(record.first_outcome_at)),
        ("time of the first bond", time(record.first_bonded_at)),
        ("the bond, in base units", record.bond_units.clone()),
        ("all ever bonded, in base units", record.ever_bonded_units.clone()),
        ("all ever slashed, in base units", record.ever_slashed_units.clone()),
        ("upheld disputes", record.upheld_disputes.to_string()),
        ("other hubs with proof", record.strong_issuers.to_string()),
        ("other hubs without", record.weak_issuers.to_string()),
    ]
}

/// Each term as it comes out, and as the service tells it.
fn terms(score: &Score, answer: &ScoreAnswer) -> Vec<(&'static str, f64, f64)> {
    let details = &answer.details;
    vec![
        ("the score", score.score, answer.trust_score),
        ("the score in its details", score.score, details.score),
        ("the age", score.age_days, details.age_days),
        ("the age's factor", score.age_factor, details.age_factor),
        ("the bond", score.bond_usd, details.bond_usd),
        ("the bond's factor", score.bond_factor, details.bond_factor),
        ("the success rate", score.success_rate, details.success_rate_30d),
        ("the volume", score.volume_usd, details.volume_usd),
        ("the volume's factor", score.volume_factor, details.volume_factor),
        ("the slash ratio", score.slash_ratio, details.slash_ratio),
        ("the slashes' penalty", score.slash_penalty, details.slash_penalty),
        #[allow(clippy::cast_precision_loss, reason = "far under 2^53")]
        ("the number of disputes", score.disputes as f64, details.dispute_count as f64),
        ("the disputes' penalty", score.dispute_penalty, details.dispute_penalty),
        ("the other hubs' penalty", score.federated_penalty, details.federated_penalty),
        ("the other hubs' deduction", score.federated_deduction, details.federated_deduction),
        ("the average quality", score.average_quality, details.avg_quality_score_30d),
    ]
}
