//! What wallets may try, in any order. Picks are relative to the world they meet, so that any sequence can run and most of
//! what is tried can succeed.

mod bytes;
mod words;

use arbitrary::Arbitrary;
use barter_protocol::TradeStatus;

use super::wallet::{Name, Target};

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
    /// A function of any of the contracts with less data than its arguments take.
    ShortCall,
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
    /// Settled by its payer, and others like it after it.
    SettledAgain {
        /// How many others.
        more: Times,
        /// How long before each.
        wait: Duration,
    },
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times(pub u8);

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
