//! What other hubs attest of a provider.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use barter_protocol::bond::DisputeStatus;
use barter_reputation::{key::PublicKey, verify::Verifier, wire::AttestationEnvelope};
use serde::Deserialize;

use super::{
    super::{Error, answer::ScoreAnswer, audit::Audit},
    Verification, Verifying,
};
use crate::text::counted;

/// Most attestations of a provider that are gone through.
const MAX_ABOUT: usize = 100_000;

/// A page of what a service tells of a provider's slashes.
#[derive(Deserialize)]
struct Page {
    attestations: Vec<Attested>,
    next: Option<u64>,
}

/// An attestation, and what the service counts it for.
#[derive(Deserialize)]
pub(super) struct Attested {
    own: bool,
    tier: String,
    envelope: AttestationEnvelope,
}

/// A dispute on record at the service.
#[derive(Deserialize)]
struct OnRecord {
    resolution: Option<Ended>,
}

#[derive(Deserialize)]
struct Ended {
    on_chain_id: B256,
    ending: String,
}

/// What an attestation is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Worth {
    /// It carries a dispute that was signed by its consumer, about a call in the log.
    Strong {
        /// As its consumer named it.
        dispute_id: String,
    },
    /// It is its issuer's word.
    Weak,
}

impl Verifying<'_> {
    /// All attestations of a provider.
    pub(super) async fn attested(&self, hub: &str) -> Result<Vec<Attested>, Error> {
        let path = ["slashes", "by-provider", hub];
        let mut all = Vec::new();
        let mut query = Vec::new();
        loop {
            let Page { attestations, next } = self.service.get(&path, &query).await?;
            all.extend(attestations);
            let Some(next) = next else { return Ok(all) };
            if all.len() > MAX_ABOUT {
                let reason = format!("there are more than {MAX_ABOUT} attestations");
                return Err(self.service.invalid("GET /slashes/by-provider", reason));
            }
            query = vec![("after", next.to_string())];
        }
    }

    /// The issuers whose word counts, strong and weak, as their attestations show.
    pub(super) async fn check_attestations(
        &self,
        answer: &ScoreAnswer,
        hub: &str,
        attested: &[Attested],
        audit: &Audit,
        found: &mut Verification,
    ) -> Result<(u64, u64), crate::error::Error> {
        let verifier = Verifier::new();
        let mut wrong = Vec::new();
        // By their keys, which have one spelling here and several in base64.
        let (mut strong, mut all) = (BTreeSet::new(), BTreeSet::new());
        for Attested { tier, envelope, .. } in attested.iter().filter(|attested| !attested.own) {
            let Some((issuer, worth)) = judge(&verifier, envelope, hub, audit) else {
                wrong.push(format!("number {} of {}", envelope.seq, envelope.issuer_hub));
                continue;
            };
            match (worth, tier.as_str()) {
                (Worth::Weak, "strong") => {
                    wrong.push(format!("the proof in number {} of {}", envelope.seq, envelope.issuer_hub));
                    all.insert(issuer);
                }
                // The chain has that slash already.
                (Worth::Strong { dispute_id }, "none") if self.ended(answer, &dispute_id, &["upheld"]).await? => {}
                (Worth::Strong { dispute_id }, "weak")
                    if self.ended(answer, &dispute_id, &["dismissed", "void"]).await? =>
                {
                    all.insert(issuer);
                }
                (Worth::Strong { .. }, _) => {
                    all.insert(issuer);
                    strong.insert(issuer);
                }
                (Worth::Weak, _) => {
                    all.insert(issuer);
                }
            }
        }
        let (strong, all) = (strong.len() as u64, all.len() as u64);
        let told = (answer.record.strong_issuers, answer.record.weak_issuers);
        let name = "attestations";
        let issuers = (strong, all - strong);
        if let Some(first) = wrong.first() {
            found.check(name, false, format!("{first} is not signed as it says"));
        } else {
            let shown =
                |(strong, weak): (u64, u64)| format!("{} with proof and {weak} without", counted(strong, "other hub"));
            let holds = issuers == told;
            let detail =
                if holds { shown(told) } else { format!("{}, and the service says {}", shown(issuers), shown(told)) };
            found.check(name, holds, detail);
        }
        Ok(issuers)
    }

    /// Did the dispute end so, at the service and on the chain? What was dismissed is no proof, and what was upheld is counted from
    /// the bond.
    async fn ended(
        &self,
        answer: &ScoreAnswer,
        dispute_id: &str,
        endings: &[&str],
    ) -> Result<bool, crate::error::Error> {
        let on_record: OnRecord = match self.service.get(&["disputes", dispute_id], &[]).await {
            Err(Error::Refused { status: 404, .. }) => return Ok(false),
            on_record => on_record?,
        };
        let Some(ended) = on_record.resolution.filter(|ended| endings.contains(&ended.ending.as_str())) else {
            return Ok(false);
        };
        let Some(client) = self.client else { return Ok(true) };
        let dispute = match client.bond().dispute(ended.on_chain_id).await {
            Err(barter_sdk::Error::DisputeNotFound { .. }) => return Ok(false),
            dispute => dispute?,
        };
        let wallets: Vec<Address> = answer.wallets.iter().map(|wallet| wallet.address).collect();
        let is_so = match ended.ending.as_str() {
            "upheld" => dispute.status == DisputeStatus::Upheld,
            "dismissed" => dispute.status == DisputeStatus::Dismissed,
            _ => dispute.status == DisputeStatus::Void,
        };
        Ok(is_so && wallets.contains(&dispute.provider))
    }
}

/// Whose word it is, and whether it carries a dispute of this provider that its consumer signed, with the key that the log has of
/// that consumer's report of the call. `None` if the issuer did not sign it.
fn judge(verifier: &Verifier, envelope: &AttestationEnvelope, hub: &str, audit: &Audit) -> Option<(PublicKey, Worth)> {
    let judged = envelope.judge(verifier).ok()?;
    let normal = barter_reputation::wire::hub::normal;
    let proven = judged.proof.filter(|(claim, key)| {
        // What is bound to another contract proves nothing here.
        let is_here = claim.domain.is_none() || audit.domain().is_none() || claim.domain == audit.domain();
        is_here
            && normal(&claim.provider_hub) == normal(hub)
            && audit.has_call(&claim.consumer_hub, key, &claim.invocation_id)
    });
    let worth = proven.map_or(Worth::Weak, |(claim, _)| Worth::Strong { dispute_id: claim.dispute_id });
    Some((judged.issuer_key, worth))
}

#[cfg(test)]
mod tests {
    use barter_reputation::{
        key::SecretKey,
        wire::{
            Form, Fraction, Number, Outcome, OutcomeFields, Price, ProofOfMisbehavior, SignedOutcome, SlashAttestation,
            Status,
        },
    };

    use super::*;
    use crate::reputation::audit::{Entry, Subject};

    const HUB: &str = "https://p.example";
    const NOW: u64 = 1_800_000_000;

    /// A log in which this key reports a call.
    fn log(consumer: &SecretKey) -> Audit {
        let subject = Subject { hub: HUB.into(), now: NOW, window_seconds: 86_400, counted: 1, domain: None };
        let mut audit = Audit::new(subject, []);
        let outcome = Outcome::new(
            Form::Published,
            OutcomeFields {
                invocation_id: "inv_1".into(),
                capability_id: "c".into(),
                product_id: String::new(),
                provider_hub: HUB.into(),
                consumer_hub: "consumer_1".into(),
                status: Status::Failure,
                price: Price::from_units(1).unwrap(),
                latency_ms: 1,
                quality: Some(Fraction::from_ppm("quality", 1).unwrap()),
                timestamp: NOW,
            },
        );
        let outcome = outcome.unwrap();
        let signature = consumer.sign(&outcome.signed_bytes());
        audit.take(Entry { index: 0, key: consumer.public(), signed: SignedOutcome { outcome, signature } });
        audit.end();
        audit
    }

    /// An issuer's attestation with a dispute that this key signed.
    fn attestation(issuer: &SecretKey, complainant: &SecretKey) -> AttestationEnvelope {
        let text = format!(
            "dispute_id:d|invocation_id:inv_1|provider_hub:{HUB}|consumer_hub:consumer_1|reason:r|requested_slash_pct:0.1|\
             timestamp:2026-01-02T03:04:05Z"
        );
        let said = SlashAttestation {
            issuer_hub: "https://issuer.example".into(),
            provider_hub: HUB.into(),
            slashed_usd: 1.0,
            dispute_id: "d".into(),
            seq: 1,
            timestamp: NOW,
        };
        let signature = issuer.sign(&said.signed_bytes());
        AttestationEnvelope {
            issuer_hub: said.issuer_hub,
            provider_hub: said.provider_hub,
            slashed_usd: Number::Float(said.slashed_usd),
            dispute_id: said.dispute_id,
            reason: "r".into(),
            seq: said.seq,
            timestamp: Number::Integer(said.timestamp),
            pom: Some(ProofOfMisbehavior {
                complainant_pubkey_b64: complainant.public().to_string(),
                signature_b64: complainant.sign(text.as_bytes()).to_string(),
                dispute_canonical: text,
            }),
            evidence: None,
            evidence_kind: String::new(),
            issuer_pubkey_b64: issuer.public().to_string(),
            signature_b64: signature.to_string(),
        }
    }

    #[test]
    fn a_proof_is_the_consumers_whose_call_it_is() {
        let [consumer, stranger, issuer] = [1, 2, 3].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let (log, verifier) = (log(&consumer), Verifier::new());
        let worth = |complainant| judge(&verifier, &attestation(&issuer, complainant), HUB, &log).unwrap().1;
        assert_eq!(worth(&consumer), Worth::Strong { dispute_id: "d".into() });
        assert_eq!(worth(&stranger), Worth::Weak, "a fresh key is nobody's");
        assert!(
            judge(&verifier, &attestation(&issuer, &consumer), "https://other.example", &log).unwrap().1 == Worth::Weak
        );
        let mut forged = attestation(&issuer, &consumer);
        forged.seq = 2;
        assert!(judge(&verifier, &forged, HUB, &log).is_none());
    }

    #[test]
    fn one_key_is_one_issuer_however_it_is_spelled() {
        let [consumer, issuer] = [1, 3].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let (log, verifier) = (log(&consumer), Verifier::new());
        let usual = attestation(&issuer, &consumer);
        let mut respelled = usual.clone();
        let text = &usual.issuer_pubkey_b64;
        respelled.issuer_pubkey_b64 = text.replace('/', "_").replace('+', "-").trim_end_matches('=').to_owned();
        assert_ne!(respelled.issuer_pubkey_b64, *text);
        let key = |envelope: &AttestationEnvelope| judge(&verifier, envelope, HUB, &log).map(|(key, _)| key);
        assert_eq!((key(&usual), key(&respelled)), (Some(issuer.public()), Some(issuer.public())));
    }
}
