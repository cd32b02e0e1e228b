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
        ContractError::BondRefused(rule) => rule.into(),
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
