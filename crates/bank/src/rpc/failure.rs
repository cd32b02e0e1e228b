//! How a call fails: a code, a sentence, and the HTTP status it travels with.

use serde_json::{Value, json};

use crate::document::Ulid;

/// What went wrong with a call, by number. Published numbers, and our own from -32006 on.
pub mod code {
    /// The body is no JSON.
    pub const PARSE: i32 = -32700;
    /// The body is no call.
    pub const SHAPE: i32 = -32600;
    /// No such method.
    pub const METHOD: i32 = -32601;
    /// The method's parameters are not of its form.
    pub const PARAMETERS: i32 = -32602;
    /// The bank's own fault.
    pub const INTERNAL: i32 = -32603;
    /// A rule refuses it.
    pub const VALIDATION: i32 = -32000;
    /// For another bank, signed by somebody else, or none of the caller's business.
    pub const UNAUTHORIZED: i32 = -32001;
    /// This call was made before, or its id is too old or too new for anybody to know.
    pub const REPLAY: i32 = -32002;
    /// Another deal holds the account.
    pub const HELD: i32 = -32003;
    /// Nothing here has this hash.
    pub const UNKNOWN: i32 = -32005;
}

/// What a stranger wrote, in quotes and short enough for one line.
pub(super) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    format!("{shown:?}")
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Failure {
    /// By number: see [`code`](mod@code).
    pub code: i32,
    /// In a sentence, with the values.
    pub message: String,
    /// Which call, as far as that could be read.
    pub id: Option<Ulid>,
    /// Whether the call itself was at fault, rather than refused by its method.
    is_envelope: bool,
}

impl Failure {
    /// Something that is no call to this bank.
    pub(crate) fn envelope(code: i32, message: impl Into<String>, id: Option<Ulid>) -> Self {
        Self { code, message: message.into(), id, is_envelope: true }
    }

    /// A call that this bank has seen before, or cannot know.
    pub fn replay(id: Ulid, message: impl Into<String>) -> Self {
        Self::envelope(code::REPLAY, message, Some(id))
    }

    /// A call that its method refuses.
    pub fn refused(code: i32, message: impl Into<String>, id: Ulid) -> Self {
        Self { code, message: message.into(), id: Some(id), is_envelope: false }
    }

    /// No such method.
    pub fn no_method(method: &str, id: Ulid) -> Self {
        Self::refused(code::METHOD, format!("there is no method {}", quoted(method)), id)
    }

    /// The status of the HTTP answer.
    pub const fn http_status(&self) -> u16 {
        match self.code {
            _ if self.is_envelope => 400,
            code::METHOD => 404,
            code::INTERNAL => 500,
            _ => 200,
        }
    }

    /// As it is answered.
    pub fn to_json(&self) -> Value {
        let id = self.id.map(|id| id.to_string());
        json!({ "jsonrpc": "2.0", "id": id, "error": { "code": self.code, "message": self.message } })
    }
}
