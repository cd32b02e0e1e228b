//! Money in and out of a bond.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{BarterBond, TestDollar};
use barter_protocol::{
    BondError,
    bond::{check_hub, normal_hub},
    limits::MAX_HUB_BYTES,
};
use serde::Serialize;
use serde_json::json;

use super::{BondClient, TokenAmount};
use crate::{Error, Receipt, WalletInput, input::shorten};

/// Something the token was moved for, and the transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Funded {
    /// What let the bond contract take the money; none where it was let before.
    pub approvals: Vec<Receipt>,
    /// What moved it.
    #[serde(flatten)]
    pub receipt: Receipt,
}

impl BondClient {
    /// This client's wallet's first stake, which declares its hub for good. Lets the contract take exactly this amount first, where it
    /// may not yet. What arrives is credited, which is less where the token takes a fee.
    ///
    /// The hub must be an `http://` or `https://` URL ([`check_hub`]), in its normal form ([`normal_hub`]), in which oracles look for it.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidHub`], [`Error::HubNotNormal`]; before anything is signed [`Error::BondRefused`] with `HubLength` or
    /// `AlreadyBonded`, [`Error::ZeroAmount`], [`Error::InsufficientTokens`], and as [`terms`](Self::terms); and those of sending, as for
    /// [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: a provider stakes once, and then it ends in `AlreadyBonded`, before anything is signed.
    pub async fn stake(&self, hub: &str, amount: TokenAmount) -> Result<Funded, Error> {
        let provider = self.client.sender()?.wallet();
        if hub.is_empty() || hub.len() > MAX_HUB_BYTES {
            return Err(BondError::HubLength { length: hub.len(), maximum: MAX_HUB_BYTES }.into());
        }
        check_hub(hub)?;
        let normal = normal_hub(hub);
        if normal != hub {
            return Err(Error::HubNotNormal { hub: shorten(hub), normal: shorten(&normal) });
        }
        if self.latest().of(provider).await?.first_bonded_at.is_some() {
            return Err(BondError::AlreadyBonded { provider }.into());
        }
        let call = BarterBond::stakeCall { hub: hub.to_owned(), amount: amount.word() };
        self.fund(amount, &call).await
    }

    /// Adds to a provider's bond out of this client's wallet.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], [`Error::BondRefused`] with `NeverBonded`, and as [`stake`](Self::stake).
    ///
    /// # Retry safety
    /// **Not** safe to repeat: a second time adds again. After an error with a
    /// [`transaction_hash`](Error::transaction_hash), look that transaction up first; after one without, nothing was added.
    pub async fn top_up(&self, provider: impl WalletInput, amount: TokenAmount) -> Result<Funded, Error> {
        let provider = provider.to_checked_address()?;
        self.client.sender()?;
        if self.latest().of(provider).await?.first_bonded_at.is_none() {
            return Err(BondError::NeverBonded { provider }.into());
        }
        self.fund(amount, &BarterBond::topUpCall { provider, amount: amount.word() }).await
    }

    /// Starts taking out a part of this client's wallet's bond. It stops counting at once, and disputes filed until its delay is
    /// over can take from it. With money leaving already, the delay starts again for all of it.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::ZeroAmount`], [`Error::BondRefused`] with `UnbondingOutOfRange`, as [`terms`](Self::terms), and those of
    /// sending, as for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// **Not** safe to repeat: a second time more leaves. As [`top_up`](Self::top_up).
    pub async fn unbond(&self, amount: TokenAmount) -> Result<Receipt, Error> {
        self.client.sender()?;
        self.require_decimals(amount).await?;
        require_some(amount)?;
        self.client.send(self.contract()?, &BarterBond::unbondCall { amount: amount.word() }).await
    }

    /// Pays out what has been leaving this client's wallet's bond for long enough, but for what open disputes can take.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::InvalidAddress`], [`Error::NoBondContract`], [`Error::BondRefused`] with `StillUnbonding`,
    /// `NothingToWithdraw`, `InvalidRecipient`, `TransferFailed` or `TokenTookMore`; and those of sending, as for
    /// [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once paid out, it ends in `NothingToWithdraw`, before anything is signed, unless more became free meanwhile.
    pub async fn withdraw(&self, to: impl WalletInput) -> Result<Receipt, Error> {
        let to = to.to_checked_address()?;
        self.client.sender()?;
        self.client.send(self.contract()?, &BarterBond::withdrawCall { to }).await
    }

    /// Pays out what disputes made this client's wallet's own.
    ///
    /// # Errors
    /// As [`withdraw`](Self::withdraw), with `NothingToClaim`.
    ///
    /// # Retry safety
    /// Safe to repeat: once paid out, it ends in `NothingToClaim`, before anything is signed.
    pub async fn claim(&self, to: impl WalletInput) -> Result<Receipt, Error> {
        let to = to.to_checked_address()?;
        self.client.sender()?;
        self.client.send(self.contract()?, &BarterBond::claimCall { to }).await
    }

    /// Puts the state of a log that this client's wallet keeps on record.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::NoBondContract`], [`Error::BondRefused`] with `AnchorNotGrowing`, and those of sending, as
    /// for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat: once anchored, it ends in `AnchorNotGrowing`, before anything is signed.
    pub async fn anchor(&self, root: B256, size: u64) -> Result<Receipt, Error> {
        self.client.sender()?;
        self.client.send(self.contract()?, &BarterBond::anchorCall { root, size: U256::from(size) }).await
    }

    /// Makes `TestDollars` for this client's wallet, where bonds are in those.
    ///
    /// # Errors
    /// [`Error::NoSigner`], [`Error::ZeroAmount`], [`Error::TooManyTestDollars`], [`Error::NotTestToken`], as
    /// [`terms`](Self::terms), and those of sending, as for [`TradeClient::propose`](crate::TradeClient::propose).
    ///
    /// # Retry safety
    /// Safe to repeat, as it is worth nothing; a second time makes more.
    pub async fn mint_test_dollars(&self, amount: TokenAmount) -> Result<Receipt, Error> {
        self.client.sender()?;
        self.require_decimals(amount).await?;
        require_some(amount)?;
        let token = self.terms().await?.token.address;
        if self.client.node().code(token, json!("latest")).await? != TestDollar::DEPLOYED_BYTECODE {
            return Err(Error::NotTestToken { token });
        }
        let maximum = self.number(token, "MAX_MINT", &TestDollar::MAX_MINTCall {}).await?;
        if amount.units() > maximum {
            let maximum = TokenAmount::from_units(maximum, amount.decimals());
            return Err(Error::TooManyTestDollars { amount, maximum });
        }
        self.client.send(token, &TestDollar::mintCall { amount: amount.word() }).await
    }

    /// Sends a call that takes money from this client's wallet, letting the contract take it first.
    pub(super) async fn fund<C: SolCall>(&self, amount: TokenAmount, call: &C) -> Result<Funded, Error> {
        let wallet = self.client.sender()?.wallet();
        self.require_decimals(amount).await?;
        require_some(amount)?;
        let balance = self.latest().balance(wallet).await?;
        if balance.units() < amount.units() {
            return Err(Error::InsufficientTokens { wallet, balance, needed: amount });
        }
        let approvals = self.approve(wallet, amount).await?;
        let receipt = self.client.send(self.contract()?, call).await?;
        Ok(Funded { approvals, receipt })
    }

    /// Lets the bond contract take an amount, and no more than that.
    async fn approve(&self, owner: Address, amount: TokenAmount) -> Result<Vec<Receipt>, Error> {
        let (spender, token) = (self.contract()?, self.terms().await?.token.address);
        let allowed = self.client.view(token, &TestDollar::allowanceCall { owner, spender }).await?;
        if allowed >= amount.word() {
            return Ok(Vec::new());
        }
        let mut receipts = Vec::new();
        if !allowed.is_zero() {
            // USDT refuses to go from one allowance to another.
            receipts.push(self.client.send(token, &TestDollar::approveCall { spender, amount: U256::ZERO }).await?);
        }
        receipts.push(self.client.send(token, &TestDollar::approveCall { spender, amount: amount.word() }).await?);
        Ok(receipts)
    }

    /// An amount of another token's decimals would be another amount of this one.
    async fn require_decimals(&self, amount: TokenAmount) -> Result<(), Error> {
        let decimals = self.terms().await?.token.decimals;
        if amount.decimals() == decimals {
            return Ok(());
        }
        Err(Error::InvalidTokenAmount {
            input: format!("{amount}, an amount of a token with {} decimals,", amount.decimals()),
            decimals,
        })
    }

    /// What is sent is checked against the latest block, whatever is read otherwise.
    pub(super) fn latest(&self) -> Self {
        Self::new(self.client.clone())
    }
}

/// Of an amount that moves, something must.
const fn require_some(amount: TokenAmount) -> Result<(), Error> {
    if amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
}
