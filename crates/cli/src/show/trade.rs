//! Trades on a page.

use alloy_primitives::Address;
use anstyle::Style;
use barter_protocol::{Ruling, TradeId, TradeStatus};
use barter_sdk::Trade;
use serde::Serialize;

use crate::{
    output::Report,
    page::{BAD, CARE, Cell, FAINT, GOOD, NAME, Page, styled},
    text::{cut, instant, printable, sats, short_address},
};

/// Characters of a description that a list shows.
const LISTED_CHARS: usize = 40;

/// The colour of a status.
fn status_style(status: TradeStatus) -> Style {
    match status {
        TradeStatus::Proposed | TradeStatus::Accepted => CARE,
        TradeStatus::Settled => GOOD,
        TradeStatus::Disputed => BAD,
        TradeStatus::Expired => FAINT,
    }
}

impl Report for Trade {
    fn show(&self, page: &mut Page) {
        page.title(format!("Trade {}", self.trade_id));
        let status = match at_fault(self) {
            Some(wallet) => {
                format!(
                    "{}, and ended against {wallet} (ruling of the auditors, or another arbiter)",
                    self.status.as_str()
                )
            }
            None => self.status.as_str().to_owned(),
        };
        page.field("status", Cell::new(status, status_style(self.status)));
        page.field("amount", sats(self.amount_sats));
        page.field("payer", Cell::new(self.payer.to_string(), NAME));
        page.field("payee", Cell::new(self.payee.to_string(), NAME));
        page.field("payment hash", self.payment_hash.to_string());
        page.field_if("category", said(&self.category));
        page.field_if("description", said(&self.description));
        story(self, page);
    }
}

/// What happened to a trade, step by step.
fn story(trade: &Trade, page: &mut Page) {
    let side = if trade.party_a == trade.payer { "payer" } else { "payee" };
    page.field("proposed", format!("{}, by the {side}", instant(trade.created_at)));
    page.field_if("accepted", trade.accepted_at.map(instant));
    page.field_if("settled", trade.settled_at.map(instant));
    match trade.status {
        TradeStatus::Proposed => page.field("expires", instant(trade.expires_at)),
        TradeStatus::Expired => page.field("expired", instant(trade.expires_at)),
        _ => page,
    };
    if trade.ruling == Ruling::Dismissed {
        page.field("ruling", "the dispute was dismissed");
    }
}

/// Whom a disputed trade ended against; its status stays.
const fn at_fault(trade: &Trade) -> Option<Address> {
    match trade.ruling {
        Ruling::None | Ruling::Dismissed => None,
        Ruling::AgainstPartyA => Some(trade.party_a),
        Ruling::AgainstPartyB => Some(trade.party_b),
    }
}

fn said(text: &str) -> Option<String> {
    Some(printable(text)).filter(|text| !text.is_empty())
}

/// A wallet's trades, newest first.
#[derive(Debug, Serialize)]
pub(crate) struct ListedTrades {
    #[serde(serialize_with = "crate::output::address")]
    pub(crate) address: Address,
    pub(crate) trades: Vec<Trade>,
    /// Where the next page starts, if there is one.
    pub(crate) next: Option<TradeId>,
}

impl Report for ListedTrades {
    fn show(&self, page: &mut Page) {
        page.title(format!("Trades of {}", self.address));
        if self.trades.is_empty() {
            page.line(styled("none", FAINT));
        }
        for trade in &self.trades {
            let side = if trade.payer == self.address { "pays" } else { "is paid by" };
            let other = trade.counterparty_of(self.address).map(short_address).unwrap_or_default();
            let what = cut(&printable(&trade.description), LISTED_CHARS);
            page.line(format!(
                "{}  {:>14}  {side} {}  {}  {what}",
                styled(format!("{:<8}", trade.status.as_str()), status_style(trade.status)),
                sats(trade.amount_sats),
                styled(other, NAME),
                instant(trade.created_at),
            ));
            page.line(format!("  {}", styled(trade.trade_id.to_string(), FAINT)));
        }
        if let Some(next) = self.next {
            page.line(format!("{} --before {next}", styled("older ones:", FAINT)));
        }
    }
}
