//! Deployments: the contracts with some numbers, and the values they must agree with.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolConstructor;
use barter_bindings::{AuditorQuorum, BarterBond, Deployment, IBarterBond, TestDollar};
use barter_protocol::{
    Ledger, SigningDomain,
    bond::{self, Auditors, BondDomain, Parameters, QuorumDomain},
};

use crate::{
    chain::{CHAIN_ID, Chain},
    model::{
        wallet::{Name, Wallet},
        witness::{Contract, Witness},
    },
};

use super::{
    operation::{Numbers, Setup},
    token::{STRANGE, Token},
};

/// Who deploys each contract. Each deploys one, so that all addresses are known before.
const DEPLOYERS: [Address; 4] =
    [Address::repeat_byte(0xd1), Address::repeat_byte(0xd2), Address::repeat_byte(0xd3), Address::repeat_byte(0xd4)];

/// One deployment, on the chain and as values.
pub(super) struct Deployed {
    pub(super) witness: Witness,
    pub(super) bond: bond::BarterBond,
    pub(super) quorum: bond::AuditorQuorum,
    pub(super) token: Token,
    /// Of the `BarterCore` whose arbiter the quorum is, and of one that has none.
    pub(super) ledgers: [Ledger; 2],
}

impl Numbers {
    /// The auditors, how many rule and overturn, and the window for it.
    fn auditors(self) -> (Vec<Name>, usize, usize, u64) {
        let [erin, frank, grace, heidi] = [4, 5, 6, 7].map(Name::new);
        match self {
            Self::Usual => (vec![erin, frank, grace], 2, 3, Parameters::OVERTURN_WINDOW),
            Self::Small => (vec![erin, Name::SAFE], 1, 2, 3),
            Self::Odd => (vec![erin, frank, grace, heidi, Name::SAFE], 2, 4, 1_000),
            Self::Dear => (vec![erin, frank, Name::VAULT], 1, 3, 1),
        }
    }

    fn parameters(self, token: Address, quorum: Address) -> Parameters {
        let usual = Parameters::new(token, quorum, Parameters::MINIMUM_BOND_ON_TEST_NETWORKS);
        match self {
            Self::Usual => usual,
            Self::Small => Parameters {
                minimum_bond: 3,
                minimum_deposit: 1,
                deposit_ppm: 300_000,
                max_slash_ppm: 1_000_000,
                unbonding_delay: 10,
                ruling_period: 7,
                ..usual
            },
            Self::Odd => Parameters {
                minimum_bond: 0,
                minimum_deposit: 0,
                deposit_ppm: 0,
                max_slash_ppm: 333_333,
                unbonding_delay: 5,
                ruling_period: 20,
                ..usual
            },
            Self::Dear => Parameters {
                minimum_bond: 1_000_000,
                minimum_deposit: 5,
                deposit_ppm: 1_000_000,
                max_slash_ppm: 1,
                unbonding_delay: 100,
                ruling_period: 1,
                ..usual
            },
        }
    }
}

/// The contracts with these numbers, their creation codes altered so, and what they must agree with.
pub(super) fn deploy(setup: Setup, wallets: &[Wallet], alter: &dyn Fn(Contract, Bytes) -> Bytes) -> Deployed {
    let [quorum, bond, token, other] = DEPLOYERS.map(|deployer| deployer.create(0));
    let (names, threshold, overturn_threshold, window) = setup.numbers.auditors();
    let mut list: Vec<_> = names.into_iter().map(|name| wallets[name.index()].address()).collect();
    list.sort_unstable();
    let parameters = setup.numbers.parameters(token, quorum);

    let mut chain = Chain::deploy(Address::repeat_byte(0xde), quorum);
    let core = chain.addresses.core;
    let codes = [
        (0, quorum, alter(Contract::Quorum, quorum_code(list.clone(), threshold, overturn_threshold, window))),
        (2, token, TestDollar::BYTECODE.clone()),
        (1, bond, alter(Contract::Bond, bond_code(&parameters))),
        (3, other, Deployment::new(Address::ZERO, B256::ZERO).init_code().clone()),
    ];
    for (deployer, expected, code) in codes {
        if expected == token && setup.is_strange {
            chain.install(token, Bytes::from_static(STRANGE));
        } else {
            assert_eq!(chain.create(DEPLOYERS[deployer], code), expected, "a first contract's address");
        }
    }
    let mut witness = Witness::with(chain, wallets);
    let named =
        [(quorum, Contract::Quorum), (bond, Contract::Bond), (token, Contract::Dollar), (other, Contract::Core)];
    for (address, contract) in named {
        witness.introduce(address, contract);
    }

    #[expect(clippy::expect_used, reason = "fixed numbers, which the contracts took")]
    let auditors = Auditors::new(list, threshold, overturn_threshold, window).expect("auditors the contract took");
    #[expect(clippy::expect_used, reason = "fixed numbers, which the contracts took")]
    let machine = bond::BarterBond::new(BondDomain::new(CHAIN_ID, bond), parameters, auditors.clone())
        .expect("parameters the contract took");
    Deployed {
        witness,
        bond: machine,
        quorum: bond::AuditorQuorum::new(QuorumDomain::new(CHAIN_ID, quorum), auditors),
        token: Token::new(token, setup.is_strange, bond),
        ledgers: [
            Ledger::new(SigningDomain::new(CHAIN_ID, core), quorum),
            Ledger::new(SigningDomain::new(CHAIN_ID, other), Address::ZERO),
        ],
    }
}

/// `AuditorQuorum`'s creation code with its constructor's arguments.
pub fn quorum_code(list: Vec<Address>, threshold: usize, overturn_threshold: usize, window: u64) -> Bytes {
    let arguments = AuditorQuorum::constructorCall {
        list,
        threshold: U256::from(threshold),
        overturnThreshold: U256::from(overturn_threshold),
        overturnWindow: U256::from(window),
    };
    [AuditorQuorum::BYTECODE.to_vec(), arguments.abi_encode()].concat().into()
}

/// `BarterBond`'s creation code with its constructor's arguments.
pub fn bond_code(parameters: &Parameters) -> Bytes {
    let parameters = IBarterBond::Parameters {
        token: parameters.token,
        quorum: parameters.quorum,
        minimumBond: U256::from(parameters.minimum_bond),
        minimumDeposit: U256::from(parameters.minimum_deposit),
        depositPpm: U256::from(parameters.deposit_ppm),
        maxSlashPpm: U256::from(parameters.max_slash_ppm),
        unbondingDelay: U256::from(parameters.unbonding_delay),
        rulingPeriod: U256::from(parameters.ruling_period),
    };
    let arguments = BarterBond::constructorCall { parameters };
    [BarterBond::BYTECODE.to_vec(), arguments.abi_encode()].concat().into()
}
