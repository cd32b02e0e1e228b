//! What can be wrong with settings and policies.

/// What can be wrong with settings and policies. Findings have no errors: an unknown wallet has an empty report.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is outside its range.
    #[error("{name} is {value}, expected {minimum} to {maximum}")]
    SettingOutOfRange {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: u64,
        /// Smallest.
        minimum: u64,
        /// Largest.
        maximum: u64,
    },
    /// The text is no time of day.
    #[error("'{text}' is no time of day, expected HH:MM:SS from 00:00:00 to 23:59:59")]
    NoTimeOfDay {
        /// What was given, cut where it is long.
        text: String,
    },
    /// The text of a policy is not one.
    #[error("the policy's line {line}{}: {message}", key.as_ref().map(|key| format!(", {key}")).unwrap_or_default())]
    InvalidPolicy {
        /// The line, counted from 1.
        line: usize,
        /// The key, where there is one.
        key: Option<String>,
        /// What is wrong with it.
        message: String,
    },
    /// A policy without a rule would allow everybody.
    #[error("the policy has no rule and would allow everybody, expected at least one, such as minimum_score = 100")]
    EmptyPolicy,
}
