//! What wallets may try with bonds, in any order. Picks are relative to the world they meet, so that any sequence can run and
//! most of what is tried can succeed.

mod bytes;

use arbitrary::Arbitrary;

use crate::model::{
    operation::{Deadline, Form},
    wallet::{Name, Target},
};

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
    Withdraw(Owner, When, To, Fee),
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

/// Whose money is to be paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// One of those there is something for, if there is any.
    Entitled(u8),
    /// This wallet.
    Wallet(Name),
}

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
    /// More than there is.
    Beyond,
}

/// How much of an active bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
