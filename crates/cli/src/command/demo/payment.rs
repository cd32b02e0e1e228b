//! The payment, made inside this process.
//!
//! What a Lightning payment does for a trade is one exchange: the payer's money against the payee's preimage, or neither. Here
//! both sides are this process, so no money moves and the preimage changes hands by a call. What the payer then holds is the
//! same 32 bytes, checked the same way, as after a payment over the network.

use barter_protocol::Preimage;

use crate::invoice::{Invoice, InvoiceError};

/// A payee with one invoice, waiting for its payment.
#[derive(Debug)]
pub(super) struct InProcessPayee {
    invoice: Invoice,
    preimage: Preimage,
}

impl InProcessPayee {
    /// A payee that made this invoice with this preimage.
    pub(super) fn new(invoice: Invoice, preimage: Preimage) -> Result<Self, InvoiceError> {
        let (expected, actual) = (invoice.payment_hash(), preimage.payment_hash());
        if expected != actual {
            return Err(InvoiceError::WrongPreimage { expected, actual });
        }
        Ok(Self { invoice, preimage })
    }

    /// What it asks for.
    pub(super) fn invoice(&self) -> &Invoice {
        &self.invoice
    }

    /// What it knew before anybody paid: it made it.
    pub(super) fn own_preimage(&self) -> Preimage {
        self.preimage
    }

    /// Takes the payment of an invoice at `now`, and gives the preimage for it.
    pub(super) fn take_payment(&self, invoice: &Invoice, now: u64) -> Result<Preimage, InvoiceError> {
        if now > invoice.expires_at() {
            return Err(InvoiceError::Expired { expires_at: invoice.expires_at(), now });
        }
        let (expected, actual) = (invoice.payment_hash(), self.preimage.payment_hash());
        if expected != actual {
            return Err(InvoiceError::WrongPreimage { expected, actual });
        }
        Ok(self.preimage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::{Payee, Request};

    const MADE_AT: u64 = 1_795_143_212;

    fn invoice(preimage: Preimage) -> Invoice {
        let request = Request { amount_sats: 50_000, description: "x", made_at: MADE_AT, lifetime_seconds: 60 };
        Payee::new([1; 32]).unwrap().invoice(&request, preimage, [2; 32]).unwrap()
    }

    #[test]
    fn a_payment_in_time_reveals_the_preimage() {
        let preimage = Preimage::new([7; 32]);
        let payee = InProcessPayee::new(invoice(preimage), preimage).unwrap();
        assert_eq!(payee.take_payment(payee.invoice(), MADE_AT + 60), Ok(preimage));
        assert_eq!(
            payee.take_payment(payee.invoice(), MADE_AT + 61),
            Err(InvoiceError::Expired { expires_at: MADE_AT + 60, now: MADE_AT + 61 })
        );
    }

    #[test]
    fn a_payment_of_another_invoice_reveals_nothing() {
        let (own, other) = (Preimage::new([7; 32]), Preimage::new([8; 32]));
        assert!(matches!(InProcessPayee::new(invoice(other), own), Err(InvoiceError::WrongPreimage { .. })));
        let payee = InProcessPayee::new(invoice(own), own).unwrap();
        let refused = payee.take_payment(&invoice(other), MADE_AT);
        assert!(matches!(refused, Err(InvoiceError::WrongPreimage { .. })), "{refused:?}");
    }
}
