//! Any bytes as a sequence of calls, on the bytecode and on the ledger: see `barter_sim::model`.

#![no_main]

use barter_sim::model::Sequence;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(failure) = Sequence::from_bytes(bytes).shortest_failure() {
        panic!("{failure}");
    }
});
