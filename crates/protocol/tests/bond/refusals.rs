//! Each refusal with its values, and what goes on beside it.

use alloy_primitives::{Address, B256, U256};
use barter_protocol::{
    BondError, Error, Ledger, Preimage, Role, Ruling as CoreRuling, SigningDomain, Terms, TradeId, TradeStatus,
    bond::{
        AuditorQuorum, Auditors, BarterBond, Bond, Complaint, DisputeStatus, Incoming, Outgoing, Overturn, Parameters,
        QuorumDomain, Ruling, RulingStatus, Signed, TradeOverturn, TradeRuling,
    },
    limits::PPM,
};

use crate::common::{
    AUDITORS, CONSUMER, CONTRACT, CORE, DAY, DOLLAR, FILER, NOW, PROVIDER, QUORUM, STRANGER, auditors, bonded, by,
    complaint, empty, file, money, overturn, parameters, rule, signed,
};

/// The refusal, and that it left everything as it was.
fn refusal<T>(bond: &mut BarterBond, call: impl FnOnce(&mut BarterBond) -> Result<T, BondError>) -> BondError {
    let before = bond.clone();
    let Err(error) = call(bond) else { panic!("expected a refusal") };
    assert_eq!(*bond, before, "a refused call changes nothing");
    check_names(&error);
    error
}

/// Programs rely on a code: once published it stays.
fn check_names(error: &BondError) {
    let mut name = String::new();
    for letter in format!("{error:?}").chars().take_while(|letter| letter.is_alphanumeric()) {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    assert_eq!(error.code(), name, "{error:?}");
    assert!(error.next_step().ends_with('.'), "{error:?}");
    assert_eq!(Error::from(error.clone()).code(), name);
    assert_eq!(Error::from(error.clone()).to_string(), error.to_string());
}

#[test]
fn a_first_stake_declares_a_hub_for_good() {
    let mut bond = empty();
    for length in [0, 201] {
        let error = refusal(&mut bond, |bond| bond.stake(PROVIDER, &"h".repeat(length), money(1), NOW));
        assert_eq!(error, BondError::HubLength { length, maximum: 200 });
    }
    let error = refusal(&mut bond, |bond| bond.top_up(FILER, PROVIDER, money(1)));
    assert_eq!(error, BondError::NeverBonded { provider: PROVIDER });
    bond.stake(PROVIDER, &"h".repeat(200), money(1), NOW).unwrap();
    let error = refusal(&mut bond, |bond| bond.stake(PROVIDER, "another", money(1), NOW));
    assert_eq!(error, BondError::AlreadyBonded { provider: PROVIDER });
    bond.top_up(FILER, PROVIDER, money(2)).unwrap();
    assert_eq!((bond.bond(PROVIDER).active, bond.bond(PROVIDER).first_bonded_at), (3, NOW));
}

#[test]
fn what_arrives_counts() {
    let mut bond = empty();
    let amount = U256::from(100);
    let transfer = |arrived| Incoming { amount, arrived };
    let error = refusal(&mut bond, |bond| bond.stake(PROVIDER, "hub", transfer(None), NOW));
    assert_eq!(error, BondError::TransferFromFailed);
    let error = refusal(&mut bond, |bond| bond.stake(PROVIDER, "hub", transfer(Some(U256::ZERO)), NOW));
    assert_eq!(error, BondError::NothingArrived { amount });
    let large = U256::ONE << 128;
    let error = refusal(&mut bond, |bond| bond.stake(PROVIDER, "hub", transfer(Some(large)), NOW));
    assert_eq!(error, BondError::AmountTooLarge { amount: large });
    bond.stake(PROVIDER, "hub", transfer(Some(U256::from(97))), NOW).unwrap();
    assert_eq!(bond.bond(PROVIDER).active, 97);
    let error = refusal(&mut bond, |bond| bond.top_up(PROVIDER, PROVIDER, money(u128::MAX)));
    assert_eq!(error, BondError::SumTooLarge);
}

#[test]
fn money_leaves_after_its_delay_and_what_disputes_can_take_stays() {
    let mut bond = bonded();
    let active = 2_000 * DOLLAR;
    for amount in [U256::ZERO, U256::from(active + 1), U256::MAX] {
        let error = refusal(&mut bond, |bond| bond.unbond(PROVIDER, amount, NOW));
        assert_eq!(error, BondError::UnbondingOutOfRange { amount, active });
    }
    let error = refusal(&mut bond, |bond| bond.unbond(STRANGER, U256::ONE, NOW));
    assert_eq!(error, BondError::UnbondingOutOfRange { amount: U256::ONE, active: 0 });
    let error = refusal(&mut bond, |bond| bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, NOW));
    assert_eq!(error, BondError::NothingToWithdraw { unbonding: 0, held: 0 });

    bond.unbond(PROVIDER, U256::from(active), NOW).unwrap();
    assert!(!bond.is_listed(PROVIDER));
    let release_at = NOW + 28 * DAY;
    let error = refusal(&mut bond, |bond| bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, release_at - 1));
    assert_eq!(error, BondError::StillUnbonding { release_at, timestamp: release_at - 1 });
    file(&mut bond, 1, release_at - 1);
    for to in [Address::ZERO, CONTRACT] {
        let error = refusal(&mut bond, |bond| bond.withdraw(PROVIDER, to, Outgoing::Exact, release_at));
        assert_eq!(error, BondError::InvalidRecipient { to });
    }
    let error = refusal(&mut bond, |bond| bond.withdraw(PROVIDER, PROVIDER, Outgoing::Refused, release_at));
    assert_eq!(error, BondError::TransferFailed);
    let (amount, fee) = (U256::from(1_800 * DOLLAR), U256::from(5));
    let error = refusal(&mut bond, |bond| bond.withdraw(PROVIDER, PROVIDER, Outgoing::TookMore(fee), release_at));
    assert_eq!(error, BondError::TokenTookMore { taken: amount + fee, amount });
    bond.withdraw(PROVIDER, STRANGER, Outgoing::Exact, release_at).unwrap();
    // A tenth is what the dispute can take.
    assert_eq!(bond.bond(PROVIDER).unbonding, 200 * DOLLAR);
    let error = refusal(&mut bond, |bond| bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, release_at));
    assert_eq!(error, BondError::NothingToWithdraw { unbonding: 200 * DOLLAR, held: 200 * DOLLAR });
}

/// Else whoever files ten disputes again and again would hold it for ever, and get every deposit back.
#[test]
fn disputes_rolled_over_do_not_hold_what_has_left() {
    let mut bond = bonded();
    bond.unbond(PROVIDER, U256::from(2_000 * DOLLAR), NOW).unwrap();
    let release_at = NOW + 28 * DAY;
    let ids: Vec<_> = (0..10).map(|outcome| file(&mut bond, outcome, release_at - 1)).collect();
    assert_eq!(bond.required_deposit(PROVIDER, release_at - 1), 20 * DOLLAR);
    assert_eq!(bond.required_deposit(PROVIDER, release_at), 10 * DOLLAR);
    let (next, over) = (complaint(10), release_at + 14 * DAY);
    for now in [release_at, over] {
        let error = refusal(&mut bond, |bond| bond.file(FILER, &next, signed(bond, &next), money(20 * DOLLAR), now));
        assert_eq!(error, BondError::NoBond { provider: PROVIDER });
    }
    let error = refusal(&mut bond, |bond| bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, over));
    assert_eq!(error, BondError::NothingToWithdraw { unbonding: 2_000 * DOLLAR, held: 2_000 * DOLLAR });
    for id in ids {
        bond.execute(id, over).unwrap();
    }
    bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, over).unwrap();
    assert_eq!(bond.bond(PROVIDER).total(), 0);
}

/// Nor do disputes about an active rest, though they be so many that they promise more than it is; and an earlier one finds
/// what it can take, whatever those take first.
#[test]
fn disputes_of_the_rest_do_not_hold_what_has_left() {
    let mut bond = bonded();
    bond.unbond(PROVIDER, U256::from(1_000 * DOLLAR), NOW).unwrap();
    let release_at = NOW + 28 * DAY;
    let earlier = file(&mut bond, 100, release_at - 1);
    let later: Vec<_> = (0..11).map(|outcome| file(&mut bond, outcome, release_at)).collect();
    let Bond { reserved, held, .. } = bond.bond(PROVIDER);
    assert_eq!((reserved, held), (200 * DOLLAR + 11 * 100 * DOLLAR, 200 * DOLLAR));
    bond.withdraw(PROVIDER, PROVIDER, Outgoing::Exact, release_at).unwrap();
    assert_eq!(bond.bond(PROVIDER).unbonding, 200 * DOLLAR);
    for id in later.iter().chain([&earlier]) {
        rule(&mut bond, *id, 100_000, release_at).unwrap();
    }
    for id in later.iter().chain([&earlier]) {
        bond.execute(*id, release_at + 2 * DAY).unwrap();
    }
    let slashed = |id| bond.dispute(id).slashed;
    assert_eq!((slashed(later[9]), slashed(later[10]), slashed(earlier)), (100 * DOLLAR, 0, 200 * DOLLAR));
    assert_eq!(bond.owed(), bond.claimable(CONSUMER) + bond.claimable(FILER));

    // With the earlier ones gone, the later ones hold nothing.
    let mut bond = bonded();
    bond.unbond(PROVIDER, U256::from(1_000 * DOLLAR), NOW).unwrap();
    for outcome in 0..11 {
        file(&mut bond, outcome, release_at);
    }
    assert_eq!(bond.bond(PROVIDER).withdrawable(), 1_000 * DOLLAR);
    // What starts leaving now can be taken from by all that is open.
    bond.unbond(PROVIDER, U256::ONE, release_at).unwrap();
    assert_eq!(bond.bond(PROVIDER).held, 1_100 * DOLLAR);
}

#[test]
fn filing_needs_the_consumers_signature_a_bond_and_a_deposit() {
    let mut bond = bonded();
    let complaint = complaint(1);
    let (sound, digest) = (signed(&bond, &complaint), bond.domain().digest(&complaint));
    let own = Complaint { consumer: PROVIDER, ..complaint.clone() };
    let error = refusal(&mut bond, |bond| bond.file(FILER, &own, sound, money(20 * DOLLAR), NOW));
    assert_eq!(error, BondError::SelfDispute { wallet: PROVIDER });
    let (deadline, timestamp) = (NOW + 365 * DAY, NOW + 365 * DAY + 1);
    let error = refusal(&mut bond, |bond| bond.file(FILER, &complaint, sound, money(20 * DOLLAR), timestamp));
    assert_eq!(error, BondError::ComplaintExpired { deadline, timestamp });
    for forged in [Signed { signer: FILER, digest }, Signed { digest: B256::ZERO, ..sound }] {
        let error = refusal(&mut bond, |bond| bond.file(FILER, &complaint, forged, money(20 * DOLLAR), NOW));
        assert_eq!(error, BondError::InvalidComplaintSignature { consumer: CONSUMER, digest });
    }
    // Nothing is the zero address's.
    let nobodys = Complaint { consumer: Address::ZERO, ..complaint.clone() };
    let forged = signed(&bond, &nobodys);
    let error = refusal(&mut bond, |bond| bond.file(FILER, &nobodys, forged, money(20 * DOLLAR), NOW));
    assert!(matches!(error, BondError::InvalidComplaintSignature { consumer: Address::ZERO, .. }));
    let unbonded = Complaint { provider: STRANGER, ..complaint.clone() };
    let signature = signed(&bond, &unbonded);
    let error = refusal(&mut bond, |bond| bond.file(FILER, &unbonded, signature, money(20 * DOLLAR), NOW));
    assert_eq!(error, BondError::NoBond { provider: STRANGER });
    // 1% of $2,000.
    let (arrived, required) = (20 * DOLLAR - 1, 20 * DOLLAR);
    let error = refusal(&mut bond, |bond| bond.file(FILER, &complaint, sound, money(arrived), NOW));
    assert_eq!(error, BondError::DepositTooSmall { arrived, required });
    bond.file(FILER, &complaint, sound, money(20 * DOLLAR), NOW).unwrap();
    let dispute_id = complaint.dispute_id();
    let error = refusal(&mut bond, |bond| bond.file(FILER, &complaint, sound, money(20 * DOLLAR), NOW));
    assert_eq!(error, BondError::AlreadyDisputed { dispute_id });
}

#[test]
fn a_ruling_takes_effect_once_nobody_can_overturn_it() {
    let mut bond = bonded();
    let dispute_id = file(&mut bond, 1, NOW);
    let unknown = B256::ZERO;
    let wrong = |dispute_id, actual, required| BondError::WrongDisputeStatus { dispute_id, actual, required };
    let error = refusal(&mut bond, |bond| rule(bond, unknown, 1, NOW));
    assert_eq!(error, wrong(unknown, DisputeStatus::None, DisputeStatus::Filed));
    let error = refusal(&mut bond, |bond| bond.execute(unknown, NOW));
    assert_eq!(error, wrong(unknown, DisputeStatus::None, DisputeStatus::Ruled));
    let error = refusal(&mut bond, |bond| overturn(bond, dispute_id, 1, NOW));
    assert_eq!(error, wrong(dispute_id, DisputeStatus::Filed, DisputeStatus::Ruled));
    let deadline = NOW + 14 * DAY;
    let error = refusal(&mut bond, |bond| bond.execute(dispute_id, deadline));
    assert_eq!(error, BondError::RulingPeriodOpen { deadline, timestamp: deadline });
    let error = refusal(&mut bond, |bond| rule(bond, dispute_id, 1, deadline + 1));
    assert_eq!(error, BondError::RulingPeriodOver { deadline, timestamp: deadline + 1 });
    let (slash_ppm, maximum) = (U256::from(100_001), 100_000);
    let error = refusal(&mut bond, |bond| rule(bond, dispute_id, 100_001, NOW));
    assert_eq!(error, BondError::SlashOutOfRange { slash_ppm, maximum });

    rule(&mut bond, dispute_id, 50_000, deadline).unwrap();
    let executable_at = deadline + 2 * DAY;
    let timestamp = executable_at - 1;
    let error = refusal(&mut bond, |bond| bond.execute(dispute_id, timestamp));
    assert_eq!(error, BondError::OverturnWindowOpen { executable_at, timestamp });
    let error = refusal(&mut bond, |bond| overturn(bond, dispute_id, 0, executable_at));
    assert_eq!(error, BondError::OverturnWindowOver { executable_at, timestamp: executable_at });

    let mut overturned = bond.clone();
    overturn(&mut overturned, dispute_id, 0, timestamp).unwrap();
    let error = refusal(&mut overturned, |bond| overturn(bond, dispute_id, 1, timestamp));
    assert_eq!(error, wrong(dispute_id, DisputeStatus::Overturned, DisputeStatus::Ruled));
    overturned.execute(dispute_id, timestamp).unwrap();
    assert_eq!(overturned.dispute(dispute_id).status, DisputeStatus::Dismissed);
    assert_eq!(overturned.claimable(PROVIDER), U256::from(20 * DOLLAR));
    assert_eq!(overturned.bond(PROVIDER).ever_slashed, 0);

    bond.execute(dispute_id, executable_at).unwrap();
    assert_eq!(bond.dispute(dispute_id).status, DisputeStatus::Upheld);
    assert_eq!(bond.claimable(CONSUMER), U256::from(100 * DOLLAR));
    assert_eq!(bond.claimable(FILER), U256::from(20 * DOLLAR));
    let Bond { active, ever_slashed, upheld, reserved, .. } = bond.bond(PROVIDER);
    assert_eq!((active, ever_slashed, upheld, reserved), (1_900 * DOLLAR, 100 * DOLLAR, 1, 0));
    let error = refusal(&mut bond, |bond| bond.execute(dispute_id, executable_at));
    assert_eq!(error, wrong(dispute_id, DisputeStatus::Upheld, DisputeStatus::Ruled));

    let error = refusal(&mut bond, |bond| bond.claim(STRANGER, STRANGER, Outgoing::Exact));
    assert_eq!(error, BondError::NothingToClaim { owner: STRANGER });
    bond.claim(CONSUMER, STRANGER, Outgoing::Exact).unwrap();
    let error = refusal(&mut bond, |bond| bond.claim(CONSUMER, CONSUMER, Outgoing::Exact));
    assert_eq!(error, BondError::NothingToClaim { owner: CONSUMER });
}

#[test]
fn without_a_ruling_a_dispute_is_void() {
    let mut bond = bonded();
    let dispute_id = file(&mut bond, 1, NOW);
    bond.execute(dispute_id, NOW + 14 * DAY + 1).unwrap();
    assert_eq!(bond.dispute(dispute_id).status, DisputeStatus::Void);
    assert_eq!(bond.claimable(FILER), U256::from(20 * DOLLAR));
    assert_eq!(bond.bond(PROVIDER).active, 2_000 * DOLLAR);
}

#[test]
fn money_on_its_way_out_is_slashed_first() {
    let mut bond = bonded();
    bond.unbond(PROVIDER, U256::from(30 * DOLLAR), NOW).unwrap();
    let dispute_id = file(&mut bond, 1, NOW);
    rule(&mut bond, dispute_id, 100_000, NOW).unwrap();
    bond.execute(dispute_id, NOW + 2 * DAY).unwrap();
    let Bond { active, unbonding, .. } = bond.bond(PROVIDER);
    assert_eq!((active, unbonding), (1_800 * DOLLAR, 0));
}

#[test]
fn enough_auditors_each_once_and_all_sound() {
    let mut bond = bonded();
    let id = file(&mut bond, 1, NOW);
    let ruling = Ruling::new(id, 1, NOW);
    let digest = bond.domain().digest(&ruling);
    let [first, second, third] = AUDITORS;
    let cases = [
        (by(&[], digest), BondError::TooFewAuditors { given: 0, needed: 2 }),
        (by(&[third], digest), BondError::TooFewAuditors { given: 1, needed: 2 }),
        (by(&[first, first], digest), BondError::SignaturesNotAscending { auditor: first }),
        (by(&[second, first], digest), BondError::SignaturesNotAscending { auditor: first }),
        (by(&[Address::ZERO, first], digest), BondError::SignaturesNotAscending { auditor: Address::ZERO }),
        (by(&[first, second, STRANGER], digest), BondError::NotAuditor { signer: STRANGER }),
        (by(&[first, second], B256::ZERO), BondError::InvalidAuditorSignature { auditor: first, digest }),
    ];
    for (signatures, expected) in cases {
        assert_eq!(refusal(&mut bond, |bond| bond.rule(&ruling, &signatures, NOW)), expected);
    }
    let error = refusal(&mut bond, |bond| bond.rule(&ruling, &by(&AUDITORS, digest), NOW + 1));
    assert_eq!(error, BondError::RulingExpired { deadline: NOW, timestamp: NOW + 1 });
    // What was signed to rule does not overturn, even by all.
    bond.rule(&ruling, &by(&AUDITORS, digest), NOW).unwrap();
    let replacement = Overturn::new(id, 1, NOW);
    let error = refusal(&mut bond, |bond| bond.overturn(&replacement, &by(&AUDITORS, digest), NOW));
    assert!(matches!(error, BondError::InvalidAuditorSignature { auditor, .. } if auditor == first));
}

#[test]
fn a_log_only_grows() {
    let mut bond = empty();
    let error = refusal(&mut bond, |bond| bond.anchor(STRANGER, B256::ZERO, U256::ZERO, NOW));
    assert_eq!(error, BondError::AnchorNotGrowing { size: U256::ZERO, last: 0 });
    let large = U256::ONE << 128;
    let error = refusal(&mut bond, |bond| bond.anchor(STRANGER, B256::ZERO, large, NOW));
    assert_eq!(error, BondError::AmountTooLarge { amount: large });
    bond.anchor(STRANGER, B256::ZERO, U256::from(7), NOW).unwrap();
    let error = refusal(&mut bond, |bond| bond.anchor(STRANGER, B256::ZERO, U256::from(7), NOW));
    assert_eq!(error, BondError::AnchorNotGrowing { size: U256::from(7), last: 7 });
    assert_eq!(bond.anchor_at(STRANGER, U256::ZERO).unwrap().size, 7);
    let missing = BondError::AnchorNotFound { oracle: STRANGER, index: U256::ONE, count: 1 };
    check_names(&missing);
    assert_eq!(bond.anchor_at(STRANGER, U256::ONE), Err(missing));
}

#[test]
fn deployments_have_limits() {
    let [first, second, third] = AUDITORS;
    let new = |list: &[Address], threshold, overturn, window| Auditors::new(list.to_vec(), threshold, overturn, window);
    let cases = [
        (new(&[first], 1, 2, 1), BondError::AuditorCount { count: 1, maximum: 32 }),
        (new(&AUDITORS, 2, 4, 1), BondError::InvalidThresholds { threshold: 2, overturn_threshold: 4, auditors: 3 }),
        (new(&AUDITORS, 0, 2, 1), BondError::InvalidThresholds { threshold: 0, overturn_threshold: 2, auditors: 3 }),
        (new(&AUDITORS, 2, 3, 0), BondError::InvalidWindow { window: 0, maximum: 90 * DAY }),
        (new(&AUDITORS, 2, 3, 90 * DAY + 1), BondError::InvalidWindow { window: 90 * DAY + 1, maximum: 90 * DAY }),
        (new(&[first, third, second], 2, 3, 1), BondError::AuditorsNotAscending { auditor: second }),
        (new(&[Address::ZERO, first], 1, 2, 1), BondError::AuditorsNotAscending { auditor: Address::ZERO }),
    ];
    for (ours, expected) in cases {
        check_names(&expected);
        assert_eq!(ours, Err(expected));
    }
    let refused = Parameters { deposit_ppm: PPM + 1, ..parameters() }.check().unwrap_err();
    let (name, value) = ("depositPpm".to_owned(), U256::from(PPM + 1));
    check_names(&refused);
    assert_eq!(refused, BondError::InvalidParameter { name, value });
    check_names(&DisputeStatus::try_from(7).unwrap_err());
    check_names(&RulingStatus::try_from(4).unwrap_err());
}

/// A trade in dispute, in a ledger whose arbiter the quorum is, and one accepted.
fn disputed() -> (Ledger, AuditorQuorum, TradeId, TradeId) {
    let mut ledger = Ledger::new(SigningDomain::new(1, CORE), QUORUM);
    let mut propose = |byte| {
        let terms = Terms::new(PROVIDER, CONSUMER, Preimage::new([byte; 32]).payment_hash(), 50_000, "", "").unwrap();
        let trade_id = ledger.propose(terms, Role::Payer, NOW).unwrap();
        ledger.accept(CONSUMER, trade_id, NOW).unwrap();
        trade_id
    };
    let (trade_id, accepted) = (propose(1), propose(2));
    ledger.dispute(CONSUMER, trade_id, NOW).unwrap();
    (ledger, AuditorQuorum::new(QuorumDomain::new(1, QUORUM), auditors()), trade_id, accepted)
}

#[test]
fn a_disputed_trade_ends_by_the_quorum() {
    let (mut ledger, mut quorum, trade_id, accepted) = disputed();
    let domain = *quorum.domain();
    let deadline = U256::from(NOW + DAY);
    let ruling = |trade_id, at_fault| {
        by(&AUDITORS[..2], domain.digest(&TradeRuling { core: CORE, tradeId: trade_id, atFault: at_fault, deadline }))
    };
    let refused = |error: BondError| {
        check_names(&error);
        Err(Error::Bond(error))
    };
    let nobody = Address::ZERO;

    let ours = quorum.rule_trade(&ledger, accepted, nobody, deadline, &ruling(accepted, nobody), NOW);
    assert_eq!(ours, refused(BondError::NotInDispute { core: CORE, trade_id: accepted }));
    let ours = quorum.rule_trade(&ledger, trade_id, STRANGER, deadline, &ruling(trade_id, STRANGER), NOW);
    assert_eq!(ours, refused(BondError::NotPartyOfTrade { core: CORE, trade_id, wallet: STRANGER }));
    let ours = quorum.rule_trade(&ledger, B256::ZERO, nobody, deadline, &[], NOW);
    assert_eq!(ours, Err(Error::TradeNotFound { trade_id: B256::ZERO }));
    let ours = quorum.execute_trade(&mut ledger, trade_id, NOW);
    let (actual, required) = (RulingStatus::None, RulingStatus::Ruled);
    assert_eq!(ours, refused(BondError::WrongRulingStatus { core: CORE, trade_id, actual, required }));

    let signatures = ruling(trade_id, CONSUMER);
    quorum.rule_trade(&ledger, trade_id, CONSUMER, deadline, &signatures, NOW).unwrap();
    let executable_at = NOW + 2 * DAY;
    let ours = quorum.execute_trade(&mut ledger, trade_id, executable_at - 1);
    assert_eq!(ours, refused(BondError::OverturnWindowOpen { executable_at, timestamp: executable_at - 1 }));

    // Overturned by all: dismissed, and the trade can still be settled.
    let (mut other_ledger, mut other) = (ledger.clone(), quorum.clone());
    let message = TradeOverturn { core: CORE, tradeId: trade_id, atFault: nobody, deadline };
    let all = by(&AUDITORS, domain.digest(&message));
    other.overturn_trade(&other_ledger, trade_id, nobody, deadline, &all, NOW).unwrap();
    other.execute_trade(&mut other_ledger, trade_id, NOW).unwrap();
    assert_eq!(other_ledger.trade(trade_id).unwrap().ruling(), CoreRuling::Dismissed);
    assert_eq!(other.trade_ruling(CORE, trade_id).status, RulingStatus::Executed);
    other_ledger.settle(PROVIDER, trade_id, Preimage::new([1; 32]), NOW).unwrap();

    let ours = quorum.overturn_trade(&ledger, trade_id, nobody, deadline, &all, executable_at);
    assert_eq!(ours, refused(BondError::OverturnWindowOver { executable_at, timestamp: executable_at }));
    quorum.execute_trade(&mut ledger, trade_id, executable_at).unwrap();
    let trade = ledger.trade(trade_id).unwrap();
    assert_eq!((trade.status(executable_at), trade.ruling()), (TradeStatus::Disputed, CoreRuling::AgainstPartyB));
    assert_eq!(ledger.wallet(CONSUMER).faults, 1);
    let again = quorum.execute_trade(&mut ledger, trade_id, executable_at);
    let actual = RulingStatus::Executed;
    assert_eq!(again, refused(BondError::WrongRulingStatus { core: CORE, trade_id, actual, required }));
}

// ------------------------------------------------------------------------------------------------ whatever happens
