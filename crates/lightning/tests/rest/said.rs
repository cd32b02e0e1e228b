//! What nodes say, and the client that hears it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use barter_lightning::{
    Invoice, InvoiceLock, InvoiceRequest, PaymentLimits,
    lnd::{Lnd, LndSettings, Macaroon},
};
use barter_protocol::{PaymentHash, Preimage};
use bitcoin::{
    hashes::{Hash, sha256},
    hex::DisplayHex,
    secp256k1::{Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret};

use crate::server::{Reply, Request, Server};

/// In hexadecimal, of 32 bytes.
pub(crate) const MACAROON: &str = "0201036c6e6402f801030a10b1d1a4c2e3f405162738495a6b7c8d9eafb0c1d2";

pub(crate) const AMOUNT_SATS: u64 = 25_000;

/// Whoever waits for an answer waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// As LND says that there is none.
pub(crate) const NOT_FOUND: &str = r#"{"code":5,"message":"there is no such thing","details":[]}"#;

pub(crate) const INFO: &str = r#"{"identity_pubkey":"03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad","alias":"node","chains":[{"chain":"bitcoin","network":"regtest"}],"uris":[]}"#;

pub(crate) fn preimage() -> Preimage {
    Preimage::new([7; 32])
}

pub(crate) fn payment_hash() -> PaymentHash {
    preimage().payment_hash()
}

/// The client of a server.
pub(crate) fn client(server: &Server) -> Lnd {
    client_with(server, PATIENCE)
}

pub(crate) fn client_with(server: &Server, patience: Duration) -> Lnd {
    let settings = LndSettings::new(&server.url(), Macaroon::from_hex(MACAROON).unwrap()).unwrap();
    Lnd::connect(settings.with_timeout(patience)).unwrap()
}

/// A server that says the same to everything, but that it is ready.
pub(crate) fn always(reply: Reply) -> Server {
    Server::plain(move |request| ready(request).unwrap_or_else(|| reply.clone()))
}

/// What every node that is ready says of itself.
pub(crate) fn ready(request: &Request) -> Option<Reply> {
    match request.line.as_str() {
        "GET /v1/state" => Some(Reply::ok(r#"{"state":"SERVER_ACTIVE"}"#)),
        _ => None,
    }
}

pub(crate) fn invoice() -> Invoice {
    invoice_of(payment_hash())
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(crate) fn invoice_of(payment_hash: PaymentHash) -> Invoice {
    // The same for all tests of this process that ask for it within an hour.
    made(payment_hash, now() / 3_600 * 3_600, Duration::from_hours(2))
}

/// An invoice that can be paid for some seconds.
pub(crate) fn expiring_invoice() -> Invoice {
    made(payment_hash(), now(), Duration::from_secs(3))
}

fn made(payment_hash: PaymentHash, made_at: u64, lifetime: Duration) -> Invoice {
    let invoice = InvoiceBuilder::new(Currency::Regtest)
        .description("two crates of apples".to_owned())
        .payment_hash(sha256::Hash::from_byte_array(*payment_hash.as_bytes()))
        .payment_secret(PaymentSecret([9; 32]))
        .duration_since_epoch(Duration::from_secs(made_at))
        .expiry_time(lifetime)
        .min_final_cltv_expiry_delta(80)
        .amount_milli_satoshis(AMOUNT_SATS * 1_000);
    let key = SecretKey::from_slice(&[3; 32]).unwrap();
    let signed = invoice.build_signed(|message| Secp256k1::new().sign_ecdsa_recoverable(message, &key)).unwrap();
    Invoice::try_from(&signed).unwrap()
}

/// What [`invoice`] was made by.
pub(crate) fn request() -> InvoiceRequest {
    InvoiceRequest {
        lock: InvoiceLock::Preimage(preimage()),
        amount_sats: AMOUNT_SATS,
        description: "two crates of apples".to_owned(),
        lifetime_seconds: 7_200,
    }
}

pub(crate) fn limits() -> PaymentLimits {
    PaymentLimits { max_fee_sats: 10, timeout: Duration::from_secs(5) }
}

/// An invoice of the node's own, as it tells it.
pub(crate) fn stored(state: &str) -> String {
    stored_invoice(&invoice(), state)
}

pub(crate) fn stored_invoice(invoice: &Invoice, state: &str) -> String {
    let text = invoice.text();
    format!(
        r#"{{"memo":"two crates of apples","r_preimage":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","value":"25000","expiry":"7200","payment_request":"{text}","state":"{state}"}}"#
    )
}

/// A line of a stream about the payment.
pub(crate) fn update(status: &str, reason: &str) -> String {
    let hash = payment_hash().as_bytes().to_lower_hex_string();
    let preimage = match status {
        "SUCCEEDED" => preimage().as_bytes().to_lower_hex_string(),
        _ => "0".repeat(64),
    };
    format!(
        r#"{{"result":{{"payment_hash":"{hash}","payment_preimage":"{preimage}","fee_msat":"1500","status":"{status}","failure_reason":"{reason}"}}}}"#
    ) + "\n"
}

pub(crate) fn in_flight() -> String {
    update("IN_FLIGHT", "FAILURE_REASON_NONE")
}

pub(crate) fn succeeded() -> String {
    update("SUCCEEDED", "FAILURE_REASON_NONE")
}

/// Everything an error shows.
pub(crate) fn shown(error: &barter_lightning::Error) -> String {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        shown = format!("{shown} {source} {source:?}");
        next = source.source();
    }
    shown
}
