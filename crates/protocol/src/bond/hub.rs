//! Names of hubs.

/// A hub's name as it is compared: without spaces around it and slashes after it, scheme and host in lower case. What has no scheme
/// (`consumer_3`) is in lower case altogether. Only ASCII letters have a case here, as in host names.
///
/// A bond counts for the hub whose name, in this form, hashes (keccak256) to what the bond's first stake declared; the contract takes
/// any text, and for good.
///
/// ```
/// use barter_protocol::bond::normal_hub;
///
/// assert_eq!(normal_hub(" HTTPS://Hub.Example/Market/ "), "https://hub.example/Market");
/// ```
pub fn normal_hub(hub: &str) -> String {
    let hub = hub.trim_start().trim_end_matches(|end: char| end == '/' || end.is_whitespace());
    let Some((scheme, rest)) = hub.split_once("://") else { return hub.to_ascii_lowercase() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{}://{}{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::normal_hub;

    #[test]
    fn names_that_are_compared_as_one() {
        for (written, normal) in [
            ("https://hub.example", "https://hub.example"),
            ("HTTPS://HUB.example:8443//", "https://hub.example:8443"),
            ("https://hub.example/Path/To/", "https://hub.example/Path/To"),
            ("Consumer_3", "consumer_3"),
            ("\thttps://hub.example /\n", "https://hub.example"),
            ("https://ÉCOLE.example", "https://École.example"),
            ("", ""),
        ] {
            assert_eq!(normal_hub(written), normal, "{written}");
        }
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own(hub in ".{0,60}") {
            let normal = normal_hub(&hub);
            prop_assert_eq!(normal_hub(&normal), normal);
        }
    }
}
