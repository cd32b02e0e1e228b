//! A client: the real `drive`, in a process that can be killed at every step, with a journal on a disk of its own.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::pending,
    path::PathBuf,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake},
};

use barter_bank::{
    client::{Error, Event, Keeper, Settlement, drive},
    document::{PublicKey, canonical},
    rpc::code,
};

use crate::{
    network::{Line, Shared, Wire},
    town::{Outcome, Town},
};

/// What a process leaves behind.
#[derive(Default)]
pub(crate) struct Machine {
    journal: Option<Settlement>,
    /// It was killed in the midst of something, and does nothing more.
    is_dead: bool,
    outcome: Option<Outcome>,
}

struct Journal {
    network: Shared,
    machine: Rc<RefCell<Machine>>,
}

impl Keeper for Journal {
    /// The new file takes the place of the old one, or does not.
    fn keep(&mut self, settlement: &Settlement) -> Result<(), Error> {
        let mut network = self.network.borrow_mut();
        let mut machine = self.machine.borrow_mut();
        let kills = network.weather.kills;
        machine.is_dead = network.random.chance(kills);
        if !machine.is_dead || network.random.chance(500) {
            machine.journal = Some(settlement.clone());
        }
        if machine.is_dead {
            return Err(Error::Journal { path: PathBuf::new(), reason: "killed".to_owned() });
        }
        Ok(())
    }

    fn hear(&mut self, event: Event) {
        self.network.borrow().note(|| format!("client hears {event:?}"));
    }
}

/// Set when there is something to do.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    future: Pin<Box<dyn Future<Output = Outcome>>>,
    flag: Arc<Flag>,
}

/// One who carries one deal.
pub(crate) struct Client {
    network: Shared,
    machine: Rc<RefCell<Machine>>,
    proposer: usize,
    ahead_ms: i64,
    /// What it is to carry, before it has kept anything.
    settlement: Option<Settlement>,
    task: Option<Task>,
}

impl Client {
    pub(crate) fn new(network: &Shared, settlement: Settlement, proposer: usize, ahead_ms: i64) -> Self {
        let (network, machine) = (Rc::clone(network), Rc::default());
        Self { network, machine, proposer, ahead_ms, settlement: Some(settlement), task: None }
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.machine.borrow().outcome.clone()
    }

    /// Begins, or goes on with what is in the journal.
    pub(crate) fn begin(&mut self) {
        let mut machine = self.machine.borrow_mut();
        machine.is_dead = false;
        let settlement = match (&machine.journal, self.settlement.take()) {
            (Some(kept), _) => {
                // It was written as a text, and is read from one. Only what is ever read had to be.
                let value = canonical::read(kept.to_json().to_string().as_bytes()).unwrap();
                Settlement::from_json(&value).unwrap()
            }
            (None, Some(settlement)) => settlement,
            (None, None) => {
                machine.outcome = Some(Outcome::Forgotten);
                return;
            }
        };
        let wires = (0..Town::get().banks.len()).map(|bank| {
            let pin = Town::get().pin(bank);
            (
                pin.key,
                Wire {
                    network: Rc::clone(&self.network),
                    bank,
                    pin,
                    ahead_ms: self.ahead_ms,
                    began_ms: Cell::default(),
                },
            )
        });
        let journal = Journal { network: Rc::clone(&self.network), machine: Rc::clone(&self.machine) };
        let future = Box::pin(carry(settlement, wires.collect(), self.proposer, journal));
        self.task = Some(Task { future, flag: Arc::new(Flag(AtomicBool::new(true))) });
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.task.as_ref().is_some_and(|task| task.flag.0.load(Ordering::Relaxed))
    }

    /// Does one step. Is it dead after it?
    pub(crate) fn poll(&mut self) -> bool {
        let task = self.task.as_mut().unwrap();
        task.flag.0.store(false, Ordering::Relaxed);
        let waker = Arc::clone(&task.flag).into();
        if let Poll::Ready(outcome) = task.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.machine.borrow_mut().outcome = Some(outcome);
            self.task = None;
        }
        let is_dead = self.machine.borrow().is_dead;
        if is_dead {
            self.kill();
        }
        is_dead
    }

    pub(crate) fn kill(&mut self) {
        self.task = None;
    }
}

/// As somebody does who begins again whenever a bank does not answer.
async fn carry(
    mut settlement: Settlement,
    wires: BTreeMap<PublicKey, Wire>,
    proposer: usize,
    mut journal: Journal,
) -> Outcome {
    let network = Rc::clone(&journal.network);
    loop {
        let now = network.borrow().now;
        for wire in wires.values() {
            wire.began_ms.set(now);
        }
        match drive(&mut settlement, &wires, &Town::get().keys[proposer], &mut journal).await {
            Ok(()) => return Outcome::Settled,
            Err(Error::GivenUp { reason }) => return Outcome::GivenUp(reason),
            Err(Error::Unreachable { .. } | Error::Refused { code: code::INTERNAL | code::REPLAY, .. }) => {}
            Err(refused @ (Error::Refused { .. } | Error::HoldTooShort { .. })) => {
                return Outcome::Lost(refused.to_string());
            }
            // It is dead, and does not know.
            Err(Error::Journal { .. }) => pending().await,
            Err(error) => panic!("{error}"),
        }
        let pause = network.borrow_mut().random.between(500, 20_000);
        Line::sleep(&network, pause).await;
    }
}
