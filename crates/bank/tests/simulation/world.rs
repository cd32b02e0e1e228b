//! One simulation: everything that happens, one thing after the other, chosen by the seed.

use std::{cell::RefCell, collections::BTreeMap, mem, rc::Rc};

use barter_bank::{document::Hash, ledger::Policy, rpc::Call};
use serde_json::json;

use crate::{
    bank::{self, Bank},
    check::{Checker, Seen},
    client::Client,
    ledger_world::START,
    liar::Liar,
    network::{Event, Network, Shared, Weather},
    random::Random,
    store::Store,
    town::{LIAR, Made, Outcome, Town},
};

/// How long things go wrong; after that, everything that is on its way arrives.
const TROUBLE_MS: u64 = 180_000;
/// Within which all deals are begun.
const BEGINNING_MS: u64 = 60_000;
/// One town in so many has the real store beside each bank.
const STORED: u64 = 50;
/// Most things that happen before it is said that this does not end.
const MOST_STEPS: u64 = 50_000;

/// What a simulation came upon.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    /// Where chance stood in the end.
    pub(crate) end: u64,
    pub(crate) steps: u64,
    pub(crate) calls: u64,
    pub(crate) settled: u64,
    pub(crate) given_up: u64,
    pub(crate) lost: u64,
    pub(crate) crashes: u64,
    pub(crate) torn: u64,
    pub(crate) stored: u64,
    pub(crate) broken_off: u64,
    pub(crate) failed: u64,
    pub(crate) kills: u64,
    pub(crate) expired: u64,
    pub(crate) lies_refused: u64,
    pub(crate) lies_granted: u64,
    pub(crate) regrets: u64,
    pub(crate) raced: u64,
}

impl Found {
    pub(crate) fn all(&self) -> [(&'static str, u64); 16] {
        [
            ("steps", self.steps),
            ("calls that came to a bank", self.calls),
            ("deals settled", self.settled),
            ("deals given up", self.given_up),
            ("deals settled in part", self.lost),
            ("crashes of banks", self.crashes),
            ("transactions torn apart", self.torn),
            ("transactions that the disk failed at", self.failed),
            ("transactions done by the real store as well", self.stored),
            ("such that ended half-way", self.broken_off),
            ("clients killed", self.kills),
            ("holds that ended by themselves", self.expired),
            ("lies refused", self.lies_refused),
            ("calls of the liar that were granted", self.lies_granted),
            ("holders who rejected what they had signed", self.regrets),
            ("legs that ended as a lead settled", self.raced),
        ]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.calls += other.calls;
        self.settled += other.settled;
        self.given_up += other.given_up;
        self.lost += other.lost;
        self.crashes += other.crashes;
        self.torn += other.torn;
        self.stored += other.stored;
        self.broken_off += other.broken_off;
        self.failed += other.failed;
        self.kills += other.kills;
        self.expired += other.expired;
        self.lies_refused += other.lies_refused;
        self.lies_granted += other.lies_granted;
        self.regrets += other.regrets;
        self.raced += other.raced;
    }
}

struct Simulation {
    network: Shared,
    banks: Vec<Bank>,
    clients: Vec<(Hash, Client)>,
    liar: Liar,
    deals: BTreeMap<Hash, Made>,
    seen: Seen,
    /// What banks told somebody, by bank.
    words: Vec<Vec<bank::Word>>,
    found: Found,
}

/// What may be done next.
enum Choice {
    Happen((u64, u64)),
    Poll(usize),
}

/// Runs the simulation of a seed.
pub(crate) fn run(seed: u64, is_traced: bool) -> Found {
    let mut random = Random::new(seed);
    let weather = Weather::new(&mut random);
    let is_calm = weather.is_calm();
    let mut network = Network::new(START, random, weather);
    network.is_traced = is_traced;
    network.note(|| format!("{weather:?}"));
    let mut simulation = Simulation::new(network, seed % STORED == 1);
    simulation.begin(weather);
    simulation.rest();
    if is_calm {
        simulation.check_released();
    }
    // Nothing is left of any trouble, but for what was done in it.
    simulation.network.borrow_mut().now += 3_600_000;
    simulation.network.borrow_mut().echo();
    let last = simulation.last_deal();
    simulation.rest();
    let Simulation { network, banks, clients, deals, seen, liar, words, found, .. } = &mut simulation;
    let mut found = *found;
    for (tx, client) in clients {
        deals.get_mut(tx).unwrap().outcome = client.outcome();
    }
    assert_eq!(deals[&last].outcome, Some(Outcome::Settled), "in calm weather everybody who is honest settles");
    for (bank, words) in banks.iter().zip(words) {
        assert!(words.iter().all(|word| word.is_kept(bank.durable())));
        found.torn += bank.torn;
        found.expired += bank.expired;
        if let Some(store) = &bank.store {
            found.stored += store.transactions;
            found.broken_off += store.broken_off;
        }
    }
    found.end = network.borrow().random.state();
    found.lies_refused = liar.refused;
    found.lies_granted = liar.granted;
    for made in deals.values() {
        match &made.outcome {
            Some(Outcome::Settled) => found.settled += 1,
            Some(Outcome::GivenUp(reason)) => {
                found.given_up += 1;
                // Held for another deal, or spent by it.
                let is_taken = reason.contains("(-32003)") || reason.contains("expected 0 at least");
                assert!(!is_calm || is_taken, "in calm weather only others are in the way: {reason}");
            }
            Some(Outcome::Lost(reason)) => {
                found.lost += 1;
                assert!(!is_calm, "in calm weather nobody loses anything: {reason}");
            }
            Some(Outcome::Forgotten) | None => {}
        }
    }
    found.raced = seen.raced;
    Checker { banks, deals, seen, network: &network.borrow() }.end();
    found
}

impl Simulation {
    fn new(mut network: Network, is_stored: bool) -> Self {
        let town = Town::get();
        let count = usize::try_from(network.random.between(2, town.banks.len() as u64)).unwrap();
        let hold_ttl_ms = *network.random.pick(&[20_000, 60_000, 300_000]);
        let banks = town.banks.iter().take(count).enumerate().map(|(number, founded)| {
            let policy = Policy { strict: !network.random.chance(250), hold_ttl_ms };
            let mut bank = Bank::new(Town::bank_key(number), policy, network.off(), founded.books.clone());
            bank.store = is_stored.then(|| Store::new(number, policy));
            bank
        });
        let banks: Vec<Bank> = banks.collect();
        let words = banks.iter().map(|_| Vec::new()).collect();
        let (liar, deals, seen) = (Liar::default(), BTreeMap::new(), Seen::default());
        let network = Rc::new(RefCell::new(network));
        Self { network, banks, clients: Vec::new(), liar, deals, seen, words, found: Found::default() }
    }

    fn begin(&mut self, weather: Weather) {
        self.network.borrow_mut().after(0, Event::Lie);
        let count = self.network.borrow_mut().random.between(1, 4);
        for _ in 0..count {
            let mut network = self.network.borrow_mut();
            let now = network.now;
            let random = &mut network.random;
            let with_liar = weather.lies > 0 && random.chance(400);
            let (deal, people) = Town::get().deal(self.banks.len(), with_liar, random);
            let mut leads = deal.smallest_leads().banks;
            for bank in deal.banks() {
                if random.chance(100) {
                    leads.insert(*bank);
                }
            }
            let proposer = if with_liar && random.chance(500) { LIAR } else { *random.pick(&people) };
            let settlement = Town::get().signed(&deal, &leads, proposer, now, random);
            let delay = random.between(0, BEGINNING_MS);
            let regret = random.chance(weather.regrets).then(|| {
                let leg = random.pick(settlement.legs());
                let holder = *random.pick(&leg.holders);
                let person = Town::get().keys.iter().position(|key| key.public() == holder).unwrap();
                (Town::get().number_of(&leg.terms.bank), person)
            });
            drop(network);
            let made = Made { deal, leads, settlement, proposer, is_honest: !with_liar, regret, outcome: None };
            self.add(made, delay);
        }
    }

    fn add(&mut self, made: Made, delay: u64) {
        let tx = made.settlement.hash();
        let mut network = self.network.borrow_mut();
        network.note(|| {
            let transfers = made.deal.transfers().iter().map(|transfer| {
                let bank = Town::get().number_of(&transfer.bank);
                format!("{} at {bank}", transfer.amount)
            });
            let leads: Vec<usize> = made.leads.iter().map(|lead| Town::get().number_of(lead)).collect();
            format!("deal {tx} of {}: {:?}, leads {leads:?}", made.proposer, transfers.collect::<Vec<_>>())
        });
        if made.proposer != LIAR {
            let ahead_ms = network.off();
            let client = self.clients.len();
            network.after(delay, Event::Begin { client });
            self.clients.push((tx, Client::new(&self.network, made.settlement.clone(), made.proposer, ahead_ms)));
        }
        drop(network);
        self.deals.insert(tx, made);
    }

    /// A ring over all banks, when nothing goes wrong any more.
    fn last_deal(&mut self) -> Hash {
        for bank in &mut self.banks {
            bank.ahead_ms = 0;
        }
        let mut network = self.network.borrow_mut();
        // Nobody's clock is apart from others' either.
        network.weather = Weather::default();
        let (town, now, count) = (Town::get(), network.now, self.banks.len());
        let ring = (0..count).map(|giver| town.transfer(giver, giver, (giver + 1) % count, "1"));
        let deal = barter_bank::plan::Deal::new(ring.collect()).unwrap();
        let leads = deal.smallest_leads().banks;
        let settlement = town.signed(&deal, &leads, 0, now, &mut network.random);
        drop(network);
        let tx = settlement.hash();
        self.add(Made { deal, leads, settlement, proposer: 0, is_honest: true, regret: None, outcome: None }, 0);
        tx
    }

    /// Goes on until nothing is left to happen.
    fn rest(&mut self) {
        loop {
            let mut network = self.network.borrow_mut();
            if network.now >= START + TROUBLE_MS && !network.weather.is_calm() {
                network.note(|| "the weather is calm".to_owned());
                network.weather = Weather::default();
            }
            let ready = self.clients.iter().enumerate().filter(|(_, (_, client))| client.is_ready());
            let mut choices: Vec<Choice> = ready.map(|(client, _)| Choice::Poll(client)).collect();
            choices.extend(network.due().into_iter().map(Choice::Happen));
            if choices.is_empty() {
                if !network.pass() {
                    return;
                }
                continue;
            }
            let choice = choices.swap_remove(network.random.place(choices.len()));
            let kills = network.weather.kills;
            let is_killing = network.random.chance(kills);
            drop(network);
            self.found.steps += 1;
            assert!(self.found.steps < MOST_STEPS, "this does not come to an end");
            match choice {
                Choice::Poll(client) => self.poll(client, is_killing),
                Choice::Happen(place) => self.happen(place),
            }
        }
    }

    fn poll(&mut self, number: usize, is_killing: bool) {
        let (_, client) = &mut self.clients[number];
        if is_killing {
            client.kill();
        }
        if is_killing || client.poll() {
            self.found.kills += 1;
            let mut network = self.network.borrow_mut();
            network.note(|| format!("client {number} is killed"));
            let pause = network.random.between(10, 60_000);
            network.after(pause, Event::Begin { client: number });
        }
        let (_, client) = &self.clients[number];
        if let Some(outcome) = client.outcome() {
            self.network.borrow().note(|| format!("client {number} ends: {outcome:?}"));
        }
    }

    fn happen(&mut self, place: (u64, u64)) {
        let event = self.network.borrow_mut().remove(place);
        match event {
            Event::Begin { client } => {
                self.network.borrow().note(|| format!("client {client} begins"));
                self.clients[client].1.begin();
            }
            Event::Answer { line, body } => {
                if let Some(body) = &body {
                    self.liar.hear(line, body);
                }
                self.network.borrow_mut().arrive(line, body);
            }
            Event::Lie => {
                let lies = self.network.borrow().weather.lies;
                if let Some(pause) = (2 * TROUBLE_MS).checked_div(lies) {
                    self.liar.lie(&self.network, &self.deals);
                    let mut network = self.network.borrow_mut();
                    let pause = network.random.between(0, pause);
                    network.after(pause, Event::Lie);
                }
            }
            Event::Regret { tx, bank, person } => self.regret(tx, bank, person),
            Event::Call { bank, line, body } => self.call(bank, line, &body),
            Event::Decide { bank, life } if self.banks[bank].life == life && self.banks[bank].is_running() => {
                let mut network = self.network.borrow_mut();
                self.banks[bank].decide(network.now);
                let work = network.work();
                network.after(work, Event::Synced { bank, life });
                drop(network);
                self.check(bank);
            }
            Event::Start { bank } => {
                let mut network = self.network.borrow_mut();
                self.banks[bank].ahead_ms = network.off();
                drop(network);
                self.banks[bank].start();
                self.network.borrow().note(|| format!("bank {bank} starts"));
                assert!(
                    self.words[bank].iter().all(|word| word.is_kept(self.banks[bank].durable())),
                    "bank {bank} has lost what it gave its word on"
                );
                self.check(bank);
            }
            Event::Synced { bank, life } if self.banks[bank].life == life && self.banks[bank].is_running() => {
                self.synced(bank);
            }
            Event::Decide { .. } | Event::Synced { .. } => {}
        }
    }

    fn call(&mut self, bank: usize, line: u64, body: &[u8]) {
        if !self.banks[bank].is_running() {
            self.network.borrow_mut().answer(line, None);
            return;
        }
        self.found.calls += 1;
        let was_busy = self.banks[bank].is_busy();
        let answered = self.banks[bank].call(line, body);
        let mut network = self.network.borrow_mut();
        network.note(|| {
            let call: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
            format!("bank {bank} is asked to {} {}", call["method"], call["params"]["tx_hash"])
        });
        if let Some(answer) = answered {
            network.answer(line, Some(answer));
        } else if !was_busy {
            let (life, work) = (self.banks[bank].life, network.work());
            network.after(work, Event::Decide { bank, life });
        }
    }

    /// Tells a bank that a holder rejects a deal.
    fn regret(&mut self, tx: Hash, bank: usize, person: usize) {
        let mut network = self.network.borrow_mut();
        network.note(|| format!("person {person} regrets {tx} at bank {bank}"));
        let (town, now, line) = (Town::get(), network.now, network.number());
        let id = network.random.ulid(now);
        let params = json!({ "tx_hash": tx, "reason": "regretted" });
        let body = Call::write(id, "reject_leg", &params, &town.banks[bank].key, &town.keys[person]);
        network.send(0, bank, line, body);
        self.found.regrets += 1;
    }

    /// A bank's disk was to write. It has; or says that it has not; or the power is cut, before or after.
    fn synced(&mut self, bank: usize) {
        let mut network = self.network.borrow_mut();
        let Weather { crashes, failing_disk, .. } = network.weather;
        if network.random.chance(crashes) {
            self.found.crashes += 1;
            let waiting = self.banks[bank].crash(&mut network.random);
            network.note(|| format!("bank {bank} crashes"));
            for line in waiting {
                network.answer(line, None);
            }
            let pause = if network.random.chance(800) { 2_000 } else { 90_000 };
            let pause = network.random.between(10, pause);
            network.after(pause, Event::Start { bank });
            return;
        }
        let is_refused = network.random.chance(failing_disk);
        self.found.failed += u64::from(is_refused);
        let written = if is_refused {
            let is_written = network.random.chance(300);
            self.banks[bank].fail(is_written)
        } else {
            self.banks[bank].sync()
        };
        for pending in written {
            let answer = bank::result(&pending.body);
            network.note(|| match &answer {
                Ok(result) => format!("bank {bank} grants {}", result["state"]),
                Err(_) => format!("bank {bank} refuses {}", String::from_utf8_lossy(&pending.body)),
            });
            if let Ok(result) = &answer {
                self.liar.learn(result);
            }
            if let Some(word) = pending.word {
                assert!(word.is_kept(self.banks[bank].durable()), "bank {bank} says what it has not written down");
                self.words[bank].push(word);
                // Whoever regrets a deal does so when it sees its account locked.
                let is_hold = answer.is_ok_and(|result| result["hold"].is_object());
                let regret = self.deals.get(&word.tx).filter(|_| is_hold).and_then(|made| made.regret);
                if let Some((_, person)) = regret.filter(|(at, _)| *at == bank) {
                    let most = *network.random.pick(&[500, 500, 30_000]);
                    let after = network.random.between(0, most);
                    network.after(after, Event::Regret { tx: word.tx, bank, person });
                }
            }
            network.answer(pending.line, Some(pending.body));
        }
        if self.banks[bank].is_busy() {
            let (life, work) = (self.banks[bank].life, network.work());
            network.after(work, Event::Decide { bank, life });
        }
        drop(network);
        self.check(bank);
    }

    /// In calm weather, who gives a deal up has everybody release it, and nobody has to wait.
    fn check_released(&self) {
        for (tx, client) in self.clients.iter().filter(|(_, client)| client.outcome() != Some(Outcome::Settled)) {
            let is_held = |bank: &Bank| bank.durable().holds().values().any(|hold| hold.tx == *tx);
            assert!(!self.banks.iter().any(is_held), "{:?}, and it is still held", client.outcome());
        }
    }

    /// What a bank does to its books is looked at right then; where it did nothing, it is all as it was.
    fn check(&mut self, bank: usize) {
        if !mem::take(&mut self.banks[bank].has_changed) {
            return;
        }
        let Self { banks, deals, seen, network, .. } = self;
        Checker { banks, deals, seen, network: &network.borrow() }.bank(bank);
    }
}
