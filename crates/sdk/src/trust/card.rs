//! The on-chain card of a wallet.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{Error, node::Node};

const JSON_PREFIX: &str = "data:application/json;base64,";
const SVG_PREFIX: &str = "data:image/svg+xml;base64,";

/// A wallet's card: what `tokenURI` gives, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TrustCard {
    /// The token's name.
    pub name: String,
    /// What the token is.
    pub description: String,
    /// The picture, as SVG.
    pub image_svg: String,
    /// The profile's figures, as marketplaces read them.
    pub attributes: Vec<CardAttribute>,
}

/// A figure of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CardAttribute {
    /// What it is.
    pub trait_type: String,
    /// Its value.
    pub value: serde_json::Value,
    /// How it is to be shown, where that is not plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_type: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    description: String,
    image: String,
    attributes: Vec<CardAttribute>,
}

impl TrustCard {
    pub(crate) fn read(node: &Node, uri: &str) -> Result<Self, Error> {
        let json = decode(node, uri, JSON_PREFIX)?;
        let metadata: Metadata = serde_json::from_str(&json)
            .map_err(|error| node.invalid("eth_call", format!("the token's metadata does not fit: {error}")))?;
        Ok(Self {
            image_svg: decode(node, &metadata.image, SVG_PREFIX)?,
            name: metadata.name,
            description: metadata.description,
            attributes: metadata.attributes,
        })
    }
}

fn decode(node: &Node, uri: &str, prefix: &str) -> Result<String, Error> {
    let invalid = || node.invalid("eth_call", format!("a part of the token's metadata is no {prefix}…"));
    let bytes = STANDARD.decode(uri.strip_prefix(prefix).ok_or_else(invalid)?).map_err(|_| invalid())?;
    String::from_utf8(bytes).map_err(|_| invalid())
}
