//! Invoices, offers and trades, made without a node.

use std::{sync::LazyLock, time::Duration};

use alloy_primitives::Address;
use barter_lightning::Invoice;
use barter_protocol::{Preimage, Role, Ruling, TradeStatus, limits::PROPOSAL_LIFETIME};
use bitcoin::{
    hashes::{Hash as _, sha256},
    secp256k1::{Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret};

use crate::{
    Trade,
    deal::{Offer, offer::Sealed, record::Owner},
};

pub(super) const PAYER: Address = Address::repeat_byte(0xaa);
pub(super) const PAYEE: Address = Address::repeat_byte(0xee);
pub(super) const CORE: Address = Address::repeat_byte(0xcc);
pub(super) const CHAIN: u64 = 31_337;
/// When the invoices are made, and for how long they can be paid.
pub(super) const MADE_AT: u64 = 1_800_000_000;
pub(super) const LIFETIME: u64 = 3_600;
pub(super) const AMOUNT: u64 = 50_000;

pub(super) const fn preimage() -> Preimage {
    Preimage::new([7; 32])
}

pub(super) const fn owner(wallet: Address) -> Owner {
    Owner { chain_id: CHAIN, barter_core: CORE, wallet }
}

pub(super) const fn sealed(payer: Option<Address>) -> Sealed<'static> {
    let (category, description) = ("digital-goods", "Logo design, three drafts");
    Sealed { chain_id: CHAIN, barter_core: CORE, payee: PAYEE, payer, category, description }
}

/// An invoice that says this.
pub(super) fn invoice(description: &str, amount_sats: u64) -> Invoice {
    let secp = Secp256k1::new();
    let key = SecretKey::from_slice(&[3; 32]).unwrap();
    let signed = InvoiceBuilder::new(Currency::Regtest)
        .description(description.to_owned())
        .payment_hash(sha256::Hash::from_byte_array(*preimage().payment_hash().as_bytes()))
        .payment_secret(PaymentSecret([2; 32]))
        .duration_since_epoch(Duration::from_secs(MADE_AT))
        .expiry_time(Duration::from_secs(LIFETIME))
        .min_final_cltv_expiry_delta(18)
        .basic_mpp()
        .amount_milli_satoshis(amount_sats * 1_000)
        .build_signed(|message| secp.sign_ecdsa_recoverable(message, &key));
    signed.unwrap().to_string().parse().unwrap()
}

pub(super) fn offer_of(sealed: Sealed<'_>) -> Offer {
    Offer::new(sealed, invoice(&sealed.invoice_description(), AMOUNT)).unwrap()
}

/// An offer that its payee proposes to the payer, or that whoever takes it proposes.
pub(super) fn offer(proposer: Role) -> Offer {
    static OFFERS: LazyLock<[Offer; 2]> = LazyLock::new(|| [offer_of(sealed(None)), offer_of(sealed(Some(PAYER)))]);
    OFFERS[usize::from(proposer == Role::Payee)].clone()
}

/// The trade of an offer that a wallet takes.
pub(super) fn trade(offer: &Offer, payer: Address, status: TradeStatus) -> Trade {
    let (proposer, payee) = (offer.proposer(), offer.payee());
    let (party_a, party_b) = if proposer == Role::Payer { (payer, payee) } else { (payee, payer) };
    Trade {
        trade_id: offer.trade_id(payer).unwrap(),
        party_a,
        party_b,
        payer,
        payee,
        payment_hash: offer.payment_hash(),
        amount_sats: offer.amount_sats(),
        status,
        ruling: Ruling::None,
        created_at: MADE_AT,
        expires_at: MADE_AT + PROPOSAL_LIFETIME,
        accepted_at: None,
        settled_at: None,
        category: offer.category().to_owned(),
        description: offer.description().to_owned(),
    }
}
