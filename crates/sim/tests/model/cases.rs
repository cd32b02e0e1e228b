//! How many random cases, and which.

use std::{cell::RefCell, fmt::Debug};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngSeed, TestCaseResult, TestRunner},
};

/// What every run starts from, unless the environment says otherwise.
const SEED: u64 = 0x0BA2_7E12;

/// Environment variables that change what is run.
pub(crate) const CASES_VARIABLE: &str = "PROPTEST_CASES";
pub(crate) const SEED_VARIABLE: &str = "PROPTEST_RNG_SEED";

/// Runs `count` random cases of a test, unless the environment says how many. A failure is shrunk, and says how to get it
/// again.
pub(crate) fn cases<S: Strategy<Value: Debug>>(count: u32, strategy: &S, test: impl FnMut(S::Value) -> TestCaseResult) {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os(CASES_VARIABLE).is_none() {
        config.cases = count;
    }
    if std::env::var_os(SEED_VARIABLE).is_none() {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    let (seed, cases) = (config.rng_seed, config.cases);
    let test = RefCell::new(test);
    if let Err(failure) = TestRunner::new(config).run(strategy, |value| (test.borrow_mut())(value)) {
        let seed = match seed {
            RngSeed::Fixed(seed) => seed.to_string(),
            RngSeed::Random => "as the environment has it".to_owned(),
        };
        panic!("{failure}\nAgain: {SEED_VARIABLE}={seed} {CASES_VARIABLE}={cases}");
    }
}
