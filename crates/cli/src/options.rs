//! What every command takes: which network, which node, which key, and how to print.

use std::path::PathBuf;

use alloy_primitives::B256;
use clap::Args;

/// Options of every command.
#[derive(Args)]
pub(crate) struct Options {
    /// Network, by name or chain id: sepolia (the default), mainnet, local
    #[arg(long, global = true, value_name = "NAME|CHAIN ID", help_heading = "Global options")]
    pub(crate) network: Option<String>,

    /// Address of the node. Where it holds a key, set `ALCHEMY_RPC_URL` instead: arguments can be seen by others
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub(crate) rpc_url: Option<String>,

    /// Deployment file with the contracts' addresses, instead of the one `BARTER_DEPLOYMENT` names
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) deployment: Option<PathBuf>,

    /// File with settings, one NAME=value a line; the environment's come first [default: .env, if there is one]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) env_file: Option<PathBuf>,

    /// Encrypted key to sign with, instead of `DEPLOYER_PRIVATE_KEY`
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "BARTER_KEYSTORE",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub(crate) keystore: Option<PathBuf>,

    /// File with the keystore's password; else `BARTER_KEYSTORE_PASSWORD`, else it is asked for
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "BARTER_KEYSTORE_PASSWORD_FILE",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub(crate) password_file: Option<PathBuf>,

    /// Most to pay for a unit of gas, tip included, in gwei
    #[arg(
        long,
        global = true,
        value_name = "GWEI",
        default_value_t = 100,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000_000),
        help_heading = "Global options"
    )]
    pub(crate) max_fee_gwei: u64,

    /// Blocks, counting its own, until a transaction is taken for mined [default: 1; sales and purchases count on 3 at least, but for
    /// the local network]
    #[arg(
        long,
        global = true,
        value_name = "BLOCKS",
        value_parser = clap::value_parser!(u64).range(1..=10_000),
        help_heading = "Global options"
    )]
    pub(crate) confirmations: Option<u64>,

    /// Longest wait for a transaction to be mined, in seconds; a single request may take 30 of them
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        default_value_t = 600,
        value_parser = clap::value_parser!(u64).range(1..=86_400),
        help_heading = "Global options"
    )]
    pub(crate) timeout: u64,

    /// Print data (JSON) instead of text
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,

    /// Taken only to be refused with a reason.
    #[arg(long, global = true, hide = true, value_name = "KEY", num_args = 0..=1, default_missing_value = "")]
    pub(crate) private_key: Option<String>,
}

/// Reads an amount as an argument.
pub(crate) fn whole_sats(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number of satoshis, without separators".to_owned())
}

/// Reads 32 bytes as an argument.
pub(crate) fn hash(text: &str) -> Result<B256, String> {
    text.parse().map_err(|_| "expected 0x and 64 hexadecimal digits".to_owned())
}
