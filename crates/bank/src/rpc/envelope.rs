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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::document::Hash;

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed(&[seed; 32])
    }

    fn body() -> Vec<u8> {
        Call::write(Ulid::new(1_000, [7; 10]), "hold_leg", &json!({ "tx_hash": "x" }), &key(1).public(), &key(2))
    }

    /// The same call with one field changed, by somebody who cannot sign.
    fn with(field: &str, value: Value) -> Vec<u8> {
        let mut fields: Map<String, Value> = serde_json::from_slice(&body()).unwrap();
        if value.is_null() {
            _ = fields.remove(field);
        } else {
            _ = fields.insert(field.to_owned(), value);
        }
        serde_json::to_vec(&fields).unwrap()
    }

    fn code_of(body: &[u8]) -> i32 {
        let failure = Call::read(body, &key(1).public()).unwrap_err();
        assert_eq!(failure.http_status(), 400, "{failure}");
        failure.code
    }

    #[test]
    fn a_call_is_read_as_it_was_written() {
        let call = Call::read(&body(), &key(1).public()).unwrap();
        assert_eq!(call.id, Ulid::new(1_000, [7; 10]));
        assert_eq!((call.method.as_str(), call.caller), ("hold_leg", key(2).public()));
        assert_eq!(Value::Object(call.params), json!({ "tx_hash": "x" }));
    }

    #[test]
    fn each_check_has_its_code() {
        assert_eq!(code_of(b"{"), code::PARSE);
        assert_eq!(code_of(b"{\"id\":1,\"id\":1}"), code::PARSE);
        assert_eq!(code_of(b"[]"), code::SHAPE);
        for field in ["jsonrpc", "id", "method", "pubkey", "to", "sig"] {
            assert_eq!(code_of(&with(field, Value::Null)), code::SHAPE, "{field}");
            assert_eq!(code_of(&with(field, json!(1))), code::SHAPE, "{field}");
            if field != "method" {
                assert_eq!(code_of(&with(field, json!("1"))), code::SHAPE, "{field}");
            }
        }
        assert_eq!(code_of(&with("params", json!([]))), code::SHAPE);
        // A key of small order: anybody could sign under it.
        assert_eq!(code_of(&with("pubkey", json!("11111111111111111111111111111111"))), code::SHAPE);
        assert_eq!(code_of(&with("to", json!(key(3).public().to_string()))), code::UNAUTHORIZED);
    }

    #[test]
    fn the_order_of_the_checks_is_kept() {
        // To another bank and unsigned: whom it is for comes first.
        let mut fields: Map<String, Value> = serde_json::from_slice(&body()).unwrap();
        fields.insert("to".to_owned(), json!(key(3).public().to_string()));
        fields.insert("sig".to_owned(), json!(key(4).sign(&Hash::of(b"another")).to_string()));
        let failure = Call::read(&serde_json::to_vec(&fields).unwrap(), &key(1).public()).unwrap_err();
        assert!(failure.message.starts_with("the call is to bank"), "{failure}");
        assert_eq!(failure.id, Some(Ulid::new(1_000, [7; 10])));
    }

    #[test]
    fn every_field_is_signed() {
        for (field, value) in [
            ("id", json!(Ulid::new(1_001, [7; 10]).as_str())),
            ("method", json!("settle_leg")),
            ("params", json!({ "tx_hash": "y" })),
            ("params", Value::Null),
            ("pubkey", json!(key(3).public().to_string())),
            ("a field of tomorrow", json!(1)),
        ] {
            assert_eq!(code_of(&with(field, value)), code::UNAUTHORIZED, "{field}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), place in 0_usize..400) {
            prop_assert!(Call::read(&bytes, &key(1).public()).is_err());
            let mut body = body();
            let place = place % body.len();
            body.splice(place..place, bytes);
            // Spaces between fields change nothing; whatever else is read is what was signed.
            if let Ok(call) = Call::read(&body, &key(1).public()) {
                prop_assert_eq!(call.method, "hold_leg");
            }
        }
    }
}
