//! The contracts are where the bindings say they will be.

use alloy_primitives::{Address, B256, bytes, keccak256};
use barter_bindings::{Addresses, BTRCredit, BTRTrust, BarterCore, DETERMINISTIC_DEPLOYER, Deployment, RELEASE_SALT};

use barter_sim::chain::Chain;

const ANYBODY: Address = Address::repeat_byte(0xde);

fn check(chain: &mut Chain, addresses: Addresses, arbiter: Address) {
    let core = addresses.core;
    assert_eq!(chain.view(core, &BarterCore::TRUSTCall {}), Ok(addresses.trust));
    assert_eq!(chain.view(core, &BarterCore::CREDITCall {}), Ok(addresses.credit));
    assert_eq!(chain.view(core, &BarterCore::ARBITERCall {}), Ok(arbiter));
    assert_eq!(chain.view(addresses.trust, &BTRTrust::CORECall {}), Ok(core));
    assert_eq!(chain.view(addresses.credit, &BTRCredit::CORECall {}), Ok(core));
}

#[test]
fn a_plain_deployment_is_where_its_core_says() {
    let arbiter = Address::repeat_byte(0xaf);
    let mut chain = Chain::deploy(ANYBODY, arbiter);
    let addresses = chain.addresses;
    check(&mut chain, addresses, arbiter);
}

#[test]
fn a_deterministic_deployment_is_where_predicted() {
    assert_eq!(RELEASE_SALT, keccak256("barter.v1"));
    let mut chain = Chain::deploy(ANYBODY, Address::ZERO);
    // The deployer's whole code: CREATE2 of what follows the salt.
    chain.install(
        DETERMINISTIC_DEPLOYER,
        bytes!(
            "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
        ),
    );
    for (arbiter, salt) in [(Address::ZERO, RELEASE_SALT), (Address::repeat_byte(0xaf), B256::ZERO)] {
        let deployment = Deployment::new(arbiter, salt);
        let created = chain.send_data(ANYBODY, DETERMINISTIC_DEPLOYER, deployment.calldata());
        assert_eq!(Address::from_slice(&created), deployment.addresses().core);
        check(&mut chain, deployment.addresses(), arbiter);
    }
}
