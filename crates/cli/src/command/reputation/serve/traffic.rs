//! How much a service takes.

use std::net::IpAddr;

use barter_reputation::service::Limits;
use clap::Args;

/// How much is taken of whom.
#[derive(Args)]
#[command(next_help_heading = "Traffic")]
pub(super) struct Traffic {
    /// Batches of outcomes or events that a client may send in a minute
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().batches_a_minute)]
    batches_a_minute: u32,

    /// Disputes that a client may send in a minute
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().disputes_a_minute)]
    disputes_a_minute: u32,

    /// Pages of the log, of a provider's outcomes and of slashes that a client may ask for in a minute
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().pages_a_minute)]
    pages_a_minute: u32,

    /// Connections that are open at once
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = u32::try_from(barter_reputation::service::Settings::MAX_CONNECTIONS).unwrap_or(u32::MAX),
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    max_connections: u32,

    /// A proxy whose X-Forwarded-For is believed; may be repeated
    #[arg(long = "trusted-proxy", value_name = "ADDRESS")]
    trusted_proxies: Vec<IpAddr>,
}

impl Traffic {
    /// Puts these where the service looks.
    pub(super) fn set(self, settings: &mut barter_reputation::service::Settings) {
        settings.limits.batches_a_minute = self.batches_a_minute;
        settings.limits.disputes_a_minute = self.disputes_a_minute;
        settings.limits.pages_a_minute = self.pages_a_minute;
        settings.max_connections = usize::try_from(self.max_connections).unwrap_or(usize::MAX);
        settings.trusted_proxies = self.trusted_proxies;
    }
}
