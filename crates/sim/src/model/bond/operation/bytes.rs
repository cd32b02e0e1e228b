//! Operations on bonds from bytes: mostly what can succeed, as bytes that say nothing in particular would not.

use arbitrary::{Arbitrary, Unstructured};

use crate::model::{
    operation::Deadline,
    wallet::{Name, Target},
};

use super::{
    BondOperation, BondSequence, Claim, Dispute, Duration, Fee, Flaw, Hub, Many, Money, Numbers, Offset, Owner, Part,
    Pick, Place, Provider, Setup, Share, Signing, To, Verdict,
};

/// Longest sequence made of bytes: what a fuzzer writes must end.
const MAX_OPERATIONS: usize = 64;

impl BondSequence {
    /// The sequence some bytes say: every byte string says one, and small changes of it make small changes here.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut bytes = Unstructured::new(bytes);
        let setup = bytes.arbitrary().unwrap_or(Setup { numbers: Numbers::Usual, is_strange: false });
        let mut operations = Vec::new();
        while !bytes.is_empty() && operations.len() < MAX_OPERATIONS {
            let Ok(operation) = bytes.arbitrary() else { break };
            operations.push(operation);
        }
        Self { setup, operations }
    }
}

impl<'a> Arbitrary<'a> for BondOperation {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        macro_rules! with {
            ($variant:ident; $($field:ident),+) => {{
                $(let $field = bytes.arbitrary()?;)+
                Self::$variant($($field),+)
            }};
        }
        Ok(match bytes.arbitrary::<u8>()? % 128 {
            0..=2 => with!(Wait; seconds),
            3..=12 => with!(WaitFor; moment, offset),
            13..=19 => with!(Stake; provider, hub, money, fee),
            20..=24 => with!(TopUp; caller, provider, money, fee),
            25..=31 => with!(Unbond; provider, part),
            32..=39 => with!(Withdraw; owner, when, to, fee),
            40..=48 => with!(File; caller, claim, signing, money, fee),
            49..=57 => with!(Rule; dispute, verdict, panel),
            58..=66 => with!(Overturn; dispute, verdict, panel),
            67..=73 => with!(Execute; dispute, when),
            74..=84 => with!(Case; claim, share, until),
            85..=91 => with!(TakeOut; owner, to, fee),
            92..=94 => with!(Anchor; oracle, growth, root),
            95..=100 => with!(Trade; place, stage, wallets),
            101..=107 => {
                let deadline = sound(bytes, Deadline::Never)?;
                Self::RuleTrade(
                    bytes.arbitrary()?,
                    bytes.arbitrary()?,
                    bytes.arbitrary()?,
                    deadline,
                    bytes.arbitrary()?,
                )
            }
            108..=115 => {
                let deadline = sound(bytes, Deadline::Never)?;
                Self::OverturnTrade(
                    bytes.arbitrary()?,
                    bytes.arbitrary()?,
                    bytes.arbitrary()?,
                    deadline,
                    bytes.arbitrary()?,
                )
            }
            116..=119 => with!(ExecuteTrade; place, trade, when),
            120..=121 => with!(Settle; trade),
            122..=124 => with!(Ask; is_overturn, panel),
            125..=126 => with!(Allow; wallet, money),
            _ => with!(Lose; wallet, money),
        })
    }
}

impl<'a> Arbitrary<'a> for Provider {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        // Alice and Bob, and sometimes the vault, which is a contract, or anybody.
        let byte = bytes.arbitrary::<u8>()?;
        Ok(Self(match byte {
            0..=119 => Name::ALICE,
            120..=199 => Name::BOB,
            200..=239 => Name::VAULT,
            _ => Name::new(byte),
        }))
    }
}

impl<'a> Arbitrary<'a> for Owner {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 8 {
            0..=5 => Self::Entitled(bytes.arbitrary()?),
            _ => Self::Wallet(bytes.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for Claim {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let provider = bytes.arbitrary()?;
        // Carol and Dave, and sometimes the safe, which is a contract, or anybody, or nobody.
        let consumer = match bytes.arbitrary::<u8>()? {
            0..=99 => Name::CAROL.into(),
            100..=199 => Name::DAVE.into(),
            200..=229 => Name::SAFE.into(),
            230..=233 => Target::Nobody,
            byte => Name::new(byte).into(),
        };
        let outcome = bytes.arbitrary::<u8>()? % 8;
        Ok(Self { provider, consumer, outcome, deadline: sound(bytes, Deadline::Never)? })
    }
}

impl<'a> Arbitrary<'a> for Verdict {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self { share: bytes.arbitrary()?, deadline: sound(bytes, Deadline::Never)? })
    }
}

impl<'a> Arbitrary<'a> for Signing {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            13 => Self { by: bytes.arbitrary().map(Some)?, ..Self::SOUND },
            14 => Self { form: bytes.arbitrary()?, ..Self::SOUND },
            15 => Self { over: bytes.arbitrary()?, ..Self::SOUND },
            _ => Self::SOUND,
        })
    }
}

impl<'a> Arbitrary<'a> for Money {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 32 {
            0..=12 => Self::Enough,
            13..=17 => Self::Few(bytes.arbitrary()?),
            18..=23 => Self::Some(bytes.arbitrary()?),
            24 => Self::Nothing,
            25..=26 => Self::OneLess,
            27 => Self::Everything,
            28 => Self::OneMore,
            29..=30 => Self::Largest,
            _ => Self::TooLarge,
        })
    }
}

impl<'a> Arbitrary<'a> for Fee {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=9 => Self::None,
            10..=12 => Self::Some(bytes.arbitrary()?),
            13 => Self::All,
            _ => Self::Beyond,
        })
    }
}

impl<'a> Arbitrary<'a> for Part {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=6 => Self::Half,
            7..=9 => Self::One,
            10..=12 => Self::All,
            13 => Self::Nothing,
            14 => Self::OneMore,
            _ => Self::TooLarge,
        })
    }
}

impl<'a> Arbitrary<'a> for To {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=8 => Self::Caller,
            9..=11 => Self::Another(bytes.arbitrary()?),
            12 => Self::Another(Target::Nobody),
            _ => Self::Contract,
        })
    }
}

impl<'a> Arbitrary<'a> for Place {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=10 => Self::Ours,
            11..=13 => Self::Other,
            14 => Self::Token,
            _ => Self::Nowhere,
        })
    }
}

impl<'a> Arbitrary<'a> for Dispute {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        bytes.arbitrary().map(Self)
    }
}

impl<'a> Arbitrary<'a> for Pick {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=10 => Self::Fitting(bytes.arbitrary::<u8>()? % 4),
            11..=14 => Self::Any(bytes.arbitrary()?),
            _ => Self::Unknown,
        })
    }
}

impl<'a> Arbitrary<'a> for Hub {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=11 => Self::Ordinary,
            12..=13 => Self::Longest,
            14 => Self::TooLong,
            _ => Self::Empty,
        })
    }
}

impl<'a> Arbitrary<'a> for Share {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=5 => Self::Most,
            6..=8 => Self::Some(bytes.arbitrary()?),
            9..=11 => Self::Nothing,
            12 => Self::Least,
            13 => Self::OneMore,
            14 => Self::All,
            _ => Self::Wrapped,
        })
    }
}

impl<'a> Arbitrary<'a> for Many {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=9 => Self::Enough,
            10..=12 => Self::All,
            13..=14 => Self::TooFew,
            _ => Self::Nobody,
        })
    }
}

impl<'a> Arbitrary<'a> for Flaw {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 24 {
            16 => Self::Swapped,
            17 => Self::Twice(bytes.arbitrary()?),
            18 => Self::Stranger(bytes.arbitrary()?),
            19 => Self::Forged(bytes.arbitrary()?, bytes.arbitrary()?),
            20..=21 => Self::Over(bytes.arbitrary()?, bytes.arbitrary()?),
            22..=23 => Self::Form(bytes.arbitrary()?, bytes.arbitrary()?),
            _ => Self::None,
        })
    }
}

impl<'a> Arbitrary<'a> for Duration {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        // Every order of magnitude alike, up to a century.
        let shift = bytes.arbitrary::<u8>()? % 32;
        Ok(Self(u64::from(bytes.arbitrary::<u32>()? >> shift)))
    }
}

impl<'a> Arbitrary<'a> for Offset {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        bytes.choose(&[0, -1, 1]).copied().map(Self)
    }
}

/// Mostly the one that lets a call succeed.
fn sound<'a, T: Arbitrary<'a>>(bytes: &mut Unstructured<'a>, usual: T) -> arbitrary::Result<T> {
    if bytes.arbitrary::<u8>()? % 8 < 6 { Ok(usual) } else { bytes.arbitrary() }
}
