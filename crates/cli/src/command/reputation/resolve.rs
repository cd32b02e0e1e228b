//! `barter reputation resolve`

use std::path::PathBuf;

use alloy_primitives::B256;
use barter_reputation::wire::AttestationEnvelope;
use barter_sdk::{RulingKind, SignedRuling};
use clap::Args;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Asked, Operator};
use crate::{
    context::Context,
    error::Error,
    options::hash,
    output::Report,
    page::{Cell, FAINT, NAME, Page},
    progress::waiting,
    secret::read_document,
    text::printable,
};

/// Tell a service, as its operator, how a dispute ended on the chain, so that it attests what was slashed to other hubs
///
/// Takes the auditors' signatures that were brought to the chain by barter dispute rule or overturn. The service believes none of it: it
/// looks at the chain for what was taken and for whether the auditors signed it. May be repeated.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation resolve dispute-1 one.json two.json --token-file operator.token
  barter reputation resolve dispute-1 --token-file operator.token \\
    --void 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3")]
pub(crate) struct Resolve {
    /// The dispute, as its consumer named it
    dispute: String,

    /// Files with the signatures, as `dispute sign-ruling` prints them, one or a list of them each; - for standard input
    #[arg(value_name = "FILE", required_unless_present = "void", conflicts_with = "void")]
    signatures: Vec<PathBuf>,

    /// Nobody ruled in time: the dispute on the chain that is void
    #[arg(long, value_name = "DISPUTE ID", value_parser = hash)]
    void: Option<B256>,

    #[command(flatten)]
    operator: Operator,

    #[command(flatten)]
    asked: Asked,
}

/// One signature, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Several(Vec<SignedRuling>),
    One(Box<SignedRuling>),
}

/// What the service wrote down.
#[derive(Serialize, Deserialize)]
struct Resolved {
    status: String,
    resolution: Ending,
    /// What other hubs are told; null if nothing was slashed.
    attestation: Option<AttestationEnvelope>,
}

#[derive(Serialize, Deserialize)]
struct Ending {
    on_chain_id: B256,
    ending: String,
    slash_ppm: u32,
    slashed_units: String,
    resolved_at: u64,
    attestation_seq: Option<u64>,
}

impl Report for Resolved {
    fn show(&self, page: &mut Page) {
        let Ending { on_chain_id, ending, slash_ppm, slashed_units, .. } = &self.resolution;
        page.field("dispute", Cell::new(on_chain_id.to_string(), NAME));
        page.field("ended", printable(ending));
        page.field("slashed", format!("{} base units ({slash_ppm} ppm were ruled)", printable(slashed_units)));
        let attested = self.attestation.as_ref().map_or_else(
            || Cell::new("nothing to other hubs", FAINT),
            |attestation| format!("number {} of {}", attestation.seq, printable(&attestation.issuer_hub)).into(),
        );
        page.field("attested", attested);
    }
}

impl Resolve {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let body = match self.void {
            Some(on_chain_id) => json!({ "on_chain_id": on_chain_id }),
            None => request(read(&self.signatures)?)?,
        };
        let service = self.operator.service(&self.asked, context)?;
        let path = ["disputes", self.dispute.as_str(), "resolve"];
        let resolved: Resolved =
            waiting("asking the service to look at the chain", service.send(Method::POST, &path, &body)).await?;
        context.output().result(&resolved)
    }
}

fn read(paths: &[PathBuf]) -> Result<Vec<SignedRuling>, Error> {
    let mut signed = Vec::new();
    for path in paths {
        match read_document(path, "a signature of a ruling on a bond")? {
            Document::Several(several) => signed.extend(several),
            Document::One(one) => signed.push(*one),
        }
    }
    Ok(signed)
}

/// All say the same, and the contract takes them in the order of their auditors.
fn request(mut signed: Vec<SignedRuling>) -> Result<Value, Error> {
    let malformed = |reason: String| Error::Malformed { what: "the signatures".to_owned(), reason };
    signed.sort_by_key(|signed| signed.auditor);
    let first = signed.first().ok_or_else(|| malformed("there are none".to_owned()))?;
    let said = |signed: &SignedRuling| (signed.kind, signed.dispute_id, signed.slash_ppm, signed.deadline);
    if let Some(other) = signed.iter().find(|signed| said(signed) != said(first)) {
        return Err(malformed(format!("{} and {} signed different rulings", first.auditor, other.auditor)));
    }
    let signatures: Vec<Value> = signed
        .iter()
        .map(|signed| json!({ "auditor": signed.auditor.to_checksum(None), "signature": signed.signature }))
        .collect();
    Ok(json!({
        "on_chain_id": first.dispute_id,
        "slash_ppm": first.slash_ppm,
        "deadline": first.deadline,
        "overturns": first.kind == RulingKind::Overturn,
        "signatures": signatures,
    }))
}
