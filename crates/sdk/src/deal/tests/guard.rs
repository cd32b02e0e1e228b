use barter_lightning::{InvoiceState, OwnInvoice};
use barter_protocol::Role;

use super::made::{AMOUNT, LIFETIME, MADE_AT, offer, preimage};
use crate::deal::guard::check;

#[test]
fn a_payee_agrees_to_no_trade_but_for_its_own_open_invoice() {
    let hash = preimage().payment_hash();
    let own = |state| OwnInvoice::new(offer(Role::Payer).invoice().clone(), state);
    let (open, last) = (own(InvoiceState::Open), MADE_AT + LIFETIME - 60);
    check(hash, AMOUNT, Some(&open), MADE_AT).unwrap();
    check(hash, AMOUNT, Some(&open), last).unwrap();

    let code = |error: crate::Error| error.code();
    assert_eq!(check(hash, AMOUNT, None, MADE_AT).map_err(code), Err("not_own_invoice"));
    for state in [InvoiceState::Paid, InvoiceState::Held, InvoiceState::Cancelled] {
        assert_eq!(check(hash, AMOUNT, Some(&own(state)), MADE_AT).map_err(code), Err("invoice_not_open"));
    }
    assert_eq!(check(hash, AMOUNT, Some(&open), last + 1).map_err(code), Err("invoice_expires_too_soon"));
    assert_eq!(check(hash, AMOUNT, Some(&open), MADE_AT + LIFETIME + 1).map_err(code), Err("invoice_expired"));
    assert_eq!(check(hash, AMOUNT - 1, Some(&open), MADE_AT).map_err(code), Err("wrong_invoice_amount"));
    assert_eq!(check([1; 32].into(), AMOUNT, Some(&open), MADE_AT).map_err(code), Err("wrong_payment_hash"));
}
