//! The calls of BarterCore, on both sides.

use alloy_primitives::{Address, B256, Log, U256};
use barter_bindings::{BarterCore, ContractError, IBarterCore};
use barter_protocol::{
    Approval, Error, Ledger, OpenTrade, Preimage, Role, Ruling, Terms, TradeId, TradeStatus, ledger::Settlement,
};

use crate::model::{
    disagreement::Disagreement,
    logs,
    operation::{Deadline, Draft, Form, Hidden, Item, PREIMAGES, Shown, Signing, Until, Who},
    views,
    wallet::{Name, Target},
};

use super::{
    World,
    choice::{UNKNOWN, resolve},
};

/// The two forms of one settlement.
struct BothForms {
    theirs: IBarterCore::Settlement,
    ours: Settlement,
}

impl World {
    pub(super) fn propose(&mut self, draft: &Draft) -> Result<Option<TradeId>, Disagreement> {
        let (caller, counterparty) = (self.address(draft.proposer), self.target(draft.counterparty));
        let (role, terms) = draft_terms(draft, caller, counterparty);
        let ours = terms.and_then(|terms| self.ledger.propose(terms, role, self.now));
        let contracts = self.witness.addresses();
        let ours =
            self.expect(ours, |world, trade_id| Ok(vec![logs::proposed(&contracts, world.ledger.trade(trade_id)?)]));
        let (payment_hash, amount) = (preimage(draft.preimage).payment_hash().into(), U256::from(draft.amount.0));
        let (category, description) = (draft.texts.category.clone(), draft.texts.description.clone());
        let trade_id = if draft.as_payee {
            let call = BarterCore::proposeTradeAsPayeeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            };
            self.check("propose as payee", draft.proposer, contracts.core, &call, ours, |value| value)?
        } else {
            let call = BarterCore::proposeTradeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            };
            self.check("propose", draft.proposer, contracts.core, &call, ours, |value| value)?
        };
        self.remember(trade_id, draft)?;
        Ok(trade_id)
    }

    /// A trade taken some way at once.
    pub(super) fn trade(&mut self, draft: &Draft, until: Until) -> Result<(), Disagreement> {
        let Some(trade_id) = self.propose(draft)? else { return Ok(()) };
        self.accept(trade_id, Who::Right)?;
        match until {
            Until::Accepted => Ok(()),
            Until::Settled => self.settle(trade_id, Who::Right, Shown::Right),
            Until::Disputed => self.dispute(trade_id, Who::Right),
            Until::SettledAgain { more, wait } => {
                self.settle(trade_id, Who::Right, Shown::Right)?;
                (1..=more.0).try_for_each(|later| {
                    self.wait_until(self.now + wait.0);
                    let preimage = Hidden((draft.preimage.0 + later) % PREIMAGES);
                    self.trade(&Draft { preimage, ..draft.clone() }, Until::Settled)
                })
            }
        }
    }

    pub(super) fn open(&mut self, draft: &Draft, caller: Who, signing: Signing) -> Result<(), Disagreement> {
        let (proposer, counterparty) = (Target::Wallet(draft.proposer), draft.counterparty);
        let caller = resolve(caller, proposer, counterparty);
        // Signed for the draft's proposer, whoever brings it.
        let message = open_message(draft, self.target(proposer), self.target(counterparty));
        let deadline = self.deadline(signing.deadline);
        let digest = |deadline| {
            let deadline = U256::from(deadline);
            self.ledger.domain().digest(&OpenTrade { deadline, ..message.clone() })
        };
        let signer = resolve(signing.by, counterparty, proposer);
        let (signature, approval) = self.sign(signing, signer, deadline, &digest);
        if let Target::Wallet(counterparty) = counterparty
            && signing.is_cancelled
        {
            self.cancel(counterparty, approval.digest)?;
        }
        let sender = self.address(caller);
        let ours = match draft_terms(draft, self.target(proposer), self.target(counterparty)).1 {
            Ok(terms) => self.ledger.open(sender, terms, &approval, self.now),
            Err(refusal) => self.refused_opening(sender, &message, &approval, refusal),
        };
        let contracts = self.witness.addresses();
        let ours = self.expect(ours, |world, trade_id| {
            let trade = world.ledger.trade(trade_id)?;
            Ok(vec![logs::proposed(&contracts, trade), logs::accepted(&contracts, trade_id)])
        });
        let call = BarterCore::openTradeCall {
            terms: IBarterCore::Terms {
                payer: message.payer,
                payee: message.payee,
                paymentHash: message.paymentHash,
                amountSats: message.amountSats,
                category: message.category,
                description: message.description,
            },
            deadline: U256::from(deadline),
            signature: signature.into(),
        };
        let trade_id = self.check("open", caller, contracts.core, &call, ours, |value| value)?;
        self.remember(trade_id, draft)
    }

    /// How opening ends on terms outside the limits, which the ledger cannot be asked: the contract looks at the
    /// caller, then at the signature, then at the terms.
    fn refused_opening(
        &self,
        caller: Address,
        message: &OpenTrade,
        approval: &Approval,
        refusal: Error,
    ) -> Result<TradeId, Error> {
        let counterparty = match caller {
            payer if payer == message.payer => message.payee,
            payee if payee == message.payee => message.payer,
            wallet => return Err(Error::NotParty { trade_id: TradeId::ZERO, wallet }),
        };
        let deadline = U256::from(approval.deadline);
        let digest = self.ledger.domain().digest(&OpenTrade { proposer: caller, deadline, ..message.clone() });
        self.ledger.check_approval(approval, counterparty, digest, self.now)?;
        Err(refusal)
    }

    /// Keeps what of a new trade the ledger does not know, and compares what of it never changes.
    fn remember(&mut self, trade_id: Option<TradeId>, draft: &Draft) -> Result<(), Disagreement> {
        let Some(trade_id) = trade_id else { return Ok(()) };
        self.trades.push(trade_id);
        self.preimages.insert(trade_id, preimage(draft.preimage));
        match self.ledger.trade(trade_id) {
            Ok(trade) => views::trade_once(&mut self.witness, &self.ledger, trade),
            Err(_) => Ok(()),
        }
    }

    pub(super) fn accept(&mut self, trade_id: TradeId, caller: Who) -> Result<(), Disagreement> {
        let (party_a, party_b) = self.parties(trade_id);
        let caller = resolve(caller, party_b, party_a);
        let ours = self.ledger.accept(self.address(caller), trade_id, self.now);
        let contracts = self.witness.addresses();
        let ours = self.expect(ours, |_, ()| Ok(vec![logs::accepted(&contracts, trade_id)]));
        let call = BarterCore::acceptTradeCall { tradeId: trade_id };
        self.check("accept", caller, contracts.core, &call, ours, drop).map(drop)
    }

    pub(super) fn settle(&mut self, trade_id: TradeId, caller: Who, shown: Shown) -> Result<(), Disagreement> {
        let (payer, payee) = self.roles(trade_id);
        let caller = resolve(caller, payer, payee);
        let preimage = self.preimage(trade_id, shown);
        let before = self.ledger.clone();
        let ours = self.ledger.settle(self.address(caller), trade_id, preimage, self.now);
        let settlement = Settlement { trade_id, preimage, approval: None };
        let ours = self.expect(ours, |world, ()| world.settlement_logs(&before, caller, &[settlement]));
        let call = BarterCore::settleTradeCall { tradeId: trade_id, preimage: preimage.into() };
        self.check("settle", caller, self.witness.addresses().core, &call, ours, drop).map(drop)
    }

    pub(super) fn settle_by_signature(&mut self, caller: Name, item: &Item) -> Result<(), Disagreement> {
        let BothForms { theirs, ours: settlement } = self.settlement(item)?;
        let before = self.ledger.clone();
        let ours = match settlement.approval {
            Some(approval) => {
                let Settlement { trade_id, preimage, .. } = settlement;
                self.ledger.settle_by_signature(trade_id, preimage, approval, self.now)
            }
            None => self.ledger.settle_batch(self.address(caller), &[settlement], self.now),
        };
        let ours = self.expect(ours, |world, ()| world.settlement_logs(&before, caller, &[settlement]));
        let call = BarterCore::settleTradeBySignatureCall { settlement: theirs };
        self.check("settle by signature", caller, self.witness.addresses().core, &call, ours, drop).map(drop)
    }

    pub(super) fn settle_batch(&mut self, caller: Who, items: &[Item]) -> Result<(), Disagreement> {
        let both = items.iter().map(|item| self.settlement(item)).collect::<Result<Vec<_>, _>>()?;
        let (theirs, mut ours): (Vec<_>, Vec<_>) = both.into_iter().map(|both| (both.theirs, both.ours)).unzip();
        // In a batch, no bytes are no signature: the caller's own settlement.
        for (settlement, theirs) in ours.iter_mut().zip(&theirs) {
            settlement.approval = settlement.approval.filter(|_| !theirs.signature.is_empty());
        }
        let (payer, payee) = self.roles(ours.first().map(|settlement| settlement.trade_id).unwrap_or_default());
        let caller = resolve(caller, payer, payee);
        let before = self.ledger.clone();
        let settled = self.ledger.settle_batch(self.address(caller), &ours, self.now);
        let settled = self.expect(settled, |world, ()| world.settlement_logs(&before, caller, &ours));
        let call = BarterCore::settleTradesCall { settlements: theirs };
        self.check("settle batch", caller, self.witness.addresses().core, &call, settled, drop).map(drop)
    }

    /// So many settlements of a trade that does not exist.
    pub(super) fn batch_of_length(&mut self, length: usize) -> Result<(), Disagreement> {
        let (trade_id, preimage) = (UNKNOWN, Preimage::new([0; 32]));
        let ours = vec![Settlement { trade_id, preimage, approval: None }; length];
        let ours = self.ledger.settle_batch(self.address(Name::ALICE), &ours, self.now);
        let ours = self.expect(ours, |_, ()| Ok(Vec::new()));
        let theirs = IBarterCore::Settlement { tradeId: trade_id, ..Default::default() };
        let call = BarterCore::settleTradesCall { settlements: vec![theirs; length] };
        self.check("settle batch", Name::ALICE, self.witness.addresses().core, &call, ours, drop).map(drop)
    }

    fn settlement_logs(
        &self,
        before: &Ledger,
        caller: Name,
        settlements: &[Settlement],
    ) -> Result<Vec<Log>, ContractError> {
        logs::settled(&self.witness.addresses(), before, self.address(caller), settlements, self.now)
    }

    pub(super) fn dispute(&mut self, trade_id: TradeId, caller: Who) -> Result<(), Disagreement> {
        let (payer, payee) = self.roles(trade_id);
        let caller = resolve(caller, payer, payee);
        let by = self.address(caller);
        let ours = self.ledger.dispute(by, trade_id, self.now);
        let event = BarterCore::TradeDisputed { tradeId: trade_id, by };
        let call = BarterCore::disputeTradeCall { tradeId: trade_id };
        // Told apart, because which of two reasons to refuse the second is given is another rule.
        let was_dismissed = self.ledger.trade(trade_id).is_ok_and(|trade| trade.ruling() == Ruling::Dismissed);
        let name = if was_dismissed { "dispute again" } else { "dispute" };
        self.check_core(name, caller, &call, ours, &event)
    }

    pub(super) fn dismiss(&mut self, trade_id: TradeId, caller: Who) -> Result<(), Disagreement> {
        let caller = resolve(caller, Name::ARBITER.into(), self.roles(trade_id).0);
        let ours = self.ledger.dismiss(self.address(caller), trade_id, self.now);
        let event = BarterCore::DisputeDismissed { tradeId: trade_id };
        self.check_core("dismiss", caller, &BarterCore::dismissDisputeCall { tradeId: trade_id }, ours, &event)
    }

    pub(super) fn uphold(&mut self, trade_id: TradeId, caller: Who, at_fault: Who) -> Result<(), Disagreement> {
        let (payer, payee) = self.roles(trade_id);
        let caller = resolve(caller, Name::ARBITER.into(), payer);
        let at_fault = self.address(resolve(at_fault, payer, payee));
        let ours = self.ledger.uphold(self.address(caller), trade_id, at_fault, self.now);
        let event = BarterCore::DisputeUpheld { tradeId: trade_id, atFault: at_fault };
        let call = BarterCore::upholdDisputeCall { tradeId: trade_id, atFault: at_fault };
        self.check_core("uphold", caller, &call, ours, &event)
    }

    pub(super) fn cancel(&mut self, caller: Name, digest: B256) -> Result<(), Disagreement> {
        let signer = self.address(caller);
        self.ledger.cancel_signature(signer, digest);
        self.cancelled.push((signer, digest));
        let event = BarterCore::SignatureCancelled { signer, digest };
        self.check_core("cancel", caller, &BarterCore::cancelSignatureCall { digest }, Ok(()), &event)
    }

    // -------------------------------------------------------------------------------------------- signing

    fn settlement(&mut self, item: &Item) -> Result<BothForms, Disagreement> {
        let trade_id = self.pick(item.trade, TradeStatus::Accepted);
        let preimage = self.preimage(trade_id, item.preimage);
        let mut theirs = IBarterCore::Settlement { tradeId: trade_id, preimage: preimage.into(), ..Default::default() };
        let Some(signing) = item.signing else {
            return Ok(BothForms { theirs, ours: Settlement { trade_id, preimage, approval: None } });
        };
        let (payer, payee) = self.roles(trade_id);
        let deadline = self.deadline(signing.deadline);
        let digest = |deadline| self.ledger.domain().settle_trade_digest(trade_id, preimage, deadline);
        let signer = resolve(signing.by, payer, payee);
        let (signature, approval) = self.sign(signing, signer, deadline, &digest);
        if let Target::Wallet(payer) = payer
            && signing.is_cancelled
        {
            self.cancel(payer, approval.digest)?;
        }
        (theirs.deadline, theirs.signature) = (U256::from(deadline), signature.into());
        Ok(BothForms { theirs, ours: Settlement { trade_id, preimage, approval: Some(approval) } })
    }

    pub(super) fn deadline(&self, deadline: Deadline) -> u64 {
        match deadline {
            Deadline::Never => u64::MAX,
            Deadline::Now => self.now,
            Deadline::Past => self.now - 1,
        }
    }

    /// A signature, and what the rules see of it.
    fn sign(&self, signing: Signing, signer: Name, deadline: u64, digest: &dyn Fn(u64) -> B256) -> (Vec<u8>, Approval) {
        let signed = if signing.form == Form::OtherDeadline { digest(deadline ^ 1) } else { digest(deadline) };
        let (bytes, is_signature) = self.wallet(signer).sign(signed, signing.form);
        // What is no signature is nobody's.
        let signer = if is_signature { self.address(signer) } else { Address::ZERO };
        (bytes, Approval { signer, digest: signed, deadline })
    }
}

fn preimage(hidden: Hidden) -> Preimage {
    Preimage::new([hidden.0; 32])
}

/// A draft as its counterparty signs it, whatever it holds; without a deadline yet.
fn open_message(draft: &Draft, proposer: Address, counterparty: Address) -> OpenTrade {
    let (payer, payee) = if draft.as_payee { (counterparty, proposer) } else { (proposer, counterparty) };
    OpenTrade {
        proposer,
        payer,
        payee,
        paymentHash: preimage(draft.preimage).payment_hash().into(),
        amountSats: U256::from(draft.amount.0),
        category: draft.texts.category.clone(),
        description: draft.texts.description.clone(),
        deadline: U256::ZERO,
    }
}

/// The role of a draft's proposer, and its terms or their refusal.
fn draft_terms(draft: &Draft, proposer: Address, counterparty: Address) -> (Role, Result<Terms, Error>) {
    let role = if draft.as_payee { Role::Payee } else { Role::Payer };
    let (payer, payee) = if draft.as_payee { (counterparty, proposer) } else { (proposer, counterparty) };
    let hash = preimage(draft.preimage).payment_hash();
    let (category, description) = (draft.texts.category.clone(), draft.texts.description.clone());
    (role, Terms::new(payer, payee, hash, draft.amount.0, category, description))
}
