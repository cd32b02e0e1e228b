//! Where the index is, and what is there instead of one.

use std::future::{pending, ready};

use barter_sdk::{BarterClient, DeployPlan, Deployment, Environment, Error, INDEX_VARIABLE, RunUntil};

use super::{assert_same, at, catch_up};
use crate::chain::{Chain, plan, wallet};

#[tokio::test]
async fn a_cause_is_told_once() {
    let chain = Chain::start().await;
    let client = chain.builder(3).index("postgres://barter@127.0.0.1:1/barter").build().unwrap();
    let error = client.index().status().await.unwrap_err();
    let message = error.report().message;
    assert_eq!(message.matches("efused").count(), 1, "{message}");
}

#[tokio::test]
async fn an_index_of_something_else_is_refused() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("barter.db");
    catch_up(&at(&chain, &path)).await;
    let other_deployment = DeployPlan { arbiter: wallet(1), ..DeployPlan::default() };
    let deployed = chain.builder(0).deployer().unwrap().deploy(other_deployment).await.unwrap().deployment;
    let other = chain.builder(3).deployment(deployed).index(path.to_str().unwrap()).build().unwrap();
    let other_chain = Chain::start_empty(7);
    let elsewhere = other_chain.builder(3).chain_id(7).index(path.to_str().unwrap()).build().unwrap();
    for client in [&other, &elsewhere] {
        let error = client.compliance().flags(wallet(0)).await.unwrap_err();
        assert!(matches!(error, Error::Index(_)) && error.code() == "other_index", "{error:?}");
        let error = client.index().status().await.unwrap_err();
        assert_eq!(error.code(), "other_index", "{error:?}");
    }
    let error = other.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap_err();
    assert_eq!(error.code(), "other_index", "{error:?}");
}

/// One that was begun late lacks the trades before it, and with them whole histories.
#[tokio::test]
async fn an_index_begun_after_the_deployment_is_refused() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    chain.settle(0, 1, &[2_000]).await;
    let path = folder.path().join("barter.db");
    let from = |block| {
        let deployment = Deployment { block, ..chain.deployment };
        chain.builder(3).deployment(deployment).index(path.to_str().unwrap()).build().unwrap()
    };
    let late = chain.deployment.block + 1;
    catch_up(&from(late)).await;
    assert_eq!(from(late + 1).compliance().wallet_summary(wallet(0)).await.unwrap().trades, 1);
    let error = from(late - 1).compliance().wallet_summary(wallet(0)).await.unwrap_err();
    assert_eq!(error.code(), "other_index", "{error:?}");
    let said = error.to_string();
    assert!(
        said.contains(&format!("from block {late};")) && said.ends_with(&format!("from block {}", late - 1)),
        "{said}"
    );
}

/// Whoever has a file open goes on reading it though another is at its place.
#[tokio::test]
async fn an_index_made_anew_at_the_same_place_is_noticed() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("barter.db");
    let client = at(&chain, &path);
    chain.settle(0, 1, &[2_000; 2]).await;
    catch_up(&client).await;
    assert_eq!(client.compliance().wallet_summary(wallet(0)).await.unwrap().trades, 2);

    for ending in ["", "-wal", "-shm"] {
        let file = folder.path().join(format!("barter.db{ending}"));
        assert!(std::fs::remove_file(&file).is_ok() || !file.exists());
    }
    let error = client.compliance().wallet_summary(wallet(0)).await.unwrap_err();
    assert_eq!(error.code(), "index_not_found", "{error:?}");

    let other = Chain::start().await;
    other.settle(0, 1, &[2_000]).await;
    catch_up(&at(&other, &path)).await;
    assert_eq!(client.compliance().wallet_summary(wallet(0)).await.unwrap().trades, 1);
    assert_same(&other, &client).await;
}

#[tokio::test]
async fn no_index_an_empty_one_and_what_is_none_are_told() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let none = chain.client(3).index();
    assert!(matches!(none.status().await, Err(Error::NoIndex)));
    assert!(matches!(none.run(RunUntil::Head, pending(), |_| {}).await, Err(Error::NoIndex)));

    let missing = at(&chain, &folder.path().join("missing.db"));
    let error = missing.compliance().flags(wallet(0)).await.unwrap_err();
    assert!(error.code() == "index_not_found" && error.to_string().contains("missing.db"), "{error:?}");
    assert!(!folder.path().join("missing.db").exists(), "asking makes no index");

    let nonsense = folder.path().join("nonsense.db");
    std::fs::write(&nonsense, "nonsense ".repeat(1_000)).unwrap();
    let nonsense = at(&chain, &nonsense);
    let asked = nonsense.compliance().flags(wallet(0)).await.unwrap_err();
    let filled = nonsense.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap_err();
    assert_eq!([asked.code(), filled.code()], ["not_an_index"; 2], "{asked:?}");

    let away = chain.builder(3).index("postgres://me:hush@127.0.0.1:1/db").build().unwrap();
    let error = away.compliance().flags(wallet(0)).await.unwrap_err();
    assert_eq!(error.code(), "index_database", "{error:?}");
    let shown = format!("{error} {error:?} {}", serde_json::to_string(&error.report()).unwrap());
    assert!(!shown.contains("hush") && shown.contains("postgres://me@127.0.0.1:1/db"), "{shown}");

    let empty = at(&chain, &folder.path().join("empty.db"));
    empty.index().run(RunUntil::Head, ready(()), |_| {}).await.unwrap();
    let error = empty.compliance().flags(wallet(0)).await.unwrap_err();
    assert!(matches!(error, Error::EmptyIndex { .. }), "{error:?}");
}

#[test]
fn where_the_index_is_comes_from_the_builder_or_the_environment() {
    let builder = |location: &str| {
        let environment = Environment::from_pairs([(INDEX_VARIABLE, location)]);
        BarterClient::builder().environment(environment).network("local").deployment(plan().predict_addresses())
    };
    let error = builder("mysql://a:hush@b").build().unwrap_err();
    assert!(error.code() == "invalid_index_location" && !format!("{error:?} {error}").contains("hush"), "{error:?}");
    let client = builder("mysql://a:hush@b").index("postgres://me:hush@127.0.0.1:1/db").build().unwrap();
    let shown = format!("{client:?} {:?}", builder("x").index("postgres://me:hush@127.0.0.1:1/db"));
    assert!(!shown.contains("hush"), "{shown}");
    assert_eq!(client.index().location().unwrap(), "postgres://me@127.0.0.1:1/db");
}
