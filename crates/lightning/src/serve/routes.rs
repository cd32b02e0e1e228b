//! What is served.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};

use super::{
    Service,
    answer::{Code, Refusal},
    gate::{self, Gate},
    info, invoices, payments,
};
use crate::Lightning;

/// Most of a request's body, in bytes. The longest is an invoice.
const MAX_BODY_BYTES: usize = 16_384;

pub(super) fn routes<N: Lightning + 'static>(service: Service<N>, gate: Gate) -> Router {
    let answered = Router::new()
        .route("/v1/getinfo", get(info::get::<N>))
        .route("/v1/balance/channels", get(info::balance::<N>))
        .route("/v1/invoices", post(invoices::add::<N>))
        .route("/v1/invoice/{r_hash_str}", get(invoices::get::<N>))
        .route("/v2/invoices/hodl", post(invoices::add_hold::<N>))
        .route("/v2/invoices/settle", post(invoices::settle::<N>))
        .route("/v2/invoices/cancel", post(invoices::cancel::<N>))
        .route_layer(from_fn_with_state(gate.clone(), gate::guard));
    let streamed = Router::new()
        .route("/v2/router/send", post(payments::send::<N>))
        .route("/v2/router/track/{payment_hash}", get(payments::track::<N>))
        .route_layer(from_fn_with_state(gate, gate::guard_stream));
    answered
        .merge(streamed)
        .method_not_allowed_fallback(async || Refusal::new(Code::Unimplemented, "Method Not Allowed"))
        .fallback(async || Refusal::new(Code::NotFound, "Not Found"))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(Arc::new(service))
}
