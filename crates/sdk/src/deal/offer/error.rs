//! Why an offer cannot be used.

use alloy_primitives::Address;
use barter_lightning::InvoiceError;

/// Why an offer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfferError {
    /// The text is no offer.
    #[error("this is no offer: {reason}, expected a text that begins with barter1")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// A character is wrong, or missing.
    #[error("the offer's checksum does not fit: it was copied wrongly, or in part")]
    WrongChecksum,
    /// It was made by a later version.
    #[error("the offer is of version {version}, expected version {expected}")]
    UnknownVersion {
        /// The offer's.
        version: u8,
        /// The only one this program reads.
        expected: u8,
    },
    /// Its invoice cannot be used.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
    /// The invoice was made for another offer.
    #[error("the offer's invoice was made for other terms: the offer was altered, or put together from two")]
    Altered,
    /// Its terms are outside the protocol's limits.
    #[error(transparent)]
    Terms(barter_protocol::Error),
    /// It is for another chain.
    #[error("the offer is for chain {found}, expected chain {expected}")]
    OtherChain {
        /// The client's.
        expected: u64,
        /// The offer's.
        found: u64,
    },
    /// It is for another deployment.
    #[error("the offer is for the contract {found}, expected {expected}")]
    OtherContract {
        /// The client's.
        expected: Address,
        /// The offer's.
        found: Address,
    },
    /// It is for another payer.
    #[error("the offer is for {payer}, not for {wallet}")]
    OtherPayer {
        /// Who may take it.
        payer: Address,
        /// Who tried to.
        wallet: Address,
    },
    /// It is another payee's.
    #[error("the offer is {found}'s, expected {expected}'s")]
    OtherPayee {
        /// Who is to be paid.
        expected: Address,
        /// The offer's.
        found: Address,
    },
}

impl OfferError {
    /// The kind of error as a stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "invalid_offer",
            Self::WrongChecksum => "invalid_offer_checksum",
            Self::UnknownVersion { .. } => "unknown_offer_version",
            Self::Invoice(error) => error.code(),
            Self::Altered => "offer_altered",
            Self::Terms(error) => error.code(),
            Self::OtherChain { .. } => "offer_for_other_chain",
            Self::OtherContract { .. } => "offer_for_other_contract",
            Self::OtherPayer { .. } => "offer_for_other_payer",
            Self::OtherPayee { .. } => "offer_of_other_payee",
        }
    }

    /// What to do next.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Malformed { .. } | Self::WrongChecksum => "Copy the whole offer again, from barter1 to its end.",
            Self::UnknownVersion { .. } => "Use a later version of this program.",
            Self::Invoice(error) => error.next_step(),
            Self::Altered => "Do not take it. Ask the payee for its offer again, by another way.",
            Self::Terms(error) => error.next_step(),
            Self::OtherChain { .. } | Self::OtherContract { .. } => {
                "Use a client of the offer's network and deployment, or ask for an offer on this one."
            }
            Self::OtherPayer { .. } => "Take it with that wallet, or ask the payee for an offer to this one.",
            Self::OtherPayee { .. } => "Do not take it: it is not from whom you expected. Ask the payee.",
        }
    }
}
