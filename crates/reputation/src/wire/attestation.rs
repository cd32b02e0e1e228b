//! Slash attestations: what one hub tells the others of a slash.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    DisputeClaim, Error, MAX_EVIDENCE_BYTES, MAX_HUB_BYTES, MAX_ID_BYTES, MAX_REASON_BYTES, Number, base64,
    float::{python_repr, round6},
    form::{Canonical, Rules, writable_time},
    time,
};
use crate::{
    key::{PublicKey, Signature},
    verify::{Signed, Verifier},
};

/// Most that an attestation may say was slashed, in dollars.
pub const MAX_SLASHED_USD: f64 = 1e12;
/// Highest number of an attestation among its issuer's: what databases hold.
pub const MAX_SEQ: u64 = i64::MAX.unsigned_abs();

/// A dispute as its consumer signed it, for whoever wants to check. Nobody has yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofOfMisbehavior {
    /// What was signed: [`Dispute::signed_text`](super::Dispute::signed_text).
    pub dispute_canonical: String,
    /// The key.
    pub complainant_pubkey_b64: String,
    /// The signature.
    pub signature_b64: String,
}

impl ProofOfMisbehavior {
    /// The bytes that were signed: the text's own, or those that `0x` and hexadecimal stand for.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let text = &self.dispute_canonical;
        match text.strip_prefix("0x").map(alloy_primitives::hex::decode) {
            Some(Ok(bytes)) => bytes,
            _ => text.clone().into_bytes(),
        }
    }

    /// What it is about, if it is the proof of this very slash: the dispute and the provider are named in what was signed.
    ///
    /// # Errors
    /// [`Error::NotADispute`] if it is about another one, or about none.
    pub fn claim(&self, dispute_id: &str, provider_hub: &str) -> Result<DisputeClaim, Error> {
        let claim = DisputeClaim::parse(&self.dispute_canonical)?;
        if claim.dispute_id != dispute_id || claim.provider_hub != provider_hub {
            return Err(Error::NotADispute { reason: "it is about another slash" });
        }
        Ok(claim)
    }

    /// The key and the signature.
    ///
    /// # Errors
    /// [`Error::NotBase64`] or [`Error::WrongLength`].
    pub fn key_and_signature(&self) -> Result<(PublicKey, Signature), Error> {
        Ok((
            PublicKey::from_unchecked(base64::decode("pom.complainant_pubkey_b64", &self.complainant_pubkey_b64)?),
            Signature::new(base64::decode("pom.signature_b64", &self.signature_b64)?),
        ))
    }
}

/// An attestation as it travels, in the published package's shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttestationEnvelope {
    /// The hub that says so.
    pub issuer_hub: String,
    /// The provider that was slashed.
    pub provider_hub: String,
    /// How much, in dollars.
    pub slashed_usd: Number,
    /// For which dispute.
    pub dispute_id: String,
    /// Why. Not signed.
    #[serde(default)]
    pub reason: String,
    /// Number of this attestation among the issuer's.
    pub seq: u64,
    /// When, Unix seconds with a fraction; the fraction is not signed.
    pub timestamp: Number,
    /// The consumer's dispute.
    #[serde(default)]
    pub pom: Option<ProofOfMisbehavior>,
    /// Whatever else supports it. Not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Value>,
    /// What that is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence_kind: String,
    /// The issuer's key.
    pub issuer_pubkey_b64: String,
    /// The issuer's signature of [`SlashAttestation::signed_bytes`].
    pub signature_b64: String,
}

/// What the issuer of an attestation says.
#[derive(Clone, Debug, PartialEq)]
pub struct SlashAttestation {
    /// The hub that says so.
    pub issuer_hub: String,
    /// The provider that was slashed.
    pub provider_hub: String,
    /// How much, in dollars: the very double.
    pub slashed_usd: f64,
    /// For which dispute.
    pub dispute_id: String,
    /// Number of this attestation among the issuer's.
    pub seq: u64,
    /// When, Unix seconds.
    pub timestamp: u64,
}

impl SlashAttestation {
    /// Holds what is said to the rules of the published form.
    ///
    /// # Errors
    /// A text that is empty, too long, or has a NUL or `|` in it; an amount outside 0 to [`MAX_SLASHED_USD`]; a number over
    /// [`MAX_SEQ`]; a time past the year 9999.
    pub fn validated(self) -> Result<Self, Error> {
        let rules = Rules { published: true };
        rules.required("issuer_hub", &self.issuer_hub, MAX_HUB_BYTES)?;
        rules.required("provider_hub", &self.provider_hub, MAX_HUB_BYTES)?;
        rules.required("dispute_id", &self.dispute_id, MAX_ID_BYTES)?;
        writable_time(self.timestamp)?;
        if !(0.0..=MAX_SLASHED_USD).contains(&self.slashed_usd) || self.slashed_usd.is_sign_negative() {
            let found = python_repr(self.slashed_usd);
            return Err(Error::OutOfRange { field: "slashed_usd", found, minimum: 0.0, maximum: MAX_SLASHED_USD });
        }
        if self.seq > MAX_SEQ {
            #[allow(clippy::cast_precision_loss, reason = "for reading")]
            let maximum = MAX_SEQ as f64;
            return Err(Error::OutOfRange { field: "seq", found: self.seq.to_string(), minimum: 0.0, maximum });
        }
        Ok(self)
    }

    /// The bytes that are signed.
    pub fn signed_bytes(&self) -> Vec<u8> {
        Canonical::new("slash")
            .field("issuer", &self.issuer_hub)
            .field("provider", &self.provider_hub)
            .field("usd", &python_repr(round6(self.slashed_usd)))
            .field("dispute", &self.dispute_id)
            .field("seq", &self.seq.to_string())
            .field("ts", &self.timestamp.to_string())
            .bytes()
    }
}

impl AttestationEnvelope {
    /// What the issuer says, with its key and signature, which nobody has checked yet.
    ///
    /// # Errors
    /// As [`SlashAttestation::validated`], and for a key, a signature, a reason or evidence that is none or too long.
    pub fn open(&self) -> Result<(SlashAttestation, PublicKey, Signature), Error> {
        let unsigned = Rules { published: false };
        unsigned.optional("reason", &self.reason, MAX_REASON_BYTES)?;
        unsigned.optional("evidence_kind", &self.evidence_kind, MAX_ID_BYTES)?;
        let evidence = self.evidence.as_ref().map_or(0, |value| value.to_string().len());
        if evidence > MAX_EVIDENCE_BYTES {
            return Err(Error::TooLong { field: "evidence", bytes: evidence, maximum: MAX_EVIDENCE_BYTES });
        }
        if let Some(pom) = &self.pom {
            // Twice the longest text: our own form is written in hexadecimal.
            unsigned.optional("pom.dispute_canonical", &pom.dispute_canonical, 2 * super::MAX_DISPUTE_BYTES)?;
        }
        let attestation = SlashAttestation {
            issuer_hub: self.issuer_hub.clone(),
            provider_hub: self.provider_hub.clone(),
            slashed_usd: self.slashed_usd.float(),
            dispute_id: self.dispute_id.clone(),
            seq: self.seq,
            timestamp: whole_seconds(self.timestamp)?,
        }
        .validated()?;
        let key = PublicKey::parse_as("issuer_pubkey_b64", &self.issuer_pubkey_b64)?;
        let signature = Signature::new(base64::decode("signature_b64", &self.signature_b64)?);
        Ok((attestation, key, signature))
    }
}

/// What an attestation shows by itself, to whoever knows nobody in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What the issuer says.
    pub attestation: SlashAttestation,
    /// The key that the issuer signed with. Whose it is, is for whoever knows the peers to say.
    pub issuer_key: PublicKey,
    /// What a consumer signed about this very slash, and with which key; nothing if none did. The published package calls an
    /// attestation with it strong. Anybody makes a key, so it is strong here only if the key is a consumer's whose outcome is on
    /// record.
    pub proof: Option<(DisputeClaim, PublicKey)>,
}

impl AttestationEnvelope {
    /// Checks the issuer's signature, and the consumer's if there is one.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::BadSignature`] if the issuer's is wrong.
    pub fn judge(&self, verifier: &Verifier) -> Result<Judged, Error> {
        let (attestation, issuer_key, signature) = self.open()?;
        let message = &attestation.signed_bytes();
        if !verifier.verify(Signed { key: &issuer_key, message, signature: &signature }) {
            return Err(Error::BadSignature { field: "signature_b64" });
        }
        let proof = self.pom.as_ref().and_then(|pom| {
            let claim = pom.claim(&attestation.dispute_id, &attestation.provider_hub).ok()?;
            let (key, signature) = pom.key_and_signature().ok()?;
            let signed = Signed { key: &key, message: &pom.signed_bytes(), signature: &signature };
            verifier.verify(signed).then_some((claim, key))
        });
        Ok(Judged { attestation, issuer_key, proof })
    }
}

/// Python's `int(timestamp)`.
fn whole_seconds(timestamp: Number) -> Result<u64, Error> {
    #[allow(clippy::cast_precision_loss, reason = "far under 2^53")]
    let maximum = time::LAST_SECOND as f64;
    match timestamp {
        Number::Integer(seconds) => Ok(seconds),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cuts off the fraction, in range")]
        Number::Float(seconds) if (0.0..=maximum).contains(&seconds) => Ok(seconds as u64),
        Number::Float(seconds) => {
            Err(Error::OutOfRange { field: "timestamp", found: python_repr(seconds), minimum: 0.0, maximum })
        }
    }
}
