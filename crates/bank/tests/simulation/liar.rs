//! Somebody who hears every call, has every signature, and tells banks what is not so.

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    client::{Leg, Settlement},
    document::{Action, Doc, Hash, PublicKey, Role, SecretKey, Signature, Terms},
    rpc::Call,
};
use serde_json::{Value, json};

use crate::{
    bank,
    network::{Network, Shared},
    random::Random,
    town::{LIAR, Made, Town, confirmation},
};

/// Between two calls of a few.
const STEP_MS: usize = 200;

fn key() -> &'static SecretKey {
    &Town::get().keys[LIAR]
}

#[derive(Default)]
pub(crate) struct Liar {
    /// What banks said of deals.
    words: Vec<Doc<Signature>>,
    /// Its calls that were not answered yet.
    asked: BTreeSet<u64>,
    /// Calls that nobody may have an answer to but a refusal.
    hopeless: BTreeMap<u64, String>,
    /// Calls that are refused, and such as got somewhere.
    pub(crate) refused: u64,
    pub(crate) granted: u64,
}

/// A call to make.
struct Lie {
    method: &'static str,
    params: Value,
    is_hopeless: bool,
}

impl Liar {
    /// One call to one bank about one of these deals, or a few, one after the other.
    pub(crate) fn lie(&mut self, network: &Shared, deals: &BTreeMap<Hash, Made>) {
        let mut network = network.borrow_mut();
        let of_own: Vec<&Made> = deals.values().filter(|made| !made.is_honest).collect();
        let others: Vec<&Made> = deals.values().filter(|made| made.is_honest).collect();
        let is_own = !of_own.is_empty() && (others.is_empty() || network.random.chance(700));
        let made = *network.random.pick(if is_own { &of_own } else { &others });
        if network.random.chance(100) {
            self.repeat(&mut network);
            return;
        }
        let leg = network.random.pick(made.settlement.legs()).clone();
        let asked = if is_own && network.random.chance(300) {
            self.push(made, &leg, &mut network)
        } else {
            vec![self.think(made, &leg, &mut network)]
        };
        let bank = Town::get().number_of(&leg.terms.bank);
        for (lie, delay) in asked.into_iter().zip((0..).step_by(STEP_MS)) {
            let line = network.number();
            self.asked.insert(line);
            if lie.is_hopeless {
                self.hopeless.insert(line, format!("{} {}", lie.method, lie.params));
            }
            network.note(|| format!("liar asks bank {bank} to {}", lie.method));
            let now = network.now;
            let id = network.random.ulid(now);
            let body = Call::write(id, lie.method, &lie.params, &leg.terms.bank, key());
            network.send(delay, bank, line, body);
        }
    }

    /// What somebody said before, perhaps with a bit turned.
    fn repeat(&mut self, network: &mut Network) {
        let heard = network.overheard.len();
        if heard == 0 {
            return;
        }
        let place = network.random.place(heard);
        let (bank, body) = network.overheard[place].clone();
        let mut body = body.to_vec();
        if network.random.chance(300) {
            let place = network.random.place(body.len());
            body[place] ^= 1 << network.random.between(0, 6);
        }
        network.note(|| format!("liar repeats what was said to bank {bank}"));
        let line = network.number();
        self.asked.insert(line);
        network.send(0, bank, line, body);
    }

    /// Has one bank come as far as it will, whatever the others do.
    fn push(&self, made: &Made, leg: &Leg, network: &mut Network) -> Vec<Lie> {
        let (settlement, tx) = (&made.settlement, made.settlement.hash());
        let lie = |method, params| Lie { method, params, is_hopeless: false };
        let mut asked = Vec::new();
        if made.proposer == LIAR {
            asked.push(lie("propose_leg", proposal(settlement, leg, &mut network.random)));
        }
        for holder in &leg.holders {
            let word = settlement.confirmation(*holder, leg.terms.bank).map(Doc::to_json);
            asked.push(lie("confirm_receipt", json!({ "tx_hash": tx, "user_confirm": word })));
        }
        asked.push(lie("hold_leg", json!({ "tx_hash": tx })));
        asked.push(lie("settle_leg", self.shown(settlement, leg, network)));
        asked
    }

    fn think(&self, made: &Made, leg: &Leg, network: &mut Network) -> Lie {
        let settlement = &made.settlement;
        let tx = settlement.hash();
        let me = key().public();
        let is_mine = made.proposer == LIAR || leg.holders.contains(&me);
        let lie = |method, params, is_hopeless| Lie { method, params, is_hopeless };
        let now = network.now;
        match network.random.between(0, 9) {
            0 | 1 => {
                let told = proposal(settlement, leg, &mut network.random);
                lie("propose_leg", told, made.proposer != LIAR)
            }
            2 => lie("hold_leg", json!({ "tx_hash": tx }), !is_mine),
            3 | 4 if made.is_honest => lie("confirm_receipt", forged(leg, tx, now, &mut network.random), true),
            3 | 4 => {
                let holder = network.random.pick(&leg.holders);
                let word = if *holder == me && network.random.chance(300) {
                    let terms = twisted(&leg.terms, &mut network.random);
                    let ulid = network.random.ulid(now);
                    Some(Doc::sign(key(), ulid, &confirmation(tx, &terms)).unwrap().to_json())
                } else {
                    settlement.confirmation(*holder, leg.terms.bank).map(Doc::to_json)
                };
                lie("confirm_receipt", json!({ "tx_hash": tx, "user_confirm": word }), false)
            }
            5..=7 => lie("settle_leg", self.shown(settlement, leg, network), !is_mine),
            8 => lie("reject_leg", json!({ "tx_hash": tx, "reason": "a lie" }), !is_mine),
            _ => {
                let bank = Town::get().number_of(&leg.terms.bank);
                let account = network.random.pick(&Town::get().banks[bank].accounts[..LIAR]);
                lie("get_account_balance", json!({ "account_hash": account }), true)
            }
        }
    }

    /// Words of banks over the deal, and some that are none.
    fn shown(&self, settlement: &Settlement, leg: &Leg, network: &mut Network) -> Value {
        let Network { now, random, .. } = network;
        let tx = settlement.hash();
        let mut shown: Vec<Value> = Vec::new();
        for word in self.words.iter().filter(|word| word.about == tx) {
            if random.chance(800) {
                shown.push(word.to_json());
            }
        }
        // A holder's word, which is about the same and also says settle.
        if random.chance(200) {
            shown.push(random.pick(settlement.signatures()).to_json());
        }
        // The words of these banks over other deals.
        if random.chance(200) {
            let is_asked = |word: &&Doc<Signature>| {
                leg.terms.predecessors.contains(&word.pubkey()) || leg.terms.awaits.contains(&word.pubkey())
            };
            shown.extend(self.words.iter().filter(is_asked).filter(|word| word.about != tx).map(Doc::to_json));
        }
        // One's own word in the form of a bank's, and then as if a bank had said it.
        if random.chance(300) {
            let action = *random.pick(&[Action::Settle, Action::Hold]);
            let terms = &random.pick(settlement.legs()).terms;
            let word = Signature { seen: Some(Vec::new()), leg: Some(terms.leg()), ..Signature::new(tx, action) };
            let mut word = Doc::sign(key(), random.ulid(*now), &word).unwrap().to_json();
            if random.chance(500) {
                word["pubkey"] = json!(terms.bank);
            }
            shown.push(word);
        }
        // What nobody asked for is passed over; but more than can be needed is refused.
        let most = 2 * (leg.terms.predecessors.len() + leg.terms.awaits.len());
        while shown.len() > most && random.chance(950) {
            shown.remove(random.place(shown.len()));
        }
        json!({ "tx_hash": tx, "upstream_settles": shown })
    }

    /// An answer to one of its calls, if it is one.
    pub(crate) fn hear(&mut self, line: u64, body: &[u8]) {
        let hopeless = self.hopeless.remove(&line);
        if !self.asked.remove(&line) {
            return;
        }
        match bank::result(body) {
            Err(_) => self.refused += 1,
            Ok(result) => {
                if let Some(asked) = hopeless {
                    panic!("a stranger was given what it asked for: {asked}");
                }
                self.granted += 1;
                self.learn(&result);
            }
        }
    }

    /// Whatever banks sign comes to its ears.
    pub(crate) fn learn(&mut self, result: &Value) {
        for field in ["hold", "settle"] {
            if let Ok(word) = Doc::read(result[field].clone())
                && !self.words.contains(&word)
            {
                self.words.push(word);
            }
        }
    }
}

/// What a bank is told, in truth or not.
fn proposal(settlement: &Settlement, leg: &Leg, random: &mut Random) -> Value {
    let mut records: Vec<Value> = leg.records.iter().map(Doc::to_json).collect();
    let terms = if random.chance(400) { twisted(&leg.terms, random) } else { leg.terms.clone() };
    if random.chance(100) {
        let place = random.place(records.len());
        if random.chance(500) {
            records.push(records[place].clone());
        } else {
            records.truncate(records.len() / 2);
        }
    }
    json!({
        "tx": settlement.tx().to_json(),
        "records": records,
        "proposer_approve": settlement.word(settlement.tx().pubkey(), Action::Approve).map(Doc::to_json),
        "role": terms.role,
        "predecessors": terms.predecessors,
        "awaits": terms.awaits,
        "legs": terms.legs,
    })
}

/// Terms that are better for a liar.
fn twisted(terms: &Terms, random: &mut Random) -> Terms {
    let mut terms = terms.clone();
    let stranger: PublicKey = Town::get().keys[random.place(LIAR + 1)].public();
    match random.between(0, 4) {
        0 => {
            terms.role = Role::Lead;
            terms.predecessors.clear();
        }
        1 => {
            terms.role = Role::Follow;
            terms.predecessors = [stranger].into();
        }
        2 => terms.awaits.clear(),
        3 => terms.legs.clear(),
        _ => _ = terms.awaits.insert(stranger),
    }
    terms
}

/// A confirmation in somebody else's name.
fn forged(leg: &Leg, tx: Hash, now: u64, random: &mut Random) -> Value {
    let mut word = Doc::sign(key(), random.ulid(now), &confirmation(tx, &leg.terms)).unwrap().to_json();
    if random.chance(500) {
        word["pubkey"] = json!(random.pick(&leg.holders));
    }
    json!({ "tx_hash": tx, "user_confirm": word })
}
