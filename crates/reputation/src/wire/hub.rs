//! Names of hubs.

/// A hub's name as it is compared: without spaces around it and slashes after it, scheme and host in lower case. What has no scheme
/// (`consumer_3`) is in lower case altogether, as in the published package. Only ASCII letters have a case here, as in host names.
///
/// What is signed holds the name as its signer wrote it.
pub fn normal(hub: &str) -> String {
    let hub = hub.trim_start().trim_end_matches(|end: char| end == '/' || end.is_whitespace());
    let Some((scheme, rest)) = hub.split_once("://") else { return hub.to_ascii_lowercase() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{}://{}{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}
