//! Whether the service says that it is well, and only then.

use reqwest::StatusCode;
use serde_json::json;

use crate::{
    common::Place,
    support::{code, outcome, start},
};

/// The disk takes nothing, until it does: as a full one, or a server that only reads.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_unwell_while_nothing_can_be_written() {
    let service = start().await;
    assert_eq!(service.record(&[outcome("a")]).await["received"], json!(1));
    let (refuse, allow) = match service.place {
        Place::File(_) => (
            "CREATE TRIGGER no_probe BEFORE INSERT ON subtrees BEGIN SELECT RAISE(ABORT, 'no room'); END; \
             CREATE TRIGGER no_outcome BEFORE INSERT ON outcomes BEGIN SELECT RAISE(ABORT, 'no room'); END;",
            "DROP TRIGGER no_probe; DROP TRIGGER no_outcome",
        ),
        Place::Postgres { .. } => (
            "ALTER TABLE subtrees ADD CONSTRAINT no_probe CHECK (false) NOT VALID; \
             ALTER TABLE outcomes ADD CONSTRAINT no_outcome CHECK (false) NOT VALID",
            "ALTER TABLE subtrees DROP CONSTRAINT no_probe; ALTER TABLE outcomes DROP CONSTRAINT no_outcome",
        ),
    };
    service.place.tamper(refuse);
    // Nobody has met it yet, nor looks for it.
    assert_eq!(service.get("/healthz").await.0, StatusCode::OK);
    let batch = json!({ "outcomes": [outcome("b")] });
    assert_eq!(code(&service.post("/outcomes", &batch).await), (503, "log_unavailable".to_owned()));
    for _ in 0..3 {
        assert_eq!(code(&service.get("/healthz").await), (503, "log_unwritable".to_owned()));
    }
    // A replay is answered, for which nothing is written.
    assert_eq!(service.record(&[outcome("a")]).await["replayed"], json!(1));
    assert_eq!(code(&service.get("/healthz").await), (503, "log_unwritable".to_owned()));
    // Scores are given all the while, and once there is room nobody has to write first.
    assert_eq!(service.get(&format!("/{}", crate::support::PROVIDER)).await.0, StatusCode::OK);
    service.place.tamper(allow);
    let (status, answer) = service.get("/healthz").await;
    assert_eq!((status, &answer["log_size"]), (StatusCode::OK, &json!(1)), "{answer}");
    // One that was written says the same.
    service.place.tamper(refuse);
    assert_eq!(code(&service.post("/outcomes", &batch).await).0, 503);
    service.place.tamper(allow);
    assert_eq!(service.record(&[outcome("b")]).await["received"], json!(1));
    assert_eq!(service.get("/healthz").await.0, StatusCode::OK);
}
