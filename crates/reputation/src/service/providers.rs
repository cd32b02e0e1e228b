//! Providers and their wallets, which are only ever added.

use std::sync::Arc;

use alloy_primitives::Address;
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Service,
    answer::{ErrorBody, NotTheOperator, NotWritten, Refusal},
    body::{Message, OPERATOR_BYTES},
    outcomes::unavailable,
    turn,
};
use crate::wire;

/// A provider and a wallet of its.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderRequest {
    /// Its hub's URL: `http://` or `https://`, a host, and perhaps a port and a path.
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[0-9A-Za-z]",
        example = "https://provider.example"
    )]
    provider_hub: String,
    /// The address of the wallet.
    #[schema(pattern = "^0x[0-9a-fA-F]{40}$", example = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    wallet: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProviderAnswer {
    provider_hub: String,
    wallet: String,
    is_new: bool,
}

/// Registers a provider's wallet. Its bond counts once the chain shows that the wallet declared this very hub.
#[utoipa::path(
    put,
    path = "/providers",
    tag = "operator",
    security(("operator" = [])),
    request_body(content = ProviderRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "It is registered", body = ProviderAnswer),
        (status = 400, description = "The name or the address is wrong", body = ErrorBody),
        NotTheOperator,
        NotWritten,
    )
)]
pub(super) async fn put(
    State(service): State<Arc<Service>>,
    _operator: turn::Operator,
    Message(request): Message<ProviderRequest, OPERATOR_BYTES>,
) -> Result<Json<ProviderAnswer>, Refusal> {
    let ProviderRequest { provider_hub, wallet } = request;
    let wallet: Address = wallet.parse().map_err(|_| wire::Error::NotAnAddress { field: "wallet" })?;
    let (hub, now) = (provider_hub.clone(), service.now());
    let registered = service.ask(move |oracle| oracle.register_provider(&hub, wallet, now)).await?;
    let is_new = registered.map_err(|error| unavailable(&error))??;
    Ok(Json(ProviderAnswer { provider_hub, wallet: wallet.to_string(), is_new }))
}
