//! Why a call reverted.

use std::fmt;

use barter_bindings::ContractError;

use crate::{Error, node::Node};

/// Why a call reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A contract refused.
    Contract(ContractError),
    /// The transaction used all the gas it was given.
    OutOfGas {
        /// The gas.
        gas_limit: u64,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contract(error) => error.fmt(formatter),
            Self::OutOfGas { gas_limit } => write!(formatter, "it ran out of its {gas_limit} gas"),
        }
    }
}

/// What a simulated call's failure is: a revert becomes the typed error it is, anything else stays what it was.
pub(crate) fn explain(node: &Node, call: &'static str, failure: Error) -> Error {
    let Error::NodeRefused { revert_data: Some(data), .. } = &failure else { return failure };
    match decode(node, data) {
        ContractError::Refused(rule) => rule.into(),
        other => Error::Reverted { call, refusal: Box::new(Refusal::Contract(other)), transaction_hash: None },
    }
}

/// What a contract reverted with. A reason in words is somebody else's text, and made fit to show.
pub(crate) fn decode(node: &Node, data: &[u8]) -> ContractError {
    match ContractError::decode(data) {
        ContractError::Reason { reason } => ContractError::Reason { reason: node.quote(&reason) },
        other => other,
    }
}

/// A rule's stable name: the variant's, in snake case.
pub(crate) fn rule_code(rule: &barter_protocol::Error) -> &'static str {
    use barter_protocol::Error as Rule;
    match rule {
        Rule::ZeroCounterparty => "zero_counterparty",
        Rule::SelfTrade { .. } => "self_trade",
        Rule::AmountOutOfRange { .. } => "amount_out_of_range",
        Rule::CategoryTooLong { .. } => "category_too_long",
        Rule::DescriptionTooLong { .. } => "description_too_long",
        Rule::PaymentHashReused { .. } => "payment_hash_reused",
        Rule::TradeNotFound { .. } => "trade_not_found",
        Rule::WrongStatus { .. } => "wrong_status",
        Rule::TradeExpired { .. } => "trade_expired",
        Rule::NotCounterparty { .. } => "not_counterparty",
        Rule::NotPayer { .. } => "not_payer",
        Rule::NotParty { .. } => "not_party",
        Rule::PreimageMismatch { .. } => "preimage_mismatch",
        Rule::DisputeAlreadyDismissed { .. } => "dispute_already_dismissed",
        Rule::DisputeAlreadyUpheld { .. } => "dispute_already_upheld",
        Rule::NotArbiter { .. } => "not_arbiter",
        Rule::SignatureExpired { .. } => "signature_expired",
        Rule::InvalidSignature { .. } => "invalid_signature",
        Rule::SignatureIsCancelled { .. } => "signature_is_cancelled",
        Rule::BatchSize { .. } => "batch_size",
        Rule::PageSize { .. } => "page_size",
        Rule::InsufficientCredit { .. } => "insufficient_credit",
        Rule::InvalidCreditReceiver { .. } => "invalid_credit_receiver",
        Rule::InsufficientAllowance { .. } => "insufficient_allowance",
        Rule::InvalidCreditSpender { .. } => "invalid_credit_spender",
        Rule::NotHexadecimal { .. } => "not_hexadecimal",
        Rule::WrongLength { .. } => "wrong_length",
        _ => "refused",
    }
}

/// What to do about a rule's refusal.
pub(crate) fn rule_next_step(rule: &barter_protocol::Error) -> &'static str {
    use barter_protocol::Error as Rule;
    match rule {
        Rule::ZeroCounterparty => "Name the counterparty's wallet.",
        Rule::SelfTrade { .. } => "Name another wallet than your own as the counterparty.",
        Rule::AmountOutOfRange { .. } => "Trade an amount within these limits.",
        Rule::CategoryTooLong { .. } | Rule::DescriptionTooLong { .. } => {
            "Shorten the text; letters beyond ASCII take several bytes."
        }
        Rule::PaymentHashReused { .. } => "Ask the payee for a new invoice, and use its payment hash.",
        Rule::TradeNotFound { .. } => "Check the id and the network, or list the wallet's trades.",
        Rule::WrongStatus { .. } => "Read the trade: somebody may have acted on it already.",
        Rule::TradeExpired { .. } => "Propose the trade again.",
        Rule::NotCounterparty { .. } => "Let the counterparty accept.",
        Rule::NotPayer { .. } => "Let the payer settle, or ask the payer for a signature.",
        Rule::NotParty { .. } => "Use the key of one of the trade's parties.",
        Rule::PreimageMismatch { .. } => "Give the preimage that paying this trade's invoice revealed.",
        Rule::DisputeAlreadyDismissed { .. } => "Settle the trade; it cannot be disputed again.",
        Rule::DisputeAlreadyUpheld { .. } => "Nothing: the ruling is final.",
        Rule::NotArbiter { .. } => "Let the arbiter rule, if the deployment has one.",
        Rule::SignatureExpired { .. } => "Ask for a signature with a later deadline.",
        Rule::InvalidSignature { .. } => "Ask the signer to sign exactly these terms, for this chain and contract.",
        Rule::SignatureIsCancelled { .. } => "Ask for a new signature with another deadline.",
        Rule::BatchSize { .. } => "Split the batch.",
        Rule::PageSize { .. } => "Ask for a page within these limits.",
        Rule::InsufficientCredit { .. } => "Use at most the wallet's balance.",
        Rule::InvalidCreditReceiver { .. } => "Burn the credit instead.",
        Rule::InsufficientAllowance { .. } => "Ask the holder for a larger allowance.",
        Rule::InvalidCreditSpender { .. } => "Name a wallet that may spend.",
        Rule::NotHexadecimal { .. } | Rule::WrongLength { .. } => "Give 0x and 64 hexadecimal digits.",
        _ => "Read what the refusal says.",
    }
}
