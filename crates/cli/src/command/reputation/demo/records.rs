//! What the demo's consumers sign: the numbers of the published package's example.

use alloy_primitives::Address;
use barter_reputation::{
    key::SecretKey,
    wire::{
        Dispute, DisputeFields, DisputeForm, DisputeJson, Domain, Form, Fraction, Outcome, OutcomeFields, OutcomeJson,
        Price, SignedDispute, SignedOutcome, Status,
    },
};

use crate::reputation::Error;

/// The provider.
pub(super) const HUB: &str = "https://translate-pro.example.com";
/// Consumers, and outcomes they sign.
pub(super) const CONSUMERS: usize = 5;
pub(super) const OUTCOMES: u32 = 100;
/// The call that went wrong, and whose it was.
pub(super) const DISPUTED: u32 = 42;
pub(super) const REASON: &str = "Returned wrong language — asked for French, got German";
const EVIDENCE: &str = r#"{"expected_lang":"fr","received_lang":"de"}"#;
/// What the consumer asks for, and what it gets, of the bond in millionths.
pub(super) const REQUESTED_PPM: u32 = 100_000;
pub(super) const RULED_PPM: u32 = 50_000;
const PRICE_UNITS: u64 = 400_000;

/// Who signs a call's outcome.
pub(super) fn consumer_of(call: u32) -> usize {
    call as usize % CONSUMERS
}

/// A consumer's name.
pub(super) fn name(consumer: usize) -> String {
    format!("consumer_{consumer}")
}

/// The outcome of a call, with its consumer's signature.
pub(super) fn outcome(call: u32, key: &SecretKey, domain: Domain, now: u64) -> Result<SignedOutcome, Error> {
    let fields = OutcomeFields {
        invocation_id: format!("inv_{call}"),
        capability_id: "translate.multi@v2".to_owned(),
        product_id: "prod-001".to_owned(),
        provider_hub: HUB.to_owned(),
        consumer_hub: name(consumer_of(call)),
        status: Status::Success,
        price: Price::from_units(PRICE_UNITS)?,
        latency_ms: 8_000 + (call % 20) * 100,
        quality: Some(Fraction::from_ppm("quality", 900_000 + (call % 10) * 10_000)?),
        timestamp: now,
    };
    let outcome = Outcome::new(Form::Bound(domain), fields)?;
    let signature = key.sign(&outcome.signed_bytes());
    Ok(SignedOutcome { outcome, signature })
}

/// Outcomes as they travel.
pub(super) fn travelling<'a>(outcomes: impl IntoIterator<Item = &'a SignedOutcome>) -> Vec<OutcomeJson> {
    outcomes.into_iter().map(OutcomeJson::write).collect()
}

/// The complaint about the call that went wrong, by which this wallet is to be paid.
pub(super) fn dispute(key: &SecretKey, domain: Domain, wallet: Address, now: u64) -> Result<SignedDispute, Error> {
    let fields = DisputeFields {
        dispute_id: format!("dispute-inv_{DISPUTED}"),
        invocation_id: format!("inv_{DISPUTED}"),
        provider_hub: HUB.to_owned(),
        consumer_hub: name(consumer_of(DISPUTED)),
        reason: REASON.to_owned(),
        requested_slash: Fraction::from_ppm("requested_slash", REQUESTED_PPM)?,
        timestamp: now,
        evidence: EVIDENCE.to_owned(),
    };
    let dispute = Dispute::new(DisputeForm::Bound { domain, wallet }, fields)?;
    let signature = key.sign(&dispute.signed_bytes());
    Ok(SignedDispute { dispute, signature, consumer_key: key.public() })
}

/// A dispute as it travels.
pub(super) fn travelling_dispute(dispute: &SignedDispute) -> DisputeJson {
    DisputeJson::write(dispute)
}
