//! Moving what is to move, once.

use std::collections::BTreeMap;

use super::{
    Answer, Bank, Books, Failure, Leg, Refusal, State, Transition, Write,
    books::{leg_of, own_signature},
    hold::check_funds,
};
use crate::document::{Action, Doc, Document, Hash, PublicKey, Signature};

/// Settles a confirmed leg: a lead once it has seen the holds it awaits, a follower once it has seen that each predecessor settled. What
/// it saw is what its own `settle` cites, and is kept.
pub(super) fn settle<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    tx: &Hash,
    shown: &[Doc<Signature>],
) -> Result<Transition, Failure<B::Error>> {
    let before = leg_of(books, tx, caller)?;
    if let (State::Settled, Some(last)) = (before.state, before.last) {
        let settle = own_signature(books, &last)?;
        return Ok(Transition::again(Answer::Settled { leg: Box::new(before), settle }));
    }
    if before.state != State::Confirmed {
        return Err(Refusal::OtherState { tx: *tx, state: before.state, expected: "confirmed" }.into());
    }
    before.still_held(now_ms)?;
    let seen = check_shown(&before, now_ms, shown, bank.policy.strict)?;
    let mut writes = Vec::new();
    let mut balances = BTreeMap::new();
    for (account, change) in &before.changes {
        let (from, to) = check_funds(books, account, change)?;
        balances.insert(*account, to.clone());
        writes.push(Write::Balance { account: *account, from, to });
    }
    writes.extend(releases(&before));
    let word = Signature {
        seen: Some(seen.iter().map(Doc::hash).collect()),
        leg: Some(before.terms.leg()),
        ..Signature::new(*tx, Action::Settle)
    };
    let settle = bank.sign(now_ms, &word)?;
    let mut after = before.clone();
    after.state = State::Settled;
    after.last = Some(settle.hash());
    after.balances = balances;
    writes.push(Write::Leg { from: Some(Box::new(before)), to: Box::new(after.clone()) });
    writes.extend(seen.into_iter().map(|signature| Write::document(Document::Signature(signature))));
    writes.push(Write::document(Document::Signature(settle.clone())));
    Ok(Transition::done(writes, Answer::Settled { leg: Box::new(after), settle }))
}

/// Of what was shown, the word of each bank that has to be seen. The rest is passed over, and not kept.
pub(crate) fn check_shown(
    leg: &Leg,
    now_ms: u64,
    shown: &[Doc<Signature>],
    strict: bool,
) -> Result<Vec<Doc<Signature>>, Refusal> {
    let maximum = leg.terms.predecessors.len() + leg.terms.awaits.len();
    // A client may show the holds and settles of all banks alike.
    if shown.len() > 2 * maximum {
        return Err(Refusal::TooMany { count: shown.len(), maximum: 2 * maximum });
    }
    let find = |bank: &PublicKey, action: Action, is_it: &dyn Fn(&Doc<Signature>) -> bool| {
        // A bank that was given a part of its leg has settled that part.
        let is_its_leg =
            |word: &Doc<Signature>| leg.terms.legs.get(bank).is_none_or(|expected| word.leg == Some(*expected));
        let found = shown.iter().find(|word| word.pubkey() == *bank && is_it(word) && is_its_leg(word)).cloned();
        found.ok_or(Refusal::NotShown { action, bank: *bank, tx: leg.tx })
    };
    let settles =
        leg.terms.predecessors.iter().map(|bank| find(bank, Action::Settle, &|word| word.is_settle_of(&leg.tx)));
    // A published bank's hold does not say when it ends.
    let is_held = |word: &Doc<Signature>| word.is_hold_of(&leg.tx, now_ms) && (word.until.is_some() || !strict);
    let holds = leg.terms.awaits.iter().map(|bank| find(bank, Action::Hold, &is_held));
    settles.chain(holds).collect()
}

/// The end of what a leg holds.
pub(super) fn releases(leg: &Leg) -> impl Iterator<Item = Write> {
    leg.debited().map(|(account, _)| Write::Release { account: *account, tx: leg.tx })
}
