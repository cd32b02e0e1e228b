//! A bank's store without its thread, on a connection of a test's own.

use std::fmt;

use barter_store::{Access, Engine, Location, connect_alone};
use serde_json::Value;

use super::{
    Error, PURPOSE, decide, define,
    writer::{Clock, Decide, decide_together},
};
use crate::{
    document::SecretKey,
    ledger::Policy,
    rpc::{Failure, Request},
};

/// Connects as a bank does.
///
/// # Errors
/// [`Error::Store`].
pub fn connect(location: &Location) -> Result<Box<dyn Engine<Error>>, Error> {
    Ok(connect_alone(location, &PURPOSE)?)
}

/// What the thread of a bank does, done by whoever calls.
pub struct Teller {
    engine: Box<dyn Engine<Error>>,
    decide: Decide,
}

impl fmt::Debug for Teller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Teller")
    }
}

impl Teller {
    /// Opens the store of the bank with this key; where there is none, makes it.
    ///
    /// # Errors
    /// As [`Bank::open`](super::Bank::open).
    pub fn open(mut engine: Box<dyn Engine<Error>>, key: SecretKey, policy: Policy) -> Result<Self, Error> {
        let public = key.public();
        barter_store::in_transaction(&mut *engine, Access::Write, |engine| define(engine, "a test", public))?;
        Ok(Self { engine, decide: decide::decider(key, policy) })
    }

    /// Decides these requests, each at a time of its own, in one transaction. What is answered, once it is on the disk.
    ///
    /// # Errors
    /// [`Error`], and nothing of it was done.
    pub fn decide(&mut self, asked: Vec<(Request, u64)>) -> Result<Vec<Result<Value, Failure>>, Error> {
        let at = |now| Box::new(move || now) as Clock;
        let asked: Vec<_> = asked.into_iter().map(|(request, now)| (request, at(now))).collect();
        decide_together(&mut *self.engine, &mut self.decide, &asked)
    }

    /// The connection, to look at what is kept.
    pub fn engine(&mut self) -> &mut dyn Engine<Error> {
        &mut *self.engine
    }
}
