//! What two parties agree on before anything is on a chain, and the id a trade on it has.

use alloy_primitives::{Address, B256, Keccak256};

use crate::{
    Error, PaymentHash, TradeId,
    limits::{MAX_AMOUNT_SATS, MAX_CATEGORY_BYTES, MAX_DESCRIPTION_BYTES, MIN_AMOUNT_SATS},
};

/// Bytes of a trade id that name the pair and its payment hash; the rest commits to all terms.
const KEY_BYTES: usize = 12;

/// In the encoded terms' flags: the counterparty pays. The low six bits are the category's length.
const COUNTERPARTY_PAYS: u8 = 0x80;

/// One side of a trade's payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Pays the Lightning invoice, and learns the preimage by it.
    Payer,
    /// Made the invoice.
    Payee,
}

impl Role {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Payer => Self::Payee,
            Self::Payee => Self::Payer,
        }
    }
}

/// What two parties agree on, within the protocol's limits: there is no way to hold others.
///
/// Texts are UTF-8 here. The contract does not look inside them: of a trade somebody else proposed with other bytes, the
/// texts read from the chain are lossy, and its id cannot be computed from them again.
///
/// ```
/// use alloy_primitives::Address;
/// use barter_protocol::{Error, PaymentHash, Terms};
///
/// let (payer, payee) = (Address::repeat_byte(1), Address::repeat_byte(2));
/// let refused = Terms::new(payer, payee, PaymentHash::new([3; 32]), 500, "goods", "a book");
/// let (minimum, maximum) = (1_000, 2_100_000_000_000_000);
/// assert_eq!(refused, Err(Error::AmountOutOfRange { amount_sats: 500, minimum, maximum }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    payer: Address,
    payee: Address,
    payment_hash: PaymentHash,
    amount_sats: u64,
    category: String,
    description: String,
}

impl Terms {
    /// The terms, if they are within the limits.
    ///
    /// # Errors
    /// As the contract refuses, in its order: [`Error::ZeroCounterparty`], [`Error::SelfTrade`],
    /// [`Error::AmountOutOfRange`], [`Error::CategoryTooLong`], [`Error::DescriptionTooLong`].
    pub fn new(
        payer: Address,
        payee: Address,
        payment_hash: PaymentHash,
        amount_sats: u64,
        category: impl Into<String>,
        description: impl Into<String>,
    ) -> Result<Self, Error> {
        let (category, description) = (category.into(), description.into());
        if payer.is_zero() || payee.is_zero() {
            return Err(Error::ZeroCounterparty);
        }
        if payer == payee {
            return Err(Error::SelfTrade { wallet: payer });
        }
        if !(MIN_AMOUNT_SATS..=MAX_AMOUNT_SATS).contains(&amount_sats) {
            return Err(Error::AmountOutOfRange { amount_sats, minimum: MIN_AMOUNT_SATS, maximum: MAX_AMOUNT_SATS });
        }
        if category.len() > MAX_CATEGORY_BYTES {
            return Err(Error::CategoryTooLong { length: category.len(), maximum: MAX_CATEGORY_BYTES });
        }
        if description.len() > MAX_DESCRIPTION_BYTES {
            return Err(Error::DescriptionTooLong { length: description.len(), maximum: MAX_DESCRIPTION_BYTES });
        }
        Ok(Self { payer, payee, payment_hash, amount_sats, category, description })
    }

    /// Who pays the Lightning invoice.
    pub const fn payer(&self) -> Address {
        self.payer
    }

    /// Who made the invoice.
    pub const fn payee(&self) -> Address {
        self.payee
    }

    /// sha256 over the 32 bytes of the preimage.
    pub const fn payment_hash(&self) -> PaymentHash {
        self.payment_hash
    }

    /// Amount in satoshis.
    pub const fn amount_sats(&self) -> u64 {
        self.amount_sats
    }

    /// The category, at most [`MAX_CATEGORY_BYTES`] bytes.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The description, at most [`MAX_DESCRIPTION_BYTES`] bytes.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The wallet in a role.
    pub const fn wallet(&self, role: Role) -> Address {
        match role {
            Role::Payer => self.payer,
            Role::Payee => self.payee,
        }
    }

    /// A wallet's role, if it is a party.
    pub fn role_of(&self, wallet: Address) -> Option<Role> {
        if wallet == self.payer {
            Some(Role::Payer)
        } else if wallet == self.payee {
            Some(Role::Payee)
        } else {
            None
        }
    }

    /// The id a trade on these terms has if the wallet in the role `proposer` proposes it: 12 bytes of
    /// [`pair_key`](Self::pair_key), then the last 20 bytes of keccak256 over all terms.
    ///
    /// The first part makes a pair's payment hash usable once. The second binds the id to the terms, so that a
    /// reorganisation cannot put other terms under an id somebody is about to accept.
    pub fn trade_id(&self, proposer: Role) -> TradeId {
        let mut id = self.commitment(proposer);
        id[..KEY_BYTES].copy_from_slice(&self.pair_key());
        id
    }

    /// First 12 bytes of keccak256(lower party ‖ higher party ‖ payment hash): the same both ways round.
    pub fn pair_key(&self) -> [u8; KEY_BYTES] {
        let lower = self.payer.min(self.payee);
        let higher = self.payer.max(self.payee);
        let mut hasher = Keccak256::new();
        hasher.update(lower);
        hasher.update(higher);
        hasher.update(self.payment_hash.as_bytes());
        let hash = hasher.finalize();
        let mut key = [0; KEY_BYTES];
        key.copy_from_slice(&hash[..KEY_BYTES]);
        key
    }

    /// keccak256(amount, 7 bytes ‖ flags ‖ proposer ‖ counterparty ‖ payment hash ‖ category ‖ description).
    fn commitment(&self, proposer: Role) -> B256 {
        // Both lengths fit: the amount is below 2^51 and the category at most 32 bytes.
        let amount = &self.amount_sats.to_be_bytes()[1..];
        let category_length = self.category.len().to_be_bytes();
        let mut flags = category_length[category_length.len() - 1];
        if proposer == Role::Payee {
            flags |= COUNTERPARTY_PAYS;
        }
        let mut hasher = Keccak256::new();
        hasher.update(amount);
        hasher.update([flags]);
        hasher.update(self.wallet(proposer));
        hasher.update(self.wallet(proposer.other()));
        hasher.update(self.payment_hash.as_bytes());
        hasher.update(self.category.as_bytes());
        hasher.update(self.description.as_bytes());
        hasher.finalize()
    }
}
