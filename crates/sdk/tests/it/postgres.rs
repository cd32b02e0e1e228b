//! The index in PostgreSQL, where `BARTER_TEST_POSTGRES` names a server: what a client does differently there.

use std::{
    collections::BTreeSet,
    env,
    future::{pending, ready},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use barter_sdk::{IndexProgress, RunUntil};
use postgres::{Client, NoTls};
use serde_json::json;

use crate::{
    compliance::market,
    indexing::{assert_same, catch_up},
};

/// A schema of a test's own, dropped with it.
struct Schema {
    server: String,
    name: String,
}

impl Schema {
    fn new(name: &str) -> Option<Self> {
        let server = env::var("BARTER_TEST_POSTGRES").ok()?;
        let schema = Self { server, name: format!("sdk_{}_{name}", std::process::id()) };
        schema.administer(format!("CREATE SCHEMA {}", schema.name));
        Some(schema)
    }

    /// On a thread of its own: this client waits, which must not be done inside an async runtime.
    fn administer(&self, sql: String) {
        let server = self.server.clone();
        thread::spawn(move || Client::connect(&server, NoTls).unwrap().batch_execute(&sql).unwrap()).join().unwrap();
    }

    fn url(&self) -> String {
        let sign = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{sign}options=-csearch_path%3D{}&application_name={}", self.server, self.name, self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.administer(format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

/// The connections wait for their server, and are used and dropped here within a runtime that must not wait.
#[tokio::test]
async fn the_same_answers_after_trades_a_reorganisation_and_a_lost_connection() {
    let Some(schema) = Schema::new("answers") else { return };
    let chain = market().await;
    let client = chain.builder(3).index(schema.url()).build().unwrap();
    catch_up(&client).await;
    assert_same(&chain, &client).await;

    let snapshot = chain.rpc("evm_snapshot", json!([])).await;
    chain.settle(0, 2, &[3_000, 4_000]).await;
    catch_up(&client).await;
    assert_same(&chain, &client).await;
    chain.rpc("evm_revert", json!([snapshot])).await;
    chain.settle(1, 3, &[5_000]).await;
    chain.mine(40).await;
    assert!(catch_up(&client).await.undone_blocks > 0);
    assert_same(&chain, &client).await;
    assert!(client.index().verify(pending(), |_, _| {}).await.unwrap().unwrap().is_right());

    let others = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '{}'",
        schema.name
    );
    schema.administer(others);
    assert_same(&chain, &client).await;
    catch_up(&client).await;
}

/// A full disk, another writer, and a server that ends in the middle of a transaction.
#[tokio::test]
async fn a_database_that_fails_for_a_while_costs_nothing() {
    let Some(schema) = Schema::new("failing") else { return };
    let chain = market().await;
    let client = chain.builder(3).poll_interval(Duration::from_millis(2)).index(schema.url()).build().unwrap();
    client.index().run(RunUntil::Head, ready(()), |_| {}).await.unwrap();
    let name = &schema.name;
    schema.administer(format!(
        "CREATE SEQUENCE {name}.failures;
        CREATE FUNCTION {name}.fail() RETURNS TRIGGER LANGUAGE plpgsql AS $$
        BEGIN
            CASE nextval('{name}.failures')
                WHEN 1 THEN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full';
                WHEN 2 THEN RAISE EXCEPTION 'no turn' USING ERRCODE = 'lock_not_available';
                WHEN 3 THEN PERFORM pg_terminate_backend(pg_backend_pid());
                ELSE NULL;
            END CASE;
            RETURN NULL;
        END $$;
        CREATE TRIGGER failing BEFORE INSERT ON {name}.settlements EXECUTE FUNCTION {name}.fail()"
    ));
    let waits = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&waits);
    let note = move |progress: &IndexProgress| seen.lock().unwrap().extend(progress.waiting_for.clone());
    let done = client.index().run(RunUntil::Head, pending(), note).await.unwrap();
    assert_eq!((done.block, waits.lock().unwrap().len()), (Some(done.head), 3), "{waits:?}");
    assert_same(&chain, &client).await;
}
