//! What may be read, and by whom.

use super::{AccountState, Books, Change, Failure, Leg, Refusal, books};
use crate::document::{Decimal, Doc, Hash, Promise, PublicKey};

/// What is in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: Hash,
    /// Whose it is, of what, and how much is in it.
    pub state: AccountState,
    /// What a deal that is under way takes out of it; in the balance still.
    pub held: Decimal,
}

/// The balance of an account, for its holder and the issuer of what it holds.
///
/// # Errors
/// [`Refusal::NotAllowed`] for anybody else; [`Refusal::Unknown`] or [`Refusal::OtherType`].
pub fn balance<B: Books>(
    books: &mut B,
    caller: PublicKey,
    now_ms: u64,
    account: &Hash,
) -> Result<Balance, Failure<B::Error>> {
    let state = books::account(books, account)?;
    if caller != state.holder && caller != books::promise(books, &state.promise)?.pubkey() {
        let who = "its holder and the issuer of its promise";
        return Err(Refusal::NotAllowed { caller, what: "read the balance of this account", who }.into());
    }
    let hold = books.hold(account).map_err(Failure::Books)?.filter(|hold| now_ms < hold.until_ms);
    let held = hold.map_or(Decimal::ZERO, |hold| hold.amount);
    Ok(Balance { account: *account, state, held })
}

/// A promise that is kept here, for anybody who knows its hash.
///
/// # Errors
/// [`Refusal::Unknown`] or [`Refusal::OtherType`].
pub fn promise<B: Books>(books: &mut B, hash: &Hash) -> Result<Doc<Promise>, Failure<B::Error>> {
    books::promise(books, hash)
}

/// A leg, as one holder sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Who sees it.
    pub holder: PublicKey,
    /// The leg.
    pub leg: Leg,
    /// What it does to the holder's accounts.
    pub accounts: Vec<PartOfAccount>,
}

/// What a leg does to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOfAccount {
    /// The account.
    pub account: Hash,
    /// What it holds.
    pub promise: Hash,
    /// What changes in it.
    pub change: Change,
}

/// What a deal does to the accounts of one of its holders.
///
/// # Errors
/// [`Refusal::NotAllowed`] for somebody whose deal it is not; [`Refusal::Unknown`].
pub fn part<B: Books>(books: &mut B, holder: PublicKey, tx: &Hash) -> Result<Part, Failure<B::Error>> {
    let leg = books::leg_of(books, tx, holder)?;
    let mut accounts = Vec::new();
    for (account, change) in &leg.changes {
        let state = books::account(books, account)?;
        if state.holder == holder {
            accounts.push(PartOfAccount { account: *account, promise: state.promise, change: change.clone() });
        }
    }
    Ok(Part { holder, leg, accounts })
}
