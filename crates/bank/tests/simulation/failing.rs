//! What whoever drives a deal does when something goes wrong at one call, at each in turn: a bank fails, done or not; a holder ends its
//! leg, or its hold is over; an answer is lost.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use barter_bank::{
    client::{self, Error, Pin, Settlement, drive, testing::Forgetful},
    document::{Action, PublicKey, Ulid},
    ledger::{Policy, State},
    plan::Deal,
    rpc::{Call, Failure, code},
};
use serde_json::json;

use crate::{bank::Bank, ledger_world::START, random::Random, town::Town};

/// What goes wrong, at one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Nothing,
    /// The disk fails, and is written all the same or not.
    Disk {
        is_written: bool,
    },
    /// It is done, and the answer is lost.
    Answer,
    /// The bank could not read the call.
    Shape,
}

/// Two banks, without anything between them and who calls.
struct Banks {
    banks: Vec<Bank>,
    random: Random,
    now: u64,
    calls: usize,
    /// At which call what goes wrong.
    wrong: (usize, Wrong),
}

impl Banks {
    fn hear(&mut self, bank: usize, body: &[u8]) {
        assert_eq!(self.banks[bank].call(0, body), None, "a call that is none");
        self.banks[bank].decide(self.now);
    }

    fn call(&mut self, bank: usize, body: &[u8]) -> Vec<u8> {
        self.hear(bank, body);
        self.banks[bank].sync().into_iter().next().unwrap().body
    }
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
        let banks = &mut *self.banks.borrow_mut();
        Ok(banks.random.ulid(banks.now))
    }

    async fn carry(&self, body: Vec<u8>) -> Result<Vec<u8>, Error> {
        let banks = &mut *self.banks.borrow_mut();
        let (at, wrong) = banks.wrong;
        let wrong = if banks.calls == at { wrong } else { Wrong::Nothing };
        banks.calls += 1;
        match wrong {
            Wrong::Nothing => Ok(banks.call(self.bank, &body)),
            Wrong::Disk { is_written } => {
                banks.hear(self.bank, &body);
                Ok(banks.banks[self.bank].fail(is_written).into_iter().next().unwrap().body)
            }
            Wrong::Answer => {
                banks.call(self.bank, &body);
                let Pin { key, url } = self.pin.clone();
                Err(Error::Unreachable { bank: key, url, reason: "it is lost".to_owned() })
            }
            Wrong::Shape => {
                let failure = Failure::refused(code::SHAPE, "no call", banks.random.ulid(banks.now));
                Ok(failure.to_json().to_string().into_bytes())
            }
        }
    }

    async fn pause(&self, _: Duration) {}
}

/// A swap that everybody has signed, and its banks.
struct Swap {
    settlement: Settlement,
    banks: Rc<RefCell<Banks>>,
    wires: BTreeMap<PublicKey, Wire>,
}

impl Swap {
    fn new() -> Self {
        let (town, mut random) = (Town::get(), Random::new(1));
        let deal = Deal::new(vec![town.transfer(0, 0, 1, "1"), town.transfer(1, 1, 0, "1")]).unwrap();
        let settlement = town.signed(&deal, &deal.smallest_leads().banks, 0, START, &mut random);
        let bank =
            |number: usize| Bank::new(Town::bank_key(number), Policy::default(), 0, town.banks[number].books.clone());
        let banks = (0..2).map(bank).collect();
        let banks = Banks { banks, random, now: START, calls: 0, wrong: (0, Wrong::Nothing) };
        let banks = Rc::new(RefCell::new(banks));
        let wires = (0..2)
            .map(|bank| {
                let pin = town.pin(bank);
                (pin.key, Wire { banks: Rc::clone(&banks), bank, pin })
            })
            .collect();
        Self { settlement, banks, wires }
    }

    /// One thing goes wrong, at the call with this number from now on.
    fn spoil(&self, at: usize, wrong: Wrong) {
        let banks = &mut *self.banks.borrow_mut();
        (banks.calls, banks.wrong) = (0, (at, wrong));
    }

    async fn drive(&mut self) -> Result<(), Error> {
        drive(&mut self.settlement, &self.wires, &Town::get().keys[0], &mut Forgetful).await
    }

    /// Who leads, and who follows.
    fn numbers(&self) -> [usize; 2] {
        [0, 1].map(|leg| Town::get().number_of(&self.settlement.legs()[leg].terms.bank))
    }

    fn states(&self) -> [State; 2] {
        let banks = self.banks.borrow();
        self.numbers().map(|bank| banks.banks[bank].durable().legs()[&self.settlement.hash()].state)
    }

    /// The holder of what is given at the follower ends it.
    fn reject(&self) {
        let [_, follower] = self.numbers();
        let banks = &mut *self.banks.borrow_mut();
        let (id, key) = (banks.random.ulid(banks.now), Town::bank_key(follower).public());
        let params = json!({ "tx_hash": self.settlement.hash() });
        banks.call(follower, &Call::write(id, "reject_leg", &params, &key, &Town::get().keys[follower]));
    }

    fn pass(&self, ms: u64) {
        self.banks.borrow_mut().now += ms;
    }

    /// Whether the journal has the follower's word that its leg is over.
    fn has_evidence(&self, action: Action) -> bool {
        self.settlement.word(self.settlement.legs()[1].terms.bank, action).is_some()
    }
}

/// The calls of a swap up to the one that has the lead settle: two banks approve, two holders confirm at each, two banks hold.
const BEFORE: usize = 8;

/// Drives a swap, and says what came of it the first time.
async fn swap(at: usize, wrong: Wrong) -> Result<(), Error> {
    let mut swap = Swap::new();
    swap.spoil(at, wrong);
    let first = swap.drive().await;
    if first.is_err() {
        swap.drive().await.unwrap();
    }
    assert_eq!(swap.settlement.settled().len(), 2, "with {wrong:?} at {at}");
    first
}

/// Whether it did what it was asked, such an answer does not tell. So nothing is given up, and nobody told to release anything.
#[tokio::test]
async fn a_bank_that_fails_at_a_call_ends_no_deal() {
    for wrong in [Wrong::Disk { is_written: false }, Wrong::Disk { is_written: true }, Wrong::Answer, Wrong::Shape] {
        for at in 0.. {
            match swap(at, wrong).await {
                // There were not as many calls.
                Ok(()) => {
                    assert_eq!(at, BEFORE + 2);
                    break;
                }
                Err(Error::Refused { code: code::INTERNAL | code::SHAPE, .. } | Error::Unreachable { .. }) => {}
                Err(error) => panic!("call {at}: {error}"),
            }
        }
    }
}

/// A client that was killed when all held: what was so then, is asked again before anybody leads.
#[tokio::test]
async fn nobody_leads_on_a_hold_that_was_released_meanwhile() {
    let mut swap = Swap::new();
    swap.spoil(BEFORE, Wrong::Shape);
    swap.drive().await.unwrap_err();
    assert_eq!(swap.states(), [State::Confirmed; 2]);
    swap.reject();
    for _ in 0..2 {
        let error = swap.drive().await.unwrap_err();
        assert!(matches!(&error, Error::GivenUp { reason } if reason.contains("rejected")), "{error}");
        assert_eq!(swap.states(), [State::Rejected; 2]);
        assert!(swap.has_evidence(Action::Reject));
    }
}

#[tokio::test]
async fn nobody_leads_on_a_hold_that_is_nearly_over() {
    let ttl = Policy::default().hold_ttl_ms;
    for (passed, is_settled) in [(ttl / 2, true), (ttl - ttl / 4, false), (ttl - 1, false), (ttl, false)] {
        let mut swap = Swap::new();
        swap.spoil(BEFORE, Wrong::Shape);
        swap.drive().await.unwrap_err();
        swap.pass(passed);
        let again = swap.drive().await;
        let state = if is_settled { State::Settled } else { State::Rejected };
        assert_eq!(swap.states(), [state; 2], "{passed} ms later");
        assert!(is_settled || matches!(again, Err(Error::GivenUp { .. })), "{again:?}");
    }
}

/// The lead has settled and nobody heard of it: the follower is not told to release anything while there is time, and nobody is told
/// that nothing was settled.
#[tokio::test]
async fn a_lead_that_settled_unheard_is_found_out() {
    let ttl = Policy::default().hold_ttl_ms;
    for (passed, is_rejected) in [(ttl - 1, false), (ttl, false), (0, true)] {
        let mut swap = Swap::new();
        swap.spoil(BEFORE, Wrong::Answer);
        swap.drive().await.unwrap_err();
        assert_eq!(swap.states(), [State::Settled, State::Confirmed]);
        swap.pass(passed);
        if is_rejected {
            swap.reject();
        }
        // What it is asked first does not come back either.
        swap.spoil(4, Wrong::Answer);
        assert!(!matches!(swap.drive().await, Err(Error::GivenUp { .. })));
        let again = swap.drive().await;
        if passed < ttl && !is_rejected {
            again.unwrap();
            assert_eq!(swap.states(), [State::Settled; 2]);
            continue;
        }
        assert!(matches!(again, Err(Error::Refused { .. })), "{again:?}");
        assert_eq!(swap.states(), [State::Settled, State::Rejected]);
        assert_eq!(swap.settlement.settled().len(), 1, "the proof is in the journal");
        assert!(swap.has_evidence(if is_rejected { Action::Reject } else { Action::Timeout }));
    }
}
