//! Random sequences, most of whose calls can succeed, that shrink to short ones.

use barter_protocol::limits::MAX_AMOUNT_SATS;
use proptest::prelude::*;

use super::{
    operation::{
        Amount, BatchLength, Deadline, Draft, Duration, Forbidden, Form, Hidden, Item, Items, Limit, Offset, Operation,
        PREIMAGES, Pick, Sequence, Share, Shown, Signing, Texts, Times, Until, Who,
    },
    wallet::{KEYS, Name, TRADERS, Target, WALLETS},
};

/// Sequences of up to `longest` operations, one in ten of them in a world without an arbiter.
pub fn sequence(longest: usize) -> impl Strategy<Value = Sequence> {
    (prop::collection::vec(operation(), 1..=longest), prop::bool::weighted(0.9))
        .prop_map(|(operations, has_arbiter)| Sequence { has_arbiter, operations })
}

/// One operation of any kind, those that move trades on more often than others.
pub fn operation() -> impl Strategy<Value = Operation> {
    use Operation as O;
    let trading = prop_oneof![
        8 => draft().prop_map(O::Propose),
        5 => (draft(), who(), signing()).prop_map(|(draft, caller, signing)| O::Open { draft, caller, signing }),
        8 => (pick(), who()).prop_map(|(trade, caller)| O::Accept { trade, caller }),
        8 => (pick(), who(), shown()).prop_map(|(trade, caller, preimage)| O::Settle { trade, caller, preimage }),
        5 => (name(), pick(), shown(), signing())
            .prop_map(|(caller, trade, preimage, signing)| O::SettleBySignature { caller, trade, preimage, signing }),
        4 => (who(), prop::collection::vec(item(), 1..4))
            .prop_map(|(caller, items)| O::SettleBatch { caller, items: Items(items) }),
        1 => prop_oneof![Just(0_u8), Just(100), Just(101)].prop_map(|length| O::BatchOfLength(BatchLength(length))),
        6 => (pick(), who_else()).prop_map(|(trade, caller)| O::Dispute { trade, caller }),
        5 => (pick(), who()).prop_map(|(trade, caller)| O::Dismiss { trade, caller }),
        3 => (pick(), who(), who()).prop_map(|(trade, caller, at_fault)| O::Uphold { trade, caller, at_fault }),
        1 => (name(), pick()).prop_map(|(caller, trade)| O::Cancel { caller, trade }),
        20 => (draft(), until()).prop_map(|(draft, until)| O::Trade { draft, until }),
    ];
    let credit = prop_oneof![
        2 => (name(), target(), share()).prop_map(|(from, to, share)| O::Transfer { from, to, share }),
        2 => (name(), target(), share()).prop_map(|(owner, spender, share)| O::Approve { owner, spender, share }),
        3 => (name(), target(), target(), share(), signing(), prop::bool::weighted(0.1)).prop_map(
            |(caller, owner, spender, share, signing, is_replay)| {
                O::Permit { caller, owner, spender, share, signing, is_replay }
            }
        ),
        3 => (name(), target(), target(), share(), prop::option::of(share()))
            .prop_map(|(spender, from, to, share, renewed)| O::TransferFrom { spender, from, to, share, renewed }),
        2 => (name(), share()).prop_map(|(wallet, share)| O::Burn { wallet, share }),
    ];
    let rest = prop_oneof![
        1 => (name(), forbidden(), draft()).prop_map(|(caller, call, draft)| O::Trespass { caller, call, draft }),
        2 => (name(), prop::option::of(pick()), limit())
            .prop_map(|(wallet, before, limit)| O::Page { wallet, before, limit: Limit(limit) }),
        3 => prop_oneof![4 => 0..100_u64, 1 => 0..400_000_u64, 1 => 0..4_000_000_000_u64]
            .prop_map(|seconds| O::Wait(Duration(seconds))),
        2 => (pick(), -1_i8..=1).prop_map(|(trade, offset)| O::WaitForExpiry { trade, offset: Offset(offset) }),
    ];
    prop_oneof![74 => trading, 12 => credit, 8 => rest]
}

/// A trade to propose: mostly one within the limits, between two that trade much.
pub fn draft() -> impl Strategy<Value = Draft> {
    (pair(), any::<bool>(), 0..PREIMAGES, amount(), texts()).prop_map(
        |((proposer, counterparty), as_payee, preimage, amount_sats, texts)| Draft {
            proposer,
            counterparty,
            as_payee,
            preimage: Hidden(preimage),
            amount: Amount(amount_sats),
            texts,
        },
    )
}

/// Proposer and counterparty: mostly the same two, so that they reach the pair's cap.
fn pair() -> impl Strategy<Value = (Name, Target)> {
    let (alice, bob) = (Name::ALICE, Name::BOB);
    prop_oneof![
        10 => Just((alice, bob.into())),
        10 => Just((bob, alice.into())),
        16 => (0..WALLETS, 1..WALLETS).prop_map(|(one, offset)| (Name::new(one), Name::new(one + offset).into())),
        // The wallets that are contracts, with the two.
        6 => (KEYS..TRADERS, any::<bool>(), 0_u8..2).prop_map(|(contract, is_first, other)| {
            let (contract, other) = (Name::new(contract), Name::new(other));
            if is_first { (contract, other.into()) } else { (other, contract.into()) }
        }),
        2 => any_name().prop_map(|one| (one, one.into())),
        2 => any_name().prop_map(|one| (one, Target::Nobody)),
    ]
}

fn any_name() -> impl Strategy<Value = Name> {
    (0..WALLETS).prop_map(Name::new)
}

/// Mostly the first two, who trade most.
fn name() -> impl Strategy<Value = Name> {
    prop_oneof![3 => (0_u8..2).prop_map(Name::new), 2 => any_name()]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![8 => name().prop_map(Target::Wallet), 1 => Just(Target::Nobody)]
}

fn until() -> impl Strategy<Value = Until> {
    // Enough to pass a pair's cap, with time between.
    let again = (3_u8..7, 0..100_000_u64)
        .prop_map(|(more, wait)| Until::SettledAgain { more: Times(more), wait: Duration(wait) });
    prop_oneof![8 => Just(Until::Accepted), 8 => Just(Until::Settled), 4 => Just(Until::Disputed), 1 => again]
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => Just(1_000_u64),
        40 => 1_000..20_000_000_u64,
        40 => 1_000..=MAX_AMOUNT_SATS,
        4 => Just(MAX_AMOUNT_SATS),
        2 => Just(999_u64),
        2 => Just(MAX_AMOUNT_SATS + 1),
        1 => any::<u64>(),
    ]
}

fn texts() -> impl Strategy<Value = Texts> {
    let category = prop_oneof![
        2 => Just(String::new()),
        30 => Just("digital-goods".to_owned()),
        2 => Just("c".repeat(32)),
        2 => Just("é".repeat(16)),
        2 => Just("c".repeat(33)),
    ];
    let description = prop_oneof![
        30 => "[ -~]{0,60}",
        2 => Just("d".repeat(200)),
        2 => Just("₿".repeat(66)),
        2 => Just("d".repeat(201)),
    ];
    (category, description).prop_map(|(category, description)| Texts { category, description })
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        24 => any::<u8>().prop_map(Pick::Fitting),
        3 => any::<u8>().prop_map(Pick::Any),
        1 => any::<u8>().prop_map(Pick::Tampered),
        1 => Just(Pick::Unknown),
    ]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![8 => Just(Who::Right), 1 => Just(Who::Other), 1 => any_name().prop_map(Who::Wallet)]
}

/// More often neither of the two.
fn who_else() -> impl Strategy<Value = Who> {
    prop_oneof![2 => who(), 1 => any_name().prop_map(Who::Wallet)]
}

fn shown() -> impl Strategy<Value = Shown> {
    prop_oneof![8 => Just(Shown::Right), 1 => any::<u8>().prop_map(Shown::Wrong)]
}

fn item() -> impl Strategy<Value = Item> {
    (pick(), shown(), prop::option::of(signing())).prop_map(|(trade, preimage, signing)| Item {
        trade,
        preimage,
        signing,
    })
}

fn signing() -> impl Strategy<Value = Signing> {
    let deadline = prop_oneof![6 => Just(Deadline::Never), 2 => Just(Deadline::Now), 1 => Just(Deadline::Past)];
    let form = prop_oneof![
        10 => Just(Form::Full),
        6 => Just(Form::Compact),
        2 => Just(Form::Mirrored),
        1 => Just(Form::OtherDeadline),
        1 => prop::sample::select(vec![0_u8, 1, 32, 63, 65, 66]).prop_map(Form::Noise),
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

fn limit() -> impl Strategy<Value = u16> {
    prop_oneof![6 => 1_u16..6, 1 => Just(500_u16), 1 => Just(0_u16), 1 => Just(501_u16)]
}

fn forbidden() -> impl Strategy<Value = Forbidden> {
    prop::sample::select(vec![
        Forbidden::RaiseScores,
        Forbidden::GrantReward,
        Forbidden::ApproveToken,
        Forbidden::ApproveAllTokens,
        Forbidden::MoveToken,
        Forbidden::MoveTokenSafely,
        Forbidden::MoveTokenWithData,
        Forbidden::NoFunction,
        Forbidden::ShortCall,
    ])
}
