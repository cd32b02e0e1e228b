//! A client's turn to write, taken before anything of the request's body is read.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Service, answer::Refusal, client::Client, gate, limit::Limiter};

/// A turn to send a batch.
pub(super) struct Batch;
/// A turn to send a dispute.
pub(super) struct Dispute;
/// The operator, who takes turns like everybody, so that nobody can guess the token for long.
pub(super) struct Operator;

async fn take(parts: &mut Parts, service: &Arc<Service>, limiter: &Limiter) -> Result<(), Refusal> {
    let Ok(client) = Client::from_request_parts(parts, service).await;
    let now = u64::try_from(service.started.elapsed().as_millis()).unwrap_or(u64::MAX);
    limiter.take(client, now)
}

impl FromRequestParts<Arc<Service>> for Batch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Refusal> {
        take(parts, service, &service.batches).await.map(|()| Self)
    }
}

impl FromRequestParts<Arc<Service>> for Dispute {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Refusal> {
        take(parts, service, &service.disputes).await.map(|()| Self)
    }
}

impl FromRequestParts<Arc<Service>> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Refusal> {
        take(parts, service, &service.operator).await?;
        gate::check(service.settings.operator.as_ref(), &parts.headers).map(|()| Self)
    }
}
