//! Minting promises and opening accounts.

use super::{
    AccountState, Answer, Bank, Books, Failure, Minted, Refusal, Transition, Write,
    books::{self, own_signature},
};
use crate::document::{
    Account, Action, Amount, Decimal, Doc, Document, Header, Kind as _, Pocket, Promise, PublicKey, Signature,
};

/// Keeps a promise, and opens its issuer's account, the only one that may owe.
pub(super) fn mint<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    promise: Doc<Promise>,
    pocket: Option<Doc<Pocket>>,
) -> Result<Transition, Failure<B::Error>> {
    let issuer = promise.pubkey();
    let hash = promise.hash();
    if caller != issuer {
        return Err(Refusal::NotAllowed { caller, what: "mint this promise", who: "its issuer" }.into());
    }
    if promise.bank != bank.pubkey() {
        return Err(Refusal::OtherBank { what: "promise", hash, bank: promise.bank }.into());
    }
    if let Some(minted) = books.minted(&hash).map_err(Failure::Books)? {
        let state = books::account(books, &minted.account)?;
        if pocket.is_some_and(|pocket| pocket.hash() != state.pocket) {
            return Err(Refusal::Differs { what: "promise", hash, difference: "pocket" }.into());
        }
        let attestation = own_signature(books, &minted.attestation)?;
        let answer = Answer::Minted { promise: hash, pocket: state.pocket, account: minted.account, attestation };
        return Ok(Transition::again(answer));
    }
    let pocket = match pocket {
        Some(pocket) => pocket_of(pocket, issuer)?,
        // Made of the promise alone, so that minting it again comes to the same.
        None => Doc::new(*promise.header(), &Pocket { name: String::new() })?,
    };
    let header = Header { pubkey: issuer, ulid: promise.header().ulid };
    let account = Doc::new(header, &Account { pocket: pocket.hash(), promise: hash })?;
    let state = AccountState {
        holder: issuer,
        promise: hash,
        pocket: pocket.hash(),
        balance: Decimal::ZERO,
        floor: promise.limit.as_ref().map(|limit: &Amount| -limit.decimal().clone()),
        issuing: true,
    };
    let attestation = bank.sign(now_ms, &Signature::new(hash, Action::Approve))?;
    let answer = Answer::Minted {
        promise: hash,
        pocket: pocket.hash(),
        account: account.hash(),
        attestation: attestation.clone(),
    };
    let minted = Minted { account: account.hash(), attestation: attestation.hash() };
    let writes = vec![
        Write::Minted { promise: hash, minted },
        Write::Account { account: account.hash(), state },
        Write::document(Document::Promise(promise)),
        Write::document(Document::Pocket(pocket)),
        Write::document(Document::Account(account)),
        Write::document(Document::Signature(attestation)),
    ];
    Ok(Transition::done(writes, answer))
}

/// Opens an account with nothing in it, for a promise that is kept here.
pub(super) fn open<B: Books>(
    books: &mut B,
    caller: PublicKey,
    account: Doc<Account>,
    pocket: Option<Doc<Pocket>>,
) -> Result<Transition, Failure<B::Error>> {
    let holder = account.pubkey();
    if caller != holder {
        return Err(Refusal::NotAllowed { caller, what: "open this account", who: "its holder" }.into());
    }
    let promise = books::promise(books, &account.promise)?;
    let pocket = pocket.map(|pocket| pocket_of(pocket, holder)).transpose()?;
    if let Some(found) = pocket.as_ref().map(Doc::hash).filter(|found| *found != account.pocket) {
        return Err(Refusal::OtherPocket { found, expected: account.pocket }.into());
    }
    // The holder may keep the pocket to itself. But what is known under its hash has to be one.
    if let Some(found) =
        books.document(&account.pocket).map_err(Failure::Books)?.filter(|found| found.kind() != Pocket::NAME)
    {
        return Err(Refusal::OtherType { hash: account.pocket, found: found.kind(), expected: Pocket::NAME }.into());
    }
    let answer = Answer::Opened { account: account.hash(), promise: promise.hash(), pocket: account.pocket };
    // Not opened anew: what is in it would be gone.
    if books.account(&account.hash()).map_err(Failure::Books)?.is_some() {
        return Ok(Transition::again(answer));
    }
    let state = AccountState {
        holder,
        promise: account.promise,
        pocket: account.pocket,
        balance: Decimal::ZERO,
        floor: Some(Decimal::ZERO),
        issuing: false,
    };
    let mut writes = vec![Write::Account { account: account.hash(), state }];
    writes.extend(pocket.map(|pocket| Write::document(Document::Pocket(pocket))));
    writes.push(Write::document(Document::Account(account)));
    Ok(Transition::done(writes, answer))
}

fn pocket_of(pocket: Doc<Pocket>, owner: PublicKey) -> Result<Doc<Pocket>, Refusal> {
    if pocket.pubkey() == owner {
        return Ok(pocket);
    }
    Err(Refusal::OtherOwner { what: "pocket", found: pocket.pubkey(), expected: owner })
}
