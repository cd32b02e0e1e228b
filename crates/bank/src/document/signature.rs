//! Somebody's word on a document.

use serde_json::{Map, Value};

use super::{Doc, Error, Fields, Hash, Kind, Terms, fields::list};

/// Most signatures that one cites: no deal has more banks than records.
const MAX_SEEN: usize = super::MAX_RECORDS;

/// What a signature says of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// It was received.
    Ack,
    /// It is agreed to.
    Approve,
    /// What it takes is locked.
    Hold,
    /// Of a holder: settle it, I have what I was to get. Of a bank: it is settled here.
    Settle,
    /// It is refused.
    Reject,
    /// This bank settles first.
    Lead,
    /// This bank settles after others.
    Follow,
    /// It ended by itself.
    Timeout,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Ack, Self::Approve, Self::Hold, Self::Settle, Self::Reject, Self::Lead, Self::Follow, Self::Timeout];

    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Approve => "approve",
            Self::Hold => "hold",
            Self::Settle => "settle",
            Self::Reject => "reject",
            Self::Lead => "lead",
            Self::Follow => "follow",
            Self::Timeout => "timeout",
        }
    }
}

/// A signature by its `pubkey`: a document that always carries its `sig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The document that it is about.
    pub about: Hash,
    /// What it says of it.
    pub action: Action,
    /// The signatures that it rests on, by their hashes.
    pub seen: Option<Vec<Hash>>,
    /// Why.
    pub reason: Option<String>,
    /// Of a holder's `settle`: on which terms. Not in the published format, whose readers pass over it.
    pub terms: Option<Terms>,
    /// Of a bank's `hold`: until when, in Unix milliseconds. Not in the published format either.
    pub until: Option<u64>,
    /// Of a bank's `hold` and `settle`: [which leg](super::leg_hash) it is. Not in the published format either.
    pub leg: Option<Hash>,
}

impl Signature {
    /// One that cites nothing and gives no reason.
    pub const fn new(about: Hash, action: Action) -> Self {
        Self { about, action, seen: None, reason: None, terms: None, until: None, leg: None }
    }
}

impl Doc<Signature> {
    /// Is this a holder's word that the deal be settled? A bank's `settle` cites what it rests on, be it nothing.
    pub fn is_confirmation_of(&self, tx: &Hash) -> bool {
        self.action == Action::Settle && self.about == *tx && self.seen.is_none()
    }

    /// Is this a bank's word that the deal is settled there? A holder's never passes for one.
    pub fn is_settle_of(&self, tx: &Hash) -> bool {
        self.action == Action::Settle && self.about == *tx && self.seen.is_some() && self.terms.is_none()
    }

    /// Is this a bank's word that what the deal takes is locked there, and still is at a time in Unix milliseconds?
    pub fn is_hold_of(&self, tx: &Hash, now_ms: u64) -> bool {
        self.action == Action::Hold && self.about == *tx && self.until.is_none_or(|until| now_ms < until)
    }
}

impl Kind for Signature {
    const NAME: &'static str = "signature";
    const SIGNED: bool = true;

    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        let word = fields.text("action")?;
        let action = Action::ALL.into_iter().find(|action| action.word() == word);
        let expected = || fields.wrong("action", "one of ack, approve, hold, settle, reject, lead, follow and timeout");
        Ok(Self {
            about: fields.hash("hash")?,
            action: action.ok_or_else(expected)?,
            seen: fields.optional("seen", |fields, field| fields.hashes(field, MAX_SEEN))?,
            reason: fields.optional("reason", Fields::text)?.map(str::to_owned),
            terms: fields.optional("terms", Fields::object)?.map(Terms::read).transpose()?,
            until: fields.optional("until", Fields::integer)?,
            leg: fields.optional("leg", Fields::hash)?,
        })
    }

    fn write(&self, object: &mut Map<String, Value>) {
        object.insert("hash".to_owned(), Value::String(self.about.to_string()));
        object.insert("action".to_owned(), Value::String(self.action.word().to_owned()));
        object.extend(self.seen.as_deref().map(|seen| ("seen".to_owned(), list(seen))));
        object.extend(self.reason.clone().map(|reason| ("reason".to_owned(), Value::String(reason))));
        object.extend(self.terms.as_ref().map(|terms| ("terms".to_owned(), terms.write())));
        object.extend(self.until.map(|until| ("until".to_owned(), Value::from(until))));
        object.extend(self.leg.map(|leg| ("leg".to_owned(), Value::String(leg.to_string()))));
    }
}
