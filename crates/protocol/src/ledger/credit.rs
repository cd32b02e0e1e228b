//! The reward token: what BTRCredit keeps. All amounts are in 1e-18 tokens.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};

use crate::{Error, credit};

/// Balances, allowances and lifetime earnings, in 1e-18 tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreditBook {
    total_supply: U256,
    balances: BTreeMap<Address, U256>,
    earned: BTreeMap<Address, U256>,
    /// By owner and spender.
    allowances: BTreeMap<(Address, Address), U256>,
}

impl CreditBook {
    /// Credit in circulation: all that was earned less all that was burned.
    pub const fn total_supply(&self) -> U256 {
        self.total_supply
    }

    /// Credit a wallet holds.
    pub fn balance_of(&self, wallet: Address) -> U256 {
        self.balances.get(&wallet).copied().unwrap_or_default()
    }

    /// Credit a wallet ever earned by trading. Never falls, and does not move with transfers.
    pub fn total_earned(&self, wallet: Address) -> U256 {
        self.earned.get(&wallet).copied().unwrap_or_default()
    }

    /// What `spender` may still move of `owner`'s credit.
    pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.allowances.get(&(owner, spender)).copied().unwrap_or_default()
    }

    /// Moves the caller's credit.
    ///
    /// # Errors
    /// [`Error::InvalidCreditReceiver`] for the zero address, [`Error::InsufficientCredit`].
    pub fn transfer(&mut self, caller: Address, to: Address, amount: U256) -> Result<(), Error> {
        self.check_transfer(caller, to, amount)?;
        self.take(caller, amount)?;
        self.give(to, amount);
        Ok(())
    }

    /// Lets `spender` move up to `amount` of the caller's credit. The largest number is never used up.
    ///
    /// # Errors
    /// [`Error::InvalidCreditSpender`] for the zero address.
    pub fn approve(&mut self, caller: Address, spender: Address, amount: U256) -> Result<(), Error> {
        if spender.is_zero() {
            return Err(Error::InvalidCreditSpender { spender });
        }
        self.allowances.insert((caller, spender), amount);
        Ok(())
    }

    /// Moves credit of `from`, out of what it allowed the caller.
    ///
    /// # Errors
    /// [`Error::InsufficientAllowance`], [`Error::InvalidCreditSender`] for nothing from the zero address, then as
    /// [`transfer`](Self::transfer).
    pub fn transfer_from(&mut self, caller: Address, from: Address, to: Address, amount: U256) -> Result<(), Error> {
        let allowance = self.allowance(from, caller);
        let Some(left) = allowance.checked_sub(amount) else {
            return Err(Error::InsufficientAllowance { spender: caller, allowance, needed: amount });
        };
        self.check_transfer(from, to, amount)?;
        if allowance != U256::MAX {
            self.allowances.insert((from, caller), left);
        }
        self.transfer(from, to, amount)
    }

    /// Destroys the caller's own credit. What it ever earned stays.
    ///
    /// # Errors
    /// [`Error::InsufficientCredit`].
    pub fn burn(&mut self, caller: Address, amount: U256) -> Result<(), Error> {
        self.take(caller, amount)?;
        self.total_supply -= amount;
        Ok(())
    }

    /// Mints one counted trade's reward to each of its parties.
    pub(super) fn reward(&mut self, party_a: Address, party_b: Address, amount_sats: u64) {
        let reward = credit(amount_sats);
        for wallet in [party_a, party_b] {
            self.give(wallet, reward);
            *self.earned.entry(wallet).or_default() += reward;
            self.total_supply += reward;
        }
    }

    fn check_transfer(&self, from: Address, to: Address, amount: U256) -> Result<(), Error> {
        // Nothing from nobody would look like a mint in the log.
        if from.is_zero() {
            return Err(Error::InvalidCreditSender { sender: from });
        }
        if to.is_zero() {
            return Err(Error::InvalidCreditReceiver { receiver: to });
        }
        self.check_balance(from, amount).map(drop)
    }

    /// What would be left.
    fn check_balance(&self, wallet: Address, needed: U256) -> Result<U256, Error> {
        let balance = self.balance_of(wallet);
        balance.checked_sub(needed).ok_or(Error::InsufficientCredit { wallet, balance, needed })
    }

    fn take(&mut self, wallet: Address, amount: U256) -> Result<(), Error> {
        let left = self.check_balance(wallet, amount)?;
        self.balances.insert(wallet, left);
        Ok(())
    }

    fn give(&mut self, wallet: Address, amount: U256) {
        // Cannot overflow: no more than the total supply.
        *self.balances.entry(wallet).or_default() += amount;
    }
}
