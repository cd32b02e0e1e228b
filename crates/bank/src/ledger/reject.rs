//! Ending a deal before it is settled.

use super::{
    Answer, Bank, Books, Failure, Leg, Refusal, State, Transition, Write,
    books::{leg, leg_of, own_signature},
    settle::releases,
};
use crate::document::{Action, Document, Error, Hash, PublicKey, Signature};

/// Ends a leg for its proposer or a holder, from whatever state before settled, and lets its accounts go.
pub(super) fn reject<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    tx: &Hash,
    reason: Option<String>,
) -> Result<Transition, Failure<B::Error>> {
    let before = leg_of(books, tx, caller)?;
    if before.state.is_final() {
        return again(books, before);
    }
    let word = Signature { reason, ..Signature::new(*tx, Action::Reject) };
    Ok(end(bank, now_ms, before, &word)?)
}

/// Ends a leg whose hold has ended, for the bank itself.
pub(super) fn expire<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    tx: &Hash,
) -> Result<Transition, Failure<B::Error>> {
    if caller != bank.pubkey() {
        return Err(Refusal::NotAllowed { caller, what: "end this hold", who: "the bank itself" }.into());
    }
    let before = leg(books, tx)?;
    if before.state.is_final() {
        return again(books, before);
    }
    match before.until_ms {
        Some(until_ms) if now_ms < until_ms => Err(Refusal::NotEnded { tx: *tx, until_ms }.into()),
        Some(_) => Ok(timeout(bank, now_ms, before)?),
        None => Err(Refusal::OtherState { tx: *tx, state: before.state, expected: "held" }.into()),
    }
}

/// The end of a leg whose hold has ended.
pub(super) fn timeout(bank: &Bank<'_>, now_ms: u64, leg: Leg) -> Result<Transition, Error> {
    let word = Signature::new(leg.tx, Action::Timeout);
    end(bank, now_ms, leg, &word)
}

fn again<B: Books>(books: &mut B, leg: Leg) -> Result<Transition, Failure<B::Error>> {
    match (leg.state, leg.last) {
        (State::Rejected, Some(last)) => {
            let reject = own_signature(books, &last)?;
            Ok(Transition::again(Answer::Rejected { leg: Box::new(leg), reject }))
        }
        _ => Err(Refusal::OtherState { tx: leg.tx, state: leg.state, expected: "not settled yet" }.into()),
    }
}

fn end(bank: &Bank<'_>, now_ms: u64, before: Leg, word: &Signature) -> Result<Transition, Error> {
    let reject = bank.sign(now_ms, word)?;
    let mut writes = Vec::new();
    if before.hold.is_some() {
        writes.extend(releases(&before));
    }
    let mut after = before.clone();
    after.state = State::Rejected;
    after.last = Some(reject.hash());
    writes.push(Write::Leg { from: Some(Box::new(before)), to: Box::new(after.clone()) });
    writes.push(Write::document(Document::Signature(reject.clone())));
    Ok(Transition::done(writes, Answer::Rejected { leg: Box::new(after), reject }))
}
