//! What wallets may try with bonds, in any order. Picks are relative to the world they meet, so that any sequence can run and
//! most of what is tried can succeed.

use arbitrary::{Arbitrary, Unstructured};

use crate::model::{
    operation::{Deadline, Form},
    wallet::{Name, Target},
};

/// Longest sequence made of bytes: what a fuzzer writes must end.
const MAX_OPERATIONS: usize = 64;

/// A deployment and what is tried with it, in order. Prints as a numbered list.
#[derive(Clone, PartialEq, Eq)]
pub struct BondSequence {
    /// The deployment.
    pub setup: Setup,
    /// What is tried.
    pub operations: Vec<BondOperation>,
}

/// Which numbers the contracts are deployed with, and which token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub struct Setup {
    /// The numbers.
    pub numbers: Numbers,
    /// Whether the token is a strange one: returns nothing, takes fees, and is there in any amount. Else it is a `TestDollar`.
    pub is_strange: bool,
}

/// Numbers of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Numbers {
    /// The usual ones, with 2 of 3 auditors to rule and 3 to overturn.
    Usual,
    /// Small ones: 1 of 2 auditors, a dispute may take all, and everything is a matter of seconds.
    Small,
    /// No deposit, no minimum, an odd share, a window that outlasts the time to rule; 2 of 5 auditors to rule, 4 to overturn.
    Odd,
    /// A deposit as large as the bond.
    Dear,
}

/// One thing tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BondOperation {
    /// Some time passes.
    Wait(Duration),
    /// Time passes until some moment, or a second off it.
    WaitFor(Moment, Offset),
    /// A first stake.
    Stake(Provider, Hub, Money, Fee),
    /// Somebody adds to a provider's bond.
    TopUp(Name, Provider, Money, Fee),
    /// Money starts leaving.
    Unbond(Provider, Part),
    /// Money that left is taken out, when it is free or at once.
    Withdraw(Provider, When, To, Fee),
    /// A dispute is filed by somebody.
    File(Name, Claim, Signing, Money, Fee),
    /// The auditors rule.
    Rule(Dispute, Verdict, Panel),
    /// The auditors replace a ruling.
    Overturn(Dispute, Verdict, Panel),
    /// A dispute ends, when it can or at once.
    Execute(Dispute, When),
    /// A dispute taken some way at once, its provider staking first where it must, so that there is always one to go on with.
    Case(Claim, Share, Until),
    /// Somebody takes what is its own.
    TakeOut(Owner, To, Fee),
    /// The state of a log is put on record.
    Anchor(Name, Growth, u8),
    /// A trade of two wallets, taken some way.
    Trade(Place, Stage, u8),
    /// The auditors rule on a trade.
    RuleTrade(Place, Pick, Fault, Deadline, Panel),
    /// The auditors replace a ruling on a trade.
    OverturnTrade(Place, Pick, Fault, Deadline, Panel),
    /// A ruling on a trade takes effect, when it can or at once.
    ExecuteTrade(Place, Pick, When),
    /// The payer of a trade settles it.
    Settle(Pick),
    /// The quorum is asked itself whether enough signed: to overturn, or to rule.
    Ask(bool, Panel),
    /// A wallet allows the bond contract to take so much and no more.
    Allow(Name, Money),
    /// Somebody sends the bond contract money by mistake.
    Lose(Name, Money),
}

/// A provider: mostly one of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider(pub Name);

/// Who may have something to claim: providers, consumers, filers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(pub Name);

/// A hub's URL by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hub {
    /// An ordinary one.
    Ordinary,
    /// Of 200 bytes.
    Longest,
    /// Of 201 bytes.
    TooLong,
    /// None.
    Empty,
}

/// How much money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// What it takes: the least deposit, or the least bond and some more.
    Enough,
    /// One base unit less than it takes.
    OneLess,
    /// Some, up to what 16 bits hold.
    Few(u16),
    /// Some, up to what 32 bits hold.
    Some(u32),
    /// None.
    Nothing,
    /// All the wallet has.
    Everything,
    /// One base unit more than the wallet has.
    OneMore,
    /// 2^128 - 1 base units.
    Largest,
    /// 2^128 base units.
    TooLarge,
}

/// What a strange token takes of a transfer to the contract, or beside one from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fee {
    /// Nothing.
    None,
    /// So little.
    Some(u8),
    /// All of it.
    All,
}

/// How much of an active bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Part {
    /// Half.
    Half,
    /// One base unit.
    One,
    /// All of it.
    All,
    /// Nothing.
    Nothing,
    /// One base unit more than all.
    OneMore,
    /// 2^128 base units.
    TooLarge,
}

/// Who is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The caller.
    Caller,
    /// Another wallet, or nobody.
    Another(Target),
    /// The bond contract.
    Contract,
}

/// What a complaint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose bond.
    pub provider: Provider,
    /// Who complains.
    pub consumer: Target,
    /// One of few outcomes.
    pub outcome: u8,
    /// Until when it can be filed.
    pub deadline: Deadline,
}

/// How a complaint is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signing {
    /// By whom, if not by the consumer.
    pub by: Option<Name>,
    /// How.
    pub form: Form,
    /// Over what.
    pub over: Over,
}

impl Signing {
    /// As it must be.
    pub const SOUND: Self = Self { by: None, form: Form::Full, over: Over::This };
}

/// What a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Over {
    /// What it is brought for.
    This,
    /// The same with another deadline.
    OtherDeadline,
    /// The same of another subject: outcome, dispute, trade.
    OtherSubject,
    /// The same with another verdict, or other evidence.
    OtherVerdict,
    /// The same text in the other kind: to overturn rather than to rule, or to rule rather than to overturn.
    OtherKind,
    /// The same for another contract.
    OtherContract,
    /// The same for another chain.
    OtherChain,
}

/// Which dispute. Indices count what is there, and start again at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispute(pub Pick);

/// Which of those there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The newest in the status the call needs, if there is one, or one before it; else any.
    Fitting(u8),
    /// Any, in their order.
    Any(u8),
    /// One that there is not.
    Unknown,
}

/// What a ruling says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it takes.
    pub share: Share,
    /// Until when its signatures count.
    pub deadline: Deadline,
}

/// What a ruling takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// The most.
    Most,
    /// Some, of the most.
    Some(u8),
    /// Nothing: it dismisses.
    Nothing,
    /// 1 ppm.
    Least,
    /// 1 ppm more than the most.
    OneMore,
    /// All, which is mostly too much.
    All,
    /// 2^32 ppm more than 1.
    Wrapped,
}

/// The auditors' signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub struct Panel {
    /// Which auditor is the first to sign.
    pub first: u8,
    /// How many sign.
    pub many: Many,
    /// What is wrong.
    pub flaw: Flaw,
}

impl Panel {
    /// As it must be.
    pub const SOUND: Self = Self { first: 0, many: Many::Enough, flaw: Flaw::None };
}

/// How many auditors sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// As many as it takes.
    Enough,
    /// All.
    All,
    /// One fewer than it takes.
    TooFew,
    /// None.
    Nobody,
}

/// What is wrong with auditors' signatures. Indices start again at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// The first two are swapped.
    Swapped,
    /// One is there twice.
    Twice(u8),
    /// One of no auditor is among them.
    Stranger(Target),
    /// One is another wallet's.
    Forged(u8, Name),
    /// One covers something else.
    Over(u8, Over),
    /// One is written in another form.
    Form(u8, Form),
}

/// How far a dispute is taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Until {
    /// Filed.
    Filed,
    /// Ruled on.
    Ruled,
    /// Overturned, to the contrary.
    Overturned,
    /// Ended by its ruling.
    Ended,
}

/// Leaves of a log to anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Growth {
    /// So many more than the last time.
    More(u16),
    /// As many.
    Same,
    /// None.
    Nothing,
    /// 2^128 - 1.
    Largest,
    /// 2^128.
    TooLarge,
}

/// Which `BarterCore`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one whose arbiter the quorum is; of a trade, where it is.
    Ours,
    /// One without an arbiter; of a trade, where it is not.
    Other,
    /// No `BarterCore`, but the token.
    Token,
    /// No contract at all.
    Nowhere,
}

/// Whose fault it is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Fault {
    /// Nobody's: it dismisses.
    Nobody,
    /// The proposer's.
    PartyA,
    /// The counterparty's.
    PartyB,
    /// This wallet's.
    Wallet(Name),
}

/// When something begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Moment {
    /// Money that is leaving is free.
    Release(Provider),
    /// The last second for a ruling.
    LastToRule(u8),
    /// A ruling can be executed.
    Executable(u8),
    /// A ruling on a trade can be executed.
    TradeExecutable(u8),
}

/// When something is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum When {
    /// Once it is possible.
    Due,
    /// Now.
    AtOnce,
}

/// How far a trade is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Stage {
    /// Accepted, and disputed by its payer.
    Disputed,
    /// Disputed, and ruled on.
    Ruled,
    /// Accepted.
    Accepted,
}

/// Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub u64);

/// A second before, at, or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset(pub i8);

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
            32..=37 => with!(Withdraw; provider, when, to, fee),
            38..=47 => with!(File; caller, claim, signing, money, fee),
            48..=57 => with!(Rule; dispute, verdict, panel),
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
        let names = [Name::ALICE, Name::BOB, Name::CAROL, Name::DAVE, Name::SAFE];
        let byte = bytes.arbitrary::<u8>()?;
        Ok(Self(names.get(usize::from(byte % 8)).copied().unwrap_or(Name::new(byte / 8))))
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
            0..=10 => Self::None,
            11..=14 => Self::Some(bytes.arbitrary()?),
            _ => Self::All,
        })
    }
}

impl<'a> Arbitrary<'a> for To {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? % 16 {
            0..=10 => Self::Caller,
            11..=14 => Self::Another(bytes.arbitrary()?),
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
