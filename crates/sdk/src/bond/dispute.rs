//! Disputes: complaining, filing, ruling, ending.

use alloy_primitives::{Address, B256, U256};
use barter_bindings::{AuditorQuorum, BarterBond, IAuditorQuorum, IBarterBond, IBondQuorum};
use barter_protocol::{
    BondError, TradeId, TradeStatus,
    bond::{Complaint, DisputeId, DisputeStatus, Overturn, Ruling, TradeOverturn, TradeRuling},
};
use serde::Serialize;
use serde_json::json;

use super::{
    BondClient, Funded, RulingKind, SignedComplaint, SignedRuling, SignedTradeRuling, TokenAmount, recover,
    signed::{AuditorSignature, collect},
};
use crate::{Error, Receipt, TradeIdInput, WalletInput};

/// What the deposit is above the least, as its part, unless it is named: whoever adds to the bond first raises the least.
const DEPOSIT_MARGIN_PART: u128 = 100;

/// A dispute just filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Filed {
    /// Its id.
    pub dispute_id: DisputeId,
    /// The deposit.
    pub deposit: TokenAmount,
    /// The transactions.
    #[serde(flatten)]
    pub funded: Funded,
}

impl BondClient {
    // ---------------------------------------------------------------------------------------- disputes about bonds

    /// Signs a complaint of this client's wallet, the consumer, about an outcome: its leaf in the oracle's log, and the SHA-256 of
    /// the signed dispute. `deadline` is the last second, Unix time, at which it can be filed. Makes no request.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidAddress`], [`Error::NoBondContract`], [`Error::BondRefused`] with
    /// `SelfDispute`, [`Error::Signing`].
    ///
    /// # Retry safety
    /// Safe to repeat, as nothing is sent. But whoever holds the signature chooses the moment to file it until the deadline, and a
    /// consumer disputes an outcome once: keep that near.
    pub async fn sign_complaint(
        &self,
        provider: impl WalletInput,
        outcome: B256,
        evidence: B256,
        deadline: u64,
    ) -> Result<SignedComplaint, Error> {
        let provider = provider.to_checked_address()?;
        let sender = self.client.sender()?;
        let consumer = sender.wallet();
        if provider == consumer {
            return Err(BondError::SelfDispute { wallet: consumer }.into());
        }
        let domain = self.bond_domain()?;
        let digest = domain.digest(&Complaint::new(provider, consumer, outcome, evidence, deadline));
        let signature = sender.sign_digest(digest).await?;
        let (chain_id, contract) = (domain.chain_id(), domain.bond());
        Ok(SignedComplaint { provider, consumer, outcome, evidence, deadline, chain_id, contract, signature })
    }

    /// Files a consumer's complaint, with a deposit out of this client's wallet: the one named, or else the least there is and a
    /// hundredth more, as the least rises with the bond. The deposit comes back unless the dispute is dismissed.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::SignedForOtherChain`], [`Error::SignedForOtherContract`]; before anything is signed
    /// [`Error::BondRefused`] with `SelfDispute`, `ComplaintExpired`, `InvalidComplaintSignature`, `AlreadyDisputed`, `NoBond` or
    /// `DepositTooSmall`, [`Error::InsufficientTokens`], and as [`terms`](Self::terms); and those of sending, as for
    /// [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: a consumer disputes an outcome once, and then it ends in `AlreadyDisputed`, before anything is signed.
    pub async fn file(&self, signed: &SignedComplaint, deposit: Option<TokenAmount>) -> Result<Filed, Error> {
        self.client.sender()?;
        self.require_signed_for_here(signed.chain_id, signed.contract)?;
        let required = self.check_complaint(signed).await?;
        let margin = required.units() / DEPOSIT_MARGIN_PART;
        let usual = TokenAmount::from_units(required.units().saturating_add(margin), required.decimals());
        let deposit = deposit.unwrap_or(usual);
        if deposit.units() < required.units() {
            let (arrived, required) = (deposit.units(), required.units());
            return Err(BondError::DepositTooSmall { arrived, required }.into());
        }
        let call = BarterBond::fileCall {
            complaint: IBarterBond::Complaint::from(&signed.complaint()),
            signature: signed.signature.clone(),
            deposit: deposit.word(),
        };
        let funded = self.fund(deposit, &call).await?;
        Ok(Filed { dispute_id: signed.dispute_id(), deposit, funded })
    }

    /// Signs a ruling on a dispute as this client's wallet, an auditor: `slash_ppm` parts per million of the bond at filing, 0 to
    /// dismiss. `deadline` is the last second, Unix time, at which the signature counts. The dispute is read, and nothing sent.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::DisputeNotFound`], [`Error::BondRefused`] with `SlashOutOfRange`, `NotAuditor` or
    /// `WrongDisputeStatus`, [`Error::Signing`], and as [`terms`](Self::terms).
    ///
    /// # Retry safety
    /// Safe to repeat, as nothing is sent. But nothing takes a signature back before its deadline, and the first ruling that enough
    /// auditors signed is the one that counts.
    pub async fn sign_ruling(
        &self,
        kind: RulingKind,
        dispute_id: DisputeId,
        slash_ppm: u32,
        deadline: u64,
    ) -> Result<SignedRuling, Error> {
        self.client.sender()?;
        let maximum = self.terms().await?.max_slash_ppm;
        if slash_ppm > maximum {
            return Err(BondError::SlashOutOfRange { slash_ppm: U256::from(slash_ppm), maximum }.into());
        }
        let auditor = self.require_auditor().await?;
        let actual = self.latest().dispute(dispute_id).await?.status;
        let required = match kind {
            RulingKind::Ruling => DisputeStatus::Filed,
            RulingKind::Overturn => DisputeStatus::Ruled,
        };
        // Who overturns may sign before the ruling is there, but not after the end.
        if actual.is_final() || (kind == RulingKind::Ruling && actual != required) {
            return Err(BondError::WrongDisputeStatus { dispute_id, actual, required }.into());
        }
        let domain = self.bond_domain()?;
        let digest = match kind {
            RulingKind::Ruling => domain.digest(&Ruling::new(dispute_id, slash_ppm, deadline)),
            RulingKind::Overturn => domain.digest(&Overturn::new(dispute_id, slash_ppm, deadline)),
        };
        let signature = self.client.sender()?.sign_digest(digest).await?;
        let (chain_id, contract) = (domain.chain_id(), domain.bond());
        Ok(SignedRuling { kind, dispute_id, slash_ppm, deadline, chain_id, contract, auditor, signature })
    }

    /// Brings auditors' signatures of a ruling, in any order; anybody can.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::NoSignatures`], [`Error::SignaturesDiffer`] if not all are of one ruling,
    /// [`Error::SignedForOtherChain`], [`Error::SignedForOtherContract`], [`Error::BondRefused`] with `WrongDisputeStatus`,
    /// `RulingPeriodOver`, `SlashOutOfRange`, `RulingExpired`, `TooFewAuditors`, `NotAuditor` or
    /// `InvalidAuditorSignature`; and those of sending, as for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once ruled on, it ends in `WrongDisputeStatus` with the status `ruled`, before anything is signed.
    pub async fn rule(&self, signed: &[SignedRuling]) -> Result<Receipt, Error> {
        self.client.sender()?;
        let chain_id = self.client.network().chain_id();
        let collected = collect(signed, RulingKind::Ruling, chain_id, self.contract()?)?;
        let call = BarterBond::ruleCall {
            disputeId: collected.of.dispute_id,
            slashPpm: U256::from(collected.of.slash_ppm),
            deadline: U256::from(collected.of.deadline),
            signatures: bond_signatures(collected.signatures),
        };
        self.client.send(self.contract()?, &call).await
    }

    /// Brings signatures of the larger quorum that replace a ruling, for good; anybody can.
    ///
    /// # Errors
    /// As [`rule`](Self::rule), with `OverturnWindowOver` in place of `RulingPeriodOver`.
    ///
    /// # Retry safety
    /// Safe to repeat: once overturned, it ends in `WrongDisputeStatus` with the status `overturned`, before anything is signed.
    pub async fn overturn(&self, signed: &[SignedRuling]) -> Result<Receipt, Error> {
        self.client.sender()?;
        let chain_id = self.client.network().chain_id();
        let collected = collect(signed, RulingKind::Overturn, chain_id, self.contract()?)?;
        let call = BarterBond::overturnCall {
            disputeId: collected.of.dispute_id,
            slashPpm: U256::from(collected.of.slash_ppm),
            deadline: U256::from(collected.of.deadline),
            signatures: bond_signatures(collected.signatures),
        };
        self.client.send(self.contract()?, &call).await
    }

    /// Ends a dispute: by its ruling once nobody can overturn it any more, or as void once nobody can rule any more. Anybody can.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::BondRefused`] with `WrongDisputeStatus`, `RulingPeriodOpen` or `OverturnWindowOpen`,
    /// [`Error::NoBondContract`], and those of sending, as for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once ended, it ends in `WrongDisputeStatus`, before anything is signed.
    pub async fn execute(&self, dispute_id: DisputeId) -> Result<Receipt, Error> {
        self.client.sender()?;
        self.client.send(self.contract()?, &BarterBond::executeCall { disputeId: dispute_id }).await
    }

    // ---------------------------------------------------------------------------------------- disputed trades

    /// Signs a ruling on a disputed trade as this client's wallet, an auditor: against the party at fault, or against nobody, which
    /// sends the trade back to accepted. The trade is read, and nothing sent.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidTradeId`], [`Error::TradeNotFound`], [`Error::NoAuditors`],
    /// [`Error::BondRefused`] with `NotAuditor`, `NotInDispute` or `NotPartyOfTrade`, [`Error::Signing`], and those of the
    /// node.
    ///
    /// # Retry safety
    /// As [`sign_ruling`](Self::sign_ruling).
    pub async fn sign_trade_ruling(
        &self,
        kind: RulingKind,
        trade_id: impl TradeIdInput,
        at_fault: Option<Address>,
        deadline: u64,
    ) -> Result<SignedTradeRuling, Error> {
        let trade_id = trade_id.to_trade_id()?;
        let auditor = self.require_auditor().await?;
        self.check_disputed(trade_id, at_fault).await?;
        let (core, domain) = (self.core(), self.quorum_domain()?);
        let fault = at_fault.unwrap_or_default();
        let digest = match kind {
            RulingKind::Ruling => domain.digest(&TradeRuling::new(core, trade_id, fault, deadline)),
            RulingKind::Overturn => domain.digest(&TradeOverturn::new(core, trade_id, fault, deadline)),
        };
        let signature = self.client.sender()?.sign_digest(digest).await?;
        let (chain_id, contract) = (domain.chain_id(), domain.quorum());
        Ok(SignedTradeRuling { kind, trade_id, core, at_fault, deadline, chain_id, contract, auditor, signature })
    }

    /// Brings auditors' signatures of a ruling on a disputed trade, in any order; anybody can.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::NoSignatures`], [`Error::SignaturesDiffer`], [`Error::SignedForOtherChain`],
    /// [`Error::SignedForOtherContract`], [`Error::NoAuditors`], [`Error::BondRefused`] with `WrongRulingStatus`, `NotInDispute`,
    /// `NotPartyOfTrade`, `RulingExpired`, `TooFewAuditors`, `NotAuditor` or `InvalidAuditorSignature`; and those of
    /// sending, as for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once ruled on, it ends in `WrongRulingStatus` with the status `ruled`, before anything is signed.
    pub async fn rule_trade(&self, signed: &[SignedTradeRuling]) -> Result<Receipt, Error> {
        let (of, signatures) = self.collect_of_trade(signed, RulingKind::Ruling)?;
        let call = AuditorQuorum::ruleTradeCall {
            core: of.core,
            tradeId: of.trade_id,
            atFault: of.at_fault.unwrap_or_default(),
            deadline: U256::from(of.deadline),
            signatures,
        };
        self.client.send(self.quorum_contract()?, &call).await
    }

    /// Brings signatures of the larger quorum that replace a ruling on a trade, for good; anybody can.
    ///
    /// # Errors
    /// As [`rule_trade`](Self::rule_trade); also `OverturnWindowOver`.
    ///
    /// # Retry safety
    /// Safe to repeat: once overturned, it ends in `WrongRulingStatus` with the status `overturned`, before anything is signed.
    pub async fn overturn_trade(&self, signed: &[SignedTradeRuling]) -> Result<Receipt, Error> {
        let (of, signatures) = self.collect_of_trade(signed, RulingKind::Overturn)?;
        let call = AuditorQuorum::overturnTradeCall {
            core: of.core,
            tradeId: of.trade_id,
            atFault: of.at_fault.unwrap_or_default(),
            deadline: U256::from(of.deadline),
            signatures,
        };
        self.client.send(self.quorum_contract()?, &call).await
    }

    /// Carries a ruling on a trade out, once nobody can overturn it any more; anybody can.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidTradeId`], [`Error::NoAuditors`], [`Error::BondRefused`] with `WrongRulingStatus` or
    /// `OverturnWindowOpen`; and those of sending, as for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once carried out, it ends in `WrongRulingStatus` with the status `executed`, before anything is signed.
    pub async fn execute_trade(&self, trade_id: impl TradeIdInput) -> Result<Receipt, Error> {
        let trade_id = trade_id.to_trade_id()?;
        self.client.sender()?;
        let call = AuditorQuorum::executeTradeCall { core: self.core(), tradeId: trade_id };
        self.client.send(self.quorum_contract()?, &call).await
    }

    // ---------------------------------------------------------------------------------------- helpers

    /// What can be seen to be wrong with a complaint before anybody pays for anything; the least deposit if nothing is.
    async fn check_complaint(&self, signed: &SignedComplaint) -> Result<TokenAmount, Error> {
        let (provider, consumer, deadline) = (signed.provider, signed.consumer, signed.deadline);
        if provider == consumer {
            return Err(BondError::SelfDispute { wallet: consumer }.into());
        }
        let node = self.client.node();
        let timestamp = node.head().await?.timestamp.to();
        if timestamp > deadline {
            return Err(BondError::ComplaintExpired { deadline, timestamp }.into());
        }
        let digest = self.bond_domain()?.digest(&signed.complaint());
        // A contract's wallet may take anything for a signature: it is asked when the call is simulated.
        if recover(digest, &signed.signature) != Some(consumer)
            && node.code(consumer, json!("latest")).await?.is_empty()
        {
            return Err(BondError::InvalidComplaintSignature { consumer, digest }.into());
        }
        let (latest, dispute_id) = (self.latest(), signed.dispute_id());
        match latest.dispute(dispute_id).await {
            Ok(_) => return Err(BondError::AlreadyDisputed { dispute_id }.into()),
            Err(Error::DisputeNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        let bond = latest.of(provider).await?;
        if bond.active.is_zero() && bond.unbonding.is_zero() {
            return Err(BondError::NoBond { provider }.into());
        }
        latest.required_deposit(provider).await
    }

    /// This client's wallet, if it is an auditor's.
    async fn require_auditor(&self) -> Result<Address, Error> {
        let signer = self.client.sender()?.wallet();
        if self.latest().quorum().await?.auditors.contains(&signer) {
            return Ok(signer);
        }
        Err(BondError::NotAuditor { signer }.into())
    }

    /// That a trade waits for a ruling or for its end, and who is at fault is a party of it.
    async fn check_disputed(&self, trade_id: TradeId, at_fault: Option<Address>) -> Result<(), Error> {
        let core = self.core();
        let trade = self.client.trade().get(trade_id).await?;
        if trade.status != TradeStatus::Disputed || trade.ruling != barter_protocol::Ruling::None {
            return Err(BondError::NotInDispute { core, trade_id }.into());
        }
        match at_fault {
            Some(wallet) if trade.counterparty_of(wallet).is_none() => {
                Err(BondError::NotPartyOfTrade { core, trade_id, wallet }.into())
            }
            _ => Ok(()),
        }
    }

    fn collect_of_trade<'a>(
        &self,
        signed: &'a [SignedTradeRuling],
        kind: RulingKind,
    ) -> Result<(&'a SignedTradeRuling, Vec<IAuditorQuorum::AuditorSignature>), Error> {
        self.client.sender()?;
        let chain_id = self.client.network().chain_id();
        let collected = collect(signed, kind, chain_id, self.quorum_contract()?)?;
        let (signed_contract, contract) = (collected.of.core, self.core());
        if signed_contract != contract {
            return Err(Error::SignedForOtherContract { signed_contract, contract });
        }
        let signatures = collected.signatures.into_iter();
        let signatures = signatures
            .map(|AuditorSignature { auditor, signature }| IAuditorQuorum::AuditorSignature { auditor, signature });
        Ok((collected.of, signatures.collect()))
    }

    fn require_signed_for_here(&self, signed_chain_id: u64, signed_contract: Address) -> Result<(), Error> {
        let (chain_id, contract) = (self.client.network().chain_id(), self.contract()?);
        if signed_chain_id != chain_id {
            return Err(Error::SignedForOtherChain { signed_chain_id, chain_id });
        }
        if signed_contract != contract {
            return Err(Error::SignedForOtherContract { signed_contract, contract });
        }
        Ok(())
    }
}

fn bond_signatures(signatures: Vec<AuditorSignature>) -> Vec<IBondQuorum::AuditorSignature> {
    let signatures = signatures.into_iter();
    signatures
        .map(|AuditorSignature { auditor, signature }| IBondQuorum::AuditorSignature { auditor, signature })
        .collect()
}
