//! The shapes in which outcomes and disputes travel over HTTP.
//!
//! One flat shape for the three forms of an outcome: it is an event if it has a `type`, ours if it has a `chain_id`, and published
//! otherwise. Fields that the form does not have are ignored, as the published package does.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Dispute, DisputeFields, DisputeForm, Domain, Error, Form, Fraction, Number, Outcome, OutcomeFields, Price,
    SignedDispute, SignedOutcome, Status, base64, time,
};
use crate::key::{PublicKey, Signature};

/// An outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutcomeJson {
    /// Of an event: `invocation_success`, `invocation_failure` or `invocation_timeout`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Ours: the chain of the bond contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<u64>,
    /// Ours: the address of the bond contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bond: Option<String>,
    /// The call. Not in an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invocation_id: Option<String>,
    /// What was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability_id: Option<String>,
    /// What was bought. Not in an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_hub: Option<String>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_hub: Option<String>,
    /// `success`, `failure`, `timeout` or `disputed`. Not in an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Published: dollars. `1` and `1.0` are two different texts to sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_usd: Option<Number>,
    /// Ours: base units of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_units: Option<u64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<Number>,
    /// Published: 0 to 1. Not in an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_score: Option<Number>,
    /// Ours: 0 to 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_ppm: Option<u32>,
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureJson>,
}

/// A signature: an object in an event, a text everywhere else. Both are read everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SignatureJson {
    /// Base64.
    Text(String),
    /// `{"algorithm": "ed25519", "value": base64}`.
    Object {
        /// Base64.
        value: String,
    },
}

/// A dispute.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisputeJson {
    /// Ours: the chain of the bond contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<u64>,
    /// Ours: the address of the bond contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bond: Option<String>,
    /// Ours: the address of the wallet that is paid what is slashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet: Option<String>,
    /// The dispute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute_id: Option<String>,
    /// The call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invocation_id: Option<String>,
    /// Who is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_hub: Option<String>,
    /// Who was wronged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_hub: Option<String>,
    /// What was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Published: any JSON, not signed. Ours: a text, whose SHA-256 is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Value>,
    /// Published: share of the bond, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_slash_pct: Option<Number>,
    /// Ours: share of the bond, 0 to 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_slash_ppm: Option<u32>,
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureJson>,
    /// The consumer's key, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_pubkey: Option<String>,
}

impl SignatureJson {
    /// Reads the signature.
    ///
    /// # Errors
    /// [`Error::NotBase64`] or [`Error::WrongLength`].
    pub fn read(&self) -> Result<Signature, Error> {
        let (Self::Text(text) | Self::Object { value: text }) = self;
        base64::decode("signature", text).map(Signature::new)
    }
}

impl OutcomeJson {
    /// Reads it, without checking the signature.
    ///
    /// # Errors
    /// Every [`Error`] but [`Error::Json`] and [`Error::NotADispute`].
    pub fn read(self) -> Result<SignedOutcome, Error> {
        let form = match (&self.event, self.chain_id) {
            (Some(_), _) => Form::Event,
            (None, Some(chain_id)) => Form::Bound(domain(chain_id, self.bond.as_deref())?),
            (None, None) => Form::Published,
        };
        let signature = needed("signature", self.signature)?.read()?;
        let status = match &self.event {
            Some(event) => Status::parse_event(event)?,
            None => Status::parse(&needed("status", self.status)?)?,
        };
        let (price, quality) = match form {
            Form::Published => (
                Price::from_number(needed("price_usd", self.price_usd)?)?,
                Some(Fraction::from_number("quality_score", needed("quality_score", self.quality_score)?)?),
            ),
            // The published package signs `0` for what an event does not have.
            Form::Event => (Price::from_number(self.price_usd.unwrap_or(Number::Integer(0)))?, None),
            Form::Bound(_) => (
                Price::from_units(needed("price_units", self.price_units)?)?,
                Some(Fraction::from_ppm("quality_ppm", needed("quality_ppm", self.quality_ppm)?)?),
            ),
        };
        let latency = match self.latency_ms {
            None if form == Form::Event => 0,
            latency => milliseconds(needed("latency_ms", latency)?)?,
        };
        let fields = OutcomeFields {
            invocation_id: self.invocation_id.unwrap_or_default(),
            capability_id: self.capability_id.unwrap_or_default(),
            product_id: self.product_id.unwrap_or_default(),
            provider_hub: needed("provider_hub", self.provider_hub)?,
            consumer_hub: needed("consumer_hub", self.consumer_hub)?,
            status,
            price,
            latency_ms: latency,
            quality,
            timestamp: time::parse("timestamp", &needed("timestamp", self.timestamp)?)?,
        };
        Ok(SignedOutcome { outcome: Outcome::new(form, fields)?, signature })
    }

    /// Writes it.
    pub fn write(signed: &SignedOutcome) -> Self {
        let fields = signed.outcome.fields();
        let form = signed.outcome.form();
        let (is_event, is_bound) = (form == Form::Event, form.domain().is_some());
        let text = |text: &String| Some(text.clone());
        let signature = signed.signature.to_string();
        Self {
            event: is_event.then(|| fields.status.event().unwrap_or_default().to_owned()),
            chain_id: form.domain().map(|domain| domain.chain_id),
            bond: form.domain().map(|domain| domain.bond.to_string()),
            invocation_id: text(&fields.invocation_id).filter(|_| !is_event),
            capability_id: text(&fields.capability_id),
            product_id: text(&fields.product_id).filter(|_| !is_event),
            provider_hub: text(&fields.provider_hub),
            consumer_hub: text(&fields.consumer_hub),
            status: (!is_event).then(|| fields.status.as_str().to_owned()),
            price_usd: (!is_bound).then(|| fields.price.number()),
            price_units: is_bound.then(|| fields.price.units()),
            latency_ms: Some(Number::Integer(fields.latency_ms.into())),
            quality_score: fields.quality.filter(|_| !is_bound).map(Fraction::number),
            quality_ppm: fields.quality.filter(|_| is_bound).map(Fraction::rounded_ppm),
            timestamp: Some(time::write(fields.timestamp)),
            signature: Some(if is_event {
                SignatureJson::Object { value: signature }
            } else {
                SignatureJson::Text(signature)
            }),
        }
    }
}

impl DisputeJson {
    /// Reads it, without checking the signature.
    ///
    /// # Errors
    /// Every [`Error`] but [`Error::Json`].
    pub fn read(self) -> Result<SignedDispute, Error> {
        let form = match self.chain_id {
            Some(chain_id) => DisputeForm::Bound {
                domain: domain(chain_id, self.bond.as_deref())?,
                wallet: address("wallet", self.wallet.as_deref())?,
            },
            None => DisputeForm::Published,
        };
        let (requested_slash, evidence) = if form.domain().is_some() {
            let ppm = needed("requested_slash_ppm", self.requested_slash_ppm)?;
            let evidence = match self.evidence {
                None => String::new(),
                Some(Value::String(text)) => text,
                Some(_) => return Err(Error::Json { reason: "evidence is not a text".to_owned() }),
            };
            (Fraction::from_ppm("requested_slash_ppm", ppm)?, evidence)
        } else {
            let number = self.requested_slash_pct.unwrap_or(Number::Integer(0));
            let evidence = self.evidence.filter(|value| !value.is_null()).map(|value| value.to_string());
            // The published hub makes a float of whatever it is given before it checks the signature.
            let requested = Fraction::from_number("requested_slash_pct", Number::Float(number.float()))?;
            (requested, evidence.unwrap_or_default())
        };
        let fields = DisputeFields {
            dispute_id: needed("dispute_id", self.dispute_id)?,
            invocation_id: needed("invocation_id", self.invocation_id)?,
            provider_hub: needed("provider_hub", self.provider_hub)?,
            consumer_hub: needed("consumer_hub", self.consumer_hub)?,
            reason: self.reason.unwrap_or_default(),
            requested_slash,
            timestamp: time::parse("timestamp", &needed("timestamp", self.timestamp)?)?,
            evidence,
        };
        Ok(SignedDispute {
            dispute: Dispute::new(form, fields)?,
            signature: needed("signature", self.signature)?.read()?,
            consumer_key: PublicKey::parse_as("consumer_pubkey", &needed("consumer_pubkey", self.consumer_pubkey)?)?,
        })
    }

    /// Writes it.
    pub fn write(signed: &SignedDispute) -> Self {
        let fields = signed.dispute.fields();
        let form = signed.dispute.form();
        let domain = form.domain();
        let evidence = match domain {
            Some(_) => Value::String(fields.evidence.clone()),
            // It came in as JSON; what was left out was the empty object.
            None => serde_json::from_str(&fields.evidence).unwrap_or_else(|_| Value::Object(serde_json::Map::new())),
        };
        Self {
            chain_id: domain.map(|domain| domain.chain_id),
            bond: domain.map(|domain| domain.bond.to_string()),
            wallet: form.wallet().map(|wallet| wallet.to_string()),
            dispute_id: Some(fields.dispute_id.clone()),
            invocation_id: Some(fields.invocation_id.clone()),
            provider_hub: Some(fields.provider_hub.clone()),
            consumer_hub: Some(fields.consumer_hub.clone()),
            reason: Some(fields.reason.clone()),
            evidence: Some(evidence),
            requested_slash_pct: domain.is_none().then(|| fields.requested_slash.number()),
            requested_slash_ppm: domain.map(|_| fields.requested_slash.rounded_ppm()),
            timestamp: Some(time::write(fields.timestamp)),
            signature: Some(SignatureJson::Text(signed.signature.to_string())),
            consumer_pubkey: Some(signed.consumer_key.to_string()),
        }
    }
}

fn needed<T>(field: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or(Error::Missing { field })
}

fn domain(chain_id: u64, bond: Option<&str>) -> Result<Domain, Error> {
    Ok(Domain { chain_id, bond: address("bond", bond)? })
}

fn address(field: &'static str, text: Option<&str>) -> Result<Address, Error> {
    needed(field, text)?.parse().map_err(|_| Error::NotAnAddress { field })
}

fn milliseconds(number: Number) -> Result<u32, Error> {
    if let Number::Integer(value) = number
        && let Ok(value) = u32::try_from(value)
    {
        return Ok(value);
    }
    Err(Error::OutOfRange { field: "latency_ms", found: number.python(), minimum: 0.0, maximum: f64::from(u32::MAX) })
}
