//! The routes.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{Method, StatusCode, Uri},
    middleware,
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Service,
    answer::Refusal,
    consumers, disputes, document, events, health, log, metrics, observe, outcomes,
    path::{self, Target},
    providers, quorum, resolve, score, slashes, turn,
};

/// Comes before every route.
pub const PREFIX: &str = "/ai-market/v2/reputation";

/// Every route, with its place in the document. A hub's name that is written with its slashes fits none of them, and is taken apart by
/// [`raw`]; one that is called like a route is reached by its name in another encoding, such as `%73lashes`.
pub(super) fn routes() -> OpenApiRouter<Arc<Service>> {
    let routes = OpenApiRouter::new()
        .routes(routes!(score::get))
        .routes(routes!(outcomes::get))
        .routes(routes!(outcomes::post))
        .routes(routes!(events::post))
        .routes(routes!(disputes::post))
        .routes(routes!(disputes::get))
        .routes(routes!(resolve::post))
        .routes(routes!(slashes::get))
        .routes(routes!(slashes::by_provider))
        .routes(routes!(consumers::put))
        .routes(routes!(providers::put))
        .routes(routes!(quorum::get))
        .routes(routes!(log::head))
        .routes(routes!(log::entries))
        .routes(routes!(log::consistency))
        .routes(routes!(consumers::get))
        .routes(routes!(health::get))
        .routes(routes!(metrics::get))
        .routes(routes!(document::get));
    OpenApiRouter::with_openapi(document::base()).nest(PREFIX, routes)
}

/// The routes, served.
pub(super) fn router(service: Arc<Service>) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(raw)
        .method_not_allowed_fallback(|| async { method_not_allowed() })
        .layer(middleware::from_fn_with_state(Arc::clone(&service), turn::pages))
        .layer(middleware::from_fn_with_state(Arc::clone(&service), observe::observe))
        .with_state(service)
}

/// Hubs that are written with their slashes, and what is nowhere.
async fn raw(State(service): State<Arc<Service>>, method: Method, uri: Uri) -> Response {
    let Some(path) = uri.path().strip_prefix(PREFIX).and_then(|path| path.strip_prefix('/')) else {
        return Refusal::not_found("no_such_route", format!("every route is under {PREFIX}")).into_response();
    };
    if method != Method::GET && method != Method::HEAD {
        return method_not_allowed().into_response();
    }
    match path::read(path) {
        Ok(Target::Provider(hub)) => score::of(&service, hub).await.into_response(),
        Ok(Target::Outcomes(hub)) => outcomes::page_of(&service, hub, &uri).await.into_response(),
        Ok(Target::Slashes(hub)) => slashes::about(&service, hub, &uri).await.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn method_not_allowed() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this route is not asked by this method")
}
