//! Locking what leaves accounts: all of a leg or nothing.

use super::{
    Answer, Bank, Books, Change, Failure, Hold, Leg, Refusal, State, Transition, Write,
    books::{account, leg, leg_of, own_signature},
    reject,
};
use crate::document::{Action, Decimal, Document, Hash, PublicKey, Signature};

/// Locks every account that something leaves. Each then has enough, which nothing but this deal can take from it; or, of the issuer,
/// owes no more than it may. Where terms have to be signed, nobody's account is locked before its holder has signed them: else whoever
/// knows an account's hash could lock it, again and again.
pub(super) fn hold<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    tx: &Hash,
) -> Result<Transition, Failure<B::Error>> {
    let before = leg_of(books, tx, caller)?;
    if let Some(hold) = before.hold {
        if before.state == State::Rejected {
            return Err(Refusal::OtherState { tx: *tx, state: before.state, expected: "approved" }.into());
        }
        // Its own locks are no conflict.
        let hold = own_signature(books, &hold)?;
        return Ok(Transition::again(Answer::Held { leg: Box::new(before), hold }));
    }
    if before.state != State::Approved {
        return Err(Refusal::OtherState { tx: *tx, state: before.state, expected: "approved" }.into());
    }
    if bank.policy.strict {
        check_agreed(books, &before)?;
    }
    let until_ms = now_ms.saturating_add(bank.policy.hold_ttl_ms);
    let mut writes = Vec::new();
    for (hash, _) in before.debited() {
        // A hold that has ended is in nobody's way: the leg that it was of ends with this.
        if let Some(other) = books.hold(hash).map_err(Failure::Books)? {
            if now_ms < other.until_ms {
                return Err(Refusal::Held { account: *hash, until_ms: other.until_ms }.into());
            }
            let ended = leg(books, &other.tx)?;
            if !writes.iter().any(|write| matches!(write, Write::Leg { to, .. } if to.tx == ended.tx)) {
                writes.extend(reject::timeout(bank, now_ms, ended)?.writes);
            }
        }
    }
    for (hash, change) in before.debited() {
        check_funds(books, hash, change)?;
        let hold = Hold { tx: *tx, amount: change.debited.clone(), until_ms };
        writes.push(Write::Hold { account: *hash, hold });
    }
    let word = Signature { until: Some(until_ms), leg: Some(before.terms.leg()), ..Signature::new(*tx, Action::Hold) };
    let signature = bank.sign(now_ms, &word)?;
    let mut after = before.clone();
    after.state = advanced(&after);
    after.hold = Some(signature.hash());
    after.until_ms = Some(until_ms);
    writes.push(Write::Leg { from: Some(Box::new(before)), to: Box::new(after.clone()) });
    writes.push(Write::document(Document::Signature(signature.clone())));
    Ok(Transition::done(writes, Answer::Held { leg: Box::new(after), hold: signature }))
}

/// That everybody has confirmed from whom something leaves.
fn check_agreed<B: Books>(books: &mut B, leg: &Leg) -> Result<(), Failure<B::Error>> {
    for (hash, _) in leg.debited() {
        let holder = account(books, hash)?.holder;
        if leg.holders.get(&holder).is_none_or(Option::is_none) {
            return Err(Refusal::NotAgreed { account: *hash, holder, tx: leg.tx }.into());
        }
    }
    Ok(())
}

/// The state of a leg that is held: confirmed as soon as everybody has signed.
pub(super) fn advanced(leg: &Leg) -> State {
    if leg.is_confirmed() { State::Confirmed } else { State::Held }
}

/// The account's balance after this change, which is not below what it may be.
pub(super) fn check_funds<B: Books>(
    books: &mut B,
    hash: &Hash,
    change: &Change,
) -> Result<(Decimal, Decimal), Failure<B::Error>> {
    let state = account(books, hash)?;
    let after = &state.balance + &change.delta;
    match state.floor {
        Some(floor) if change.delta.is_negative() && after < floor => {
            let (balance, after, floor) = (state.balance.into(), after.into(), floor.into());
            Err(Refusal::TooLittle { account: *hash, balance, after, floor }.into())
        }
        _ => Ok((state.balance, after)),
    }
}
