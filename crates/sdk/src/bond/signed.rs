//! What consumers and auditors sign for somebody else to send.

use alloy_primitives::{Address, B256, Bytes};
use barter_protocol::{
    TradeId,
    bond::{Complaint, DisputeId, dispute_id_of},
};
use serde::{Deserialize, Serialize};

use crate::{Error, json};

/// A consumer's complaint with its signature: what [`file`](super::BondClient::file) takes. As JSON it can be handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedComplaint {
    /// Whose bond is to be slashed.
    #[serde(serialize_with = "json::address")]
    pub provider: Address,
    /// Who signed, and gets what is slashed.
    #[serde(serialize_with = "json::address")]
    pub consumer: Address,
    /// The signed outcome it is about: its leaf in the oracle's log.
    pub outcome: B256,
    /// SHA-256 of the signed dispute, which says what happened.
    pub evidence: B256,
    /// Last second, Unix time, at which it can be filed.
    pub deadline: u64,
    /// The chain it counts on.
    pub chain_id: u64,
    /// The bond contract it counts at.
    #[serde(serialize_with = "json::address")]
    pub contract: Address,
    /// The signature.
    pub signature: Bytes,
}

impl SignedComplaint {
    /// What was signed.
    pub fn complaint(&self) -> Complaint {
        Complaint::new(self.provider, self.consumer, self.outcome, self.evidence, self.deadline)
    }

    /// The id of the dispute it becomes.
    pub fn dispute_id(&self) -> DisputeId {
        dispute_id_of(self.provider, self.consumer, self.outcome)
    }
}

/// Which of the auditors' two decisions a signature is for. One never counts as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulingKind {
    /// A ruling, which takes effect after the window.
    Ruling,
    /// The larger quorum's, which replaces a ruling for good.
    Overturn,
}

impl RulingKind {
    /// Its name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ruling => "ruling",
            Self::Overturn => "overturn",
        }
    }
}

/// An auditor's signature of a ruling on a dispute about a bond. As JSON it can be handed to whoever collects them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedRuling {
    /// A ruling, or one that replaces another.
    pub kind: RulingKind,
    /// The dispute.
    pub dispute_id: DisputeId,
    /// Share of the bond at filing to take, in parts per million; 0 dismisses.
    pub slash_ppm: u32,
    /// Last second, Unix time, at which the signature counts.
    pub deadline: u64,
    /// The chain it counts on.
    pub chain_id: u64,
    /// The bond contract it counts at.
    #[serde(serialize_with = "json::address")]
    pub contract: Address,
    /// Who signed.
    #[serde(serialize_with = "json::address")]
    pub auditor: Address,
    /// The signature.
    pub signature: Bytes,
}

/// An auditor's signature of a ruling on a disputed trade. As JSON it can be handed to whoever collects them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedTradeRuling {
    /// A ruling, or one that replaces another.
    pub kind: RulingKind,
    /// The trade.
    pub trade_id: TradeId,
    /// The `BarterCore` it is in.
    #[serde(serialize_with = "json::address")]
    pub core: Address,
    /// The party at fault; `None` dismisses the dispute.
    #[serde(serialize_with = "json::optional_address")]
    pub at_fault: Option<Address>,
    /// Last second, Unix time, at which the signature counts.
    pub deadline: u64,
    /// The chain it counts on.
    pub chain_id: u64,
    /// The auditors' contract it counts at.
    #[serde(serialize_with = "json::address")]
    pub contract: Address,
    /// Who signed.
    #[serde(serialize_with = "json::address")]
    pub auditor: Address,
    /// The signature.
    pub signature: Bytes,
}

/// What several auditors signed alike, and their signatures in the order contracts take them.
pub(super) struct Collected<'a, T> {
    pub(super) of: &'a T,
    /// Ascending by auditor, each once.
    pub(super) signatures: Vec<AuditorSignature>,
}

/// An auditor and its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AuditorSignature {
    /// Who signed.
    pub auditor: Address,
    /// The signature.
    pub signature: Bytes,
}

/// A ruling by an auditor, on a bond's dispute or on a trade.
pub(super) trait AuditorSigned {
    /// Where it counts: chain and contract.
    fn place(&self) -> (u64, Address);
    /// Which decision it is.
    fn kind(&self) -> RulingKind;
    /// Every value it shares with the others of the same ruling, by name.
    fn terms(&self) -> Vec<(&'static str, String)>;
    fn signature(&self) -> AuditorSignature;
}

impl AuditorSigned for SignedRuling {
    fn place(&self) -> (u64, Address) {
        (self.chain_id, self.contract)
    }

    fn kind(&self) -> RulingKind {
        self.kind
    }

    fn terms(&self) -> Vec<(&'static str, String)> {
        vec![
            ("the dispute", self.dispute_id.to_string()),
            ("the slash in ppm", self.slash_ppm.to_string()),
            ("the deadline", self.deadline.to_string()),
        ]
    }

    fn signature(&self) -> AuditorSignature {
        AuditorSignature { auditor: self.auditor, signature: self.signature.clone() }
    }
}

impl AuditorSigned for SignedTradeRuling {
    fn place(&self) -> (u64, Address) {
        (self.chain_id, self.contract)
    }

    fn kind(&self) -> RulingKind {
        self.kind
    }

    fn terms(&self) -> Vec<(&'static str, String)> {
        let at_fault = self.at_fault.map_or("nobody".to_owned(), |wallet| wallet.to_string());
        vec![
            ("the contract BarterCore", self.core.to_string()),
            ("the trade", self.trade_id.to_string()),
            ("the party at fault", at_fault),
            ("the deadline", self.deadline.to_string()),
        ]
    }

    fn signature(&self) -> AuditorSignature {
        AuditorSignature { auditor: self.auditor, signature: self.signature.clone() }
    }
}

/// Puts signatures together: all of the same ruling, for this chain and contract.
pub(super) fn collect<T: AuditorSigned>(
    signed: &[T],
    kind: RulingKind,
    chain_id: u64,
    contract: Address,
) -> Result<Collected<'_, T>, Error> {
    let first = signed.first().ok_or(Error::NoSignatures)?;
    let expected = first.terms();
    for one in signed {
        let differs = |what, given: String, expected: String| Err(Error::SignaturesDiffer { what, given, expected });
        let (signed_chain_id, signed_contract) = one.place();
        if signed_chain_id != chain_id {
            return Err(Error::SignedForOtherChain { signed_chain_id, chain_id });
        }
        if signed_contract != contract {
            return Err(Error::SignedForOtherContract { signed_contract, contract });
        }
        if one.kind() != kind {
            return differs("the kind of decision", one.kind().as_str().to_owned(), kind.as_str().to_owned());
        }
        for ((what, given), (_, expected)) in one.terms().into_iter().zip(&expected) {
            if given != *expected {
                return differs(what, given, expected.clone());
            }
        }
    }
    let mut signatures: Vec<_> = signed.iter().map(AuditorSigned::signature).collect();
    // The same signature given twice is one.
    signatures.sort_by_key(|signature| signature.auditor);
    signatures.dedup_by_key(|signature| signature.auditor);
    Ok(Collected { of: first, signatures })
}
