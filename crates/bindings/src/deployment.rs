//! Where the contracts are, and how they get there.

use alloy_primitives::{Address, B256, Bytes, U256, address, b256, bytes::BytesMut};
use alloy_sol_types::SolConstructor;
use barter_protocol::bond::Parameters;

use crate::{AuditorQuorum, BarterBond, BarterCore, TestDollar};

/// The deterministic deployer (Arachnid's), at the same address on every chain: called with a salt and init code, it
/// creates the contract with CREATE2.
pub const DETERMINISTIC_DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// The salt of this release: keccak256("barter.v1"), as the deploy script has it. Deployments that use another have
/// other addresses.
pub const RELEASE_SALT: B256 = b256!("0x78f4433fd9af792b1751cf544ff6e1ad6fcab0cc1e4d9880990657493759721d");

/// `BarterCore`'s nonce when it creates BTRTrust: the first of a contract.
const TRUST_NONCE: u64 = 1;
/// `BarterCore`'s nonce when it creates BTRCredit.
const CREDIT_NONCE: u64 = 2;

/// The addresses of one deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Addresses {
    /// BarterCore.
    pub core: Address,
    /// BTRTrust.
    pub trust: Address,
    /// BTRCredit.
    pub credit: Address,
}

impl Addresses {
    /// The deployment whose BarterCore is at `core`, which creates the other two itself.
    pub fn of_core(core: Address) -> Self {
        Self { core, trust: core.create(TRUST_NONCE), credit: core.create(CREDIT_NONCE) }
    }
}

/// A contract's creation through [`DETERMINISTIC_DEPLOYER`]: the same address on every chain for the same code, arguments and
/// salt.
///
/// ```
/// use barter_bindings::{Creation, RELEASE_SALT};
///
/// let dollar = Creation::test_dollar(RELEASE_SALT);
/// // A transaction to the deterministic deployer with this data creates it.
/// assert_eq!(dollar.calldata()[..32], RELEASE_SALT[..]);
/// assert_ne!(dollar.address(), Creation::test_dollar(Default::default()).address());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    salt: B256,
    init_code: Bytes,
}

impl Creation {
    fn new(salt: B256, code: &Bytes, arguments: &[u8]) -> Self {
        Self { salt, init_code: [code.as_ref(), arguments].concat().into() }
    }

    /// Of an auditors' quorum: the auditors in ascending order, how many of them rule, how many overturn a ruling, and for how
    /// many seconds they can.
    pub fn quorum(
        auditors: Vec<Address>,
        threshold: U256,
        overturn_threshold: U256,
        overturn_window: U256,
        salt: B256,
    ) -> Self {
        let arguments = AuditorQuorum::constructorCall {
            list: auditors,
            threshold,
            overturnThreshold: overturn_threshold,
            overturnWindow: overturn_window,
        };
        Self::new(salt, &AuditorQuorum::BYTECODE, &arguments.abi_encode())
    }

    /// Of a `BarterBond`.
    pub fn bond(parameters: &Parameters, salt: B256) -> Self {
        let arguments = BarterBond::constructorCall { parameters: parameters.into() };
        Self::new(salt, &BarterBond::BYTECODE, &arguments.abi_encode())
    }

    /// Of the test networks' token.
    pub fn test_dollar(salt: B256) -> Self {
        Self::new(salt, &TestDollar::BYTECODE, &[])
    }

    /// The creation code with its arguments: what a plain creating transaction carries.
    pub const fn init_code(&self) -> &Bytes {
        &self.init_code
    }

    /// What to send to [`DETERMINISTIC_DEPLOYER`].
    pub fn calldata(&self) -> Bytes {
        let mut calldata = BytesMut::with_capacity(self.salt.len() + self.init_code.len());
        calldata.extend_from_slice(self.salt.as_slice());
        calldata.extend_from_slice(&self.init_code);
        calldata.freeze().into()
    }

    /// Where the contract will be.
    pub fn address(&self) -> Address {
        DETERMINISTIC_DEPLOYER.create2_from_code(self.salt, &self.init_code)
    }
}

/// The creation of BarterCore, which creates the other two: the same three addresses on every chain for the same code, salt
/// and arbiter.
///
/// ```
/// use alloy_primitives::Address;
/// use barter_bindings::{DETERMINISTIC_DEPLOYER, Deployment, RELEASE_SALT};
///
/// let deployment = Deployment::new(Address::ZERO, RELEASE_SALT);
/// // A transaction to this address with this data creates all three contracts.
/// let (to, data) = (DETERMINISTIC_DEPLOYER, deployment.calldata());
/// assert_eq!(data[..32], RELEASE_SALT[..]);
/// assert_ne!(deployment.addresses().core, to);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment(Creation);

impl Deployment {
    /// The deployment with this arbiter (the zero address: nobody ever rules on disputes) and salt.
    pub fn new(arbiter: Address, salt: B256) -> Self {
        Self(Creation::new(salt, &BarterCore::BYTECODE, &BarterCore::constructorCall { arbiter }.abi_encode()))
    }

    /// BarterCore's creation code with its constructor's argument: what a plain creating transaction carries.
    pub const fn init_code(&self) -> &Bytes {
        self.0.init_code()
    }

    /// What to send to [`DETERMINISTIC_DEPLOYER`].
    pub fn calldata(&self) -> Bytes {
        self.0.calldata()
    }

    /// Where the three contracts will be.
    pub fn addresses(&self) -> Addresses {
        Addresses::of_core(self.0.address())
    }
}
