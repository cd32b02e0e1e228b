//! Score and credit of every kind of amount, by the protocol and by the contracts.

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::SolEvent;
use barter_bindings::{BTRCredit, BTRTrust};
use barter_protocol::{
    credit,
    formula::CREDIT_UNIT,
    limits::{MAX_AMOUNT_SATS, MIN_AMOUNT_SATS},
    score,
};
use proptest::prelude::*;

use barter_sim::chain::Chain;

use crate::cases::cases;

const OWNER: Address = address!("00000000000000000000000000000000000000c0");
const ALICE: Address = address!("00000000000000000000000000000000000000a1");
const BOB: Address = address!("00000000000000000000000000000000000000b0");

/// The two tokens, created by a wallet: which is BarterCore to them, and may call what only BarterCore may.
struct Tokens {
    chain: Chain,
    trust: Address,
    credit: Address,
}

impl Tokens {
    fn deploy() -> Self {
        let mut chain = Chain::deploy(OWNER, Address::ZERO);
        let trust = chain.create(OWNER, BTRTrust::BYTECODE.clone());
        let credit = chain.create(OWNER, BTRCredit::BYTECODE.clone());
        Self { chain, trust, credit }
    }

    /// Score and credit one counted trade of fresh wallets brings, by the contracts.
    fn worth(&mut self, amount_sats: u64) -> (U256, U256) {
        let record = BTRTrust::raiseScoresCall {
            tradeId: B256::ZERO,
            partyA: ALICE,
            partyB: BOB,
            amountSats: U256::from(amount_sats),
        };
        let recorded = self.chain.simulate(OWNER, self.trust, &record).unwrap();
        assert!(recorded.value, "a pair's first trade counts");
        let scores: Vec<_> =
            recorded.logs.iter().filter_map(|log| BTRTrust::ScoreUpdated::decode_log(log).ok()).collect();
        assert_eq!(scores.len(), 2);
        // Their first, so the score is what was gained.
        assert_eq!(scores[0].score, scores[1].score);

        let mint = BTRCredit::grantRewardCall { partyA: ALICE, partyB: BOB, amountSats: U256::from(amount_sats) };
        let minted = self.chain.simulate(OWNER, self.credit, &mint).unwrap();
        let rewards: Vec<_> = minted.logs.iter().filter_map(|log| BTRCredit::Transfer::decode_log(log).ok()).collect();
        assert_eq!(rewards.len(), 2);
        assert_eq!(rewards[0].value, rewards[1].value);
        assert_eq!(rewards[0].value, minted.value);
        (scores[0].score, rewards[0].value)
    }

    fn check(&mut self, amount_sats: u64) {
        let expected = (U256::from(score(amount_sats)), credit(amount_sats));
        assert_eq!(self.worth(amount_sats), expected, "{amount_sats} sats");
    }
}

#[test]
fn formulas_agree_around_every_power_of_two_and_every_limit() {
    let mut tokens = Tokens::deploy();
    let limits =
        [0, 999, 1_000, 1_001, 9_999_999, 10_000_000, 10_000_999, 10_001_000, MIN_AMOUNT_SATS, MAX_AMOUNT_SATS];
    let powers = (0..64).map(|shift| 1_u64 << shift);
    // Where the score steps: sats / 1000 + 1 is a power of two.
    let steps = (0..54).map(|shift| ((1_u64 << shift) - 1) * 1_000);
    for amount_sats in limits.into_iter().chain(powers).chain(steps) {
        for amount_sats in [amount_sats.saturating_sub(1), amount_sats, amount_sats.saturating_add(1)] {
            tokens.check(amount_sats);
        }
    }
    tokens.check(u64::MAX);
}

#[test]
fn exact_at_the_edges() {
    let mut tokens = Tokens::deploy();
    let unit = U256::from(CREDIT_UNIT);
    let rows = [
        // sats, score, tokens
        (999, 1, 1),
        (1_000, 2, 1),
        (1_001, 2, 1),
        (2_999, 2, 2),
        (3_000, 3, 3),
        (3_001, 3, 3),
        (MAX_AMOUNT_SATS, 41, 10_000),
    ];
    for (amount_sats, score, credit) in rows {
        assert_eq!(tokens.worth(amount_sats), (U256::from(score), U256::from(credit) * unit), "{amount_sats} sats");
    }
}

/// As `barter-protocol` promises of its own, each with the same words there.
#[test]
fn formulas_are_monotone_bounded_and_concave() {
    let mut tokens = Tokens::deploy();
    let one = U256::from(1);
    let mut worth = |thousands: u64| tokens.worth(thousands * 1_000);
    cases(200, &(any::<[u64; 3]>(), 11_u32..60), |(thousands, shift)| {
        let [one_part, other, more] = thousands.map(|thousands| (thousands >> shift).max(1));
        let (less, greater) = (one_part.min(other), one_part.max(other));
        let [(low, low_credit), (high, high_credit)] = [less, greater].map(&mut worth);
        prop_assert!(low <= high && low_credit <= high_credit);

        let exponent = u64::from((greater + 1).ilog2());
        prop_assert_eq!(high, U256::from(exponent + 1));

        let [middle, upper_middle, sum] =
            [less.midpoint(greater), (less + greater).div_ceil(2), less + greater].map(&mut worth);
        prop_assert!(low + high <= middle.0 + middle.0 + one);
        prop_assert!(low_credit + high_credit <= middle.1 + upper_middle.1);
        prop_assert!(sum.0 <= low + high && sum.1 <= low_credit + high_credit);

        let [low_and_more, high_and_more] = [less + more, greater + more].map(&mut worth);
        prop_assert!(high_and_more.0 - high <= low_and_more.0 - low + one);
        prop_assert!(high_and_more.1 - high_credit <= low_and_more.1 - low_credit);
        Ok(())
    });
}

#[test]
fn formulas_agree_on_random_amounts() {
    let mut tokens = Tokens::deploy();
    cases(2_000, &(any::<u64>(), 0_u32..64), |(amount_sats, shift)| {
        tokens.check(amount_sats >> shift);
        Ok(())
    });
}
