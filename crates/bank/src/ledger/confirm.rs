//! Holders' word that a deal be settled.

use super::{
    Answer, Bank, Books, Failure, Leg, Refusal, State, Transition, Write,
    books::{leg, unknown},
    hold::advanced,
    propose::difference,
};
use crate::document::{Doc, Document, Hash, PublicKey, Signature};

/// Takes a holder's `settle` over the deal, whoever brings it, before the leg is held or after. Who has signed once has signed: another
/// signature of theirs changes nothing.
pub(super) fn confirm<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    tx: &Hash,
    confirmation: Doc<Signature>,
) -> Result<Transition, Failure<B::Error>> {
    let holder = confirmation.pubkey();
    if !confirmation.is_confirmation_of(tx) {
        let hash = confirmation.hash();
        return Err(Refusal::OtherWord { hash, expected: "settle without `seen`, as holders sign it,", tx: *tx }.into());
    }
    let before = leg(books, tx)?;
    let Some(given) = before.holders.get(&holder) else {
        if !before.is_of(&caller) {
            return Err(unknown(tx).into());
        }
        let who = "the holders of its accounts";
        return Err(Refusal::NotAllowed { caller: holder, what: "confirm this leg", who }.into());
    };
    check_terms(&before, &confirmation, bank.policy.strict)?;
    // What was answered when it could still come to something would be taken for a promise that it can.
    if before.state == State::Rejected {
        let expected = "approved or held";
        return Err(Refusal::OtherState { tx: *tx, state: before.state, expected }.into());
    }
    if before.state != State::Settled {
        before.still_held(now_ms)?;
    }
    // Who is in a leg that is settled has signed.
    if given.is_some() {
        return Ok(Transition::again(Answer::Confirmed { leg: Box::new(before), holder }));
    }
    let mut after = before.clone();
    after.holders.insert(holder, Some(confirmation.hash()));
    if after.state == State::Held {
        after.state = advanced(&after);
    }
    let writes = vec![
        Write::Leg { from: Some(Box::new(before)), to: Box::new(after.clone()) },
        Write::document(Document::Signature(confirmation)),
    ];
    Ok(Transition::done(writes, Answer::Confirmed { leg: Box::new(after), holder }))
}

/// A holder who says on which terms is taken at its word, asked for or not.
fn check_terms(leg: &Leg, confirmation: &Doc<Signature>, strict: bool) -> Result<(), Refusal> {
    let holder = confirmation.pubkey();
    match &confirmation.terms {
        None if strict => Err(Refusal::NoTerms { holder }),
        None => Ok(()),
        Some(terms) => match difference(&leg.terms, terms) {
            None => Ok(()),
            Some(difference) => Err(Refusal::OtherTerms { holder, difference }),
        },
    }
}
