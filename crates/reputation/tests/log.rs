//! The log against a plain list of what it should hold, on every database there is.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::{collections::HashMap, mem};

use alloy_primitives::Address;
use barter_reputation::{
    chain::BondReading,
    key::{PublicKey, Signature},
    merkle,
    oracle::{Filed, MAX_CLOCK_DIFFERENCE, Oracle, Refusal, Verdict},
    score::{Counts, Record},
    wire::{
        Dispute, DisputeFields, DisputeForm, Domain, Form, Fraction, Outcome, OutcomeFields, Price, SignedDispute,
        SignedOutcome, Status, hub, number::MAX_PRICE_UNITS,
    },
};
use common::{DOMAIN, NOW, Place, fields, form, secret, sign};
use proptest::{collection::vec, option, prelude::*};

const DAY: u64 = 86_400;
/// Providers, some of them one and the same.
const PROVIDERS: [&str; 4] = ["https://p.example", "https://P.example/", "HTTPS://p.EXAMPLE", "https://q.example/a|b"];
const CONSUMERS: [&str; 4] = ["https://c.example", "https://C.example", "consumer_1", "nobody"];

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    Record(Vec<Said>),
    /// The consumer gets another key.
    Register {
        consumer: usize,
        key: u8,
        replace: bool,
    },
    Wait(u64),
    Reopen,
    Dispute {
        id: u8,
        said: Said,
        key: u8,
        /// In our form, to pay this wallet.
        wallet: Option<u8>,
    },
    /// The same again, all at once.
    Repeat,
}

/// What somebody says of a call.
#[derive(Clone, Debug)]
struct Said {
    form: u8,
    provider: usize,
    consumer: usize,
    call: u8,
    status: u8,
    price: u32,
    quality: u32,
    /// Seconds before now, or after.
    age: i64,
    /// What is wrong with it.
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Signature,
    OldKey,
    Domain,
}

fn said() -> impl Strategy<Value = Said> {
    let age = prop_oneof![
        6 => 0..7_200_i64,
        2 => -90_000..90_000_i64,
        2 => prop_oneof![Just(86_400_i64), Just(86_401), Just(-86_400), Just(-86_401)],
    ];
    let fault = prop_oneof![
        12 => Just(Fault::None),
        1 => Just(Fault::Signature),
        1 => Just(Fault::OldKey),
        1 => Just(Fault::Domain),
    ];
    let what = (0..3_u8, 0..PROVIDERS.len(), 0..CONSUMERS.len(), 0..6_u8, 0..4_u8);
    (what, 0..3_u32, 0..4_u32, age, fault).prop_map(
        |((form, provider, consumer, call, status), price, quality, age, fault)| Said {
            form,
            provider,
            consumer,
            call,
            status,
            price,
            quality,
            age,
            fault,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => vec(said(), 0..12).prop_map(Step::Record),
        1 => (0..3_usize, 0..5_u8, any::<bool>())
            .prop_map(|(consumer, key, replace)| Step::Register { consumer, key, replace }),
        2 => prop_oneof![0..4_000_u64, Just(DAY)].prop_map(Step::Wait),
        1 => Just(Step::Reopen),
        4 => (0..3_u8, said(), 0..5_u8, option::weighted(0.6, 1..3_u8))
            .prop_map(|(id, said, key, wallet)| Step::Dispute { id, said, key, wallet }),
        1 => Just(Step::Repeat),
    ]
}

/// What the log should hold.
#[derive(Default)]
struct Model {
    now: u64,
    log: Vec<(SignedOutcome, PublicKey)>,
    keys: HashMap<String, u8>,
    /// Whose a key ever was.
    owners: HashMap<u8, String>,
    /// Each with the same in the published form, where both were filed.
    disputes: Vec<(SignedDispute, Option<SignedDispute>)>,
}

impl Model {
    /// Whether two are of one call.
    fn same_call(one: &SignedOutcome, other: &SignedOutcome) -> bool {
        let (a, b) = (one.outcome.fields(), other.outcome.fields());
        let events = [one, other].map(|signed| signed.outcome.form() == Form::Event);
        hub::normal(&a.consumer_hub) == hub::normal(&b.consumer_hub)
            && match events {
                [true, true] => one.outcome.signed_bytes() == other.outcome.signed_bytes(),
                [false, false] => a.invocation_id == b.invocation_id,
                _ => false,
            }
    }

    fn register(&mut self, consumer: &str, key: u8, replace: bool) -> Result<bool, &'static str> {
        let consumer = hub::normal(consumer);
        if self.owners.get(&key).is_some_and(|owner| owner != &consumer) {
            return Err("key_taken");
        }
        if !replace && self.keys.get(&consumer).is_some_and(|registered| *registered != key) {
            return Err("other_key_registered");
        }
        self.owners.insert(key, consumer.clone());
        Ok(self.keys.insert(consumer, key) != Some(key))
    }

    fn record(&mut self, signed: &SignedOutcome) -> Result<(bool, u64), &'static str> {
        let fields = signed.outcome.fields();
        if signed.outcome.form().domain().is_some_and(|domain| domain != DOMAIN) {
            return Err("other_domain");
        }
        if fields.timestamp.abs_diff(self.now) > MAX_CLOCK_DIFFERENCE {
            return self.replay(signed, "wrong_time");
        }
        let key = secret(*self.keys.get(&hub::normal(&fields.consumer_hub)).ok_or("unknown_consumer")?);
        if key.sign(&signed.outcome.signed_bytes()) != signed.signature {
            return self.replay(signed, "wrong_signature");
        }
        let before = self.log.iter().position(|(other, _)| Self::same_call(other, signed));
        match before {
            None => {
                self.log.push((signed.clone(), key.public()));
                Ok((true, self.log.len() as u64 - 1))
            }
            Some(index) => {
                let other = &self.log[index].0.outcome;
                let is_same =
                    other.form() == signed.outcome.form() && other.signed_bytes() == signed.outcome.signed_bytes();
                if is_same { Ok((false, index as u64)) } else { Err("call_taken") }
            }
        }
    }

    /// What is on record stays so, whatever its time, and whatever key its consumer has now.
    fn replay(&self, signed: &SignedOutcome, refusal: &'static str) -> Result<(bool, u64), &'static str> {
        let is_it = |other: &SignedOutcome| {
            Self::same_call(other, signed)
                && other.signature == signed.signature
                && other.outcome.form() == signed.outcome.form()
                && other.outcome.signed_bytes() == signed.outcome.signed_bytes()
        };
        let index = self.log.iter().position(|(other, _)| is_it(other)).ok_or(refusal)?;
        Ok((false, index as u64))
    }

    fn dispute(&mut self, signed: &SignedDispute) -> Result<Filed, &'static str> {
        let fields = signed.dispute.fields();
        let known = self.disputes.iter().position(|(other, _)| other.dispute.fields().dispute_id == fields.dispute_id);
        let is_same = known.is_some_and(|known| {
            let (one, other) = &self.disputes[known];
            one.dispute == signed.dispute || other.as_ref().is_some_and(|other| other.dispute == signed.dispute)
        });
        if fields.timestamp.abs_diff(self.now) > MAX_CLOCK_DIFFERENCE {
            return if is_same { Ok(Filed::Replayed) } else { Err("wrong_time") };
        }
        let key = secret(*self.keys.get(&hub::normal(&fields.consumer_hub)).ok_or("unknown_consumer")?);
        if key.public() != signed.consumer_key {
            return Err("other_key");
        }
        if is_same {
            return Ok(Filed::Replayed);
        }
        let is_about = |provider: &str, consumer: &str, call: &str| {
            hub::normal(provider) == hub::normal(&fields.provider_hub)
                && hub::normal(consumer) == hub::normal(&fields.consumer_hub)
                && call == fields.invocation_id
        };
        let is_of = |other: &SignedDispute| {
            let other = other.dispute.fields();
            is_about(&other.provider_hub, &other.consumer_hub, &other.invocation_id)
        };
        let pays = |dispute: &SignedDispute| dispute.dispute.form().wallet().is_some();
        if known.is_some_and(|known| {
            let (one, published) = &self.disputes[known];
            published.is_some() || pays(one) == pays(signed) || !is_of(one)
        }) {
            return Err("dispute_id_taken");
        }
        let on_record = self.log.iter().any(|(outcome, _)| {
            let outcome = outcome.outcome.fields();
            is_about(&outcome.provider_hub, &outcome.consumer_hub, &outcome.invocation_id)
        });
        if !on_record {
            return Err("no_outcome");
        }
        let others = || self.disputes.iter().enumerate().filter(|(at, (other, _))| Some(*at) != known && is_of(other));
        if others().any(|(_, (other, _))| pays(other) || (known.is_none() && !pays(signed))) {
            return Err("already_disputed");
        }
        match known.map(|known| &mut self.disputes[known]) {
            None => self.disputes.push((signed.clone(), None)),
            Some((one, published)) if pays(signed) => *published = Some(mem::replace(one, signed.clone())),
            Some((_, published)) => *published = Some(signed.clone()),
        }
        Ok(Filed::New)
    }

    /// A provider's record, one outcome after the other.
    fn score(&self, provider: &str) -> Option<Record> {
        let of: Vec<_> = self
            .log
            .iter()
            .map(|(signed, _)| signed.outcome.fields())
            .filter(|fields| hub::normal(&fields.provider_hub) == hub::normal(provider))
            .collect();
        let mut record =
            Record { first_outcome_at: Some(of.iter().map(|fields| fields.timestamp).min()?), ..Record::default() };
        for fields in of.iter().filter(|fields| fields.timestamp > self.now - DAY) {
            let Counts { success, failure, timeout, disputed } = &mut record.counts;
            *match fields.status {
                Status::Success => success,
                Status::Failure => failure,
                Status::Timeout => timeout,
                Status::Disputed => disputed,
            } += 1;
            record.volume_units += u128::from(fields.price.units());
            if let Some(quality) = fields.quality {
                record.quality_count += 1;
                record.quality_ppm_sum += u64::from(quality.rounded_ppm());
            }
        }
        Some(record)
    }
}

/// Signs what was said as well as it is to be signed.
fn signed(model: &Model, said: &Said) -> SignedOutcome {
    let status = Status::from_code(if said.form == 1 { said.status % 3 } else { said.status }).unwrap();
    let price = match (said.price, said.form) {
        (0, 0 | 1) => Price::from_parts(2_000_000, true),
        (price, _) => Price::from_units(u64::from(price) * 400_000),
    };
    let quality = match (said.quality, said.form) {
        (0, 0) => Fraction::from_parts("quality", 1.0, true),
        // The published example's, by addition.
        (1, 0) => Fraction::from_parts("quality", 0.9 + 4.0 * 0.01, false),
        (quality, _) => Fraction::from_ppm("quality", quality * 333_333),
    };
    let provider = if said.form == 2 { PROVIDERS[said.provider] } else { PROVIDERS[said.provider % 3] };
    let fields = OutcomeFields {
        status,
        price: price.unwrap(),
        quality: Some(quality.unwrap()),
        ..fields(
            provider,
            CONSUMERS[said.consumer],
            &format!("inv_{}", said.call),
            model.now.checked_add_signed(-said.age).unwrap(),
        )
    };
    let domain = if said.fault == Fault::Domain { Domain { chain_id: 1, ..DOMAIN } } else { DOMAIN };
    let form = if said.form == 2 { Form::Bound(domain) } else { form(said.form) };
    let own = model.keys.get(&hub::normal(CONSUMERS[said.consumer])).filter(|_| said.fault != Fault::OldKey);
    let mut signed = sign(form, fields, &secret(own.copied().unwrap_or(9)));
    if said.fault == Fault::Signature {
        let mut bytes = *signed.signature.as_bytes();
        bytes[3] ^= 1;
        signed.signature = Signature::new(bytes);
    }
    signed
}

fn disputed(model: &Model, id: u8, said: &Said, key: u8, wallet: Option<u8>) -> SignedDispute {
    let fields = DisputeFields {
        dispute_id: format!("d{id}"),
        invocation_id: format!("inv_{}", said.call),
        provider_hub: PROVIDERS[said.provider].to_owned(),
        consumer_hub: CONSUMERS[said.consumer].to_owned(),
        reason: "Returned the wrong language".to_owned(),
        requested_slash: Fraction::from_ppm("slash", 100_000).unwrap(),
        timestamp: model.now.checked_add_signed(-said.age).unwrap(),
        evidence: "{}".to_owned(),
    };
    let bound = |wallet| DisputeForm::Bound { domain: DOMAIN, wallet: Address::with_last_byte(wallet) };
    // Not every name goes into the published form.
    let form = wallet.or_else(|| fields.provider_hub.contains('|').then_some(1));
    let dispute = Dispute::new(form.map_or(DisputeForm::Published, bound), fields).unwrap();
    let key = secret(key);
    SignedDispute { signature: key.sign(&dispute.signed_bytes()), dispute, consumer_key: key.public() }
}

fn run(place: &Place, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut oracle = Some(place.oracle());
    let mut model = Model { now: NOW, ..Model::default() };
    for consumer in [CONSUMERS[0], CONSUMERS[2]] {
        let key = u8::from(consumer == CONSUMERS[0]);
        prop_assert_eq!(model.register(consumer, key, false), Ok(true));
        oracle.as_ref().unwrap().register_consumer(consumer, secret(key).public(), NOW).unwrap().unwrap();
    }
    let mut last: Vec<SignedOutcome> = Vec::new();
    for step in steps {
        let at = oracle.as_ref().unwrap();
        match step {
            Step::Record(_) | Step::Repeat => {
                if let Step::Record(all) = step {
                    last = all.iter().map(|said| signed(&model, said)).collect();
                }
                let verdicts = at.record(last.clone(), model.now).unwrap();
                prop_assert_eq!(verdicts.len(), last.len());
                for (verdict, signed) in verdicts.iter().zip(&last) {
                    let expected = model.record(signed);
                    let found = match verdict {
                        Verdict::Recorded { index } => Ok((true, *index)),
                        Verdict::Replayed { index } => Ok((false, *index)),
                        Verdict::Rejected(refusal) => Err(refusal.code()),
                    };
                    prop_assert_eq!(found, expected, "{:?}", signed);
                }
            }
            Step::Register { consumer, key, replace } => {
                let name = CONSUMERS[*consumer];
                let register = if *replace { Oracle::replace_consumer } else { Oracle::register_consumer };
                let found = register(at, name, secret(*key).public(), model.now).unwrap();
                prop_assert_eq!(found.map_err(|refusal| refusal.code()), model.register(name, *key, *replace));
            }
            Step::Wait(seconds) => model.now += seconds,
            Step::Reopen => {
                drop(oracle.take());
                oracle = Some(place.oracle());
            }
            Step::Dispute { id, said, key, wallet } => {
                let signed = disputed(&model, *id, said, *key, *wallet);
                let found = at.file_dispute(signed.clone(), model.now).unwrap().map_err(|refusal| refusal.code());
                prop_assert_eq!(found, model.dispute(&signed));
            }
        }
        for provider in PROVIDERS {
            let scored = oracle.as_ref().unwrap().score(provider, model.now, &BondReading::default()).unwrap();
            prop_assert_eq!(scored.map(|scored| scored.record), model.score(provider));
        }
    }
    check(oracle.as_ref().unwrap(), &model);
    check(&Oracle::open(&place.location(), common::settings()).unwrap(), &model);
    Ok(())
}

/// All that the log says, against the model.
fn check(oracle: &Oracle, model: &Model) {
    let leaves: Vec<_> = model.log.iter().map(|(signed, key)| signed.leaf(key)).collect();
    let root = merkle::root(&leaves);
    assert_eq!(oracle.tree_head().unwrap(), (leaves.len() as u64, root));
    let exported: Vec<_> = oracle.export().map(Result::unwrap).collect();
    let expected: Vec<_> = model.log.iter().map(|(signed, key)| (signed.clone(), *key)).collect();
    let found: Vec<_> = exported.iter().map(|entry| (entry.signed.clone(), entry.key)).collect();
    assert_eq!(found, expected);
    assert!(
        exported.iter().zip(&leaves).zip(0..).all(|((entry, leaf), index)| (entry.leaf, entry.index) == (*leaf, index))
    );
    for provider in PROVIDERS {
        let indices: Vec<_> = model
            .log
            .iter()
            .zip(0_u64..)
            .filter(|((signed, _), _)| hub::normal(&signed.outcome.fields().provider_hub) == hub::normal(provider))
            .map(|(_, index)| index)
            .collect();
        let mut found = Vec::new();
        let mut from = Some(0);
        while let Some(at) = from {
            let Some(page) = oracle.outcomes(provider, at, 3).unwrap() else { break };
            assert_eq!((page.size, page.root), (leaves.len() as u64, root));
            for (entry, proof) in page.entries {
                assert!(merkle::verify_inclusion(&entry.leaf, entry.index, page.size, &proof, &page.root));
                found.push(entry.index);
            }
            from = page.next;
        }
        assert_eq!(found, indices);
    }
    for (dispute, published) in &model.disputes {
        let stored = oracle.dispute(&dispute.dispute.fields().dispute_id).unwrap().unwrap();
        assert_eq!(stored.signed, *dispute);
        assert_eq!(stored.published, published.as_ref().map(SignedDispute::proof));
        assert_eq!(stored.leaf, leaves[usize::try_from(stored.outcome).unwrap()]);
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::with_cases(cases) }
}

#[test]
fn it_does_what_a_list_does_in_a_file() {
    proptest!(config(96), |(steps in vec(step(), 1..24))| run(&Place::file(), &steps)?);
}

#[test]
fn it_does_what_a_list_does_on_postgres() {
    if Place::postgres().is_none() {
        return;
    }
    proptest!(config(24), |(steps in vec(step(), 1..24))| run(&Place::postgres().unwrap(), &steps)?);
}

/// Sizes at which tiles fill up, which the small ones above do not reach.
#[test]
fn proofs_hold_across_tiles() {
    for place in Place::all() {
        let mut oracle = place.oracle();
        let key = secret(1);
        oracle.register_consumer("c", key.public(), NOW).unwrap().unwrap();
        let mut heads = Vec::new();
        let mut leaves = Vec::new();
        for (batch, size) in [1, 255, 1, 300, 700, 1].into_iter().enumerate() {
            let outcomes: Vec<_> = (0..size)
                .map(|number| {
                    let provider = format!("p{}", number % 3);
                    sign(Form::Bound(DOMAIN), fields(&provider, "c", &format!("{batch}-{number}"), NOW), &key)
                })
                .collect();
            leaves.extend(outcomes.iter().map(|signed| signed.leaf(&key.public())));
            assert!(
                oracle.record(outcomes, NOW).unwrap().iter().all(|verdict| matches!(verdict, Verdict::Recorded { .. }))
            );
            heads.push(oracle.tree_head().unwrap());
            assert_eq!(heads[batch], (leaves.len() as u64, merkle::root(&leaves)));
            if batch % 2 == 1 {
                // What goes on remembers nothing.
                drop(oracle);
                oracle = place.oracle();
            }
        }
        let page = oracle.outcomes("p1", 0, 1_000).unwrap().unwrap();
        assert!(page.entries.len() > 300 && page.next.is_none());
        for (entry, proof) in &page.entries {
            assert!(merkle::verify_inclusion(&entry.leaf, entry.index, page.size, proof, &page.root));
        }
        for (older, older_root) in &heads {
            for (size, root) in heads.iter().filter(|(size, _)| size >= older) {
                let proof = oracle.consistency(*older, *size).unwrap().unwrap();
                assert!(merkle::verify_consistency(*older, older_root, *size, root, &proof));
            }
        }
        let (size, _) = oracle.tree_head().unwrap();
        assert_eq!(oracle.consistency(0, size).unwrap(), None);
        assert_eq!(oracle.consistency(1, size + 1).unwrap(), None);
        drop(oracle);
        // What remembers nothing finds the same.
        assert_eq!(
            Oracle::open(&place.location(), common::settings()).unwrap().tree_head().unwrap(),
            heads[heads.len() - 1]
        );
    }
}

/// More in an hour than 63 bits hold: whoever adds the outcomes up comes to the same, as do the hour's sum and its outcomes.
#[test]
fn the_dearest_hour_is_counted_in_full() {
    const CALLS: u64 = 9_300;
    for place in Place::all() {
        let oracle = place.oracle();
        oracle.register_consumer("c", secret(1).public(), NOW).unwrap().unwrap();
        let calls: Vec<u64> = (0..CALLS).collect();
        for batch in calls.chunks(1_000) {
            let said = batch.iter().map(|call| {
                let fields = fields("p", "c", &call.to_string(), NOW);
                let dearest = OutcomeFields { price: Price::from_units(MAX_PRICE_UNITS).unwrap(), ..fields };
                SignedOutcome {
                    outcome: Outcome::new(Form::Bound(DOMAIN), dearest).unwrap(),
                    signature: Signature::new([7; 64]),
                }
            });
            let verdicts = oracle.record_unverified(said.collect(), NOW).unwrap();
            assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Recorded { .. })));
        }
        // As a whole hour, and as the window's first one, when they are read one by one.
        for now in [NOW, NOW + DAY - 1] {
            let scored = oracle.score("p", now, &BondReading::default()).unwrap().unwrap();
            assert_eq!(scored.record.volume_units, u128::from(CALLS) * u128::from(MAX_PRICE_UNITS), "{now}");
        }
    }
}

/// Refusals that the model does not make.
#[test]
fn nothing_is_kept_of_who_is_not_registered() {
    for place in Place::all() {
        let oracle = place.oracle();
        let before = oracle.bytes().unwrap();
        for number in 0..50_u8 {
            let outcomes: Vec<_> = (0..20)
                .map(|call| {
                    let provider = format!("https://provider-{number}-{call}.example");
                    let consumer = format!("https://consumer-{number}-{call}.example");
                    sign(form(number % 3), fields(&provider, &consumer, "call", NOW), &secret(number))
                })
                .collect();
            for verdict in oracle.record(outcomes, NOW).unwrap() {
                assert!(matches!(verdict, Verdict::Rejected(Refusal::UnknownConsumer { .. })), "{verdict:?}");
            }
        }
        assert_eq!(oracle.bytes().unwrap(), before);
        assert_eq!(oracle.tree_head().unwrap().0, 0);
        assert!(oracle.score("https://provider-0-0.example", NOW, &BondReading::default()).unwrap().is_none());
    }
}
