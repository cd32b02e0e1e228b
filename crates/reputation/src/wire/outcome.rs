//! Outcomes: what a consumer says of one call.

use sha2::{Digest, Sha256};

use super::{
    Error, Form, Fraction, MAX_ID_BYTES, Price, Status,
    form::{Bound, Canonical, Rules, writable_time},
    time,
};
use crate::{
    key::{PublicKey, Signature},
    merkle,
};

/// First text of what is signed in our own form.
const TAG: &str = "barter outcome 1";

/// What an outcome says. Which of it is signed depends on the form: an event's consumer and capability are not.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeFields {
    /// The call, in the consumer's words. Empty in an event.
    pub invocation_id: String,
    /// What was called. May be empty.
    pub capability_id: String,
    /// What was bought. May be empty; is in an event.
    pub product_id: String,
    /// Who did it, as the signer writes it.
    pub provider_hub: String,
    /// For whom.
    pub consumer_hub: String,
    /// How it ended.
    pub status: Status,
    /// What it cost.
    pub price: Price,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
    /// How good it was. `None` in an event and nowhere else.
    pub quality: Option<Fraction>,
    /// When, Unix seconds.
    pub timestamp: u64,
}

/// An outcome that keeps its form's rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    form: Form,
    fields: OutcomeFields,
}

impl Outcome {
    /// Holds what is said to the rules of the form.
    ///
    /// # Errors
    /// A text that is empty, too long, has a NUL, or a `|` in a published form; provider and consumer the same; a time past the
    /// year 9999; in our own form, a price written as an integer or a quality that is no whole number of millionths.
    pub fn new(form: Form, fields: OutcomeFields) -> Result<Self, Error> {
        let rules = Rules { published: form.domain().is_none() };
        rules.parties(&fields.provider_hub, &fields.consumer_hub)?;
        rules.optional("capability_id", &fields.capability_id, MAX_ID_BYTES)?;
        writable_time(fields.timestamp)?;
        if form == Form::Event {
            if fields.status.event().is_none() {
                return Status::parse_event(fields.status.as_str()).map(|_| Self { form, fields });
            }
            // What an event does not have cannot be told apart by its signature, so there must be one way to leave it out.
            let fields =
                OutcomeFields { invocation_id: String::new(), product_id: String::new(), quality: None, ..fields };
            return Ok(Self { form, fields });
        }
        rules.required("invocation_id", &fields.invocation_id, MAX_ID_BYTES)?;
        rules.optional("product_id", &fields.product_id, MAX_ID_BYTES)?;
        let Some(quality) = fields.quality else { return Err(Error::Missing { field: "quality_score" }) };
        if !rules.published && quality.ppm().is_none() {
            return Err(Error::NotWholeUnits { field: "quality_ppm", found: quality.value() });
        }
        if !rules.published && fields.price.is_integer() {
            return Err(Error::NotWholeUnits { field: "price_units", found: fields.price.number().float() });
        }
        Ok(Self { form, fields })
    }

    /// The form.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// What it says.
    pub const fn fields(&self) -> &OutcomeFields {
        &self.fields
    }

    /// What it says, taken out.
    pub fn into_fields(self) -> OutcomeFields {
        self.fields
    }

    /// The bytes that are signed. Two outcomes of one form say the same if and only if these are equal, but for an event's consumer
    /// and capability.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let fields = &self.fields;
        match self.form {
            Form::Published => Canonical::new("")
                .field("invocation_id", &fields.invocation_id)
                .field("capability_id", &fields.capability_id)
                .field("product_id", &fields.product_id)
                .field("provider_hub", &fields.provider_hub)
                .field("consumer_hub", &fields.consumer_hub)
                .field("status", fields.status.as_str())
                .field("price_usd", &fields.price.number().python())
                .field("latency_ms", &fields.latency_ms.to_string())
                .field("quality_score", &fields.quality.map(|quality| quality.number().python()).unwrap_or_default())
                .field("timestamp", &time::write(fields.timestamp))
                .bytes(),
            Form::Event => Canonical::new("")
                .field("type", fields.status.event().unwrap_or_default())
                .field("provider_hub", &fields.provider_hub)
                .field("timestamp", &time::write(fields.timestamp))
                .field("price_usd", &fields.price.number().python())
                .field("latency_ms", &fields.latency_ms.to_string())
                .bytes(),
            Form::Bound(domain) => Bound::new(TAG, domain)
                .text(&fields.invocation_id)
                .text(&fields.capability_id)
                .text(&fields.product_id)
                .text(&fields.provider_hub)
                .text(&fields.consumer_hub)
                .fixed(&[fields.status.code()])
                .fixed(&fields.price.units().to_be_bytes())
                .fixed(&fields.latency_ms.to_be_bytes())
                .fixed(&fields.quality.map(Fraction::rounded_ppm).unwrap_or_default().to_be_bytes())
                .fixed(&fields.timestamp.to_be_bytes())
                .bytes(),
        }
    }
}

/// An outcome and its signature, which nobody has checked yet.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedOutcome {
    /// What is said.
    pub outcome: Outcome,
    /// The consumer's signature of [`Outcome::signed_bytes`].
    pub signature: Signature,
}

impl SignedOutcome {
    /// The outcome's leaf in the log.
    pub fn leaf(&self, key: &PublicKey) -> merkle::Hash {
        leaf(self.outcome.form.code(), &self.outcome.signed_bytes(), key, &self.signature)
    }
}

/// A leaf of the log: the RFC 6962 hash of form, length of what was signed (four bytes, big-endian), what was signed, the key and
/// the signature.
pub fn leaf(form: u8, signed_bytes: &[u8], key: &PublicKey, signature: &Signature) -> merkle::Hash {
    // What is signed is bounded by the limits of its fields.
    let length = u32::try_from(signed_bytes.len()).unwrap_or(u32::MAX);
    Sha256::new()
        .chain_update([merkle::LEAF_PREFIX, form])
        .chain_update(length.to_be_bytes())
        .chain_update(signed_bytes)
        .chain_update(key.as_bytes())
        .chain_update(signature.as_bytes())
        .finalize()
        .into()
}
