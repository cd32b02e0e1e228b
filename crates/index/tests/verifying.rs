//! Verifying finds every row that is not what the chain says.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use alloy_primitives::{Address, B256, U256};
use barter_index::{Difference, Error, Index, MAX_LISTED_DIFFERENCES, synthetic::identity, verify};
use common::{FakeChain, follow, place::Place, wallet};

/// A chain with at least two rows in every table.
fn chain() -> FakeChain {
    let mut chain = FakeChain::new();
    for number in 0..3 {
        chain.mine(|world| _ = world.trade(number, number + 1, 5_000));
        chain.mine(|world| {
            let open = world.propose(wallet(1), wallet(9), true, 9_000, ("services", "An open one"));
            world.accept(open);
            let disputed = world.propose(wallet(2), wallet(8), false, 9_000, ("services", "A bad one"));
            world.accept(disputed);
            world.dispute(disputed, true);
            world.uphold(disputed, false);
            world.transfer(wallet(number), wallet(40 + number), U256::from(5));
            world.transfer(wallet(number), Address::repeat_byte(0x99), U256::from(6));
            world.cancel(wallet(2), B256::repeat_byte(7));
        });
    }
    chain
}

const DAMAGES: &[(&str, &str, &[&str])] = &[
    ("blocks", "number", &["hash", "timestamp"]),
    ("checkpoints", "number", &["hash", "timestamp"]),
    ("wallets", "id", &["address", "first_block"]),
    (
        "proposals",
        "id",
        &[
            "block_number",
            "log_index",
            "trade_id",
            "party_a",
            "party_b",
            "payer",
            "payment_hash",
            "amount_sats",
            "category",
            "description",
        ],
    ),
    ("acceptances", "id", &["block_number", "log_index", "trade"]),
    (
        "settlements",
        "id",
        &[
            "block_number",
            "log_index",
            "trade",
            "payer",
            "payee",
            "amount_sats",
            "settled_at",
            "preimage",
            "points",
            "credit_tokens",
            "payer_score",
            "payee_score",
            "payer_earned_tokens",
            "payee_earned_tokens",
        ],
    ),
    ("disputes", "id", &["block_number", "log_index", "trade", "party_a", "party_b", "kind", "wallet"]),
    (
        "credit_transfers",
        "id",
        &[
            "block_number",
            "log_index",
            "sender",
            "receiver",
            "tokens",
            "units",
            "sender_net_tokens",
            "sender_net_units",
            "receiver_net_tokens",
            "receiver_net_units",
        ],
    ),
    ("cancelled_signatures", "id", &["block_number", "log_index", "signer", "digest"]),
    ("open_trades", "trade", &["party_a", "party_b", "accepted_at"]),
];

/// Something else than a column holds.
fn other(column: &str) -> &'static str {
    match column {
        "hash" | "address" | "trade_id" | "payment_hash" | "preimage" | "digest" => "HASH",
        "category" | "description" | "kind" => "'something else'",
        _ => "777777",
    }
}

/// In the database's own words.
fn sql(place: &Place, text: &str) -> String {
    let hash = if matches!(place, Place::Postgres { .. }) { "'\\xabcd'::bytea" } else { "x'abcd'" };
    text.replace("HASH", hash)
}

fn differences(index: &mut Index, chain: &mut FakeChain) -> Vec<Difference> {
    let verification = verify(index, chain, |_, _| {}).unwrap();
    assert_eq!(verification.different, verification.differences.len() as u64);
    assert_eq!(verification.is_right(), verification.differences.is_empty());
    verification.differences
}

#[test]
fn an_index_that_is_right_is_right() {
    for place in Place::all() {
        let mut index = place.index();
        let mut chain = chain();
        assert!(differences(&mut index, &mut chain).is_empty());
        follow(&mut index, &mut chain).unwrap();
        let mut told = Vec::new();
        let verification = verify(&mut index, &mut chain, |block, head| told.push((block, head))).unwrap();
        assert!(verification.is_right(), "{verification:#?}");
        assert_eq!(verification.head.unwrap().number, 6);
        assert_eq!(told, [(6, 6)]);
        // Every table has rows, and every row was compared.
        let status = index.status().unwrap();
        assert!(status.rows.iter().all(|table| table.rows >= 1), "{status:?}");
        assert_eq!(verification.rows, status.rows.iter().map(|table| table.rows).sum::<u64>());
        // A chain that has grown since is no difference.
        chain.mine(|world| _ = world.trade(1, 2, 5_000));
        assert!(differences(&mut index, &mut chain).is_empty());
    }
}

#[test]
fn each_column_of_each_table_is_compared() {
    for place in Place::lasting() {
        let mut chain = chain();
        chain.page_sizes = vec![2; 3];
        follow(&mut place.index(), &mut chain).unwrap();
        for (table, key, columns) in DAMAGES {
            for column in *columns {
                // The newest checkpoint is the head: with another hash it is of another chain.
                let which = if *table == "checkpoints" { "min" } else { "max" };
                let last = format!("{key} = (SELECT {which}({key}) FROM {table})");
                place.tamper(&format!("CREATE TABLE kept AS SELECT * FROM {table} WHERE {last}"));
                place.tamper(&sql(&place, &format!("UPDATE {table} SET {column} = {} WHERE {last}", other(column))));
                let mut index = place.index();
                let found = differences(&mut index, &mut chain);
                drop(index);
                assert_eq!(found.len(), 1, "{table}.{column}: {found:#?}");
                assert_eq!(found[0].table, *table);
                let (here, there) = (found[0].index.as_ref().unwrap(), found[0].chain.as_ref().unwrap());
                assert_ne!(here, there);
                assert!(here.contains(&format!("{column}=")), "{here}");
                place.tamper(&format!(
                    "DELETE FROM {table} WHERE {last}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept"
                ));
            }
        }
        assert!(differences(&mut place.index(), &mut chain).is_empty());
    }
}

#[test]
fn rows_that_are_missing_or_too_many_are_found() {
    for place in Place::lasting() {
        let mut chain = chain();
        follow(&mut place.index(), &mut chain).unwrap();
        for (table, key, _) in DAMAGES.iter().filter(|(table, ..)| *table != "checkpoints") {
            let first = format!("{key} = (SELECT min({key}) FROM {table})");
            place.tamper(&format!(
                "CREATE TABLE kept AS SELECT * FROM {table} WHERE {first}; DELETE FROM {table} WHERE {first}"
            ));
            let found = differences(&mut place.index(), &mut chain);
            assert_eq!(found.len(), 1, "{table}: {found:#?}");
            assert!(found[0].table == *table && found[0].index.is_none() && found[0].chain.is_some());
            // Back, under another key: one is missing, one too many, at both ends.
            for wrong in ["-5", "999999"] {
                place.tamper(&format!("UPDATE kept SET {key} = {wrong}; INSERT INTO {table} SELECT * FROM kept"));
                let found = differences(&mut place.index(), &mut chain);
                assert_eq!(found.len(), 2, "{table}: {found:#?}");
                let extra = found.iter().find(|found| found.chain.is_none()).unwrap();
                assert_eq!((extra.key.to_string().as_str(), extra.index.is_some()), (wrong, true));
                place.tamper(&format!("DELETE FROM {table} WHERE {key} = {wrong}"));
            }
            let (missing, wrong) = (found[0].key, format!("UPDATE kept SET {key} = "));
            place.tamper(&format!("{wrong}{missing}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept"));
        }
        assert!(differences(&mut place.index(), &mut chain).is_empty());
    }
}

#[test]
fn all_differences_are_counted_and_some_listed() {
    for place in Place::lasting() {
        let mut chain = FakeChain::new();
        chain.mine(|world| (0..150).for_each(|number| _ = world.trade(number, number + 1, 5_000)));
        follow(&mut place.index(), &mut chain).unwrap();
        place.tamper("UPDATE settlements SET points = 9");
        let verification = verify(&mut place.index(), &mut chain, |_, _| {}).unwrap();
        assert_eq!(verification.different, 150);
        assert_eq!(verification.differences.len(), MAX_LISTED_DIFFERENCES);
        assert!(verification.differences[0].to_string().starts_with("settlements 1: id=1 "));
    }
}

#[test]
fn a_chain_that_went_another_way_is_no_damage() {
    for place in Place::all() {
        let mut index = place.index();
        let mut chain = chain();
        follow(&mut index, &mut chain).unwrap();
        chain.take_away(2);
        chain.mine(|_| {});
        chain.mine(|_| {});
        let error = verify(&mut index, &mut chain, |_, _| {}).unwrap_err();
        assert!(matches!(error, Error::NotOfTheChain { block: 6 }), "{error:?}");
        // A node that is not there yet tells nothing of block 6.
        chain.take_away(2);
        let error = verify(&mut index, &mut chain, |_, _| {}).unwrap_err();
        assert!(matches!(error, Error::NodeBehind { head: 4, indexed: 6 }), "{error:?}");
    }
}

#[test]
fn texts_of_any_kind_are_kept_and_compared() {
    for place in Place::all() {
        let mut index = place.index();
        let mut chain = FakeChain::new();
        let texts = ["", "\0", "a\0b", "\u{fffd}", "'; DROP TABLE proposals; --", "\u{202e}\u{1f980}\n\r\t\\x41", "$1"];
        chain.mine(|world| {
            for text in texts {
                let trade_id = world.propose(wallet(1), wallet(2), true, 5_000, (text, text));
                world.accept(trade_id);
            }
        });
        // Settled by an index that has to read the texts again.
        follow(&mut index, &mut chain).unwrap();
        if !matches!(place, Place::Memory) {
            index = place.index();
        }
        chain.mine(|world| world.trades.clone().iter().for_each(|(trade_id, _)| world.settle(*trade_id)));
        follow(&mut index, &mut chain).unwrap();
        assert!(differences(&mut index, &mut chain).is_empty());
        let trades = index.read(|reader| reader.trades_of(wallet(1), None, 100)).unwrap();
        let kept: Vec<_> = trades.iter().rev().map(|trade| trade.description.as_str()).collect();
        assert_eq!(kept, ["", "\u{fffd}", "a\u{fffd}b", "\u{fffd}", texts[4], texts[5], texts[6]]);
        assert_eq!(index.status().unwrap().settled, texts.len() as u64);
    }
}

#[test]
fn damage_that_is_met_while_reading_is_said() {
    let place = Place::file();
    let mut chain = chain();
    follow(&mut place.index(), &mut chain).unwrap();
    place.tamper("UPDATE wallets SET address = x'ab' WHERE id = 1");
    let error =
        Index::open(&place.location()).unwrap().read(|reader| reader.settlements_after(0, |_| Ok(()))).unwrap_err();
    let Error::Damaged { location, .. } = error else { panic!("{error:?}") };
    assert_eq!(location, place.location().to_string());
    assert_eq!(*place.index().identity(), identity());
}
