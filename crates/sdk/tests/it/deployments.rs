//! Putting the contracts on a chain.

use std::{fs, path::Path};

use barter_sdk::{B256, DETERMINISTIC_DEPLOYER, DeployPlan, Deployment, Error};
use serde_json::json;

use crate::chain::{Chain, plan};

#[tokio::test]
async fn deploys_where_it_said_and_only_once() {
    let chain = Chain::start_empty(31_337);
    chain.mine(6).await;
    let deployer = chain.builder(0).deployer().unwrap();
    let first = deployer.deploy(plan()).await.unwrap();
    let [receipt] = first.receipts.as_slice() else { panic!("one transaction: {first:?}") };
    assert_eq!(first.deployment, Deployment { block: receipt.block_number, ..plan().predict_addresses() });
    chain.builder(0).deployment(first.deployment).build().unwrap().check().await.unwrap();

    chain.mine(20).await;
    let second = chain.builder(1).deployer().unwrap().deploy(plan()).await.unwrap();
    assert!(second.receipts.is_empty());
    assert_eq!(second.deployment, first.deployment, "the block is found by halving");

    let other = DeployPlan { salt: B256::repeat_byte(1), ..plan() };
    let third = deployer.deploy(other).await.unwrap();
    assert_ne!(third.deployment.barter_core, first.deployment.barter_core);
}

#[tokio::test]
async fn the_same_addresses_on_another_chain() {
    let chain = Chain::start_empty(11_155_111);
    let deployer = chain.builder(2).network("sepolia").deployer().unwrap();
    let deployed = deployer.deploy(plan()).await.unwrap();
    assert_eq!(deployed.deployment.barter_core, plan().predict_addresses().barter_core);
}

#[tokio::test]
async fn a_chain_without_the_deterministic_deployer_is_told() {
    let chain = Chain::start_empty(31_337);
    chain.rpc("anvil_setCode", json!([DETERMINISTIC_DEPLOYER, "0x"])).await;
    let error = chain.builder(0).deployer().unwrap().deploy(plan()).await.unwrap_err();
    let Error::NoDeployer { chain_id: 31_337, deployer } = error else { panic!("{error:?}") };
    assert_eq!(deployer, DETERMINISTIC_DEPLOYER);
}

/// The crate's copies are the repository's files. Outside the repository, in the published package, there is nothing to
/// compare.
#[test]
fn the_embedded_deployments_are_the_repositorys() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deployments");
    let Ok(folder) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deployments")) else { return };
    for file in folder.map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if name.strip_suffix(".json").is_some_and(|id| id.parse::<u64>().is_ok()) && name != "31337.json" {
            let copy = fs::read_to_string(crate_folder.join(name));
            assert_eq!(copy.ok(), fs::read_to_string(&file).ok(), "copy {name} to crates/sdk/deployments/");
        }
    }
    assert!(!crate_folder.join("31337.json").exists(), "a local chain's deployment is nobody else's");
}
