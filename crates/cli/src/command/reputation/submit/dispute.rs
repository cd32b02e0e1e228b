//! A dispute that a service has on record, and what comes next: the complaint on the chain.

use alloy_primitives::{Address, B256};
use barter_reputation::{
    verify::{Signed, Verifier},
    wire::{DisputeForm, SignedDispute, hub},
};
use barter_sdk::Network;
use serde::{Deserialize, Serialize, Serializer};

use super::super::outcomes::Listed;
use crate::{
    page::{BAD, CARE, Cell, NAME, Page},
    reputation::{
        Error, Service,
        answer::{BondAnswer, ScoreAnswer},
    },
    text::printable,
};

/// A dispute on record.
#[derive(Debug, Serialize)]
pub(super) struct OnRecord {
    dispute_id: String,
    /// The `evidence` of the complaint.
    evidence_digest: B256,
    #[serde(flatten)]
    rest: Rest,
}

/// What else the complaint on the chain names, or why that is not known. On record the dispute is all the same.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Rest {
    Known(Complaint),
    Unknown {
        #[serde(serialize_with = "in_words")]
        error: Error,
    },
}

/// What the complaint on the chain names besides its evidence.
#[derive(Debug, Serialize)]
struct Complaint {
    /// The `outcome` of the complaint.
    outcome_leaf: B256,
    /// Who complains, and is paid; none of the published form, for which nothing is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet: Option<String>,
    /// The provider's wallets with a bond that counts and has money in it.
    provider_wallets: Vec<String>,
    /// What signs the complaint, for each of these wallets.
    next: Vec<String>,
    /// Whether the service has read bonds at all.
    #[serde(skip)]
    is_chain_read: bool,
}

/// What a service says of a dispute.
#[derive(Deserialize)]
struct Answer {
    outcome_index: u64,
    outcome_leaf: B256,
    evidence_digest: B256,
}

fn in_words<S: Serializer>(error: &Error, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

impl OnRecord {
    /// Asks the service for what the complaint on the chain has to name. The digest is computed from what was signed.
    pub(super) async fn ask(service: &Service, signed: &SignedDispute) -> Self {
        let rest = match Complaint::ask(service, signed).await {
            Ok(complaint) => Rest::Known(complaint),
            Err(error) => Rest::Unknown { error },
        };
        let dispute_id = signed.dispute.fields().dispute_id.clone();
        Self { dispute_id, evidence_digest: signed.dispute.digest().into(), rest }
    }

    /// Why it is not known what comes next.
    pub(super) fn into_error(self) -> Option<Error> {
        match self.rest {
            Rest::Known(_) => None,
            Rest::Unknown { error } => Some(error),
        }
    }

    pub(super) fn show(&self, page: &mut Page) {
        page.field("dispute", Cell::new(printable(&self.dispute_id), NAME));
        page.field("evidence", self.evidence_digest.to_string());
        match &self.rest {
            Rest::Known(complaint) => complaint.show(page),
            Rest::Unknown { error } => {
                let unknown = format!("on record, and what comes next is not known: {}", printable(&error.to_string()));
                page.field("next", Cell::new(unknown, BAD));
            }
        }
    }
}

impl Complaint {
    async fn ask(service: &Service, signed: &SignedDispute) -> Result<Self, Error> {
        let fields = signed.dispute.fields();
        let answer: Answer = service.get(&["disputes", fields.dispute_id.as_str()], &[]).await?;
        check_leaf(service, signed, &answer).await?;
        let outcome_leaf = answer.outcome_leaf;
        let mut complaint =
            Self { outcome_leaf, wallet: None, provider_wallets: Vec::new(), next: Vec::new(), is_chain_read: false };
        let DisputeForm::Bound { domain, wallet } = signed.dispute.form() else { return Ok(complaint) };
        let digest = B256::from(signed.dispute.digest());
        if answer.evidence_digest != digest {
            let reason = format!("the digest {} of a dispute whose signed text has {digest}", answer.evidence_digest);
            return Err(service.invalid("GET /disputes", reason));
        }
        let score: ScoreAnswer = service.get(&[&fields.provider_hub], &[]).await?;
        complaint.is_chain_read = score.chain.block.is_some();
        // The contract takes no complaint about a wallet with nothing in its bond.
        let has_money = |bond: &BondAnswer| [&bond.active, &bond.unbonding].iter().any(|units| units.as_str() != "0");
        let wallets =
            score.wallets.iter().filter(|wallet| wallet.counted && wallet.bond.as_ref().is_some_and(has_money));
        complaint.provider_wallets = wallets.map(|wallet| wallet.address.to_checksum(None)).collect();
        let network = Network::from_chain_id(domain.chain_id).name();
        let network = network.map(|name| format!(" --network {name}")).unwrap_or_default();
        let consumer = Address::to_checksum(&wallet, None);
        let command = |provider: &String| {
            format!(
                "barter dispute sign{network} --consumer {consumer} --provider {provider} --outcome {outcome_leaf} --evidence {digest} > complaint.json"
            )
        };
        complaint.next = complaint.provider_wallets.iter().map(command).collect();
        complaint.wallet = Some(consumer);
        Ok(complaint)
    }

    fn show(&self, page: &mut Page) {
        page.field("outcome's leaf", self.outcome_leaf.to_string());
        let Some(wallet) = &self.wallet else {
            let nothing = "on record only: for a dispute of the published form nothing is paid on a chain";
            page.field("next", Cell::new(nothing, CARE));
            return;
        };
        page.field("complains", wallet.clone());
        if self.next.is_empty() {
            let nothing = if self.is_chain_read {
                "nothing: no wallet of the provider's has a bond that counts and money in it"
            } else {
                "not known yet: the service has read no bond; submit the dispute again once it has"
            };
            page.field("next", Cell::new(nothing, CARE));
        }
        for command in &self.next {
            page.field("next", command.clone());
        }
    }
}

/// The leaf is of the very call that the dispute is about, signed with the same key, and in the log. Auditors dismiss a complaint about
/// another, and then its deposit is lost.
async fn check_leaf(service: &Service, signed: &SignedDispute, answer: &Answer) -> Result<(), Error> {
    let Answer { outcome_index, outcome_leaf, .. } = *answer;
    let about = signed.dispute.fields();
    let invalid = |reason: String| service.invalid("GET /disputes", reason);
    let listed = Listed::ask(service, &about.provider_hub, outcome_index, 1).await?;
    let outcome = listed.outcomes.into_iter().next().filter(|outcome| outcome.entry.index == outcome_index);
    let outcome = outcome.ok_or_else(|| invalid(format!("outcome {outcome_index}, which is not this provider's")))?;
    let entry = outcome.entry.read().map_err(|error| invalid(error.to_string()))?;
    let (said, message) = (entry.signed.outcome.fields(), entry.signed.outcome.signed_bytes());
    let is_same = |one: &str, other: &str| hub::normal(one) == hub::normal(other);
    let is_signed = || {
        let key = &signed.consumer_key;
        entry.key == *key
            && Verifier::new().verify(Signed { key, message: &message, signature: &entry.signed.signature })
    };
    let wrong = if outcome.leaf != outcome_leaf {
        format!("which has the leaf {}", outcome.leaf)
    } else if !outcome.proven {
        "which its proof does not show to be in the log".to_owned()
    } else if said.invocation_id != about.invocation_id {
        format!("which is of the call {:?}, and the dispute of {:?}", said.invocation_id, about.invocation_id)
    } else if !is_same(&said.provider_hub, &about.provider_hub) || !is_same(&said.consumer_hub, &about.consumer_hub) {
        format!("which {:?} says of {:?}, and the dispute is of others", said.consumer_hub, said.provider_hub)
    } else if !is_signed() {
        format!("which the dispute's key {} did not sign", signed.consumer_key)
    } else {
        return Ok(());
    };
    Err(invalid(format!("the leaf {outcome_leaf} of outcome {outcome_index}, {wrong}")))
}
