//! From the protocol's types to the contracts'.

use alloy_primitives::U256;
use barter_protocol::Terms;

use crate::IBarterCore;

impl From<&Terms> for IBarterCore::Terms {
    fn from(terms: &Terms) -> Self {
        Self {
            payer: terms.payer(),
            payee: terms.payee(),
            paymentHash: terms.payment_hash().into(),
            amountSats: U256::from(terms.amount_sats()),
            category: terms.category().to_owned(),
            description: terms.description().to_owned(),
        }
    }
}
