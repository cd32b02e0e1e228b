//! `barter bond`

mod anchor;
mod anchors;
mod claim;
mod faucet;
mod history;
mod parameters;
mod show;
mod stake;
mod top_up;
mod unbond;
mod withdraw;

use alloy_primitives::Address;
use barter_sdk::{BarterClient, BondClient, BondToken, Receipt, TokenAmount, WalletInput};
use clap::Subcommand;
use serde::Serialize;

use crate::{context::Context, error::Error, text::printable};
pub(super) use history::{fault, verdict};

/// Put money behind a provider's quality, take it out, and look at it
#[derive(Subcommand)]
pub(crate) enum Bond {
    Stake(stake::Stake),
    TopUp(top_up::TopUp),
    Unbond(unbond::Unbond),
    Withdraw(withdraw::Withdraw),
    Claim(claim::Claim),
    Show(show::Show),
    History(history::History),
    Parameters(parameters::Parameters),
    Anchor(anchor::Anchor),
    Anchors(anchors::Anchors),
    Faucet(faucet::Faucet),
}

impl Bond {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Stake(command) => Box::pin(command.run(context)).await,
            Self::TopUp(command) => Box::pin(command.run(context)).await,
            Self::Unbond(command) => command.run(context).await,
            Self::Withdraw(command) => command.run(context).await,
            Self::Claim(command) => command.run(context).await,
            Self::Show(command) => Box::pin(command.run(context)).await,
            Self::History(command) => command.run(context).await,
            Self::Parameters(command) => command.run(context).await,
            Self::Anchor(command) => command.run(context).await,
            Self::Anchors(command) => command.run(context).await,
            Self::Faucet(command) => command.run(context).await,
        }
    }
}

/// An amount with the token's symbol, which its maker chose.
pub(crate) fn money(amount: TokenAmount, token: &BondToken) -> String {
    match token.symbol.as_deref().map(printable).filter(|symbol| !symbol.is_empty()) {
        Some(symbol) => format!("{amount} {symbol}"),
        None => amount.to_string(),
    }
}

/// A client that signs, its wallet, and the wallet that is to be paid: the one named, else its own.
fn payee(context: &Context, to: Option<&str>) -> Result<(BarterClient, Address, Address), Error> {
    let to = to.map(WalletInput::to_checked_address).transpose()?;
    let client = context.signing_client()?;
    let wallet = client.wallet().ok_or(Error::NoWallet)?;
    Ok((client, wallet, to.unwrap_or(wallet)))
}

/// A provider's active bond in the block of a transaction; where that cannot be read, the transaction is mined all the same.
async fn active_at(bond: &BondClient, provider: Address, receipt: &Receipt) -> Option<TokenAmount> {
    bond.at_number(receipt.block_number).of(provider).await.ok().map(|bond| bond.active)
}

/// A bond as the end of a sentence about what was moved: what arrived is less, where the token takes a fee.
fn now(active: Option<TokenAmount>, token: &BondToken) -> String {
    active.map(|active| format!(", whose bond is now {}", money(active, token))).unwrap_or_default()
}

/// Money that moved, as data.
#[derive(Debug, Serialize)]
struct Moved {
    /// Whose bond, or whose money.
    #[serde(serialize_with = "crate::output::address")]
    address: Address,
    /// How much, in tokens: exact.
    amount: TokenAmount,
    /// In base units.
    amount_units: String,
}

impl Moved {
    fn new(address: Address, amount: TokenAmount) -> Self {
        Self { address, amount, amount_units: amount.units().to_string() }
    }
}
