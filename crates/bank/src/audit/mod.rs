//! Looking through a bank's whole store: every document and signature, every sum, every state.
//!
//! Nothing that stands there is believed because it stands there: documents are read and their signatures checked again, what a leg
//! changes is taken from its records, and what is in an account from the legs that were settled. Where a rule is the ledger's, the
//! ledger is asked. The store is read at one point in time and not written, also while its bank runs.
//!
//! It shows that what stands there is what was signed, not that all of it is there. Who can write to the store can make it one that it
//! was: an older copy, or one from which the last deals of some accounts are gone with every trace, their balances put back; or a deal
//! that has settled nothing. The bank's word on these deals, which others hold, is then the only proof. Who has the bank's key can write
//! another store that is as consistent. And some things have no counterpart to compare them with: that a call was made, a pocket that its
//! holder need not have handed in, for whom a bank waits as long as no holder has signed that.

mod finding;
mod leg;
mod pages;
mod tally;

use std::collections::{BTreeSet, HashMap, HashSet};

use barter_store::{Access, Engine, Location, Value, connect, in_transaction, row};

pub use self::finding::{Finding, Problem};
use self::{finding::Stop, pages::Row, tally::Tallies};
use crate::{
    document::{
        Account, Action, Decimal, Doc, Document, Hash, Kind, Pocket, Promise, PublicKey, Signature, Ulid, canonical,
    },
    ledger::{AccountState, Books as _, Hold, Minted, State},
    store::{self, Error, books},
};

/// Most findings that are kept; the others are counted.
const MAX_FINDINGS: usize = 1_000;

/// What was looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Documents.
    pub documents: u64,
    /// Signatures, each of which is right unless there is a finding: in documents that must be signed, and in others that are.
    pub signatures: u64,
    /// Promises that are kept here.
    pub promises: u64,
    /// Accounts.
    pub accounts: u64,
    /// This bank's parts of deals.
    pub legs: u64,
    /// Those that are settled.
    pub settled: u64,
    /// Confirmations by holders who did not sign on which terms: let in by a bank that is not strict.
    pub without_terms: u64,
    /// Accounts that a deal holds.
    pub holds: u64,
    /// Records of deals.
    pub records: u64,
    /// Calls that are remembered.
    pub calls: u64,
}

/// What an audit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Whose store it says it is.
    pub bank: PublicKey,
    /// What was looked through.
    pub counts: Counts,
    /// What is not as it should be. Of each row, the first thing that is wrong with it; none more than the first thousand.
    pub findings: Vec<Finding>,
    /// How many more findings there are.
    pub more: u64,
}

/// Looks through the store of a bank. `told` hears how many rows were looked at, and of how many.
///
/// Takes memory for each account, and some 16 bytes for each document.
///
/// # Errors
/// [`Error`], if there is no such store or it cannot be read. What is wrong with what is in it is no error: see [`Audited::findings`].
pub fn audit(location: &Location, told: impl FnMut(u64, u64)) -> Result<Audited, Error> {
    let name = location.to_string();
    let mut engine = connect(location, Access::Read, &store::PURPOSE)?;
    in_transaction(&mut *engine, Access::Read, |engine| {
        let bank = store::owner(engine, &name)?;
        let mut auditor = Auditor::new(engine, bank, told)?;
        auditor.run()?;
        let Auditor { counts, findings, more, .. } = auditor;
        Ok(Audited { bank, counts, findings, more })
    })
}

struct Auditor<'a, F> {
    engine: &'a mut dyn Engine<Error>,
    bank: PublicKey,
    told: F,
    seen: u64,
    all: u64,
    counts: Counts,
    findings: Vec<Finding>,
    more: u64,
    tallies: Tallies,
    /// The beginnings of the hashes of documents that something refers to. Of two with the same beginning, one could go unnoticed.
    referred: HashSet<[u8; 8]>,
    /// Who waits for which deal, of the legs that are not final.
    waiting: BTreeSet<(PublicKey, Hash)>,
    /// Deals whose proposer's `approve` has not come by yet, with the proposer.
    unapproved: HashMap<Hash, PublicKey>,
}

impl<'a, F: FnMut(u64, u64)> Auditor<'a, F> {
    fn new(engine: &'a mut dyn Engine<Error>, bank: PublicKey, told: F) -> Result<Self, Error> {
        let mut all = 0;
        let tables = ["accounts", "minted", "legs", "holds", "records", "waiting", "documents", "calls"];
        for table in tables {
            engine.query(&format!("SELECT count(*) FROM {table}"), &[], &mut |row| {
                all += row::unsigned(row, 0)?;
                Ok(())
            })?;
        }
        Ok(Self {
            engine,
            bank,
            told,
            seen: 0,
            all,
            counts: Counts::default(),
            findings: Vec::new(),
            more: 0,
            tallies: Tallies::default(),
            referred: HashSet::new(),
            waiting: BTreeSet::new(),
            unapproved: HashMap::new(),
        })
    }

    fn run(&mut self) -> Result<(), Error> {
        self.each("accounts", "hash, holder, balance, state", Self::account)?;
        self.each("minted", "promise, state", Self::minted)?;
        self.each("legs", "tx, until_ms, state", Self::leg)?;
        self.each("holds", "account, tx, state", Self::hold)?;
        self.each("records", "record, tx", Self::record)?;
        self.waiting()?;
        self.each("documents", "hash, text", Self::document)?;
        self.calls()?;
        for (account, problem) in self.tallies.accounts() {
            self.find("accounts", account.to_string(), problem);
        }
        for (promise, sum) in self.tallies.sums() {
            let problem = Problem::differs("sum over all accounts", sum, Decimal::ZERO);
            self.find("minted", promise.to_string(), problem);
        }
        let unapproved: Vec<_> = self.unapproved.drain().collect();
        for (tx, proposer) in unapproved {
            let problem = Problem::NoApproval { proposer };
            self.find("legs", tx.to_string(), problem);
        }
        Ok(())
    }

    fn find(&mut self, table: &'static str, row: String, problem: Problem) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { table, row, problem });
        } else {
            self.more += 1;
        }
    }

    fn step(&mut self) {
        self.seen += 1;
        (self.told)(self.seen, self.all);
    }

    /// Notes that a document is there for a reason.
    fn refer(&mut self, hash: &Hash) {
        self.referred.insert(beginning(hash));
    }

    fn books(&mut self) -> books::Database<'_> {
        books::Database { engine: self.engine }
    }

    /// A document that has to be there.
    fn find_document<T: Kind>(&mut self, hash: &Hash, take: fn(Document) -> Option<Doc<T>>) -> Result<Doc<T>, Stop> {
        let found = self.books().document(hash)?.ok_or(Problem::Missing { what: T::NAME, hash: *hash })?;
        let kind = found.kind();
        take(found).ok_or_else(|| Problem::differs("type", format!("{kind} of {hash}"), T::NAME).into())
    }

    fn find_signature(&mut self, hash: &Hash) -> Result<Doc<Signature>, Stop> {
        self.find_document(hash, |found| match found {
            Document::Signature(signature) => Some(signature),
            _ => None,
        })
    }

    fn find_promise(&mut self, hash: &Hash) -> Result<Doc<Promise>, Stop> {
        self.find_document(hash, |found| match found {
            Document::Promise(promise) => Some(promise),
            _ => None,
        })
    }

    /// The bank's own word.
    fn own_word(&mut self, hash: &Hash, about: &Hash, actions: &[Action]) -> Result<Doc<Signature>, Stop> {
        let word = self.find_signature(hash)?;
        if word.pubkey() != self.bank {
            return Err(Problem::differs("signer", word.pubkey(), self.bank).into());
        }
        if word.about != *about || !actions.contains(&word.action) {
            let expected: Vec<_> = actions.iter().map(|action| action.word()).collect();
            let expected = format!("{} of {about}", expected.join(" or "));
            return Err(
                Problem::differs("signature", format!("{} of {}", word.action.word(), word.about), expected).into()
            );
        }
        Ok(word)
    }

    /// How far the past is forgotten, which one row says.
    fn forgotten(&mut self) -> Result<i64, Error> {
        let mut rows = Vec::new();
        self.engine.query("SELECT forgotten_ms FROM barter_bank", &[], &mut |row| {
            rows.push(row::integer(row, 0)?);
            Ok(())
        })?;
        let forgotten = rows.first().copied().unwrap_or_default();
        if rows.len() != 1 {
            self.find("barter_bank", "1".to_owned(), Problem::differs("number of rows", rows.len(), 1));
        }
        if forgotten < 0 {
            self.find("barter_bank", "1".to_owned(), Problem::differs("forgotten_ms", forgotten, "0 at least"));
        }
        Ok(forgotten)
    }

    fn account(&mut self, row: &Row) -> Result<(), Stop> {
        self.counts.accounts += 1;
        let hash = row.hash(0)?;
        self.refer(&hash);
        let state: AccountState = row.state(3)?;
        self.refer(&state.pocket);
        let balance: Decimal = row.exact(2)?;
        self.tallies.open(hash, &state, balance.clone());
        row.is(1, "holder", state.holder.as_bytes())?;
        Problem::unless_same("balance in its state, which never changes", &state.balance, &Decimal::ZERO)?;
        let document = self.find_document(&hash, |found| match found {
            Document::Account(account) => Some(account),
            _ => None,
        })?;
        Problem::unless_same("holder", &state.holder, &document.pubkey())?;
        Problem::unless_same("promise", &state.promise, &document.promise)?;
        Problem::unless_same("pocket", &state.pocket, &document.pocket)?;
        // A pocket need not be here. What is here under its hash has to be one.
        match self.books().document(&state.pocket)? {
            None | Some(Document::Pocket(_)) => {}
            Some(other) => return Err(Problem::differs("pocket", other.kind(), Pocket::NAME).into()),
        }
        let promise = self.find_promise(&state.promise)?;
        let minted = self.books().minted(&state.promise)?;
        let minted = minted.ok_or(Problem::Missing { what: "minted promise", hash: state.promise })?;
        Problem::unless_same("issuing", &state.issuing, &(minted.account == hash))?;
        let limit = promise.limit.as_ref().map(|limit| -limit.decimal().clone());
        let floor = if state.issuing { limit } else { Some(Decimal::ZERO) };
        let shown = |floor: &Option<Decimal>| floor.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        Problem::unless_same("least that may be in it", &shown(&state.floor), &shown(&floor))?;
        if let Some(floor) = floor.filter(|floor| balance < *floor) {
            return Err(Problem::differs("balance", balance, format!("{floor} at least")).into());
        }
        if promise.integer == Some(true) && !balance.is_integer() {
            return Err(Problem::differs("balance", balance, "a whole number").into());
        }
        Ok(())
    }

    fn minted(&mut self, row: &Row) -> Result<(), Stop> {
        self.counts.promises += 1;
        let hash = row.hash(0)?;
        self.refer(&hash);
        let minted: Minted = row.state(1)?;
        self.refer(&minted.attestation);
        let promise = self.find_promise(&hash)?;
        Problem::unless_same("bank", &promise.bank, &self.bank)?;
        let account = self.books().account(&minted.account)?;
        let account = account.ok_or(Problem::Missing { what: Account::NAME, hash: minted.account })?;
        Problem::unless_same("issuer's account is one of", &account.promise, &hash)?;
        Problem::unless_same("issuer", &account.holder, &promise.pubkey())?;
        self.own_word(&minted.attestation, &hash, &[Action::Approve])?;
        Ok(())
    }

    fn hold(&mut self, row: &Row) -> Result<(), Stop> {
        self.counts.holds += 1;
        let account = row.hash(0)?;
        let hold: Hold = row.state(2)?;
        row.is(1, "deal", hold.tx.as_bytes())?;
        let leg = self.books().leg(&hold.tx)?.ok_or(Problem::Missing { what: "leg of the deal", hash: hold.tx })?;
        if !matches!(leg.state, State::Held | State::Confirmed) {
            return Err(Problem::differs("deal", leg.state, "held or confirmed").into());
        }
        let debited = leg.changes.get(&account).map_or(Decimal::ZERO, |change| change.debited.clone());
        Problem::unless_same("amount", &hold.amount, &debited)?;
        Problem::unless_same("end", &hold.until_ms, &leg.until_ms.unwrap_or_default())?;
        Ok(())
    }

    fn record(&mut self, row: &Row) -> Result<(), Stop> {
        self.counts.records += 1;
        let (record, tx) = (row.hash(0)?, row.hash(1)?);
        let leg = self.books().leg(&tx)?.ok_or(Problem::Missing { what: "leg of the deal", hash: tx })?;
        if leg.terms.records.contains(&record) { Ok(()) } else { Err(Problem::Orphan.into()) }
    }

    fn document(&mut self, row: &Row) -> Result<(), Stop> {
        self.counts.documents += 1;
        let hash = row.hash(0)?;
        let text = row.text(1)?;
        let document = canonical::read(text.as_bytes()).and_then(Document::read);
        let document = document.map_err(|error| Problem::Unreadable { reason: error.to_string() })?;
        let signed = match &document {
            Document::Promise(doc) => doc.sig(),
            Document::Pocket(doc) => doc.sig(),
            Document::Account(doc) => doc.sig(),
            Document::Record(doc) => doc.sig(),
            Document::Tx(doc) => doc.sig(),
            Document::Signature(doc) => doc.sig(),
        };
        self.counts.signatures += u64::from(signed.is_some());
        Problem::unless_same("hash", &document.hash(), &hash)?;
        if document.text() != text {
            return Err(Problem::NotCanonical.into());
        }
        let is_approval = match &document {
            Document::Signature(word) if word.action == Action::Approve => {
                self.unapproved.get(&word.about) == Some(&word.pubkey())
            }
            _ => false,
        };
        if let Document::Signature(word) = &document
            && is_approval
        {
            self.unapproved.remove(&word.about);
            return Ok(());
        }
        if self.referred.contains(&beginning(&hash)) { Ok(()) } else { Err(Problem::Orphan.into()) }
    }

    /// Who has an account in a leg that is not final is told so, and nobody else.
    fn waiting(&mut self) -> Result<(), Error> {
        let Self { engine, waiting, told, seen, all, .. } = self;
        let mut orphans = Vec::new();
        engine.query("SELECT holder, tx FROM waiting", &[], &mut |row| {
            *seen += 1;
            told(*seen, *all);
            let key = (row::array(row, 0).ok().map(PublicKey::from_bytes), row::array(row, 1).ok().map(Hash::new));
            match key {
                (Some(Ok(holder)), Some(tx)) if waiting.remove(&(holder, tx)) => {}
                (_, tx) => orphans.push(tx.map_or_else(String::new, |tx| tx.to_string())),
            }
            Ok(())
        })?;
        for row in orphans {
            self.find("waiting", row, Problem::Orphan);
        }
        for (holder, hash) in std::mem::take(&mut self.waiting) {
            self.find("waiting", holder.to_string(), Problem::Missing { what: "row of the deal", hash });
        }
        Ok(())
    }

    fn calls(&mut self) -> Result<(), Error> {
        let forgotten = self.forgotten()?;
        let Self { engine, counts, told, seen, all, .. } = self;
        let mut wrong = Vec::new();
        engine.query("SELECT caller, ulid FROM calls", &[], &mut |row| {
            counts.calls += 1;
            *seen += 1;
            told(*seen, *all);
            let ulid = row::text(row, 1)?;
            if let Err(problem) = call(row, ulid, forgotten) {
                wrong.push((ulid.to_owned(), problem));
            }
            Ok(())
        })?;
        for (ulid, problem) in wrong {
            self.find("calls", ulid, problem);
        }
        Ok(())
    }
}

/// A call that is remembered: by a key, under a ULID, and not from before what is forgotten.
fn call(row: &[Value<'_>], ulid: &str, forgotten: i64) -> Result<(), Problem> {
    let unreadable = |reason: &dyn ToString| Problem::Unreadable { reason: reason.to_string() };
    let caller = row::array::<32>(row, 0).map_err(|_| unreadable(&"its caller has not 32 bytes"))?;
    PublicKey::from_bytes(caller).map_err(|error| unreadable(&error))?;
    let made: Ulid = ulid.parse().map_err(|error| unreadable(&error))?;
    let time_ms = made.time_ms().cast_signed();
    if time_ms < forgotten {
        return Err(Problem::differs("time", time_ms, format!("{forgotten} at least, for what is older is forgotten")));
    }
    Ok(())
}

fn beginning(hash: &Hash) -> [u8; 8] {
    let mut beginning = [0; 8];
    beginning.copy_from_slice(&hash.as_bytes()[..8]);
    beginning
}
