//! Putting auditors and bonds on a chain.

use barter_protocol::BondError;
use barter_sdk::{AuditorPlan, DeployPlan, Deployment, Error};

use crate::{
    bonds::{AUDITORS, disputed, plan},
    chain::{Chain, wallet},
};

#[tokio::test]
async fn deploys_auditors_and_bond_where_it_said() {
    let mut chain = Chain::start_empty(31_337);
    let deployer = chain.builder(0).deployer().unwrap();
    let first = deployer.deploy(plan()).await.unwrap();
    assert_eq!(first.receipts.len(), 4, "auditors, BarterCore, token, bond");
    let predicted = plan().predict_addresses();
    assert_eq!(first.deployment, Deployment { block: first.receipts[1].block_number, ..predicted });
    assert_ne!(predicted.barter_core, DeployPlan::default().predict_addresses().barter_core, "another arbiter");
    chain.mine(5).await;
    let again = deployer.deploy(plan()).await.unwrap();
    assert!(again.receipts.is_empty());
    assert_eq!(again.deployment, first.deployment);
    chain.deployment = first.deployment;
    let client = chain.client(0);
    client.check().await.unwrap();
    // The quorum is the arbiter.
    let (trade_id, _) = disputed(&chain).await;
    let error = client.trade().dismiss(trade_id).await.unwrap_err();
    let arbiter = first.deployment.auditor_quorum.unwrap();
    assert!(
        matches!(error, Error::Refused(barter_protocol::Error::NotArbiter { arbiter: who, .. }) if who == arbiter),
        "{error:?}"
    );
}

#[tokio::test]
async fn plans_that_cannot_be_are_refused_with_the_reason() {
    let chain = Chain::start_empty(31_337);
    let deployer = chain.builder(0).deployer().unwrap();
    let with = |auditors: AuditorPlan| DeployPlan { auditors: Some(auditors), ..DeployPlan::default() };
    let usual = AuditorPlan::new(AUDITORS.map(wallet).to_vec(), 2, 3);
    let before = chain.now().await;

    let contradiction = DeployPlan { arbiter: wallet(1), ..with(usual.clone()) };
    let error = deployer.deploy(contradiction).await.unwrap_err();
    assert!(matches!(error, Error::InvalidPlan { .. }) && error.to_string().contains(&wallet(1).to_string()));
    let named = plan().predict_addresses().auditor_quorum.unwrap();
    assert_eq!(DeployPlan { arbiter: named, ..plan() }.predict_addresses(), plan().predict_addresses());

    let error = deployer.deploy(with(AuditorPlan { overturn_threshold: 2, ..usual.clone() })).await.unwrap_err();
    let expected = BondError::InvalidThresholds { threshold: 2, overturn_threshold: 2, auditors: 3 };
    assert!(matches!(&error, Error::BondRefused(error) if *error == expected), "{error:?}");
    let twice = AuditorPlan { auditors: vec![wallet(2), wallet(2), wallet(3)], ..usual.clone() };
    let error = deployer.deploy(with(twice)).await.unwrap_err();
    assert!(matches!(error, Error::BondRefused(BondError::AuditorsNotAscending { .. })), "{error:?}");
    assert_eq!(chain.now().await, before, "nothing was sent");

    let mut bonded = usual.with_test_bond();
    bonded.bond = bonded.bond.map(|bond| barter_sdk::BondParameters { max_slash_ppm: 0, ..bond });
    let error = deployer.deploy(with(bonded.clone())).await.unwrap_err();
    assert_eq!(error.code(), "invalid_parameter");
    bonded.bond = bonded.bond.map(|bond| barter_sdk::BondParameters { token: wallet(1), ..bond });
    let error = deployer.deploy(with(bonded)).await.unwrap_err();
    assert!(matches!(error, Error::NoContract { address, .. } if address == wallet(1)), "{error:?}");
}
