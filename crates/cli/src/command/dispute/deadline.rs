//! Until when a signature counts, as arguments.

use clap::Args;

use crate::clock::unix_now;

/// The deadline of a signature.
#[derive(Args)]
pub(super) struct DeadlineArguments {
    /// How many seconds from now the signature counts: a day, unless named
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    valid_for: u64,

    /// Last second at which it counts, in Unix time
    #[arg(long, value_name = "UNIX TIME", conflicts_with = "valid_for")]
    deadline: Option<u64>,
}

impl DeadlineArguments {
    /// Last second at which the signature counts, Unix time.
    pub(super) fn deadline(&self) -> u64 {
        self.deadline.unwrap_or_else(|| unix_now().saturating_add(self.valid_for))
    }
}
