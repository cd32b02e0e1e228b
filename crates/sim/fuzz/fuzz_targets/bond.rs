//! Any bytes as a sequence of calls about bonds, on the bytecode and on the values: see `barter_sim::model::bond`.

#![no_main]

use barter_sim::model::bond::BondSequence;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(failure) = BondSequence::from_bytes(bytes).shortest_failure() {
        panic!("{failure}");
    }
});
