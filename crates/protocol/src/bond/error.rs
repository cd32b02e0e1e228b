//! Every refusal of `BarterBond` and of the auditors' quorum.

use alloy_primitives::{Address, B256, U256};

use crate::TradeId;

use super::{DisputeId, DisputeStatus, RulingStatus};

/// A refusal, carrying what the contracts' error of the same name carries. Money is in the token's base units, times are
/// Unix seconds, shares parts per million.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BondError {
    // -------------------------------------------------------------------------------------------- deployment
    /// A parameter of the deployment is out of range.
    #[error("the parameter {name} is {value}, which is out of its range")]
    InvalidParameter {
        /// Its name in the contract.
        name: String,
        /// Its value.
        value: U256,
    },
    /// Too few or too many auditors.
    #[error("there are {count} auditors, expected 2 to {maximum}")]
    AuditorCount {
        /// How many.
        count: usize,
        /// Most there may be.
        maximum: usize,
    },
    /// The auditors are not listed in ascending order, each once.
    #[error(
        "auditor {auditor} is not above the one before; list auditors in ascending order, each once, and none zero"
    )]
    AuditorsNotAscending {
        /// The first that is not above the one before.
        auditor: Address,
    },
    /// The thresholds do not fit each other or the auditors.
    #[error(
        "{threshold} auditors rule and {overturn_threshold} overturn, of {auditors}; expected at least one to rule, more to \
         overturn, and no more than there are"
    )]
    InvalidThresholds {
        /// Auditors that make a ruling.
        threshold: usize,
        /// Auditors that overturn one.
        overturn_threshold: usize,
        /// Auditors there are.
        auditors: usize,
    },
    /// The window in which a ruling can be overturned is out of range.
    #[error("the window for overturning is {window} s, expected 1 to {maximum}")]
    InvalidWindow {
        /// Its length in seconds.
        window: u64,
        /// Longest, in seconds.
        maximum: u64,
    },

    // -------------------------------------------------------------------------------------------- bond
    /// The hub's URL is empty or too long.
    #[error("the hub's URL has {length} bytes, expected 1 to {maximum}")]
    HubLength {
        /// Its length in bytes.
        length: usize,
        /// Most it may have.
        maximum: usize,
    },
    /// The provider has staked before.
    #[error("{provider} has staked before, and its hub is declared for good; top up its bond instead")]
    AlreadyBonded {
        /// The provider.
        provider: Address,
    },
    /// The provider has never staked.
    #[error("{provider} has never staked; only a stake of its own declares its hub")]
    NeverBonded {
        /// The provider.
        provider: Address,
    },
    /// The token refused to be moved here.
    #[error("the token refused the transfer: too low a balance, too low an allowance, or a rule of its own")]
    TransferFromFailed,
    /// The token refused to be moved out.
    #[error("the token refused the payment; nothing has moved")]
    TransferFailed,
    /// Nothing arrived of what was to be transferred.
    #[error("of {amount} base units to transfer, nothing arrived")]
    NothingArrived {
        /// What was to be transferred.
        amount: U256,
    },
    /// A number that the contract has no room for.
    #[error("{amount} is more than 2^128 - 1")]
    AmountTooLarge {
        /// The number.
        amount: U256,
    },
    /// A sum that the contract has no room for: it panics, with Solidity's code 0x11. No token of any worth gets there.
    #[error("a sum would be more than 2^128 - 1")]
    SumTooLarge,
    /// Too much or nothing to unbond.
    #[error("{amount} base units cannot be unbonded, expected 1 to {active}")]
    UnbondingOutOfRange {
        /// What was to be unbonded.
        amount: U256,
        /// The active bond.
        active: u128,
    },
    /// What is leaving is not free yet.
    #[error("what is leaving can be withdrawn from Unix time {release_at} on, and it is {timestamp}")]
    StillUnbonding {
        /// From when on.
        release_at: u64,
        /// The time of the call.
        timestamp: u64,
    },
    /// Nothing is leaving, or disputes hold all of it back.
    #[error("there is nothing to withdraw: {unbonding} base units are leaving, and open disputes can take {held}")]
    NothingToWithdraw {
        /// What is leaving.
        unbonding: u128,
        /// What open disputes can take together that were filed before its delay was over.
        held: u128,
    },
    /// Nothing is the caller's own.
    #[error("{owner} has nothing to claim")]
    NothingToClaim {
        /// Who tried.
        owner: Address,
    },
    /// Money cannot go to the zero address, nor to the bond contract.
    #[error("{to} cannot be paid; name the wallet that is to receive the money")]
    InvalidRecipient {
        /// Who was to be paid.
        to: Address,
    },
    /// The token took more than was paid.
    #[error("the token took {taken} base units for a payment of {amount}; its fee would be others' money")]
    TokenTookMore {
        /// What it took.
        taken: U256,
        /// The payment.
        amount: U256,
    },

    // -------------------------------------------------------------------------------------------- disputes
    /// The provider has no bond.
    #[error("{provider} has no bond to dispute")]
    NoBond {
        /// The provider.
        provider: Address,
    },
    /// Provider and consumer are one wallet.
    #[error("{wallet} cannot complain about itself; provider and consumer must differ")]
    SelfDispute {
        /// The wallet.
        wallet: Address,
    },
    /// The complaint's deadline has passed.
    #[error("the complaint could be filed until Unix time {deadline}, and it is {timestamp}")]
    ComplaintExpired {
        /// Last second at which it could be filed.
        deadline: u64,
        /// The time of the call.
        timestamp: u64,
    },
    /// The signature is not the consumer's over the complaint.
    #[error("the signature is not the consumer {consumer}'s over the digest {digest}")]
    InvalidComplaintSignature {
        /// Who must have signed.
        consumer: Address,
        /// What must have been signed.
        digest: B256,
    },
    /// This consumer's dispute about the outcome was filed before.
    #[error("this consumer has disputed this outcome already, as {dispute_id}")]
    AlreadyDisputed {
        /// Its dispute.
        dispute_id: DisputeId,
    },
    /// The deposit is too small.
    #[error("a deposit of {arrived} base units arrived, expected at least {required}")]
    DepositTooSmall {
        /// What arrived.
        arrived: u128,
        /// The least.
        required: u128,
    },
    /// The dispute's status does not allow it.
    #[error("dispute {dispute_id} is {actual}, expected {required}")]
    WrongDisputeStatus {
        /// The dispute.
        dispute_id: DisputeId,
        /// Its status.
        actual: DisputeStatus,
        /// The status that would allow it.
        required: DisputeStatus,
    },
    /// No ruling came in time.
    #[error("a ruling could come until Unix time {deadline}, and it is {timestamp}; the dispute can only end as void")]
    RulingPeriodOver {
        /// Last second at which one could come.
        deadline: u64,
        /// The time of the call.
        timestamp: u64,
    },
    /// A ruling can still come.
    #[error(
        "a ruling can come until Unix time {deadline}, and it is {timestamp}; until then the dispute cannot end as void"
    )]
    RulingPeriodOpen {
        /// Last second at which one can come.
        deadline: u64,
        /// The time of the call.
        timestamp: u64,
    },
    /// More than one dispute can take.
    #[error("the ruling takes {slash_ppm} ppm of the bond, expected at most {maximum}")]
    SlashOutOfRange {
        /// What the ruling takes.
        slash_ppm: U256,
        /// Most it may take.
        maximum: u32,
    },

    // -------------------------------------------------------------------------------------------- auditors
    /// The signatures are not listed in ascending order of their auditors, each once.
    #[error("auditor {auditor} is not above the one before; list signatures in ascending order of auditors, each once")]
    SignaturesNotAscending {
        /// The first that is not above the one before.
        auditor: Address,
    },
    /// No auditor.
    #[error("{signer} is no auditor of this quorum")]
    NotAuditor {
        /// Who is none.
        signer: Address,
    },
    /// The signature is not the auditor's.
    #[error("the signature is not auditor {auditor}'s over the digest {digest}")]
    InvalidAuditorSignature {
        /// Who must have signed.
        auditor: Address,
        /// What must have been signed.
        digest: B256,
    },
    /// Too few auditors signed.
    #[error("the ruling has {given} of the {needed} auditors' signatures that it needs")]
    TooFewAuditors {
        /// How many did.
        given: usize,
        /// How many are needed.
        needed: usize,
    },
    /// The ruling's deadline has passed.
    #[error("the auditors' signatures counted until Unix time {deadline}, and it is {timestamp}")]
    RulingExpired {
        /// Last second at which they counted.
        deadline: u64,
        /// The time of the call.
        timestamp: u64,
    },
    /// The trade does not wait for a ruling.
    #[error("trade {trade_id} of {core} is not in a dispute that waits for a ruling")]
    NotInDispute {
        /// The `BarterCore`.
        core: Address,
        /// The trade.
        trade_id: TradeId,
    },
    /// Not a party of the trade.
    #[error("{wallet} is no party of trade {trade_id} of {core}")]
    NotPartyOfTrade {
        /// The `BarterCore`.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The wallet.
        wallet: Address,
    },
    /// The status of the ruling on the trade does not allow it.
    #[error("the ruling on trade {trade_id} of {core} is {actual}, expected {required}")]
    WrongRulingStatus {
        /// The `BarterCore`.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The ruling's status.
        actual: RulingStatus,
        /// The status that would allow it.
        required: RulingStatus,
    },
    /// The ruling can no longer be overturned.
    #[error("the ruling could be overturned before Unix time {executable_at}, and it is {timestamp}")]
    OverturnWindowOver {
        /// From when on it could not.
        executable_at: u64,
        /// The time of the call.
        timestamp: u64,
    },
    /// The ruling can still be overturned.
    #[error("the ruling can be executed from Unix time {executable_at} on, and it is {timestamp}")]
    OverturnWindowOpen {
        /// From when on.
        executable_at: u64,
        /// The time of the call.
        timestamp: u64,
    },

    // -------------------------------------------------------------------------------------------- anchors
    /// The log did not grow.
    #[error("the log has {size} leaves, expected more than the {last} of the last anchor")]
    AnchorNotGrowing {
        /// Leaves to anchor.
        size: U256,
        /// Leaves of the last anchor.
        last: u128,
    },
    /// There is no such anchor.
    #[error("{oracle} has {count} anchors, and none has the number {index}, counted from 0")]
    AnchorNotFound {
        /// Whose.
        oracle: Address,
        /// The number asked for.
        index: U256,
        /// How many there are.
        count: usize,
    },

    // -------------------------------------------------------------------------------------------- numbers
    /// No such status of a dispute.
    #[error("{code} is no status of a dispute, expected 0 to 6")]
    UnknownDisputeStatus {
        /// The number.
        code: u8,
    },
    /// No such status of a ruling.
    #[error("{code} is no status of a ruling, expected 0 to 3")]
    UnknownRulingStatus {
        /// The number.
        code: u8,
    },
}

impl BondError {
    /// The refusal's stable name, for programs: the variant's, in snake case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidParameter { .. } => "invalid_parameter",
            Self::AuditorCount { .. } => "auditor_count",
            Self::AuditorsNotAscending { .. } => "auditors_not_ascending",
            Self::InvalidThresholds { .. } => "invalid_thresholds",
            Self::InvalidWindow { .. } => "invalid_window",
            Self::HubLength { .. } => "hub_length",
            Self::AlreadyBonded { .. } => "already_bonded",
            Self::NeverBonded { .. } => "never_bonded",
            Self::TransferFromFailed => "transfer_from_failed",
            Self::TransferFailed => "transfer_failed",
            Self::NothingArrived { .. } => "nothing_arrived",
            Self::AmountTooLarge { .. } => "amount_too_large",
            Self::SumTooLarge => "sum_too_large",
            Self::UnbondingOutOfRange { .. } => "unbonding_out_of_range",
            Self::StillUnbonding { .. } => "still_unbonding",
            Self::NothingToWithdraw { .. } => "nothing_to_withdraw",
            Self::NothingToClaim { .. } => "nothing_to_claim",
            Self::InvalidRecipient { .. } => "invalid_recipient",
            Self::TokenTookMore { .. } => "token_took_more",
            Self::NoBond { .. } => "no_bond",
            Self::SelfDispute { .. } => "self_dispute",
            Self::ComplaintExpired { .. } => "complaint_expired",
            Self::InvalidComplaintSignature { .. } => "invalid_complaint_signature",
            Self::AlreadyDisputed { .. } => "already_disputed",
            Self::DepositTooSmall { .. } => "deposit_too_small",
            Self::WrongDisputeStatus { .. } => "wrong_dispute_status",
            Self::RulingPeriodOver { .. } => "ruling_period_over",
            Self::RulingPeriodOpen { .. } => "ruling_period_open",
            Self::SlashOutOfRange { .. } => "slash_out_of_range",
            Self::SignaturesNotAscending { .. } => "signatures_not_ascending",
            Self::NotAuditor { .. } => "not_auditor",
            Self::InvalidAuditorSignature { .. } => "invalid_auditor_signature",
            Self::TooFewAuditors { .. } => "too_few_auditors",
            Self::RulingExpired { .. } => "ruling_expired",
            Self::NotInDispute { .. } => "not_in_dispute",
            Self::NotPartyOfTrade { .. } => "not_party_of_trade",
            Self::WrongRulingStatus { .. } => "wrong_ruling_status",
            Self::OverturnWindowOver { .. } => "overturn_window_over",
            Self::OverturnWindowOpen { .. } => "overturn_window_open",
            Self::AnchorNotGrowing { .. } => "anchor_not_growing",
            Self::AnchorNotFound { .. } => "anchor_not_found",
            Self::UnknownDisputeStatus { .. } => "unknown_dispute_status",
            Self::UnknownRulingStatus { .. } => "unknown_ruling_status",
        }
    }

    /// What to do about it, in a sentence.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::InvalidParameter { .. } | Self::InvalidThresholds { .. } | Self::InvalidWindow { .. } => {
                "Deploy with a value in this range."
            }
            Self::AuditorCount { .. } | Self::AuditorsNotAscending { .. } => "Deploy with such a list of auditors.",
            Self::HubLength { .. } => "Give the hub's URL, shortened if it must be.",
            Self::AlreadyBonded { .. } => "Top up the bond.",
            Self::NeverBonded { .. } => "Let the provider stake first.",
            Self::TransferFromFailed => {
                "Check the wallet's balance of the token, and what it lets the bond contract take."
            }
            Self::TransferFailed => "Name a recipient that the token pays.",
            Self::NothingArrived { .. } => "Transfer more than the token's fee.",
            Self::AmountTooLarge { .. } | Self::SumTooLarge => "Use a smaller number.",
            Self::UnbondingOutOfRange { .. } => "Unbond at most the active bond.",
            Self::StillUnbonding { .. } | Self::OverturnWindowOpen { .. } => "Wait until then.",
            Self::NothingToWithdraw { .. } => "Unbond first, or wait until the disputes have ended.",
            Self::NothingToClaim { .. } => {
                "Nothing: disputes that end in the wallet's favour give it something to claim."
            }
            Self::InvalidRecipient { .. } => "Name the wallet that is to receive the money.",
            Self::TokenTookMore { .. } => "Nothing, while the token takes a fee from who pays.",
            Self::NoBond { .. } => "Check the provider's wallet: there is nothing to take from this one.",
            Self::SelfDispute { .. } => "Name the consumer's wallet.",
            Self::ComplaintExpired { .. } => "Ask the consumer for a complaint with a later deadline.",
            Self::InvalidComplaintSignature { .. } => {
                "Ask the consumer to sign exactly this complaint, for this chain and contract."
            }
            Self::AlreadyDisputed { .. } => "Read that dispute: a consumer disputes an outcome once.",
            Self::DepositTooSmall { .. } => "Deposit at least that much.",
            Self::WrongDisputeStatus { .. } => "Read the dispute: somebody may have acted on it already.",
            Self::RulingPeriodOver { .. } => "Execute the dispute: it ends as void, and the deposit goes back.",
            Self::RulingPeriodOpen { .. } => "Wait for a ruling, or until then.",
            Self::SlashOutOfRange { .. } => "Let the auditors sign a share within this limit.",
            Self::SignaturesNotAscending { .. } => "Sort the signatures by auditor, and drop those given twice.",
            Self::NotAuditor { .. } => "Bring signatures of the quorum's auditors only.",
            Self::InvalidAuditorSignature { .. } => {
                "Ask the auditor to sign exactly this ruling, for this chain and contract."
            }
            Self::TooFewAuditors { .. } => "Collect more auditors' signatures.",
            Self::RulingExpired { .. } => "Ask the auditors for signatures with a later deadline.",
            Self::NotInDispute { .. } => "Read the trade: only one in dispute can be ruled on, once.",
            Self::NotPartyOfTrade { .. } => "Name a party of the trade, or nobody to dismiss the dispute.",
            Self::WrongRulingStatus { .. } => "Read the ruling: somebody may have acted on it already.",
            Self::OverturnWindowOver { .. } => "Nothing: the ruling is final.",
            Self::AnchorNotGrowing { .. } => "Anchor the log once it has grown.",
            Self::AnchorNotFound { .. } => "Ask for an anchor that there is.",
            Self::UnknownDisputeStatus { .. } | Self::UnknownRulingStatus { .. } => {
                "Use the number that the contract gave."
            }
        }
    }
}
