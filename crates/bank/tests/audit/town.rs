//! Two banks with stores on disk, called without a network between, at a time of the test's choice.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::mpsc::channel,
    time::Duration,
};

use barter_bank::{
    client::{Error, Pin, Settlement, Wire, drive, testing::Forgetful},
    document::{Account, Doc, Hash, Header, Pocket, Promise, PublicKey, SecretKey, Ulid},
    ledger::Policy,
    plan::{Deal, Transfer},
    rpc::{Call, Request},
    store::Bank,
};
use barter_store::Location;
use serde_json::{Value, json};

const START_MS: u64 = 1_800_000_000_000;

pub(crate) fn person(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

fn bank_key(number: u8) -> SecretKey {
    person(100 + number)
}

/// A bank in this process. A call of the method that it is deaf to never reaches it.
pub(crate) struct Here {
    pin: Pin,
    bank: Bank,
    clock: Cell<u64>,
    count: Cell<u64>,
    deaf_to: Cell<Option<&'static str>>,
}

impl Here {
    pub(crate) fn key(&self) -> PublicKey {
        self.pin.key
    }

    fn ulid(&self) -> Ulid {
        self.count.set(self.count.get() + 1);
        let mut randomness = [0; 10];
        randomness[..8].copy_from_slice(&self.count.get().to_be_bytes());
        randomness[8] = self.pin.key.as_bytes()[0];
        Ulid::new(self.clock.get(), randomness)
    }

    fn asked(&self, body: &[u8]) -> Value {
        let (tell, told) = channel();
        let call = Call::read(body, &self.pin.key).unwrap();
        let id = call.id;
        let answer = move |answer: Result<Value, barter_bank::rpc::Failure>| tell.send(answer).unwrap();
        let now = self.clock.get();
        self.bank.submit(Request::read(call), move || now, answer).unwrap();
        match told.recv().unwrap() {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": id.as_str(), "result": result }),
            Err(failure) => failure.to_json(),
        }
    }

    pub(crate) fn call(&self, caller: &SecretKey, method: &str, params: &Value) -> Value {
        let mut answer = self.asked(&Call::write(self.ulid(), method, params, &self.pin.key, caller));
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].take()
    }
}

impl Wire for &Here {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn id(&self) -> Result<Ulid, Error> {
        Ok(self.ulid())
    }

    async fn carry(&self, body: Vec<u8>) -> Result<Vec<u8>, Error> {
        let method = serde_json::from_slice::<Value>(&body).unwrap()["method"].as_str().unwrap().to_owned();
        if self.deaf_to.get() == Some(method.as_str()) {
            let Pin { key, url } = self.pin.clone();
            return Err(Error::Unreachable { bank: key, url, reason: "deaf".to_owned() });
        }
        Ok(self.asked(&body).to_string().into_bytes())
    }

    async fn pause(&self, _: Duration) {}
}

/// Bank 1 keeps what people with odd numbers promise, bank 2 that of the others.
pub(crate) struct Town {
    folder: tempfile::TempDir,
    banks: BTreeMap<u8, Here>,
    accounts: BTreeMap<(u8, u8), (Hash, Hash)>,
}

fn bank_of(person: u8) -> u8 {
    2 - person % 2
}

impl Town {
    pub(crate) fn new(policy: Policy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bank = |number: u8| {
            let location = Location::file(folder.path().join(format!("{number}.db")));
            let bank = Bank::open(&location, bank_key(number), policy).unwrap();
            let pin = Pin { key: bank_key(number).public(), url: format!("http://127.0.0.1:{number}") };
            let clock = Cell::new(START_MS);
            (number, Here { pin, bank, clock, count: Cell::new(0), deaf_to: Cell::new(None) })
        };
        let banks = [1, 2].into_iter().map(bank).collect();
        Self { folder, banks, accounts: BTreeMap::new() }
    }

    pub(crate) fn path(&self, bank: u8) -> PathBuf {
        self.folder.path().join(format!("{bank}.db"))
    }

    /// Stops the banks. Their stores last as long as what is returned.
    pub(crate) fn close(self) -> tempfile::TempDir {
        self.folder
    }

    pub(crate) fn bank(&self, bank: u8) -> &Here {
        &self.banks[&bank]
    }

    pub(crate) fn deaf_to(&self, method: Option<&'static str>) {
        for bank in self.banks.values() {
            bank.deaf_to.set(method);
        }
    }

    pub(crate) fn wait(&self, milliseconds: u64) {
        for bank in self.banks.values() {
            bank.clock.set(bank.clock.get() + milliseconds);
        }
    }

    /// Somebody's account of what somebody promises, whose hashes are that of the promise and its own.
    pub(crate) fn account(&mut self, holder: u8, issuer: u8, limit: Option<&str>) -> (Hash, Hash) {
        if let Some(account) = self.accounts.get(&(holder, issuer)) {
            return *account;
        }
        let bank = &self.banks[&bank_of(issuer)];
        let key = person(holder);
        let header = || Header { pubkey: key.public(), ulid: bank.ulid() };
        let hash = |answer: &Value, field: &str| answer[field].as_str().unwrap().parse().unwrap();
        let account = if holder == issuer {
            let promise = Promise {
                bank: bank.pin.key,
                name: format!("a thing of {issuer}"),
                due: None,
                limit: limit.map(|limit| limit.parse().unwrap()),
                integer: limit.map(|_| true),
            };
            let promise = Doc::new(header(), &promise).unwrap();
            let answer = bank.call(&key, "mint_promise", &json!({ "promise": promise.to_json() }));
            (promise.hash(), hash(&answer, "account_hash"))
        } else {
            let promise = self.accounts[&(issuer, issuer)].0;
            let pocket = Doc::new(header(), &Pocket { name: "mine".to_owned() }).unwrap();
            let account = Doc::new(header(), &Account { pocket: pocket.hash(), promise }).unwrap();
            let params = json!({ "account": account.to_json(), "pocket": pocket.to_json() });
            (promise, hash(&bank.call(&key, "open_account", &params), "account_hash"))
        };
        self.accounts.insert((holder, issuer), account);
        account
    }

    /// A deal: who gives how much of what they promise to whom. Signed by all.
    pub(crate) fn deal(&mut self, gifts: &[(u8, &str, u8)], lead: u8) -> Settlement {
        let mut transfers = Vec::new();
        for (giver, amount, receiver) in gifts {
            let (promise, from) = self.account(*giver, *giver, (giver % 3 == 0).then_some("100"));
            let (_, to) = self.account(*receiver, *giver, None);
            transfers.push(Transfer {
                bank: self.bank(bank_of(*giver)).pin.key,
                promise,
                amount: amount.parse().unwrap(),
                giver: person(*giver).public(),
                from,
                receiver: person(*receiver).public(),
                to,
            });
        }
        let pins: BTreeMap<PublicKey, Pin> = self.banks.values().map(|bank| (bank.pin.key, bank.pin.clone())).collect();
        let deal = Deal::new(transfers).unwrap();
        let leads = BTreeSet::from([self.bank(lead).pin.key]);
        let bank = self.bank(1);
        let mut made = Settlement::with_ulids(&deal, &leads, &pins, &person(gifts[0].0), || bank.ulid()).unwrap();
        let people: BTreeSet<u8> = gifts.iter().flat_map(|(giver, _, receiver)| [*giver, *receiver]).collect();
        for number in people {
            made.confirm(&person(number), bank.clock.get()).unwrap();
        }
        made
    }

    pub(crate) fn drive(&self, settlement: &mut Settlement, proposer: u8) -> Result<(), Error> {
        let banks: BTreeMap<PublicKey, &Here> = self.banks.values().map(|bank| (bank.pin.key, bank)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(drive(settlement, &banks, &person(proposer), &mut Forgetful))
    }

    /// A deal that comes to its end, or as far as the banks hear.
    pub(crate) fn settle(&mut self, gifts: &[(u8, &str, u8)], lead: u8) -> Settlement {
        let mut settlement = self.deal(gifts, lead);
        let _ = self.drive(&mut settlement, gifts[0].0);
        settlement
    }
}
