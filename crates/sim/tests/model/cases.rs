//! How many random cases, and which.

use std::{cell::RefCell, fmt::Debug};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngSeed, TestCaseResult, TestError, TestRunner},
};

/// What every run starts from, unless the environment says otherwise.
const SEED: u64 = 0x0BA2_7E12;

/// Attempts at making a failing case smaller. Few, because a sequence of calls takes long to run: once its calls are small,
/// `Sequence::shortest_failure` leaves out in seconds what its failure does not need.
const SHRINKING: u32 = 256;

/// Environment variables that change what is run.
pub(crate) const CASES_VARIABLE: &str = "PROPTEST_CASES";
pub(crate) const SEED_VARIABLE: &str = "PROPTEST_RNG_SEED";

/// Random cases of a test that one of them failed.
pub(crate) struct Failed<T> {
    /// The smallest that was found, and why.
    pub(crate) error: TestError<T>,
    /// How to get it again.
    pub(crate) again: String,
}

/// Runs `count` random cases of a test, unless the environment says how many.
pub(crate) fn cases<S: Strategy<Value: Debug>>(count: u32, strategy: &S, test: impl FnMut(S::Value) -> TestCaseResult) {
    if let Err(Failed { error, again }) = try_cases(count, strategy, test) {
        panic!("{error}\n{again}");
    }
}

/// The same, where a failure is to be told in another way.
pub(crate) fn try_cases<S: Strategy<Value: Debug>>(
    count: u32,
    strategy: &S,
    test: impl FnMut(S::Value) -> TestCaseResult,
) -> Result<(), Failed<S::Value>> {
    let mut config = Config { failure_persistence: None, max_shrink_iters: SHRINKING, ..Config::default() };
    if std::env::var_os(CASES_VARIABLE).is_none() {
        config.cases = count;
    }
    if std::env::var_os(SEED_VARIABLE).is_none() {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed.to_string(),
        RngSeed::Random => "as the environment has it".to_owned(),
    };
    let again = format!("Again: {SEED_VARIABLE}={seed} {CASES_VARIABLE}={}", config.cases);
    let test = RefCell::new(test);
    let ran = TestRunner::new(config).run(strategy, |value| (test.borrow_mut())(value));
    ran.map_err(|error| Failed { error, again })
}
