//! Auditors' signatures, as the contracts take them and as the rules see them.

use alloy_primitives::{Address, B256, Bytes};
use barter_bindings::{AuditorQuorum, IAuditorQuorum, IBondQuorum};
use barter_protocol::bond::{AuditorSignature, Signed};

use crate::model::{
    bond::operation::{Flaw, Many, Over, Panel},
    disagreement::Disagreement,
    operation::Form,
    wallet::{Name, Target, Wallet},
};

use super::{BondWorld, UNKNOWN, views::refused_bond};

/// The same signatures in each form.
pub(super) struct Signatures {
    pub(super) for_bond: Vec<IBondQuorum::AuditorSignature>,
    pub(super) for_quorum: Vec<IAuditorQuorum::AuditorSignature>,
    pub(super) ours: Vec<AuditorSignature>,
}

/// One of them, before it is made.
#[derive(Clone, Copy)]
struct Entry {
    auditor: Address,
    signer: Name,
    form: Form,
    over: Over,
}

impl BondWorld {
    /// Signatures of a panel, of whom `needed` are needed, over what `digest` gives.
    pub(super) fn signed(&self, panel: Panel, needed: usize, digest: impl Fn(Over) -> B256) -> Signatures {
        let mut signatures = Signatures { for_bond: Vec::new(), for_quorum: Vec::new(), ours: Vec::new() };
        for Entry { auditor, signer, form, over } in self.entries(panel, needed) {
            let (signature, signed) = self.sign(signer, form, digest(over));
            let signature: Bytes = signature.into();
            signatures.for_bond.push(IBondQuorum::AuditorSignature { auditor, signature: signature.clone() });
            signatures.for_quorum.push(IAuditorQuorum::AuditorSignature { auditor, signature });
            signatures.ours.push(AuditorSignature { auditor, signature: signed });
        }
        signatures
    }

    /// A wallet's signature over a digest, and what the rules see of it.
    pub(super) fn sign(&self, signer: Name, form: Form, digest: B256) -> (Vec<u8>, Signed) {
        let (bytes, is_signature) = self.wallet(signer).sign(digest, form);
        // What is no signature is nobody's.
        let signer = if is_signature { self.address(signer) } else { Address::ZERO };
        (bytes, Signed { signer, digest })
    }

    fn entries(&self, panel: Panel, needed: usize) -> Vec<Entry> {
        let list = self.bond.auditors().list();
        let count = match panel.many {
            Many::Enough => needed,
            Many::All => list.len(),
            Many::TooFew => needed - 1,
            Many::Nobody => 0,
        };
        let mut auditors: Vec<_> = list.iter().copied().cycle().skip(panel.first.into()).take(count).collect();
        auditors.sort_unstable();
        let entry = |auditor| Entry { auditor, signer: self.name_of(auditor), form: Form::Full, over: Over::This };
        let mut entries: Vec<_> = auditors.into_iter().map(entry).collect();
        let nth = |index: u8| usize::from(index) % count.max(1);
        match panel.flaw {
            Flaw::None => {}
            Flaw::Swapped => {
                if count > 1 {
                    entries.swap(0, 1);
                }
            }
            Flaw::Twice(index) => {
                let again = entries.get(nth(index)).copied();
                entries.splice(nth(index)..nth(index), again);
            }
            Flaw::Stranger(target) => {
                let auditor = match target {
                    Target::Wallet(name) => self.address(name),
                    Target::Nobody => Address::ZERO,
                };
                let place = entries.partition_point(|other| other.auditor < auditor);
                entries.insert(place, entry(auditor));
            }
            Flaw::Forged(index, signer) => change(&mut entries, nth(index), |entry| entry.signer = signer),
            Flaw::Over(index, over) => change(&mut entries, nth(index), |entry| entry.over = over),
            Flaw::Form(index, form) => change(&mut entries, nth(index), |entry| entry.form = form),
        }
        entries
    }

    /// The wallet at an address; Alice for nobody's.
    pub(super) fn name_of(&self, address: Address) -> Name {
        let wallet = self.wallets.iter().find(|wallet| wallet.address() == address);
        wallet.map_or(Name::ALICE, Wallet::name)
    }

    /// The quorum's own answer, as other contracts have it.
    pub(super) fn ask(&mut self, is_overturn: bool, panel: Panel) -> Result<(), Disagreement> {
        let auditors = self.bond.auditors();
        let needed = if is_overturn { auditors.overturn_threshold() } else { auditors.threshold() };
        let digest = UNKNOWN;
        let other = B256::repeat_byte(0x0d);
        let signatures = self.signed(panel, needed, |over| if over == Over::This { digest } else { other });
        let auditors = self.bond.auditors();
        let (quorum, list) = (self.at_quorum(), signatures.for_quorum);
        let (name, ours, theirs) = if is_overturn {
            let ours = auditors.require_overturn(digest, &signatures.ours);
            let call = AuditorQuorum::requireOverturnCall { digest, signatures: list };
            ("require overturn", ours, self.witness.view(quorum, &call).map(drop))
        } else {
            let ours = auditors.require_ruling(digest, &signatures.ours);
            let call = AuditorQuorum::requireRulingCall { digest, signatures: list };
            ("require ruling", ours, self.witness.view(quorum, &call).map(drop))
        };
        let ours = ours.map_err(refused_bond);
        self.note(name, theirs.as_ref().err());
        Disagreement::unless_same(|| name.to_owned(), &theirs, &ours)
    }
}

fn change(entries: &mut [Entry], index: usize, change: impl Fn(&mut Entry)) {
    if let Some(entry) = entries.get_mut(index) {
        change(entry);
    }
}
