//! Each parameter does in the bytecode what it says, at its exact edges, whatever the others are.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use barter_bindings::{BTRTrust, BarterCore, ContractError, Deployment};
use barter_protocol::{Error, Preimage, TradeStatus, credit, limits::MAX_AMOUNT_SATS};
use barter_sim::{
    chain::Chain,
    parameters::{Formula, Parameters, ParametersError},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};

const START: u64 = 1_800_000_000;

fn wallet(number: u64) -> Address {
    Address::left_padding_from(&(0xA000 + number).to_be_bytes())
}

fn preimage(trade: u64) -> Preimage {
    Preimage::new(U256::from(trade).to_be_bytes())
}

/// The contracts with some parameters, and what they should hold.
struct Market {
    chain: Chain,
    parameters: Parameters,
    proposed: u64,
    counted: BTreeMap<(Address, Address), u64>,
    settled: BTreeMap<(Address, Address), u64>,
    scores: BTreeMap<Address, u64>,
    credits: BTreeMap<Address, U256>,
}

impl Market {
    fn new(parameters: Parameters) -> Self {
        let mut chain = Chain::deploy_code(parameters.init_code(Address::ZERO));
        chain.set_time(START);
        Self {
            chain,
            parameters,
            proposed: 0,
            counted: BTreeMap::new(),
            settled: BTreeMap::new(),
            scores: BTreeMap::new(),
            credits: BTreeMap::new(),
        }
    }

    /// Proposes the next trade: its id, and what its payer will show.
    fn propose(&mut self, from: Address, to: Address, amount_sats: u64) -> Result<(B256, B256), ContractError> {
        let preimage = preimage(self.proposed);
        self.proposed += 1;
        let call = BarterCore::proposeTradeCall {
            counterparty: to,
            paymentHash: B256::from(*preimage.payment_hash().as_bytes()),
            amountSats: U256::from(amount_sats),
            category: "goods".to_owned(),
            description: String::new(),
        };
        let core = self.chain.addresses.core;
        self.chain.send(from, core, &call).map(|receipt| (receipt.value, B256::from(*preimage.as_bytes())))
    }

    fn accept(&mut self, by: Address, id: B256) -> Result<(), ContractError> {
        let core = self.chain.addresses.core;
        self.chain.send(by, core, &BarterCore::acceptTradeCall { tradeId: id }).map(|_| ())
    }

    fn status(&mut self, id: B256) -> TradeStatus {
        let core = self.chain.addresses.core;
        let trade = self.chain.view(core, &BarterCore::getTradeCall { tradeId: id }).unwrap();
        TradeStatus::try_from(trade.status).unwrap()
    }

    fn accepted_at(&mut self, id: B256) -> u64 {
        let core = self.chain.addresses.core;
        self.chain.view(core, &BarterCore::getTradeCall { tradeId: id }).unwrap().acceptedAt.to()
    }

    /// A whole trade, after which the contracts hold what they should.
    fn trade(&mut self, from: Address, to: Address, amount_sats: u64) {
        let (id, preimage) = self.propose(from, to, amount_sats).unwrap();
        self.accept(to, id).unwrap();
        let call = BarterCore::settleTradeCall { tradeId: id, preimage };
        let core = self.chain.addresses.core;
        let receipt = self.chain.send(from, core, &call).unwrap();

        let pair = (from.min(to), from.max(to));
        let counted = self.counted.entry(pair).or_default();
        let score_of = |wallet| self.scores.get(&wallet).copied().unwrap_or(0);
        let gains = [(from, score_of(to)), (to, score_of(from))]
            .map(|(wallet, score)| (wallet, self.parameters.score(amount_sats, *counted, score)));
        let counts = *counted < self.parameters.pair_cap;
        if counts {
            *counted += 1;
        }
        *self.settled.entry(pair).or_default() += 1;
        for (wallet, gain) in gains {
            assert_eq!(gain != 0, counts, "a counted trade is worth something, any other nothing");
            *self.scores.entry(wallet).or_default() += gain;
            *self.credits.entry(wallet).or_default() += if counts { credit(amount_sats) } else { U256::ZERO };
        }
        let updates = receipt.logs.iter().filter(|log| BTRTrust::ScoreUpdated::decode_log(log).is_ok());
        assert_eq!(updates.count(), if counts { 2 } else { 0 });
        self.check(pair.0);
        self.check(pair.1);
        self.check_pair(pair);
    }

    fn check(&mut self, wallet: Address) {
        let core = self.chain.addresses.core;
        let held = self.chain.view(core, &BarterCore::getWalletCall { wallet }).unwrap();
        let of_wallet = |pairs: &BTreeMap<(Address, Address), u64>| -> Vec<u64> {
            pairs.iter().filter(|((a, b), _)| [*a, *b].contains(&wallet)).map(|(_, count)| *count).collect()
        };
        let settled = of_wallet(&self.settled);
        assert_eq!(held.score, U256::from(self.scores[&wallet]), "score of {wallet}");
        assert_eq!(held.creditEarned, self.credits[&wallet], "credit of {wallet}");
        assert_eq!(held.uniqueCounterparties, U256::from(settled.len()));
        assert_eq!(held.settled, U256::from(settled.iter().sum::<u64>()));
    }

    fn check_pair(&mut self, pair: (Address, Address)) {
        let trust = self.chain.addresses.trust;
        let call = BTRTrust::pairCountCall { walletA: pair.0, walletB: pair.1 };
        assert_eq!(self.chain.view(trust, &call).unwrap(), U256::from(self.counted[&pair]));
    }
}

/// Any amount a number of units makes a difference at, and its neighbours.
fn edges() -> Vec<u64> {
    let units = (0..41).map(|bit| 1 << bit).chain([2, 9, 10, 99, 100, 101].map(|root: u64| root * root));
    let units = units.chain([3, 99, 100, 101, 102, 1_449_136 * 1_449_136, 1_449_137 * 1_449_137]);
    let amounts = units.flat_map(|units| {
        // Today's logarithm is of one unit more.
        let below = (units - 1) * 1_000;
        [below.saturating_sub(1), below, below + 999, below + 1_000, below + 1_001]
    });
    let amounts = amounts.chain([1, 999, 1_000, 1_001, MAX_AMOUNT_SATS - 1, MAX_AMOUNT_SATS]);
    amounts.filter(|amount| (1..=MAX_AMOUNT_SATS).contains(amount)).collect()
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![
        prop::sample::select(edges()),
        (0..51_u32, any::<u64>()).prop_map(|(bits, any)| (any >> (63 - bits)).clamp(1, MAX_AMOUNT_SATS)),
    ]
}

/// Any parameters, but for a minimum that most amounts would miss.
fn parameters() -> impl Strategy<Value = Parameters> {
    let pair_cap = prop_oneof![3 => 1..8_u64, 1 => 8..1_u64 << 40];
    (pair_cap, prop::sample::select(Formula::ALL.to_vec()), 0..1_u64 << 20).prop_map(
        |(pair_cap, formula, proposal_lifetime_seconds)| Parameters {
            pair_cap,
            formula,
            minimum_sats: 1,
            proposal_lifetime_seconds,
        },
    )
}

proptest! {
    #![proptest_config(Config {
        cases: 64, rng_seed: RngSeed::Fixed(5), failure_persistence: None, ..Config::default()
    })]

    #[test]
    fn any_parameters_do_as_they_say(
        parameters in parameters(),
        trades in prop::collection::vec((0..4_u64, 1..4_u64, amount()), 1..40),
    ) {
        let mut market = Market::new(parameters);
        for (from, step, amount_sats) in trades {
            market.trade(wallet(from), wallet((from + step) % 4), amount_sats);
        }
    }

    #[test]
    fn any_parameters_are_read_as_they_are_written(parameters in parameters()) {
        let text = serde_json::to_string(&parameters).unwrap();
        prop_assert_eq!(serde_json::from_str::<Parameters>(&text).unwrap(), parameters);
    }
}

#[test]
fn every_formula_is_the_bytecodes_at_its_edges() {
    for formula in Formula::ALL {
        let mut market = Market::new(Parameters { formula, minimum_sats: 1, ..Parameters::default() });
        // Two to vouch for the others: their scores are more than any trade is worth.
        for newcomer in 2..60 {
            market.trade(wallet(0), wallet(newcomer), 1_000_000_000);
            market.trade(wallet(1), wallet(newcomer), 1_000_000_000);
        }
        for (number, amount_sats) in (100..).zip(edges()) {
            market.trade(wallet(number % 2), wallet(number), amount_sats);
        }
    }
}

/// Worked out by hand.
#[test]
fn formulas_are_worth_what_their_documentation_says() {
    // Units 0, 1, 3, 4, 99, 100, 1,000,000; no trade of the pair before, and a counterparty beyond doubt.
    let amounts = [999, 1_999, 3_000, 4_000, 99_999, 100_000, 1_000_000_000];
    for (formula, expected) in [
        (Formula::Log2, [1, 2, 3, 3, 7, 7, 20]),
        (Formula::Flat, [1, 1, 1, 1, 1, 1, 1]),
        (Formula::SquareRoot, [1, 2, 2, 3, 10, 11, 1_001]),
        (Formula::Linear, [1, 1, 3, 4, 99, 100, 100]),
        (Formula::Halving, [1, 2, 3, 3, 7, 7, 20]),
        (Formula::Vouched, [1, 2, 3, 3, 7, 7, 20]),
    ] {
        let parameters = Parameters { formula, ..Parameters::default() };
        assert_eq!(amounts.map(|amount| parameters.score(amount, 0, 1_000)), expected, "{formula:?}");
    }
    let halving = Parameters { formula: Formula::Halving, pair_cap: 1 << 36, ..Parameters::default() };
    let before = [0, 1, 2, 3, 4, 5, 63, 64, 65, 256, 1 << 32];
    let worth = [20, 10, 5, 2, 1, 1, 1, 1, 1, 1, 1];
    assert_eq!(before.map(|counted| halving.score(1_000_000_000, counted, 0)), worth);
    let vouched = Parameters { formula: Formula::Vouched, ..Parameters::default() };
    assert_eq!(
        [0, 1, 18, 19, 20, u64::MAX].map(|score| vouched.score(1_000_000_000, 0, score)),
        [1, 2, 19, 20, 20, 20]
    );
}

#[test]
fn as_many_trades_of_a_pair_count_as_the_cap_says() {
    for formula in Formula::ALL {
        for pair_cap in [1, 2, 5, 9] {
            let mut market = Market::new(Parameters { pair_cap, formula, ..Parameters::default() });
            for number in 1..=pair_cap + 2 {
                // Both ways round: a pair is a pair.
                market.trade(wallet(number % 2), wallet(1 - number % 2), 50_000);
                assert_eq!(market.counted[&(wallet(0), wallet(1))], number.min(pair_cap));
            }
        }
    }
}

#[test]
fn the_smallest_trade_is_the_minimum() {
    for formula in Formula::ALL {
        for minimum in [1, 999, 1_000, 1_001, 50_000, (1 << 32) + 5, MAX_AMOUNT_SATS] {
            let mut market = Market::new(Parameters { minimum_sats: minimum, formula, ..Parameters::default() });
            market.trade(wallet(0), wallet(1), minimum);
            let refused = Error::AmountOutOfRange { amount_sats: minimum - 1, minimum, maximum: MAX_AMOUNT_SATS };
            assert_eq!(market.propose(wallet(0), wallet(1), minimum - 1), Err(ContractError::Refused(refused)));
        }
    }
}

#[test]
fn a_proposal_lives_through_its_last_second() {
    for formula in Formula::ALL {
        for lifetime in [0, 1, 59, 7 * 24 * 60 * 60, (1 << 20) - 1] {
            let mut market =
                Market::new(Parameters { proposal_lifetime_seconds: lifetime, formula, ..Parameters::default() });
            // Four states share a slot.
            let [first, in_time, too_late, last] =
                [(); 4].map(|()| market.propose(wallet(0), wallet(1), 50_000).unwrap().0);
            market.accept(wallet(1), first).unwrap();

            let expires_at = START + lifetime;
            market.chain.set_time(expires_at);
            assert_eq!(market.status(too_late), TradeStatus::Proposed);
            market.accept(wallet(1), in_time).unwrap();

            market.chain.set_time(expires_at + 1);
            let refused = Error::TradeExpired { trade_id: too_late, expires_at };
            assert_eq!(market.accept(wallet(1), too_late), Err(ContractError::Refused(refused)));
            assert_eq!([too_late, last].map(|id| market.status(id)), [TradeStatus::Expired; 2]);
            assert_eq!([first, in_time].map(|id| market.accepted_at(id)), [START, expires_at]);
            assert_eq!([first, in_time].map(|id| market.status(id)), [TradeStatus::Accepted; 2]);
        }
    }
}

#[test]
fn todays_are_the_committed_artifact() {
    let arbiter = Address::repeat_byte(0xaf);
    assert!(Parameters::default().is_todays());
    assert_eq!(Parameters::default().init_code(arbiter), *Deployment::new(arbiter, B256::ZERO).init_code());
}

#[test]
fn numbers_out_of_their_range_are_refused() {
    type Set = fn(&mut Parameters, u64);
    let cases: [(&str, Set, u64, u64); 3] = [
        ("pair_cap", |parameters, value| parameters.pair_cap = value, 1, 1_099_511_627_775),
        ("minimum_sats", |parameters, value| parameters.minimum_sats = value, 1, MAX_AMOUNT_SATS),
        ("proposal_lifetime_seconds", |parameters, value| parameters.proposal_lifetime_seconds = value, 0, 1_048_575),
    ];
    for (parameter, set, minimum, maximum) in cases {
        let with = |value| {
            let mut parameters = Parameters::default();
            set(&mut parameters, value);
            parameters
        };
        assert_eq!(with(minimum).validate(), Ok(()));
        assert_eq!(with(maximum).validate(), Ok(()));
        for value in minimum.checked_sub(1).into_iter().chain([maximum + 1, u64::MAX]) {
            let error = with(value).validate().unwrap_err();
            assert_eq!(error, ParametersError::OutOfRange { parameter, value, minimum, maximum });
            assert_eq!(error.to_string(), format!("{parameter} is {value}, expected {minimum} to {maximum}"));
        }
    }
}

#[test]
#[should_panic = "proposal_lifetime_seconds is 1048576, expected 0 to 1048575"]
fn refused_parameters_make_no_contracts() {
    Parameters { proposal_lifetime_seconds: 1 << 20, ..Parameters::default() }.init_code(Address::ZERO);
}

#[test]
fn parameters_are_read_from_toml() {
    assert_eq!(toml::from_str::<Parameters>("").unwrap(), Parameters::default());
    let text = "pair_cap = 1\nformula = \"square-root\"\nminimum_sats = 10\nproposal_lifetime_seconds = 60";
    let expected =
        Parameters { pair_cap: 1, formula: Formula::SquareRoot, minimum_sats: 10, proposal_lifetime_seconds: 60 };
    assert_eq!(toml::from_str::<Parameters>(text).unwrap(), expected);
    for (text, named) in [
        ("pair_count = 5", "pair_count"),
        ("formula = \"log10\"", "log10"),
        ("pair_cap = -1", "-1"),
        ("minimum_sats = 0.5", "0.5"),
    ] {
        let error = toml::from_str::<Parameters>(text).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}
