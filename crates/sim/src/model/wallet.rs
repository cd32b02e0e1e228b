//! The wallets of the model: keys, and contracts that sign in a way of their own (ERC-1271).

use std::fmt;

use alloy_primitives::{Address, B256, U256, hex, keccak256};
use alloy_signer::{Signature, SignerSync};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::sol;

use super::operation::Form;

/// Wallets with a key that trade. The first two trade most.
pub const KEYS: u8 = 10;
/// Wallets that trade: those with a key, then two that are contracts.
pub const TRADERS: u8 = KEYS + 2;
/// Wallets that can do something: the traders, and the arbiter.
pub const WALLETS: u8 = TRADERS + 1;

const NAMES: [&str; WALLETS as usize] = [
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "the vault",
    "the safe",
    "the arbiter",
];

/// Order of the group that signatures are made in (secp256k1).
const ORDER: U256 = U256::from_be_bytes(hex!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));

/// Every byte of a signature that is none: as a parity it is out of range too.
const NOISE: u8 = 0x5a;

/// A wallet by its name, which is the same in every world.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(u8);

/// A wallet that something is done to, or the zero address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A wallet.
    Wallet(Name),
    /// The zero address.
    Nobody,
}

/// One wallet of one world.
#[derive(Clone)]
pub struct Wallet {
    name: Name,
    address: Address,
    /// A contract is called by the wallet of this key, and does what it says.
    key: PrivateKeySigner,
}

sol! {
    /// What the contracts do for their owner.
    function execute(address to, bytes data) returns (bytes answer);
}

/// The contracts' code. ERC-1271's question is answered with yes for the one signature of 32 bytes that [`Wallet::sign`]
/// makes: keccak256(digest ‖ wallet). Any other call is taken for [`execute`](executeCall).
///
/// ```text
/// 5f 35 60e0 1c 63 1626ba7e 14 603b 57     the question is answered at 0x3b
/// 6044 35 80 6064 5f 37                    the data of `execute`, copied to 0
/// 5f 5f 82 5f 5f 6004 35 5a f1             call `to` with it
/// 3d 5f 6040 3e 602c 57 3d 6040 fd         what came back, copied to 0x40; revert with it if the call failed
/// 5b 6020 5f 52 3d 6020 52 3d 6040 01 5f f3   0x2c: return it as `bytes`
/// 5b 6004 35 5f 52 30 6020 52 6040 5f 20   0x3b: the signature there is
/// 6064 35 14 6044 35 6020 14 16            whether the one brought is it, in its bytes and its length
/// 63 1626ba7e 02 60e0 1b 5f 52 6020 5f f3  return the magic value, or 0
/// ```
pub(super) const CONTRACT: &[u8] = &hex!(
    "5f3560e01c631626ba7e14603b57"
    "6044358060645f37"
    "5f5f825f5f6004355af1"
    "3d5f60403e602c573d6040fd"
    "5b60205f523d6020523d6040015ff3"
    "5b6004355f523060205260405f20"
    "6064351460443560201416"
    "631626ba7e0260e01b5f5260205ff3"
);

impl Name {
    /// Alice, who trades most.
    pub const ALICE: Self = Self(0);
    /// Bob, with whom she does.
    pub const BOB: Self = Self(1);
    /// One who complains, where there are bonds.
    pub const CAROL: Self = Self(2);
    /// Another.
    pub const DAVE: Self = Self(3);
    /// A wallet that is a contract.
    pub const VAULT: Self = Self(KEYS);
    /// Another.
    pub const SAFE: Self = Self(KEYS + 1);
    /// Who rules on disputes, where somebody does. Can trade like any other.
    pub const ARBITER: Self = Self(TRADERS);

    /// The wallet of this number; the numbers begin again after [`WALLETS`].
    pub const fn new(index: u8) -> Self {
        Self(index % WALLETS)
    }

    /// All there are.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + Clone {
        (0..WALLETS).map(Self)
    }

    /// Its number.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether it is a contract.
    pub const fn is_contract(self) -> bool {
        self.0 >= KEYS && self.0 < TRADERS
    }
}

impl Wallet {
    /// The wallet of this name, with the key and the address that are usually another's.
    pub(super) fn new(name: Name, identity: Name) -> Self {
        assert_eq!(name.is_contract(), identity.is_contract(), "{name} and {identity} are not of one kind");
        let secret = keccak256([identity.0]);
        #[expect(clippy::expect_used, reason = "all but a few of 2^256 numbers are keys, and these thirteen are")]
        let key = PrivateKeySigner::from_bytes(&secret).expect("a hash that is no key");
        let address = if identity.is_contract() { Address::from_word(keccak256(secret)) } else { key.address() };
        Self { name, address, key }
    }

    /// Its name.
    pub const fn name(&self) -> Name {
        self.name
    }

    /// Its address.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Who sends its transactions: itself, or a contract's owner.
    pub(super) fn sender(&self) -> Address {
        self.key.address()
    }

    /// Its signature over a digest in some form, and whether that is one the contracts take for its.
    pub(super) fn sign(&self, digest: B256, form: Form) -> (Vec<u8>, bool) {
        if let Form::Noise(length) = form {
            return (vec![NOISE; length.into()], false);
        }
        if self.name.is_contract() {
            let mut word = keccak256([digest.as_slice(), self.address.into_word().as_slice()].concat()).to_vec();
            return match form {
                Form::Compact => (word[..31].to_vec(), false),
                Form::Mirrored => {
                    word.push(0);
                    (word, false)
                }
                _ => (word, true),
            };
        }
        let signature = self.sign_digest(digest);
        let bytes = match form {
            Form::Compact => signature.as_erc2098().to_vec(),
            Form::Mirrored => mirrored(&signature).as_bytes().to_vec(),
            _ => signature.as_bytes().to_vec(),
        };
        (bytes, true)
    }

    /// Its key's signature over a digest in some form as the parity and the two numbers a permit takes, and whether they are
    /// one.
    pub(super) fn sign_permit(&self, digest: B256, form: Form) -> (u8, B256, B256, bool) {
        let signature = self.sign_digest(digest);
        let signature = if form == Form::Mirrored { mirrored(&signature) } else { signature };
        let (parity, r, s) = (u8::from(signature.v()), B256::from(signature.r()), B256::from(signature.s()));
        match form {
            Form::Noise(_) => (NOISE, r, s, false),
            // A parity of 0 or 1, as newer kinds of transactions write it.
            Form::Compact => (parity, r, s, false),
            Form::Full | Form::Mirrored | Form::OtherDeadline => (parity + 27, r, s, !self.name.is_contract()),
        }
    }

    fn sign_digest(&self, digest: B256) -> Signature {
        #[expect(clippy::expect_used, reason = "a key in memory signs any hash")]
        self.key.sign_hash_sync(&digest).expect("a key that does not sign")
    }
}

/// The other signature of the same key over the same digest: it needs nobody's key, and the contracts take it.
fn mirrored(signature: &Signature) -> Signature {
    Signature::new(signature.r(), ORDER - signature.s(), !signature.v())
}

impl From<Name> for Target {
    fn from(name: Name) -> Self {
        Self::Wallet(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(NAMES[self.index()])
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet(name) => name.fmt(formatter),
            Self::Nobody => formatter.pad("nobody"),
        }
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the key.
        formatter
            .debug_struct("Wallet")
            .field("name", &self.name)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
