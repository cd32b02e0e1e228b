use alloy_primitives::Address;
use barter_lightning::{InvoiceState, OwnInvoice};
use barter_protocol::{Role, Ruling, TradeId, TradeStatus};
use proptest::prelude::*;

use super::made::{AMOUNT, LIFETIME, MADE_AT, PAYEE, PAYER, offer, owner, preimage, trade};
use crate::{
    Trade,
    deal::{
        DealFailure, DealStage, Offer, Sale,
        payee::{Seen, fits, next},
        record::{Record, Side},
        step::{Step, Stop, Wait},
    },
};

const EXPIRES_AT: u64 = MADE_AT + LIFETIME;

fn begin() -> Record {
    Record::of_sale(owner(PAYEE), Sale::new("order-17", AMOUNT), preimage(), MADE_AT)
}

/// Everything outside the driver. Several payers may take an open offer.
struct World {
    offer: Offer,
    record: Record,
    now: u64,
    trades: Vec<Trade>,
    state: InvoiceState,
    has_invoice: bool,
    accepted: Vec<TradeId>,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Step { dies: bool },
    Propose(u8),
    Other(u8),
    Pay,
    Reorganise,
    Pass(u16),
}

impl World {
    fn new(proposer: Role) -> Self {
        Self {
            offer: offer(proposer),
            record: begin(),
            now: MADE_AT,
            trades: Vec::new(),
            state: InvoiceState::Open,
            has_invoice: false,
            accepted: Vec::new(),
        }
    }

    fn offered(&self) -> Option<&Offer> {
        self.record.offer()
    }

    fn own(&mut self) -> Option<&mut Trade> {
        let trade_id = self.record.trade_id?;
        self.trades.iter_mut().find(|trade| trade.trade_id == trade_id)
    }

    fn next(&mut self) -> Step {
        let trade = self.own().cloned();
        let fitting = |trade: &&Trade| trade.status == TradeStatus::Proposed && fits(trade, &self.offer);
        let seen = Seen {
            now: self.now,
            invoice: self.has_invoice.then(|| OwnInvoice::new(self.offer.invoice().clone(), self.state)),
            trade,
            is_deep: true,
            candidate: self.trades.iter().find(fitting).map(|trade| trade.trade_id),
        };
        next(&self.record, self.offered(), &seen)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Step { dies } => {
                let step = self.next();
                if !dies {
                    self.take(&step);
                }
            }
            Event::Propose(by) if self.offer.proposer() == Role::Payer && self.offered().is_some() => {
                let payer = Address::repeat_byte(by % 3 + 1);
                let mut proposal = trade(&self.offer, payer, TradeStatus::Proposed);
                if by % 5 == 0 {
                    proposal.amount_sats -= 1;
                    proposal.trade_id = [by; 32].into();
                }
                if self.trades.iter().all(|trade| trade.payer != payer) {
                    self.trades.push(proposal);
                }
            }
            Event::Other(what) => {
                let by_payee = self.offer.proposer() == Role::Payee;
                match (self.own(), what % 4) {
                    (Some(trade), 0) if trade.status == TradeStatus::Proposed && by_payee => {
                        trade.status = TradeStatus::Accepted;
                    }
                    (Some(trade), 1) if trade.status == TradeStatus::Accepted && trade.ruling == Ruling::None => {
                        trade.status = TradeStatus::Disputed;
                    }
                    (Some(trade), 2) if trade.status == TradeStatus::Disputed => trade.ruling = Ruling::AgainstPartyB,
                    (Some(trade), 3) if trade.status == TradeStatus::Disputed && trade.ruling == Ruling::None => {
                        (trade.status, trade.ruling) = (TradeStatus::Accepted, Ruling::Dismissed);
                    }
                    _ => {}
                }
            }
            Event::Pay if self.state == InvoiceState::Open && self.now <= EXPIRES_AT && self.offered().is_some() => {
                self.state = InvoiceState::Paid;
            }
            Event::Propose(_) | Event::Pay => {}
            Event::Reorganise => match self.own().map(|trade| (trade.status, trade)) {
                Some((TradeStatus::Accepted, trade)) => {
                    (trade.status, trade.ruling) = (TradeStatus::Proposed, Ruling::None);
                }
                Some((TradeStatus::Proposed, _)) => {
                    let trade_id = self.record.trade_id;
                    self.trades.retain(|trade| Some(trade.trade_id) != trade_id);
                }
                _ => {}
            },
            Event::Pass(seconds) => self.now += u64::from(seconds),
        }
    }

    fn take(&mut self, step: &Step) {
        let is_fresh = self.state == InvoiceState::Open && self.now + 60 <= EXPIRES_AT;
        let is_again = self.state == InvoiceState::Paid;
        match step {
            Step::Reach(stage) => {
                assert!(*stage > self.record.stage);
                self.record.stage = *stage;
            }
            Step::MakeInvoice => {
                self.has_invoice = true;
                let made = self.offer.clone();
                self.record.trade_id = made.payer().map(|payer| made.trade_id(payer).unwrap());
                self.record.stage = DealStage::Invoiced;
                let Side::Payee { offer, .. } = &mut self.record.side else { unreachable!() };
                *offer = Some(made);
            }
            Step::Take(trade_id) => {
                assert!(is_fresh && self.record.trade_id.is_none());
                assert_eq!(self.trades.iter().find(|trade| trade.trade_id == *trade_id).unwrap().amount_sats, AMOUNT);
                self.record.trade_id = Some(*trade_id);
            }
            Step::Propose => {
                assert!(
                    is_fresh || is_again && self.record.stage >= DealStage::Proposed,
                    "proposed for a dead invoice"
                );
                assert_eq!(self.offer.proposer(), Role::Payee);
                self.trades.push(trade(&self.offer, PAYER, TradeStatus::Proposed));
            }
            Step::Accept => {
                let is_again = is_again && self.record.stage >= DealStage::Accepted;
                assert!(is_fresh || is_again, "accepted for a dead invoice");
                let trade = self.own().unwrap();
                trade.status = TradeStatus::Accepted;
                let trade_id = trade.trade_id;
                self.accepted.push(trade_id);
            }
            Step::CancelInvoice => {
                assert_eq!(self.state, InvoiceState::Open);
                self.state = InvoiceState::Cancelled;
            }
            Step::Fail(failure) => {
                assert_ne!(self.state, InvoiceState::Open, "given up while somebody can pay");
                if self.state == InvoiceState::Paid {
                    assert!(matches!(failure, DealFailure::Disputed | DealFailure::PaidWithoutTrade));
                    assert!(self.own().is_none_or(|trade| trade.status != TradeStatus::Accepted));
                }
                self.record.stage = DealStage::Failed;
                self.record.failure = Some(*failure);
            }
            Step::Wait(_) | Step::Stop(Stop::Disputed) | Step::Done => {}
            _ => panic!("{step:?}"),
        }
        assert!(
            self.accepted.iter().all(|trade_id| Some(*trade_id) == self.record.trade_id),
            "two trades for an invoice"
        );
    }

    /// From now on everybody does what they should, except that nobody pays who has not.
    fn be_fair(&mut self) {
        for _ in 0..40 {
            let step = self.next();
            self.take(&step);
            self.happen(Event::Other(0));
            self.happen(Event::Other(3));
            self.happen(Event::Propose(1));
            if self.own().is_some_and(|trade| trade.status == TradeStatus::Accepted) {
                self.happen(Event::Pay);
                if self.state == InvoiceState::Paid {
                    self.own().unwrap().status = TradeStatus::Settled;
                }
            }
            self.now += 200;
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => any::<bool>().prop_map(|dies| Event::Step { dies }),
        2 => any::<u8>().prop_map(Event::Propose),
        4 => any::<u8>().prop_map(Event::Other),
        1 => Just(Event::Pay),
        1 => Just(Event::Reorganise),
        1 => (0_u16..2_000).prop_map(Event::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn accepts_one_trade_for_an_invoice_and_none_for_a_dead_one(
        by_payee: bool,
        events in proptest::collection::vec(event(), 0..60),
    ) {
        let mut world = World::new(if by_payee { Role::Payee } else { Role::Payer });
        for event in events {
            world.happen(event);
        }
        world.be_fair();
        let is_open_end = world.state == InvoiceState::Paid;
        prop_assert!(world.record.stage.is_final() || is_open_end, "{:?} {:?}", world.record, world.trades);
    }
}

#[test]
fn goes_straight_where_nothing_is_in_the_way() {
    for proposer in [Role::Payer, Role::Payee] {
        let mut world = World::new(proposer);
        world.be_fair();
        assert_eq!((world.record.stage, world.state), (DealStage::Settled, InvoiceState::Paid));
    }
}

#[test]
fn a_node_that_does_not_know_its_invoice_is_told_of() {
    let mut world = World::new(Role::Payer);
    world.take(&Step::MakeInvoice);
    world.has_invoice = false;
    assert_eq!(world.next(), Step::Stop(Stop::InvoiceForgotten));
    world.now = EXPIRES_AT + 1;
    assert_eq!(world.next(), Step::Fail(DealFailure::InvoiceExpired));
}

#[test]
fn another_trade_under_the_deals_id_is_not_gone_along_with() {
    let mut world = World::new(Role::Payee);
    world.take(&Step::MakeInvoice);
    let mut other = trade(&world.offer, PAYER, TradeStatus::Proposed);
    other.amount_sats += 1;
    world.trades.push(other);
    assert_eq!(world.next(), Step::Stop(Stop::TradeDiffers));
}

#[test]
fn a_proposal_is_not_accepted_when_there_is_no_time_left_to_pay() {
    let mut world = World::new(Role::Payer);
    world.take(&Step::MakeInvoice);
    world.happen(Event::Propose(1));
    let trade_id = world.trades[0].trade_id;
    for (now, expected) in [(EXPIRES_AT - 60, Step::Take(trade_id)), (EXPIRES_AT + 1, Step::CancelInvoice)] {
        world.now = now;
        assert_eq!(world.next(), expected);
    }
    world.record.trade_id = Some(trade_id);
    world.record.stage = DealStage::Proposed;
    for (now, expected) in [(EXPIRES_AT - 60, Step::Accept), (EXPIRES_AT - 59, Step::CancelInvoice)] {
        world.now = now;
        assert_eq!(world.next(), expected);
    }
    // What it took part in before, it takes part in again, should the chain have lost it.
    world.state = InvoiceState::Paid;
    world.record.stage = DealStage::Accepted;
    assert_eq!(world.next(), Step::Accept);
    // What it only chose, and somebody paid by hand, it does not.
    world.record.stage = DealStage::Proposed;
    assert_eq!(world.next(), Step::Wait(Wait::Settlement));
}

#[test]
fn a_settlement_counts_whatever_the_node_knows_and_not_before_it_is_deep() {
    let mut world = World::new(Role::Payee);
    world.take(&Step::MakeInvoice);
    world.trades.push(trade(&world.offer, PAYER, TradeStatus::Settled));
    world.has_invoice = false;
    assert_eq!(world.next(), Step::Reach(DealStage::Settled));
    let shallow = Seen { now: MADE_AT, invoice: None, trade: world.own().cloned(), is_deep: false, candidate: None };
    assert_eq!(next(&world.record, world.offered(), &shallow), Step::Wait(Wait::Blocks));
}

#[test]
fn a_dispute_is_waited_out_only_while_somebody_may_still_pay() {
    let mut world = World::new(Role::Payee);
    world.take(&Step::MakeInvoice);
    world.trades.push(trade(&world.offer, PAYER, TradeStatus::Disputed));
    assert_eq!(world.next(), Step::Stop(Stop::Disputed));
    world.now = EXPIRES_AT + 1;
    assert_eq!(world.next(), Step::CancelInvoice);
    world.state = InvoiceState::Cancelled;
    assert_eq!(world.next(), Step::Fail(DealFailure::InvoiceExpired));
    world.state = InvoiceState::Paid;
    assert_eq!(world.next(), Step::Stop(Stop::Disputed));
}
