//! The payment: from one real Lightning node to another.
//!
//! What a payment does for a trade is one exchange: the payer's money against the payee's preimage, or neither. Both nodes are
//! in this process and their channel's coins are worth nothing, but the channel is a channel, the payment an HTLC in it, and
//! the payer learns the preimage from nothing else.

use barter_lightning::{
    Agreed, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning as _, Paid, PaymentLimits,
    embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
};
use barter_protocol::Preimage;
use barter_sdk::Trade;

use super::{
    failed,
    report::{Change, PaymentReport, SideReport},
};
use crate::{clock::unix_now, error::Error};

/// Two nodes with a channel, and what one is to pay the other.
#[derive(Debug)]
pub(super) struct Lightning {
    pub(super) payer: Side,
    pub(super) payee: Side,
    request: InvoiceRequest,
    preimage: Preimage,
}

/// A party's node.
#[derive(Debug)]
pub(super) struct Side {
    node: EmbeddedNode,
    /// In hexadecimal.
    pub(super) public_key: String,
    /// What it could send before the payment.
    spendable_sats: u64,
}

impl Side {
    async fn of(node: &EmbeddedNode) -> Result<Self, Error> {
        let public_key = node.node().await?.public_key;
        Ok(Self { node: node.clone(), public_key, spendable_sats: node.spendable_sats() })
    }

    fn report(&self) -> SideReport {
        let spendable_sats = Change { before: self.spendable_sats, after: self.node.spendable_sats() };
        SideReport { node: self.public_key.clone(), spendable_sats }
    }
}

impl Lightning {
    /// Opens the channel.
    pub(super) async fn open(
        amount_sats: u64,
        description: &str,
        preimage: Preimage,
        lifetime_seconds: u32,
    ) -> Result<Self, Error> {
        let lock = InvoiceLock::Preimage(preimage);
        let request = InvoiceRequest { lock, amount_sats, description: description.to_owned(), lifetime_seconds };
        request.check()?;
        let network = EmbeddedNetwork::new(EmbeddedSettings::default())?;
        let (payer, payee) = (Side::of(network.first()).await?, Side::of(network.second()).await?);
        Ok(Self { payer, payee, request, preimage })
    }

    /// What the payee asks for.
    pub(super) async fn invoice(&self) -> Result<Invoice, Error> {
        let made = self.payee.node.make_invoice(&self.request).await?;
        // What travels to the payer is text, and the payer reads it as anybody's.
        Ok(made.text().parse::<Invoice>()?)
    }

    /// What the payee knows before anybody pays: it made it.
    pub(super) fn payees_preimage(&self) -> Preimage {
        self.preimage
    }

    /// Pays the invoice, if it is what the trade says.
    pub(super) async fn pay(&self, invoice: &Invoice, trade: &Trade) -> Result<Paid, Error> {
        let now = unix_now();
        let agreed = Agreed {
            network: self.payer.node.node().await?.network,
            amount_sats: trade.amount_sats,
            payment_hash: trade.payment_hash,
            payee_node: Some(self.payee.public_key.clone()),
            needed_until: now,
        };
        invoice.check(&agreed, now)?;
        Ok(self.payer.node.pay(invoice, &PaymentLimits::for_amount(trade.amount_sats)).await?)
    }

    /// How it was paid, after making sure that it was: the payee was given what the payer gave, but for the fee.
    pub(super) async fn report(&self, invoice: &Invoice, paid: Paid) -> Result<PaymentReport, Error> {
        let payment_hash = invoice.payment_hash();
        let own = self.payee.node.invoice(payment_hash).await?;
        if own.is_none_or(|own| own.state != InvoiceState::Paid) || paid.preimage.payment_hash() != payment_hash {
            return Err(failed("the payee's node was not paid"));
        }
        let (payer, payee) = (self.payer.report(), self.payee.report());
        let given = payer.spendable_sats.before.saturating_sub(payer.spendable_sats.after);
        let taken = payee.spendable_sats.after.saturating_sub(payee.spendable_sats.before);
        if taken != invoice.amount_sats() || given != taken + paid.fee_msats.div_ceil(1_000) {
            return Err(failed(&format!("the payer's node gave {given} sats, the payee's took {taken}")));
        }
        Ok(PaymentReport {
            preimage: paid.preimage.to_string(),
            payment_hash: payment_hash.to_string(),
            fee_msats: paid.fee_msats,
            payer,
            payee,
        })
    }
}
