//! A request on the books: its id is spent, it is decided, and what follows is written, all in one transaction.

use std::collections::btree_map::{BTreeMap, Entry};

use barter_store::{Engine, Error as StoreError};
use serde_json::{Value, json};

use super::{Error, books::Database, replay, writer::Decide};
use crate::{
    document::{Hash, PublicKey, SecretKey},
    ledger::{self, Command, Policy},
    rpc::{Asked, Failure, Request, answer, code},
};

/// Most accounts that are listed.
const MAX_LISTED: usize = 10_000;
/// Most bytes of an answer, and as many of promises in it: it is made where everybody waits for it.
const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;
/// Deals under way that are told at once.
const LEGS_PER_PAGE: usize = 100;
/// Most holds that are ended before a call is decided. What is left, ends before the next.
const MAX_ENDED: usize = 16;

pub(super) fn decider(key: SecretKey, policy: Policy) -> Decide {
    Box::new(move |engine, request, now| Decider { key: &key, policy, now }.decide(engine, request))
}

struct Decider<'a> {
    key: &'a SecretKey,
    policy: Policy,
    now: u64,
}

impl Decider<'_> {
    fn decide(&self, engine: &mut dyn Engine<Error>, request: Request) -> Result<Result<Value, Failure>, Error> {
        let Request { id, caller, asked } = request;
        if let Err(message) = replay::spend(engine, &caller, id, self.now)? {
            return Ok(Err(Failure::replay(id, message)));
        }
        let mut books = Database { engine };
        self.end_holds(&mut books)?;
        let refusing = |refusal: &ledger::Refusal| Failure::refused(refusal.code(), refusal.to_string(), id);
        let found = match asked {
            Err(failure) => return Ok(Err(failure)),
            Ok(Asked::Command(command)) => self.command(&mut books, caller, *command),
            Ok(Asked::Promise(hash)) => {
                ledger::promise(&mut books, &hash).map(|promise| json!({ "promise": promise.to_json() }))
            }
            Ok(Asked::Balance(hash)) => {
                ledger::balance(&mut books, caller, self.now, &hash).map(|balance| answer::balance(&balance))
            }
            Ok(Asked::Legs { after }) => legs(&mut books, &caller, after.as_ref()),
            Ok(Asked::Accounts) => match self.accounts(&mut books, caller) {
                Ok(Some(listed)) => Ok(listed),
                Ok(None) => {
                    let message = format!(
                        "{caller} has more accounts here than are listed: at most {MAX_LISTED}, in {MAX_ANSWER_BYTES} bytes"
                    );
                    return Ok(Err(Failure::refused(code::VALIDATION, message, id)));
                }
                Err(failure) => Err(failure),
            },
        };
        match found {
            Ok(result) => Ok(Ok(result)),
            Err(ledger::Failure::Refused(refusal)) => Ok(Err(refusing(&refusal))),
            Err(ledger::Failure::Books(error)) => Err(error),
        }
    }

    fn command(
        &self,
        books: &mut Database<'_>,
        caller: PublicKey,
        command: Command,
    ) -> Result<Value, ledger::Failure<Error>> {
        let bank = ledger::Bank { key: self.key, policy: self.policy };
        let transition = ledger::decide(books, &bank, caller, self.now, command)?;
        for write in &transition.writes {
            books.write(write).map_err(ledger::Failure::Books)?;
        }
        Ok(answer::to_json(bank.pubkey(), &transition.answer, transition.already))
    }

    /// All accounts of a holder with what is in them, and of their promises as many as fit in. None if there are too many.
    fn accounts(&self, books: &mut Database<'_>, holder: PublicKey) -> Result<Option<Value>, ledger::Failure<Error>> {
        let hashes = books.accounts_of(&holder, MAX_LISTED + 1).map_err(ledger::Failure::Books)?;
        if hashes.len() > MAX_LISTED {
            return Ok(None);
        }
        let (mut accounts, mut promises) = (Listed::default(), Promises::default());
        for hash in hashes {
            let balance = ledger::balance(books, holder, self.now, &hash)?;
            if !accounts.add(answer::balance(&balance)) {
                return Ok(None);
            }
            promises.add(books, &balance.state.promise)?;
        }
        Ok(Some(json!({ "accounts": accounts.items, "promises": promises.documents })))
    }

    /// Holds whose time is over end before anything else is decided.
    fn end_holds(&self, books: &mut Database<'_>) -> Result<(), Error> {
        for tx in books.ended(self.now, MAX_ENDED)? {
            match self.command(books, self.key.public(), Command::Expire { tx }) {
                Ok(_) => {}
                // Nothing of it was written. It holds nobody up: a hold that is over is in nobody's way.
                Err(ledger::Failure::Books(error @ Error::Store(StoreError::Damaged { .. }))) => {
                    tracing::error!(%error, %tx, "a hold that is over could not be ended");
                }
                Err(ledger::Failure::Books(error)) => return Err(error),
                // The books say its time is over, and the ledger that it is not.
                Err(ledger::Failure::Refused(_)) => return Err(Error::Stale),
            }
        }
        Ok(())
    }
}

/// What deals under way do to somebody's accounts, a page of it.
fn legs(books: &mut Database<'_>, holder: &PublicKey, after: Option<&Hash>) -> Result<Value, ledger::Failure<Error>> {
    let hashes = books.waiting(holder, after, LEGS_PER_PAGE + 1).map_err(ledger::Failure::Books)?;
    let (mut legs, mut promises) = (Listed::default(), Promises::default());
    for hash in hashes.iter().take(LEGS_PER_PAGE) {
        let part = ledger::part(books, *holder, hash)?;
        // The first is told however long it is, so that there is an end.
        if !legs.add(answer::part(&part)) && legs.items.len() > 1 {
            legs.items.pop();
            break;
        }
        for account in &part.accounts {
            promises.add(books, &account.promise)?;
        }
    }
    let told = legs.items.len();
    let next = if told < hashes.len() { told.checked_sub(1).and_then(|last| hashes.get(last)) } else { None };
    Ok(json!({ "legs": legs.items, "promises": promises.documents, "next": next }))
}

/// What is told in a list, and how many bytes that takes.
#[derive(Default)]
struct Listed {
    items: Vec<Value>,
    bytes: usize,
}

impl Listed {
    /// Adds one. Does it all fit in an answer?
    fn add(&mut self, item: Value) -> bool {
        self.bytes += item.to_string().len();
        self.items.push(item);
        self.bytes <= MAX_ANSWER_BYTES
    }
}

/// Promises by their hashes, so long as they fit in an answer. Of the others, `get_promise` tells.
#[derive(Default)]
struct Promises {
    documents: BTreeMap<String, Value>,
    bytes: usize,
}

impl Promises {
    fn add(&mut self, books: &mut Database<'_>, hash: &Hash) -> Result<(), ledger::Failure<Error>> {
        if self.bytes < MAX_ANSWER_BYTES
            && let Entry::Vacant(entry) = self.documents.entry(hash.to_string())
        {
            let promise = ledger::promise(books, hash)?;
            self.bytes += promise.text().len();
            entry.insert(promise.to_json());
        }
        Ok(())
    }
}
