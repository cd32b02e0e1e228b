//! Checking a bank's part of a deal.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use super::{
    AccountState, Answer, Bank, Books, Change, Failure, Leg, Proposal, Refusal, State, Transition, Write,
    books::{self, own_signature},
};
use crate::document::{Action, Decimal, Doc, Document, Hash, PublicKey, Record, Role, Side, Signature, Terms};

/// Writes a leg down and approves of it: its records are of this bank and this deal alone, each promise nets to zero, and amounts are
/// what the promise lets them be. Whether there is enough in the accounts is asked when they are locked.
pub(super) fn propose<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    proposal: Proposal,
) -> Result<Transition, Failure<B::Error>> {
    let me = bank.pubkey();
    let tx = proposal.tx.hash();
    let proposer = proposal.tx.pubkey();
    // The role is not in what the proposer signs, only in the envelope: so that has to be its own.
    if caller != proposer {
        return Err(Refusal::NotAllowed { caller, what: "propose this deal", who: "its proposer" }.into());
    }
    check_approval(&proposal, tx)?;
    let records = check_slice(&proposal, me)?;
    let terms = Terms {
        bank: me,
        role: proposal.role,
        predecessors: proposal.predecessors,
        awaits: proposal.awaits,
        legs: proposal.legs,
        records: records.clone(),
    };
    if let Some(leg) = books.leg(&tx).map_err(Failure::Books)? {
        return again(books, leg, &terms);
    }
    let (changes, holders) = check_records(books, tx, &proposal.records)?;
    check_left_out(books, tx, me, &proposal.tx.records, &records)?;
    check_role(&terms, proposer, &holders, bank.policy.strict)?;
    let approve = bank.sign(now_ms, &Signature::new(tx, Action::Approve))?;
    let leg = Leg {
        tx,
        proposer,
        state: State::Approved,
        terms,
        changes,
        holders: holders.into_iter().map(|holder| (holder, None)).collect(),
        approve: approve.hash(),
        hold: None,
        until_ms: None,
        last: None,
        balances: BTreeMap::new(),
    };
    let mut writes = vec![Write::Leg { from: None, to: Box::new(leg.clone()) }];
    writes.extend(records.into_iter().map(|record| Write::Record { record, tx }));
    writes.extend(proposal.records.into_iter().map(|record| Write::document(Document::Record(record))));
    writes.push(Write::document(Document::Tx(proposal.tx)));
    writes.push(Write::document(Document::Signature(proposal.approve)));
    writes.push(Write::document(Document::Signature(approve.clone())));
    Ok(Transition::done(writes, Answer::Proposed { leg: Box::new(leg), approve }))
}

/// The same answer as the first time, whatever has become of the leg since.
fn again<B: Books>(books: &mut B, leg: Leg, terms: &Terms) -> Result<Transition, Failure<B::Error>> {
    if let Some(difference) = difference(&leg.terms, terms) {
        return Err(Refusal::Differs { what: "deal", hash: leg.tx, difference }.into());
    }
    let approve = own_signature(books, &leg.approve)?;
    Ok(Transition::again(Answer::Proposed { leg: Box::new(leg), approve }))
}

/// In what two terms are not the same.
pub(crate) fn difference(one: &Terms, other: &Terms) -> Option<&'static str> {
    let same = [
        ("bank", one.bank == other.bank),
        ("role", one.role == other.role),
        ("list of predecessors", one.predecessors == other.predecessors),
        ("list of banks to await", one.awaits == other.awaits),
        ("list of legs", one.legs == other.legs),
        ("list of records", one.records == other.records),
    ];
    same.into_iter().find_map(|(name, same)| (!same).then_some(name))
}

fn check_approval(proposal: &Proposal, tx: Hash) -> Result<(), Refusal> {
    let approve = &proposal.approve;
    if approve.pubkey() != proposal.tx.pubkey() {
        let (found, expected) = (approve.pubkey(), proposal.tx.pubkey());
        return Err(Refusal::OtherOwner { what: "proposer's approve", found, expected });
    }
    if approve.action != Action::Approve || approve.about != tx {
        return Err(Refusal::OtherWord { hash: approve.hash(), expected: "approve", tx });
    }
    Ok(())
}

/// The hashes of the records that were given: each once, in the deal, and of this bank.
fn check_slice(proposal: &Proposal, me: PublicKey) -> Result<BTreeSet<Hash>, Refusal> {
    let tx = proposal.tx.hash();
    let named: BTreeSet<_> = proposal.tx.records.iter().copied().collect();
    let mut records = BTreeSet::new();
    for record in &proposal.records {
        let hash = record.hash();
        if !records.insert(hash) {
            return Err(Refusal::RecordTwice { record: hash });
        }
        if !named.contains(&hash) {
            return Err(Refusal::NotInTx { record: hash, tx });
        }
        if record.pubkey() != me {
            return Err(Refusal::OtherBank { what: "record", hash, bank: record.pubkey() });
        }
    }
    if records.is_empty() { Err(Refusal::NoRecords { tx }) } else { Ok(records) }
}

pub(crate) type Changes = (BTreeMap<Hash, Change>, BTreeSet<PublicKey>);

/// What the records change, and whose accounts they are.
pub(crate) fn check_records<B: Books>(
    books: &mut B,
    tx: Hash,
    records: &[Doc<Record>],
) -> Result<Changes, Failure<B::Error>> {
    let mut accounts: BTreeMap<Hash, AccountState> = BTreeMap::new();
    let mut changes: BTreeMap<Hash, Change> = BTreeMap::new();
    for record in records {
        let hash = record.hash();
        if books.tx_of(&hash).map_err(Failure::Books)?.is_some_and(|other| other != tx) {
            return Err(Refusal::RecordTaken { record: hash }.into());
        }
        if let Entry::Vacant(entry) = accounts.entry(record.account) {
            entry.insert(books::account(books, &record.account)?);
        }
        let change = changes.entry(record.account).or_insert(Change { delta: Decimal::ZERO, debited: Decimal::ZERO });
        let amount = record.amount.decimal();
        match record.side {
            Side::Credit => change.delta = &change.delta + amount,
            Side::Debit => {
                change.delta = &change.delta - amount;
                change.debited = &change.debited + amount;
            }
        }
    }
    let promises: BTreeSet<Hash> = accounts.values().map(|account| account.promise).collect();
    for hash in promises {
        let of_promise: Vec<_> = records
            .iter()
            .filter(|record| accounts.get(&record.account).is_some_and(|of| of.promise == hash))
            .collect();
        check_balanced(hash, &of_promise)?;
        let promise = books::promise(books, &hash)?;
        if promise.integer == Some(true)
            && let Some(part) = of_promise.iter().find(|record| !record.amount.decimal().is_integer())
        {
            return Err(Refusal::NotWhole { amount: part.amount.clone(), promise: hash }.into());
        }
    }
    Ok((changes, accounts.into_values().map(|account| account.holder).collect()))
}

fn check_balanced(promise: Hash, records: &[&Doc<Record>]) -> Result<(), Refusal> {
    let sum = |side: Side| -> Decimal {
        records.iter().filter(|record| record.side == side).map(|record| record.amount.decimal()).sum()
    };
    let (debits, credits) = (sum(Side::Debit), sum(Side::Credit));
    if debits == credits { Ok(()) } else { Err(Refusal::Unbalanced { promise, debits, credits }) }
}

/// No record that is known to be of this bank is in the deal and not among those given. One that is not known cannot be told from
/// another bank's: that is what holders sign the list for.
pub(crate) fn check_left_out<B: Books>(
    books: &mut B,
    tx: Hash,
    me: PublicKey,
    named: &[Hash],
    given: &BTreeSet<Hash>,
) -> Result<(), Failure<B::Error>> {
    for hash in named.iter().filter(|hash| !given.contains(*hash)) {
        match books.document(hash).map_err(Failure::Books)? {
            Some(Document::Record(record)) if record.pubkey() == me => {
                return Err(Refusal::LeftOut { record: *hash, tx }.into());
            }
            Some(Document::Record(_)) | None => {}
            Some(found) => {
                return Err(Refusal::OtherType { hash: *hash, found: found.kind(), expected: "record" }.into());
            }
        }
    }
    Ok(())
}

/// A lead waits for no `settle`, a follower for at least one; and none whom a bank waits for is a person of the deal, whose word as a
/// holder would be close to the word of a bank. Published clients have a bank follow nobody where nothing comes to those who give, as with
/// a gift, and await nobody either: that is what they tell a lead, and no more is asked of it where terms need not be signed. Strict, it is
/// said of each bank that is waited for which leg it has.
pub(crate) fn check_role(
    terms: &Terms,
    proposer: PublicKey,
    holders: &BTreeSet<PublicKey>,
    strict: bool,
) -> Result<(), Refusal> {
    let count = terms.predecessors.len();
    let expected = match terms.role {
        Role::Lead if count > 0 => "none",
        Role::Follow if count == 0 && (strict || !terms.awaits.is_empty()) => "at least one",
        _ => "",
    };
    if !expected.is_empty() {
        return Err(Refusal::Role { role: terms.role.word(), count, expected });
    }
    for key in terms.predecessors.union(&terms.awaits) {
        let found = if *key == terms.bank {
            "this bank itself"
        } else if holders.contains(key) {
            "a holder of the deal"
        } else if *key == proposer {
            "the deal's proposer"
        } else {
            continue;
        };
        return Err(Refusal::NotABank { key: *key, found });
    }
    let waited: BTreeSet<_> = terms.predecessors.union(&terms.awaits).collect();
    let named: BTreeSet<_> = terms.legs.keys().collect();
    // Published banks do not say which leg was settled, so who deals with them can name none.
    let other = named.difference(&waited).chain(waited.difference(&named).filter(|_| strict)).next();
    if let Some(bank) = other {
        return Err(Refusal::OtherLegs { bank: **bank });
    }
    Ok(())
}
