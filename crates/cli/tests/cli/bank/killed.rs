//! A client that is killed anywhere in a deal, and goes on.

use std::time::Duration;

use crate::support::bank::{Stuck, Traders, Turnstile};

/// Calls of a swap over two banks: proposed, held, confirmed by two, settled, at each.
const CALLS: usize = 10;

/// Killed by SIGKILL at each call of a deal, before the bank hears of it and before its answer comes, and taken up again.
#[test]
fn a_deal_ends_the_same_wherever_its_driver_is_killed() {
    let turnstile = Turnstile::open();
    let traders = Traders::behind(&turnstile);
    let mut settled = 0;
    for stuck in [Stuck::Call, Stuck::Answer] {
        for calls in 0..CALLS {
            let journal = format!("{stuck:?}{calls}.journal");
            traders.swap("swap.json", "1", "2");
            let told = turnstile.close_after(calls, stuck);
            let deal = traders.words("bank deal swap.json --key alice.key --also bob.key --yes --json --journal");
            let (mut deal, _folder) = deal.arg(&journal).start(std::process::Stdio::null());
            told.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|error| panic!("{error} at {journal}"));
            deal.kill().unwrap();
            deal.wait().unwrap();
            turnstile.reopen();
            let ended = traders.words("bank settle --key alice.key").arg(&journal).json();
            settled += 1;
            assert_eq!(ended["settled"].as_array().unwrap().len(), 2, "{journal}: {ended}");
            let balances = [traders.balance(0, 0), traders.balance(1, 0), traders.balance(1, 1), traders.balance(0, 1)];
            let [one, two] = [settled, 2 * settled].map(|amount: i32| amount.to_string());
            assert_eq!(balances, [format!("-{one}"), one, format!("-{two}"), two], "{journal}");
        }
    }
    // All calls of a deal were met: of one more, nothing is stuck.
    traders.swap("swap.json", "1", "2");
    let told = turnstile.close_after(CALLS, Stuck::Call);
    traders.words("bank deal swap.json --key alice.key --also bob.key --yes --journal whole.journal").json();
    assert!(told.try_recv().is_err());
    turnstile.reopen();
    for bank in [0, 1] {
        assert_eq!(traders.audit(bank)["settled"], 2 * CALLS + 1);
    }
}
