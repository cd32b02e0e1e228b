//! Bonds behind providers' quality, disputes about them, and the auditors who rule.

mod amount;
mod dispute;
mod event;
mod history;
mod money;
mod record;
mod signed;

use alloy_primitives::{Address, B256, Bytes, Signature, U64, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{AuditorQuorum, BarterBond, IAuditorQuorum, TestDollar};
use barter_protocol::bond::{BondDomain, DisputeId, Overturn, QuorumDomain, Ruling};
use futures_util::future;
use serde_json::{Value, json};

use crate::{
    BarterClient, ChainPoint, Error, TradeIdInput, WalletInput,
    node::{Header, Node},
    number::to_u64,
    refusal,
};
pub use amount::{MAX_TOKEN_DECIMALS, TokenAmount};
pub use dispute::Filed;
pub use event::{BondEvent, BondEventKind};
pub use money::Funded;
pub use record::{Anchor, Bond, BondTerms, BondToken, ConfirmedBlock, Dispute, Quorum, TradeRuling};
pub use signed::{RulingKind, SignedComplaint, SignedRuling, SignedTradeRuling};

/// Most anchors of one keeper that [`BondClient::anchors`] reads: the latest.
pub const MAX_LISTED_ANCHORS: u64 = 1_000;

/// Bonds, disputes and auditors. From [`BarterClient::bond`].
///
/// Reads are as of the latest block, unless [`at`](Self::at) or [`at_number`](Self::at_number) name another.
#[derive(Clone, Debug)]
pub struct BondClient {
    client: BarterClient,
    at: At,
}

/// Which block is read.
#[derive(Clone, Copy, Debug)]
enum At {
    Latest,
    Number(u64),
    Point(ChainPoint),
}

/// A call of a view, to be read together with others.
struct View {
    contract: Address,
    data: Bytes,
}

impl View {
    fn new<C: SolCall>(contract: Address, call: &C) -> Self {
        Self { contract, data: call.abi_encode().into() }
    }
}

/// What views returned, in their order.
struct Outputs<'a> {
    node: &'a Node,
    outputs: std::vec::IntoIter<(Address, Bytes)>,
}

impl Outputs<'_> {
    fn next<C: SolCall>(&mut self) -> Result<C::Return, Error> {
        let (contract, output) =
            self.outputs.next().ok_or_else(|| self.node.invalid("eth_call", "an answer is missing"))?;
        self.node.returned::<C>(contract, &output)
    }

    /// A number that the contract keeps below 2^128, or whatever `N` is.
    fn number<C: SolCall<Return = U256>, N: TryFrom<U256>>(&mut self) -> Result<N, Error> {
        let value = self.next::<C>()?;
        let too_large =
            || self.node.invalid("eth_call", format!("{} returned {value}, which is too much", C::SIGNATURE));
        N::try_from(value).map_err(|_| too_large())
    }
}

impl BondClient {
    pub(crate) const fn new(client: BarterClient) -> Self {
        Self { client, at: At::Latest }
    }

    // ---------------------------------------------------------------------------------------- which block

    /// Reads as of this block and no other: should it no longer be part of the chain, reads end in [`Error::ChainChanged`].
    /// Nothing that is sent is touched by this.
    #[must_use]
    pub fn at(&self, point: ChainPoint) -> Self {
        Self { client: self.client.clone(), at: At::Point(point) }
    }

    /// Reads as of the block that has this number when it is read.
    #[must_use]
    pub fn at_number(&self, number: u64) -> Self {
        Self { client: self.client.clone(), at: At::Number(number) }
    }

    /// The latest block, and the one so many blocks behind it: what to give to [`at`](Self::at).
    ///
    /// # Errors
    /// [`Error::ChainChanged`] if the chain changed between the two, or has not so many blocks; [`Error::WrongChain`], and those
    /// of the node.
    pub async fn confirmed(&self, confirmations: u64) -> Result<ConfirmedBlock, Error> {
        let node = self.client.node();
        node.require_chain_once().await?;
        let head = node.head().await?;
        let number = head.number().saturating_sub(confirmations);
        let confirmed = if number == head.number() { Some(head.clone()) } else { node.header(number).await? };
        let confirmed = confirmed.ok_or(Error::ChainChanged { block_number: number })?;
        Ok(ConfirmedBlock { head: point(&head), confirmed: point(&confirmed) })
    }

    /// The block with this number, if the chain is that long.
    ///
    /// # Errors
    /// [`Error::WrongChain`], and those of the node.
    pub async fn block(&self, number: u64) -> Result<Option<ChainPoint>, Error> {
        self.client.node().require_chain_once().await?;
        Ok(self.client.node().header(number).await?.as_ref().map(point))
    }

    // ---------------------------------------------------------------------------------------- what is fixed

    /// What was fixed when the contract was deployed: token, limits, times. Read once a client.
    ///
    /// # Errors
    /// [`Error::NoBondContract`] if the deployment has none, [`Error::DeploymentDiffers`] if its token or its auditors are others
    /// than the contract's, [`Error::WrongChain`], [`Error::NoContract`], and those of the node.
    pub async fn terms(&self) -> Result<&BondTerms, Error> {
        self.client.bond_terms().get_or_try_init(|| self.read_terms()).await
    }

    /// The auditors, how many of them rule and overturn, and how long they can. Fixed at deployment.
    ///
    /// # Errors
    /// [`Error::NoAuditors`] if the deployment has none, [`Error::WrongChain`], [`Error::NoContract`], and those of the
    /// node.
    pub async fn quorum(&self) -> Result<Quorum, Error> {
        let contract = self.quorum_contract()?;
        let views = [
            View::new(contract, &AuditorQuorum::auditorsCall {}),
            View::new(contract, &AuditorQuorum::THRESHOLDCall {}),
            View::new(contract, &AuditorQuorum::OVERTURN_THRESHOLDCall {}),
            View::new(contract, &AuditorQuorum::OVERTURN_WINDOWCall {}),
        ];
        let mut outputs = self.views("auditors", &views).await?;
        Ok(Quorum {
            contract,
            auditors: outputs.next::<AuditorQuorum::auditorsCall>()?,
            threshold: outputs.number::<AuditorQuorum::THRESHOLDCall, _>()?,
            overturn_threshold: outputs.number::<AuditorQuorum::OVERTURN_THRESHOLDCall, _>()?,
            overturn_window: outputs.number::<AuditorQuorum::OVERTURN_WINDOWCall, _>()?,
        })
    }

    /// Reads an amount as text, by the token's decimals.
    ///
    /// # Errors
    /// [`Error::InvalidTokenAmount`], and as [`terms`](Self::terms).
    pub async fn amount(&self, text: &str) -> Result<TokenAmount, Error> {
        TokenAmount::parse(text, self.terms().await?.token.decimals)
    }

    // ---------------------------------------------------------------------------------------- reading

    /// A provider's bond; zeros if it never staked.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], [`Error::ChainChanged`] if the block named is no longer part of the chain, and as
    /// [`terms`](Self::terms).
    pub async fn of(&self, provider: impl WalletInput) -> Result<Bond, Error> {
        let mut bonds = self.of_all(&[provider.to_address()?]).await?;
        bonds.pop().ok_or_else(|| self.client.node().invalid("eth_call", "an answer is missing"))
    }

    /// Several providers' bonds, in their order, in as few requests as the node takes.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn of_all(&self, providers: &[Address]) -> Result<Vec<Bond>, Error> {
        let (contract, token) = (self.contract()?, &self.terms().await?.token);
        let views: Vec<View> = providers
            .iter()
            .flat_map(|provider| {
                [
                    View::new(contract, &BarterBond::getBondCall { provider: *provider }),
                    View::new(contract, &BarterBond::isListedCall { provider: *provider }),
                ]
            })
            .collect();
        let mut outputs = self.views("getBond", &views).await?;
        let mut bonds = Vec::with_capacity(providers.len());
        for provider in providers {
            let bond = outputs.next::<BarterBond::getBondCall>()?;
            let listed = outputs.next::<BarterBond::isListedCall>()?;
            bonds.push(Bond::read(token, *provider, &bond, listed));
        }
        Ok(bonds)
    }

    /// A dispute by its id. Its outcome is only in the event that filed it: see [`outcome_of`](Self::outcome_of).
    ///
    /// # Errors
    /// [`Error::DisputeNotFound`], and as [`of`](Self::of).
    pub async fn dispute(&self, dispute_id: DisputeId) -> Result<Dispute, Error> {
        let terms = self.terms().await?;
        let call = BarterBond::getDisputeCall { disputeId: dispute_id };
        let mut outputs = self.views("getDispute", &[View::new(terms.contract, &call)]).await?;
        Dispute::read(self.client.node(), terms, dispute_id, &outputs.next::<BarterBond::getDisputeCall>()?)
    }

    /// What a wallet can claim: what disputes made its own.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn claimable(&self, wallet: impl WalletInput) -> Result<TokenAmount, Error> {
        let call = BarterBond::claimableCall { owner: wallet.to_address()? };
        self.money(self.contract()?, "claimable", &call).await
    }

    /// The least deposit to file a dispute against a provider.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn required_deposit(&self, provider: impl WalletInput) -> Result<TokenAmount, Error> {
        let call = BarterBond::requiredDepositCall { provider: provider.to_address()? };
        self.money(self.contract()?, "requiredDeposit", &call).await
    }

    /// What a wallet holds of the token.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn balance(&self, wallet: impl WalletInput) -> Result<TokenAmount, Error> {
        let call = TestDollar::balanceOfCall { owner: wallet.to_address()? };
        self.money(self.terms().await?.token.address, "balanceOf", &call).await
    }

    /// The anchors of a log's keeper, oldest first; of more than [`MAX_LISTED_ANCHORS`] the latest.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn anchors(&self, oracle: impl WalletInput) -> Result<Vec<Anchor>, Error> {
        let (contract, oracle) = (self.contract()?, oracle.to_address()?);
        let count: u64 = self.number(contract, "anchorCount", &BarterBond::anchorCountCall { oracle }).await?;
        let indices = count.saturating_sub(MAX_LISTED_ANCHORS)..count;
        let views: Vec<View> = indices
            .clone()
            .map(|index| View::new(contract, &BarterBond::getAnchorCall { oracle, index: U256::from(index) }))
            .collect();
        let mut outputs = self.views("getAnchor", &views).await?;
        let mut anchors = Vec::with_capacity(views.len());
        for index in indices {
            anchors.push(self.read_anchor(index, &mut outputs)?);
        }
        Ok(anchors)
    }

    /// The latest anchor of a log's keeper, if there is one.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn last_anchor(&self, oracle: impl WalletInput) -> Result<Option<Anchor>, Error> {
        let (contract, oracle) = (self.contract()?, oracle.to_address()?);
        let count: u64 = self.number(contract, "anchorCount", &BarterBond::anchorCountCall { oracle }).await?;
        let Some(index) = count.checked_sub(1) else { return Ok(None) };
        let view = View::new(contract, &BarterBond::getAnchorCall { oracle, index: U256::from(index) });
        let mut outputs = self.views("getAnchor", &[view]).await?;
        self.read_anchor(index, &mut outputs).map(Some)
    }

    /// Asks the auditors' contract whether these signatures, each with its auditor, are enough for a ruling on a dispute about a bond,
    /// at the block that is read. Contracts' wallets are asked for theirs. What is not looked at: the dispute, the share, the deadline.
    ///
    /// # Errors
    /// [`Error::BondRefused`] with `TooFewAuditors`, `SignaturesNotAscending`, `NotAuditor` or `InvalidAuditorSignature` if they are not,
    /// and as [`of`](Self::of).
    pub async fn check_ruling_signatures(
        &self,
        kind: RulingKind,
        dispute_id: DisputeId,
        slash_ppm: u32,
        deadline: u64,
        signatures: &[(Address, Bytes)],
    ) -> Result<(), Error> {
        let (contract, domain) = (self.quorum_contract()?, self.bond_domain()?);
        let signatures = signatures.iter().cloned();
        let signatures =
            signatures.map(|(auditor, signature)| IAuditorQuorum::AuditorSignature { auditor, signature }).collect();
        let view = match kind {
            RulingKind::Ruling => {
                let digest = domain.digest(&Ruling::new(dispute_id, slash_ppm, deadline));
                View::new(contract, &AuditorQuorum::requireRulingCall { digest, signatures })
            }
            RulingKind::Overturn => {
                let digest = domain.digest(&Overturn::new(dispute_id, slash_ppm, deadline));
                View::new(contract, &AuditorQuorum::requireOverturnCall { digest, signatures })
            }
        };
        // It returns nothing, and so would an address without a contract: that has to be asked.
        let thresholds = View::new(contract, &AuditorQuorum::THRESHOLDCall {});
        let mut outputs = self.views("requireRuling", &[thresholds, view]).await?;
        outputs.next::<AuditorQuorum::THRESHOLDCall>().map(drop)
    }

    /// The auditors' ruling on a trade; one with the status `none` if there is none.
    ///
    /// # Errors
    /// [`Error::InvalidTradeId`], [`Error::NoAuditors`], and as [`of`](Self::of).
    pub async fn trade_ruling(&self, trade_id: impl TradeIdInput) -> Result<TradeRuling, Error> {
        let (contract, trade_id) = (self.quorum_contract()?, trade_id.to_trade_id()?);
        let call = AuditorQuorum::tradeRulingCall { core: self.core(), tradeId: trade_id };
        let mut outputs = self.views("tradeRuling", &[View::new(contract, &call)]).await?;
        TradeRuling::read(self.client.node(), trade_id, &outputs.next::<AuditorQuorum::tradeRulingCall>()?)
    }

    // ---------------------------------------------------------------------------------------- helpers

    /// The bond contract.
    fn contract(&self) -> Result<Address, Error> {
        let chain_id = self.client.network().chain_id();
        self.client.deployment().barter_bond.ok_or(Error::NoBondContract { chain_id })
    }

    fn quorum_contract(&self) -> Result<Address, Error> {
        let chain_id = self.client.network().chain_id();
        self.client.deployment().auditor_quorum.ok_or(Error::NoAuditors { chain_id })
    }

    fn core(&self) -> Address {
        self.client.deployment().barter_core
    }

    fn bond_domain(&self) -> Result<BondDomain, Error> {
        Ok(BondDomain::new(self.client.network().chain_id(), self.contract()?))
    }

    fn quorum_domain(&self) -> Result<QuorumDomain, Error> {
        Ok(QuorumDomain::new(self.client.network().chain_id(), self.quorum_contract()?))
    }

    async fn number<C: SolCall<Return = U256>, N: TryFrom<U256>>(
        &self,
        contract: Address,
        name: &'static str,
        call: &C,
    ) -> Result<N, Error> {
        self.views(name, &[View::new(contract, call)]).await?.number::<C, N>()
    }

    async fn money<C: SolCall<Return = U256>>(
        &self,
        contract: Address,
        name: &'static str,
        call: &C,
    ) -> Result<TokenAmount, Error> {
        let decimals = self.terms().await?.token.decimals;
        Ok(TokenAmount::from_units(self.number(contract, name, call).await?, decimals))
    }

    /// Calls views at the block that is read, together.
    async fn views(&self, name: &'static str, views: &[View]) -> Result<Outputs<'_>, Error> {
        let node = self.client.node();
        node.require_chain_once().await?;
        let outputs = match self.at {
            At::Latest => self.outputs(views, &json!("latest")).await,
            At::Number(number) => self.outputs(views, &json!(U64::from(number))).await,
            At::Point(point) => self.outputs_at(views, point).await,
        };
        let outputs = outputs.map_err(|error| refusal::explain(node, name, error))?;
        let contracts = views.iter().map(|view| view.contract);
        let outputs: Vec<_> = contracts.zip(outputs).collect();
        Ok(Outputs { node, outputs: outputs.into_iter() })
    }

    async fn outputs(&self, views: &[View], block: &Value) -> Result<Vec<Bytes>, Error> {
        let calls: Vec<_> = views.iter().map(|view| (view.contract, view.data.clone())).collect();
        self.client.node().outputs_at(&calls, block).await
    }

    /// Calls views at exactly this block.
    async fn outputs_at(&self, views: &[View], point: ChainPoint) -> Result<Vec<Bytes>, Error> {
        let node = self.client.node();
        let by_hash = json!({ "blockHash": point.block_hash, "requireCanonical": true });
        let mut outputs = self.outputs(views, &by_hash).await;
        let mut is_by_hash = true;
        if let Err(Error::NodeRefused { revert_data: None, .. }) = outputs {
            // EIP-1898 is optional in practice.
            outputs = self.outputs(views, &json!(U64::from(point.block_number))).await;
            is_by_hash = false;
        }
        // By its number a block may be another one; by its hash it can be gone.
        if outputs.is_err() || !is_by_hash {
            let header = node.header(point.block_number).await?;
            if header.is_none_or(|header| header.hash != point.block_hash) {
                return Err(Error::ChainChanged { block_number: point.block_number });
            }
        }
        outputs
    }

    /// Reads what is fixed, which is the same at every block.
    async fn read_terms(&self) -> Result<BondTerms, Error> {
        let latest = Self { client: self.client.clone(), at: At::Latest };
        let contract = self.contract()?;
        let views = [
            View::new(contract, &BarterBond::TOKENCall {}),
            View::new(contract, &BarterBond::QUORUMCall {}),
            View::new(contract, &BarterBond::MINIMUM_BONDCall {}),
            View::new(contract, &BarterBond::MINIMUM_DEPOSITCall {}),
            View::new(contract, &BarterBond::DEPOSIT_PPMCall {}),
            View::new(contract, &BarterBond::MAX_SLASH_PPMCall {}),
            View::new(contract, &BarterBond::UNBONDING_DELAYCall {}),
            View::new(contract, &BarterBond::RULING_PERIODCall {}),
            View::new(contract, &BarterBond::OVERTURN_WINDOWCall {}),
        ];
        let mut outputs = latest.views("TOKEN", &views).await?;
        let token = outputs.next::<BarterBond::TOKENCall>()?;
        let quorum = outputs.next::<BarterBond::QUORUMCall>()?;
        let deployment = self.client.deployment();
        for (what, named, actual) in
            [("token", deployment.bond_token, token), ("auditors' quorum", deployment.auditor_quorum, quorum)]
        {
            if named.is_some_and(|named| named != actual) {
                return Err(Error::DeploymentDiffers { what, named: named.unwrap_or_default(), actual });
            }
        }
        let token = latest.read_token(token).await?;
        Ok(BondTerms {
            contract,
            minimum_bond: token.units(outputs.number::<BarterBond::MINIMUM_BONDCall, _>()?),
            minimum_deposit: token.units(outputs.number::<BarterBond::MINIMUM_DEPOSITCall, _>()?),
            token,
            quorum,
            deposit_ppm: outputs.number::<BarterBond::DEPOSIT_PPMCall, _>()?,
            max_slash_ppm: outputs.number::<BarterBond::MAX_SLASH_PPMCall, _>()?,
            unbonding_delay: outputs.number::<BarterBond::UNBONDING_DELAYCall, _>()?,
            ruling_period: outputs.number::<BarterBond::RULING_PERIODCall, _>()?,
            overturn_window: outputs.number::<BarterBond::OVERTURN_WINDOWCall, _>()?,
        })
    }

    fn read_anchor(&self, index: u64, outputs: &mut Outputs<'_>) -> Result<Anchor, Error> {
        let anchor = outputs.next::<BarterBond::getAnchorCall>()?;
        let anchored_at = to_u64(self.client.node(), "anchoredAt", U256::from(anchor.anchoredAt))?;
        Ok(Anchor { index, root: anchor.root, size: anchor.size, anchored_at })
    }

    async fn read_token(&self, address: Address) -> Result<BondToken, Error> {
        let node = self.client.node();
        let (decimals, symbol) = future::join(
            node.view(address, &TestDollar::decimalsCall {}),
            node.view(address, &TestDollar::symbolCall {}),
        )
        .await;
        let decimals = decimals?;
        if decimals > MAX_TOKEN_DECIMALS {
            return Err(node.invalid("eth_call", format!("the token {address} has {decimals} decimals")));
        }
        // Optional in ERC-20, and some have it in another form.
        let symbol = match symbol {
            Ok(symbol) => Some(symbol),
            Err(Error::NodeRefused { .. } | Error::InvalidResponse { .. } | Error::NoContract { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(BondToken { address, symbol, decimals })
    }
}

fn point(header: &Header) -> ChainPoint {
    ChainPoint { block_number: header.number(), block_hash: header.hash, block_timestamp: header.timestamp.to() }
}

/// Who made a signature, if it is an EOA's: of 65 bytes, or of 64 (EIP-2098).
fn recover(digest: B256, signature: &Bytes) -> Option<Address> {
    let signature = match <&[u8; 64]>::try_from(signature.as_ref()) {
        Ok(compact) => Signature::from_erc2098(compact),
        Err(_) => Signature::try_from(signature.as_ref()).ok()?,
    };
    signature.recover_address_from_prehash(&digest).ok()
}
