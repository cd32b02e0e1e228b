//! Events: outcomes as the published package's hubs send them to each other.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    Service,
    answer::{ErrorBody, NotWritten, Refusal},
    body::{BATCH_BYTES, Message},
    outcomes::{BatchAnswer, record},
    schema, turn,
};
use crate::wire::{Form, OutcomeJson};

#[derive(Debug, Deserialize)]
pub(super) struct EventsRequest {
    events: Vec<Box<RawValue>>,
}

/// A batch of signed events.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the schema of the request, of which each event is read apart")]
pub(super) struct Events {
    /// Each has a `type`.
    #[schema(schema_with = schema::entries)]
    events: Vec<OutcomeJson>,
}

/// Puts signed events on record. As with outcomes, each is answered for by itself.
#[utoipa::path(
    post,
    path = "/events",
    tag = "outcomes",
    request_body(content = Events, content_type = "application/json"),
    responses(
        (status = 200, description = "What became of each", body = BatchAnswer),
        (status = 400, description = "The batch is not what is expected", body = ErrorBody),
        NotWritten,
    )
)]
pub(super) async fn post(
    State(service): State<Arc<Service>>,
    _turn: turn::Batch,
    Message(EventsRequest { events }): Message<EventsRequest, BATCH_BYTES>,
) -> Result<Json<BatchAnswer>, Refusal> {
    record(&service, "events", events, |signed| match signed.outcome.form() {
        Form::Event => Ok(signed),
        Form::Published | Form::Bound(_) => {
            Err(Refusal::bad("not_an_event", "an event has a type; an outcome goes to /outcomes"))
        }
    })
    .await
    .map(Json)
}
