//! `barter bond history`

use barter_sdk::{BondEvent, BondEventKind, BondToken};
use clap::Args;
use serde::Serialize;

use super::money;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{FAINT, Page, styled},
    progress::waiting,
    text::{instant, printable, short_address, short_hash},
};

/// Tell what happened to bonds and disputes, oldest first
///
/// Reads the event log from the deployment's block on, which takes a while on a long chain.
#[derive(Args)]
#[command(after_help = "Example:
  barter bond history 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct History {
    /// Only what this wallet has a part in
    wallet: Option<String>,
}

#[derive(Serialize)]
struct Told {
    token: BondToken,
    events: Vec<BondEvent>,
}

impl Report for Told {
    fn show(&self, page: &mut Page) {
        if self.events.is_empty() {
            page.line(styled("nothing", FAINT));
        }
        for event in &self.events {
            let when = event.timestamp.map_or_else(|| format!("block {}", event.block_number), instant);
            page.line(format!("{}  {}", styled(when, FAINT), sentence(&event.kind, &self.token)));
        }
    }
}

/// An event in words.
fn sentence(kind: &BondEventKind, token: &BondToken) -> String {
    use BondEventKind as Kind;
    let (wallet, amount) = (short_address, |amount| money(amount, token));
    match kind {
        Kind::HubDeclared { provider, hub, .. } => format!("{} is the hub {}", wallet(*provider), printable(hub)),
        Kind::Bonded { provider, from, amount: added, active } => format!(
            "{} added to the bond of {} by {}, now {}",
            amount(*added),
            wallet(*provider),
            wallet(*from),
            amount(*active)
        ),
        Kind::Unbonding { provider, amount: leaving, release_at } => {
            format!("{} is leaving the bond of {} until {}", amount(*leaving), wallet(*provider), instant(*release_at))
        }
        Kind::Withdrawn { provider, to, amount: paid } => {
            format!("{} taken out of the bond of {}, to {}", amount(*paid), wallet(*provider), wallet(*to))
        }
        Kind::DisputeFiled { dispute_id, provider, consumer, deposit, .. } => format!(
            "dispute {} filed by {} against {}, deposit {}",
            short_hash(*dispute_id),
            wallet(*consumer),
            wallet(*provider),
            amount(*deposit)
        ),
        Kind::DisputeRuled { dispute_id, slash_ppm, .. } => {
            format!("dispute {} ruled on: {}", short_hash(*dispute_id), verdict(*slash_ppm))
        }
        Kind::DisputeOverturned { dispute_id, slash_ppm } => {
            format!("dispute {} overturned: {}", short_hash(*dispute_id), verdict(*slash_ppm))
        }
        Kind::DisputeEnded { dispute_id, status, slashed, .. } => {
            format!("dispute {} ended as {status}, {} slashed", short_hash(*dispute_id), amount(*slashed))
        }
        Kind::Claimed { owner, to, amount: paid } => {
            format!("{} claimed by {}, to {}", amount(*paid), wallet(*owner), wallet(*to))
        }
        Kind::Anchored { oracle, index, size, .. } => {
            format!("{} anchored its log of {size} leaves, as number {index}", wallet(*oracle))
        }
        Kind::TradeRuled { trade_id, at_fault, .. } => {
            format!("trade {} ruled on: {}", short_hash(*trade_id), fault(*at_fault))
        }
        Kind::TradeOverturned { trade_id, at_fault } => {
            format!("ruling on trade {} overturned: {}", short_hash(*trade_id), fault(*at_fault))
        }
        Kind::TradeExecuted { trade_id, at_fault } => {
            format!("ruling on trade {} carried out: {}", short_hash(*trade_id), fault(*at_fault))
        }
        other => other.name().to_owned(),
    }
}

/// What a ruling says, by the share it takes.
pub(in crate::command) fn verdict(slash_ppm: u32) -> String {
    match slash_ppm {
        0 => "dismissed".to_owned(),
        ppm => format!("{} of the bond at filing", percent(ppm)),
    }
}

/// A share in parts per million as a percentage: `5%`, `2.5%`.
fn percent(ppm: u32) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000);
    match format!("{rest:04}").trim_end_matches('0') {
        "" => format!("{whole}%"),
        decimals => format!("{whole}.{decimals}%"),
    }
}

/// Who a ruling on a trade is against.
pub(in crate::command) fn fault(at_fault: Option<alloy_primitives::Address>) -> String {
    at_fault.map_or_else(|| "dismissed".to_owned(), |wallet| format!("against {wallet}"))
}

impl History {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let wallet = self.wallet.as_deref().map(|wallet| context.wallet_to_read(wallet)).transpose()?;
        let client = context.reading_client()?;
        let bond = client.bond();
        let reading = async {
            match wallet {
                Some(wallet) => bond.history_of(wallet).await,
                None => bond.history().await,
            }
        };
        let events = waiting("reading the event log", reading).await?;
        context.output().result(&Told { token: bond.terms().await?.token.clone(), events })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_percentages() {
        for (ppm, text) in [(0, "0%"), (1, "0.0001%"), (50_000, "5%"), (25_000, "2.5%"), (1_000_000, "100%")] {
            assert_eq!(percent(ppm), text);
        }
        assert_eq!(verdict(0), "dismissed");
    }
}
