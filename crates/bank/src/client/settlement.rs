//! A deal on its way: what was signed, and by whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Error, Pin};
use crate::{
    document::{Action, Doc, Hash, PublicKey, Record, Role, SecretKey, Signature, Terms, Tx, Ulid, leg_hash},
    plan::{Deal, Slice, Slices},
};

/// What the file of a settlement says it is.
const VERSION: u64 = 1;

/// A bank's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which bank, and where.
    pub pin: Pin,
    /// What its holders sign: its role, for whom it waits, its records.
    pub terms: Terms,
    /// Its records, and nobody else's.
    pub records: Vec<Doc<Record>>,
    /// Who has to sign.
    pub holders: Vec<PublicKey>,
}

/// Documents of a deal, its legs in the order in which they settle, and every signature on it so far. Enough to carry it on after any
/// interruption, and to prove what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    tx: Doc<Tx>,
    legs: Vec<Leg>,
    /// In the order in which they came.
    signatures: Vec<Doc<Signature>>,
}

impl Settlement {
    /// Writes a deal's documents, and signs as its proposer that it is wanted. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Plan`] if nobody could settle with these leads, [`Error::UnknownBank`], [`Error::NoRandomness`].
    pub fn new(
        deal: &Deal,
        leads: &BTreeSet<PublicKey>,
        pins: &BTreeMap<PublicKey, Pin>,
        proposer: &SecretKey,
        now: u64,
    ) -> Result<Self, Error> {
        let mut failed = None;
        let made = Self::with_ulids(deal, leads, pins, proposer, || {
            Ulid::generate(now).unwrap_or_else(|error| {
                failed = Some(error.to_string());
                Ulid::new(now, [0; 10])
            })
        });
        failed.map_or(made, |reason| Err(Error::NoRandomness { reason }))
    }

    /// The same, with ULIDs from elsewhere, so that a simulation can be repeated.
    ///
    /// # Errors
    /// As [`Settlement::new`].
    pub fn with_ulids(
        deal: &Deal,
        leads: &BTreeSet<PublicKey>,
        pins: &BTreeMap<PublicKey, Pin>,
        proposer: &SecretKey,
        mut ulid: impl FnMut() -> Ulid,
    ) -> Result<Self, Error> {
        let order = deal.order(leads)?;
        let Slices { tx, mut slices } = Slices::new(deal, proposer.public(), &mut ulid)?;
        let mut legs = Vec::with_capacity(order.len());
        let hash_of = |slice: &Slice| (slice.bank, leg_hash(&slice.records.iter().map(Doc::hash).collect()));
        let hashes: BTreeMap<PublicKey, Hash> = slices.iter().map(hash_of).collect();
        for step in order {
            let bank = step.bank;
            let pin = pins.get(&bank).ok_or(Error::UnknownBank { bank })?.clone();
            let Some(place) = slices.iter().position(|slice| slice.bank == bank) else { continue };
            let slice = slices.swap_remove(place);
            // Nobody else protects a lead: it settles once everybody is bound.
            let awaits = match step.role {
                Role::Lead => deal.banks().iter().copied().filter(|other| *other != bank).collect(),
                Role::Follow => BTreeSet::new(),
            };
            let predecessors: BTreeSet<PublicKey> = step.predecessors.into_iter().collect();
            let relied_on = |(other, _): &(&PublicKey, &Hash)| predecessors.contains(other) || awaits.contains(other);
            let terms = Terms {
                bank,
                role: step.role,
                legs: hashes.iter().filter(relied_on).map(|(other, leg)| (*other, *leg)).collect(),
                predecessors,
                awaits,
                records: slice.records.iter().map(Doc::hash).collect(),
            };
            legs.push(Leg { pin, terms, records: slice.records, holders: slice.holders });
        }
        let approve = Doc::sign(proposer, ulid(), &Signature::new(tx.hash(), Action::Approve))?;
        Ok(Self { tx, legs, signatures: vec![approve] })
    }

    /// What names the deal.
    pub const fn hash(&self) -> Hash {
        self.tx.hash()
    }

    /// The whole, in hashes.
    pub const fn tx(&self) -> &Doc<Tx> {
        &self.tx
    }

    /// Its legs, in the order in which they settle.
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// Every signature on it, in the order in which they came.
    pub fn signatures(&self) -> &[Doc<Signature>] {
        &self.signatures
    }

    /// The proposer's word that the deal is wanted.
    pub(super) fn proposal(&self) -> Option<&Doc<Signature>> {
        self.word(self.tx.pubkey(), Action::Approve)
    }

    /// What a bank, or the proposer, said of the deal.
    pub fn word(&self, signer: PublicKey, action: Action) -> Option<&Doc<Signature>> {
        self.signatures.iter().find(|found| {
            found.pubkey() == signer && found.action == action && found.about == self.hash() && found.terms.is_none()
        })
    }

    /// A holder's word that the deal be settled at a bank, on the terms the bank is told.
    pub fn confirmation(&self, holder: PublicKey, bank: PublicKey) -> Option<&Doc<Signature>> {
        let terms = self.legs.iter().map(|leg| &leg.terms).find(|terms| terms.bank == bank)?;
        let is_it = |found: &&Doc<Signature>| {
            found.pubkey() == holder && found.is_confirmation_of(&self.hash()) && found.terms.as_ref() == Some(terms)
        };
        self.signatures.iter().find(is_it)
    }

    /// Signs, as a holder, at every bank where the holder's accounts are in the deal.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn confirm(&mut self, holder: &SecretKey, now: u64) -> Result<(), Error> {
        let mut signed = Vec::new();
        for leg in self.legs.iter().filter(|leg| leg.holders.contains(&holder.public())) {
            let word = Signature { terms: Some(leg.terms.clone()), ..Signature::new(self.hash(), Action::Settle) };
            signed.push(sign(holder, &word, now)?);
        }
        for signature in signed {
            self.add(signature);
        }
        Ok(())
    }

    /// Takes somebody's signature on this deal. One that is here already changes nothing.
    pub fn add(&mut self, signature: Doc<Signature>) {
        if !self.signatures.iter().any(|known| known.hash() == signature.hash()) {
            self.signatures.push(signature);
        }
    }

    /// Who has not signed yet what has to be signed before anything is sent.
    pub fn unsigned(&self) -> BTreeSet<PublicKey> {
        let missing = |leg: &&Leg, holder: &&PublicKey| self.confirmation(**holder, leg.terms.bank).is_none();
        self.legs
            .iter()
            .flat_map(|leg| leg.holders.iter().filter(move |holder| missing(&leg, holder)))
            .copied()
            .collect()
    }

    /// The banks that have settled, with the signatures that prove it.
    pub fn settled(&self) -> Vec<&Doc<Signature>> {
        let settle = |leg: &Leg| {
            let is_it = |found: &&Doc<Signature>| found.pubkey() == leg.terms.bank && found.is_settle_of(&self.hash());
            self.signatures.iter().find(is_it)
        };
        self.legs.iter().filter_map(settle).collect()
    }

    /// As it is kept in a file. It holds no key.
    pub fn to_json(&self) -> Value {
        let leg = |leg: &Leg| {
            json!({
                "url": leg.pin.url,
                "terms": leg.terms,
                "records": leg.records.iter().map(Doc::to_json).collect::<Vec<_>>(),
                "holders": leg.holders,
            })
        };
        json!({
            "version": VERSION,
            "tx": self.tx.to_json(),
            "legs": self.legs.iter().map(leg).collect::<Vec<_>>(),
            "signatures": self.signatures.iter().map(Doc::to_json).collect::<Vec<_>>(),
        })
    }

    /// Reads what [`to_json`](Self::to_json) wrote. Every document is checked again, and whether the legs are parts of the one deal:
    /// somebody else may have written it.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        if value["version"].as_u64() != Some(VERSION) {
            return Err(format!("its version is {}, expected {VERSION}", value["version"]));
        }
        let items = |value: &Value, field: &str| {
            value[field].as_array().cloned().ok_or_else(|| format!("its {field} are missing"))
        };
        let tx: Doc<Tx> = Doc::read(value["tx"].clone()).map_err(|error| error.to_string())?;
        let mut legs = Vec::new();
        for leg in items(value, "legs")? {
            let terms: Terms = serde_json::from_value(leg["terms"].clone()).map_err(|error| error.to_string())?;
            let url = leg["url"].as_str().ok_or("a leg names no url")?.to_owned();
            let records = items(&leg, "records")?.into_iter().map(Doc::read).collect::<Result<Vec<Doc<Record>>, _>>();
            let records = records.map_err(|error| error.to_string())?;
            if records.iter().map(Doc::hash).collect::<BTreeSet<_>>() != terms.records {
                return Err("the records of a leg are not those of its terms".to_owned());
            }
            let holders = serde_json::from_value(leg["holders"].clone()).map_err(|error| error.to_string())?;
            legs.push(Leg { pin: Pin { key: terms.bank, url }, terms, records, holders });
        }
        let signatures = items(value, "signatures")?.into_iter().map(Doc::read).collect::<Result<_, _>>();
        let settlement = Self { tx, legs, signatures: signatures.map_err(|error| error.to_string())? };
        settlement.check()?;
        Ok(settlement)
    }
}

/// Signs a word under a new ULID.
fn sign(key: &SecretKey, word: &Signature, now: u64) -> Result<Doc<Signature>, Error> {
    let ulid = Ulid::generate(now).map_err(|error| Error::NoRandomness { reason: error.to_string() })?;
    Ok(Doc::sign(key, ulid, word)?)
}
