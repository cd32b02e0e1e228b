//! Names of hubs.

/// A hub's name as it is compared: without trailing slashes, scheme and host in lower case. What has no scheme (`consumer_3`) is
/// in lower case altogether, as in the published package.
///
/// What is signed holds the name as its signer wrote it.
pub fn normal(hub: &str) -> String {
    let hub = hub.trim().trim_end_matches('/');
    let Some((scheme, rest)) = hub.split_once("://") else { return hub.to_lowercase() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{}://{}{path}", scheme.to_lowercase(), host.to_lowercase())
}
