//! Random sequences of calls by a dozen wallets, with jumps in time: after each call its answer or its error, its events and
//! every view are the same in the ledger and on the chain.

use std::collections::{BTreeMap, BTreeSet};

use alloy_sol_types::SolInterface;
use barter_bindings::{BTRCredit::BTRCreditCalls, BTRTrust::BTRTrustCalls, BarterCore::BarterCoreCalls};
use barter_sim::model::{Contract, World, sequence};
use proptest::test_runner::{TestCaseError, TestError};

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
    ("dispute", "TradeNotFound WrongStatus NotParty DisputeAlreadyDismissed ok"),
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

/// What the sequences met.
#[derive(Default)]
struct Met {
    outcomes: BTreeMap<String, u32>,
    called: BTreeSet<(Contract, [u8; 4])>,
    has_pair_beyond_cap: bool,
}

impl Met {
    fn add(&mut self, mut world: World) {
        self.has_pair_beyond_cap |= world.has_pair_beyond_cap();
        self.called.extend(world.witness().called());
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
        assert!(self.has_pair_beyond_cap, "no pair settled more trades than count");
        // Every function of every contract, whether it changes something or only shows it.
        self.check_called::<BarterCoreCalls>(Contract::Core);
        self.check_called::<BTRTrustCalls>(Contract::Trust);
        self.check_called::<BTRCreditCalls>(Contract::Credit);
    }

    fn check_called<C: SolInterface>(&self, contract: Contract) {
        for selector in C::selectors() {
            let name = alloy_primitives::hex::encode(selector);
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
