//! `barter bond show`

use barter_sdk::{Bond, BondToken, TokenAmount};
use clap::Args;
use futures_util::future;
use serde::Serialize;

use super::money;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{CARE, Cell, GOOD, Page},
    progress::waiting,
    text::{counted, instant, printable},
};

/// Show a wallet's bond, and what it holds and can claim
///
/// The hub is read from the event log, from the deployment's block on, which takes a while on a long chain.
#[derive(Args)]
#[command(after_help = "Example:
  barter bond show 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Show {
    /// The wallet [default: your own]
    wallet: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    bond: Bond,
    /// The hub's URL, as the event of the first stake has it.
    hub: Option<String>,
    /// The least deposit to file a dispute against it.
    required_deposit: TokenAmount,
    /// What disputes made its own.
    claimable: TokenAmount,
    /// What it holds of the token.
    balance: TokenAmount,
    token: BondToken,
}

impl Report for Shown {
    fn show(&self, page: &mut Page) {
        let amount = |amount| money(amount, &self.token);
        let bond = &self.bond;
        page.title(format!("Bond of {}", bond.provider));
        match bond.first_bonded_at {
            None => page.field("status", "never staked"),
            Some(_) if bond.listed => page.field("status", Cell::new("listed", GOOD)),
            Some(_) => page.field("status", Cell::new("below the minimum to be listed", CARE)),
        };
        page.field("active", amount(bond.active));
        if !bond.unbonding.is_zero() {
            let from = bond.release_at.map(instant).unwrap_or_default();
            page.field("leaving", format!("{}, to be withdrawn from {from} on", amount(bond.unbonding)));
        }
        if !bond.reserved.is_zero() {
            page.field("reserved", format!("{}, the most that open disputes can take", amount(bond.reserved)));
        }
        if !bond.held.is_zero() {
            let held = amount(bond.held);
            page.field(
                "held",
                format!("{held} of that, by disputes that reach what is leaving: a withdrawal may leave so much"),
            );
        }
        page.field("ever bonded", amount(bond.ever_bonded));
        page.field(
            "ever slashed",
            format!("{}, {} upheld", amount(bond.ever_slashed), counted(bond.upheld.into(), "dispute")),
        );
        page.field_if("since", bond.first_bonded_at.map(instant));
        page.field_if("hub", self.hub.as_deref().map(printable));
        page.field("deposit to file", amount(self.required_deposit));
        page.field("can claim", amount(self.claimable));
        page.field("holds", amount(self.balance));
    }
}

impl Show {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, wallet) = context.client_for(self.wallet.as_deref())?;
        let bond = client.bond();
        // Boxed, as four reads at once are large.
        let reading = Box::pin(async {
            let token = bond.terms().await?.token.clone();
            let (shown, required_deposit, claimable, balance) = future::try_join4(
                bond.of(wallet),
                bond.required_deposit(wallet),
                bond.claimable(wallet),
                bond.balance(wallet),
            )
            .await?;
            let hub = if shown.hub_hash.is_some() { bond.hub_of(wallet).await? } else { None };
            Ok::<_, barter_sdk::Error>(Shown { bond: shown, hub, required_deposit, claimable, balance, token })
        });
        context.output().result(&waiting("reading the bond", reading).await?)
    }
}
