//! What must hold whatever bytes come: each function takes any, and panics where it does not. A fuzzer calls them (crates/bank/fuzz), and
//! a test with what the fuzzer found worth keeping.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test; each target uses one"
)]

pub(crate) mod amount;
pub(crate) mod call;
pub(crate) mod document;
pub(crate) mod invitation;
pub(crate) mod plan;

use barter_bank::document::{Hash, SecretKey};

/// Most bytes that an error may have, whatever it is about.
const MAX_ERROR: usize = 1_200;

pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// One sentence for one line of a terminal or a log, however long and strange what it is about.
fn check_error(error: &impl ToString) {
    let text = error.to_string();
    assert!(text.len() <= MAX_ERROR, "an error of {} bytes: {text}", text.len());
    assert!(!text.is_empty() && !text.contains(char::is_control), "not one line: {text:?}");
}

/// A text with one byte changed, a few times over: which, follows from the text. What is no UTF-8 any more is left out.
fn changed(text: &str) -> impl Iterator<Item = String> {
    let dice = *Hash::of(text.as_bytes()).as_bytes();
    (0..8).filter_map(move |throw| {
        let [high, low, by, _] = dice[throw * 4..throw * 4 + 4] else { return None };
        let mut bytes = text.as_bytes().to_vec();
        let place = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
        bytes[place] ^= by.clamp(1, 0x7f) & 0x7f;
        String::from_utf8(bytes).ok().filter(|changed| changed != text)
    })
}
