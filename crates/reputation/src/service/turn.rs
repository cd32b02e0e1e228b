//! A client's turn to write, taken before anything of the request's body is read, or to read what is dear.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Service, answer::Refusal, client::Client, gate, limit::Limiter, routes::PREFIX};

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

/// Lets who asks for a page take a turn first, whichever way it writes a hub's name.
pub(super) async fn pages(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if is_page(&parts)
        && let Err(refusal) = take(&mut parts, &service, &service.pages).await
    {
        return refusal.into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Is this for a page of the log, of a provider's outcomes or of slashes?
fn is_page(parts: &Parts) -> bool {
    let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let is_read = parts.method == Method::GET || parts.method == Method::HEAD;
    is_read && (path == "/oracle/log/entries" || path.starts_with("/slashes") || path.ends_with("/outcomes"))
}
