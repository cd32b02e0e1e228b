//! Until when a signature counts, as arguments.

use barter_sdk::BarterClient;
use clap::Args;

use crate::clock::signing_now;

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
    pub(super) async fn deadline(&self, client: &BarterClient) -> u64 {
        match self.deadline {
            Some(deadline) => deadline,
            None => signing_now(client).await.saturating_add(self.valid_for),
        }
    }
}
