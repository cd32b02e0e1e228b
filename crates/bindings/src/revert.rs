//! What a contract said no with, as a type.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{Panic, Revert, SolError, SolInterface};
use barter_protocol::{Error, PaymentHash, TradeStatus};

use crate::{BTRCredit::BTRCreditErrors, BTRTrust::BTRTrustErrors, BarterCore::BarterCoreErrors};

/// Why one of the three contracts reverted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// A rule of the protocol refused: the same error [`barter_protocol`] gives for the same call.
    #[error(transparent)]
    Refused(#[from] Error),
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
    /// An error none of the three contracts has, or one with values no wallet of ours would send.
    #[error("the call reverted with {data}, which is no error of Barter's contracts")]
    Unknown {
        /// What it reverted with.
        data: Bytes,
    },
}

impl ContractError {
    /// Reads the data a call to any of the three contracts reverted with. Every data is some `ContractError`.
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

/// A word that the protocol's types hold in fewer bits; none where it does not fit, as in no call of this project.
fn narrow<T: TryFrom<U256>>(word: U256) -> Option<T> {
    T::try_from(word).ok()
}

fn status(code: u8) -> Option<TradeStatus> {
    TradeStatus::try_from(code).ok()
}
