//! Random sequences of calls by a dozen wallets, with jumps in time: after each call its answer or its error, its events and
//! every view are the same in the ledger and on the chain.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, hex};
use alloy_sol_types::{SolEvent, SolInterface};
use barter_bindings::{
    BTRCredit::{BTRCreditCalls, BTRCreditEvents},
    BTRTrust::{self, BTRTrustCalls, BTRTrustEvents},
    BarterCore::{BarterCoreCalls, BarterCoreEvents},
};
use barter_sim::model::{Contract, Disagreement, OK, Sequence, World, sequence};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{TestCaseError, TestError, TestRunner},
};

use crate::cases::{CASES_VARIABLE, Failed, SEED_VARIABLE, try_cases};

const CASES: u32 = 96;
const LONGEST: usize = 70;

/// How each call must have ended at least once, or the sequences test less than they seem to. (Opening with the zero
/// address mostly fails for the signature, which nobody can make for it.)
const OUTCOMES: &[(&str, &str)] = &[
    ("accept", "TradeNotFound WrongStatus TradeExpired NotCounterparty ok"),
    ("approve", "InvalidCreditSpender ok"),
    ("approve a token", "Soulbound"),
    ("approve all tokens", "Soulbound"),
    ("burn", "InsufficientCredit ok"),
    ("cancel", "ok"),
    ("dismiss", "NotArbiter TradeNotFound WrongStatus DisputeAlreadyUpheld ok"),
    ("dispute", "TradeNotFound WrongStatus NotParty ok"),
    ("dispute again", "NotParty DisputeAlreadyDismissed"),
    ("grant reward", "NotCore"),
    ("move a token", "Soulbound"),
    ("move a token safely", "Soulbound"),
    ("move a token with data", "Soulbound"),
    ("no function", "UnknownCall"),
    (
        "open",
        "NotParty SelfTrade AmountOutOfRange CategoryTooLong DescriptionTooLong SignatureExpired \
         SignatureIsCancelled InvalidSignature PaymentHashReused ok",
    ),
    ("page", "PageSize TradeNotFound NotParty ok"),
    ("permit", "PermitExpired InvalidPermit InvalidCreditSpender ok"),
    ("propose", "ZeroCounterparty SelfTrade AmountOutOfRange CategoryTooLong DescriptionTooLong PaymentHashReused ok"),
    (
        "propose as payee",
        "ZeroCounterparty SelfTrade AmountOutOfRange CategoryTooLong DescriptionTooLong PaymentHashReused ok",
    ),
    ("raise scores", "NotCore"),
    ("short call", "NoReason"),
    ("settle", "TradeNotFound WrongStatus NotPayer PreimageMismatch ok"),
    (
        "settle batch",
        "BatchSize TradeNotFound WrongStatus NotPayer SignatureExpired SignatureIsCancelled InvalidSignature \
         PreimageMismatch ok",
    ),
    (
        "settle by signature",
        "TradeNotFound WrongStatus SignatureExpired SignatureIsCancelled InvalidSignature PreimageMismatch ok",
    ),
    ("transfer", "InvalidCreditReceiver InsufficientCredit ok"),
    ("transfer from", "InsufficientAllowance InvalidCreditSender InvalidCreditReceiver InsufficientCredit ok"),
    ("uphold", "NotArbiter TradeNotFound WrongStatus DisputeAlreadyUpheld NotParty ok"),
];

/// Events of a soulbound token's standards that it never has a reason for.
const NEVER: &[B256] = &[
    BTRTrust::Approval::SIGNATURE_HASH,
    BTRTrust::ApprovalForAll::SIGNATURE_HASH,
    BTRTrust::BatchMetadataUpdate::SIGNATURE_HASH,
    BTRTrust::Unlocked::SIGNATURE_HASH,
];

/// What the sequences met.
#[derive(Default)]
struct Met {
    outcomes: BTreeMap<String, u32>,
    called: BTreeSet<(Contract, [u8; 4])>,
    emitted: BTreeSet<(Contract, B256)>,
    has_pair_beyond_cap: bool,
}

impl Met {
    fn add(&mut self, mut world: World) {
        self.has_pair_beyond_cap |= world.has_pair_beyond_cap();
        self.called.extend(world.witness().called());
        for (_, log) in world.events().to_vec() {
            let contract = world.witness().contract(log.address).unwrap();
            self.emitted.insert((contract, log.topics()[0]));
        }
        for (outcome, count) in world.outcomes() {
            *self.outcomes.entry(outcome.clone()).or_default() += count;
        }
    }

    fn check_all(&self) {
        let wanted = OUTCOMES
            .iter()
            .flat_map(|(call, endings)| endings.split_whitespace().map(move |ending| format!("{call}: {ending}")));
        let missing: Vec<_> = wanted.filter(|outcome| !self.outcomes.contains_key(outcome)).collect();
        assert!(missing.is_empty(), "calls that never ended so: {missing:?}");
        assert!(self.has_pair_beyond_cap, "no pair settled more trades than count, and one of them later");
        // Every function of every contract, whether it changes something or only shows it.
        self.check_called::<BarterCoreCalls>(Contract::Core);
        self.check_called::<BTRTrustCalls>(Contract::Trust);
        self.check_called::<BTRCreditCalls>(Contract::Credit);
        // Every event, but for those that only the standards have.
        self.check_emitted(Contract::Core, BarterCoreEvents::SELECTORS, &[]);
        self.check_emitted(Contract::Trust, BTRTrustEvents::SELECTORS, NEVER);
        self.check_emitted(Contract::Credit, BTRCreditEvents::SELECTORS, &[]);
    }

    fn check_emitted(&self, contract: Contract, abi: &[[u8; 32]], never: &[B256]) {
        for topic in abi.iter().map(B256::from) {
            let is_emitted = self.emitted.contains(&(contract, topic));
            assert_eq!(is_emitted, !never.contains(&topic), "whether {contract:?} ever emitted event {topic}");
        }
    }

    fn check_called<C: SolInterface>(&self, contract: Contract) {
        for selector in C::selectors() {
            let name = hex::encode(selector);
            assert!(self.called.contains(&(contract, selector)), "function 0x{name} of {contract:?} was never called");
        }
    }
}

#[test]
fn sequences_agree() {
    let mut met = Met::default();
    let ran = try_cases(CASES, &sequence(LONGEST), |sequence| {
        let world = sequence.run().map_err(|failure| TestCaseError::fail(failure.to_string()))?;
        met.add(world);
        Ok(())
    });
    match ran {
        Ok(()) => {}
        Err(Failed { error: TestError::Fail(_, sequence), again }) => {
            panic!("{}\n{again}", sequence.shortest_failure().unwrap());
        }
        Err(Failed { error, again }) => panic!("{error}\n{again}"),
    }
    for (outcome, count) in &met.outcomes {
        println!("{count:6} {outcome}");
    }
    if is_usual_run() {
        met.check_all();
    }
}

/// Whether the environment changes nothing: the same cases as ever, of which it is known what they meet.
fn is_usual_run() -> bool {
    [CASES_VARIABLE, SEED_VARIABLE].iter().all(|variable| std::env::var_os(variable).is_none())
}

#[test]
fn a_long_failure_becomes_a_short_story() {
    // As if the ledger said that no dispute is ever upheld: that takes two calls, or one fewer where a trade was disputed at
    // once.
    let fails = |sequence: &Sequence| {
        let world = sequence.run().unwrap();
        let wrong = Disagreement { what: "uphold".to_owned(), chain: OK.to_owned(), ledger: "never".to_owned() };
        world.outcomes().contains_key("uphold: ok").then(|| world.failure(&wrong))
    };
    let (mut runner, longest) = (TestRunner::deterministic(), sequence(LONGEST));
    let long = std::iter::repeat_with(|| longest.new_tree(&mut runner).unwrap().current())
        .find(|sequence| sequence.operations.len() > 20 && fails(sequence).is_some())
        .unwrap();
    let story = long.shortest_failure_of(fails).unwrap().story;
    let tried = story.iter().filter(|line| !line.starts_with("        ")).count();
    assert!((2..=4).contains(&tried), "{}", story.join("\n"));
    assert!(story.last().unwrap().contains("uphold: ok"), "{}", story.join("\n"));
}
