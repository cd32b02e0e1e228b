//! Deals and offers on a page.

use anstyle::Style;
use barter_sdk::{Deal, DealStage, Offer, Role};
use serde::Serialize;

use crate::{
    clock::unix_now,
    error::{Error, ErrorReport},
    output::{Output, Report},
    page::{BAD, CARE, Cell, FAINT, GOOD, NAME, Page, styled},
    text::{cut, instant, msats, printable, sats, short_address},
};

/// Characters of a description that a list shows.
const LISTED_CHARS: usize = 40;

fn stage_style(stage: DealStage) -> Style {
    match stage {
        DealStage::Settled => GOOD,
        DealStage::Failed => BAD,
        _ => CARE,
    }
}

impl Report for Deal {
    fn show(&self, page: &mut Page) {
        page.title(format!("{} {}", side(self.role), self.id));
        page.field("stage", Cell::new(self.stage.name(), stage_style(self.stage)));
        page.field_if("reason", self.failure.map(|failure| failure.to_string()));
        page.field("amount", sats(self.amount_sats));
        page.field_if("routing fee", self.fee_msats.map(msats));
        page.field_if("payer", self.payer.map(|payer| Cell::new(payer.to_string(), NAME)));
        page.field("payee", Cell::new(self.payee.to_string(), NAME));
        page.field_if("trade", self.trade_id.map(|trade_id| trade_id.to_string()));
        page.field_if("payment hash", self.payment_hash.clone());
        page.field_if("category", said(&self.category));
        page.field_if("description", said(&self.description));
        if !self.stage.is_final() {
            page.field_if("can be paid", self.invoice_expires_at.map(|time| format!("until {}", instant(time))));
        }
    }
}

/// A deal that was ended, and what is left of it on the chain.
#[derive(Debug, Serialize)]
pub(super) struct Cancelled {
    #[serde(flatten)]
    pub(super) deal: Deal,
    /// For people: programs read the trade.
    #[serde(skip)]
    pub(super) left: Option<String>,
}

impl Report for Cancelled {
    fn show(&self, page: &mut Page) {
        self.deal.show(page);
        if let Some(left) = &self.left {
            page.gap().line(left);
        }
    }
}

/// A deal of which the offer is what is wanted.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Offered<'a> {
    pub(super) deal: &'a Deal,
}

impl Report for Offered<'_> {
    fn show(&self, page: &mut Page) {
        self.deal.show(page);
        show_offer(page, self.deal);
    }
}

/// On a line of its own, so that it is copied as a whole.
fn show_offer(page: &mut Page, deal: &Deal) {
    if let Some(offer) = &deal.offer {
        page.gap().line(offer).gap();
    }
}

/// Prints how a deal stands. Where that cannot be printed, the error tells it: it stands so all the same.
pub(super) fn print_deal(report: &impl Report, id: &str, output: Output) -> Result<(), Error> {
    output.result(report).map_err(|error| match error {
        Error::Output(source) => Error::Unreported { what: format!("deal {id} went on"), source },
        other => other,
    })
}

/// The journal's deals, oldest first.
#[derive(Debug, Serialize)]
pub(super) struct ListedDeals {
    pub(super) deals: Vec<Deal>,
    /// Files that cannot be read.
    pub(super) damaged: Vec<Damaged>,
}

/// Why a deal cannot be read, with its file's name.
#[derive(Debug, Serialize)]
pub(super) struct Damaged {
    code: &'static str,
    pub(super) message: String,
}

impl From<ErrorReport> for Damaged {
    fn from(report: ErrorReport) -> Self {
        Self { code: report.code, message: report.message }
    }
}

/// A deal, with its preimage if that was asked for.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    pub(super) deal: Deal,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preimage: Option<String>,
}

impl Shown {
    /// What can still be handed to a payer: the offer of a sale that is not paid and has time left.
    pub(super) fn open_offer(&self) -> Option<&str> {
        let deal = &self.deal;
        let is_open = deal.role == Role::Payee && deal.stage < DealStage::Paying;
        let has_time = deal.invoice_expires_at.is_some_and(|expires_at| unix_now() <= expires_at);
        deal.offer.as_deref().filter(|_| is_open && has_time)
    }
}

impl Report for Shown {
    fn show(&self, page: &mut Page) {
        self.deal.show(page);
        page.field_if("preimage", self.preimage.clone());
        if self.open_offer().is_some() {
            show_offer(page, &self.deal);
        }
    }
}

impl Report for ListedDeals {
    fn show(&self, page: &mut Page) {
        if self.deals.is_empty() {
            page.line(styled("no deals", FAINT));
        }
        for deal in &self.deals {
            let (side, other) = match deal.role {
                Role::Payer => ("pays", Some(deal.payee)),
                Role::Payee => ("is paid by", deal.payer),
            };
            let other = other.map_or_else(|| "whoever takes it".to_owned(), short_address);
            page.line(format!(
                "{}  {:>14}  {side} {}  {}  {}",
                styled(format!("{:<8}", deal.stage.name()), stage_style(deal.stage)),
                sats(deal.amount_sats),
                styled(other, NAME),
                instant(deal.created_at),
                cut(&printable(&deal.description), LISTED_CHARS),
            ));
            page.line(format!("  {}", styled(&deal.id, FAINT)));
        }
    }
}

/// What an offer asks for, for whoever is to say yes to it.
pub(super) fn asked(offer: &Offer) -> Page {
    let mut page = Page::new();
    page.field("amount", sats(offer.amount_sats()));
    page.field_if("category", said(offer.category()));
    page.field_if("description", said(offer.description()));
    page.field("payee", Cell::new(offer.payee().to_string(), NAME));
    page.field("payee's node", Cell::new(offer.invoice().payee_node(), NAME));
    page.field("network", offer.invoice().network().name());
    page.field("can be paid", format!("until {}", instant(offer.invoice().expires_at())));
    page
}

const fn side(role: Role) -> &'static str {
    match role {
        Role::Payer => "Purchase",
        Role::Payee => "Sale",
    }
}

fn said(text: &str) -> Option<String> {
    Some(printable(text)).filter(|text| !text.is_empty())
}
