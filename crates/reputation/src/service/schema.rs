//! How the document describes what is read and written by [`wire`](crate::wire), whose shapes are the same outside of HTTP.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        OneOfBuilder, Ref, RefOr,
        schema::{AnyOfBuilder, ArrayBuilder, Object, ObjectBuilder, Schema, SchemaType, Type},
    },
};

use super::outcomes::MAX_BATCH;
use crate::wire::{
    AttestationEnvelope, DisputeJson, MAX_HUB_BYTES, MAX_ID_BYTES, MAX_REASON_BYTES, OutcomeJson, ProofOfMisbehavior,
    json::SignatureJson,
};

/// An Ethereum address.
const ADDRESS: &str = "^0x[0-9a-fA-F]{40}$";
/// A public key in base64, in either alphabet, padded or not.
const KEY: &str = "^[A-Za-z0-9+/_-]{43}=?$";
/// A signature, likewise.
const SIGNATURE: &str = "^[A-Za-z0-9+/_-]{86}(==)?$";

fn text(maximum: usize, description: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(maximum)).description(Some(description)).build()
}

fn number(kind: Type, maximum: Option<f64>, description: &str) -> Object {
    ObjectBuilder::new().schema_type(kind).minimum(Some(0.0)).maximum(maximum).description(Some(description)).build()
}

/// A text of one shape, such as an address.
fn shape(pattern: &str, description: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).description(Some(description)).build()
}

fn time(description: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"))
        .description(Some(description))
        .examples(["2026-11-20T17:00:00Z"])
        .build()
}

fn anything(description: &str) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(description)).build()
}

impl PartialSchema for SignatureJson {
    fn schema() -> RefOr<Schema> {
        let text = || shape(SIGNATURE, "Base64, in either alphabet, padded or not");
        let object = ObjectBuilder::new().schema_type(Type::Object).property("value", text()).required("value");
        OneOfBuilder::new().item(text()).item(object).into()
    }
}

impl ToSchema for SignatureJson {
    fn name() -> Cow<'static, str> {
        "Signature".into()
    }
}

impl PartialSchema for OutcomeJson {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "An outcome in one of three forms: an event if it has a `type`, ours if it has a `chain_id`, and published otherwise. \
                 Fields that the form does not have are ignored.",
            ))
            .property("type", text(64, "Event: `invocation_success`, `invocation_failure` or `invocation_timeout`"))
            .property("chain_id", number(Type::Integer, None, "Ours: the chain of the bond contract"))
            .property("bond", shape(ADDRESS, "Ours: the address of the bond contract"))
            .property("invocation_id", text(MAX_ID_BYTES, "The call. Not in an event"))
            .property("capability_id", text(MAX_ID_BYTES, "What was called. Of an event it is not signed: whoever passed it on chose it"))
            .property("product_id", text(MAX_ID_BYTES, "What was bought. Not in an event"))
            .property("provider_hub", text(MAX_HUB_BYTES, "Who did it"))
            .property("consumer_hub", text(MAX_HUB_BYTES, "For whom; who signs. Of an event the key alone says who, and this spelling is not signed"))
            .property("status", text(16, "`success`, `failure`, `timeout` or `disputed`. Not in an event"))
            .property("price_usd", number(Type::Number, Some(1e9), "Published and event: dollars, in whole millionths"))
            .property("price_units", number(Type::Integer, Some(1e15), "Ours: base units of the token"))
            .property("latency_ms", number(Type::Integer, Some(f64::from(u32::MAX)), "Milliseconds"))
            .property("quality_score", number(Type::Number, Some(1.0), "Published: 0 to 1. Not in an event"))
            .property("quality_ppm", number(Type::Integer, Some(1e6), "Ours: 0 to 1,000,000"))
            .property("timestamp", time("When, UTC, within a day of now"))
            .property("signature", SignatureJson::schema())
            .into()
    }
}

impl ToSchema for OutcomeJson {
    fn name() -> Cow<'static, str> {
        "Outcome".into()
    }
}

impl PartialSchema for DisputeJson {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("A dispute in one of two forms: ours if it has a `chain_id`, and published otherwise."))
            .property("chain_id", number(Type::Integer, None, "Ours: the chain of the bond contract"))
            .property("bond", shape(ADDRESS, "Ours: the address of the bond contract"))
            .property(
                "wallet",
                shape(ADDRESS, "Ours: who is paid what is slashed, the `consumer` of the dispute on-chain"),
            )
            .property("dispute_id", text(MAX_ID_BYTES, "The dispute, in the consumer's words"))
            .property("invocation_id", text(MAX_ID_BYTES, "The call"))
            .property("provider_hub", text(MAX_HUB_BYTES, "Who is at fault"))
            .property("consumer_hub", text(MAX_HUB_BYTES, "Who was wronged; who signs"))
            .property("reason", text(MAX_REASON_BYTES, "What was wrong"))
            .property(
                "evidence",
                anything(
                    "At most 16,384 bytes. Published: any JSON, not signed. Ours: a text, whose SHA-256 is signed",
                ),
            )
            .property("requested_slash_pct", number(Type::Number, Some(1.0), "Published: share of the bond, 0 to 1"))
            .property("requested_slash_ppm", number(Type::Integer, Some(1e6), "Ours: share of the bond, in millionths"))
            .property("timestamp", time("When, UTC, within a day of now"))
            .property("signature", SignatureJson::schema())
            .property("consumer_pubkey", shape(KEY, "The consumer's key, base64"))
            .into()
    }
}

impl ToSchema for DisputeJson {
    fn name() -> Cow<'static, str> {
        "Dispute".into()
    }
}

/// A consumer's dispute, for whoever wants to check it.
fn proof(kind: SchemaType) -> Object {
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some("The consumer's dispute: what was signed, the key and the signature"))
        .property("dispute_canonical", ObjectBuilder::new().schema_type(Type::String))
        .property("complainant_pubkey_b64", ObjectBuilder::new().schema_type(Type::String))
        .property("signature_b64", ObjectBuilder::new().schema_type(Type::String))
        .build()
}

impl PartialSchema for ProofOfMisbehavior {
    fn schema() -> RefOr<Schema> {
        Schema::from(proof(Type::Object.into())).into()
    }
}

impl ToSchema for ProofOfMisbehavior {
    fn name() -> Cow<'static, str> {
        "Proof".into()
    }
}

impl PartialSchema for AttestationEnvelope {
    fn schema() -> RefOr<Schema> {
        let proof = proof(SchemaType::from_iter([Type::Object, Type::Null]));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("A slash that a hub attests, in the published package's shape"))
            .property("issuer_hub", text(MAX_HUB_BYTES, "The hub that says so"))
            .property("provider_hub", text(MAX_HUB_BYTES, "The provider that was slashed"))
            .property("slashed_usd", number(Type::Number, None, "How much, in dollars"))
            .property("dispute_id", text(MAX_ID_BYTES, "For which dispute"))
            .property("reason", text(MAX_REASON_BYTES, "Why. Not signed"))
            .property("seq", number(Type::Integer, None, "Its number among the issuer's"))
            .property("timestamp", number(Type::Number, None, "Unix seconds"))
            .property("pom", proof)
            .property("evidence", anything("Whatever else supports it. Not signed"))
            .property("evidence_kind", text(MAX_ID_BYTES, "What that is"))
            .property("issuer_pubkey_b64", ObjectBuilder::new().schema_type(Type::String))
            .property("signature_b64", ObjectBuilder::new().schema_type(Type::String))
            .into()
    }
}

impl ToSchema for AttestationEnvelope {
    fn name() -> Cow<'static, str> {
        "Attestation".into()
    }
}

/// What a batch has one to a hundred of: an outcome; what is none is rejected by itself.
pub(super) fn entries() -> RefOr<Schema> {
    let outcome = Ref::from_schema_name(OutcomeJson::name());
    let entry = AnyOfBuilder::new().item(outcome).item(anything("What is no outcome is rejected by itself"));
    ArrayBuilder::new().items(RefOr::T(Schema::from(entry))).min_items(Some(1)).max_items(Some(MAX_BATCH)).into()
}
