//! A report held against a policy.

use std::fmt;

use alloy_primitives::Address;
use barter_protocol::Level;
use serde::Serialize;

use crate::{ChainPoint, ComplianceReport, FlagKind, Policy, RiskLevel, SeenScore, json, policy::ViewpointRule};

/// Whether to deal with a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It meets every rule.
    Allow,
    /// It does not.
    Deny,
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        })
    }
}

/// A rule of the policy that the wallet does not meet. In JSON `rule` is the policy's key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The score is too low.
    MinimumScore {
        /// Lowest allowed.
        required: u64,
        /// The wallet's.
        actual: u64,
    },
    /// It has traded with too few.
    MinimumCounterparties {
        /// Fewest allowed.
        required: u64,
        /// The wallet's.
        actual: u64,
    },
    /// There are too many flags.
    HighestRisk {
        /// Highest allowed.
        required: RiskLevel,
        /// The wallet's.
        actual: RiskLevel,
    },
    /// The level is too low.
    RequiredLevel {
        /// Lowest allowed.
        #[serde(serialize_with = "json::level")]
        required: Level,
        /// The wallet's.
        #[serde(serialize_with = "json::level")]
        actual: Level,
    },
    /// Too little of what it agreed to was settled.
    MinimumCompletionRate {
        /// Lowest allowed, in percent.
        required: f64,
        /// The wallet's, in percent; `None` where there is nothing to go by, which does not meet the rule either.
        actual: Option<f64>,
    },
    /// It has a flag that the policy denies.
    DenyFlags {
        /// The flag that must not be there.
        required: FlagKind,
        /// What the wallet's flag says.
        actual: String,
    },
    /// Too little of the score reaches it from trusted wallets.
    MinimumSeenScore {
        /// Lowest allowed, in points of score.
        required: f64,
        /// The wallet's, in points of score; `None` where it was not computed, which does not meet the rule either.
        actual: Option<f64>,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinimumScore { required, actual } => {
                write!(formatter, "the score is {actual}, expected at least {required}")
            }
            Self::MinimumCounterparties { required, actual } => {
                write!(formatter, "the number of counterparties is {actual}, expected at least {required}")
            }
            Self::HighestRisk { required, actual } => {
                write!(formatter, "the risk is {actual}, expected at most {required}")
            }
            Self::RequiredLevel { required, actual } => {
                write!(formatter, "the level is {actual}, expected at least {required}")
            }
            Self::MinimumCompletionRate { required, actual: Some(actual) } => {
                write!(formatter, "the completion rate is {actual:.1}%, expected at least {required}%")
            }
            Self::MinimumCompletionRate { required, actual: None } => {
                write!(formatter, "there is no trade to tell a completion rate by, expected at least {required}%")
            }
            Self::DenyFlags { required: _, actual } => write!(formatter, "a denied flag is raised: {actual}"),
            Self::MinimumSeenScore { required, actual: Some(actual) } => {
                let actual = hundredths(*actual);
                write!(formatter, "the score seen from trusted wallets is {actual}, expected at least {required}")
            }
            Self::MinimumSeenScore { required, actual: None } => {
                write!(formatter, "the score seen from trusted wallets is not known, expected at least {required}")
            }
        }
    }
}

/// A number that is not negative with two decimals, rounded down: what is shown of too little is never enough.
fn hundredths(number: f64) -> String {
    let nearest = format!("{number:.2}");
    let is_more = nearest.parse::<f64>().is_ok_and(|nearest| nearest > number);
    if is_more { format!("{:.2}", (number - 0.01).max(0.0)) } else { nearest }
}

/// A report held against a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Screening {
    /// The wallet.
    #[serde(serialize_with = "json::address")]
    pub wallet: Address,
    /// Whether to deal with it.
    pub decision: Decision,
    /// Each rule that it does not meet, in the order of the policy's documentation; empty where it is allowed.
    pub reasons: Vec<Reason>,
    /// The time of the report, Unix seconds.
    pub generated_at: u64,
    /// The point in the chain that the report is of.
    pub at: ChainPoint,
}

/// Holds a report, made with [`Policy::settings`], against a policy. `seen` is the wallet's score seen from
/// [`Policy::trusted`], and needed only where there are any.
///
/// What is not known does not meet a rule: a wallet without accepted trades has no completion rate, and a policy that asks
/// for one denies it.
pub fn screen(report: &ComplianceReport, seen: Option<&SeenScore>, Policy(rules): &Policy) -> Screening {
    let seen = seen.filter(|seen| seen.wallet == report.address).map(|seen| seen.seen);
    let mut reasons = Vec::new();
    if let (Some(required), actual) = (rules.minimum_score, report.score)
        && actual < required
    {
        reasons.push(Reason::MinimumScore { required, actual });
    }
    if let (Some(required), actual) = (rules.minimum_counterparties, report.counterparties)
        && actual < required
    {
        reasons.push(Reason::MinimumCounterparties { required, actual });
    }
    if let (Some(required), actual) = (rules.highest_risk, report.risk_level)
        && actual > required
    {
        reasons.push(Reason::HighestRisk { required, actual });
    }
    if let (Some(required), actual) = (rules.required_level, report.level)
        && actual < required
    {
        reasons.push(Reason::RequiredLevel { required, actual });
    }
    if let (Some(required), actual) = (rules.minimum_completion_rate, report.completion_rate)
        && !actual.is_some_and(|actual| actual >= required)
    {
        reasons.push(Reason::MinimumCompletionRate { required, actual });
    }
    for flag in report.flags.iter().filter(|flag| rules.deny_flags.contains(&flag.kind)) {
        reasons.push(Reason::DenyFlags { required: flag.kind, actual: flag.message.clone() });
    }
    if let Some(ViewpointRule { minimum_seen_score: required, .. }) = rules.viewpoint
        && !seen.is_some_and(|actual| actual >= required)
    {
        reasons.push(Reason::MinimumSeenScore { required, actual: seen });
    }
    Screening {
        wallet: report.address,
        decision: if reasons.is_empty() { Decision::Allow } else { Decision::Deny },
        reasons,
        generated_at: report.generated_at,
        at: report.at,
    }
}
