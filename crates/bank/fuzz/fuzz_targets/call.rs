//! Any bytes as a call to a bank that is served.

#![no_main]

#[path = "../../tests/fuzzed/mod.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    _ = fuzzed::call::check(bytes);
});
