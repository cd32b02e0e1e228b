//! One call on both sides.

use std::fmt::Debug;

use alloy_primitives::{Address, Log};
use alloy_sol_types::{SolCall, SolEvent};
use barter_bindings::ContractError;
use barter_protocol::Error;

use crate::model::{disagreement::Disagreement, logs, wallet::Name, witness::Sent};

use super::{OK, World};

/// What the ledger says of a call: its answer and the events, or its refusal.
pub(super) type Expected<T> = Result<(T, Vec<Log>), ContractError>;

impl World {
    /// The ledger's answer with the events that must come with it.
    pub(super) fn expect<T: Clone>(
        &self,
        ours: Result<T, Error>,
        logs: impl FnOnce(&Self, T) -> Result<Vec<Log>, ContractError>,
    ) -> Expected<T> {
        let value = ours?;
        Ok((value.clone(), logs(self, value)?))
    }

    /// Sends a call and holds what it gave, or refused with, and what it emitted against the ledger's answer.
    pub(super) fn check<C: SolCall, T: PartialEq + Debug>(
        &mut self,
        name: &str,
        caller: Name,
        to: Address,
        call: &C,
        ours: Expected<T>,
        read: impl Fn(C::Return) -> T,
    ) -> Result<Option<T>, Disagreement> {
        let sent = self.witness.send(&self.wallets[caller.index()], to, call);
        self.check_sent(name, caller, sent, ours, read)
    }

    /// The same of what was sent already.
    pub(super) fn check_sent<R, T: PartialEq + Debug>(
        &mut self,
        name: &str,
        caller: Name,
        sent: Sent<R>,
        ours: Expected<T>,
        read: impl Fn(R) -> T,
    ) -> Result<Option<T>, Disagreement> {
        let Sent { value, logs: emitted, gas } = sent;
        let theirs = value.map(read);
        let (ours, expected) = match ours {
            Ok((value, logs)) => (Ok(value), logs),
            Err(error) => (Err(error), Vec::new()),
        };
        let what = format!("{name}, called by {caller}");
        self.gas_used.push(gas);
        self.note(name, theirs.as_ref().err());
        Disagreement::unless_same(|| what.clone(), &theirs, &ours)?;
        if emitted != expected {
            let say = |logs: &[Log]| logs.iter().map(|log| self.witness.say(log)).collect::<Vec<_>>().join(", ");
            let (chain, ledger) = (say(&emitted), say(&expected));
            return Err(Disagreement { what: format!("the events of {what}"), chain, ledger });
        }
        self.events.extend(emitted.into_iter().map(|log| (self.now, log)));
        Ok(ours.ok())
    }

    /// [`check`](Self::check) of a call to `BarterCore` that returns nothing and emits one event.
    pub(super) fn check_core<C: SolCall>(
        &mut self,
        name: &str,
        caller: Name,
        call: &C,
        ours: Result<(), Error>,
        event: &impl SolEvent,
    ) -> Result<(), Disagreement> {
        let core = self.witness.addresses().core;
        let ours = self.expect(ours, |_, ()| Ok(vec![logs::log(core, event)]));
        self.check(name, caller, core, call, ours, drop).map(drop)
    }

    /// Counts how a call ended, and tells it.
    pub(super) fn note(&mut self, name: &str, error: Option<&ContractError>) {
        let ending = ending(error);
        self.story.push(format!("        {name}: {ending}"));
        *self.outcomes.entry(format!("{name}: {ending}")).or_default() += 1;
    }

    pub(super) fn story_length(&self) -> usize {
        self.story.iter().filter(|line| !line.starts_with("        ")).count()
    }
}

/// How a call ended, in a word: the refusal's name.
pub(in crate::model) fn ending(error: Option<&ContractError>) -> String {
    // The variant's name: the debug output up to its fields.
    let variant = |error: &dyn Debug| format!("{error:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned();
    match error {
        None => OK.to_owned(),
        Some(ContractError::Refused(error)) => variant(error),
        Some(ContractError::BondRefused(error)) => variant(error),
        Some(error) => variant(error),
    }
}
