//! Carrying a deal from bank to bank.
//!
//! Every call can be made again, and everything signed is kept before the next call is made, so that this can be stopped anywhere and
//! begun again: it goes on where it was.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{Error, Settlement, Wire, settlement::Leg, wire};
use crate::{
    document::{Action, Doc, Hash, PublicKey, SecretKey, Signature},
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

/// Carries a deal to its end: all banks approve, all have everybody's word, all hold, and then they settle one after the other. A deal
/// of which a bank refuses a part before anything is settled is given up, and the banks that hold something are told. An account that
/// another deal holds is waited for, some seconds at most.
///
/// # Errors
/// [`Error::Unsigned`] before anything is sent. [`Error::GivenUp`] if nothing was settled and nothing will be. Any other leaves the deal
/// as it is: what is settled stays settled, `settlement` holds the proof, and calling this again goes on. A lead that has settled, and
/// whose followers refuse for good, has lost what it stood to lose.
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
    if let Err(error) = driver.bind().await {
        return Err(driver.stop(error).await);
    }
    for leg in driver.settlement.legs().to_vec() {
        if let Err(error) = driver.settle(&leg).await {
            return Err(driver.stop(error).await);
        }
    }
    Ok(())
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
            self.take(leg, "propose_leg", answer["approve"].take(), Action::Approve)?;
            self.keeper.hear(Event::Approved(bank));
        }
        for leg in &legs {
            if self.settlement.settled().iter().any(|settle| settle.pubkey() == leg.terms.bank) {
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
        for leg in in_order {
            if self.settlement.word(leg.terms.bank, Action::Hold).is_some() {
                continue;
            }
            let mut answer = self.hold(leg).await?;
            self.take(leg, "hold_leg", answer["hold"].take(), Action::Hold)?;
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

    /// One bank settles: a lead on everybody's hold, a follower on its predecessors' settlement.
    async fn settle(&mut self, leg: &Leg) -> Result<(), Error> {
        let bank = leg.terms.bank;
        let settled = self.settlement.settled();
        if settled.iter().any(|settle| settle.pubkey() == bank) {
            return Ok(());
        }
        let before = settled.into_iter().filter(|settle| leg.terms.predecessors.contains(&settle.pubkey()));
        let held = leg.terms.awaits.iter().filter_map(|other| self.settlement.word(*other, Action::Hold));
        let shown: Vec<Value> = before.chain(held).map(Doc::to_json).collect();
        let params = json!({ "tx_hash": self.settlement.hash(), "upstream_settles": shown });
        let mut answer = self.call(leg, "settle_leg", &params).await?;
        self.take(leg, "settle_leg", answer["settle"].take(), Action::Settle)?;
        self.keeper.hear(Event::Settled(bank));
        Ok(())
    }

    /// Gives the deal up, if a bank refuses and nothing is settled. A bank that has settled, and whose answer was lost, refuses nothing
    /// of what it is asked again. But it may fail, or have had this very call before: then nobody knows, and the others are not told to
    /// release what they will have to settle.
    async fn stop(&mut self, error: Error) -> Error {
        let is_known = matches!(error, Error::Refused { code, .. } if code != code::INTERNAL && code != code::REPLAY);
        if !is_known || !self.settlement.settled().is_empty() {
            return error;
        }
        self.release().await;
        Error::GivenUp { reason: error.to_string() }
    }

    /// Has every bank release what it holds. One that does not answer does so by itself when its time is over.
    async fn release(&mut self) {
        for leg in self.settlement.legs().to_vec() {
            let params = json!({ "tx_hash": self.settlement.hash(), "reason": "the deal was given up" });
            if self.call(&leg, "reject_leg", &params).await.is_ok() {
                self.keeper.hear(Event::Released(leg.terms.bank));
            }
        }
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
    fn take(&mut self, leg: &Leg, method: &'static str, word: Value, action: Action) -> Result<(), Error> {
        let bank = leg.terms.bank;
        let wrong = |reason: String| Error::Answer { bank, method, reason };
        let word: Doc<Signature> = Doc::read(word).map_err(|error| wrong(error.to_string()))?;
        let is_settled = action != Action::Settle || word.is_settle_of(&self.settlement.hash());
        if word.pubkey() != bank || word.action != action || word.about != self.settlement.hash() || !is_settled {
            return Err(wrong(format!("expected its {} of {}", action.word(), self.settlement.hash())));
        }
        // A follower that settled on something else than it had to wait for proves nothing of who came before it.
        if action == Action::Settle && !self.cites(leg, &word) {
            return Err(wrong("it does not cite the settlements that it had to wait for".to_owned()));
        }
        self.settlement.add(word);
        self.keeper.keep(self.settlement)
    }

    fn cites(&self, leg: &Leg, word: &Doc<Signature>) -> bool {
        let seen = word.seen.as_deref().unwrap_or_default();
        let is_cited = |bank: &PublicKey| {
            self.settlement.settled().iter().any(|settle| settle.pubkey() == *bank && seen.contains(&settle.hash()))
        };
        leg.terms.predecessors.iter().all(is_cited)
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
