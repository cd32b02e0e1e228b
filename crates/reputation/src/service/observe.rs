//! What the access log and the metrics are told of a request: its route and how it ended, nothing that somebody wrote into it.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};

use super::{PREFIX, Service, answer::Reason, metrics};

/// Whatever fits no route: hubs written with their slashes, and what is nowhere.
const RAW: &str = "/{*}";

pub(super) async fn observe(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().and_then(|path| path.as_str().strip_prefix(PREFIX)).unwrap_or(RAW);
    let method = name(request.method());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let took = began.elapsed();
    service.metrics.requests.get_or_create(&metrics::Request { route: route.to_owned(), method, status }).inc();
    service.metrics.durations.get_or_create(&metrics::Route { route: route.to_owned() }).observe(took.as_secs_f64());
    let reason = response.extensions().get::<Reason>().map_or("", |Reason(code)| *code);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(target: "barter_reputation::access", method, route, status, reason, micros);
    response
}

/// A method of a few, so that nobody can make up labels.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        _ => "OTHER",
    }
}
