//! What a node says when it does not do something, made fit for a message.

use std::path::Path;

use reqwest::StatusCode;
use serde::Deserialize;

/// Longest text of a node that a message repeats, in characters.
const MAX_QUOTED_CHARS: usize = 300;

/// Runs of letters and digits of this length are keys, preimages, macaroons: words are shorter.
const SECRET_CHARS: usize = 32;

/// Codes of gRPC, which LND's REST interface passes on.
pub(super) const NOT_FOUND: u32 = 5;
pub(super) const ALREADY_EXISTS: u32 = 6;
const PERMISSION_DENIED: u32 = 7;
const UNAUTHENTICATED: u32 = 16;

/// How messages begin by which LND does not take a macaroon. It has no code for it: all of these come as "unknown".
const OF_MACAROONS: [&str; 12] = [
    "permission denied",
    "verification failed",
    "expected 1 macaroon, got ",
    "cannot get macaroon",
    "cannot determine data format of binary-encoded macaroon",
    "empty macaroon data",
    "unknown macaroon version",
    "missing root key ID",
    "invalid ID",
    "unmarshal v1: ",
    "unmarshal v2: ",
    "encoding/hex: ",
];

/// An answer that is an error. No `Debug`: what the node says may repeat what it was sent.
pub(super) struct Refusal {
    status: StatusCode,
    /// gRPC's, if the answer has LND's form.
    code: Option<u32>,
    message: String,
}

/// An error as LND writes it: by itself, or within a stream of answers as `error`.
#[derive(Default, Deserialize)]
pub(super) struct WrittenRefusal {
    #[serde(default)]
    code: Option<u32>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct StreamRefusal {
    error: WrittenRefusal,
}

impl Refusal {
    /// Reads the body of an answer whose status is an error's.
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        let of_stream = serde_json::from_slice(body).map(|StreamRefusal { error }| error);
        let written = of_stream.or_else(|_| serde_json::from_slice(body)).unwrap_or_default();
        match written.code {
            Some(_) => Self::written(status, written),
            None => Self { status, code: None, message: String::from_utf8_lossy(body).into_owned() },
        }
    }

    /// What LND wrote.
    pub(super) fn written(status: StatusCode, written: WrittenRefusal) -> Self {
        Self { status, code: written.code, message: written.message.unwrap_or_default() }
    }

    /// gRPC's code, if the answer has LND's form.
    pub(super) fn code(&self) -> Option<u32> {
        self.code
    }

    /// Whether it is about the macaroon.
    pub(super) fn is_of_macaroon(&self) -> bool {
        matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
            || matches!(self.code, Some(PERMISSION_DENIED | UNAUTHENTICATED))
            || self.code.is_some_and(|code| code == 2) && OF_MACAROONS.iter().any(|text| self.message.starts_with(text))
    }

    /// What the node said.
    pub(super) fn reason(&self) -> String {
        match quote(&self.message) {
            message if message.trim().is_empty() => format!("HTTP {}", self.status.as_u16()),
            message if self.code.is_none() => format!("HTTP {}: {message}", self.status.as_u16()),
            message => message,
        }
    }
}

/// Makes a text fit for a message that was not written by a node: without control characters that would steer a terminal, and not
/// endless.
pub(super) fn printable(text: &str) -> String {
    let shown: String =
        text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(MAX_QUOTED_CHARS).collect();
    shown.trim().to_owned()
}

/// Makes a node's text fit for a message: as [`printable`], and without anything that may be a secret it was sent.
pub(super) fn quote(text: &str) -> String {
    let text: String = text.chars().take(MAX_QUOTED_CHARS * 4).collect();
    let is_secret_char = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '=' | '-' | '_');
    let mut quoted = String::new();
    let mut run = String::new();
    // One more than there is, so that the last run ends too.
    for char in text.chars().chain([' ']) {
        if is_secret_char(char) {
            run.push(char);
            continue;
        }
        quoted.push_str(if run.len() < SECRET_CHARS { &run } else { "[hidden]" });
        run.clear();
        quoted.push(char);
    }
    printable(quoted.trim())
}

/// A path as messages name it: not at all if somebody took its place for that of the secret itself.
pub(super) fn shown_path(path: &Path, otherwise: &str) -> String {
    let shown = path.display().to_string();
    let is_secret = |part: &str| part.len() >= SECRET_CHARS && quote(part) != part;
    if shown.split('/').any(is_secret) { otherwise.to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREIMAGE_HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const PREIMAGE_BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn hides_what_may_be_a_secret() {
        assert_eq!(
            quote(&format!("no such: {PREIMAGE_HEX}, nor {PREIMAGE_BASE64}")),
            "no such: [hidden], nor [hidden]"
        );
        assert_eq!(quote("\u{1b}[31mred\r\n"), "[31mred");
        assert!((MAX_QUOTED_CHARS - 1..=MAX_QUOTED_CHARS).contains(&quote(&"word ".repeat(1_000)).len()));
        // What our own libraries say has no secrets, and long names.
        let of_tls = "certificate not valid for name \"node-of-somebody-with-a-long-name\"";
        assert_eq!(printable(&format!("{of_tls}\r\n")), of_tls);
    }

    #[test]
    fn hides_a_path_that_is_a_secret() {
        let shown = |path: &str| shown_path(Path::new(path), "the file");
        assert_eq!(
            shown("/home/of somebody/.lnd/data/chain/bitcoin/mainnet/admin.macaroon"),
            "/home/of somebody/.lnd/data/chain/bitcoin/mainnet/admin.macaroon"
        );
        assert_eq!(shown(PREIMAGE_HEX), "the file");
        assert_eq!(shown(&format!("/tmp/{PREIMAGE_BASE64}")), "the file");
    }

    #[test]
    fn reads_errors_in_all_their_forms() {
        let read = |body: &str| Refusal::read(StatusCode::NOT_FOUND, body.as_bytes());
        let alone = read(r#"{"code":5,"message":"unable to locate invoice","details":[]}"#);
        assert_eq!((alone.code(), alone.reason()), (Some(NOT_FOUND), "unable to locate invoice".to_owned()));
        let within = read(r#"{"error":{"code":6,"message":"invoice is already paid","details":[]}}"#);
        assert_eq!((within.code(), within.reason()), (Some(ALREADY_EXISTS), "invoice is already paid".to_owned()));
        let older = read(r#"{"error":"permission denied","code":2,"message":"permission denied"}"#);
        assert_eq!((older.code(), older.is_of_macaroon()), (Some(2), true));
        for foreign in ["<html>not found</html>", "{}", "[]", r#"{"code":"5"}"#] {
            assert_eq!((read(foreign).code(), read(foreign).reason()), (None, format!("HTTP 404: {foreign}")));
        }
        assert_eq!(read("").reason(), "HTTP 404");
    }
}
