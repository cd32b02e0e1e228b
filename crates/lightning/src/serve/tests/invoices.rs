//! Invoices: made, settled, cancelled.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, Engine};
use serde_json::{Value, json};

use super::{LONG, PREIMAGE, PREIMAGE_BASE64, PREIMAGE_URL_SAFE, Stage, unix_now};
use crate::{Invoice, InvoiceState};

#[tokio::test]
async fn makes_an_invoice_of_a_preimage() {
    let stage = Stage::set().await;
    let request = json!({"memo": "a logo", "r_preimage": PREIMAGE_BASE64, "value": "50000", "expiry": "600"});
    let answer = stage.ask("POST /v1/invoices", &request).await;
    assert_eq!(answer.status, 200);
    let (body, hash) = (answer.body().await, BASE64_STANDARD.encode(PREIMAGE.payment_hash().as_bytes()));
    assert_eq!(body["r_hash"], json!(hash));
    let made: Invoice = body["payment_request"].as_str().unwrap().parse().unwrap();
    assert_eq!(made.payment_hash(), PREIMAGE.payment_hash());

    let path = format!("GET /v1/invoice/{}", &PREIMAGE.payment_hash().to_string()[2..]);
    for (state, name, paid) in [
        (InvoiceState::Open, "OPEN", "0"),
        (InvoiceState::Held, "ACCEPTED", "50000"),
        (InvoiceState::Paid, "SETTLED", "50000"),
        (InvoiceState::Cancelled, "CANCELED", "0"),
    ] {
        stage.puppet.set(PREIMAGE.payment_hash(), state);
        let found = stage.ask(&path, &Value::Null).await.body().await;
        let expected = json!({
            "memo": "a logo", "r_preimage": PREIMAGE_BASE64, "r_hash": hash, "value": "50000", "value_msat": "50000000",
            "creation_date": (made.expires_at() - 600).to_string(), "expiry": "600", "payment_request": made.text(),
            "amt_paid_sat": paid, "state": name,
        });
        assert_eq!(found, expected);
    }
    // As LND, it makes none twice: whoever asks again has to look.
    let again = stage.refusal("POST /v1/invoices", &request).await;
    assert_eq!(again, (500, 2, "invoice with payment hash already exists".to_owned()));
}

#[tokio::test]
async fn makes_an_invoice_whose_payment_is_held() {
    let stage = Stage::set().await;
    let hash = BASE64_URL_SAFE.encode(PREIMAGE.payment_hash().as_bytes());
    let request = json!({"memo": "a logo", "hash": hash.trim_end_matches('='), "value": 50_000});
    let body = stage.ask("POST /v2/invoices/hodl", &request).await.body().await;
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    let made: Invoice = body["payment_request"].as_str().unwrap().parse().unwrap();
    // A day, where nothing else was said.
    assert!(made.expires_at().abs_diff(unix_now() + 86_400) <= LONG.as_secs());

    let path = format!("GET /v1/invoice/{}", PREIMAGE.payment_hash());
    assert_eq!(stage.ask(&path, &Value::Null).await.body().await["r_preimage"], json!(""));

    let settle = json!({"preimage": PREIMAGE_URL_SAFE});
    let still_open = (500, 2, "invoice still open".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/settle", &settle).await, still_open);
    stage.puppet.set(PREIMAGE.payment_hash(), InvoiceState::Held);
    for _ in 0..2 {
        assert_eq!(stage.ask("POST /v2/invoices/settle", &settle).await.body().await, json!({}));
    }
    assert_eq!(stage.puppet.state(PREIMAGE.payment_hash()), Some(InvoiceState::Paid));
}

#[tokio::test]
async fn cancels_an_invoice() {
    let stage = Stage::set().await;
    let payment_hash = PREIMAGE.payment_hash();
    let cancel = json!({"payment_hash": BASE64_STANDARD.encode(payment_hash.as_bytes())});
    let settle = json!({"preimage": PREIMAGE_BASE64});
    let unknown = (500, 2, "unable to locate invoice".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/cancel", &cancel).await, unknown);
    assert_eq!(stage.refusal("POST /v2/invoices/settle", &settle).await, unknown);
    let missing = stage.refusal(&format!("GET /v1/invoice/{payment_hash}"), &Value::Null).await;
    assert_eq!(missing, (404, 5, "unable to locate invoice".to_owned()));

    stage.puppet.has(PREIMAGE, InvoiceState::Open);
    for _ in 0..2 {
        assert_eq!(stage.ask("POST /v2/invoices/cancel", &cancel).await.body().await, json!({}));
    }
    let cancelled = (500, 2, "invoice already canceled".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/settle", &settle).await, cancelled);
    stage.puppet.set(payment_hash, InvoiceState::Paid);
    let paid = (500, 2, "invoice already settled".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/cancel", &cancel).await, paid);
}
