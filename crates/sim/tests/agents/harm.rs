//! Who harms others.

use std::collections::BTreeMap;

use barter_sim::{WalletId, record::Call};

use crate::{crowd, market, run};

#[test]
fn spam_is_sent_as_often_as_said_and_nothing_of_it_is_settled() {
    let seen = run(5, &(market(50) + &crowd("spammer", "proposals = 333\nburst = 20\nwallets = 3")));
    let own = seen.wallets("spammer");
    let spam: Vec<_> = seen.trades.iter().filter(|trade| own.contains(&trade.payer.0)).collect();
    assert!(spam.len() == 333 && spam.iter().all(|trade| trade.settled_at.is_none() && !own.contains(&trade.payee.0)));
    // Honest sellers accept some, but no more than three of a wallet's at a time.
    let mut open = BTreeMap::new();
    spam.iter().filter(|trade| trade.accepted).for_each(|trade| *open.entry(trade.parties()).or_insert(0) += 1);
    assert!(!open.is_empty() && open.values().all(|count| *count <= 3), "{open:?}");
    assert_eq!(seen.crowd("spammer").score, 0);
}

#[test]
fn spam_with_a_tip_goes_first_and_with_itself_reaches_nobody() {
    let seen = run(
        1,
        &(market(100) + &crowd("spammer", "itself = true\ntip_gwei = 2.0\npause_seconds = 12\nproposals = 50000")),
    );
    let own = seen.wallets("spammer");
    let is_spam = |call: &Call| matches!(call, Call::Propose { wallet, .. } if own.contains(&wallet.0));
    let mut blocks: BTreeMap<u64, Vec<bool>> = BTreeMap::new();
    seen.calls.iter().for_each(|(time, call, _)| blocks.entry(*time).or_default().push(is_spam(call)));
    assert!(blocks.values().any(|block| block.contains(&true) && block.contains(&false)));
    assert!(blocks.values().all(|block| block.is_sorted_by(|one, other| one >= other)));
    assert!(seen.trades.iter().filter(|trade| own.contains(&trade.payer.0)).all(|trade| own.contains(&trade.payee.0)));
}

#[test]
fn false_disputes_hurt_honest_wallets_and_gain_nothing() {
    for settings in ["trades = 20", "trades = 20\nsells = true\npopularity = 60"] {
        let seen = run(10, &(market(100) + &crowd("false-disputer", settings)));
        let own = seen.wallets("false-disputer");
        let disputed: Vec<_> = seen
            .trades
            .iter()
            .filter(|trade| trade.disputed && (own.contains(&trade.payer.0) || own.contains(&trade.payee.0)))
            .collect();
        let sells = settings.contains("sells");
        assert_eq!(disputed.len(), 20, "{settings}");
        assert!(
            disputed.iter().all(|trade| own.contains(&trade.payee.0) == sells && own.contains(&trade.payer.0) != sells)
        );
        assert_eq!((own.len(), seen.crowd("false-disputer").score), (5, 0));
        let honest = seen.outcome.wallets.iter().filter(|wallet| !wallet.hostile);
        assert!(honest.map(|wallet| wallet.disputed).sum::<u64>() >= 20);
    }
}

#[test]
fn an_arbiter_dismisses_false_disputes() {
    let arbiter = "[arbiter]\nkind = \"fair\"\nafter_days = 1\n";
    let seen = run(10, &(market(100) + &crowd("false-disputer", "trades = 20") + arbiter));
    let dismissed = seen.calls.iter().filter(|(_, call, _)| matches!(call, Call::Dismiss(_))).count();
    assert!(dismissed >= 20, "{dismissed}");
}

#[test]
fn nobody_is_credited_for_what_was_not_paid() {
    let seen = run(20, &(market(100) + &crowd("unpaid-payee", "trades = 400")));
    let own = seen.wallets("unpaid-payee");
    let crowd = seen.crowd("unpaid-payee");
    assert_eq!((crowd.score, crowd.settled, crowd.spent.lightning_msat), (0, 0, 0));
    let is_own = |wallet: WalletId| own.contains(&wallet.0);
    let mut ways = BTreeMap::new();
    for (_, call, result) in &seen.calls {
        let way = match call {
            Call::SettleAsPayee(trade) if is_own(seen.trades[trade.index()].payee) => "as payee",
            Call::SettleForged(_) => "forged",
            Call::Settle { trade, shown } if is_own(seen.trades[trade.index()].payer) => match shown {
                barter_sim::record::Shown::Guess => "guess",
                barter_sim::record::Shown::Of(_) => "another's",
                barter_sim::record::Shown::Known => panic!("it pays for nothing"),
            },
            _ => continue,
        };
        *ways.entry(way).or_insert(0) += 1;
        assert!(result.is_err(), "{call:?} went through");
    }
    assert!(ways.len() == 4 && ways["guess"] > 100 && ways["as payee"] > 200, "{ways:?}");
    let refusals = seen.refusals();
    for name in ["NotPayer", "InvalidSignature", "PreimageMismatch"] {
        assert!(refusals.contains_key(name), "no {name} in {refusals:?}");
    }
}
