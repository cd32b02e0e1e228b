//! A bank: the real ledger behind the real envelope, on a disk that forgets what it was not told to keep.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use barter_bank::{
    document::{Hash, PublicKey, SecretKey, Ulid},
    ledger::{self, Answer, Command, Failure, Leg, Memory, Policy, Transition, Write},
    rpc::{self, Asked, Call, Request, answer},
    store::WINDOW_MS,
};
use serde_json::{Value, json};

use crate::{random::Random, store::Store};

/// Between two times that a bank forgets the ids of old calls, milliseconds.
const FORGET_EVERY_MS: u64 = 60_000;

/// A bank's word that somebody was given: it stands, whatever happens to the bank.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) tx: Hash,
    pub(crate) signature: Hash,
    place: fn(&Leg) -> Option<Hash>,
}

impl Word {
    fn of(answer: &Answer) -> Option<Self> {
        let (leg, signature, place): (_, _, fn(&Leg) -> Option<Hash>) = match answer {
            Answer::Proposed { leg, approve } => (leg, approve, |leg| Some(leg.approve)),
            Answer::Held { leg, hold } => (leg, hold, |leg| leg.hold),
            Answer::Settled { leg, settle } => (leg, settle, |leg| leg.last),
            Answer::Rejected { leg, reject } => (leg, reject, |leg| leg.last),
            Answer::Minted { .. } | Answer::Opened { .. } | Answer::Confirmed { .. } => return None,
        };
        Some(Self { tx: leg.tx, signature: signature.hash(), place })
    }

    /// Do these books say so too?
    pub(crate) fn is_kept(&self, books: &Memory) -> bool {
        books.legs().get(&self.tx).and_then(self.place) == Some(self.signature)
    }
}

/// What is on the disk, or on the way to it.
#[derive(Clone, Debug)]
enum Piece {
    /// And how old an id of a call may be.
    Spent(PublicKey, Ulid, u64),
    Write(Box<Write>),
    /// All pieces since the last of these belong together.
    Commit,
}

/// An answer that is to be sent once the disk has what it follows from.
pub(crate) struct Pending {
    pub(crate) line: u64,
    pub(crate) body: Vec<u8>,
    pub(crate) word: Option<Word>,
    id: Ulid,
}

/// The books and the ids of calls that were made, as one transaction leaves them to the next.
#[derive(Clone, PartialEq)]
struct Kept {
    books: Memory,
    spent: BTreeSet<(PublicKey, Ulid)>,
    /// Ids that are older were forgotten, and are not taken again whatever the clock says.
    forgotten_ms: u64,
}

impl Kept {
    fn spend(&mut self, caller: PublicKey, id: Ulid, oldest_ms: u64) {
        self.spent.insert((caller, id));
        if oldest_ms >= self.forgotten_ms + FORGET_EVERY_MS {
            self.spent.retain(|(_, id)| id.time_ms() >= oldest_ms);
            self.forgotten_ms = oldest_ms;
        }
    }
}

struct Running {
    kept: Kept,
    /// Calls that came, and are decided when the bank comes to it.
    waiting: Vec<(u64, Request)>,
    pending: Vec<Pending>,
}

impl Running {
    fn new(disk: &Kept) -> Self {
        Self { kept: disk.clone(), waiting: Vec::new(), pending: Vec::new() }
    }
}

pub(crate) struct Bank {
    pub(crate) key: SecretKey,
    pub(crate) policy: Policy,
    /// What its clock is ahead, milliseconds.
    pub(crate) ahead_ms: i64,
    /// How often it was started.
    pub(crate) life: u64,
    /// What the disk has for certain.
    disk: Kept,
    /// By which call each leg was settled that is.
    pub(crate) settled_by: BTreeMap<Hash, Ulid>,
    /// What it was given since, in this order.
    unsynced: Vec<Piece>,
    running: Option<Running>,
    /// Transactions that a crash tore apart.
    pub(crate) torn: u64,
    pub(crate) expired: u64,
    /// Is there anything in its books, or on its disk, that was not looked at yet?
    pub(crate) has_changed: bool,
    /// Does the same, in towns where it is looked at.
    pub(crate) store: Option<Store>,
}

impl Bank {
    pub(crate) fn new(key: SecretKey, policy: Policy, ahead_ms: i64, books: Memory) -> Self {
        let disk = Kept { books, spent: BTreeSet::new(), forgotten_ms: 0 };
        let running = Some(Running::new(&disk));
        let (settled_by, unsynced) = (BTreeMap::new(), Vec::new());
        Self {
            key,
            policy,
            ahead_ms,
            life: 0,
            disk,
            settled_by,
            unsynced,
            running,
            torn: 0,
            expired: 0,
            has_changed: true,
            store: None,
        }
    }

    /// What it would still know if its power was cut now, at least.
    pub(crate) const fn durable(&self) -> &Memory {
        &self.disk.books
    }

    /// What it goes by.
    pub(crate) fn current(&self) -> &Memory {
        self.running.as_ref().map_or(&self.disk.books, |running| &running.kept.books)
    }

    pub(crate) const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Is it writing, or about to?
    pub(crate) fn is_busy(&self) -> bool {
        self.running.as_ref().is_some_and(|running| !running.pending.is_empty() || !running.waiting.is_empty())
    }

    pub(crate) const fn clock(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.ahead_ms)
    }

    /// Hears a call. What is no call is answered here; the rest waits to be decided.
    pub(crate) fn call(&mut self, line: u64, body: &[u8]) -> Option<Vec<u8>> {
        match Call::read(body, &self.key.public()) {
            Ok(call) => self.running.as_mut().unwrap().waiting.push((line, Request::read(call))),
            Err(failure) => return Some(failure.to_json().to_string().into_bytes()),
        }
        None
    }

    /// Decides all calls that wait, by the time that it is now. They are answered once it is on the disk.
    pub(crate) fn decide(&mut self, now: u64) {
        let now = self.clock(now);
        for (line, request) in mem::take(&mut self.running.as_mut().unwrap().waiting) {
            let (id, (answered, word)) = (request.id, self.decide_one(now, request));
            let body = match answered {
                Ok(result) => json!({ "jsonrpc": "2.0", "id": id.as_str(), "result": result }),
                Err(failure) => failure.to_json(),
            };
            let body = body.to_string().into_bytes();
            self.running.as_mut().unwrap().pending.push(Pending { line, body, word, id });
        }
    }

    fn decide_one(&mut self, now: u64, request: Request) -> (Result<Value, rpc::Failure>, Option<Word>) {
        let me = self.key.public();
        let (id, caller) = (request.id, request.caller);
        let Self { key, policy, running, settled_by, unsynced, expired, has_changed, store, .. } = self;
        let kept = &mut running.as_mut().unwrap().kept;
        let oldest_ms = kept.forgotten_ms.max(now.saturating_sub(WINDOW_MS));
        let is_in_window = (oldest_ms..=now + WINDOW_MS).contains(&id.time_ms());
        if !is_in_window || kept.spent.contains(&(caller, id)) {
            let answered = Err(rpc::Failure::replay(id, "made before, or not now"));
            if let Some(store) = store {
                store.hear(request, now, answered.clone());
            }
            return (answered, None);
        }
        let heard = store.as_ref().map(|_| request.clone());
        kept.spend(caller, id, oldest_ms);
        unsynced.push(Piece::Spent(caller, id, oldest_ms));
        let bank = ledger::Bank { key, policy: *policy };
        let mut decide = |books: &mut Memory, caller, command| {
            let transition = ledger::decide(books, &bank, caller, now, command)?;
            // A write that finds something else than it was to replace is a fault of the ledger.
            books.apply(&transition).unwrap();
            *has_changed |= !transition.writes.is_empty();
            unsynced.extend(transition.writes.iter().cloned().map(Box::new).map(Piece::Write));
            Ok::<_, Failure<_>>(transition)
        };
        for tx in kept.books.ended(now) {
            decide(&mut kept.books, me, Command::Expire { tx }).unwrap();
            *expired += 1;
        }
        let mut word = None;
        let answered = match request.asked {
            Err(failure) => Err(failure),
            Ok(asked) => {
                let found = match asked {
                    Asked::Command(command) => decide(&mut kept.books, caller, *command).map(|transition| {
                        word = Word::of(&transition.answer);
                        if let (Answer::Settled { leg, .. }, false) = (&transition.answer, transition.already) {
                            settled_by.insert(leg.tx, id);
                        }
                        answer::to_json(me, &transition.answer, transition.already)
                    }),
                    Asked::Balance(account) => {
                        ledger::balance(&mut kept.books, caller, now, &account).map(|balance| answer::balance(&balance))
                    }
                    Asked::Promise(promise) => ledger::promise(&mut kept.books, &promise)
                        .map(|promise| json!({ "promise": promise.to_json() })),
                    Asked::Accounts => Ok(json!({ "accounts": {}, "promises": {} })),
                    // Asked by people, and nobody here is one.
                    Asked::Legs { .. } => Ok(json!({ "legs": [], "promises": {}, "next": null })),
                };
                found.map_err(|failure| match failure {
                    Failure::Refused(refusal) => rpc::Failure::refused(refusal.code(), refusal.to_string(), id),
                    Failure::Books(never) => match never {},
                })
            }
        };
        unsynced.push(Piece::Commit);
        for hold in kept.books.holds().values() {
            assert!(now < hold.until_ms, "a hold until {} is there at {now}", hold.until_ms);
        }
        if let (Some(store), Some(heard)) = (store, heard) {
            store.hear(heard, now, answered.clone());
        }
        (answered, word)
    }

    /// The disk has everything: what was decided is answered.
    pub(crate) fn sync(&mut self) -> Vec<Pending> {
        self.write_down(self.unsynced.len());
        let running = self.running.as_mut().unwrap();
        assert!(self.disk == running.kept, "what it was told to write is not what it goes by");
        mem::take(&mut running.pending)
    }

    /// The disk says that it failed: nothing of it has happened, or all of it after all.
    pub(crate) fn fail(&mut self, is_written: bool) -> Vec<Pending> {
        if !is_written {
            self.write_down(0);
            let running = self.running.as_mut().unwrap();
            running.kept = self.disk.clone();
        }
        let mut pending = self.sync();
        for Pending { body, word, id, .. } in &mut pending {
            let failure = rpc::Failure::refused(rpc::code::INTERNAL, "the disk failed", *id);
            *body = failure.to_json().to_string().into_bytes();
            *word = None;
        }
        pending
    }

    /// The power is cut. Of what was on its way to the disk, some of the beginning is there. Who waits for an answer?
    pub(crate) fn crash(&mut self, random: &mut Random) -> Vec<u64> {
        let left = random.place(self.unsynced.len() + 1);
        self.unsynced.truncate(left);
        let running = self.running.take().unwrap();
        let pending = running.pending.iter().map(|pending| pending.line);
        pending.chain(running.waiting.iter().map(|(line, _)| *line)).collect()
    }

    /// Starts from what is on the disk: whole transactions, and what is left of one is as if it had not been.
    pub(crate) fn start(&mut self) {
        let whole = self.unsynced.iter().rposition(|piece| matches!(piece, Piece::Commit)).map_or(0, |last| last + 1);
        self.torn += u64::from(whole < self.unsynced.len());
        self.write_down(whole);
        if let Some(store) = &mut self.store {
            store.open();
        }
        self.running = Some(Running::new(&self.disk));
        self.life += 1;
    }

    /// So many of the pieces that the disk was given are there; of the rest, none.
    fn write_down(&mut self, whole: usize) {
        let (mut writes, mut calls) = (Vec::new(), 0);
        for piece in self.unsynced.drain(..).take(whole) {
            match piece {
                Piece::Write(write) => writes.push(*write),
                Piece::Spent(caller, id, oldest_ms) => self.disk.spend(caller, id, oldest_ms),
                Piece::Commit => calls += 1,
            }
        }
        self.has_changed = true;
        // Of the answer, only that there is one.
        let nothing = Hash::of(b"");
        let answer = Answer::Opened { account: nothing, promise: nothing, pocket: nothing };
        self.disk.books.apply(&Transition { writes, answer, already: false }).unwrap();
        if let Some(store) = &mut self.store {
            store.write(calls);
            store.agree(&mut self.disk.books, &self.disk.spent);
        }
    }
}

/// What an answer says, and whether it is a refusal.
pub(crate) fn result(body: &[u8]) -> Result<Value, i64> {
    let value: Value = serde_json::from_slice(body).unwrap();
    match value["error"]["code"].as_i64() {
        Some(code) => Err(code),
        None => Ok(value["result"].clone()),
    }
}
