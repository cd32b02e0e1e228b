//! A bank that fails at one call, done or not, at each in turn.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use barter_bank::{
    client::{self, Error, Event, Keeper, Pin, Settlement, drive},
    document::Ulid,
    ledger::Policy,
    plan::Deal,
    rpc::code,
};

use crate::{bank::Bank, ledger_world::START, random::Random, town::Town};

/// Two banks, without anything between them and who calls.
struct Banks {
    banks: Vec<Bank>,
    random: Random,
    calls: usize,
    /// At which call the disk fails, and whether it is written all the same.
    fails_at: (usize, bool),
}

struct Wire {
    banks: Rc<RefCell<Banks>>,
    bank: usize,
    pin: Pin,
}

impl client::Wire for Wire {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn id(&self) -> Result<Ulid, Error> {
        Ok(self.banks.borrow_mut().random.ulid(START))
    }

    async fn carry(&self, body: Vec<u8>) -> Result<Vec<u8>, Error> {
        let banks = &mut *self.banks.borrow_mut();
        let bank = &mut banks.banks[self.bank];
        assert_eq!(bank.call(0, &body), None, "a call that is none");
        bank.decide(START);
        let (at, is_written) = banks.fails_at;
        let answers = if banks.calls == at { bank.fail(is_written) } else { bank.sync() };
        banks.calls += 1;
        Ok(answers.into_iter().next().unwrap().body)
    }

    async fn pause(&self, _: Duration) {}
}

struct Forgetful;

impl Keeper for Forgetful {
    fn keep(&mut self, _: &Settlement) -> Result<(), Error> {
        Ok(())
    }

    fn hear(&mut self, _: Event) {}
}

/// Drives a swap, and says what came of it the first time.
async fn swap(fails_at: (usize, bool)) -> Result<(), Error> {
    let (town, mut random) = (Town::get(), Random::new(1));
    let deal = Deal::new(vec![town.transfer(0, 0, 1, "1"), town.transfer(1, 1, 0, "1")]).unwrap();
    let mut settlement = town.signed(&deal, &deal.smallest_leads().banks, 0, START, &mut random);
    let bank =
        |number: usize| Bank::new(Town::bank_key(number), Policy::default(), 0, town.banks[number].books.clone());
    let banks = Banks { banks: (0..2).map(bank).collect(), random, calls: 0, fails_at };
    let banks = Rc::new(RefCell::new(banks));
    let wires: BTreeMap<_, _> = (0..2)
        .map(|bank| {
            let pin = town.pin(bank);
            (pin.key, Wire { banks: Rc::clone(&banks), bank, pin })
        })
        .collect();
    let first = drive(&mut settlement, &wires, &town.keys[0], &mut Forgetful).await;
    if first.is_err() {
        drive(&mut settlement, &wires, &town.keys[0], &mut Forgetful).await.unwrap();
    }
    assert_eq!(settlement.settled().len(), 2, "with a failure at {fails_at:?}");
    first
}

/// Whether it did what it was asked, such an answer does not tell. So nothing is given up, and nobody told to release anything.
#[tokio::test]
async fn a_bank_that_fails_at_a_call_ends_no_deal() {
    for is_written in [false, true] {
        for at in 0.. {
            match swap((at, is_written)).await {
                // There were not as many calls.
                Ok(()) => {
                    assert_eq!(at, 10, "two banks approve, hold and settle, and two holders confirm at each");
                    break;
                }
                Err(Error::Refused { code: code::INTERNAL, .. }) => {}
                Err(error) => panic!("call {at}: {error}"),
            }
        }
    }
}
