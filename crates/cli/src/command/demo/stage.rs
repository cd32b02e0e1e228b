//! The demo's two clients, each with its own key, on its own chain.

use std::time::Duration;

use alloy_primitives::Address;
use barter_sdk::{BarterClient, Deployment, Environment};

use crate::{
    chain::{CHAIN_ID, Handle},
    command::devnet::deploy,
    error::Error,
};

/// Between two looks for a receipt: anvil mines at once.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Two wallets on a chain with the contracts.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) deployment: Deployment,
    pub(super) payer: BarterClient,
    pub(super) payee: BarterClient,
    pub(super) payer_wallet: Address,
    pub(super) payee_wallet: Address,
}

impl Stage {
    /// Deploys the contracts, and gives payer and payee a client each.
    pub(super) async fn set(chain: &Handle) -> Result<Self, Error> {
        let deployment = deploy(chain).await?;
        let (payer, payee) = (chain.account(0)?, chain.account(1)?);
        let client = |key: &str| {
            // Nothing of the user's environment: neither a node nor a key.
            let builder = BarterClient::builder().environment(Environment::empty()).chain_id(CHAIN_ID);
            let builder = builder.rpc_url(&chain.rpc_url).deployment(deployment).poll_interval(POLL_INTERVAL);
            builder.private_key(key).build().map_err(Error::from)
        };
        Ok(Self {
            deployment,
            payer: client(&payer.private_key)?,
            payee: client(&payee.private_key)?,
            payer_wallet: payer.address,
            payee_wallet: payee.address,
        })
    }
}
