//! Whole deals.

use std::collections::BTreeSet;

use barter_bank::{
    client::{Error, Event, Journal, Settlement, drive},
    plan::Deal,
};

use crate::{
    place::Store,
    support::{Banks, Kept, key_of, now, person},
};

#[tokio::test]
async fn a_swap_over_two_banks() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 2).await;
        let mut settlement = banks.deal(&[(1, 2), (2, 1)]).await;
        let mut kept = Kept::default();
        banks.drive(&mut settlement, &mut kept).await.unwrap();
        assert_eq!(banks.balance(1, 1).await, "-1");
        assert_eq!(banks.balance(2, 1).await, "1");
        assert_eq!(banks.balance(2, 2).await, "-1");
        assert_eq!(banks.balance(1, 2).await, "1");
        let settled = settlement.settled();
        assert_eq!(settled.len(), 2);
        assert_eq!(settled[1].seen.as_deref(), Some([settled[0].hash()].as_slice()), "the follower cites the lead");
        // Again changes nothing, and asks nobody.
        let events = kept.events.len();
        banks.drive(&mut settlement, &mut kept).await.unwrap();
        assert_eq!(kept.events.len(), events);
        assert_eq!(banks.balance(1, 1).await, "-1");
    }
}

#[tokio::test]
async fn a_ring_over_four_banks_and_a_graph_with_two_givers() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 4).await;
        let mut ring = banks.deal(&[(1, 2), (2, 3), (3, 4), (4, 1)]).await;
        banks.drive(&mut ring, &mut Kept::default()).await.unwrap();
        let [a, b, c, d] = [1, 2, 3, 4];
        let mut graph = banks.deal(&[(a, c), (b, c), (c, d), (d, a), (d, b)]).await;
        let mut kept = Kept::default();
        banks.drive(&mut graph, &mut kept).await.unwrap();
        let order: Vec<_> = kept
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Settled(bank) => Some(*bank),
                _ => None,
            })
            .collect();
        assert_eq!(order[..2], [key_of(c), key_of(d)]);
        for (giver, expected) in [(a, "-2"), (b, "-2"), (c, "-2"), (d, "-3")] {
            assert_eq!(banks.balance(giver, giver).await, expected, "{giver}");
        }
    }
}

/// The client is killed after each thing that it keeps, and begins again with what it kept.
#[tokio::test]
async fn a_client_that_is_killed_anywhere_goes_on() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 3).await;
        let mut rounds = 0;
        for dies_at in 0.. {
            let mut settlement = banks.deal(&[(1, 2), (2, 3), (3, 1)]).await;
            let mut kept = Kept { dies_at: Some(dies_at), ..Kept::default() };
            let first = banks.drive(&mut settlement, &mut kept).await;
            rounds += 1;
            if dies_at > 0 {
                settlement = kept.last.take().unwrap();
            }
            if first.is_ok() {
                break;
            }
            banks.drive(&mut settlement, &mut Kept::default()).await.unwrap();
            for number in 1..=3 {
                assert_eq!(banks.balance(number, number).await, format!("-{rounds}"));
            }
        }
        // It keeps the whole once before, and then three words of each of three banks.
        assert_eq!(rounds, 11);
    }
}

/// The banks are stopped and started between any two steps: what was answered for is there.
#[tokio::test]
async fn banks_that_restart_go_on() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 2).await;
        let mut settlement = banks.deal(&[(1, 2), (2, 1)]).await;
        for dies_at in 1..=6 {
            let mut kept = Kept { dies_at: Some(dies_at), count: 0, ..Kept::default() };
            let _ = banks.drive(&mut settlement, &mut kept).await;
            if let Some(last) = kept.last {
                settlement = last;
            }
            for number in [1, 2] {
                banks.stop(number).await;
                banks.serve(number).await;
            }
        }
        banks.drive(&mut settlement, &mut Kept::default()).await.unwrap();
        assert_eq!((banks.balance(1, 1).await, banks.balance(1, 2).await), ("-1".to_owned(), "1".to_owned()));
    }
}

#[tokio::test]
async fn a_deal_on_a_locked_account_is_given_up_everywhere() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 2).await;
        let mut first = banks.deal(&[(1, 2), (2, 1)]).await;
        // Approved twice, kept, held at one bank.
        let mut kept = Kept { dies_at: Some(4), ..Kept::default() };
        banks.drive(&mut first, &mut kept).await.unwrap_err();
        let mut second = banks.deal(&[(1, 2), (2, 1)]).await;
        let mut heard = Kept::default();
        let error = banks.drive(&mut second, &mut heard).await.unwrap_err();
        assert!(matches!(&error, Error::GivenUp { reason } if reason.contains("-32003")), "{error}");
        assert!(
            heard.events.contains(&Event::Released(key_of(1))) && heard.events.contains(&Event::Released(key_of(2)))
        );
        // Which is no reason for the first not to go on.
        banks.drive(&mut first, &mut Kept::default()).await.unwrap();
        assert_eq!(banks.balance(1, 1).await, "-1");
    }
}

/// Eight deals at once that all lock the same two accounts, and that either bank leads: each waits for its turn, and none for one that
/// waits for it.
#[tokio::test]
async fn deals_on_one_account_wait_for_each_other() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 2).await;
        let mut clients = tokio::task::JoinSet::new();
        for round in 0..8 {
            let transfers = vec![banks.transfer(1, 2, 1, "1").await, banks.transfer(2, 1, 2, "1").await];
            let (deal, leads) = (Deal::new(transfers).unwrap(), BTreeSet::from([key_of(1 + round % 2)]));
            let mut settlement = Settlement::new(&deal, &leads, &banks.pins(), &person(1), now()).unwrap();
            for number in [1, 2] {
                settlement.confirm(&person(number), now()).unwrap();
            }
            let connections = banks.connections();
            clients.spawn(async move { drive(&mut settlement, &connections, &person(1), &mut Kept::default()).await });
        }
        for settled in clients.join_all().await {
            settled.unwrap();
        }
        for number in [1, 2] {
            assert_eq!(banks.balance(number, number).await, "-8");
            assert_eq!(banks.balance(3 - number, number).await, "8");
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_before_everybody_has_signed() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 2).await;
        let signed = banks.deal(&[(1, 2), (2, 1)]).await;
        let mut value = signed.to_json();
        let bob = person(2).public();
        value["signatures"].as_array_mut().unwrap().retain(|word| word["pubkey"] != bob.to_string());
        let mut settlement = Settlement::from_json(&value).unwrap();
        let mut kept = Kept::default();
        let error = banks.drive(&mut settlement, &mut kept).await.unwrap_err();
        assert!(matches!(error, Error::Unsigned { holder } if holder == bob), "{error}");
        assert_eq!((kept.events.len(), kept.count), (0, 0));
        settlement.confirm(&person(2), now()).unwrap();
        banks.drive(&mut settlement, &mut kept).await.unwrap();
    }
}

#[tokio::test]
async fn a_journal_holds_the_whole_and_no_key() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 2).await;
        let settlement = banks.deal(&[(1, 2), (2, 1)]).await;
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path().join("deal.json"));
        assert_eq!(journal.read().unwrap(), None);
        journal.write(&settlement).unwrap();
        assert_eq!(journal.read().unwrap(), Some(settlement));
        std::fs::write(journal.path(), "{").unwrap();
        assert!(matches!(journal.read(), Err(Error::Journal { .. })));
    }
}
