//! A change of the record in a line.

use anstyle::Style;
use barter_sdk::{Change, EventKind};

use crate::{
    page::{BAD, BEST, CARE, FAINT, GOOD, NAME, Page, styled},
    text::{printable, sats, short_address, short_hash, time_of_day},
};

/// Puts a change on a page: when, what, and whom it concerns.
pub(crate) fn change(change: &Change, page: &mut Page) {
    let event = change.event();
    let when = match event.timestamp {
        Some(seconds) => time_of_day(seconds),
        None => format!("block {}", event.block_number),
    };
    let (name, style) = title(&event.kind);
    let name = if change.is_removed() {
        styled(format!("{:<18}", format!("not {name}")), BAD)
    } else {
        styled(format!("{name:<18}"), style)
    };
    page.line(format!("{}  {name} {}", styled(when, FAINT), details(&event.kind)));
    if let Some(trade_id) = event.kind.trade_id() {
        page.line(format!("          {}", styled(trade_id.to_string(), FAINT)));
    }
}

fn title(kind: &EventKind) -> (&'static str, Style) {
    match kind {
        EventKind::TradeProposed { .. } => ("proposed", CARE),
        EventKind::TradeAccepted { .. } => ("accepted", CARE),
        EventKind::TradeSettled { .. } => ("settled", BEST),
        EventKind::TradeDisputed { .. } => ("disputed", BAD),
        EventKind::DisputeDismissed { .. } => ("dispute dismissed", CARE),
        EventKind::DisputeUpheld { .. } => ("dispute upheld", BAD),
        EventKind::SignatureCancelled { .. } => ("cancelled", CARE),
        EventKind::ScoreUpdated { .. } => ("score", GOOD),
        EventKind::CreditTransferred { .. } => ("credit", GOOD),
        // Kinds that this program does not know yet are still told by the name that data has.
        other => (other.name(), Style::new()),
    }
}

fn details(kind: &EventKind) -> String {
    let wallet = |address| styled(short_address(address), NAME);
    match kind {
        EventKind::TradeProposed { party_a, party_b, amount_sats, description, .. } => {
            let text = printable(description);
            format!("{} to {}  {}  {text}", wallet(*party_a), wallet(*party_b), sats(*amount_sats))
        }
        EventKind::TradeSettled { preimage, .. } => format!("with preimage {}", short_hash(*preimage)),
        EventKind::TradeDisputed { by, .. } => format!("by {}", wallet(*by)),
        EventKind::DisputeUpheld { at_fault, .. } => format!("against {}", wallet(*at_fault)),
        EventKind::SignatureCancelled { signer, digest } => format!("{} by {}", short_hash(*digest), wallet(*signer)),
        EventKind::ScoreUpdated { wallet: whose, score, .. } => {
            format!("{} rose to {score}", wallet(*whose))
        }
        EventKind::CreditTransferred { from, to, amount } if from.is_zero() => {
            format!("{} +{amount} BTR-C", wallet(*to))
        }
        EventKind::CreditTransferred { from, to, amount } if to.is_zero() => {
            format!("{} burned {amount} BTR-C", wallet(*from))
        }
        EventKind::CreditTransferred { from, to, amount } => {
            format!("{} to {}  {amount} BTR-C", wallet(*from), wallet(*to))
        }
        _ => String::new(),
    }
}
