//! Any bytes as commands of people of whom some lie.

#![no_main]

#[path = "../../tests/ledger_world/mod.rs"]
mod ledger_world;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    _ = ledger_world::crowd::Crowd::of(bytes);
});
