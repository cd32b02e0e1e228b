//! A leg, against its documents.

use std::collections::BTreeSet;

use super::{Auditor, Problem, finding::Stop, pages::Row};
use crate::{
    document::{Action, Doc, Document, Hash, PublicKey, Record, Signature, Tx},
    ledger::{
        Books as _, Leg, Refusal, State,
        propose::{check_left_out, check_records, check_role, difference},
        settle::check_shown,
    },
};

impl<F: FnMut(u64, u64)> Auditor<'_, F> {
    pub(super) fn leg(&mut self, row: &Row) -> Result<(), Stop> {
        self.counts.legs += 1;
        let tx = row.hash(0)?;
        let leg: Leg = row.state(2)?;
        Problem::unless_same("deal", &leg.tx, &tx)?;
        let named = [Some(&tx), Some(&leg.approve), leg.hold.as_ref(), leg.last.as_ref()];
        let words = leg.holders.values().map(Option::as_ref);
        for hash in named.into_iter().chain(words).chain(leg.terms.records.iter().map(Some)).flatten() {
            self.refer(hash);
        }
        self.unapproved.insert(tx, leg.proposer);
        if !leg.state.is_final() {
            self.waiting.extend(leg.holders.keys().map(|holder| (*holder, tx)));
        }
        let below = if leg.state == State::Settled { self.tallies.settle(&leg) } else { None };
        self.counts.settled += u64::from(leg.state == State::Settled);
        if let Some((account, balance, floor)) = below {
            return Err(Problem::differs(
                "balance after it",
                format!("{balance} in {account}"),
                format!("{floor} at least"),
            )
            .into());
        }
        let until = if leg.state.is_final() { None } else { leg.until_ms };
        let shown = |until: Option<u64>| until.map_or_else(|| "none".to_owned(), |until| until.to_string());
        let found = row.integer(1).map(i64::cast_unsigned);
        Problem::unless_same("end of its hold", &shown(found), &shown(until))?;
        self.check_records(&leg)?;
        check_state(&leg)?;
        self.check_holders(&leg)?;
        self.check_holds(&leg)?;
        self.own_word(&leg.approve, &tx, &[Action::Approve])?;
        let hold = leg.hold.map(|hold| self.own_word(&hold, &tx, &[Action::Hold])).transpose()?;
        let until = hold.as_ref().and_then(|hold| hold.until);
        Problem::unless_same("end", &shown(leg.until_ms), &shown(until))?;
        hold.iter().try_for_each(|hold| unless_its_leg(hold, &leg))?;
        self.check_end(&leg)
    }

    /// What was proposed: the records are of this bank and in the deal, and come to what the leg changes.
    fn check_records(&mut self, leg: &Leg) -> Result<(), Stop> {
        let tx: Doc<Tx> = self.find_document(&leg.tx, |found| match found {
            Document::Tx(tx) => Some(tx),
            _ => None,
        })?;
        Problem::unless_same("proposer", &leg.proposer, &tx.pubkey())?;
        Problem::unless_same("bank", &leg.terms.bank, &self.bank)?;
        let mut records: Vec<Doc<Record>> = Vec::new();
        for hash in &leg.terms.records {
            let record: Doc<Record> = self.find_document(hash, |found| match found {
                Document::Record(record) => Some(record),
                _ => None,
            })?;
            Problem::unless_same("record's bank", &record.pubkey(), &self.bank)?;
            if !tx.records.contains(hash) {
                return Err(Problem::Refused(Refusal::NotInTx { record: *hash, tx: leg.tx }).into());
            }
            let of = self.books().tx_of(hash)?.ok_or(Problem::Missing { what: "row of the record", hash: *hash })?;
            Problem::unless_same("record's deal", &of, &leg.tx)?;
            records.push(record);
        }
        if records.is_empty() {
            return Err(Problem::Refused(Refusal::NoRecords { tx: leg.tx }).into());
        }
        let bank = self.bank;
        let (changes, holders) = check_records(&mut self.books(), leg.tx, &records)?;
        if changes != leg.changes {
            return Err(Problem::differs("changes", format!("{:?}", leg.changes), format!("{changes:?}")).into());
        }
        let found: BTreeSet<PublicKey> = leg.holders.keys().copied().collect();
        if found != holders {
            return Err(Problem::differs("holders", format!("{found:?}"), format!("{holders:?}")).into());
        }
        check_left_out(&mut self.books(), leg.tx, bank, &tx.records, &leg.terms.records)?;
        // Whether it is strict, a bank's store does not say.
        check_role(&leg.terms, leg.proposer, &holders, false).map_err(|refusal| Problem::Refused(refusal).into())
    }

    /// That holders said what it says they said.
    fn check_holders(&mut self, leg: &Leg) -> Result<(), Stop> {
        for (holder, word) in leg.holders.iter().filter_map(|(holder, word)| Some((holder, word.as_ref()?))) {
            let word = self.find_signature(word)?;
            Problem::unless_same("confirmation's signer", &word.pubkey(), holder)?;
            if !word.is_confirmation_of(&leg.tx) {
                let found = format!("{} of {}", word.action.word(), word.about);
                return Err(Problem::differs("confirmation", found, "settle without `seen`, of the deal").into());
            }
            match &word.terms {
                None => self.counts.without_terms += 1,
                Some(terms) => {
                    if let Some(difference) = difference(&leg.terms, terms) {
                        let refusal = Refusal::OtherTerms { holder: *holder, difference };
                        return Err(Problem::Refused(refusal).into());
                    }
                }
            }
        }
        Ok(())
    }

    /// That it holds what it should: everything that leaves accounts, as long as it holds anything.
    fn check_holds(&mut self, leg: &Leg) -> Result<(), Stop> {
        if !matches!(leg.state, State::Held | State::Confirmed) {
            return Ok(());
        }
        for (account, _) in leg.debited() {
            let hold =
                self.books().hold(account)?.ok_or(Problem::Missing { what: "hold of account", hash: *account })?;
            Problem::unless_same("account is held for", &hold.tx, &leg.tx)?;
        }
        Ok(())
    }

    /// What the bank signed in the end, and on what.
    fn check_end(&mut self, leg: &Leg) -> Result<(), Stop> {
        let Some(last) = leg.last else { return Ok(()) };
        if leg.state == State::Rejected {
            let word = self.own_word(&last, &leg.tx, &[Action::Reject, Action::Timeout])?;
            let time_ms = word.header().ulid.time_ms();
            return match (word.action, leg.until_ms) {
                (Action::Timeout, Some(until_ms)) if time_ms >= until_ms => Ok(()),
                (Action::Timeout, Some(until_ms)) => {
                    Err(Problem::differs("timeout", time_ms, format!("{until_ms} at least")).into())
                }
                (Action::Timeout, None) => Err(Problem::differs("timeout", "one", "none without a hold").into()),
                _ => Ok(()),
            };
        }
        let settle = self.own_word(&last, &leg.tx, &[Action::Settle])?;
        unless_its_leg(&settle, leg)?;
        let time_ms = settle.header().ulid.time_ms();
        if let Some(until_ms) = leg.until_ms.filter(|until_ms| *until_ms <= time_ms) {
            return Err(Problem::Refused(Refusal::Ended { tx: leg.tx, until_ms }).into());
        }
        let cited = settle.seen.clone().unwrap_or_default();
        for hash in &cited {
            self.refer(hash);
        }
        let shown = cited.iter().map(|hash| self.find_signature(hash)).collect::<Result<Vec<Doc<Signature>>, _>>()?;
        let seen = check_shown(leg, time_ms, &shown, false).map_err(Problem::Refused)?;
        let (found, expected) = (shown.len(), seen.len());
        let is_bank = settle.is_settle_of(&leg.tx) && seen.iter().map(Doc::hash).eq(cited);
        if is_bank {
            Ok(())
        } else {
            Err(Problem::differs("proof", format!("{found} signatures"), format!("the {expected} it waited for"))
                .into())
        }
    }
}

/// That the bank's word says over which leg it is.
fn unless_its_leg(word: &Doc<Signature>, leg: &Leg) -> Result<(), Problem> {
    let shown = |leg: Option<Hash>| leg.map_or_else(|| "none".to_owned(), |leg| leg.to_string());
    Problem::unless_same("leg that the bank signed", &shown(word.leg), &shown(Some(leg.terms.leg())))
}

/// That a leg in its state has what belongs to it, and nothing that comes later.
fn check_state(leg: &Leg) -> Result<(), Problem> {
    let (is_held, is_confirmed) = match leg.state {
        State::Approved => (Some(false), None),
        State::Held => (Some(true), Some(false)),
        State::Confirmed | State::Settled => (Some(true), Some(true)),
        State::Rejected => (None, None),
    };
    let parts = [
        ("having a hold", leg.hold.is_some(), is_held),
        ("being confirmed by all", leg.is_confirmed(), is_confirmed),
        ("having an end", leg.last.is_some(), Some(leg.state.is_final())),
    ];
    for (what, found, expected) in parts {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(Problem::differs(what, found, format!("{expected}, since it is {}", leg.state)));
        }
    }
    let accounts: Vec<&Hash> = leg.balances.keys().collect();
    let expected: Vec<&Hash> = if leg.state == State::Settled { leg.changes.keys().collect() } else { Vec::new() };
    if accounts == expected {
        return Ok(());
    }
    Err(Problem::differs("accounts with a balance after it", format!("{accounts:?}"), format!("{expected:?}")))
}
