//! A call: who asks which bank for what, signed.

use serde_json::{Map, Value};

use super::{Failure, code, failure::quoted};
use crate::document::{
    PublicKey, SecretKey, SignatureBytes, Ulid,
    canonical::{self, Preimage},
};

/// A call that its caller signed, to one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Never used again by this caller at this bank. Its time says when the call was made.
    pub id: Ulid,
    /// What is asked for.
    pub method: String,
    /// With what. An object; empty where none was given.
    pub params: Map<String, Value>,
    /// Who asks.
    pub caller: PublicKey,
}

impl Call {
    /// Reads a body that is meant for `bank`. Checked in this order: it is JSON, it is a call, it is for this bank, it is signed by
    /// its caller. Whether it was seen before is not known here.
    ///
    /// # Errors
    /// [`code::PARSE`], [`code::SHAPE`] or [`code::UNAUTHORIZED`].
    pub fn read(body: &[u8], bank: &PublicKey) -> Result<Self, Failure> {
        let value = canonical::read(body).map_err(|error| Failure::envelope(code::PARSE, error.to_string(), None))?;
        let Value::Object(mut fields) = value else {
            return Err(Failure::envelope(code::SHAPE, "a call is an object", None));
        };
        let id: Option<Ulid> = fields.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let (mut call, to, signature) =
            shape(&fields, id).map_err(|reason| Failure::envelope(code::SHAPE, reason, id))?;
        if to != *bank {
            let message = format!("the call is to bank {to}, and this is {bank}");
            return Err(Failure::envelope(code::UNAUTHORIZED, message, id));
        }
        let preimage = Preimage::of(&fields);
        let preimage = preimage.map_err(|error| Failure::envelope(code::SHAPE, error.to_string(), id))?;
        if !call.caller.verify(&preimage.hash(), &signature) {
            let message = format!("the signature is not one of {} over this call", call.caller);
            return Err(Failure::envelope(code::UNAUTHORIZED, message, id));
        }
        if let Some(Value::Object(params)) = fields.remove("params") {
            call.params = params;
        }
        Ok(call)
    }

    /// The body of a call, signed.
    pub fn write(id: Ulid, method: &str, params: &Value, to: &PublicKey, caller: &SecretKey) -> Vec<u8> {
        let texts = [
            ("jsonrpc", "2.0".to_owned()),
            ("id", id.to_string()),
            ("method", method.to_owned()),
            ("pubkey", caller.public().to_string()),
            ("to", to.to_string()),
        ];
        let mut fields: Map<_, _> =
            texts.into_iter().map(|(key, text)| (key.to_owned(), Value::String(text))).collect();
        fields.insert("params".to_owned(), params.clone());
        // What was made from finite numbers and whole texts has a canonical form.
        let Ok(preimage) = Preimage::of(&fields) else { return Vec::new() };
        let signature = caller.sign(&preimage.hash());
        preimage.signed(&signature).into_bytes()
    }
}

/// Is it a call, but for its parameters, which are an object if they are there? Says which field is not what it should be.
fn shape(fields: &Map<String, Value>, id: Option<Ulid>) -> Result<(Call, PublicKey, SignatureBytes), String> {
    let text = |field: &str| {
        fields.get(field).and_then(Value::as_str).ok_or_else(|| format!("{field} of a call is missing, or no text"))
    };
    let version = text("jsonrpc")?;
    if version != "2.0" {
        return Err(format!("jsonrpc of a call is {}, expected \"2.0\"", quoted(version)));
    }
    let Some(id) = id else {
        let expected = "expected a ULID, 26 characters of 0-9 and A-Z without I, L, O and U";
        return Err(format!("id of a call is {}, {expected}", quoted(text("id")?)));
    };
    let method = text("method")?.to_owned();
    if fields.get("params").is_some_and(|params| !params.is_object()) {
        return Err("params of a call is no object".to_owned());
    }
    let caller = text("pubkey")?.parse().map_err(|error| format!("pubkey of a call is {error}"))?;
    let to = text("to")?.parse().map_err(|error| format!("to of a call is {error}"))?;
    let signature = text("sig")?.parse().map_err(|error| format!("sig of a call is {error}"))?;
    Ok((Call { id, method, params: Map::new(), caller }, to, signature))
}
