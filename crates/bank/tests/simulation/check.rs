//! What must hold of all banks, whatever anybody did.

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{Action, Document, Hash, PublicKey, Role, Side},
    ledger::{Leg, Memory, State},
};

use crate::{
    bank::Bank,
    ledger_world,
    network::Network,
    town::{LIAR, Made, Outcome, Town},
};

/// What was seen before.
#[derive(Default)]
pub(crate) struct Seen {
    /// What was once final at a bank, and since when: it is for ever.
    finals: BTreeMap<(usize, Hash), (State, u64)>,
    /// Legs as they were last looked at one by one: while they are so, there is nothing new in them.
    legs: BTreeMap<(usize, Hash), Leg>,
    /// Legs of others that had ended already when a lead settled, of which its client could not know when it began.
    pub(crate) raced: u64,
}

pub(crate) struct Checker<'a> {
    pub(crate) banks: &'a [Bank],
    pub(crate) deals: &'a BTreeMap<Hash, Made>,
    pub(crate) seen: &'a mut Seen,
    pub(crate) network: &'a Network,
}

impl Checker<'_> {
    /// Of a bank that has just done something.
    pub(crate) fn bank(&mut self, bank: usize) {
        let books = self.banks[bank].current();
        ledger_world::check_together(books);
        for (tx, leg) in books.legs() {
            if self.seen.legs.get(&(bank, *tx)) != Some(leg) {
                ledger_world::check_leg(leg);
                self.seen.legs.insert((bank, *tx), leg.clone());
                self.settles(bank, leg);
            }
        }
        self.balances(bank, books);
        for leg in books.legs().values().filter(|leg| self.deals.contains_key(&leg.tx)) {
            self.leg(bank, books, leg);
            // Of accounts that are locked, there is enough whatever else happens.
            for (account, change) in leg.debited().filter(|_| matches!(leg.state, State::Held | State::Confirmed)) {
                let state = &books.accounts()[account];
                let after = &state.balance + &change.delta;
                assert!(
                    !change.delta.is_negative() || state.floor.as_ref().is_none_or(|floor| after >= *floor),
                    "{account} is held for more than it has"
                );
            }
        }
        for leg in self.banks[bank].durable().legs().values().filter(|leg| leg.state.is_final()) {
            let (before, _) = *self.seen.finals.entry((bank, leg.tx)).or_insert((leg.state, self.network.now));
            assert_eq!(before, leg.state, "{} was final at bank {bank}", leg.tx);
        }
        for tx in books.legs().keys() {
            self.losses(tx);
        }
    }

    /// Of a leg that has just changed: if it was settled, its time was not over. And if it leads, no other had ended before the client
    /// began that had it settled: that client could have known.
    fn settles(&mut self, bank: usize, leg: &Leg) {
        let Some(made) = self.deals.get(&leg.tx).filter(|_| leg.state == State::Settled) else { return };
        let now = self.banks[bank].clock(self.network.now);
        assert!(leg.until_ms.is_some_and(|until_ms| now < until_ms), "{} settled at {now}, after its time", leg.tx);
        let Some(began) = self.banks[bank].settled_by.get(&leg.tx).and_then(|id| self.network.began.get(id)) else {
            return;
        };
        for key in made.deal.banks().iter().filter(|key| leg.terms.role == Role::Lead && **key != leg.terms.bank) {
            let other = Town::get().number_of(key);
            if let Some((State::Rejected, ended)) = self.seen.finals.get(&(other, leg.tx)) {
                assert!(
                    began <= ended,
                    "bank {bank} leads, and its client could know that bank {other} does not follow"
                );
                self.seen.raced += 1;
            }
        }
    }

    /// Each account has what records that were settled come to: from the records, each once.
    fn balances(&self, bank: usize, books: &Memory) {
        let mut expected = Town::get().banks[bank].balances.clone();
        let mut applied = BTreeSet::new();
        for leg in books.legs().values().filter(|leg| leg.state == State::Settled && self.deals.contains_key(&leg.tx)) {
            for hash in &leg.terms.records {
                assert!(applied.insert(*hash), "{hash} was applied twice");
                let Document::Record(record) = &books.documents()[hash] else { panic!("{hash} is no record") };
                let before = &expected[&record.account];
                let after = match record.side {
                    Side::Credit => before + record.amount.decimal(),
                    Side::Debit => before - record.amount.decimal(),
                };
                expected.insert(record.account, after);
            }
        }
        for (account, state) in books.accounts() {
            assert_eq!(state.balance, expected[account], "{account} at bank {bank}");
        }
    }

    fn leg(&self, bank: usize, books: &Memory, leg: &Leg) {
        let made = &self.deals[&leg.tx];
        let liar = Town::get().keys[LIAR].public();
        if let Some(hold) = &leg.hold {
            let Document::Signature(word) = &books.documents()[hold] else { panic!("{hold} is no signature") };
            assert_eq!(word.until, leg.until_ms, "the time that the bank stated");
        }
        for (account, hold) in books.holds().iter().filter(|(_, hold)| hold.tx == leg.tx) {
            assert_eq!(Some(hold.until_ms), leg.until_ms, "the hold of {account} ends with its leg");
        }
        let last = leg.last.and_then(|last| books.documents().get(&last));
        if let (Some(Document::Signature(word)), Some(until_ms)) = (last, leg.until_ms)
            && word.action == Action::Timeout
        {
            assert!(word.header().ulid.time_ms() >= until_ms, "the hold of {} ended before its time", leg.tx);
        }
        // Whose word is only that of who lies, gets what it asks for, and takes it from itself.
        if leg.holders.keys().all(|holder| *holder == liar) || !matches!(leg.state, State::Confirmed | State::Settled) {
            return;
        }
        let signed = made.settlement.legs().iter().find(|signed| signed.terms.bank == leg.terms.bank);
        assert_eq!(Some(&leg.terms), signed.map(|signed| &signed.terms), "what honest people signed at bank {bank}");
        if leg.state != State::Settled {
            return;
        }
        let other = |key: &PublicKey| self.banks[Town::get().number_of(key)].durable().legs().get(&leg.tx);
        match leg.terms.role {
            Role::Follow => {
                for key in &leg.terms.predecessors {
                    let before = other(key).map(|leg| leg.state);
                    assert_eq!(before, Some(State::Settled), "bank {bank} followed before its proof");
                    let settled = other(key).map(|leg| leg.terms.leg());
                    let relied_on = leg.terms.legs.get(key).copied();
                    assert_eq!(settled, relied_on, "bank {bank} followed one that settled another leg");
                }
            }
            Role::Lead => {
                for key in made.deal.banks().iter().filter(|key| **key != leg.terms.bank) {
                    let held = other(key).and_then(|leg| leg.hold);
                    assert!(held.is_some(), "bank {bank} led before all others held");
                }
            }
        }
    }

    /// Who gave and has not received, gave at a lead. From the transfers alone, not from what banks were told.
    fn losses(&self, tx: &Hash) {
        let Some(made) = self.deals.get(tx) else { return };
        let liar = Town::get().keys[LIAR].public();
        let mut settled = BTreeSet::new();
        for key in made.deal.banks() {
            let bank = &self.banks[Town::get().number_of(key)];
            if bank.current().legs().get(tx).is_some_and(|leg| leg.state == State::Settled) {
                settled.insert(*key);
            }
        }
        if settled.is_empty() || settled.len() == made.deal.banks().len() {
            return;
        }
        for given in made.deal.transfers().iter().filter(|given| settled.contains(&given.bank)) {
            let owed = made.deal.transfers().iter().filter(|owed| owed.receiver == given.giver);
            let is_owed = owed.clone().any(|owed| !settled.contains(&owed.bank));
            assert!(
                given.giver == liar || !is_owed || made.leads.contains(&given.bank),
                "{} gave at a bank that does not lead, and was not given",
                given.giver
            );
        }
    }

    /// When all is over: what was said of each deal is so.
    pub(crate) fn end(&self) {
        for (bank, kept) in self.banks.iter().enumerate() {
            assert!(kept.durable().holds().is_empty(), "bank {bank} still holds something");
        }
        for (tx, made) in self.deals {
            let leg = |key| self.banks[Town::get().number_of(key)].durable().legs().get(tx);
            let legs: Vec<Option<&Leg>> = made.deal.banks().iter().map(leg).collect();
            let is_settled = |leg: &&&Leg| leg.state == State::Settled;
            let settled = legs.iter().flatten().filter(is_settled).count();
            match &made.outcome {
                None if made.proposer == LIAR => {}
                None => panic!("nothing came of {tx}"),
                Some(Outcome::Settled) => assert_eq!(settled, legs.len(), "{tx} was said to be settled"),
                Some(Outcome::Forgotten) => assert!(legs.iter().all(Option::is_none), "{tx} was said to be unknown"),
                Some(Outcome::GivenUp(reason)) if made.is_honest => {
                    assert_eq!(settled, 0, "{tx} was said not to be settled anywhere: {reason}");
                }
                Some(Outcome::GivenUp(_)) => {}
                Some(Outcome::Lost(reason)) => {
                    assert!(settled > 0, "{tx} was said to be settled in part: {reason}");
                    // Among honest people, only time does that, or one who rejects after all.
                    for leg in legs.iter().flatten().filter(|leg| made.is_honest && leg.state != State::Settled) {
                        let books = self.banks[Town::get().number_of(&leg.terms.bank)].durable();
                        let last = leg.last.and_then(|last| books.documents().get(&last));
                        let Some(Document::Signature(last)) = last else { panic!("{tx} has not ended: {reason}") };
                        let is_race = last.action == Action::Timeout || made.regret.is_some();
                        assert!(is_race, "{tx} was settled in part, and {} has {:?}", leg.terms.bank, last.action);
                    }
                }
            }
        }
    }
}
