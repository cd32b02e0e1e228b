//! What wallets may try, in any order. Picks are relative to the world they meet, so that any sequence can run and most of
//! what is tried can succeed.

use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use barter_protocol::TradeStatus;

use super::wallet::{Name, Target, WALLETS};

/// Longest sequence made of bytes: what a fuzzer writes must end.
pub const MAX_OPERATIONS: usize = 64;

/// Preimages there are, few enough for pairs to use some twice.
pub const PREIMAGES: u8 = 40;

/// A world and what is tried in it, in order. Prints as a numbered list.
#[derive(Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Whether somebody may rule on disputes.
    pub has_arbiter: bool,
    /// What is tried.
    pub operations: Vec<Operation>,
}

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

/// One thing tried.
#[derive(Clone, PartialEq, Eq, Arbitrary)]
pub enum Operation {
    /// A proposal, by its payer or its payee.
    Propose(Draft),
    /// Proposed and accepted at once, with the counterparty's signature.
    Open {
        /// The trade.
        draft: Draft,
        /// Who sends it.
        caller: Who,
        /// The counterparty's signature.
        signing: Signing,
    },
    /// Accepting.
    Accept {
        /// Which trade.
        trade: Pick,
        /// Who sends it.
        caller: Who,
    },
    /// Settling, as the payer should.
    Settle {
        /// Which trade.
        trade: Pick,
        /// Who sends it.
        caller: Who,
        /// What is shown.
        preimage: Shown,
    },
    /// Settling with the payer's signature.
    SettleBySignature {
        /// Who sends it.
        caller: Name,
        /// Which trade.
        trade: Pick,
        /// What is shown.
        preimage: Shown,
        /// The payer's signature.
        signing: Signing,
    },
    /// Settling up to three trades in one call.
    SettleBatch {
        /// Who sends it.
        caller: Who,
        /// The settlements.
        items: Items,
    },
    /// A batch of so many settlements of a trade that does not exist.
    BatchOfLength(BatchLength),
    /// Disputing.
    Dispute {
        /// Which trade.
        trade: Pick,
        /// Who sends it.
        caller: Who,
    },
    /// Ruling that there was no reason to dispute.
    Dismiss {
        /// Which trade.
        trade: Pick,
        /// Who sends it.
        caller: Who,
    },
    /// Ruling that a party is at fault.
    Uphold {
        /// Which trade.
        trade: Pick,
        /// Who sends it.
        caller: Who,
        /// Whose fault it is said to be.
        at_fault: Who,
    },
    /// Withdrawing a signature: over anything, or over a settlement of one's own trade.
    Cancel {
        /// Who sends it.
        caller: Name,
        /// The trade whose settlement is not to be signed for.
        trade: Pick,
    },
    /// Moving credit.
    Transfer {
        /// Whose, and who sends it.
        from: Name,
        /// To whom.
        to: Target,
        /// How much of what there is.
        share: Share,
    },
    /// Allowing somebody to move credit.
    Approve {
        /// Whose, and who sends it.
        owner: Name,
        /// Who may.
        spender: Target,
        /// How much of what there is.
        share: Share,
    },
    /// Allowing somebody to move credit, by a signature anybody may bring.
    Permit {
        /// Who sends it.
        caller: Name,
        /// Whose credit.
        owner: Target,
        /// Who may move it.
        spender: Target,
        /// How much of what there is.
        share: Share,
        /// Who signs, until when, and how.
        signing: Signing,
        /// Signed for the nonce before: a permit that was used.
        is_replay: bool,
    },
    /// Moving credit out of an allowance, which the owner may renew before.
    TransferFrom {
        /// Who sends it.
        spender: Name,
        /// Whose.
        from: Target,
        /// To whom.
        to: Target,
        /// How much of what is allowed.
        share: Share,
        /// What the owner allows first, if anything.
        renewed: Option<Share>,
    },
    /// Destroying one's own credit.
    Burn {
        /// Whose, and who sends it.
        wallet: Name,
        /// How much of what there is.
        share: Share,
    },
    /// Something only `BarterCore` may call, or nobody.
    Trespass {
        /// Who tries.
        caller: Name,
        /// What.
        call: Forbidden,
        /// With what in it.
        draft: Draft,
    },
    /// Reading a page of a wallet's trades.
    Page {
        /// Whose.
        wallet: Name,
        /// Before which trade; from the newest if none.
        before: Option<Pick>,
        /// How many.
        limit: Limit,
    },
    /// Some time passes.
    Wait(Duration),
    /// Until so many seconds before or after a proposal's last one.
    WaitForExpiry {
        /// Which.
        trade: Pick,
        /// How far from it.
        offset: Offset,
    },
    /// A trade taken some way at once, so that there is always something to go on with.
    Trade {
        /// The trade.
        draft: Draft,
        /// How far.
        until: Until,
    },
}

/// A trade to propose.
#[derive(Clone, Debug, PartialEq, Eq, Arbitrary)]
pub struct Draft {
    /// Who proposes it.
    pub proposer: Name,
    /// The other.
    pub counterparty: Target,
    /// Whether the proposer is the payee.
    pub as_payee: bool,
    /// One of [`PREIMAGES`].
    pub preimage: Hidden,
    /// Its amount.
    pub amount: Amount,
    /// Its texts.
    pub texts: Texts,
}

/// A preimage, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden(pub u8);

/// An amount in satoshis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub u64);

/// Category and description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// At most 32 bytes are allowed.
    pub category: String,
    /// At most 200 bytes are allowed.
    pub description: String,
}

/// Which trade. Indices count what is there, and start again at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Pick {
    /// One in the status the call needs, if there is one; else any.
    Fitting(u8),
    /// Any, in the order they were proposed in.
    Any(u8),
    /// The id of a trade with other terms: the same key, another commitment.
    Tampered(u8),
    /// An id of nothing.
    Unknown,
}

/// Which wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Who {
    /// The one the call needs.
    Right,
    /// The other party.
    Other,
    /// This one.
    Wallet(Name),
}

/// Which preimage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Shown {
    /// The trade's.
    Right,
    /// 32 times this byte.
    Wrong(u8),
}

/// The settlements of a batch: one to three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items(pub Vec<Item>);

/// One settlement of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Arbitrary)]
pub struct Item {
    /// Which trade.
    pub trade: Pick,
    /// What is shown.
    pub preimage: Shown,
    /// The payer's signature; none where the payer sends it.
    pub signing: Option<Signing>,
}

/// How something is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub struct Signing {
    /// Who signs.
    pub by: Who,
    /// Until when it counts.
    pub deadline: Deadline,
    /// How.
    pub form: Form,
    /// Who should have signed cancels it first.
    pub is_cancelled: bool,
}

/// Until when a signature counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Deadline {
    /// For good.
    Never,
    /// Until this very second.
    Now,
    /// Until a second ago.
    Past,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 65 bytes.
    Full,
    /// 64 bytes, EIP-2098.
    Compact,
    /// 65 bytes, with the other `s` and the other parity: as valid on the curve.
    Mirrored,
    /// Over another deadline than the one the call gives.
    OtherDeadline,
    /// So many bytes that are no signature of anybody's.
    Noise(u8),
}

/// How much credit, of what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Share {
    /// None.
    Nothing,
    /// Half of it, rounded down.
    Half,
    /// All of it.
    All,
    /// One unit (1e-18 tokens) more.
    OneMore,
    /// The largest number.
    Everything,
}

/// What nobody may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Forbidden {
    /// `BTRTrust.raiseScores`.
    RaiseScores,
    /// `BTRCredit.grantReward`.
    GrantReward,
    /// `BTRTrust.approve`.
    ApproveToken,
    /// `BTRTrust.setApprovalForAll`.
    ApproveAllTokens,
    /// `BTRTrust.transferFrom`.
    MoveToken,
    /// `BTRTrust.safeTransferFrom`.
    MoveTokenSafely,
    /// `BTRTrust.safeTransferFrom` with data.
    MoveTokenWithData,
    /// A function that `BarterCore` does not have.
    NoFunction,
}

/// How far a trade is taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary)]
pub enum Until {
    /// Proposed and accepted.
    Accepted,
    /// Settled by its payer.
    Settled,
    /// Disputed by its payer.
    Disputed,
}

/// Settlements in a batch that is looked at for its length alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLength(pub u8);

/// Entries in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(pub u16);

/// Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub u64);

/// A second before, at, or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset(pub i8);

impl Operation {
    /// The status a fitting trade has.
    pub(super) const fn fitting_status(&self) -> TradeStatus {
        match self {
            Self::Accept { .. } | Self::WaitForExpiry { .. } => TradeStatus::Proposed,
            Self::Dismiss { .. } | Self::Uphold { .. } => TradeStatus::Disputed,
            _ => TradeStatus::Accepted,
        }
    }
}

// ------------------------------------------------------------------------------------------------ from bytes

/// Values that bytes hardly ever say by chance, and the rest: how structure gets into a fuzzer's bytes.
impl<'a> Arbitrary<'a> for Amount {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        use barter_protocol::limits::{MAX_AMOUNT_SATS, MIN_AMOUNT_SATS};
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

impl<'a> Arbitrary<'a> for Offset {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        bytes.choose(&[-1, 0, 1]).copied().map(Self)
    }
}

// ------------------------------------------------------------------------------------------------ printing

impl fmt::Debug for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} an arbiter:", if self.has_arbiter { "with" } else { "without" })?;
        for (index, operation) in self.operations.iter().enumerate() {
            writeln!(formatter, "{:4}. {operation}", index + 1)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Propose(draft) => write!(formatter, "{draft}"),
            Self::Open { draft, caller, signing } => {
                write!(formatter, "{draft}, opened by {} with a signature {signing}", caller.called("the proposer"))
            }
            Self::Accept { trade, caller } => {
                write!(formatter, "{} accepts {trade}", caller.called("the counterparty"))
            }
            Self::Settle { trade, caller, preimage } => {
                write!(formatter, "{} settles {trade} with {preimage}", caller.called("the payer"))
            }
            Self::SettleBySignature { caller, trade, preimage, signing } => {
                write!(formatter, "{caller} settles {trade} with {preimage} and a signature {signing}")
            }
            Self::SettleBatch { caller, items } => {
                write!(formatter, "{} settles together:", caller.called("the payer"))?;
                for Item { trade, preimage, signing } in &items.0 {
                    write!(formatter, " [{trade} with {preimage}")?;
                    if let Some(signing) = signing {
                        write!(formatter, " and a signature {signing}")?;
                    }
                    formatter.write_str("]")?;
                }
                Ok(())
            }
            Self::BatchOfLength(length) => write!(formatter, "a batch of {} unknown trades", length.0),
            Self::Dispute { trade, caller } => write!(formatter, "{} disputes {trade}", caller.called("the payer")),
            Self::Dismiss { trade, caller } => {
                write!(formatter, "{} dismisses the dispute of {trade}", caller.called("the arbiter"))
            }
            Self::Uphold { trade, caller, at_fault } => {
                let (caller, at_fault) = (caller.called("the arbiter"), at_fault.called("the payer"));
                write!(formatter, "{caller} upholds the dispute of {trade} against {at_fault}")
            }
            Self::Cancel { caller, trade } => {
                write!(formatter, "{caller} cancels its signature for settling {trade}")
            }
            Self::Transfer { from, to, share } => write!(formatter, "{from} sends {to} {share} of its credit"),
            Self::Approve { owner, spender, share } => {
                write!(formatter, "{owner} allows {spender} {share} of its credit")
            }
            Self::Permit { caller, owner, spender, share, signing, is_replay } => {
                let again = if *is_replay { ", for a nonce that was used" } else { "" };
                write!(
                    formatter,
                    "{caller} brings {owner}'s permit for {spender}: {share} of its credit, {signing}{again}"
                )
            }
            Self::TransferFrom { spender, from, to, share, renewed } => {
                if let Some(renewed) = renewed {
                    write!(formatter, "{from} allows {spender} {renewed} of its credit; ")?;
                }
                write!(formatter, "{spender} sends {to} {share} of what {from} allows")
            }
            Self::Burn { wallet, share } => write!(formatter, "{wallet} burns {share} of its credit"),
            Self::Trespass { caller, call, .. } => write!(formatter, "{caller} tries {call}"),
            Self::Page { wallet, before, limit } => {
                write!(formatter, "a page of {} of {wallet}'s trades", limit.0)?;
                before.map_or(Ok(()), |before| write!(formatter, " before {before}"))
            }
            Self::Wait(seconds) => write!(formatter, "{} s pass", seconds.0),
            Self::WaitForExpiry { trade, offset } => {
                let when = match offset.0 {
                    0 => "the last second".to_owned(),
                    before @ ..0 => format!("{} s before the last second", before.unsigned_abs()),
                    after => format!("{after} s after the last second"),
                };
                write!(formatter, "time passes to {when} of {trade}")
            }
            Self::Trade { draft, until } => write!(formatter, "{draft}, {until} at once"),
        }
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proposer, counterparty, as_payee, preimage, amount, texts } = self;
        let direction = if *as_payee { "to be paid by" } else { "to pay" };
        let (amount, hidden) = (amount.0, preimage.0);
        write!(formatter, "{proposer} proposes {direction} {counterparty} {amount} sats for preimage {hidden}")?;
        if texts.category.is_empty() && texts.description.is_empty() {
            return Ok(());
        }
        write!(formatter, " ({} and {} bytes of text)", texts.category.len(), texts.description.len())
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fitting(index) => write!(formatter, "fitting trade {index}"),
            Self::Any(index) => write!(formatter, "trade {index}"),
            Self::Tampered(index) => write!(formatter, "trade {index} with other terms"),
            Self::Unknown => formatter.write_str("an unknown trade"),
        }
    }
}

impl Who {
    fn called(self, right: &str) -> String {
        match self {
            Self::Right => right.to_owned(),
            Self::Other => format!("not {right} but the other"),
            Self::Wallet(name) => name.to_string(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => formatter.write_str("its preimage"),
            Self::Wrong(byte) => write!(formatter, "32 bytes {byte}"),
        }
    }
}

impl fmt::Display for Signing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, deadline, form, is_cancelled } = *self;
        write!(formatter, "by {}", by.called("whose it must be"))?;
        match form {
            Form::Full => {}
            Form::Compact => formatter.write_str(" in 64 bytes")?,
            Form::Mirrored => formatter.write_str(" with the other s")?,
            Form::OtherDeadline => formatter.write_str(" over another deadline")?,
            Form::Noise(length) => write!(formatter, " that is {length} bytes of noise")?,
        }
        match deadline {
            Deadline::Never => {}
            Deadline::Now => formatter.write_str(" until now")?,
            Deadline::Past => formatter.write_str(" until a second ago")?,
        }
        if is_cancelled { formatter.write_str(", cancelled") } else { Ok(()) }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "nothing",
            Self::Half => "half",
            Self::All => "all",
            Self::OneMore => "one unit more than all",
            Self::Everything => "2^256 - 1 units",
        })
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RaiseScores => "to raise scores",
            Self::GrantReward => "to grant a reward",
            Self::ApproveToken => "to approve a soulbound token",
            Self::ApproveAllTokens => "to approve all soulbound tokens",
            Self::MoveToken => "to move a soulbound token",
            Self::MoveTokenSafely => "to move a soulbound token safely",
            Self::MoveTokenWithData => "to move a soulbound token with data",
            Self::NoFunction => "a function that there is not",
        })
    }
}

impl fmt::Display for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Accepted => "accepted",
            Self::Settled => "settled",
            Self::Disputed => "disputed",
        })
    }
}
