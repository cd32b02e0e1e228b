//! Disputes: what a consumer says was wrong with a call.

use alloy_primitives::{Address, hex};
use sha2::{Digest, Sha256};

use super::{
    DisputeForm, Domain, Error, Fraction, MAX_EVIDENCE_BYTES, MAX_ID_BYTES, MAX_REASON_BYTES, ProofOfMisbehavior,
    form::{Bound, Canonical, Rules, writable_time},
    time,
};
use crate::key::{PublicKey, Signature};

/// First text of what is signed in our own form.
const TAG: &str = "barter dispute 1";
/// The fields of the published form, in their order.
const NAMES: [&str; 7] =
    ["dispute_id", "invocation_id", "provider_hub", "consumer_hub", "reason", "requested_slash_pct", "timestamp"];

/// What a dispute says.
#[derive(Clone, Debug, PartialEq)]
pub struct DisputeFields {
    /// The dispute, in the consumer's words.
    pub dispute_id: String,
    /// The call.
    pub invocation_id: String,
    /// Who is at fault.
    pub provider_hub: String,
    /// Who was wronged.
    pub consumer_hub: String,
    /// What was wrong. May be empty.
    pub reason: String,
    /// The share of the bond that is asked for.
    pub requested_slash: Fraction,
    /// When, Unix seconds.
    pub timestamp: u64,
    /// What shows it: JSON in the published form, which does not sign it; any text in ours, which signs its SHA-256.
    pub evidence: String,
}

/// A dispute that keeps its form's rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispute {
    form: DisputeForm,
    fields: DisputeFields,
}

impl Dispute {
    /// Holds what is said to the rules of the form.
    ///
    /// # Errors
    /// As [`Outcome::new`](super::Outcome::new). Evidence over [`MAX_EVIDENCE_BYTES`] is [`Error::TooLong`] of `evidence`.
    pub fn new(form: DisputeForm, fields: DisputeFields) -> Result<Self, Error> {
        let rules = Rules { published: form.domain().is_none() };
        rules.required("dispute_id", &fields.dispute_id, MAX_ID_BYTES)?;
        rules.required("invocation_id", &fields.invocation_id, MAX_ID_BYTES)?;
        rules.parties(&fields.provider_hub, &fields.consumer_hub)?;
        rules.optional("reason", &fields.reason, MAX_REASON_BYTES)?;
        writable_time(fields.timestamp)?;
        // Not signed in the published form, so a separator in it forges nothing.
        Rules { published: false }.optional("evidence", &fields.evidence, MAX_EVIDENCE_BYTES)?;
        if fields.requested_slash.is_integer() {
            // The published hub makes a float of whatever it is given before it checks the signature.
            return Err(Error::NotWholeUnits { field: "requested_slash_pct", found: fields.requested_slash.value() });
        }
        if !rules.published && fields.requested_slash.ppm().is_none() {
            return Err(Error::NotWholeUnits { field: "requested_slash_ppm", found: fields.requested_slash.value() });
        }
        Ok(Self { form, fields })
    }

    /// The form.
    pub const fn form(&self) -> DisputeForm {
        self.form
    }

    /// What it says.
    pub const fn fields(&self) -> &DisputeFields {
        &self.fields
    }

    /// The bytes that are signed.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let fields = &self.fields;
        if let DisputeForm::Bound { domain, wallet } = self.form {
            return Bound::new(TAG, domain)
                .fixed(wallet.as_slice())
                .text(&fields.dispute_id)
                .text(&fields.invocation_id)
                .text(&fields.provider_hub)
                .text(&fields.consumer_hub)
                .text(&fields.reason)
                .fixed(&fields.requested_slash.rounded_ppm().to_be_bytes())
                .fixed(&fields.timestamp.to_be_bytes())
                .fixed(&Sha256::digest(&fields.evidence))
                .bytes();
        }
        let values = [
            fields.dispute_id.as_str(),
            &fields.invocation_id,
            &fields.provider_hub,
            &fields.consumer_hub,
            &fields.reason,
            &fields.requested_slash.number().python(),
            &time::write(fields.timestamp),
        ];
        let mut canonical = Canonical::new("");
        for (name, value) in NAMES.into_iter().zip(values) {
            canonical = canonical.field(name, value);
        }
        canonical.bytes()
    }

    /// SHA-256 of the bytes that are signed: of our form, the `evidence` of the dispute on-chain.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.signed_bytes()).into()
    }

    /// What is signed, as text: itself in the published form, `0x` and hexadecimal in ours.
    pub fn signed_text(&self) -> String {
        let bytes = self.signed_bytes();
        match String::from_utf8(bytes) {
            Ok(text) if self.form == DisputeForm::Published => text,
            Ok(text) => hex::encode_prefixed(text),
            Err(error) => hex::encode_prefixed(error.into_bytes()),
        }
    }
}

/// A dispute, its signature and the key that it names, which nobody has checked yet.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedDispute {
    /// What is said.
    pub dispute: Dispute,
    /// The signature of [`Dispute::signed_bytes`].
    pub signature: Signature,
    /// The key that the submitter names. A signature that it fits proves nothing until the key is known to be the consumer's.
    pub consumer_key: PublicKey,
}

impl SignedDispute {
    /// What others can check it by.
    pub fn proof(&self) -> ProofOfMisbehavior {
        ProofOfMisbehavior {
            dispute_canonical: self.dispute.signed_text(),
            complainant_pubkey_b64: self.consumer_key.to_string(),
            signature_b64: self.signature.to_string(),
        }
    }
}

/// What a signed dispute is about, read back from what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeClaim {
    /// The dispute.
    pub dispute_id: String,
    /// The call.
    pub invocation_id: String,
    /// Who is at fault.
    pub provider_hub: String,
    /// Who was wronged.
    pub consumer_hub: String,
    /// Where what is in our form is valid: on another chain, or with another contract, it proves nothing.
    pub domain: Option<Domain>,
}

impl DisputeClaim {
    /// Reads what was signed: every field of the form, in its order, and nothing else. A `|` in a reason makes a field too many, so
    /// no text can be read in two ways.
    ///
    /// # Errors
    /// [`Error::NotADispute`].
    pub fn parse(signed_text: &str) -> Result<Self, Error> {
        match signed_text.strip_prefix("0x") {
            Some(digits) => {
                let bytes = hex::decode(digits).map_err(|_| Error::NotADispute { reason: "not hexadecimal" })?;
                Self::parse_bound(&bytes).ok_or(Error::NotADispute { reason: "not our form" })
            }
            None => Self::parse_published(signed_text),
        }
    }

    fn parse_published(text: &str) -> Result<Self, Error> {
        let mut values = Vec::with_capacity(NAMES.len());
        let mut segments = text.split('|');
        for name in NAMES {
            let value = segments.next().and_then(|segment| segment.strip_prefix(name)?.strip_prefix(':'));
            values.push(value.ok_or(Error::NotADispute { reason: "not the fields of a dispute in their order" })?);
        }
        if segments.next().is_some() {
            return Err(Error::NotADispute { reason: "more fields than a dispute has" });
        }
        let owned = |index: usize| values.get(index).map(|value| (*value).to_owned()).unwrap_or_default();
        Ok(Self {
            dispute_id: owned(0),
            invocation_id: owned(1),
            provider_hub: owned(2),
            consumer_hub: owned(3),
            domain: None,
        })
    }

    fn parse_bound(bytes: &[u8]) -> Option<Self> {
        let mut rest = Reader(bytes);
        let tag = rest.text()?;
        let chain_id = u64::from_be_bytes(rest.skip(8)?.try_into().ok()?);
        let bond = Address::from_slice(rest.skip(20)?);
        let _wallet = rest.skip(20)?;
        let claim = Self {
            domain: Some(Domain { chain_id, bond }),
            dispute_id: rest.text()?,
            invocation_id: rest.text()?,
            provider_hub: rest.text()?,
            consumer_hub: rest.text()?,
        };
        let _reason = rest.text()?;
        rest.skip(4 + 8 + 32)?;
        (tag == TAG && rest.0.is_empty()).then_some(claim)
    }
}

/// Reads our own form.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn skip(&mut self, length: usize) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<String> {
        let length = u32::from_be_bytes(self.skip(4)?.try_into().ok()?);
        let bytes = self.skip(usize::try_from(length).ok()?)?;
        Some(std::str::from_utf8(bytes).ok()?.to_owned())
    }
}
