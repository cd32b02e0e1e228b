//! The tokens that bonds are in: what the model says they do.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256, hex};
use barter_protocol::bond::{Incoming, Outgoing};

/// What every wallet has of a strange token: as much as anybody asks for.
pub(super) const FORTUNE: U256 = U256::from_limbs([0, 0, 0, 1 << 32]);

/// The slot with a strange token's fee, and with what the zero address has, whom nobody pays.
pub(super) const FEE_SLOT: U256 = U256::ZERO;

/// The strange token's code. It returns nothing, as USDT does; asks for no allowance; takes what is in [`FEE_SLOT`] off a
/// transfer from somebody, or all of it where that is less, and beside a transfer of one's own. A wallet's balance is in the
/// slot of its address. Calls are told apart by their length; one of two words sets a slot.
///
/// ```text
/// 36 6024 14 604c 57  36 6040 14 6057 57  36 6044 14 603c 57   to balanceOf, setting, transfer; else transferFrom:
/// 6044 35 5f 54 81 81 10 90 82 03 02 6024 35 6004 35           amount, what arrives, to, from
/// 5b 80 54 84 81 10 605f 57 84 90 03 90 55                     0x27: off the balance of `from`, if it has that much
/// 80 54 82 01 90 55 00                                         on the balance of `to`
/// 5b 6024 35 80 5f 54 01 90 6004 35 33 6027 56                 0x3c: amount and fee, amount, to, caller
/// 5b 6004 35 54 5f 52 6020 5f f3                               0x4c: the balance
/// 5b 6020 35 5f 35 55 00                                       0x57: the second word into the slot of the first
/// 5b 5f 5f fd                                                  0x5f: refuse
/// ```
pub(super) const STRANGE: &[u8] = &hex!(
    "36602414604c57" "36604014605757" "36604414603c57"
    "6044355f5481811090820302602435600435"
    "5b8054848110605f578490039055"
    "80548201905500"
    "5b602435805f54019060043533602756"
    "5b600435545f5260205ff3"
    "5b6020355f355500"
    "5b5f5ffd"
);

/// What a token holds for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) address: Address,
    pub(super) is_strange: bool,
    bond: Address,
    balances: BTreeMap<Address, U256>,
    /// What the bond contract may take. A strange token asks nobody.
    allowances: BTreeMap<Address, U256>,
}

impl Token {
    pub(super) const fn new(address: Address, is_strange: bool, bond: Address) -> Self {
        Self { address, is_strange, bond, balances: BTreeMap::new(), allowances: BTreeMap::new() }
    }

    pub(super) fn balance(&self, owner: Address) -> U256 {
        self.balances.get(&owner).copied().unwrap_or_default()
    }

    pub(super) fn allowance(&self, owner: Address) -> U256 {
        self.allowances.get(&owner).copied().unwrap_or_default()
    }

    pub(super) fn make(&mut self, owner: Address, amount: U256) {
        *self.balances.entry(owner).or_default() += amount;
    }

    pub(super) fn allow(&mut self, owner: Address, amount: U256) {
        self.allowances.insert(owner, amount);
    }

    /// A transfer to the bond contract that it asks for.
    pub(super) fn pull(&mut self, from: Address, amount: U256, fee: U256) -> Incoming {
        let allowance = self.allowance(from);
        if self.balance(from) < amount || (!self.is_strange && allowance < amount) {
            return Incoming { amount, arrived: None };
        }
        if !self.is_strange && allowance != U256::MAX {
            self.allow(from, allowance - amount);
        }
        let arrived = if self.is_strange { amount.saturating_sub(fee) } else { amount };
        self.carry(from, amount, self.bond, arrived);
        Incoming { amount, arrived: Some(arrived) }
    }

    /// A transfer to the bond contract that somebody makes.
    pub(super) fn give(&mut self, from: Address, amount: U256) {
        self.carry(from, amount, self.bond, amount);
    }

    /// A payment of the bond contract's.
    pub(super) fn push(&mut self, to: Address, amount: U256, fee: U256) -> Outgoing {
        let fee = if self.is_strange { fee } else { U256::ZERO };
        if self.balance(self.bond) < amount + fee {
            return Outgoing::Refused;
        }
        self.carry(self.bond, amount + fee, to, amount);
        if fee.is_zero() { Outgoing::Exact } else { Outgoing::TookMore(fee) }
    }

    fn carry(&mut self, from: Address, taken: U256, to: Address, arrived: U256) {
        *self.balances.entry(from).or_default() -= taken;
        *self.balances.entry(to).or_default() += arrived;
    }
}
