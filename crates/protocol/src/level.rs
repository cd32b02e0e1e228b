//! A score in one letter.

use std::fmt;

/// Lowest score of level A.
pub const LEVEL_A_SCORE: u64 = 700;
/// Lowest score of level B.
pub const LEVEL_B_SCORE: u64 = 400;

/// A score in one letter, for people. No rule depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Below [`LEVEL_B_SCORE`].
    C,
    /// From [`LEVEL_B_SCORE`].
    B,
    /// From [`LEVEL_A_SCORE`].
    A,
}

impl Level {
    /// The level of a score.
    pub const fn of(score: u64) -> Self {
        if score >= LEVEL_A_SCORE {
            Self::A
        } else if score >= LEVEL_B_SCORE {
            Self::B
        } else {
            Self::C
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        })
    }
}
