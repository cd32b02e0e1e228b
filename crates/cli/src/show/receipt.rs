//! What a transaction did, on a page.

use barter_protocol::TradeId;
use barter_sdk::Receipt;
use serde::Serialize;

use crate::{
    output::Report,
    page::{BEST, Cell, FAINT, Page, styled},
    text::grouped,
};

/// Something that was done, and the transaction that did it.
#[derive(Debug, Serialize)]
pub(crate) struct Done<T> {
    /// What was done, for people.
    #[serde(skip)]
    pub(crate) headline: String,
    /// The trade it was done to, if it was one: for the error, should this not reach its reader.
    #[serde(skip)]
    pub(crate) trade_id: Option<TradeId>,
    /// What it was done to.
    #[serde(flatten)]
    pub(crate) subject: T,
    /// The transaction.
    #[serde(flatten)]
    pub(crate) receipt: Receipt,
}

impl<T: Serialize> Report for Done<T> {
    fn show(&self, page: &mut Page) {
        page.line(styled(&self.headline, BEST));
        page.field("transaction", Cell::new(self.receipt.transaction_hash.to_string(), FAINT));
        page.field("block", Cell::new(grouped(self.receipt.block_number), FAINT));
        page.field("gas", Cell::new(grouped(self.receipt.gas_used), FAINT));
    }
}
