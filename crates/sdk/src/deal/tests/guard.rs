use barter_lightning::{InvoiceState, OwnInvoice};
use barter_protocol::{Role, TradeStatus};

use super::made::{LIFETIME, MADE_AT, PAYEE, PAYER, offer, trade};
use crate::deal::guard::check;

#[test]
fn a_payee_is_drawn_into_no_trade_but_its_own_open_invoices() {
    let offer = offer(Role::Payer);
    let trade = trade(&offer, PAYER, TradeStatus::Proposed);
    let own = |state| OwnInvoice::new(offer.invoice().clone(), state);
    let open = own(InvoiceState::Open);
    check(&trade, Some(&open), PAYEE, MADE_AT).unwrap();
    let last = MADE_AT + LIFETIME - 60;
    check(&trade, Some(&open), PAYEE, last).unwrap();

    let code = |error: crate::Error| error.code();
    assert_eq!(check(&trade, None, PAYEE, MADE_AT).map_err(code), Err("not_own_invoice"));
    for state in [InvoiceState::Paid, InvoiceState::Held, InvoiceState::Cancelled] {
        assert_eq!(check(&trade, Some(&own(state)), PAYEE, MADE_AT).map_err(code), Err("invoice_not_open"));
    }
    assert_eq!(check(&trade, Some(&open), PAYEE, last + 1).map_err(code), Err("invoice_expires_too_soon"));
    assert_eq!(check(&trade, Some(&open), PAYEE, MADE_AT + LIFETIME + 1).map_err(code), Err("invoice_expired"));
    assert_eq!(check(&trade, Some(&open), PAYER, MADE_AT).map_err(code), Err("not_payee"));
    let mut other = trade.clone();
    other.amount_sats -= 1;
    assert_eq!(check(&other, Some(&open), PAYEE, MADE_AT).map_err(code), Err("wrong_invoice_amount"));
    other = trade;
    other.payment_hash = [1; 32].into();
    assert_eq!(check(&other, Some(&open), PAYEE, MADE_AT).map_err(code), Err("wrong_payment_hash"));
}
