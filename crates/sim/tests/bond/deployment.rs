//! What can be deployed, by the values and by the contracts' constructors.

use alloy_primitives::{Address, U256};
use barter_bindings::{AuditorQuorum, BarterBond, ContractError, TestDollar};
use barter_protocol::{
    BondError,
    bond::{Auditors, Parameters},
    limits::{MAX_AUDITORS, MAX_BOND_PERIOD, MAX_OVERTURN_WINDOW},
};
use barter_sim::{
    chain::Chain,
    model::bond::{bond_code, quorum_code},
};
use proptest::prelude::*;

use crate::cases::cases;

const DEPLOYER: Address = Address::repeat_byte(0xd0);

/// Creates a contract, and gives its address or what its constructor refused with.
fn create(chain: &mut Chain, code: alloy_primitives::Bytes) -> Result<Address, ContractError> {
    chain.try_create(DEPLOYER, code)
}

fn refused<T>(error: BondError) -> Result<T, ContractError> {
    Err(ContractError::BondRefused(error))
}

/// Around each limit, and any combination of them, so that the order of the checks is met too.
#[test]
fn auditors_are_refused_alike() {
    let mut chain = Chain::deploy(DEPLOYER, Address::ZERO);
    let list = prop_oneof![
        4 => prop::collection::vec(0_u8..6, 0..6).prop_map(|mut list| {
            list.sort_unstable();
            list
        }),
        2 => prop::collection::vec(1_u8..6, 2..6),
        2 => (MAX_AUDITORS - 1..=MAX_AUDITORS + 1).prop_map(|count| (1..).take(count).collect()),
        4 => (2_usize..6).prop_map(|count| (1..).take(count).collect()),
    ];
    let windows =
        prop_oneof![3 => Just(1), 1 => Just(0), 2 => Just(MAX_OVERTURN_WINDOW), 1 => Just(MAX_OVERTURN_WINDOW + 1)];
    let mut deployed = 0;
    cases(400, &(list, 0_usize..4, 0_usize..6, windows), |(list, threshold, overturn_threshold, window)| {
        let list: Vec<_> = list.into_iter().map(Address::with_last_byte).collect();
        let theirs = create(&mut chain, quorum_code(list.clone(), threshold, overturn_threshold, window));
        let ours = Auditors::new(list, threshold, overturn_threshold, window);
        if let (Ok(at), Ok(auditors)) = (&theirs, &ours) {
            deployed += 1;
            prop_assert_eq!(chain.view(*at, &AuditorQuorum::auditorsCall {}), Ok(auditors.list().to_vec()));
        } else {
            prop_assert_eq!(theirs.map(drop), ours.map(drop).or_else(refused));
        }
        Ok(())
    });
    assert!(deployed > 20, "only {deployed} quorums could be deployed");
}

#[test]
fn parameters_are_refused_alike() {
    let mut chain = Chain::deploy(DEPLOYER, Address::ZERO);
    let auditors = [1, 2].map(Address::repeat_byte).to_vec();
    let quorum = create(&mut chain, quorum_code(auditors, 1, 2, 9)).unwrap();
    let token = create(&mut chain, TestDollar::BYTECODE.clone()).unwrap();
    let share =
        || prop_oneof![4 => Just(1_000_000), 2 => Just(1), 1 => Just(0), 1 => Just(1_000_001), 1 => any::<u32>()];
    let period = || prop_oneof![2 => Just(1), 4 => Just(MAX_BOND_PERIOD), 1 => Just(0), 1 => Just(MAX_BOND_PERIOD + 1)];
    let tokens = prop_oneof![8 => Just(token), 1 => Just(Address::ZERO)];
    let mut deployed = 0;
    cases(300, &(tokens, any::<[u128; 2]>(), share(), share(), period(), period()), |numbers| {
        let (token, [minimum_bond, minimum_deposit], deposit_ppm, max_slash_ppm, unbonding_delay, ruling_period) =
            numbers;
        let parameters = Parameters {
            token,
            quorum,
            minimum_bond,
            minimum_deposit,
            deposit_ppm,
            max_slash_ppm,
            unbonding_delay,
            ruling_period,
        };
        let theirs = create(&mut chain, bond_code(&parameters));
        let ours = parameters.check();
        if let (Ok(at), Ok(())) = (&theirs, &ours) {
            deployed += 1;
            let required = chain.view(*at, &BarterBond::requiredDepositCall { provider: token });
            prop_assert_eq!(required, Ok(U256::from(parameters.required_deposit(0))));
        } else {
            prop_assert_eq!(theirs.map(drop), ours.or_else(refused));
        }
        Ok(())
    });
    assert!(deployed > 20, "only {deployed} bonds could be deployed");
}
