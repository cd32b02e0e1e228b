//! Operations from bytes: values that bytes hardly ever say by chance, and the rest, which is how structure gets into a
//! fuzzer's bytes.

use arbitrary::{Arbitrary, Unstructured};
use barter_protocol::limits::{MAX_AMOUNT_SATS, MIN_AMOUNT_SATS};

use super::{Amount, BatchLength, Duration, Form, Hidden, Items, Limit, Offset, PREIMAGES, Sequence, Texts, Times};
use crate::model::wallet::{Name, Target, WALLETS};

/// Longest sequence made of bytes: what a fuzzer writes must end.
const MAX_OPERATIONS: usize = 64;

impl Sequence {
    /// The sequence some bytes say: every byte string says one, and small changes of it make small changes here.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut bytes = Unstructured::new(bytes);
        // Where the bytes end, there are no further operations, so no failure is possible but the end.
        let has_arbiter = bytes.arbitrary().unwrap_or(true);
        let mut operations = Vec::new();
        while !bytes.is_empty() && operations.len() < MAX_OPERATIONS {
            let Ok(operation) = bytes.arbitrary() else { break };
            operations.push(operation);
        }
        Self { has_arbiter, operations }
    }
}

impl<'a> Arbitrary<'a> for Amount {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self(match bytes.arbitrary::<u8>()? {
            0..=31 => MIN_AMOUNT_SATS,
            32..=39 => MIN_AMOUNT_SATS - 1,
            40..=55 => MAX_AMOUNT_SATS,
            56..=63 => MAX_AMOUNT_SATS + 1,
            64..=71 => bytes.arbitrary()?,
            // Every order of magnitude alike.
            thousands => (1_000 << (thousands % 41)) + u64::from(bytes.arbitrary::<u16>()?),
        }))
    }
}

impl<'a> Arbitrary<'a> for Hidden {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self(bytes.arbitrary::<u8>()? % PREIMAGES))
    }
}

impl<'a> Arbitrary<'a> for Name {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        // Half of all are the first two, so that pairs reach their cap.
        let byte = bytes.arbitrary::<u8>()?;
        Ok(if byte < 128 { Self::new(byte % 2) } else { Self::new((byte - 128) % WALLETS) })
    }
}

impl<'a> Arbitrary<'a> for Target {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        if bytes.ratio(1, 16)? { Ok(Self::Nobody) } else { bytes.arbitrary().map(Self::Wallet) }
    }
}

impl<'a> Arbitrary<'a> for Texts {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        const CATEGORIES: [usize; 4] = [0, 13, 32, 33];
        const DESCRIPTIONS: [usize; 8] = [0, 1, 31, 32, 51, 199, 200, 201];
        let choice = usize::from(bytes.arbitrary::<u8>()?);
        let category = CATEGORIES[choice % CATEGORIES.len()];
        let description = DESCRIPTIONS[choice / CATEGORIES.len() % DESCRIPTIONS.len()];
        Ok(Self { category: "c".repeat(category), description: "d".repeat(description) })
    }
}

impl<'a> Arbitrary<'a> for Items {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let count = bytes.arbitrary::<u8>()? % 3 + 1;
        (0..count).map(|_| bytes.arbitrary()).collect::<Result<_, _>>().map(Self)
    }
}

impl<'a> Arbitrary<'a> for Form {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        const LENGTHS: [u8; 6] = [0, 1, 32, 63, 65, 66];
        let choice = bytes.arbitrary::<u8>()?;
        Ok(match choice % 16 {
            0..=6 => Self::Full,
            7..=9 => Self::Compact,
            10..=12 => Self::Mirrored,
            13 => Self::OtherDeadline,
            _ => Self::Noise(LENGTHS[usize::from(choice / 16) % LENGTHS.len()]),
        })
    }
}

impl<'a> Arbitrary<'a> for BatchLength {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        bytes.choose(&[0, 100, 101]).copied().map(Self)
    }
}

impl<'a> Arbitrary<'a> for Limit {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        bytes.choose(&[1, 2, 3, 5, 500, 0, 501, u16::MAX]).copied().map(Self)
    }
}

impl<'a> Arbitrary<'a> for Duration {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        // Every order of magnitude alike, up to a century.
        let shift = bytes.arbitrary::<u8>()? % 32;
        Ok(Self(u64::from(bytes.arbitrary::<u32>()? >> shift)))
    }
}

impl<'a> Arbitrary<'a> for Times {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self(bytes.arbitrary::<u8>()? % 6 + 1))
    }
}

impl<'a> Arbitrary<'a> for Offset {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        bytes.choose(&[-1, 0, 1]).copied().map(Self)
    }
}
