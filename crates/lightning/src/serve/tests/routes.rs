//! What is no request.

use serde_json::{Value, json};

use super::{PREIMAGE_BASE64, Stage};

#[tokio::test]
async fn refuses_what_is_no_request() {
    let stage = Stage::set().await;
    assert_eq!(stage.refusal("GET /v1/nothing", &Value::Null).await, (404, 5, "Not Found".to_owned()));
    assert_eq!(stage.refusal("DELETE /v1/invoices", &Value::Null).await, (501, 12, "Method Not Allowed".to_owned()));
    let good = json!({"r_preimage": PREIMAGE_BASE64, "value": "50000"});
    let (value, expiry) = (json!("x"), json!("4294967296"));
    for (field, wrong, code) in [
        ("r_preimage", json!(7), 3),
        ("r_preimage", json!("*"), 3),
        ("r_preimage", json!(&PREIMAGE_BASE64[..40]), 2),
        ("r_preimage", Value::Null, 3),
        ("value", value, 3),
        ("value", json!(-1), 3),
        ("value", json!(0), 2),
        ("expiry", expiry, 2),
        ("amount", json!(5), 3),
    ] {
        let mut request = good.clone();
        request[field] = wrong;
        let (_, refused, message) = stage.refusal("POST /v1/invoices", &request).await;
        assert_eq!(refused, code, "{request}: {message}");
        assert!(!message.contains(&PREIMAGE_BASE64[..20]), "{message}");
    }
    for line in ["POST /v1/invoices", "POST /v2/router/send", "POST /v2/invoices/settle"] {
        assert_eq!(stage.refusal(line, &json!([])).await.1, 3, "{line}");
        assert_eq!(stage.refusal(line, &Value::Null).await.1, 3, "{line}");
        let large = json!({"memo": "x".repeat(20_000)});
        assert_eq!((stage.refusal(line, &large).await.0, 429), (429, 429), "{line}");
    }
    assert!(stage.puppet.invoices.lock().unwrap().is_empty());
}
