//! What a contract said no with, as a type.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{Panic, Revert, SolError, SolInterface};
use barter_protocol::{
    BondError, Error, PaymentHash, TradeStatus,
    bond::{DisputeStatus, RulingStatus},
};

use crate::{
    AuditorQuorum::AuditorQuorumErrors, BTRCredit::BTRCreditErrors, BTRTrust::BTRTrustErrors,
    BarterBond::BarterBondErrors, BarterCore::BarterCoreErrors, TestDollar::TestDollarErrors,
};

mod transfer {
    alloy_sol_types::sol! {
        /// solady's `SafeTransferLib`, of a token that does not move. In no artifact, because it is assembly.
        #[allow(missing_docs, reason = "generated")]
        interface SafeTransfer {
            error TransferFromFailed();
            error TransferFailed();
        }
    }
}

use transfer::SafeTransfer::SafeTransferErrors;

/// Why one of Barter's contracts reverted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// A rule of the protocol refused: the same error [`barter_protocol`] gives for the same call.
    #[error(transparent)]
    Refused(#[from] Error),
    /// A rule of the bond or of the auditors refused: the same error [`barter_protocol::bond`] gives for the same call.
    #[error(transparent)]
    BondRefused(#[from] BondError),
    /// A token called the bond contract while that was moving it.
    #[error("the bond's token calls back while it is moved, which is refused")]
    Reentrancy,
    /// The test networks' token makes no more than so much at once.
    #[error("{amount} base units of TestDollar were asked for, expected at most {maximum} at once")]
    TooMuch {
        /// What was asked for, in base units.
        amount: U256,
        /// Most, in base units.
        maximum: U256,
    },
    /// Only `BarterCore` may record trades and mint credit.
    #[error("{caller} called what only BarterCore at {core} may call")]
    NotCore {
        /// Who called.
        caller: Address,
        /// Who may.
        core: Address,
    },
    /// The wallet of this token has no settled trade, so the token does not exist.
    #[error("BTR-Trust token {token_id} does not exist; a wallet's token comes with its first settled trade")]
    TokenNotFound {
        /// The token: the wallet's address as a number.
        token_id: U256,
    },
    /// BTR-Trust tokens neither move nor take approvals.
    #[error("a BTR-Trust token is bound to its wallet: no transfers, no approvals")]
    Soulbound,
    /// The zero address has no tokens.
    #[error("the zero address has no BTR-Trust token; give a wallet's address")]
    ZeroAddress,
    /// The permit's deadline has passed.
    #[error("the permit counted until Unix time {deadline}; sign a new one")]
    PermitExpired {
        /// Last second at which it counted, Unix time.
        deadline: U256,
    },
    /// The permit is not its owner's.
    #[error("the permit is not signed by {owner} for its next nonce")]
    InvalidPermit {
        /// Who must have signed.
        owner: Address,
    },
    /// No such function. A call that brings ether reverts without data, which is [`NoReason`](Self::NoReason).
    #[error("BarterCore has no such function; is the address right?")]
    UnknownCall,
    /// The gas ran out while a trade's record was being stored.
    #[error("the gas ran out while the trade was being stored; send it with more gas")]
    RecordNotStored,
    /// A reason in words, which none of Barter's contracts gives.
    #[error("the contract reverted: {reason}")]
    Reason {
        /// The reason.
        reason: String,
    },
    /// Solidity's own checks: a broken promise of the code.
    #[error("the contract panicked with code {code}")]
    Panicked {
        /// Solidity's panic code.
        code: U256,
    },
    /// Reverted without saying why: out of gas, a call that is no function, or no Barter contract at that address.
    #[error("the call reverted without a reason: too little gas, or not a Barter contract at that address")]
    NoReason,
    /// An error none of Barter's contracts has, or one with values no wallet of ours would send.
    #[error("the call reverted with {data}, which is no error of Barter's contracts")]
    Unknown {
        /// What it reverted with.
        data: Bytes,
    },
}

impl ContractError {
    /// Reads the data a call to any of Barter's contracts reverted with. Every data is some `ContractError`.
    ///
    /// ```
    /// use barter_bindings::{BarterCore, ContractError};
    /// use alloy_primitives::B256;
    /// use alloy_sol_types::SolError;
    ///
    /// let trade_id = B256::repeat_byte(7);
    /// let data = BarterCore::TradeNotFound { tradeId: trade_id }.abi_encode();
    /// let error = ContractError::decode(&data);
    /// assert_eq!(error, ContractError::Refused(barter_protocol::Error::TradeNotFound { trade_id }));
    /// ```
    pub fn decode(data: &[u8]) -> Self {
        if data.is_empty() {
            return Self::NoReason;
        }
        from_core(data)
            .or_else(|| from_trust(data))
            .or_else(|| from_credit(data))
            .or_else(|| from_bond(data))
            .or_else(|| from_quorum(data))
            .or_else(|| from_token(data))
            .or_else(|| from_solidity(data))
            .unwrap_or_else(|| Self::Unknown { data: Bytes::copy_from_slice(data) })
    }
}

/// Solidity's own two errors.
fn from_solidity(data: &[u8]) -> Option<ContractError> {
    if let Ok(revert) = Revert::abi_decode(data) {
        return Some(ContractError::Reason { reason: revert.reason });
    }
    Panic::abi_decode(data).ok().map(|panic| ContractError::Panicked { code: panic.code })
}

fn from_core(data: &[u8]) -> Option<ContractError> {
    use BarterCoreErrors as E;
    Some(ContractError::Refused(match E::abi_decode(data).ok()? {
        E::RecordNotStored(_) => return Some(ContractError::RecordNotStored),
        E::UnknownCall(_) => return Some(ContractError::UnknownCall),
        E::ZeroCounterparty(_) => Error::ZeroCounterparty,
        E::SelfTrade(e) => Error::SelfTrade { wallet: e.wallet },
        E::AmountOutOfRange(e) => Error::AmountOutOfRange {
            amount_sats: narrow(e.amountSats)?,
            minimum: narrow(e.minimum)?,
            maximum: narrow(e.maximum)?,
        },
        E::CategoryTooLong(e) => Error::CategoryTooLong { length: narrow(e.length)?, maximum: narrow(e.maximum)? },
        E::DescriptionTooLong(e) => {
            Error::DescriptionTooLong { length: narrow(e.length)?, maximum: narrow(e.maximum)? }
        }
        E::PaymentHashReused(e) => Error::PaymentHashReused {
            party_a: e.partyA,
            party_b: e.partyB,
            payment_hash: PaymentHash::from(e.paymentHash),
        },
        E::TradeNotFound(e) => Error::TradeNotFound { trade_id: e.tradeId },
        E::WrongStatus(e) => {
            Error::WrongStatus { trade_id: e.tradeId, actual: status(e.actual)?, required: status(e.required)? }
        }
        E::TradeExpired(e) => Error::TradeExpired { trade_id: e.tradeId, expires_at: narrow(e.expiresAt)? },
        E::NotCounterparty(e) => {
            Error::NotCounterparty { trade_id: e.tradeId, caller: e.caller, counterparty: e.counterparty }
        }
        E::NotPayer(e) => Error::NotPayer { trade_id: e.tradeId, caller: e.caller, payer: e.payer },
        E::NotParty(e) => Error::NotParty { trade_id: e.tradeId, wallet: e.wallet },
        E::PreimageMismatch(e) => Error::PreimageMismatch {
            trade_id: e.tradeId,
            expected: PaymentHash::from(e.expected),
            actual: PaymentHash::from(e.actual),
        },
        E::DisputeAlreadyDismissed(e) => Error::DisputeAlreadyDismissed { trade_id: e.tradeId },
        E::DisputeAlreadyUpheld(e) => Error::DisputeAlreadyUpheld { trade_id: e.tradeId },
        E::NotArbiter(e) => Error::NotArbiter { caller: e.caller, arbiter: e.arbiter },
        E::SignatureExpired(e) => {
            Error::SignatureExpired { deadline: narrow(e.deadline)?, timestamp: narrow(e.timestamp)? }
        }
        E::InvalidSignature(e) => Error::InvalidSignature { signer: e.signer, digest: e.digest },
        E::SignatureIsCancelled(e) => Error::SignatureIsCancelled { signer: e.signer, digest: e.digest },
        E::BatchSize(e) => Error::BatchSize { length: narrow(e.length)?, maximum: narrow(e.maximum)? },
        E::PageSize(e) => Error::PageSize { limit: narrow(e.limit)?, maximum: narrow(e.maximum)? },
    }))
}

fn from_trust(data: &[u8]) -> Option<ContractError> {
    use BTRTrustErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::NotCore(e) => ContractError::NotCore { caller: e.caller, core: e.core },
        E::TokenNotFound(e) => ContractError::TokenNotFound { token_id: e.tokenId },
        E::Soulbound(_) => ContractError::Soulbound,
        E::ZeroAddress(_) => ContractError::ZeroAddress,
    })
}

fn from_credit(data: &[u8]) -> Option<ContractError> {
    use BTRCreditErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::NotCore(e) => ContractError::NotCore { caller: e.caller, core: e.core },
        E::PermitExpired(e) => ContractError::PermitExpired { deadline: e.deadline },
        E::InvalidPermit(e) => ContractError::InvalidPermit { owner: e.owner },
        E::ERC20InsufficientBalance(e) => {
            ContractError::Refused(Error::InsufficientCredit { wallet: e.sender, balance: e.balance, needed: e.needed })
        }
        E::ERC20InsufficientAllowance(e) => ContractError::Refused(Error::InsufficientAllowance {
            spender: e.spender,
            allowance: e.allowance,
            needed: e.needed,
        }),
        E::ERC20InvalidReceiver(e) => ContractError::Refused(Error::InvalidCreditReceiver { receiver: e.receiver }),
        E::ERC20InvalidSpender(e) => ContractError::Refused(Error::InvalidCreditSpender { spender: e.spender }),
        E::ERC20InvalidSender(e) => ContractError::Refused(Error::InvalidCreditSender { sender: e.sender }),
        // In the standard's interface, and never used by BTRCredit.
        E::ERC20InvalidApprover(_) => return None,
    })
}

fn from_bond(data: &[u8]) -> Option<ContractError> {
    use BarterBondErrors as E;
    Some(ContractError::BondRefused(match E::abi_decode(data).ok()? {
        E::Reentrancy(_) => return Some(ContractError::Reentrancy),
        E::InvalidParameter(e) => BondError::InvalidParameter { name: e.name, value: e.value },
        E::HubLength(e) => BondError::HubLength { length: narrow(e.length)?, maximum: narrow(e.maximum)? },
        E::AlreadyBonded(e) => BondError::AlreadyBonded { provider: e.provider },
        E::NeverBonded(e) => BondError::NeverBonded { provider: e.provider },
        E::NothingArrived(e) => BondError::NothingArrived { amount: e.amount },
        E::AmountTooLarge(e) => BondError::AmountTooLarge { amount: e.amount },
        E::UnbondingOutOfRange(e) => BondError::UnbondingOutOfRange { amount: e.amount, active: narrow(e.active)? },
        E::StillUnbonding(e) => {
            BondError::StillUnbonding { release_at: narrow(e.releaseAt)?, timestamp: narrow(e.timestamp)? }
        }
        E::NothingToWithdraw(e) => {
            BondError::NothingToWithdraw { unbonding: narrow(e.unbonding)?, held: narrow(e.held)? }
        }
        E::NothingToClaim(e) => BondError::NothingToClaim { owner: e.owner },
        E::InvalidRecipient(e) => BondError::InvalidRecipient { to: e.to },
        E::TokenTookMore(e) => BondError::TokenTookMore { taken: e.taken, amount: e.amount },
        E::NoBond(e) => BondError::NoBond { provider: e.provider },
        E::SelfDispute(e) => BondError::SelfDispute { wallet: e.wallet },
        E::ComplaintExpired(e) => {
            BondError::ComplaintExpired { deadline: narrow(e.deadline)?, timestamp: narrow(e.timestamp)? }
        }
        E::InvalidComplaintSignature(e) => {
            BondError::InvalidComplaintSignature { consumer: e.consumer, digest: e.digest }
        }
        E::AlreadyDisputed(e) => BondError::AlreadyDisputed { dispute_id: e.disputeId },
        E::DepositTooSmall(e) => {
            BondError::DepositTooSmall { arrived: narrow(e.arrived)?, required: narrow(e.required)? }
        }
        E::WrongDisputeStatus(e) => BondError::WrongDisputeStatus {
            dispute_id: e.disputeId,
            actual: DisputeStatus::try_from(e.actual).ok()?,
            required: DisputeStatus::try_from(e.required).ok()?,
        },
        E::RulingPeriodOver(e) => {
            BondError::RulingPeriodOver { deadline: narrow(e.deadline)?, timestamp: narrow(e.timestamp)? }
        }
        E::RulingPeriodOpen(e) => {
            BondError::RulingPeriodOpen { deadline: narrow(e.deadline)?, timestamp: narrow(e.timestamp)? }
        }
        E::SlashOutOfRange(e) => BondError::SlashOutOfRange { slash_ppm: e.slashPpm, maximum: narrow(e.maximum)? },
        // The auditors' three, which the bond's own artifact has as well.
        E::RulingExpired(_) | E::OverturnWindowOver(_) | E::OverturnWindowOpen(_) => return from_quorum(data),
        E::AnchorNotGrowing(e) => BondError::AnchorNotGrowing { size: e.size, last: narrow(e.last)? },
        E::AnchorNotFound(e) => BondError::AnchorNotFound { oracle: e.oracle, index: e.index, count: narrow(e.count)? },
    }))
}

fn from_quorum(data: &[u8]) -> Option<ContractError> {
    use AuditorQuorumErrors as E;
    Some(ContractError::BondRefused(match E::abi_decode(data).ok()? {
        E::AuditorCount(e) => BondError::AuditorCount { count: narrow(e.count)?, maximum: narrow(e.maximum)? },
        E::AuditorsNotAscending(e) => BondError::AuditorsNotAscending { auditor: e.auditor },
        E::InvalidThresholds(e) => BondError::InvalidThresholds {
            threshold: narrow(e.threshold)?,
            overturn_threshold: narrow(e.overturnThreshold)?,
            auditors: narrow(e.auditors)?,
        },
        E::InvalidWindow(e) => BondError::InvalidWindow { window: narrow(e.window)?, maximum: narrow(e.maximum)? },
        E::SignaturesNotAscending(e) => BondError::SignaturesNotAscending { auditor: e.auditor },
        E::NotAuditor(e) => BondError::NotAuditor { signer: e.signer },
        E::InvalidAuditorSignature(e) => BondError::InvalidAuditorSignature { auditor: e.auditor, digest: e.digest },
        E::TooFewAuditors(e) => BondError::TooFewAuditors { given: narrow(e.given)?, needed: narrow(e.needed)? },
        E::RulingExpired(e) => {
            BondError::RulingExpired { deadline: narrow(e.deadline)?, timestamp: narrow(e.timestamp)? }
        }
        E::NotInDispute(e) => BondError::NotInDispute { core: e.core, trade_id: e.tradeId },
        E::NotPartyOfTrade(e) => BondError::NotPartyOfTrade { core: e.core, trade_id: e.tradeId, wallet: e.wallet },
        E::WrongRulingStatus(e) => BondError::WrongRulingStatus {
            core: e.core,
            trade_id: e.tradeId,
            actual: RulingStatus::try_from(e.actual).ok()?,
            required: RulingStatus::try_from(e.required).ok()?,
        },
        E::OverturnWindowOver(e) => {
            BondError::OverturnWindowOver { executable_at: narrow(e.executableAt)?, timestamp: narrow(e.timestamp)? }
        }
        E::OverturnWindowOpen(e) => {
            BondError::OverturnWindowOpen { executable_at: narrow(e.executableAt)?, timestamp: narrow(e.timestamp)? }
        }
    }))
}

/// What a token that bonds are in is refused with, as far as Barter knows it.
fn from_token(data: &[u8]) -> Option<ContractError> {
    use SafeTransferErrors as E;
    if let Ok(error) = E::abi_decode(data) {
        return Some(ContractError::BondRefused(match error {
            E::TransferFromFailed(_) => BondError::TransferFromFailed,
            E::TransferFailed(_) => BondError::TransferFailed,
        }));
    }
    match TestDollarErrors::abi_decode(data).ok()? {
        TestDollarErrors::TooMuch(e) => Some(ContractError::TooMuch { amount: e.amount, maximum: e.maximum }),
        // solady's own, which the bond contract puts into one of the two above.
        _ => None,
    }
}

/// A word that the protocol's types hold in fewer bits; none where it does not fit, as in no call of this project.
fn narrow<T: TryFrom<U256>>(word: U256) -> Option<T> {
    T::try_from(word).ok()
}

fn status(code: u8) -> Option<TradeStatus> {
    TradeStatus::try_from(code).ok()
}
