//! Where the three contracts are, and how they get there.

use alloy_primitives::{Address, B256, Bytes, address, b256, bytes::BytesMut};
use alloy_sol_types::SolConstructor;

use crate::BarterCore;

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

/// A deployment through [`DETERMINISTIC_DEPLOYER`]: the same three addresses on every chain for the same code, salt and
/// arbiter.
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
pub struct Deployment {
    salt: B256,
    init_code: Bytes,
}

impl Deployment {
    /// The deployment with this arbiter (the zero address: nobody ever rules on disputes) and salt.
    pub fn new(arbiter: Address, salt: B256) -> Self {
        let mut init_code = BarterCore::BYTECODE.to_vec();
        init_code.extend(BarterCore::constructorCall { arbiter }.abi_encode());
        Self { salt, init_code: init_code.into() }
    }

    /// BarterCore's creation code with its constructor's argument: what a plain creating transaction carries.
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

    /// Where the three contracts will be.
    pub fn addresses(&self) -> Addresses {
        Addresses::of_core(DETERMINISTIC_DEPLOYER.create2_from_code(self.salt, &self.init_code))
    }
}
