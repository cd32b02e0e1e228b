//! Nodes that are killed between any two rounds of a payment, also while they come back from an earlier death. The wire
//! loses what was on it. Whenever it happens, the invoice is paid once or not at all, and everybody knows which.

use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use bitcoin::{
    hashes::{Hash, sha256},
    secp256k1::{PublicKey, Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret, RouteHint, RouteHintHop, RoutingFees};
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence},
};

use super::{super::machine::Manager, *};
use crate::{InvoiceLock, InvoiceState};

const AMOUNT_SATS: u64 = 1_000;
const CHANNEL_SATS: u64 = 10_000_000;
const LIMITS: PaymentLimits = PaymentLimits { max_fee_sats: 0, timeout: Duration::from_mins(1) };

/// More steps than a payment or a connection takes, so that deaths also come after the end. In a round there are two: after
/// the first, what was written is on the wire.
const MOST_STEPS: usize = 32;

/// How often one payer tries. Each death can end an attempt, no more.
const MOST_ATTEMPTS: usize = 8;

/// What the payee does with the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// Takes it by itself.
    Taken,
    /// Holds it, and takes it later.
    Settled,
    /// Holds it, and gives it back.
    Cancelled,
}

/// Somebody dies after so many steps.
#[derive(Clone, Copy, Debug)]
struct Death {
    steps: usize,
    who: Who,
}

impl Pair {
    /// LDK's part of a node, as long as it lives.
    pub(in crate::embedded) fn manager(&self, who: Who) -> Weak<Manager> {
        Arc::downgrade(&self.node(who).machine.manager)
    }

    /// Lets so many steps happen, kills, and goes on with the next.
    fn suffer(&mut self, deaths: &[Death]) {
        for death in deaths {
            for step in 0..death.steps {
                if step % 2 == 0 { self.act() } else { self.carry() }.unwrap();
            }
            self.revive(death.who).unwrap();
        }
    }

    fn status(&self, payment_hash: PaymentHash) -> Option<PaymentStatus> {
        self.payment(Who::First, payment_hash).map(|payment| payment.status)
    }

    /// Asks for the payment, and again where an attempt has failed, dying on the way the first time.
    fn pay_through(&mut self, invoice: &Invoice, deaths: &[Death]) -> Option<PaymentStatus> {
        self.pay(Who::First, invoice, &LIMITS).unwrap();
        self.suffer(deaths);
        self.rest().unwrap();
        self.usable().unwrap();
        for _ in 0..MOST_ATTEMPTS {
            self.pay(Who::First, invoice, &LIMITS).unwrap();
            self.rest().unwrap();
        }
        self.status(invoice.payment_hash())
    }
}

fn preimage(number: u16) -> Preimage {
    let mut bytes = [7; 32];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    Preimage::new(bytes)
}

fn request(lock: InvoiceLock) -> InvoiceRequest {
    InvoiceRequest { lock, amount_sats: AMOUNT_SATS, description: String::new(), lifetime_seconds: 3_600 }
}

/// One payment of the first node's to the second, with deaths while it is on its way and while it is decided.
fn survive(pair: &mut Pair, flow: Flow, preimage: Preimage, on_the_way: &[Death], while_decided: &[Death]) {
    let before_sats = [Who::First, Who::Second].map(|who| pair.spendable_sats(who));
    let payment_hash = preimage.payment_hash();
    let lock = match flow {
        Flow::Taken => InvoiceLock::Preimage(preimage),
        Flow::Settled | Flow::Cancelled => InvoiceLock::Held(payment_hash),
    };
    let invoice = pair.make_invoice(Who::Second, &request(lock)).unwrap();
    let status = pair.pay_through(&invoice, on_the_way);
    if flow != Flow::Taken {
        assert_eq!(status, Some(PaymentStatus::Pending));
        assert_eq!(pair.invoice(Who::Second, payment_hash).unwrap().state, InvoiceState::Held);
        match flow {
            Flow::Taken | Flow::Settled => pair.settle(Who::Second, preimage).unwrap(),
            Flow::Cancelled => pair.cancel(Who::Second, payment_hash).unwrap(),
        }
        pair.suffer(while_decided);
        pair.rest().unwrap();
        pair.usable().unwrap();
    }
    let (status, state, moved_sats) = match flow {
        Flow::Taken | Flow::Settled => (PaymentStatus::Paid(Paid::new(preimage, 0)), InvoiceState::Paid, AMOUNT_SATS),
        Flow::Cancelled => (PaymentStatus::Failed(FailureReason::Rejected), InvoiceState::Cancelled, 0),
    };
    assert_eq!(pair.status(payment_hash), Some(status));
    assert_eq!(pair.invoice(Who::Second, payment_hash).unwrap().state, state);
    let after_sats = [Who::First, Who::Second].map(|who| pair.spendable_sats(who));
    assert_eq!(after_sats, [before_sats[0] - moved_sats, before_sats[1] + moved_sats]);
}

/// All that a node is after a restart it is by its disk: another disk makes it another node.
#[test]
fn a_node_knows_nothing_but_what_is_on_its_disk() {
    let mut pair = Pair::open(CHANNEL_SATS).unwrap();
    let blank = Who::BOTH.map(|who| pair.node(who).disk());
    let preimage = preimage(1);
    let invoice = pair.make_invoice(Who::Second, &request(InvoiceLock::Preimage(preimage))).unwrap();
    pair.pay(Who::First, &invoice, &LIMITS).unwrap();
    pair.rest().unwrap();
    for (who, blank) in Who::BOTH.into_iter().zip(blank) {
        let full = pair.node(who).disk();
        let forgetful = Disk { ledger: blank.ledger, ..pair.node(who).disk() };
        let dead = pair.manager(who);
        pair.revive_from(who, &forgetful).unwrap();
        assert_eq!(pair.invoice(who, invoice.payment_hash()), None, "{who:?}");
        assert_eq!(pair.payment(who, invoice.payment_hash()), None, "{who:?}");
        assert!(dead.upgrade().is_none(), "{who:?}");
        pair.revive_from(who, &full).unwrap();
        pair.rest().unwrap();
        pair.usable().unwrap();
    }
    assert_eq!(pair.invoice(Who::Second, invoice.payment_hash()).unwrap().state, InvoiceState::Paid);
    assert_eq!(pair.status(invoice.payment_hash()), Some(PaymentStatus::Paid(Paid::new(preimage, 0))));
}

#[test]
fn a_node_is_not_started_from_a_broken_disk() {
    let mut pair = Pair::open(CHANNEL_SATS).unwrap();
    pair.make_invoice(Who::Second, &request(InvoiceLock::Preimage(preimage(1)))).unwrap();
    let before = pair.manager(Who::Second);
    let refusal = |pair: &mut Pair, break_it: fn(&mut Disk)| {
        let mut disk = pair.node(Who::Second).disk();
        break_it(&mut disk);
        pair.revive_from(Who::Second, &disk).unwrap_err().to_string()
    };
    assert!(
        refusal(&mut pair, |disk| disk.ledger.truncate(disk.ledger.len() - 1))
            .ends_with("the node's ledger cannot be read back")
    );
    assert!(refusal(&mut pair, |disk| disk.machine.cut_state()).ends_with("the node's state cannot be read back"));
    assert!(refusal(&mut pair, |disk| disk.machine.lose_channels()).ends_with("the node's state cannot be read back"));
    assert!(refusal(&mut pair, |disk| disk.machine.cut_channels()).ends_with("the node's channel cannot be read back"));
    // The node that was to be replaced is as it was.
    assert!(before.upgrade().is_some());
    pair.usable().unwrap();
}

/// Both know of a payment, LDK and the ledger, or neither does. Where that is not so, nobody is told that it was begun, or failed.
#[test]
fn a_payment_that_only_one_half_of_a_node_knows_is_refused() {
    let mut pair = Pair::open(CHANNEL_SATS).unwrap();
    let blank = pair.node(Who::First).disk();
    let invoice = pair.make_invoice(Who::Second, &request(InvoiceLock::Held(preimage(1).payment_hash()))).unwrap();
    pair.pay(Who::First, &invoice, &LIMITS).unwrap();
    pair.rest().unwrap();
    let forgetful = Disk { ledger: blank.ledger, ..pair.node(Who::First).disk() };
    pair.revive_from(Who::First, &forgetful).unwrap();
    pair.rest().unwrap();
    let error = pair.pay(Who::First, &invoice, &LIMITS).unwrap_err();
    assert_eq!(error.code(), "lightning_refused");
    assert!(error.to_string().contains(&invoice.payment_hash().to_string()), "{error}");
    assert_eq!(pair.status(invoice.payment_hash()), None);
}

/// The payer does not send what has expired, but what it has sent in time can be late.
#[test]
fn a_payment_that_arrives_after_expiry_is_given_back() {
    let mut pair = Pair::open(CHANNEL_SATS).unwrap();
    let before_sats = pair.spendable_sats(Who::First);
    for lock in [InvoiceLock::Preimage(Preimage::new([1; 32])), InvoiceLock::Held(PaymentHash::new([2; 32]))] {
        let invoice = pair.make_invoice(Who::Second, &InvoiceRequest { lifetime_seconds: 1, ..request(lock) }).unwrap();
        pair.pay(Who::First, &invoice, &LIMITS).unwrap();
        while invoice.is_open_at(unix_now()) {
            thread::sleep(Duration::from_millis(10));
        }
        pair.rest().unwrap();
        assert_eq!(pair.status(invoice.payment_hash()), Some(PaymentStatus::Failed(FailureReason::Rejected)));
        assert_eq!(pair.invoice(Who::Second, invoice.payment_hash()).unwrap().state, InvoiceState::Open);
        assert_eq!(pair.spendable_sats(Who::First), before_sats);
    }
}

/// Whether anything is sent cannot be told from how it ends: the hop behind the payee leads nowhere.
#[test]
fn nothing_is_sent_for_a_fee_above_the_limit() {
    let mut pair = Pair::open(CHANNEL_SATS).unwrap();
    let payee = pair.node(Who::Second).machine.public_key();
    for (max_fee_sats, expected) in [(49, PaymentStatus::Failed(FailureReason::NoRoute)), (50, PaymentStatus::Pending)]
    {
        let invoice = behind(payee, 50, preimage(max_fee_sats).payment_hash());
        let limits = PaymentLimits { max_fee_sats: max_fee_sats.into(), ..LIMITS };
        pair.pay(Who::First, &invoice, &limits).unwrap();
        assert_eq!(pair.status(invoice.payment_hash()), Some(expected));
    }
}

/// An invoice of a node that a neighbour is said to lead to for a fee.
fn behind(neighbour: PublicKey, fee_sats: u32, payment_hash: PaymentHash) -> Invoice {
    let fees = RoutingFees { base_msat: fee_sats * 1_000, proportional_millionths: 0 };
    let hop = RouteHintHop {
        src_node_id: neighbour,
        short_channel_id: 1 << 40,
        fees,
        cltv_expiry_delta: 144,
        htlc_minimum_msat: None,
        htlc_maximum_msat: None,
    };
    let signed = InvoiceBuilder::new(Currency::Regtest)
        .description(String::new())
        .payment_hash(sha256::Hash::from_byte_array(*payment_hash.as_bytes()))
        .payment_secret(PaymentSecret([9; 32]))
        .current_timestamp()
        .min_final_cltv_expiry_delta(80)
        .basic_mpp()
        .amount_milli_satoshis(AMOUNT_SATS * MSATS_PER_SAT)
        .private_route(RouteHint(vec![hop]))
        .build_signed(|message| {
            Secp256k1::new().sign_ecdsa_recoverable(message, &SecretKey::from_slice(&[7; 32]).unwrap())
        });
    Invoice::try_from(&signed.unwrap()).unwrap()
}

#[test]
fn says_why_a_payment_failed() {
    let of = |reason| failure_reason(reason, AMOUNT_SATS, AMOUNT_SATS * MSATS_PER_SAT);
    assert_eq!(of(PaymentFailureReason::RouteNotFound), FailureReason::NoRoute);
    assert_eq!(of(PaymentFailureReason::RecipientRejected), FailureReason::Rejected);
    assert_eq!(of(PaymentFailureReason::RetriesExhausted), FailureReason::TimedOut);
    assert_eq!(of(PaymentFailureReason::PaymentExpired), FailureReason::TimedOut);
    assert_eq!(of(PaymentFailureReason::UnexpectedError), FailureReason::Other);
    let with_too_little =
        failure_reason(PaymentFailureReason::RouteNotFound, AMOUNT_SATS, AMOUNT_SATS * MSATS_PER_SAT - 1);
    assert_eq!(with_too_little, FailureReason::InsufficientLiquidity);
}

#[test]
fn one_death_at_any_step_changes_nothing() {
    let mut pair = Pair::open(CHANNEL_SATS).unwrap();
    let mut number: u16 = 0;
    for flow in [Flow::Taken, Flow::Settled, Flow::Cancelled] {
        for who in Who::BOTH {
            for steps in 0..MOST_STEPS {
                number += 1;
                let death = [Death { steps, who }];
                survive(&mut pair, flow, preimage(number), &death, &[]);
                number += 1;
                survive(&mut pair, flow, preimage(number), &[], &death);
            }
        }
    }
}

fn deaths() -> impl Strategy<Value = Vec<Death>> {
    let who = prop_oneof![Just(Who::First), Just(Who::Second)];
    prop::collection::vec((0..MOST_STEPS, who).prop_map(|(steps, who)| Death { steps, who }), 0..4)
}

fn payments() -> impl Strategy<Value = Vec<(Flow, Vec<Death>, Vec<Death>)>> {
    let flow = prop_oneof![Just(Flow::Taken), Just(Flow::Settled), Just(Flow::Cancelled)];
    prop::collection::vec((flow, deaths(), deaths()), 1..8)
}

proptest! {
    #![proptest_config(Config {
        cases: 16,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..Config::default()
    })]

    #[test]
    fn many_deaths_change_nothing(payments in payments()) {
        let mut pair = Pair::open(CHANNEL_SATS).unwrap();
        for (number, (flow, on_the_way, while_decided)) in (0..).zip(payments) {
            survive(&mut pair, flow, preimage(number), &on_the_way, &while_decided);
        }
    }
}
