//! Random sequences of calls by providers, consumers, auditors, filers and strangers, with jumps in time: after each call its
//! answer or its error, its events and every view are the same in the values and on the chain.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, hex};
use alloy_sol_types::SolInterface;
use barter_bindings::{
    AuditorQuorum::{AuditorQuorumCalls, AuditorQuorumEvents},
    BarterBond::{BarterBondCalls, BarterBondEvents},
};
use barter_sim::model::{
    Contract,
    bond::{BondWorld, bond_sequence},
};
use proptest::test_runner::{TestCaseError, TestError};

use crate::cases::{CASES_VARIABLE, Failed, SEED_VARIABLE, try_cases};

const CASES: u32 = 256;
const LONGEST: usize = 80;

/// How each call must have ended at least once, or the sequences test less than they seem to.
const OUTCOMES: &[(&str, &str)] = &[
    ("anchor", "AnchorNotGrowing AmountTooLarge ok"),
    ("claim", "NothingToClaim InvalidRecipient TransferFailed TokenTookMore ok"),
    ("claim to the contract", "NothingToClaim InvalidRecipient"),
    ("ended", "upheld dismissed void"),
    ("ended beside free money", "upheld"),
    ("execute", "WrongDisputeStatus RulingPeriodOpen OverturnWindowOpen ok"),
    ("execute trade", "WrongRulingStatus OverturnWindowOpen NotArbiter ok"),
    (
        "file",
        "SelfDispute ComplaintExpired InvalidComplaintSignature AlreadyDisputed TransferFromFailed NothingArrived \
         AmountTooLarge NoBond DepositTooSmall ok",
    ),
    ("file beside free money", "NoBond DepositTooSmall ok"),
    (
        "overturn",
        "WrongDisputeStatus OverturnWindowOver SlashOutOfRange RulingExpired TooFewAuditors SignaturesNotAscending \
         NotAuditor InvalidAuditorSignature ok",
    ),
    (
        "overturn trade",
        "WrongRulingStatus OverturnWindowOver NotPartyOfTrade RulingExpired TooFewAuditors SignaturesNotAscending \
         NotAuditor InvalidAuditorSignature ok",
    ),
    ("require overturn", "TooFewAuditors SignaturesNotAscending NotAuditor InvalidAuditorSignature ok"),
    ("require ruling", "TooFewAuditors SignaturesNotAscending NotAuditor InvalidAuditorSignature ok"),
    (
        "rule",
        "WrongDisputeStatus RulingPeriodOver SlashOutOfRange RulingExpired TooFewAuditors SignaturesNotAscending \
         NotAuditor InvalidAuditorSignature ok",
    ),
    (
        "rule trade",
        "WrongRulingStatus TradeNotFound NotInDispute NotPartyOfTrade RulingExpired TooFewAuditors \
         SignaturesNotAscending NotAuditor InvalidAuditorSignature NoReason ok",
    ),
    ("settle", "WrongStatus ok"),
    ("stake", "HubLength AlreadyBonded TransferFromFailed NothingArrived AmountTooLarge ok"),
    ("top up", "NeverBonded TransferFromFailed NothingArrived AmountTooLarge Panicked ok"),
    ("unbond", "UnbondingOutOfRange ok"),
    ("withdraw", "StillUnbonding NothingToWithdraw InvalidRecipient TransferFailed TokenTookMore ok"),
    ("withdraw to the contract", "NothingToWithdraw InvalidRecipient"),
];

/// What the sequences met.
#[derive(Default)]
struct Met {
    outcomes: BTreeMap<String, u32>,
    called: BTreeSet<(Contract, [u8; 4])>,
    emitted: BTreeSet<(Contract, B256)>,
}

impl Met {
    fn add(&mut self, mut world: BondWorld) {
        self.called.extend(world.witness().called());
        for (_, log) in world.events().to_vec() {
            self.emitted.extend(world.witness().contract(log.address).map(|contract| (contract, log.topics()[0])));
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
        // Every function of both contracts, whether it changes something or only shows it, and every event.
        self.check_called::<BarterBondCalls>(Contract::Bond);
        self.check_called::<AuditorQuorumCalls>(Contract::Quorum);
        self.check_emitted(Contract::Bond, BarterBondEvents::SELECTORS);
        self.check_emitted(Contract::Quorum, AuditorQuorumEvents::SELECTORS);
    }

    fn check_emitted(&self, contract: Contract, abi: &[[u8; 32]]) {
        for topic in abi.iter().map(B256::from) {
            assert!(self.emitted.contains(&(contract, topic)), "event {topic} of {contract:?} was never emitted");
        }
    }

    fn check_called<C: SolInterface>(&self, contract: Contract) {
        for selector in C::selectors() {
            let name = hex::encode(selector);
            let is_called = self.called.contains(&(contract, selector));
            assert!(is_called, "function 0x{name} of {contract:?} was never called");
        }
    }
}

#[test]
fn sequences_agree() {
    let mut met = Met::default();
    let ran = try_cases(CASES, &bond_sequence(LONGEST), |sequence| {
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
    // Where the environment changes nothing: the same cases as ever, of which it is known what they meet.
    if [CASES_VARIABLE, SEED_VARIABLE].iter().all(|variable| std::env::var_os(variable).is_none()) {
        met.check_all();
    }
}
