//! What lies between clients and banks: time, and everything that is on its way.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    pin::Pin as Pinned,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use barter_bank::{
    client::{self, Error, Pin},
    document::{Hash, Ulid},
};

use crate::random::Random;

/// How long a client waits for an answer.
const PATIENCE_MS: u64 = 30_000;

/// How often things go wrong, in a thousand; and how far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    /// A message is lost.
    pub(crate) lost: u64,
    /// It arrives twice.
    pub(crate) doubled: u64,
    /// It arrives when nobody waits for it any more.
    pub(crate) late: u64,
    /// A bank crashes where it was to write to its disk, or right after.
    pub(crate) crashes: u64,
    /// The disk says that it could not write.
    pub(crate) failing_disk: u64,
    /// A client is killed before a step, or where it writes its journal.
    pub(crate) kills: u64,
    /// So many lies are told in all.
    pub(crate) lies: u64,
    /// A bank comes to something late, or its disk does.
    pub(crate) stalls: u64,
    /// A holder who signed a deal rejects it after all.
    pub(crate) regrets: u64,
    /// What a clock is off at most, milliseconds.
    pub(crate) off_ms: u64,
}

impl Weather {
    /// Some of it, or nothing at all.
    pub(crate) fn new(random: &mut Random) -> Self {
        if random.chance(125) {
            return Self::default();
        }
        let mut up_to = |most| if random.chance(333) { 0 } else { random.between(1, most) };
        Self {
            lost: up_to(100),
            doubled: up_to(150),
            late: up_to(60),
            crashes: up_to(80),
            failing_disk: up_to(40),
            kills: up_to(60),
            lies: up_to(100),
            stalls: up_to(20),
            regrets: up_to(400),
            off_ms: up_to(60_000),
        }
    }

    pub(crate) fn is_calm(&self) -> bool {
        let Self { lost, doubled, late, crashes, failing_disk, kills, lies, stalls, regrets, off_ms } = self;
        [lost, doubled, late, crashes, failing_disk, kills, lies, stalls, regrets, off_ms]
            .into_iter()
            .all(|often| *often == 0)
    }
}

/// What is to happen.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A call arrives at a bank.
    Call { bank: usize, line: u64, body: Rc<Vec<u8>> },
    /// An answer arrives; or without one, the connection breaks.
    Answer { line: u64, body: Option<Rc<Vec<u8>>> },
    /// A bank comes to the calls that wait.
    Decide { bank: usize, life: u64 },
    /// A bank's disk has done what it was given.
    Synced { bank: usize, life: u64 },
    /// A bank that crashed starts.
    Start { bank: usize },
    /// A client begins, or begins again.
    Begin { client: usize },
    /// Somebody lies.
    Lie,
    /// A holder who signed a deal would rather not have.
    Regret { tx: Hash, bank: usize, person: usize },
}

/// No answer comes on this line, or none in time.
pub(crate) struct Broken;

/// One who waits for an answer, or for time to pass.
#[derive(Default)]
struct Waiting {
    result: Option<Result<Rc<Vec<u8>>, Broken>>,
    waker: Option<Waker>,
}

pub(crate) struct Network {
    /// Unix milliseconds, as nobody's clock shows them.
    pub(crate) now: u64,
    pub(crate) random: Random,
    pub(crate) weather: Weather,
    /// By when it happens, and in which order it was thought of.
    queue: BTreeMap<(u64, u64), Event>,
    count: u64,
    waiting: BTreeMap<u64, Waiting>,
    /// Bodies of calls, for whom is it to hear everything.
    pub(crate) overheard: Vec<(usize, Rc<Vec<u8>>)>,
    /// Of each call of a client, when the client began, or began again, to carry its deal.
    pub(crate) began: BTreeMap<Ulid, u64>,
    /// Told of what happens, if somebody reads it.
    pub(crate) is_traced: bool,
}

/// Bodies that are remembered.
const MAX_OVERHEARD: usize = 64;

impl Network {
    pub(crate) fn new(now: u64, random: Random, weather: Weather) -> Self {
        let (queue, waiting, began) = Default::default();
        Self { now, random, weather, queue, count: 0, waiting, overheard: Vec::new(), began, is_traced: false }
    }

    pub(crate) fn note(&self, text: impl FnOnce() -> String) {
        if self.is_traced {
            println!("{:>8} {}", self.now - crate::ledger_world::START, text());
        }
    }

    /// One that nobody else has.
    pub(crate) fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Has something happen so many milliseconds from now.
    pub(crate) fn after(&mut self, milliseconds: u64, event: Event) {
        let number = self.number();
        self.queue.insert((self.now + milliseconds, number), event);
    }

    /// How long a bank or its disk takes, milliseconds.
    pub(crate) fn work(&mut self) -> u64 {
        let is_stalled = self.random.chance(self.weather.stalls);
        self.random.between(0, if is_stalled { PATIENCE_MS } else { 10 })
    }

    /// How far somebody's clock is off, milliseconds.
    pub(crate) fn off(&mut self) -> i64 {
        let most = self.weather.off_ms;
        if most == 0 || self.random.chance(500) {
            return 0;
        }
        self.random.between(0, 2 * most).cast_signed() - most.cast_signed()
    }

    /// What may happen now.
    pub(crate) fn due(&self) -> Vec<(u64, u64)> {
        self.queue.range(..=(self.now, u64::MAX)).map(|(place, _)| *place).collect()
    }

    pub(crate) fn remove(&mut self, place: (u64, u64)) -> Event {
        self.queue.remove(&place).unwrap()
    }

    /// Lets time pass until something happens. Is there anything?
    pub(crate) fn pass(&mut self) -> bool {
        let next = self.queue.first_key_value().map(|((due, _), _)| *due);
        self.now = next.unwrap_or(self.now).max(self.now);
        next.is_some()
    }

    /// One who waits.
    pub(crate) fn line(&mut self) -> u64 {
        let line = self.number();
        self.waiting.insert(line, Waiting::default());
        line
    }

    fn latency(&mut self) -> u64 {
        if self.random.chance(self.weather.late) {
            return self.random.between(PATIENCE_MS, 8 * PATIENCE_MS);
        }
        self.random.between(1, 100)
    }

    /// Sends a call to a bank after some milliseconds; perhaps not, perhaps twice.
    pub(crate) fn send(&mut self, delay: u64, bank: usize, line: u64, body: Vec<u8>) {
        let body = Rc::new(body);
        self.overheard.push((bank, Rc::clone(&body)));
        if self.overheard.len() > MAX_OVERHEARD {
            self.overheard.remove(0);
        }
        self.after(delay + PATIENCE_MS, Event::Answer { line, body: None });
        for _ in 0..self.copies() {
            let latency = self.latency();
            self.after(delay + latency, Event::Call { bank, line, body: Rc::clone(&body) });
        }
    }

    /// Some of what was overheard is said again.
    pub(crate) fn echo(&mut self) {
        let some: Vec<_> = self.overheard.iter().step_by(MAX_OVERHEARD / 8).cloned().collect();
        for (bank, body) in some {
            let line = self.number();
            self.after(0, Event::Call { bank, line, body });
        }
    }

    /// Sends an answer to a call. Without one, the connection breaks.
    pub(crate) fn answer(&mut self, line: u64, body: Option<Vec<u8>>) {
        let body = body.map(Rc::new);
        for _ in 0..self.copies() {
            let latency = self.latency();
            self.after(latency, Event::Answer { line, body: body.clone() });
        }
    }

    fn copies(&mut self) -> usize {
        let Weather { lost, doubled, .. } = self.weather;
        if self.random.chance(lost) { 0 } else { 1 + usize::from(self.random.chance(doubled)) }
    }

    /// Tells who waits on this line, unless it was told before, or waits no more.
    pub(crate) fn arrive(&mut self, line: u64, body: Option<Rc<Vec<u8>>>) {
        if let Some(waiting) = self.waiting.get_mut(&line)
            && waiting.result.is_none()
        {
            waiting.result = Some(body.ok_or(Broken));
            if let Some(waker) = waiting.waker.take() {
                waker.wake();
            }
        }
    }
}

/// Shared by all that runs. One thread: it is never borrowed twice.
pub(crate) type Shared = Rc<RefCell<Network>>;

/// Waits on a line until something arrives, or its time is over.
pub(crate) struct Line {
    network: Shared,
    number: u64,
}

impl Line {
    pub(crate) fn new(network: &Shared) -> Self {
        Self { network: Rc::clone(network), number: network.borrow_mut().line() }
    }

    /// Lets some time pass.
    pub(crate) async fn sleep(network: &Shared, milliseconds: u64) {
        let line = Self::new(network);
        network.borrow_mut().after(milliseconds, Event::Answer { line: line.number, body: None });
        // All that comes is the end of it.
        let _ = line.await;
    }
}

impl Future for Line {
    type Output = Result<Rc<Vec<u8>>, Broken>;

    fn poll(self: Pinned<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut network = self.network.borrow_mut();
        let waiting = network.waiting.entry(self.number).or_default();
        if let Some(result) = waiting.result.take() {
            return Poll::Ready(result);
        }
        waiting.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.network.borrow_mut().waiting.remove(&self.number);
    }
}

/// A client's way to a bank.
pub(crate) struct Wire {
    pub(crate) network: Shared,
    pub(crate) bank: usize,
    pub(crate) pin: Pin,
    /// What the client's clock is ahead, milliseconds.
    pub(crate) ahead_ms: i64,
    /// When the client last began to carry its deal.
    pub(crate) began_ms: Cell<u64>,
}

impl client::Wire for Wire {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn id(&self) -> Result<Ulid, Error> {
        let mut network = self.network.borrow_mut();
        let now = network.now.saturating_add_signed(self.ahead_ms);
        let id = network.random.ulid(now);
        network.began.insert(id, self.began_ms.get());
        Ok(id)
    }

    async fn carry(&self, body: Vec<u8>) -> Result<Vec<u8>, Error> {
        let line = Line::new(&self.network);
        self.network.borrow_mut().send(0, self.bank, line.number, body);
        let Pin { key: bank, url } = self.pin.clone();
        match line.await {
            Ok(body) => Ok(body.to_vec()),
            Err(Broken) => Err(Error::Unreachable { bank, url, reason: "no answer".to_owned() }),
        }
    }

    async fn pause(&self, time: Duration) {
        Line::sleep(&self.network, u64::try_from(time.as_millis()).unwrap()).await;
    }
}
