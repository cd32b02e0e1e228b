//! What wallets may try, in any order. Picks are relative to the world they meet, so that any sequence can run and most
//! of what is tried can succeed.

use barter_protocol::{TradeStatus, limits::MAX_AMOUNT_SATS};
use proptest::prelude::*;

/// Wallets that trade. The arbiter is one more.
pub(crate) const TRADERS: usize = 5;

/// One thing tried.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Propose(Draft),
    Open {
        draft: Draft,
        caller: Who,
        approval: Signing,
    },
    Accept {
        trade: Pick,
        caller: Who,
    },
    Settle {
        trade: Pick,
        caller: Who,
        preimage: Shown,
    },
    SettleBySignature {
        caller: usize,
        item: Item,
    },
    SettleBatch {
        caller: Who,
        items: Vec<Item>,
    },
    BatchOfLength(usize),
    Dispute {
        trade: Pick,
        caller: Who,
    },
    Dismiss {
        trade: Pick,
        caller: Who,
    },
    Uphold {
        trade: Pick,
        caller: Who,
        at_fault: Who,
    },
    Transfer {
        from: usize,
        to: usize,
        share: Share,
    },
    Approve {
        owner: usize,
        spender: usize,
        share: Share,
    },
    /// Of the allowance, which the owner may renew before.
    TransferFrom {
        spender: usize,
        from: usize,
        to: usize,
        share: Share,
        renewed: Option<Share>,
    },
    Burn {
        wallet: usize,
        share: Share,
    },
    Page {
        wallet: usize,
        before: Option<Pick>,
        limit: usize,
    },
    Wait {
        seconds: u64,
    },
    /// Until so many seconds before or after the last one of a proposal.
    WaitForExpiry {
        trade: Pick,
        offset: i64,
    },
    /// A trade taken some way at once, so that there is always something to go on with.
    Trade {
        draft: Draft,
        until: TradeStatus,
    },
}

/// A trade to propose. Wallets are indices; one past the last is the zero address.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) proposer: usize,
    pub(crate) counterparty: usize,
    pub(crate) as_payee: bool,
    /// Out of a few, so that pairs use some twice.
    pub(crate) preimage: u8,
    pub(crate) amount_sats: u64,
    pub(crate) category: String,
    pub(crate) description: String,
}

/// Which trade.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pick {
    /// One in the status the call needs, if there is one; else any.
    Fitting(usize),
    Any(usize),
    /// The id of another trade with other terms: the same key, another commitment.
    Tampered(usize),
    Unknown,
}

/// Which wallet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    /// The one the call needs.
    Right,
    /// The other party.
    Other,
    Wallet(usize),
}

/// Which preimage.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown {
    Right,
    Wrong(u8),
}

/// One settlement of a batch.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) trade: Pick,
    pub(crate) preimage: Shown,
    pub(crate) approval: Option<Signing>,
}

/// How something is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signing {
    pub(crate) by: Who,
    pub(crate) deadline: Deadline,
    pub(crate) form: Form,
    /// The signer cancels it first.
    pub(crate) is_cancelled: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Deadline {
    Never,
    Now,
    Past,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// 65 bytes.
    Full,
    /// 64 bytes, EIP-2098.
    Compact,
    /// Over another deadline than the one the call gives.
    OtherDeadline,
    /// So many bytes that are no signature of anybody's.
    Noise(usize),
}

/// How much credit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Share {
    Nothing,
    Half,
    All,
    OneMore,
    Everything,
}

impl Operation {
    /// The status a fitting trade has.
    pub(crate) fn fitting_status(&self) -> TradeStatus {
        match self {
            Self::Accept { .. } | Self::WaitForExpiry { .. } => TradeStatus::Proposed,
            Self::Dismiss { .. } | Self::Uphold { .. } => TradeStatus::Disputed,
            _ => TradeStatus::Accepted,
        }
    }
}

pub(crate) fn sequence() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(operation(), 20..60)
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation as O;
    prop_oneof![
        8 => draft().prop_map(O::Propose),
        5 => (draft(), who(), signing()).prop_map(|(draft, caller, approval)| O::Open { draft, caller, approval }),
        8 => (pick(), who()).prop_map(|(trade, caller)| O::Accept { trade, caller }),
        8 => (pick(), who(), shown()).prop_map(|(trade, caller, preimage)| O::Settle { trade, caller, preimage }),
        5 => (wallet(), signed_item()).prop_map(|(caller, item)| O::SettleBySignature { caller, item }),
        4 => (who(), prop::collection::vec(item(), 1..4)).prop_map(|(caller, items)| O::SettleBatch { caller, items }),
        1 => prop_oneof![Just(0_usize), Just(100), Just(101)].prop_map(O::BatchOfLength),
        5 => (pick(), who()).prop_map(|(trade, caller)| O::Dispute { trade, caller }),
        3 => (pick(), who()).prop_map(|(trade, caller)| O::Dismiss { trade, caller }),
        3 => (pick(), who(), who()).prop_map(|(trade, caller, at_fault)| O::Uphold { trade, caller, at_fault }),
        2 => (wallet(), wallet_or_zero(), share()).prop_map(|(from, to, share)| O::Transfer { from, to, share }),
        2 => (wallet(), wallet_or_zero(), share())
            .prop_map(|(owner, spender, share)| O::Approve { owner, spender, share }),
        3 => (wallet(), wallet_or_zero(), wallet_or_zero(), share(), prop::option::of(share()))
            .prop_map(|(spender, from, to, share, renewed)| O::TransferFrom { spender, from, to, share, renewed }),
        2 => (wallet(), share()).prop_map(|(wallet, share)| O::Burn { wallet, share }),
        2 => (wallet(), prop::option::of(pick()), limit())
            .prop_map(|(wallet, before, limit)| O::Page { wallet, before, limit }),
        3 => prop_oneof![4 => 0..100_u64, 1 => 0..400_000_u64, 1 => 0..4_000_000_000_u64]
            .prop_map(|seconds| O::Wait { seconds }),
        2 => (pick(), -1_i64..=1).prop_map(|(trade, offset)| O::WaitForExpiry { trade, offset }),
        20 => (draft(), until()).prop_map(|(draft, until)| O::Trade { draft, until }),
    ]
}

fn until() -> impl Strategy<Value = TradeStatus> {
    prop_oneof![
        2 => Just(TradeStatus::Accepted),
        2 => Just(TradeStatus::Settled),
        1 => Just(TradeStatus::Disputed),
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    (pair(), any::<bool>(), 0_u8..40, amount(), category(), description()).prop_map(
        |((proposer, counterparty), as_payee, preimage, amount_sats, category, description)| Draft {
            proposer,
            counterparty,
            as_payee,
            preimage,
            amount_sats,
            category,
            description,
        },
    )
}

/// Proposer and counterparty: mostly the same two, so that they reach the pair's cap.
fn pair() -> impl Strategy<Value = (usize, usize)> {
    prop_oneof![
        10 => Just((0, 1)),
        10 => Just((1, 0)),
        16 => (0..=TRADERS, 1..=TRADERS).prop_map(|(one, offset)| (one, (one + offset) % (TRADERS + 1))),
        1 => (0..=TRADERS).prop_map(|one| (one, one)),
        1 => (0..=TRADERS).prop_map(|one| (one, TRADERS + 1)),
    ]
}

/// Mostly the first two, who trade most.
fn wallet() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0_usize..2, 2 => 0..=TRADERS]
}

fn wallet_or_zero() -> impl Strategy<Value = usize> {
    prop_oneof![8 => wallet(), 1 => Just(TRADERS + 1)]
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![
        40 => 1_000..=MAX_AMOUNT_SATS,
        40 => 1_000..20_000_000_u64,
        8 => Just(1_000_u64),
        4 => Just(MAX_AMOUNT_SATS),
        1 => Just(999_u64),
        1 => Just(MAX_AMOUNT_SATS + 1),
        1 => any::<u64>(),
    ]
}

fn category() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => Just("digital-goods".to_owned()),
        2 => Just(String::new()),
        2 => Just("c".repeat(32)),
        2 => Just("é".repeat(16)),
        1 => Just("c".repeat(33)),
    ]
}

fn description() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => "[ -~]{0,60}",
        2 => Just("d".repeat(200)),
        2 => Just("₿".repeat(66)),
        1 => Just("d".repeat(201)),
    ]
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        24 => any::<usize>().prop_map(Pick::Fitting),
        3 => any::<usize>().prop_map(Pick::Any),
        1 => any::<usize>().prop_map(Pick::Tampered),
        1 => Just(Pick::Unknown),
    ]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![8 => Just(Who::Right), 1 => Just(Who::Other), 1 => (0..=TRADERS).prop_map(Who::Wallet)]
}

fn shown() -> impl Strategy<Value = Shown> {
    prop_oneof![8 => Just(Shown::Right), 1 => any::<u8>().prop_map(Shown::Wrong)]
}

fn item() -> impl Strategy<Value = Item> {
    (pick(), shown(), prop::option::of(signing())).prop_map(|(trade, preimage, approval)| Item {
        trade,
        preimage,
        approval,
    })
}

fn signed_item() -> impl Strategy<Value = Item> {
    (pick(), shown(), signing()).prop_map(|(trade, preimage, approval)| Item {
        trade,
        preimage,
        approval: Some(approval),
    })
}

fn signing() -> impl Strategy<Value = Signing> {
    let deadline = prop_oneof![6 => Just(Deadline::Never), 2 => Just(Deadline::Now), 1 => Just(Deadline::Past)];
    let form = prop_oneof![
        10 => Just(Form::Full),
        6 => Just(Form::Compact),
        1 => Just(Form::OtherDeadline),
        1 => prop_oneof![Just(1_usize), Just(63), Just(65), Just(66)].prop_map(Form::Noise),
    ];
    (who(), deadline, form, prop::bool::weighted(0.1)).prop_map(|(by, deadline, form, is_cancelled)| Signing {
        by,
        deadline,
        form,
        is_cancelled,
    })
}

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![
        1 => Just(Share::Nothing),
        4 => Just(Share::Half),
        2 => Just(Share::All),
        1 => Just(Share::OneMore),
        1 => Just(Share::Everything),
    ]
}

fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 1_usize..6, 1 => Just(500_usize), 1 => Just(0_usize), 1 => Just(501_usize)]
}
