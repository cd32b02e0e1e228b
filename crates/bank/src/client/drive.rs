//! Carrying a deal from bank to bank.
//!
//! Every call can be made again, and everything signed is kept before the next call is made, so that this can be stopped anywhere and
//! begun again: it goes on where it was.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Error, Settlement, Wire, settlement::Leg, wire};
use crate::{
    document::{Action, Doc, PublicKey, SecretKey, Signature},
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

/// Carries a deal to its end: all banks approve, all hold, all have everybody's word, and then they settle one after the other. A deal
/// of which a bank refuses a part before anything is settled is given up, and the banks that hold something are told.
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
    /// Every bank approves, every bank holds, every bank has everybody's word.
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
            });
            let answer = self.call(leg, "propose_leg", params).await?;
            self.take(leg, "propose_leg", &answer["approve"], Action::Approve)?;
            self.keeper.hear(Event::Approved(bank));
        }
        for leg in &legs {
            if self.settlement.word(leg.terms.bank, Action::Hold).is_some() {
                continue;
            }
            let answer = self.call(leg, "hold_leg", json!({ "tx_hash": self.settlement.hash() })).await?;
            self.take(leg, "hold_leg", &answer["hold"], Action::Hold)?;
            self.keeper.hear(Event::Held(leg.terms.bank));
        }
        for leg in &legs {
            if self.settlement.settled().iter().any(|settle| settle.pubkey() == leg.terms.bank) {
                continue;
            }
            for holder in &leg.holders {
                let word = self.settlement.confirmation(*holder, leg.terms.bank).map(Doc::to_json);
                let params = json!({ "tx_hash": self.settlement.hash(), "user_confirm": word });
                self.call(leg, "confirm_receipt", params).await?;
            }
            self.keeper.hear(Event::Confirmed(leg.terms.bank));
        }
        Ok(())
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
        let answer = self.call(leg, "settle_leg", params).await?;
        self.take(leg, "settle_leg", &answer["settle"], Action::Settle)?;
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
            if self.call(&leg, "reject_leg", params).await.is_ok() {
                self.keeper.hear(Event::Released(leg.terms.bank));
            }
        }
    }

    async fn call(&self, leg: &Leg, method: &'static str, params: Value) -> Result<Value, Error> {
        let bank = leg.terms.bank;
        let wire = self.banks.get(&bank).ok_or(Error::UnknownBank { bank })?;
        wire::call(wire, wire.id()?, self.proposer, method, &params).await
    }

    /// Keeps a bank's word, if that is what it is.
    fn take(&mut self, leg: &Leg, method: &'static str, word: &Value, action: Action) -> Result<(), Error> {
        let bank = leg.terms.bank;
        let wrong = |reason: String| Error::Answer { bank, method, reason };
        let word: Doc<Signature> = Doc::read(word.clone()).map_err(|error| wrong(error.to_string()))?;
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
