//! Every variant of the error is met, and says in one sentence what was given and what was expected.

#![allow(clippy::unwrap_used, reason = "a test")]

use alloy_primitives::{Address, B256, U256, address};
use barter_protocol::{
    Approval, Error, Ledger, PaymentHash, Preimage, Role, Ruling, SigningDomain, Terms, TradeId, TradeStatus,
    ledger::Settlement,
    limits::{MAX_AMOUNT_SATS, PROPOSAL_LIFETIME},
};

const ALICE: Address = address!("00000000000000000000000000000000000000a1");
const BOB: Address = address!("00000000000000000000000000000000000000b0");
const CAROL: Address = address!("00000000000000000000000000000000000000ca");
const ARBITER: Address = address!("00000000000000000000000000000000000000af");
const CORE: Address = address!("00000000000000000000000000000000000000c0");
const NOW: u64 = 1_780_000_000;
const PREIMAGE: Preimage = Preimage::new([7; 32]);

fn ledger() -> Ledger {
    Ledger::new(SigningDomain::new(1, CORE), ARBITER)
}

fn terms() -> Terms {
    Terms::new(ALICE, BOB, PREIMAGE.payment_hash(), 50_000, "goods", "a book").unwrap()
}

/// A ledger with one proposal by Alice, the payer.
fn proposed() -> (Ledger, TradeId) {
    let mut ledger = ledger();
    let trade_id = ledger.propose(terms(), Role::Payer, NOW).unwrap();
    (ledger, trade_id)
}

fn accepted() -> (Ledger, TradeId) {
    let (mut ledger, trade_id) = proposed();
    ledger.accept(BOB, trade_id, NOW).unwrap();
    (ledger, trade_id)
}

fn disputed() -> (Ledger, TradeId) {
    let (mut ledger, trade_id) = accepted();
    ledger.dispute(BOB, trade_id, NOW).unwrap();
    (ledger, trade_id)
}

fn with_terms(
    payer: Address,
    payee: Address,
    amount_sats: u64,
    category: &str,
    description: &str,
) -> Result<(), Error> {
    Terms::new(payer, payee, PREIMAGE.payment_hash(), amount_sats, category, description).map(drop)
}

/// The refusal, and that it left the ledger as it was.
fn refusal<T>(ledger: &mut Ledger, call: impl FnOnce(&mut Ledger) -> Result<T, Error>) -> Error {
    let before = ledger.clone();
    let Err(error) = call(ledger) else { panic!("expected a refusal") };
    assert_eq!(*ledger, before, "a refused call changes nothing");
    assert_eq!(error.code(), snake_case(&error), "{error:?}");
    assert!(error.next_step().ends_with('.'), "{error:?}");
    error
}

/// The variant's name as `Debug` has it, in snake case.
fn snake_case(error: &Error) -> String {
    let mut name = String::new();
    for letter in format!("{error:?}").chars().take_while(|letter| letter.is_alphanumeric()) {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// Programs rely on these: a code once published stays.
#[test]
fn codes_of_what_no_ledger_refuses() {
    let (wallet, units) = (BOB, U256::ONE);
    for error in [
        Error::AmountOutOfRange { amount_sats: 1, minimum: 2, maximum: 3 },
        Error::PageSize { limit: 0, maximum: 500 },
        Error::InvalidCreditReceiver { receiver: wallet },
        Error::InvalidCreditSender { sender: wallet },
        Error::InvalidCreditSpender { spender: wallet },
        Error::InsufficientAllowance { spender: wallet, allowance: units, needed: units },
        Error::UnknownStatus { code: 9 },
        Error::UnknownRuling { code: 9 },
        Error::NotHexadecimal { what: "preimage", position: 1 },
        Error::WrongLength { what: "preimage", digits: 1, expected: 64 },
    ] {
        assert_eq!(error.code(), snake_case(&error));
        assert!(error.next_step().ends_with('.'), "{error:?}");
    }
}

#[test]
fn terms_need_two_different_wallets() {
    for (payer, payee) in [(Address::ZERO, BOB), (ALICE, Address::ZERO), (Address::ZERO, Address::ZERO)] {
        assert_eq!(with_terms(payer, payee, 50_000, "", ""), Err(Error::ZeroCounterparty));
    }
    assert_eq!(with_terms(BOB, BOB, 50_000, "", ""), Err(Error::SelfTrade { wallet: BOB }));
}

#[test]
fn terms_have_limits() {
    for amount_sats in [0, 999, MAX_AMOUNT_SATS + 1, u64::MAX] {
        let expected = Error::AmountOutOfRange { amount_sats, minimum: 1_000, maximum: 2_100_000_000_000_000 };
        assert_eq!(with_terms(ALICE, BOB, amount_sats, "", ""), Err(expected));
    }
    for amount_sats in [1_000, MAX_AMOUNT_SATS] {
        assert_eq!(with_terms(ALICE, BOB, amount_sats, &"c".repeat(32), &"d".repeat(200)), Ok(()));
    }
    // Bytes are counted, not characters.
    let category = Error::CategoryTooLong { length: 34, maximum: 32 };
    assert_eq!(with_terms(ALICE, BOB, 1_000, &"é".repeat(17), ""), Err(category));
    let description = Error::DescriptionTooLong { length: 201, maximum: 200 };
    assert_eq!(with_terms(ALICE, BOB, 1_000, "", &"₿".repeat(67)), Err(description));
}

#[test]
fn a_pair_uses_a_payment_hash_once_in_either_direction() {
    let (mut ledger, _) = proposed();
    let reversed = Terms::new(BOB, ALICE, PREIMAGE.payment_hash(), 1_000, "", "").unwrap();
    for (terms, role) in [(terms(), Role::Payer), (reversed.clone(), Role::Payer), (reversed, Role::Payee)] {
        let (party_a, party_b) = (terms.wallet(role), terms.wallet(role.other()));
        let error = refusal(&mut ledger, |ledger| ledger.propose(terms, role, NOW));
        assert_eq!(error, Error::PaymentHashReused { party_a, party_b, payment_hash: PREIMAGE.payment_hash() });
    }
    let others = Terms::new(ALICE, CAROL, PREIMAGE.payment_hash(), 1_000, "", "").unwrap();
    ledger.propose(others, Role::Payer, NOW).unwrap();
}

#[test]
fn unknown_trades_are_refused() {
    let (mut ledger, known) = accepted();
    // Another commitment under the same key is another trade.
    let mut trade_id = known;
    trade_id[31] ^= 1;
    let expected = Error::TradeNotFound { trade_id };
    assert_eq!(ledger.trade(trade_id).map(drop), Err(expected.clone()));
    assert_eq!(refusal(&mut ledger, |l| l.accept(BOB, trade_id, NOW)), expected);
    assert_eq!(refusal(&mut ledger, |l| l.settle(ALICE, trade_id, PREIMAGE, NOW)), expected);
    assert_eq!(refusal(&mut ledger, |l| l.dispute(ALICE, trade_id, NOW)), expected);
    assert_eq!(refusal(&mut ledger, |l| l.dismiss(ARBITER, trade_id, NOW)), expected);
    assert_eq!(refusal(&mut ledger, |l| l.uphold(ARBITER, trade_id, BOB, NOW)), expected);
    assert_eq!(ledger.page(ALICE, Some(trade_id), 1).map(drop), Err(expected));
}

#[test]
fn statuses_allow_what_they_allow() {
    let (mut ledger, trade_id) = proposed();
    let wrong = |actual, required| Error::WrongStatus { trade_id, actual, required };
    let proposed = wrong(TradeStatus::Proposed, TradeStatus::Accepted);
    assert_eq!(refusal(&mut ledger, |l| l.settle(ALICE, trade_id, PREIMAGE, NOW)), proposed);
    assert_eq!(refusal(&mut ledger, |l| l.dispute(ALICE, trade_id, NOW)), proposed);
    let late = NOW + PROPOSAL_LIFETIME + 1;
    let expired = wrong(TradeStatus::Expired, TradeStatus::Accepted);
    assert_eq!(refusal(&mut ledger, |l| l.settle(ALICE, trade_id, PREIMAGE, late)), expired);

    let (mut ledger, trade_id) = accepted();
    let error = refusal(&mut ledger, |l| l.accept(BOB, trade_id, NOW));
    assert_eq!(error, wrong(TradeStatus::Accepted, TradeStatus::Proposed));
    let error = refusal(&mut ledger, |l| l.dismiss(ARBITER, trade_id, NOW));
    assert_eq!(error, wrong(TradeStatus::Accepted, TradeStatus::Disputed));
    ledger.settle(ALICE, trade_id, PREIMAGE, NOW).unwrap();
    let settled = wrong(TradeStatus::Settled, TradeStatus::Accepted);
    assert_eq!(refusal(&mut ledger, |l| l.settle(ALICE, trade_id, PREIMAGE, NOW)), settled);
    assert_eq!(refusal(&mut ledger, |l| l.dispute(BOB, trade_id, NOW)), settled);
}

#[test]
fn a_proposal_lasts_seven_days_and_not_a_second_more() {
    let (mut ledger, trade_id) = proposed();
    let last = NOW + PROPOSAL_LIFETIME;
    assert_eq!(ledger.trade(trade_id).unwrap().status(last), TradeStatus::Proposed);
    assert_eq!(ledger.trade(trade_id).unwrap().status(last + 1), TradeStatus::Expired);
    let error = refusal(&mut ledger, |l| l.accept(BOB, trade_id, last + 1));
    assert_eq!(error, Error::TradeExpired { trade_id, expires_at: last });
    ledger.accept(BOB, trade_id, last).unwrap();
    assert_eq!(ledger.trade(trade_id).unwrap().status(last + 1), TradeStatus::Accepted);
}

#[test]
fn only_the_right_wallet_may() {
    let (mut ledger, trade_id) = proposed();
    for caller in [ALICE, CAROL] {
        let error = refusal(&mut ledger, |l| l.accept(caller, trade_id, NOW));
        assert_eq!(error, Error::NotCounterparty { trade_id, caller, counterparty: BOB });
    }
    let (mut ledger, trade_id) = accepted();
    for caller in [BOB, CAROL] {
        let error = refusal(&mut ledger, |l| l.settle(caller, trade_id, PREIMAGE, NOW));
        assert_eq!(error, Error::NotPayer { trade_id, caller, payer: ALICE });
    }
    let stranger = Error::NotParty { trade_id, wallet: CAROL };
    assert_eq!(refusal(&mut ledger, |l| l.dispute(CAROL, trade_id, NOW)), stranger);
    assert_eq!(ledger.page(CAROL, Some(trade_id), 1).map(drop), Err(stranger.clone()));

    let (mut ledger, trade_id) = disputed();
    let error = refusal(&mut ledger, |l| l.dismiss(ALICE, trade_id, NOW));
    assert_eq!(error, Error::NotArbiter { caller: ALICE, arbiter: ARBITER });
    let error = refusal(&mut ledger, |l| l.uphold(BOB, trade_id, ALICE, NOW));
    assert_eq!(error, Error::NotArbiter { caller: BOB, arbiter: ARBITER });
    assert_eq!(refusal(&mut ledger, |l| l.uphold(ARBITER, trade_id, CAROL, NOW)), stranger);
}

#[test]
fn with_no_arbiter_nobody_rules() {
    let mut ledger = Ledger::new(SigningDomain::new(1, CORE), Address::ZERO);
    let trade_id = ledger.propose(terms(), Role::Payer, NOW).unwrap();
    ledger.accept(BOB, trade_id, NOW).unwrap();
    ledger.dispute(BOB, trade_id, NOW).unwrap();
    for caller in [ALICE, Address::ZERO] {
        let error = refusal(&mut ledger, |l| l.dismiss(caller, trade_id, NOW));
        assert_eq!(error, Error::NotArbiter { caller, arbiter: Address::ZERO });
    }
    assert!(ledger.trade(trade_id).unwrap().is_final(NOW, false));
}

#[test]
fn the_preimage_must_be_the_payment_hashs() {
    let (mut ledger, trade_id) = accepted();
    let wrong = Preimage::new([8; 32]);
    let error = refusal(&mut ledger, |l| l.settle(ALICE, trade_id, wrong, NOW));
    let (expected, actual) = (PREIMAGE.payment_hash(), wrong.payment_hash());
    assert_eq!(error, Error::PreimageMismatch { trade_id, expected, actual });
    assert!(!error.to_string().contains(&wrong.to_string()[2..]), "the preimage itself stays hidden");
}

#[test]
fn a_ruling_is_for_good() {
    let (mut ledger, trade_id) = disputed();
    ledger.dismiss(ARBITER, trade_id, NOW).unwrap();
    let trade = ledger.trade(trade_id).unwrap();
    assert_eq!((trade.status(NOW), trade.ruling()), (TradeStatus::Accepted, Ruling::Dismissed));
    assert_eq!(ledger.wallet(ALICE).disputed, 0);
    let error = refusal(&mut ledger, |l| l.dispute(ALICE, trade_id, NOW));
    assert_eq!(error, Error::DisputeAlreadyDismissed { trade_id });

    let (mut ledger, trade_id) = disputed();
    ledger.uphold(ARBITER, trade_id, BOB, NOW).unwrap();
    assert_eq!(ledger.trade(trade_id).unwrap().ruling(), Ruling::AgainstPartyB);
    assert_eq!((ledger.wallet(BOB).faults, ledger.wallet(BOB).disputed), (1, 1));
    let upheld = Error::DisputeAlreadyUpheld { trade_id };
    assert_eq!(refusal(&mut ledger, |l| l.dismiss(ARBITER, trade_id, NOW)), upheld);
    assert_eq!(refusal(&mut ledger, |l| l.uphold(ARBITER, trade_id, ALICE, NOW)), upheld);
    assert!(ledger.trade(trade_id).unwrap().is_final(NOW, true));
}

#[test]
fn signatures_count_for_their_signer_and_until_their_deadline() {
    let (mut ledger, trade_id) = accepted();
    let digest = ledger.domain().settle_trade_digest(trade_id, PREIMAGE, NOW);
    let approval = Approval { signer: ALICE, digest, deadline: NOW };

    let error = refusal(&mut ledger, |l| l.settle_by_signature(trade_id, PREIMAGE, approval, NOW + 1));
    assert_eq!(error, Error::SignatureExpired { deadline: NOW, timestamp: NOW + 1 });
    let invalid = Error::InvalidSignature { signer: ALICE, digest };
    for forged in [Approval { signer: BOB, ..approval }, Approval { digest: B256::ZERO, ..approval }] {
        assert_eq!(refusal(&mut ledger, |l| l.settle_by_signature(trade_id, PREIMAGE, forged, NOW)), invalid);
    }

    let mut cancelled = ledger.clone();
    cancelled.cancel_signature(ALICE, digest);
    let error = refusal(&mut cancelled, |l| l.settle_by_signature(trade_id, PREIMAGE, approval, NOW));
    assert_eq!(error, Error::SignatureIsCancelled { signer: ALICE, digest });
    // Only the signer can cancel.
    ledger.cancel_signature(BOB, digest);
    ledger.settle_by_signature(trade_id, PREIMAGE, approval, NOW).unwrap();
}

#[test]
fn opening_needs_a_party_and_the_others_signature() {
    let mut ledger = ledger();
    let digest = ledger.domain().open_trade_digest(&terms(), Role::Payer, NOW);
    let approval = Approval { signer: BOB, digest, deadline: NOW };
    let error = refusal(&mut ledger, |l| l.open(CAROL, terms(), &approval, NOW));
    assert_eq!(error, Error::NotParty { trade_id: TradeId::ZERO, wallet: CAROL });
    // Bob's signature names Alice as the proposer: Bob cannot bring it himself.
    let error = refusal(&mut ledger, |l| l.open(BOB, terms(), &approval, NOW));
    assert!(matches!(error, Error::InvalidSignature { signer: ALICE, .. }));
    let trade_id = ledger.open(ALICE, terms(), &approval, NOW).unwrap();
    assert_eq!(ledger.trade(trade_id).unwrap().accepted_at(), Some(NOW));
    assert_eq!(ledger.wallet(BOB).accepted, 1);
}

#[test]
fn batches_are_bounded_and_all_or_none() {
    let (mut ledger, trade_id) = accepted();
    let settlement = Settlement { trade_id, preimage: PREIMAGE, approval: None };
    for length in [0, 101] {
        let error = refusal(&mut ledger, |l| l.settle_batch(ALICE, &vec![settlement; length], NOW));
        assert_eq!(error, Error::BatchSize { length, maximum: 100 });
    }
    // The same trade twice: the second finds it settled, and takes the first back.
    let error = refusal(&mut ledger, |l| l.settle_batch(ALICE, &[settlement; 2], NOW));
    let (actual, required) = (TradeStatus::Settled, TradeStatus::Accepted);
    assert_eq!(error, Error::WrongStatus { trade_id, actual, required });
    ledger.settle_batch(ALICE, &[settlement], NOW).unwrap();
    assert_eq!(ledger.wallet(ALICE).settled, 1);
}

#[test]
fn pages_are_bounded() {
    let (ledger, trade_id) = proposed();
    for limit in [0, 501] {
        assert_eq!(ledger.page(ALICE, None, limit).map(drop), Err(Error::PageSize { limit, maximum: 500 }));
    }
    let (page, next) = ledger.page(ALICE, None, 500).unwrap();
    assert_eq!((page[0].trade_id(), page.len(), next), (trade_id, 1, None));
    assert_eq!(ledger.page(CAROL, None, 1).unwrap(), (vec![], None));
}

#[test]
fn credit_moves_as_far_as_it_goes() {
    let (mut ledger, trade_id) = accepted();
    ledger.settle(ALICE, trade_id, PREIMAGE, NOW).unwrap();
    let balance = ledger.credit().balance_of(ALICE);
    let needed = balance + U256::from(1);
    let missing = Error::InsufficientCredit { wallet: ALICE, balance, needed };
    assert_eq!(refusal(&mut ledger, |l| l.credit_mut().transfer(ALICE, CAROL, needed)), missing);
    assert_eq!(refusal(&mut ledger, |l| l.credit_mut().burn(ALICE, needed)), missing);
    let nobody = Address::ZERO;
    let error = refusal(&mut ledger, |l| l.credit_mut().transfer(ALICE, nobody, balance));
    assert_eq!(error, Error::InvalidCreditReceiver { receiver: nobody });
    let error = refusal(&mut ledger, |l| l.credit_mut().transfer_from(CAROL, nobody, BOB, U256::ZERO));
    assert_eq!(error, Error::InvalidCreditSender { sender: nobody });
    let error = refusal(&mut ledger, |l| l.credit_mut().approve(ALICE, nobody, balance));
    assert_eq!(error, Error::InvalidCreditSpender { spender: nobody });

    ledger.credit_mut().approve(ALICE, CAROL, balance).unwrap();
    let error = refusal(&mut ledger, |l| l.credit_mut().transfer_from(CAROL, ALICE, BOB, needed));
    assert_eq!(error, Error::InsufficientAllowance { spender: CAROL, allowance: balance, needed });
    ledger.credit_mut().transfer_from(CAROL, ALICE, CAROL, balance).unwrap();
    assert_eq!(ledger.credit().allowance(ALICE, CAROL), U256::ZERO);
    ledger.credit_mut().burn(CAROL, balance).unwrap();
    assert_eq!(ledger.credit().total_supply(), ledger.credit().balance_of(BOB));
    assert_eq!(ledger.credit().total_earned(ALICE), balance);
}

#[test]
fn numbers_that_mean_nothing_are_refused() {
    assert_eq!(TradeStatus::try_from(5), Err(Error::UnknownStatus { code: 5 }));
    assert_eq!(Ruling::try_from(4), Err(Error::UnknownRuling { code: 4 }));
    for code in 0..5 {
        assert_eq!(TradeStatus::try_from(code).unwrap().code(), code);
    }
    for code in 0..4 {
        assert_eq!(Ruling::try_from(code).unwrap().code(), code);
    }
}

#[test]
fn hexadecimal_text_is_read_or_refused_without_repeating_it() {
    let digits = "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0";
    let hash = PREIMAGE.payment_hash();
    for text in [digits.to_owned(), format!("0x{digits}"), format!("0X{}", digits.to_uppercase())] {
        assert_eq!(text.parse::<PaymentHash>(), Ok(hash));
    }
    assert_eq!(hash.to_string(), format!("0x{digits}"));
    assert_eq!(PREIMAGE.to_string().parse::<Preimage>(), Ok(PREIMAGE));

    let not_hexadecimal = Error::NotHexadecimal { what: "payment hash", position: 4 };
    assert_eq!("0xabcé".parse::<PaymentHash>(), Err(not_hexadecimal));
    for (text, digits) in [("", 0), ("0x", 0), ("0xabc", 3), (&"a".repeat(66), 66)] {
        let wrong = Error::WrongLength { what: "preimage", digits, expected: 64 };
        assert_eq!(text.parse::<Preimage>(), Err(wrong));
    }
    let secret = format!("{}zz", "5e".repeat(31));
    let error = secret.parse::<Preimage>().unwrap_err();
    assert!(!error.to_string().contains("5e5e") && !format!("{error:?}").contains("5e5e"));
    assert_eq!(format!("{PREIMAGE:?}"), "Preimage(hidden)");
}

#[test]
fn messages_name_the_value_and_what_was_expected() {
    let messages = [
        (
            Error::AmountOutOfRange { amount_sats: 500, minimum: 1_000, maximum: 2_000 },
            "the amount is 500 sats, expected 1000 to 2000",
        ),
        (Error::CategoryTooLong { length: 33, maximum: 32 }, "the category has 33 bytes, expected at most 32"),
        (
            Error::NotHexadecimal { what: "payment hash", position: 4 },
            "digit 4 of the payment hash is not hexadecimal, expected 64 digits of 0-9 and a-f after 0x",
        ),
        (
            Error::WrongLength { what: "preimage", digits: 3, expected: 64 },
            "the preimage has 3 hexadecimal digits, expected 64",
        ),
        (Error::UnknownStatus { code: 9 }, "9 is no trade status, expected 0 to 4"),
    ];
    for (error, message) in messages {
        assert_eq!(error.to_string(), message);
    }
}
