//! How scores are made: what a service is started with, and what somebody who verifies expects of it.

use barter_reputation::score::{self, Settings, parse_bond, parse_weights, parse_window};
use clap::Args;

use crate::{error::Error, reputation};

/// How scores are made. Each is also an environment variable.
#[derive(Args)]
#[command(next_help_heading = "Scores")]
pub(super) struct ScoreArguments {
    /// Least bond to be listed on a test network, in dollars [env: `AIMARKET_REPUTATION_MIN_BOND_USD`] [default: 100]
    #[arg(long, value_name = "DOLLARS", allow_hyphen_values = true)]
    min_bond_usd: Option<String>,

    /// Least bond to be listed on a main network, in dollars [env: `AIMARKET_REPUTATION_MAINNET_MIN_BOND_USD`] [default: 1000]
    #[arg(long, value_name = "DOLLARS", allow_hyphen_values = true)]
    mainnet_min_bond_usd: Option<String>,

    /// Days that outcomes count for [env: `AIMARKET_REPUTATION_WINDOW_DAYS`] [default: 30]
    #[arg(long, value_name = "DAYS", allow_hyphen_values = true)]
    window_days: Option<String>,

    /// What age, bond, success rate and volume are worth [env: `AIMARKET_REPUTATION_DEFAULT_WEIGHTS`] [default: 0.2,0.3,0.35,0.15]
    #[arg(long, value_name = "W,W,W,W", allow_hyphen_values = true)]
    weights: Option<String>,
}

impl ScoreArguments {
    /// The arguments, else the environment, else the defaults.
    pub(super) fn settings(&self, decimals: u8) -> Result<Settings, Error> {
        let read = || -> Result<Settings, score::Error> {
            let mut settings = Settings { decimals, ..Settings::default() }.with_environment(reputation::variable)?;
            if let Some(text) = &self.min_bond_usd {
                settings.min_bond_usd = parse_bond("--min-bond-usd", text)?;
            }
            if let Some(text) = &self.mainnet_min_bond_usd {
                settings.mainnet_min_bond_usd = parse_bond("--mainnet-min-bond-usd", text)?;
            }
            if let Some(text) = &self.window_days {
                settings.window_days = parse_window("--window-days", text)?;
            }
            if let Some(text) = &self.weights {
                settings.weights = parse_weights("--weights", text)?;
            }
            Ok(settings)
        };
        Ok(read().map_err(reputation::Error::from)?)
    }
}
