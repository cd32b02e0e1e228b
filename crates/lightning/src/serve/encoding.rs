//! How requests and answers are written: protobuf's JSON, where bytes are base64 and 64-bit numbers are strings.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::answer::{Code, Refusal};

/// Reads base64 with padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes: written in standard base64, read also in the kind for addresses. `Debug` is left out: some are preimages.
#[derive(Default)]
pub(super) struct Binary(Vec<u8>);

impl Binary {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Reads base64 of either kind.
    pub(super) fn read(text: &str) -> Option<Self> {
        LENIENT.decode(text.replace('-', "+").replace('_', "/")).ok().map(Self)
    }

    /// The 32 bytes that it has to be.
    pub(super) fn thirty_two(&self) -> Result<[u8; 32], Refusal> {
        let length = self.0.len();
        let wrong = |_| Refusal::new(Code::Unknown, format!("invalid hash length of {length}, want 32"));
        self.0.as_slice().try_into().map_err(wrong)
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| de::Error::custom("expected base64"))
    }
}

/// A 64-bit number that is not negative: written as a string, read also as a number.
#[derive(Clone, Copy, Default)]
pub(super) struct Long(pub(super) u64);

impl Serialize for Long {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Long {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Text(text) => text.parse().map(Self).map_err(|_| de::Error::custom("expected a whole number")),
        }
    }
}

/// A request's body, as JSON.
pub(super) struct Message<T>(pub(super) T);

impl<T: de::DeserializeOwned, S: Send + Sync> FromRequest<S> for Message<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|error| Refusal::new(Code::ResourceExhausted, error.body_text()))?;
        // Only where it is wrong is said: what is there may be a preimage.
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let reason = format!("no such request: line {}, column {}", error.line(), error.column());
            Refusal::new(Code::InvalidArgument, reason)
        })
    }
}
