//! A compiled variant of the contracts, and writing numbers into it.
//!
//! `tools/variants` made it, and has checked that the compiler left each marker whole: always the 32 bytes of a `PUSH32`,
//! and never part of anything else.

use alloy_primitives::hex::{self, FromHex};
use serde::Deserialize;

use super::Formula;

/// The opcode before each marker.
const PUSH32: u8 = 0x7f;
const WORD: usize = 32;

/// What to write.
pub(super) struct Values {
    pub(super) pair_cap: u64,
    pub(super) minimum_sats: u64,
    pub(super) proposal_lifetime_seconds: u64,
}

/// The creation code of `BarterCore`, which contains both tokens', and the markers in it.
#[derive(Deserialize)]
pub(super) struct Variant {
    markers: Markers,
    bytecode: String,
}

/// Each 32 bytes, in hexadecimal.
#[derive(Deserialize)]
struct Markers {
    pair_cap: String,
    minimum_sats: String,
    proposal_lifetime_seconds: String,
}

impl Variant {
    /// The committed one with this formula.
    pub(super) fn of(formula: Formula) -> Result<Self, VariantError> {
        Ok(serde_json::from_str(match formula {
            Formula::Log2 => include_str!("../../artifacts/log2.json"),
            Formula::Flat => include_str!("../../artifacts/flat.json"),
            Formula::SquareRoot => include_str!("../../artifacts/square-root.json"),
            Formula::Linear => include_str!("../../artifacts/linear.json"),
            Formula::Halving => include_str!("../../artifacts/halving.json"),
            Formula::Vouched => include_str!("../../artifacts/vouched.json"),
        })?)
    }

    /// The code with these values in the markers' places.
    pub(super) fn patched(&self, values: &Values) -> Result<Vec<u8>, VariantError> {
        let mut code = hex::decode(&self.bytecode)?;
        patch(&mut code, &self.markers.pair_cap, values.pair_cap)?;
        patch(&mut code, &self.markers.minimum_sats, values.minimum_sats)?;
        patch(&mut code, &self.markers.proposal_lifetime_seconds, values.proposal_lifetime_seconds)?;
        Ok(code)
    }
}

/// Writes a value wherever the marker is pushed. The length of the code, and with it every jump, stays the same.
fn patch(code: &mut [u8], marker: &str, value: u64) -> Result<(), VariantError> {
    let mut push = [PUSH32; 1 + WORD];
    push[1..].copy_from_slice(&<[u8; WORD]>::from_hex(marker)?);
    let windows = code.windows(push.len()).enumerate();
    let places: Vec<usize> = windows.filter(|(_, window)| *window == push).map(|(place, _)| place).collect();
    if places.is_empty() {
        return Err(VariantError::NoMarker { marker: marker.to_owned() });
    }
    push[1..].fill(0);
    push[1 + WORD - size_of::<u64>()..].copy_from_slice(&value.to_be_bytes());
    for place in places {
        code[place..place + push.len()].copy_from_slice(&push);
    }
    Ok(())
}

/// What is wrong with a variant.
#[derive(Debug, thiserror::Error)]
pub(super) enum VariantError {
    /// Not the file `tools/variants` writes.
    #[error("it is no variant as tools/variants writes it")]
    Unreadable(#[from] serde_json::Error),
    /// Bytecode or marker not in hexadecimal.
    #[error("it holds something else than hexadecimal where code or a marker should be")]
    NotHexadecimal(#[from] hex::FromHexError),
    /// A number that could not be set.
    #[error("the marker {marker} is nowhere pushed in its code")]
    NoMarker {
        /// The marker.
        marker: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values = Values { pair_cap: 7, minimum_sats: u64::MAX, proposal_lifetime_seconds: 0 };

    fn word(value: u64) -> [u8; WORD] {
        let mut word = [0; WORD];
        word[WORD - 8..].copy_from_slice(&value.to_be_bytes());
        word
    }

    fn variant(code: &[u8]) -> Variant {
        let marker = |byte| hex::encode([byte; WORD]);
        let markers = Markers { pair_cap: marker(1), minimum_sats: marker(2), proposal_lifetime_seconds: marker(3) };
        Variant { markers, bytecode: hex::encode_prefixed(code) }
    }

    #[test]
    fn values_replace_every_marker_and_nothing_else() {
        let code = |[one, two, three]: [[u8; WORD]; 3]| {
            let pieces: [&[u8]; 10] = [
                &[0x5f, PUSH32],
                &one,
                // Pushed one after the other, and by an odd number of bytes.
                &[PUSH32],
                &two,
                &[PUSH32],
                &two,
                &[0x60, 0x01, 0x50, PUSH32],
                &three,
                // Not pushed: somebody's data.
                &[0x00],
                &[1; WORD],
            ];
            pieces.concat()
        };
        let patched = variant(&code([[1; WORD], [2; WORD], [3; WORD]])).patched(&VALUES).unwrap();
        assert_eq!(patched, code([word(7), word(u64::MAX), word(0)]));
    }

    #[test]
    fn code_without_a_marker_is_refused() {
        let push = |byte| [[PUSH32].as_slice(), &[byte; WORD]].concat();
        let not_pushed = [[0x73].as_slice(), &[3; WORD]].concat();
        let cut_off = push(3)[..WORD].to_vec();
        for third in [Vec::new(), not_pushed, cut_off] {
            let error = variant(&[push(1), push(2), third].concat()).patched(&VALUES).unwrap_err();
            let VariantError::NoMarker { marker } = &error else { panic!("{error:?}") };
            assert_eq!(*marker, hex::encode([3; WORD]));
            assert!(error.to_string().contains(marker), "{error}");
        }
    }

    #[test]
    fn what_is_not_hexadecimal_is_refused() {
        let mut broken = variant(&[]);
        broken.bytecode = "0x6z".to_owned();
        assert!(matches!(broken.patched(&VALUES), Err(VariantError::NotHexadecimal(_))));
    }

    #[test]
    fn every_committed_variant_takes_values() {
        for formula in Formula::ALL {
            let variant = Variant::of(formula).unwrap();
            let patched = hex::encode(variant.patched(&VALUES).unwrap());
            let Markers { pair_cap, minimum_sats, proposal_lifetime_seconds } = &variant.markers;
            for marker in [pair_cap, minimum_sats, proposal_lifetime_seconds] {
                assert!(!patched.contains(marker.trim_start_matches("0x")), "{formula:?} keeps {marker}");
            }
        }
    }
}
