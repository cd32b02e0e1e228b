//! Why something was not taken.

use barter_protocol::bond::HubError;

use crate::{
    key::{self, PublicKey},
    wire::{self, Domain, time},
};

/// Why something that somebody sent was not taken, though the oracle works.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A text that cannot be the name of a hub.
    #[error(transparent)]
    Text(#[from] wire::Error),
    /// A name that is no hub's URL.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// A key that no consumer can have.
    #[error(transparent)]
    Key(#[from] key::Error),
    /// Nobody registered the consumer.
    #[error("{hub:?} is not a registered consumer")]
    UnknownConsumer {
        /// The consumer, as it was written.
        hub: String,
    },
    /// The key is not the consumer's.
    #[error("{found} is not the key that {hub:?} is registered with")]
    OtherKey {
        /// The consumer, as it was written.
        hub: String,
        /// The key that was named.
        found: PublicKey,
    },
    /// The key is another consumer's.
    #[error("the key is or was {hub:?}'s")]
    KeyTaken {
        /// That consumer, its name as compared.
        hub: String,
    },
    /// The consumer has another key, and nobody said that it is to be replaced.
    #[error("{hub:?} is registered with {registered}; say `replace` to put another key in its place")]
    OtherKeyRegistered {
        /// The consumer, as it was written.
        hub: String,
        /// The key it has.
        registered: PublicKey,
    },
    /// The consumer's key did not sign this.
    #[error("the signature is not one of {hub:?} under the key it is registered with")]
    WrongSignature {
        /// The consumer, as it was written.
        hub: String,
    },
    /// The time is too far from now.
    #[error("the time {} is more than a day from now, {}", time::write(*found), time::write(*now))]
    WrongTime {
        /// The time that was signed, Unix seconds.
        found: u64,
        /// Now.
        now: u64,
    },
    /// It is bound to another chain or contract.
    #[error("this is bound to {found}, expected {}", expected.map_or("no form of ours: this oracle has no bond contract".to_owned(), |domain| domain.to_string()))]
    OtherDomain {
        /// The chain and contract it is bound to.
        found: Domain,
        /// The oracle's, if it has one.
        expected: Option<Domain>,
    },
    /// The consumer has said something else of the same call.
    #[error("outcome {index} of the same consumer and call says something else")]
    CallTaken {
        /// Where in the log that is.
        index: u64,
    },
    /// No outcome is on record that the dispute could be about.
    #[error("no outcome of this consumer, provider and call {invocation_id:?} is on record")]
    NoOutcome {
        /// The call.
        invocation_id: String,
    },
    /// The outcome is under dispute already.
    #[error("the outcome is disputed already, in {dispute_id:?}")]
    AlreadyDisputed {
        /// The other dispute.
        dispute_id: String,
    },
    /// It is on record with other evidence, which its form does not sign.
    #[error(
        "dispute {dispute_id:?} is on record with other evidence, which the published form does not sign: sign it in ours"
    )]
    OtherEvidence {
        /// The dispute.
        dispute_id: String,
    },
    /// Another dispute has the id.
    #[error("another dispute has the id {dispute_id:?}")]
    DisputeIdTaken {
        /// The id.
        dispute_id: String,
    },
    /// There is no such dispute.
    #[error("there is no dispute {dispute_id:?}")]
    UnknownDispute {
        /// The id.
        dispute_id: String,
    },
    /// It ended otherwise.
    #[error("dispute {dispute_id:?} has ended already, and otherwise")]
    EndedOtherwise {
        /// The id.
        dispute_id: String,
    },
}

impl Refusal {
    /// A stable name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text(error) => error.code(),
            Self::Hub(_) => "invalid_hub",
            Self::Key(error) => error.code(),
            Self::UnknownConsumer { .. } => "unknown_consumer",
            Self::OtherKey { .. } => "other_key",
            Self::KeyTaken { .. } => "key_taken",
            Self::OtherKeyRegistered { .. } => "other_key_registered",
            Self::WrongSignature { .. } => "wrong_signature",
            Self::WrongTime { .. } => "wrong_time",
            Self::OtherDomain { .. } => "other_domain",
            Self::CallTaken { .. } => "call_taken",
            Self::NoOutcome { .. } => "no_outcome",
            Self::AlreadyDisputed { .. } => "already_disputed",
            Self::OtherEvidence { .. } => "other_evidence",
            Self::DisputeIdTaken { .. } => "dispute_id_taken",
            Self::UnknownDispute { .. } => "unknown_dispute",
            Self::EndedOtherwise { .. } => "ended_otherwise",
        }
    }
}
