//! Putting the contracts on a chain.

use std::sync::Arc;

use alloy_primitives::{Address, B256, U64};
use barter_bindings::{DETERMINISTIC_DEPLOYER, RELEASE_SALT};
use serde::Serialize;
use serde_json::json;

use crate::{
    Deployment, Error, Network, Receipt,
    node::Node,
    send::{Call, Sender},
};

/// What to deploy. The same plan gives the same three addresses on every chain. The default is the release's: those of
/// `make deploy-local`, with no arbiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeployPlan {
    /// Any 32 bytes; another salt gives other addresses.
    pub salt: B256,
    /// Who may rule on disputes, for good. The zero address: nobody.
    pub arbiter: Address,
}

impl Default for DeployPlan {
    fn default() -> Self {
        Self { salt: RELEASE_SALT, arbiter: Address::ZERO }
    }
}

impl DeployPlan {
    /// Where the contracts will be, on any chain. The block is 0, as it is not known.
    pub fn predict_addresses(&self) -> Deployment {
        let addresses = barter_bindings::Deployment::new(self.arbiter, self.salt).addresses();
        Deployment { barter_core: addresses.core, btr_trust: addresses.trust, btr_credit: addresses.credit, block: 0 }
    }
}

/// Puts the contracts on a chain. From [`BarterClientBuilder::deployer`](crate::BarterClientBuilder::deployer).
#[derive(Debug)]
pub struct Deployer {
    network: Network,
    node: Arc<Node>,
    sender: Sender,
}

/// What [`Deployer::deploy`] did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deployed {
    /// Where the contracts are.
    pub deployment: Deployment,
    /// The transaction; `None` if they were there before.
    pub receipt: Option<Receipt>,
}

impl Deployer {
    pub(crate) const fn new(network: Network, node: Arc<Node>, sender: Sender) -> Self {
        Self { network, node, sender }
    }

    /// The network.
    pub const fn network(&self) -> Network {
        self.network
    }

    /// The wallet that pays.
    pub fn wallet(&self) -> Address {
        self.sender.wallet()
    }

    /// Deploys the three contracts in one transaction through the deterministic deployer, unless they are there.
    ///
    /// # Errors
    /// [`Error::WrongChain`], [`Error::NoDeployer`] if the chain lacks the deterministic deployer, [`Error::NoContract`] if
    /// the transaction went through and left nothing, and those of sending, as for
    /// [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: the address depends on the code, so nothing else can be there, and it cannot be deployed twice.
    pub async fn deploy(&self, plan: DeployPlan) -> Result<Deployed, Error> {
        self.node.require_chain().await?;
        let predicted = plan.predict_addresses();
        if self.has_code(predicted.barter_core, json!("latest")).await? {
            let block = self.block_of(predicted.barter_core).await?;
            return Ok(Deployed { deployment: Deployment { block, ..predicted }, receipt: None });
        }
        if !self.has_code(DETERMINISTIC_DEPLOYER, json!("latest")).await? {
            let chain_id = self.network.chain_id();
            return Err(Error::NoDeployer { chain_id, deployer: DETERMINISTIC_DEPLOYER });
        }
        let data = barter_bindings::Deployment::new(plan.arbiter, plan.salt).calldata();
        let receipt = self.sender.send(Call { name: "deploy", to: DETERMINISTIC_DEPLOYER, data }).await?;
        for address in [predicted.barter_core, predicted.btr_trust, predicted.btr_credit] {
            if !self.has_code(address, json!("latest")).await? {
                return Err(Error::NoContract { address, chain_id: self.network.chain_id() });
            }
        }
        let deployment = Deployment { block: receipt.block_number, ..predicted };
        Ok(Deployed { deployment, receipt: Some(receipt) })
    }

    async fn has_code(&self, address: Address, block: serde_json::Value) -> Result<bool, Error> {
        Ok(!self.node.code(address, block).await?.is_empty())
    }

    /// The block a contract appeared in, by halving: one request for every doubling of the chain. A node that has forgotten
    /// old states leaves it at 0, which is earlier and so right as well, if slower to scan from.
    async fn block_of(&self, contract: Address) -> Result<u64, Error> {
        let (mut without, mut with) = (0, self.node.head().await?.number());
        while without < with {
            let middle = without + (with - without) / 2;
            match self.has_code(contract, json!(U64::from(middle))).await {
                Ok(true) => with = middle,
                Ok(false) => without = middle + 1,
                Err(Error::NodeRefused { .. }) => return Ok(0),
                Err(error) => return Err(error),
            }
        }
        Ok(with)
    }
}
