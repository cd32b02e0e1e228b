//! Calls about disputes, on both sides.

use alloy_primitives::{Address, B256, U256};
use barter_bindings::{BarterBond, IBarterBond};
use barter_protocol::bond::{self, BondDomain, Complaint, DisputeId, DisputeStatus, Overturn, Ruling};

use crate::{
    chain::CHAIN_ID,
    model::{
        bond::operation::{Claim, Dispute, Fee, Hub, Money, Over, Panel, Pick, Share, Signing, Until, Verdict},
        disagreement::Disagreement,
        operation::{Deadline, Form},
        wallet::{Name, Target},
    },
};

use super::{BondWorld, UNKNOWN, views};

/// Who files what is taken some way at once.
const FILER: Name = Name::new(9);

/// A chain that is not ours.
pub(super) const OTHER_CHAIN: u64 = 1;

/// A ruling or its overturning, as both are signed alike.
#[derive(Clone, Copy)]
struct Said {
    dispute_id: DisputeId,
    slash_ppm: U256,
    deadline: U256,
}

impl BondWorld {
    /// Files a dispute; says its id where it was.
    pub(super) fn file(
        &mut self,
        caller: Name,
        claim: Claim,
        signing: Signing,
        money: Money,
        fee: Fee,
    ) -> Result<Option<DisputeId>, Disagreement> {
        let complaint = self.complaint(claim);
        let signer = signing.by.unwrap_or(match claim.consumer {
            Target::Wallet(name) => name,
            Target::Nobody => Name::ALICE,
        });
        let over = if signing.form == Form::OtherDeadline { Over::OtherDeadline } else { signing.over };
        let (bytes, signed) = self.sign(signer, signing.form, self.complaint_digest(&complaint, over));

        let (from, required) = (self.address(caller), self.bond.required_deposit(complaint.provider, self.now));
        let amount = self.money(caller, money, U256::from(required.max(1)));
        let (incoming, token) = self.pulled(from, amount, fee);
        let name = if self.is_free(complaint.provider, self.now) { "file beside free money" } else { "file" };
        let ours = self.bond.file(from, &complaint, signed, incoming, self.now).map(|event| [event]);
        let ours = self.received(from, incoming, token, ours);
        let dispute_id = complaint.dispute_id();
        if ours.is_ok() {
            self.disputes.push(dispute_id);
        }
        let Complaint { provider, consumer, outcome, evidence, deadline } = complaint;
        let theirs = IBarterBond::Complaint { provider, consumer, outcome, evidence, deadline };
        let to = self.at_bond();
        self.witness.check(&[
            views::ask(to, &BarterBond::disputeIdOfCall { provider, consumer, outcome }, dispute_id),
            views::ask(
                to,
                &BarterBond::complaintDigestCall { complaint: theirs.clone() },
                self.bond.domain().digest(&complaint),
            ),
        ])?;
        let call = BarterBond::fileCall { complaint: theirs, signature: bytes.into(), deposit: amount };
        let value = self.check(name, caller, to, &call, ours)?;
        if let Some(theirs) = value {
            Disagreement::unless_same(|| "what filing returned".to_owned(), &theirs, &dispute_id)?;
        }
        Ok(value)
    }

    pub(super) fn rule(&mut self, dispute_id: DisputeId, verdict: Verdict, panel: Panel) -> Result<(), Disagreement> {
        let said = self.said(dispute_id, verdict);
        let needed = self.bond.auditors().threshold();
        let signatures = self.signed(panel, needed, |over| self.said_digest(said, over, false));
        let ruling = said.ruling();
        let ours = self.bond.rule(&ruling, &signatures.ours, self.now);
        let (ours, to) = (self.expect(ours), self.at_bond());
        let Said { slash_ppm, deadline, .. } = said;
        let digest = BarterBond::rulingDigestCall { disputeId: dispute_id, slashPpm: slash_ppm, deadline };
        self.witness.check(&[views::ask(to, &digest, self.bond.domain().digest(&ruling))])?;
        let signatures = signatures.for_bond;
        let call = BarterBond::ruleCall { disputeId: dispute_id, slashPpm: slash_ppm, deadline, signatures };
        self.check("rule", FILER, to, &call, ours).map(drop)
    }

    pub(super) fn overturn(
        &mut self,
        dispute_id: DisputeId,
        verdict: Verdict,
        panel: Panel,
    ) -> Result<(), Disagreement> {
        let said = self.said(dispute_id, verdict);
        let needed = self.bond.auditors().overturn_threshold();
        let signatures = self.signed(panel, needed, |over| self.said_digest(said, over, true));
        let overturn = said.overturn();
        let ours = self.bond.overturn(&overturn, &signatures.ours, self.now);
        let (ours, to) = (self.expect(ours), self.at_bond());
        let Said { slash_ppm, deadline, .. } = said;
        let digest = BarterBond::overturnDigestCall { disputeId: dispute_id, slashPpm: slash_ppm, deadline };
        self.witness.check(&[views::ask(to, &digest, self.bond.domain().digest(&overturn))])?;
        let signatures = signatures.for_bond;
        let call = BarterBond::overturnCall { disputeId: dispute_id, slashPpm: slash_ppm, deadline, signatures };
        self.check("overturn", FILER, to, &call, ours).map(drop)
    }

    pub(super) fn execute(&mut self, dispute_id: DisputeId) -> Result<(), Disagreement> {
        let before = self.bond.dispute(dispute_id);
        let ours = self.bond.execute(dispute_id, self.now);
        let (ours, to) = (self.expect(ours), self.at_bond());
        self.check("execute", FILER, to, &BarterBond::executeCall { disputeId: dispute_id }, ours)?;
        let ended = self.bond.dispute(dispute_id).status;
        if ended.is_final() {
            let is_spared = before.is_open() && self.is_free(before.provider, before.filed_at);
            let name = if is_spared { "ended beside free money" } else { "ended" };
            *self.outcomes.entry(format!("{name}: {ended}")).or_default() += 1;
        }
        Ok(())
    }

    /// Whether money of a provider's is leaving that a dispute filed then does not reach.
    fn is_free(&self, provider: Address, filed_at: u64) -> bool {
        let bond = self.bond.bond(provider);
        bond.unbonding != 0 && filed_at >= bond.release_at
    }

    /// A dispute taken some way at once.
    pub(super) fn case(&mut self, claim: Claim, share: Share, until: Until) -> Result<(), Disagreement> {
        let provider = claim.provider.0;
        if self.bond.bond(self.address(provider)).hub.is_zero() {
            self.stake(provider, Hub::Ordinary, Money::Enough, Fee::None)?;
        }
        let claim = Claim { deadline: Deadline::Never, ..claim };
        let Some(dispute_id) = self.file(FILER, claim, Signing::SOUND, Money::Enough, Fee::None)? else {
            return Ok(());
        };
        if until == Until::Filed {
            return Ok(());
        }
        self.rule(dispute_id, Verdict { share, deadline: Deadline::Never }, Panel::SOUND)?;
        match until {
            Until::Filed | Until::Ruled => Ok(()),
            Until::Overturned => {
                let is_dismissed = self.bond.dispute(dispute_id).slash_ppm == 0;
                let share = if is_dismissed { Share::Most } else { Share::Nothing };
                self.overturn(dispute_id, Verdict { share, deadline: Deadline::Never }, Panel::SOUND)
            }
            Until::Ended => {
                self.wait_until(self.bond.dispute(dispute_id).executable_at);
                self.execute(dispute_id)
            }
        }
    }

    // -------------------------------------------------------------------------------------------- which

    pub(super) fn rulable(&self, dispute: Dispute) -> DisputeId {
        self.pick(dispute.0, |dispute| dispute.status == DisputeStatus::Filed)
    }

    pub(super) fn overturnable(&self, dispute: Dispute) -> DisputeId {
        self.pick(dispute.0, |dispute| dispute.status == DisputeStatus::Ruled && dispute.executable_at > self.now)
    }

    pub(super) fn executable(&self, dispute: Dispute) -> DisputeId {
        self.pick(dispute.0, bond::Dispute::is_open)
    }

    /// When a dispute can end.
    pub(super) fn due(&self, dispute_id: DisputeId) -> u64 {
        let dispute = self.bond.dispute(dispute_id);
        match dispute.status {
            DisputeStatus::Filed => dispute.filed_at + self.bond.parameters().ruling_period + 1,
            _ => dispute.executable_at,
        }
    }

    pub(super) fn pick(&self, pick: Pick, fits: impl Fn(&bond::Dispute) -> bool) -> DisputeId {
        let nth = |ids: &[DisputeId], index: u8| ids.get(usize::from(index) % ids.len().max(1)).copied();
        let fitting = || {
            let fits = |id: &&DisputeId| fits(&self.bond.dispute(**id));
            self.disputes.iter().rev().filter(fits).copied().collect::<Vec<_>>()
        };
        let picked = match pick {
            Pick::Fitting(index) => nth(&fitting(), index).or_else(|| nth(&self.disputes, index)),
            Pick::Any(index) => nth(&self.disputes, index),
            Pick::Unknown => None,
        };
        picked.unwrap_or(UNKNOWN)
    }

    pub(super) fn deadline(&self, deadline: Deadline) -> U256 {
        match deadline {
            Deadline::Never => U256::MAX,
            Deadline::Now => U256::from(self.now),
            Deadline::Past => U256::from(self.now - 1),
        }
    }

    fn complaint(&self, claim: Claim) -> Complaint {
        let consumer = match claim.consumer {
            Target::Wallet(name) => self.address(name),
            Target::Nobody => Address::ZERO,
        };
        Complaint {
            provider: self.address(claim.provider.0),
            consumer,
            outcome: B256::repeat_byte(claim.outcome),
            evidence: B256::repeat_byte(0xd0 + claim.outcome),
            deadline: self.deadline(claim.deadline),
        }
    }

    fn said(&self, dispute_id: DisputeId, verdict: Verdict) -> Said {
        let maximum = self.bond.parameters().max_slash_ppm;
        let slash_ppm = match verdict.share {
            Share::Most => U256::from(maximum),
            Share::Some(part) => U256::from(u64::from(maximum) * u64::from(part) / 256),
            Share::Nothing => U256::ZERO,
            Share::Least => U256::ONE,
            Share::OneMore => U256::from(maximum) + U256::ONE,
            Share::All => U256::from(1_000_000),
            Share::Wrapped => (U256::ONE << 32) + U256::ONE,
        };
        Said { dispute_id, slash_ppm, deadline: self.deadline(verdict.deadline) }
    }

    // -------------------------------------------------------------------------------------------- what is signed

    fn complaint_digest(&self, complaint: &Complaint, over: Over) -> B256 {
        let mut complaint = complaint.clone();
        let one = U256::ONE;
        match over {
            Over::OtherDeadline => complaint.deadline ^= one,
            Over::OtherSubject => complaint.outcome[31] ^= 1,
            Over::OtherVerdict => complaint.evidence[31] ^= 1,
            // There is no other kind of complaint, but another consumer's.
            Over::OtherKind => complaint.consumer = complaint.provider,
            Over::This | Over::OtherContract | Over::OtherChain => {}
        }
        self.domain_over(over).digest(&complaint)
    }

    fn said_digest(&self, said: Said, over: Over, is_overturn: bool) -> B256 {
        let mut said = said;
        match over {
            Over::OtherDeadline => said.deadline ^= U256::ONE,
            Over::OtherSubject => said.dispute_id[31] ^= 1,
            Over::OtherVerdict => said.slash_ppm ^= U256::ONE,
            Over::This | Over::OtherKind | Over::OtherContract | Over::OtherChain => {}
        }
        let domain = self.domain_over(over);
        if is_overturn == (over == Over::OtherKind) {
            domain.digest(&said.ruling())
        } else {
            domain.digest(&said.overturn())
        }
    }

    fn domain_over(&self, over: Over) -> BondDomain {
        match over {
            Over::OtherContract => BondDomain::new(CHAIN_ID, self.at_quorum()),
            Over::OtherChain => BondDomain::new(OTHER_CHAIN, self.at_bond()),
            _ => *self.bond.domain(),
        }
    }
}

impl Said {
    fn ruling(self) -> Ruling {
        Ruling { disputeId: self.dispute_id, slashPpm: self.slash_ppm, deadline: self.deadline }
    }

    fn overturn(self) -> Overturn {
        Overturn { disputeId: self.dispute_id, slashPpm: self.slash_ppm, deadline: self.deadline }
    }
}
