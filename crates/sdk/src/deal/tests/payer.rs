use alloy_primitives::Address;
use barter_lightning::{BitcoinNetwork, FailureReason, InvoiceError, Paid, Payment, PaymentStatus};
use barter_protocol::{Preimage, Role, Ruling, TradeStatus};
use proptest::prelude::*;

use super::made::{LIFETIME, MADE_AT, PAYER, offer, owner, preimage, trade};
use crate::{
    Trade,
    deal::{
        DealFailure, DealStage, Offer, Purchase,
        payer::{Seen, next},
        record::Record,
        step::{Step, Stop, Wait},
    },
};

fn purchase() -> Purchase {
    Purchase::for_amount(50_000)
}

fn begin(offer: &Offer) -> Record {
    Record::of_purchase(owner(PAYER), offer.clone(), purchase(), MADE_AT).unwrap()
}

fn seen(trade: Option<Trade>, status: Option<PaymentStatus>) -> Seen {
    let payment = status.map(|status| Payment::new(preimage().payment_hash(), status));
    Seen { now: MADE_AT, network: BitcoinNetwork::Regtest, payment, trade, is_deep: true, is_taken: false }
}

/// Everything outside the driver: the chain, the node, and what each has done so far.
struct World {
    offer: Offer,
    record: Record,
    now: u64,
    trade: Option<Trade>,
    is_deep: bool,
    payment: Option<PaymentStatus>,
    /// Payments that left the node. It pays whenever it is told to.
    sent: u32,
    settlements: u32,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// The driver takes a step, and dies before it, or not.
    Step { dies: bool },
    /// The other side, or the arbiter, does what it may.
    Other(u8),
    /// The node decides a payment that is under way.
    Decide(bool),
    /// Blocks are taken back: the trade is what it was one change before, unless that is too deep.
    Reorganise,
    /// Blocks are put on top.
    Deepen,
    /// Seconds pass.
    Pass(u16),
}

impl World {
    fn new(proposer: Role) -> Self {
        let offer = offer(proposer);
        let record = begin(&offer);
        Self { offer, record, now: MADE_AT, trade: None, is_deep: false, payment: None, sent: 0, settlements: 0 }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Step { dies } => {
                let step = self.next();
                if !dies {
                    self.take(&step);
                }
            }
            Event::Other(what) => self.other(what),
            Event::Decide(arrives) if self.payment == Some(PaymentStatus::Pending) => {
                if !arrives {
                    self.sent -= 1;
                }
                self.payment = Some(if arrives {
                    PaymentStatus::Paid(Paid::new(preimage(), 1))
                } else {
                    PaymentStatus::Failed(FailureReason::NoRoute)
                });
            }
            Event::Decide(_) => {}
            Event::Deepen => self.is_deep = true,
            Event::Reorganise if self.is_deep => {}
            Event::Reorganise => match self.trade.as_mut().map(|trade| (trade.status, trade)) {
                Some((TradeStatus::Accepted, trade)) => {
                    (trade.status, trade.ruling) = (TradeStatus::Proposed, Ruling::None);
                }
                Some((TradeStatus::Settled, trade)) => {
                    trade.status = TradeStatus::Accepted;
                    self.settlements -= 1;
                }
                Some((TradeStatus::Proposed, _)) => self.trade = None,
                _ => {}
            },
            Event::Pass(seconds) => self.now += u64::from(seconds),
        }
    }

    /// What has just changed is in the latest block alone.
    fn change(&mut self, status: TradeStatus) {
        self.trade.as_mut().unwrap().status = status;
        self.is_deep = false;
    }

    fn other(&mut self, what: u8) {
        let by_payee = self.offer.proposer() == Role::Payee;
        let before = self.trade.clone();
        match (&mut self.trade, what % 8) {
            (None, _) if by_payee => self.trade = Some(trade(&self.offer, PAYER, TradeStatus::Proposed)),
            (Some(trade), 0 | 1) if trade.status == TradeStatus::Proposed && !by_payee => {
                trade.status = TradeStatus::Accepted;
            }
            (Some(trade), 2) if trade.status == TradeStatus::Accepted && trade.ruling == Ruling::None => {
                trade.status = TradeStatus::Disputed;
            }
            (Some(trade), 3 | 4) if trade.status == TradeStatus::Disputed && trade.ruling == Ruling::None => {
                (trade.status, trade.ruling) = (TradeStatus::Accepted, Ruling::Dismissed);
            }
            (Some(trade), 5) if trade.status == TradeStatus::Disputed => trade.ruling = Ruling::AgainstPartyA,
            _ => {}
        }
        self.is_deep &= self.trade == before;
    }

    fn next(&self) -> Step {
        let mut seen = seen(self.trade.clone(), self.payment.clone());
        (seen.now, seen.is_deep) = (self.now, self.is_deep);
        next(&self.record, &purchase(), &self.offer, &seen)
    }

    /// Does a step as the driver does, and judges it without looking at how it was chosen.
    fn take(&mut self, step: &Step) {
        let expires_at = MADE_AT + LIFETIME;
        let status = self.trade.as_ref().map(|trade| trade.status);
        match step {
            Step::Reach(stage) => {
                assert!(*stage > self.record.stage);
                self.record.stage = *stage;
            }
            Step::Keep(paid) => {
                assert_eq!(paid.preimage, preimage());
                self.record.preimage = Some(paid.preimage);
                self.record.stage = self.record.stage.max(DealStage::Paid);
            }
            Step::NotePayment(is_seen) => self.record.payment_seen = *is_seen,
            Step::Propose => {
                assert!(status.is_none() && self.offer.proposer() == Role::Payer);
                assert!(self.sent > 0 || self.now + 600 <= expires_at, "proposed without time to pay");
                self.trade = Some(trade(&self.offer, PAYER, TradeStatus::Proposed));
                self.is_deep = false;
            }
            Step::Accept => {
                assert!(status == Some(TradeStatus::Proposed) && self.offer.proposer() == Role::Payee);
                assert!(self.sent > 0 || self.now + 600 <= expires_at, "accepted without time to pay");
                self.change(TradeStatus::Accepted);
            }
            Step::Pay => {
                assert_eq!(status, Some(TradeStatus::Accepted), "paid without an accepted trade");
                assert!(self.is_deep, "paid for what may be taken back");
                assert!(self.now <= expires_at, "paid an invoice that has run out");
                assert_eq!(self.record.stage, DealStage::Paying, "paid before it was written down");
                self.payment = Some(PaymentStatus::Pending);
                self.sent += 1;
            }
            Step::Settle => {
                assert_eq!((status, self.record.preimage), (Some(TradeStatus::Accepted), Some(preimage())));
                self.change(TradeStatus::Settled);
                self.settlements += 1;
            }
            Step::Fail(failure) => {
                assert_ne!(self.payment, Some(PaymentStatus::Pending), "given up with money under way");
                assert!(self.record.preimage.is_none() && self.sent == 0, "given up what was paid");
                self.record.stage = DealStage::Failed;
                self.record.failure = Some(*failure);
            }
            Step::Wait(_)
            | Step::Stop(Stop::Disputed | Stop::Invoice(InvoiceError::ExpiresTooSoon { .. }))
            | Step::Done => {}
            Step::Stop(_) | Step::MakeInvoice | Step::Take(_) | Step::CancelInvoice => panic!("{step:?}"),
        }
        assert!(self.sent <= 1, "paid twice");
        assert!(self.settlements <= 1, "settled twice");
    }

    /// From now on everybody does what they should.
    fn be_fair(&mut self) {
        for _ in 0..30 {
            let step = self.next();
            self.take(&step);
            self.happen(Event::Decide(true));
            self.other(0);
            self.other(3);
            self.happen(Event::Deepen);
            self.now += 200;
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => any::<bool>().prop_map(|dies| Event::Step { dies }),
        4 => any::<u8>().prop_map(Event::Other),
        2 => any::<bool>().prop_map(Event::Decide),
        2 => Just(Event::Reorganise),
        2 => Just(Event::Deepen),
        1 => (0_u16..2_000).prop_map(Event::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn pays_at_most_once_and_gives_up_nothing_that_was_paid(
        by_payee: bool,
        events in proptest::collection::vec(event(), 0..60),
    ) {
        let mut world = World::new(if by_payee { Role::Payee } else { Role::Payer });
        for event in events {
            world.happen(event);
        }
        world.be_fair();
        let upheld = world.trade.as_ref().is_some_and(|trade| trade.ruling == Ruling::AgainstPartyA);
        let is_over = world.record.stage.is_final() || upheld && world.sent > 0;
        prop_assert!(is_over, "{:?} {:?}", world.record.stage, world.trade);
        if world.sent > 0 {
            prop_assert_eq!(world.record.preimage, Some(preimage()));
            prop_assert!(upheld || world.record.stage == DealStage::Settled);
            prop_assert_eq!(world.settlements == 1, world.record.stage == DealStage::Settled);
        }
    }
}

#[test]
fn goes_straight_where_nothing_is_in_the_way() {
    for proposer in [Role::Payer, Role::Payee] {
        let mut world = World::new(proposer);
        world.be_fair();
        assert_eq!((world.record.stage, world.sent, world.settlements), (DealStage::Settled, 1, 1));
    }
}

#[test]
fn a_trade_that_differs_in_anything_is_not_paid() {
    let offer = offer(Role::Payee);
    let record = begin(&offer);
    let changes: [fn(&mut Trade); 8] = [
        |trade| trade.amount_sats += 1,
        |trade| trade.payment_hash = [1; 32].into(),
        |trade| trade.payee = Address::repeat_byte(1),
        |trade| trade.payer = Address::repeat_byte(1),
        |trade| std::mem::swap(&mut trade.party_a, &mut trade.party_b),
        |trade| trade.category.push(' '),
        |trade| trade.description.clear(),
        |trade| trade.trade_id = [1; 32].into(),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        for status in [TradeStatus::Proposed, TradeStatus::Accepted, TradeStatus::Settled] {
            let mut trade = trade(&offer, PAYER, status);
            change(&mut trade);
            let step = next(&record, &purchase(), &offer, &seen(Some(trade), None));
            assert_eq!(step, Step::Stop(Stop::TradeDiffers), "change {index}");
        }
    }
}

#[test]
fn a_wrong_preimage_is_never_kept() {
    let offer = offer(Role::Payee);
    let wrong = Preimage::new([9; 32]);
    let paid = seen(Some(trade(&offer, PAYER, TradeStatus::Accepted)), Some(PaymentStatus::Paid(Paid::new(wrong, 0))));
    let step = next(&begin(&offer), &purchase(), &offer, &paid);
    assert_eq!(step, Step::Stop(Stop::WrongPreimage(wrong.payment_hash())));
}

#[test]
fn a_payment_that_the_node_forgot_is_not_made_again() {
    let offer = offer(Role::Payee);
    let mut record = begin(&offer);
    (record.stage, record.payment_seen) = (DealStage::Paying, true);
    let accepted = trade(&offer, PAYER, TradeStatus::Accepted);
    let step = |record: &Record, status| next(record, &purchase(), &offer, &seen(Some(accepted.clone()), status));
    assert_eq!(step(&record, None), Step::Stop(Stop::PaymentForgotten));
    assert_eq!(step(&record, Some(PaymentStatus::Pending)), Step::Wait(Wait::Payment));
    let failed = Some(PaymentStatus::Failed(FailureReason::TimedOut));
    assert_eq!(step(&record, failed), Step::NotePayment(false));
    record.payment_seen = false;
    assert_eq!(step(&record, None), Step::Pay);
    // With the preimage in the journal it does not matter what the node remembers.
    (record.preimage, record.payment_seen) = (Some(preimage()), true);
    assert_eq!(step(&record, None), Step::Settle);
}

#[test]
fn what_a_reorganisation_may_take_back_is_waited_for() {
    let offer = offer(Role::Payee);
    let mut record = begin(&offer);
    record.stage = DealStage::Accepted;
    let mut shallow = seen(Some(trade(&offer, PAYER, TradeStatus::Accepted)), None);
    shallow.is_deep = false;
    // Within the margin, too: this side has agreed already.
    shallow.now = MADE_AT + LIFETIME;
    assert_eq!(next(&record, &purchase(), &offer, &shallow), Step::Wait(Wait::Blocks));
    shallow.now += 1;
    assert_eq!(next(&record, &purchase(), &offer, &shallow), Step::Fail(DealFailure::InvoiceExpired));
    shallow.trade = Some(trade(&offer, PAYER, TradeStatus::Settled));
    assert_eq!(next(&record, &purchase(), &offer, &shallow), Step::Wait(Wait::Blocks));
}

#[test]
fn nothing_is_given_up_with_the_preimage_in_hand() {
    let offer = offer(Role::Payer);
    let mut record = begin(&offer);
    (record.stage, record.preimage) = (DealStage::Paid, Some(preimage()));
    let expired = seen(Some(trade(&offer, PAYER, TradeStatus::Expired)), None);
    assert!(matches!(next(&record, &purchase(), &offer, &expired), Step::Stop(Stop::ProposalExpired { .. })));
    let mut upheld = trade(&offer, PAYER, TradeStatus::Disputed);
    upheld.ruling = Ruling::AgainstPartyB;
    assert_eq!(next(&record, &purchase(), &offer, &seen(Some(upheld), None)), Step::Stop(Stop::Disputed));
}

#[test]
fn an_offer_that_another_took_is_told_of_and_a_margin_is_a_matter_of_settings() {
    let offer = offer(Role::Payer);
    let mut record = begin(&offer);
    record.stage = DealStage::Proposed;
    let mut taken = seen(Some(trade(&offer, PAYER, TradeStatus::Proposed)), None);
    assert_eq!(next(&record, &purchase(), &offer, &taken), Step::Wait(Wait::Acceptance));
    taken.is_taken = true;
    assert_eq!(next(&record, &purchase(), &offer, &taken), Step::Stop(Stop::OfferTaken));
    let mut late = seen(None, None);
    late.now = MADE_AT + LIFETIME - 599;
    assert!(matches!(next(&record, &purchase(), &offer, &late), Step::Stop(Stop::Invoice(_))));
    let hasty = Purchase { margin_seconds: 599, ..purchase() };
    assert_eq!(next(&record, &hasty, &offer, &late), Step::Propose);
    let dear = Purchase { amount_sats: Some(49_999), ..purchase() };
    let step = next(&record, &dear, &offer, &seen(None, None));
    assert!(matches!(step, Step::Stop(Stop::Invoice(error)) if error.code() == "wrong_invoice_amount"));
}

#[test]
fn an_invoice_that_runs_out_between_check_and_payment_is_not_paid() {
    let offer = offer(Role::Payee);
    let mut record = begin(&offer);
    record.stage = DealStage::Paying;
    let mut seen = seen(Some(trade(&offer, PAYER, TradeStatus::Accepted)), None);
    seen.now = MADE_AT + LIFETIME;
    assert_eq!(next(&record, &purchase(), &offer, &seen), Step::Pay);
    seen.now += 1;
    assert_eq!(next(&record, &purchase(), &offer, &seen), Step::Fail(DealFailure::InvoiceExpired));
    record.preimage = Some(preimage());
    assert_eq!(next(&record, &purchase(), &offer, &seen), Step::Settle);
}

#[test]
fn a_node_of_another_network_or_payee_is_not_used() {
    let offer = offer(Role::Payee);
    let mut record = begin(&offer);
    record.stage = DealStage::Paying;
    let mut seen = seen(Some(trade(&offer, PAYER, TradeStatus::Accepted)), None);
    let expected = Purchase { payee_node: Some("02".repeat(33)), ..purchase() };
    assert!(
        matches!(next(&record, &expected, &offer, &seen), Step::Stop(Stop::Invoice(error)) if error.code() == "wrong_payee_node")
    );
    seen.network = BitcoinNetwork::Bitcoin;
    assert!(
        matches!(next(&record, &purchase(), &offer, &seen), Step::Stop(Stop::Invoice(error)) if error.code() == "wrong_bitcoin_network")
    );
}
