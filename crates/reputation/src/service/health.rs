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

/// Whether the log can be read and written, and what is known of the chain. A chain that is away does not make the service unwell: its scores say
/// up to which block they know.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "service",
    responses(
        (status = 200, description = "The log can be read, and the last write worked", body = Health),
        (status = 503, description = "It cannot, or the last write failed and so would another", body = ErrorBody),
    )
)]
pub(super) async fn get(State(service): State<Arc<Service>>) -> Result<Json<Health>, Refusal> {
    let asked = service.ask(|oracle: &Oracle| oracle.tree_head().map(|(size, _)| (size, oracle.is_writable()))).await?;
    let (log_size, is_writable) = asked.map_err(|error| unavailable(&error))?;
    if !is_writable {
        return Err(Refusal::unavailable(
            "log_unwritable",
            "the last write failed; the service's operator can see why",
        ));
    }
    let chain = ChainAnswer::of(&service, &service.known.borrow(), service.now());
    Ok(Json(Health { status: "ok", log_size, chain }))
}
