//! Putting the contracts on a chain.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use barter_bindings::{Creation, DETERMINISTIC_DEPLOYER, RELEASE_SALT};
use barter_protocol::bond::Parameters as BondParameters;
use serde::Serialize;
use serde_json::json;

use crate::{
    Deployment, Error, Network, Receipt,
    node::Node,
    refusal,
    send::{Call, Sender},
};

/// What to deploy. The same plan gives the same addresses on every chain. The default is the release's: those of
/// `make deploy-local`, with no arbiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployPlan {
    /// Any 32 bytes; another salt gives other addresses.
    pub salt: B256,
    /// Who may rule on disputes, for good. The zero address: nobody, or the auditors where there are some.
    pub arbiter: Address,
    /// Auditors, whose quorum then is the arbiter.
    pub auditors: Option<AuditorPlan>,
}

/// The auditors who rule on disputes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditorPlan {
    /// Their wallets, in ascending order; at least two.
    pub auditors: Vec<Address>,
    /// How many of them make a ruling.
    pub threshold: u32,
    /// How many of them overturn one: more. So many that rule wrongly together can be stopped only if the others are enough for it: no
    /// more than there are beside them.
    pub overturn_threshold: u32,
    /// Seconds between a ruling and its effect.
    pub overturn_window: u64,
    /// Bonds whose disputes they rule on: what is fixed, but for the quorum, which is this one. The zero address for a token:
    /// `TestDollar`, money of no worth for test networks, which is deployed too.
    pub bond: Option<BondParameters>,
}

impl Default for DeployPlan {
    fn default() -> Self {
        Self { salt: RELEASE_SALT, arbiter: Address::ZERO, auditors: None }
    }
}

impl AuditorPlan {
    /// Auditors with the protocol's window of two days to overturn a ruling, and no bond. Sorts them.
    pub fn new(mut auditors: Vec<Address>, threshold: u32, overturn_threshold: u32) -> Self {
        auditors.sort_unstable();
        Self { auditors, threshold, overturn_threshold, overturn_window: BondParameters::OVERTURN_WINDOW, bond: None }
    }

    /// With bonds in `TestDollar`, by the protocol's numbers for test networks.
    #[must_use]
    pub fn with_test_bond(self) -> Self {
        let minimum_bond = BondParameters::MINIMUM_BOND_ON_TEST_NETWORKS;
        Self { bond: Some(BondParameters::new(Address::ZERO, Address::ZERO, minimum_bond)), ..self }
    }
}

impl DeployPlan {
    /// Where the contracts will be, on any chain. The block is 0, as it is not known.
    pub fn predict_addresses(&self) -> Deployment {
        let quorum = self.quorum().map(|creation| creation.address());
        let addresses = self.core().addresses();
        Deployment {
            barter_core: addresses.core,
            btr_trust: addresses.trust,
            btr_credit: addresses.credit,
            auditor_quorum: quorum,
            barter_bond: self.bond().map(|creation| creation.address()),
            bond_token: self.token(),
            block: 0,
        }
    }

    fn quorum(&self) -> Option<Creation> {
        let plan = self.auditors.as_ref()?;
        let (threshold, overturn) = (U256::from(plan.threshold), U256::from(plan.overturn_threshold));
        Some(Creation::quorum(plan.auditors.clone(), threshold, overturn, U256::from(plan.overturn_window), self.salt))
    }

    fn core(&self) -> barter_bindings::Deployment {
        let arbiter = self.quorum().map_or(self.arbiter, |creation| creation.address());
        barter_bindings::Deployment::new(arbiter, self.salt)
    }

    fn bond_parameters(&self) -> Option<&BondParameters> {
        self.auditors.as_ref()?.bond.as_ref()
    }

    /// The test networks' token, where the bond is to be in it.
    fn test_dollar(&self) -> Option<Creation> {
        self.bond_parameters()?.token.is_zero().then(|| Creation::test_dollar(self.salt))
    }

    fn token(&self) -> Option<Address> {
        let named = self.bond_parameters()?.token;
        Some(self.test_dollar().map_or(named, |creation| creation.address()))
    }

    fn bond(&self) -> Option<Creation> {
        let (token, quorum) = (self.token()?, self.quorum()?.address());
        let parameters = BondParameters { token, quorum, ..*self.bond_parameters()? };
        Some(Creation::bond(&parameters, self.salt))
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
    /// The transactions, in their order; none for what was there before.
    pub receipts: Vec<Receipt>,
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

    /// Deploys what the plan names and is not there yet, a transaction each, through the deterministic deployer: the auditors'
    /// quorum, BarterCore with its two tokens, the test networks' token, the bond.
    ///
    /// # Errors
    /// [`Error::InvalidPlan`] if it names both auditors and another arbiter, [`Error::WrongChain`], [`Error::NoDeployer`] if
    /// the chain lacks the deterministic deployer, [`Error::BondRefused`] if a contract refuses the numbers it shall be made with,
    /// [`Error::NoContract`] if the bond's token is none or a transaction went through and left nothing, and those of
    /// sending, as for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: the addresses depend on the code, so nothing else can be there, and it cannot be deployed twice.
    pub async fn deploy(&self, plan: DeployPlan) -> Result<Deployed, Error> {
        let predicted = plan.predict_addresses();
        if let Some(quorum) = predicted.auditor_quorum
            && !plan.arbiter.is_zero()
            && plan.arbiter != quorum
        {
            let reason = format!("its arbiter is {}, expected its auditors' quorum {quorum}", plan.arbiter);
            return Err(Error::InvalidPlan { reason });
        }
        self.node.require_chain().await?;
        let mut receipts = Vec::new();
        if let Some(quorum) = plan.quorum() {
            receipts.extend(self.create(&quorum).await?);
        }
        let core = plan.core();
        let created = self.create_core(&core, &predicted).await?;
        let mut block = match &created {
            Some(receipt) => receipt.block_number,
            None => self.block_of(predicted.barter_core).await?,
        };
        receipts.extend(created);
        if let (Some(bond), Some(token)) = (plan.bond(), predicted.bond_token) {
            if let Some(test_dollar) = plan.test_dollar() {
                receipts.extend(self.create(&test_dollar).await?);
            } else if !self.has_code(token, json!("latest")).await? {
                return Err(Error::NoContract { address: token, chain_id: self.network.chain_id() });
            }
            match self.create(&bond).await? {
                Some(receipt) => receipts.push(receipt),
                // Perhaps there before BarterCore was: the history starts with the first.
                None => block = block.min(self.block_of(bond.address()).await?),
            }
        }
        Ok(Deployed { deployment: Deployment { block, ..predicted }, receipts })
    }

    /// Creates BarterCore and what it creates itself, unless it is there.
    async fn create_core(
        &self,
        core: &barter_bindings::Deployment,
        predicted: &Deployment,
    ) -> Result<Option<Receipt>, Error> {
        let contracts = [predicted.barter_core, predicted.btr_trust, predicted.btr_credit];
        self.create_at(core.init_code(), core.calldata(), &contracts).await
    }

    /// Creates a contract, unless it is there.
    async fn create(&self, creation: &Creation) -> Result<Option<Receipt>, Error> {
        self.create_at(creation.init_code(), creation.calldata(), &[creation.address()]).await
    }

    async fn create_at(&self, init_code: &Bytes, data: Bytes, contracts: &[Address]) -> Result<Option<Receipt>, Error> {
        if let Some(first) = contracts.first()
            && self.has_code(*first, json!("latest")).await?
        {
            return Ok(None);
        }
        if !self.has_code(DETERMINISTIC_DEPLOYER, json!("latest")).await? {
            let chain_id = self.network.chain_id();
            return Err(Error::NoDeployer { chain_id, deployer: DETERMINISTIC_DEPLOYER });
        }
        // The deterministic deployer does not pass on why a constructor refuses.
        let simulated = self.node.simulate_creation(init_code, self.wallet()).await;
        simulated.map_err(|error| refusal::explain(&self.node, "constructor", error))?;
        let receipt = self.sender.send(Call { name: "deploy", to: DETERMINISTIC_DEPLOYER, data }).await?;
        for address in contracts {
            if !self.has_code(*address, json!("latest")).await? {
                return Err(Error::NoContract { address: *address, chain_id: self.network.chain_id() });
            }
        }
        Ok(Some(receipt))
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
