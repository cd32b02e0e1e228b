//! Carrying a deal from bank to bank.
//!
//! Every call can be made again, and everything signed is kept before the next call is made, so that this can be stopped anywhere and
//! begun again: it goes on where it was.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{Error, Settlement, Wire, settlement::Leg, wire};
use crate::{
    document::{Action, Doc, Hash, PublicKey, Role, SecretKey, Signature},
    rpc::code,
};

/// What has just happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The bank has checked its leg and written it down.
    Approved(PublicKey),
    /// The bank has locked what leaves accounts.
    Held(PublicKey),
    /// The bank has everybody's word.
    Confirmed(PublicKey),
    /// The bank has moved what was to move. The signature proves it.
    Settled(PublicKey),
    /// The bank has released its leg.
    Released(PublicKey),
}

/// Keeps a settlement before anything else is done, and hears what has happened.
pub trait Keeper {
    /// Keeps it: when this returns, it outlasts this process.
    ///
    /// # Errors
    /// [`Error::Journal`].
    fn keep(&mut self, settlement: &Settlement) -> Result<(), Error>;

    /// Hears what has happened.
    fn hear(&mut self, event: Event);
}

/// Of the time that a bank holds for, one part in so many has to be left when the first bank settles: for the whole cascade after it.
const LEFT: u64 = 4;

/// Carries a deal to its end: all banks approve, all have everybody's word, all hold, and then they settle one after the other. A deal
/// of which a bank refuses a part before anything is settled is given up, and the banks that hold something are told. An account that
/// another deal holds is waited for, some seconds at most.
///
/// No bank is asked to lead unless every bank has said, since this was called, that it holds, and for long enough.
///
/// # Errors
/// [`Error::Unsigned`] before anything is sent. [`Error::GivenUp`] if nothing was settled and nothing will be, which the keeper is told
/// as well: the proposer's `reject`. Any other leaves the deal as it is: what is settled stays settled, `settlement` holds the proof, and
/// calling this again goes on. A lead that has settled, and whose followers refuse for good, has lost what it stood to lose; `settlement`
/// then holds their word that they do.
pub async fn drive(
    settlement: &mut Settlement,
    banks: &BTreeMap<PublicKey, impl Wire>,
    proposer: &SecretKey,
    keeper: &mut impl Keeper,
) -> Result<(), Error> {
    if let Some(holder) = settlement.unsigned().first() {
        return Err(Error::Unsigned { holder: *holder });
    }
    keeper.keep(settlement)?;
    let mut driver = Driver { settlement, banks, proposer, keeper };
    if let Some(given_up) = driver.settlement.word(proposer.public(), Action::Reject) {
        let reason = given_up.reason.clone().unwrap_or_default();
        return Err(driver.release(reason).await);
    }
    let bound = driver.bind().await;
    let result = match driver.cascade(bound).await {
        Err(error) => driver.stop(error).await,
        done => done,
    };
    if let Err(Error::Refused { .. }) = result
        && !driver.settlement.settled().is_empty()
    {
        driver.collect().await?;
    }
    result
}

struct Driver<'a, W, K> {
    settlement: &'a mut Settlement,
    banks: &'a BTreeMap<PublicKey, W>,
    proposer: &'a SecretKey,
    keeper: &'a mut K,
}

impl<W: Wire, K: Keeper> Driver<'_, W, K> {
    /// Every bank approves, every bank has everybody's word, every bank holds: last, so that nobody's account is locked for longer than
    /// it has to be.
    async fn bind(&mut self) -> Result<(), Error> {
        let legs = self.settlement.legs().to_vec();
        let proposal = self.settlement.proposal().map(Doc::to_json);
        for leg in &legs {
            let bank = leg.terms.bank;
            if self.settlement.word(bank, Action::Approve).is_some() {
                continue;
            }
            let params = json!({
                "tx": self.settlement.tx().to_json(),
                "records": leg.records.iter().map(Doc::to_json).collect::<Vec<_>>(),
                "proposer_approve": proposal,
                "role": leg.terms.role,
                "predecessors": leg.terms.predecessors,
                "awaits": leg.terms.awaits,
                "legs": leg.terms.legs,
            });
            let mut answer = self.call(leg, "propose_leg", &params).await?;
            self.take(leg, "propose_leg", answer["approve"].take(), &[Action::Approve])?;
            self.keeper.hear(Event::Approved(bank));
        }
        for leg in &legs {
            if self.is_settled(leg) {
                continue;
            }
            for holder in &leg.holders {
                let word = self.settlement.confirmation(*holder, leg.terms.bank).map(Doc::to_json);
                let params = json!({ "tx_hash": self.settlement.hash(), "user_confirm": word });
                self.call(leg, "confirm_receipt", &params).await?;
            }
            self.keeper.hear(Event::Confirmed(leg.terms.bank));
        }
        // Everybody takes banks in one order, so that no two deals wait for each other.
        let mut in_order: Vec<&Leg> = legs.iter().collect();
        in_order.sort_by_key(|leg| leg.terms.bank);
        // What a bank held when the journal was written, it may have released since.
        let is_asked = legs.iter().any(|leg| leg.terms.role == Role::Lead && !self.is_settled(leg));
        for leg in in_order {
            if self.is_settled(leg) || !is_asked {
                continue;
            }
            let mut answer = self.hold(leg).await?;
            self.take(leg, "hold_leg", answer["hold"].take(), &[Action::Hold])?;
            self.keeper.hear(Event::Held(leg.terms.bank));
        }
        Ok(())
    }

    /// One bank locks what leaves accounts. If another deal holds one, it is asked again until that deal has had its time.
    async fn hold(&self, leg: &Leg) -> Result<Value, Error> {
        let params = json!({ "tx_hash": self.settlement.hash() });
        let mut pauses = pauses(self.settlement.hash());
        loop {
            match self.call(leg, "hold_leg", &params).await {
                Err(Error::Refused { code: code::HELD, .. }) if let Some(pause) = pauses.next() => {
                    self.wire(leg)?.pause(pause).await;
                }
                answer => return answer,
            }
        }
    }

    /// Has one bank after the other settle: a lead only if nothing went wrong, a follower whenever it has its proof. What went wrong
    /// first is told, unless all is settled in the end.
    async fn cascade(&mut self, mut result: Result<(), Error>) -> Result<(), Error> {
        // What is not kept is not built on.
        if let Err(Error::Journal { .. }) = result {
            return result;
        }
        for leg in self.settlement.legs().to_vec() {
            let is_next = match leg.terms.role {
                Role::Lead => result.is_ok(),
                Role::Follow => leg.terms.predecessors.iter().all(|bank| self.settle_of(bank).is_some()),
            };
            if !is_next || self.is_settled(&leg) {
                continue;
            }
            match self.settle(&leg).await {
                Err(error @ Error::Journal { .. }) => return Err(error),
                settled => result = result.and(settled),
            }
        }
        if self.settlement.legs().iter().all(|leg| self.is_settled(leg)) { Ok(()) } else { result }
    }

    /// One bank settles: a lead on everybody's hold, a follower on its predecessors' settlement.
    async fn settle(&mut self, leg: &Leg) -> Result<(), Error> {
        if leg.terms.role == Role::Lead {
            self.check_holds(leg)?;
        }
        let before = leg.terms.predecessors.iter().filter_map(|bank| self.settle_of(bank));
        let held = leg.terms.awaits.iter().filter_map(|other| self.settlement.word(*other, Action::Hold));
        let shown: Vec<Value> = before.chain(held).map(Doc::to_json).collect();
        self.ask_to_settle(leg, &shown).await
    }

    async fn ask_to_settle(&mut self, leg: &Leg, shown: &[Value]) -> Result<(), Error> {
        let params = json!({ "tx_hash": self.settlement.hash(), "upstream_settles": shown });
        let mut answer = self.call(leg, "settle_leg", &params).await?;
        self.take(leg, "settle_leg", answer["settle"].take(), &[Action::Settle])?;
        self.keeper.hear(Event::Settled(leg.terms.bank));
        Ok(())
    }

    /// That no hold is over, and that of each enough is left if this is the first bank to settle: later ones would lose more by waiting.
    fn check_holds(&self, lead: &Leg) -> Result<(), Error> {
        let now_ms = self.wire(lead)?.id()?.time_ms();
        let is_first = self.settlement.settled().is_empty();
        for leg in self.settlement.legs().iter().filter(|leg| !self.is_settled(leg)) {
            let bank = leg.terms.bank;
            let Some(hold) = self.settlement.word(bank, Action::Hold) else { continue };
            let Some(until_ms) = hold.until else { continue };
            let length = until_ms.saturating_sub(hold.header().ulid.time_ms());
            let margin = if is_first { length / LEFT } else { 0 };
            if until_ms.saturating_sub(margin) <= now_ms {
                return Err(Error::HoldTooShort { bank, until_ms, now_ms });
            }
        }
        Ok(())
    }

    /// What is to be done where it cannot go on: gives the deal up, if a bank refuses and nothing is settled.
    async fn stop(&mut self, error: Error) -> Result<(), Error> {
        if !is_known(&error) || !self.settlement.settled().is_empty() {
            return Err(error);
        }
        let Some(first) = self.settlement.legs().first().cloned() else { return Err(error) };
        // As long as a hold is missing, no bank was asked to settle. Later, the first may have settled, and its answer was lost: then it
        // refuses to release anything. The others are not told to release what they will have to settle before that is known.
        let is_held = |leg: &Leg| self.settlement.word(leg.terms.bank, Action::Hold).is_some();
        if self.settlement.legs().iter().all(is_held) {
            match self.reject(&first).await {
                Ok(()) => {}
                Err(Error::Refused { code: code::VALIDATION, .. }) => {
                    // It is shown nothing, so that it can but repeat what it said.
                    self.ask_to_settle(&first, &[]).await?;
                    return self.cascade(Err(error)).await;
                }
                Err(unknown) => return Err(unknown),
            }
        }
        let reason = error.to_string();
        self.give_up(&first, reason.clone())?;
        Err(self.release(reason).await)
    }

    /// Keeps that the deal is given up, before anybody is told.
    fn give_up(&mut self, leg: &Leg, reason: String) -> Result<(), Error> {
        let word = Signature { reason: Some(reason), ..Signature::new(self.settlement.hash(), Action::Reject) };
        self.keep(Doc::sign(self.proposer, self.wire(leg)?.id()?, &word)?)
    }

    /// Has every bank release what it holds. One that does not answer does so by itself when its time is over.
    async fn release(&mut self, reason: String) -> Error {
        for leg in self.settlement.legs().to_vec() {
            if let Err(error @ Error::Journal { .. }) = self.reject(&leg).await {
                return error;
            }
        }
        Error::GivenUp { reason }
    }

    /// Has each bank that will not settle any more say so: its word that its leg is over is what those have in hand who gave at a lead. A
    /// bank that still holds is not asked to release anything.
    async fn collect(&mut self) -> Result<(), Error> {
        let params = json!({ "tx_hash": self.settlement.hash() });
        for leg in self.settlement.legs().to_vec() {
            if self.is_settled(&leg) {
                continue;
            }
            let held = self.call(&leg, "hold_leg", &params).await;
            let is_over = matches!(held, Err(Error::Refused { code: code::VALIDATION, .. }));
            if is_over && let Err(error @ Error::Journal { .. }) = self.reject(&leg).await {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Has a bank release its leg, and keeps its word that it has, or that its time was over.
    async fn reject(&mut self, leg: &Leg) -> Result<(), Error> {
        let params = json!({ "tx_hash": self.settlement.hash(), "reason": "the deal was given up" });
        let mut answer = self.call(leg, "reject_leg", &params).await?;
        self.take(leg, "reject_leg", answer["reject"].take(), &[Action::Reject, Action::Timeout])?;
        self.keeper.hear(Event::Released(leg.terms.bank));
        Ok(())
    }

    fn is_settled(&self, leg: &Leg) -> bool {
        self.settle_of(&leg.terms.bank).is_some()
    }

    fn settle_of(&self, bank: &PublicKey) -> Option<&Doc<Signature>> {
        self.settlement.settled().into_iter().find(|settle| settle.pubkey() == *bank)
    }

    fn wire(&self, leg: &Leg) -> Result<&W, Error> {
        let bank = leg.terms.bank;
        self.banks.get(&bank).ok_or(Error::UnknownBank { bank })
    }

    async fn call(&self, leg: &Leg, method: &'static str, params: &Value) -> Result<Value, Error> {
        let wire = self.wire(leg)?;
        wire::call(wire, wire.id()?, self.proposer, method, params).await
    }

    /// Keeps a bank's word, if that is what it is.
    fn take(&mut self, leg: &Leg, method: &'static str, word: Value, actions: &[Action]) -> Result<(), Error> {
        let bank = leg.terms.bank;
        let wrong = |reason: String| Error::Answer { bank, method, reason };
        let word: Doc<Signature> = Doc::read(word).map_err(|error| wrong(error.to_string()))?;
        let is_settle = word.action == Action::Settle;
        let is_it = actions.contains(&word.action) && (!is_settle || word.is_settle_of(&self.settlement.hash()));
        if word.pubkey() != bank || word.about != self.settlement.hash() || !is_it {
            let expected: Vec<&str> = actions.iter().map(|action| action.word()).collect();
            return Err(wrong(format!("expected its {} of {}", expected.join(" or "), self.settlement.hash())));
        }
        // A follower that settled on something else than it had to wait for proves nothing of who came before it.
        if is_settle && !self.cites(leg, &word) {
            return Err(wrong("it does not cite the settlements that it had to wait for".to_owned()));
        }
        self.keep(word)
    }

    /// Keeps a word that is new.
    fn keep(&mut self, word: Doc<Signature>) -> Result<(), Error> {
        if self.settlement.signatures().iter().any(|known| known.hash() == word.hash()) {
            return Ok(());
        }
        self.settlement.add(word);
        self.keeper.keep(self.settlement)
    }

    fn cites(&self, leg: &Leg, word: &Doc<Signature>) -> bool {
        let seen = word.seen.as_deref().unwrap_or_default();
        let is_cited = |bank: &PublicKey| self.settle_of(bank).is_some_and(|settle| seen.contains(&settle.hash()));
        leg.terms.predecessors.iter().all(is_cited)
    }
}

/// Whether a bank said that it does not do what it was asked, and will not, rather than that it failed, or could not read the call.
const fn is_known(error: &Error) -> bool {
    match error {
        Error::HoldTooShort { .. } => true,
        Error::Refused { code, .. } => {
            matches!(*code, code::VALIDATION | code::UNAUTHORIZED | code::HELD | code::UNKNOWN | code::PARAMETERS)
        }
        _ => false,
    }
}

/// How often an account that another deal holds is asked for again.
const TRIES: usize = 64;
/// The longest pause between two tries, in milliseconds. Each is half of that at least.
const LONGEST_PAUSE_MS: u64 = 64;

/// The pauses of a deal, short at first. Those of two deals differ, so that they do not meet each time.
fn pauses(tx: Hash) -> impl Iterator<Item = Duration> {
    let longest = (1..).map(|doublings: u32| 1_u64.checked_shl(doublings).unwrap_or(u64::MAX).min(LONGEST_PAUSE_MS));
    let parts = tx.as_bytes().repeat(TRIES.div_ceil(32)).into_iter();
    longest
        .zip(parts)
        .take(TRIES)
        .map(|(longest, part)| Duration::from_micros(longest * 1_000 * (256 + u64::from(part)) / 512))
}
