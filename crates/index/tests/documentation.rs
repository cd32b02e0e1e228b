//! What docs/index.md says of tables, views and queries is so.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::{collections::BTreeSet, fs, path::PathBuf};

use common::{FakeChain, follow, place::Place, wallet};
use rusqlite::Connection;

fn text() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/index.md");
    fs::read_to_string(path).unwrap()
}

/// A database with something in it.
fn place() -> (Place, PathBuf) {
    let place = Place::file();
    fill(&place);
    let Place::File(folder) = &place else { panic!("a file") };
    let path = folder.path().join("index.db");
    (place, path)
}

fn fill(place: &Place) {
    let mut chain = FakeChain::new();
    chain.mine(|world| {
        for number in 1..8 {
            world.trade(1, 2, 1_000 * number);
            let open = world.propose(wallet(3), wallet(4), true, 1_000, ("services", ""));
            world.accept(open);
        }
    });
    chain.mine_after(700_000, |_| {});
    follow(&mut place.index(), &mut chain).unwrap();
}

/// Every table of the database and its columns; of the views, if asked for.
fn schema(connection: &Connection, kind: &str) -> Vec<(String, Vec<String>)> {
    let names = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let tables = names(&format!("SELECT name FROM sqlite_schema WHERE type = '{kind}'"));
    let columns = |table: &str| names(&format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
    tables.into_iter().map(|table| (table.clone(), columns(&table))).collect()
}

#[test]
fn every_column_is_documented_in_its_table() {
    let (_place, path) = place();
    let text = text();
    let documented: Vec<(String, Vec<String>)> = text
        .split("\n### `")
        .skip(1)
        .map(|section| {
            let section = section.split("\n## ").next().unwrap();
            let (table, rest) = section.split_once('`').unwrap();
            let rows = rest.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
            (table.to_owned(), rows.map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(schema(&Connection::open(path).unwrap(), "table"), documented);
}

#[test]
fn every_view_is_documented() {
    let (_place, path) = place();
    let views =
        schema(&Connection::open(path).unwrap(), "view").into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    let text = text();
    let section = text.split("\n## Views").nth(1).unwrap().split("\n## ").next().unwrap();
    let documented = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(views, documented.map(str::to_owned).collect());
}

/// The queries of the documentation.
fn queries() -> Vec<String> {
    let text = text();
    let queries = text.split("```sql\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    let queries: Vec<_> = queries.collect();
    assert!(queries.len() >= 6);
    queries
}

#[test]
fn every_query_of_the_documentation_answers() {
    let (_place, path) = place();
    let connection = Connection::open(path).unwrap();
    for query in queries() {
        let mut statement = connection.prepare(&query).unwrap_or_else(|error| panic!("{query}: {error}"));
        let mut rows = statement.query(()).unwrap();
        assert!(rows.next().unwrap().is_some(), "{query}");
    }
    for (view, _) in schema(&connection, "view") {
        let mut statement = connection.prepare(&format!("SELECT * FROM {view}")).unwrap();
        assert!(statement.query(()).unwrap().next().unwrap().is_some(), "{view}");
    }
    // Two wallets of one person settle what they like: no query must fail at a sum beyond 64 bits.
    let mut connection = connection;
    let tampered = connection.transaction().unwrap();
    tampered.execute("UPDATE settlements SET amount_sats = 9000000000000000000", ()).unwrap();
    for query in queries() {
        let mut statement = tampered.prepare(&query).unwrap();
        let rows = statement.query_map((), |_| Ok(())).unwrap();
        assert!(rows.into_iter().all(|row| row.is_ok()), "{query}");
    }
    tampered.rollback().unwrap();
    // What a pair's sixth trade brought, and did not bring, as rows.
    let count = |sql: &str| connection.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM score_changes"), 10);
    assert_eq!(count("SELECT count(*) FROM credit_movements WHERE kind = 'earned'"), 10);
    assert_eq!(count("SELECT count(*) FROM trades WHERE status = 'settled'"), 7);
    assert_eq!(count("SELECT sum(earned_tokens) FROM wallet_standings"), 2 * (1 + 2 + 3 + 4 + 5));
}

#[test]
fn every_query_answers_on_a_server() {
    let Some(place) = Place::postgres() else { return };
    fill(&place);
    let Place::Postgres { server, schema: name } = &place else { panic!("a server") };
    let mut client = postgres::Client::connect(server, postgres::NoTls).unwrap();
    client.batch_execute(&format!("SET search_path TO {name}")).unwrap();
    for query in queries() {
        let rows = client.query(&query, &[]).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert!(!rows.is_empty(), "{query}");
    }
    for view in ["trades", "settled_trades", "score_changes", "credit_movements", "wallet_standings"] {
        assert!(!client.query(&format!("SELECT * FROM {view}"), &[]).unwrap().is_empty(), "{view}");
    }
}
