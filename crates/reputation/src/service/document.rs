//! The document of the routes (`OpenAPI`), made from the handlers.

use axum::Json;
use utoipa::{
    OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Barter reputation",
        description = "Outcomes signed by consumers, disputes that end on a chain, and scores that anybody can compute again.",
    ),
    tags(
        (name = "score", description = "What a provider's record is worth"),
        (name = "outcomes", description = "What consumers say"),
        (name = "disputes", description = "What consumers complain of"),
        (name = "slashes", description = "What hubs tell each other"),
        (name = "oracle", description = "What it takes to check all of it"),
        (name = "operator", description = "What needs the operator's token"),
        (name = "service", description = "How the service is"),
    )
)]
struct Document;

/// What the document starts from, before the routes add themselves.
pub(super) fn base() -> openapi::OpenApi {
    let mut document = Document::openapi();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The operator's token")).build();
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("operator", SecurityScheme::Http(bearer));
    document
}

/// The document of all routes.
pub fn openapi() -> openapi::OpenApi {
    routes::routes().split_for_parts().1
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value))
)]
pub(super) async fn get() -> Json<openapi::OpenApi> {
    Json(openapi())
}
