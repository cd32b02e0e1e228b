//! A dispute that a service has on record, and what comes next: the complaint on the chain.

use alloy_primitives::{Address, B256};
use barter_reputation::wire::{DisputeForm, SignedDispute};
use barter_sdk::Network;
use serde::{Deserialize, Serialize};

use crate::{
    page::{CARE, Cell, NAME, Page},
    reputation::{Error, Service, answer::ScoreAnswer},
    text::printable,
};

/// A dispute on record.
#[derive(Debug, Serialize)]
pub(super) struct OnRecord {
    dispute_id: String,
    /// The `outcome` of the complaint.
    outcome_leaf: B256,
    /// The `evidence` of the complaint.
    evidence_digest: B256,
    /// Who complains, and is paid; none of the published form, for which nothing is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet: Option<String>,
    /// The provider's wallets with a bond that counts.
    provider_wallets: Vec<String>,
    /// What signs the complaint, for each of these wallets.
    next: Vec<String>,
}

/// What a service says of a dispute.
#[derive(Deserialize)]
struct Known {
    outcome_leaf: B256,
    evidence_digest: B256,
}

impl OnRecord {
    /// Asks the service for what the complaint on the chain has to name. The digest is computed from what was signed.
    pub(super) async fn ask(service: &Service, signed: &SignedDispute) -> Result<Self, Error> {
        let fields = signed.dispute.fields();
        let path = ["disputes", fields.dispute_id.as_str()];
        let Known { outcome_leaf, evidence_digest } = service.get(&path, &[]).await?;
        let digest = B256::from(signed.dispute.digest());
        let mut on_record = Self {
            dispute_id: fields.dispute_id.clone(),
            outcome_leaf,
            evidence_digest: digest,
            wallet: None,
            provider_wallets: Vec::new(),
            next: Vec::new(),
        };
        let DisputeForm::Bound { domain, wallet } = signed.dispute.form() else { return Ok(on_record) };
        if evidence_digest != digest {
            let reason = format!("the digest {evidence_digest} of a dispute whose signed text has {digest}");
            return Err(service.invalid("GET /disputes", reason));
        }
        let score: ScoreAnswer = service.get(&[&fields.provider_hub], &[]).await?;
        let wallets = score.wallets.iter().filter(|wallet| wallet.counted);
        on_record.provider_wallets = wallets.map(|wallet| wallet.address.to_checksum(None)).collect();
        let network = Network::from_chain_id(domain.chain_id).name();
        let network = network.map(|name| format!(" --network {name}")).unwrap_or_default();
        let command = |provider: &String| {
            format!(
                "barter dispute sign{network} --provider {provider} --outcome {outcome_leaf} --evidence {digest} > complaint.json"
            )
        };
        on_record.next = on_record.provider_wallets.iter().map(command).collect();
        on_record.wallet = Some(Address::to_checksum(&wallet, None));
        Ok(on_record)
    }

    pub(super) fn show(&self, page: &mut Page) {
        page.field("dispute", Cell::new(printable(&self.dispute_id), NAME));
        page.field("outcome's leaf", self.outcome_leaf.to_string());
        page.field("evidence", self.evidence_digest.to_string());
        let Some(wallet) = &self.wallet else {
            let nothing = "on record only: for a dispute of the published form nothing is paid on a chain";
            page.field("next", Cell::new(nothing, CARE));
            return;
        };
        page.field("complains", wallet.clone());
        if self.next.is_empty() {
            page.field("next", Cell::new("nothing: no wallet of the provider's has a bond that counts", CARE));
        }
        for command in &self.next {
            page.field("next", command.clone());
        }
    }
}
