//! BTR-Credit: the reward token.

mod amount;

use alloy_primitives::{Address, U256};
use barter_bindings::BTRCredit;
use serde::Serialize;

use crate::{BarterClient, Error, Receipt, WalletInput, json};
pub use amount::{CREDIT_DECIMALS, CreditAmount};

/// BTR-Credit: balances and burning. From [`BarterClient::credit`].
#[derive(Clone, Debug)]
pub struct CreditClient {
    client: BarterClient,
}

/// What a wallet holds, for printing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CreditBalance {
    /// The wallet.
    #[serde(serialize_with = "json::address")]
    pub address: Address,
    /// What it holds, in tokens: exact.
    pub balance: CreditAmount,
    /// The same in smallest units (1e-18 tokens).
    #[serde(serialize_with = "units")]
    pub balance_units: U256,
    /// The token's symbol.
    pub symbol: &'static str,
}

fn units<S: serde::Serializer>(units: &U256, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(units)
}

impl CreditClient {
    pub(crate) const fn new(client: BarterClient) -> Self {
        Self { client }
    }

    /// What a wallet holds.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], [`Error::WrongChain`], [`Error::NoContract`], and those of the node.
    pub async fn balance_of(&self, wallet: impl WalletInput) -> Result<CreditAmount, Error> {
        let call = BTRCredit::balanceOfCall { wallet: wallet.to_address()? };
        Ok(CreditAmount::from_units(self.client.view(self.credit(), &call).await?))
    }

    /// What a wallet holds, with everything a line of output needs.
    ///
    /// # Errors
    /// As [`balance_of`](Self::balance_of).
    pub async fn balance(&self, wallet: impl WalletInput) -> Result<CreditBalance, Error> {
        let address = wallet.to_address()?;
        let balance = self.balance_of(address).await?;
        Ok(CreditBalance { address, balance, balance_units: balance.units(), symbol: "BTR-C" })
    }

    /// All there is: what was ever earned less what was burned.
    ///
    /// # Errors
    /// As [`balance_of`](Self::balance_of).
    pub async fn total_supply(&self) -> Result<CreditAmount, Error> {
        let supply = self.client.view(self.credit(), &BTRCredit::totalSupplyCall {}).await?;
        Ok(CreditAmount::from_units(supply))
    }

    /// What a wallet ever earned by trading. Never falls, and does not move with transfers.
    ///
    /// # Errors
    /// As [`balance_of`](Self::balance_of).
    pub async fn total_earned(&self, wallet: impl WalletInput) -> Result<CreditAmount, Error> {
        let call = BTRCredit::totalEarnedCall { wallet: wallet.to_address()? };
        Ok(CreditAmount::from_units(self.client.view(self.credit(), &call).await?))
    }

    /// Destroys credit of this client's wallet, for good. What it ever earned stays on record.
    ///
    /// # Errors
    /// [`Error::NoSigner`]; before signing [`Error::Refused`] with `InsufficientCredit`, [`Error::WrongChain`],
    /// [`Error::NoContract`], [`Error::FeeAboveCap`], and those of the node; after signing, with the transaction's hash,
    /// [`Error::InsufficientFunds`], [`Error::NotSent`], [`Error::TimedOut`], [`Error::Unconfirmed`],
    /// [`Error::Replaced`], [`Error::Reverted`].
    ///
    /// # Retry safety
    /// **Not** safe to repeat: a second burn burns again. After an error with a
    /// [`transaction_hash`](Error::transaction_hash), look that transaction up first; after one without, nothing was burned.
    pub async fn burn(&self, amount: CreditAmount) -> Result<Receipt, Error> {
        self.client.send(self.credit(), &BTRCredit::burnCall { amount: amount.units() }).await
    }

    fn credit(&self) -> Address {
        self.client.deployment().btr_credit
    }
}
