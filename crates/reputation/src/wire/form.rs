//! The forms in which something can be signed.

use std::fmt::{self, Write as _};

use alloy_primitives::Address;

use super::{Error, time};

/// Where our own form is valid: nowhere but with this bond contract on this chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The chain's id.
    pub chain_id: u64,
    /// The bond contract.
    pub bond: Address,
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "chain {}, bond contract {}", self.chain_id, self.bond)
    }
}

/// The form of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The published package's, `name:value` joined by `|`.
    Published,
    /// The published package's event: an outcome without an invocation.
    Event,
    /// Ours: length-prefixed, bound to chain and contract.
    Bound(Domain),
}

impl Form {
    /// The form's number, in leaves and wherever it is stored.
    pub const fn code(self) -> u8 {
        match self {
            Self::Published => 0,
            Self::Event => 1,
            Self::Bound(_) => 2,
        }
    }

    /// Fields of an outcome in this form that its signature does not cover, by their names in JSON: whoever passes it on may write
    /// something else there.
    pub const fn unsigned_fields(self) -> &'static [&'static str] {
        match self {
            Self::Event => &["consumer_hub", "capability_id"],
            Self::Published | Self::Bound(_) => &[],
        }
    }

    /// The domain of our own form.
    pub const fn domain(self) -> Option<Domain> {
        match self {
            Self::Bound(domain) => Some(domain),
            Self::Published | Self::Event => None,
        }
    }
}

/// The form of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeForm {
    /// The published package's, which names no wallet: nothing can be paid for it on a chain.
    Published,
    /// Ours.
    Bound {
        /// Where it is valid.
        domain: Domain,
        /// Who is paid what is slashed: the `consumer` of the complaint on the chain. Were it not signed, whoever reads a dispute
        /// could complain with it and be paid.
        wallet: Address,
    },
}

impl DisputeForm {
    /// The domain of our own form.
    pub const fn domain(self) -> Option<Domain> {
        match self {
            Self::Bound { domain, .. } => Some(domain),
            Self::Published => None,
        }
    }

    /// The wallet that our own form names.
    pub const fn wallet(self) -> Option<Address> {
        match self {
            Self::Bound { wallet, .. } => Some(wallet),
            Self::Published => None,
        }
    }
}

/// Writes the published strings.
pub(super) struct Canonical(String);

impl Canonical {
    /// Starts with a word that has no value, or with nothing.
    pub(super) fn new(start: &str) -> Self {
        Self(start.to_owned())
    }

    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        let separator = if self.0.is_empty() { "" } else { "|" };
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{separator}{name}:{value}");
        self
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// Writes our own form: a tag, the domain, then each field; texts with their length in four bytes before them, integers
/// big-endian in all their bytes.
///
/// It starts with the tag's length, so with a zero byte: no published string does.
pub(super) struct Bound(Vec<u8>);

impl Bound {
    pub(super) fn new(tag: &str, domain: Domain) -> Self {
        Self(Vec::with_capacity(256)).text(tag).fixed(&domain.chain_id.to_be_bytes()).fixed(domain.bond.as_slice())
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        // Every text was held to a limit far below this when it came in.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    pub(super) fn fixed(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Holds texts to the rules of a form.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) published: bool,
}

impl Rules {
    /// A text that may be empty.
    pub(super) fn optional(self, field: &'static str, text: &str, maximum: usize) -> Result<(), Error> {
        if text.len() > maximum {
            return Err(Error::TooLong { field, bytes: text.len(), maximum });
        }
        if text.contains('\0') {
            return Err(Error::Nul { field });
        }
        if self.published && text.contains('|') {
            return Err(Error::Separator { field, found: super::shortened(text) });
        }
        Ok(())
    }

    /// A text that says something.
    pub(super) fn required(self, field: &'static str, text: &str, maximum: usize) -> Result<(), Error> {
        if text.is_empty() {
            return Err(Error::Empty { field });
        }
        self.optional(field, text, maximum)
    }

    /// Two hubs, which differ however they are written.
    pub(super) fn parties(self, provider: &str, consumer: &str) -> Result<(), Error> {
        self.required("provider_hub", provider, super::MAX_HUB_BYTES)?;
        self.required("consumer_hub", consumer, super::MAX_HUB_BYTES)?;
        if super::hub::normal(provider) == super::hub::normal(consumer) {
            return Err(Error::SelfDealing { hub: super::shortened(provider) });
        }
        Ok(())
    }
}

/// A time that can be written.
pub(super) fn writable_time(seconds: u64) -> Result<(), Error> {
    if seconds > time::LAST_SECOND {
        return Err(Error::OutOfRange {
            field: "timestamp",
            found: seconds.to_string(),
            minimum: 0.0,
            #[allow(clippy::cast_precision_loss, reason = "far under 2^53")]
            maximum: time::LAST_SECOND as f64,
        });
    }
    Ok(())
}
