//! Is the service well?

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Service,
    answer::{ErrorBody, Refusal},
    chain::ChainAnswer,
    outcomes::unavailable,
};
use crate::oracle::Oracle;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`: what is not is an error.
    #[schema(example = "ok")]
    status: &'static str,
    /// Outcomes in the log.
    log_size: u64,
    chain: ChainAnswer,
}

/// Whether the log can be read, and what is known of the chain. A chain that is away does not make the service unwell: its scores say
/// up to which block they know.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "service",
    responses(
        (status = 200, description = "The log can be read", body = Health),
        (status = 503, description = "It cannot", body = ErrorBody),
    )
)]
pub(super) async fn get(State(service): State<Arc<Service>>) -> Result<Json<Health>, Refusal> {
    let (log_size, _) = service.ask(Oracle::tree_head).await?.map_err(|error| unavailable(&error))?;
    let chain = ChainAnswer::of(&service, &service.known.borrow(), service.now());
    Ok(Json(Health { status: "ok", log_size, chain }))
}
