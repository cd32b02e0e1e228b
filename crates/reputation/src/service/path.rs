//! The name of a hub in a path: raw, with its slashes, or encoded.

use axum::http::Uri;
use percent_encoding::percent_decode_str;

use super::answer::Refusal;
use crate::wire::MAX_HUB_BYTES;

/// What a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A provider.
    Provider(String),
    /// Its outcomes.
    Outcomes(String),
    /// Slashes of it.
    Slashes(String),
}

const OUTCOMES: &str = "/outcomes";
const SLASHES: &str = "slashes/by-provider/";

/// The provider that a path asks for.
pub(super) fn provider(uri: &Uri) -> Result<String, Refusal> {
    name(whole(uri))
}

/// The provider whose slashes a path asks for.
pub(super) fn slashes(uri: &Uri) -> Result<String, Refusal> {
    let path = whole(uri);
    name(path.strip_prefix(SLASHES).unwrap_or(path))
}

/// A path as it was sent, behind the prefix and its slash.
pub(super) fn whole(uri: &Uri) -> &str {
    let path = uri.path();
    path.strip_prefix('/').unwrap_or(path)
}

/// Reads a path as it was sent, without the slash before it. What is encoded belongs to the name, so `%2Foutcomes` is the end of one,
/// and `/outcomes` asks for outcomes.
pub(super) fn read(path: &str) -> Result<Target, Refusal> {
    if let Some(hub) = path.strip_prefix(SLASHES) {
        return name(hub).map(Target::Slashes);
    }
    match path.strip_suffix(OUTCOMES) {
        // `https://outcomes` is a hub, and `https:/` is none.
        Some(hub) if !is_scheme(hub.trim_end_matches('/')) => name(hub).map(Target::Outcomes),
        _ => name(path).map(Target::Provider),
    }
}

/// The name of a hub, decoded.
fn name(raw: &str) -> Result<String, Refusal> {
    let invalid = |message: String| Refusal::bad("invalid_hub_url", message);
    let decoded = percent_decode_str(raw).decode_utf8();
    let decoded = decoded.map_err(|_| invalid("the hub in the path is not UTF-8".to_owned()))?;
    // Some clients and proxies make one slash of two.
    let hub = match raw.split_once(":/") {
        Some((scheme, rest)) if is_scheme(&format!("{scheme}:")) && !rest.starts_with('/') => {
            decoded.replacen(":/", "://", 1)
        }
        _ => decoded.into_owned(),
    };
    if hub.is_empty() || hub.len() > MAX_HUB_BYTES || hub.contains('\0') {
        let message =
            format!("the hub in the path has {} bytes, expected 1 to {MAX_HUB_BYTES}, none of them NUL", hub.len());
        return Err(invalid(message));
    }
    Ok(hub)
}

/// `https:` and the like.
fn is_scheme(text: &str) -> bool {
    text.strip_suffix(':').is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(hub: &str) -> Target {
        Target::Provider(hub.to_owned())
    }

    fn outcomes(hub: &str) -> Target {
        Target::Outcomes(hub.to_owned())
    }

    #[test]
    fn a_hub_is_read_raw_collapsed_or_encoded() {
        let expected = provider("https://provider.example.com");
        for path in [
            "https://provider.example.com",
            "https:/provider.example.com",
            "https%3A%2F%2Fprovider.example.com",
            "https%3a%2f%2fprovider.example.com",
            "https:%2F%2Fprovider.example.com",
        ] {
            assert_eq!(read(path).unwrap(), expected, "{path}");
        }
        assert_eq!(read("http://127.0.0.1:8080/hub/a").unwrap(), provider("http://127.0.0.1:8080/hub/a"));
        assert_eq!(read("consumer_3").unwrap(), provider("consumer_3"));
    }

    #[test]
    fn outcomes_of_a_hub_and_a_hub_called_outcomes_are_two() {
        assert_eq!(read("https://a.example/outcomes").unwrap(), outcomes("https://a.example"));
        assert_eq!(read("https:/a.example/outcomes").unwrap(), outcomes("https://a.example"));
        assert_eq!(read("https%3A%2F%2Fa.example/outcomes").unwrap(), outcomes("https://a.example"));
        assert_eq!(read("https%3A%2F%2Fa.example%2Foutcomes").unwrap(), provider("https://a.example/outcomes"));
        assert_eq!(read("https://outcomes").unwrap(), provider("https://outcomes"));
        assert_eq!(read("https:/outcomes").unwrap(), provider("https://outcomes"));
        assert_eq!(read("https://outcomes/outcomes").unwrap(), outcomes("https://outcomes"));
    }

    #[test]
    fn slashes_of_a_hub() {
        let expected = Target::Slashes("https://a.example/b".to_owned());
        assert_eq!(read("slashes/by-provider/https://a.example/b").unwrap(), expected);
        assert_eq!(read("slashes/by-provider/https%3A%2F%2Fa.example%2Fb").unwrap(), expected);
        assert_eq!(read("slashes%2Fby-provider%2Fx").unwrap(), provider("slashes/by-provider/x"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "a".repeat(MAX_HUB_BYTES + 1);
        for path in ["", "%ff", "%00", "/outcomes", "slashes/by-provider/", &long] {
            assert_eq!(read(path).unwrap_err().code(), "invalid_hub_url", "{path}");
        }
    }
}
