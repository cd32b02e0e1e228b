//! Names of hubs.

use std::net::Ipv6Addr;

/// Longest hub an error repeats, in characters.
const MAX_SHOWN_CHARS: usize = 80;

/// A text that is no hub's URL.
///
/// What may be a secret is not repeated: a user before the host, and what follows a `?` or `#`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{hub}' is no hub's URL: {fault}")]
pub struct HubError {
    hub: String,
    fault: HubFault,
}

impl HubError {
    /// What was given, cut where it is long or may be secret.
    pub fn hub(&self) -> &str {
        &self.hub
    }

    /// What is wrong with it.
    pub const fn fault(&self) -> HubFault {
        self.fault
    }
}

/// What is wrong with a hub's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum HubFault {
    /// It starts with neither `http://` nor `https://`.
    #[error("expected http:// or https:// before the host")]
    Scheme,
    /// A character that no URL has: a space, a control character, one outside ASCII, or one of ``"<>\^`{|}``.
    #[error("character {position} is none of a URL's")]
    Character {
        /// Which, counted from 1.
        position: usize,
    },
    /// It names a user. Bonds stand behind hubs, and a password would be public for ever.
    #[error("expected no user before the host")]
    User,
    /// It has a query or a fragment.
    #[error("expected nothing from ? or # on")]
    Query,
    /// Its host is neither a name of letters, digits, hyphens and points, nor an address.
    #[error("expected a host, such as hub.example, 192.0.2.1 or [2001:db8::1]")]
    Host,
    /// Its port is none.
    #[error("expected a port from 1 to 65535 without a zero before it")]
    Port,
}

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

/// Checks that a text, however it is written ([`normal_hub`]), is a hub's URL: `http://` or `https://`, a host, and perhaps a port and
/// a path. To be asked before a name is declared, registered or signed; what was declared before under another text can still be read.
///
/// Whether the host exists is not asked, nor how long the URL is.
///
/// ```
/// use barter_protocol::bond::{HubFault, check_hub};
///
/// check_hub("https://hub.example:8443/market")?;
/// assert_eq!(check_hub("hub.example").unwrap_err().fault(), HubFault::Scheme);
/// # Ok::<(), barter_protocol::bond::HubError>(())
/// ```
///
/// # Errors
/// [`HubError`].
pub fn check_hub(hub: &str) -> Result<(), HubError> {
    let normal = normal_hub(hub);
    fault_of(&normal).map_or(Ok(()), |fault| Err(HubError { hub: shown(&normal), fault }))
}

fn fault_of(hub: &str) -> Option<HubFault> {
    let Some(rest) = hub.strip_prefix("https://").or_else(|| hub.strip_prefix("http://")) else {
        return Some(HubFault::Scheme);
    };
    if let Some(index) = hub.chars().position(|char| !char.is_ascii_graphic() || r#""<>\^`{|}"#.contains(char)) {
        return Some(HubFault::Character { position: index + 1 });
    }
    if rest.contains(['?', '#']) {
        return Some(HubFault::Query);
    }
    let authority = rest.split('/').next().unwrap_or(rest);
    if authority.contains('@') {
        return Some(HubFault::User);
    }
    // The colons of an IPv6 address come before its bracket.
    let end_of_address = authority.rfind(']').unwrap_or(0);
    let port_at = authority[end_of_address..].find(':').map(|index| end_of_address + index);
    let (host, port) = authority.split_at(port_at.unwrap_or(authority.len()));
    if !is_host(host) {
        return Some(HubFault::Host);
    }
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|number| number != 0 && number.to_string() == port);
    (!port.is_empty() && !is_port(&port[1..])).then_some(HubFault::Port)
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    host.split('.').all(|label| !label.is_empty() && label.bytes().all(in_name))
}

/// A hub as an error repeats it.
fn shown(hub: &str) -> String {
    let public = hub.split(['?', '#']).next().unwrap_or(hub);
    let public = public.rsplit_once('@').map_or_else(|| public.to_owned(), |(_, host)| format!("…@{host}"));
    let mut chars = public.chars().map(|char| if char.is_control() { ' ' } else { char });
    let mut shown: String = chars.by_ref().take(MAX_SHOWN_CHARS).collect();
    if chars.next().is_some() || public.len() < hub.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HubFault, check_hub, normal_hub};

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

    #[test]
    fn urls_of_hubs() {
        for hub in [
            "https://hub.example",
            "http://127.0.0.1:18420",
            " HTTPS://HUB.example:8443// ",
            "http://hub_1:65535/market/~a/%C3%A9/b@c:d",
            "https://xn--cole-9oa.example",
            "https://[2001:db8::1]",
            "https://[::1]:1/market",
        ] {
            assert_eq!(check_hub(hub), Ok(()), "{hub}");
        }
    }

    #[test]
    fn texts_that_are_no_url_of_a_hub() {
        let character = |position| HubFault::Character { position };
        for (hub, fault) in [
            ("", HubFault::Scheme),
            ("p.example", HubFault::Scheme),
            ("not a url", HubFault::Scheme),
            ("127.0.0.1:18420", HubFault::Scheme),
            ("ftp://hub.example", HubFault::Scheme),
            ("xhttps://hub.example", HubFault::Scheme),
            ("https:/hub.example", HubFault::Scheme),
            ("https://", HubFault::Scheme),
            ("https://hub example", character(12)),
            ("https://hub.example/a|b", character(22)),
            ("https://hub.example/a\u{7}b", character(22)),
            ("https://école.example", character(9)),
            ("https://hub.example\\path", character(20)),
            ("https://hub.example?a=b", HubFault::Query),
            ("https://hub.example/#a", HubFault::Query),
            ("https://user@hub.example", HubFault::User),
            ("https://user:word@hub.example", HubFault::User),
            ("https://:8443", HubFault::Host),
            ("https:///path", HubFault::Host),
            ("https://.", HubFault::Host),
            ("https://hub..example", HubFault::Host),
            ("https://hub.example.", HubFault::Host),
            ("https://hub,example", HubFault::Host),
            ("https://[::1", HubFault::Host),
            ("https://::1]", HubFault::Host),
            ("https://[hub.example]", HubFault::Host),
            ("https://[::1]8443", HubFault::Host),
            ("https://hub.example:", HubFault::Port),
            ("https://hub.example:0", HubFault::Port),
            ("https://hub.example:0443", HubFault::Port),
            ("https://hub.example:+443", HubFault::Port),
            ("https://hub.example:65536", HubFault::Port),
            ("https://hub.example:443:443", HubFault::Port),
            ("https://::1", HubFault::Host),
        ] {
            assert_eq!(check_hub(hub).unwrap_err().fault(), fault, "{hub}");
        }
    }

    #[test]
    fn the_error_names_the_text_and_no_secret_in_it() {
        let said = |hub: &str| check_hub(hub).unwrap_err().to_string();
        assert_eq!(said("p.example"), "'p.example' is no hub's URL: expected http:// or https:// before the host");
        for hub in [
            "https://user:Passw0rd@hub.example/path",
            "user:Passw0rd@hub.example",
            "https://hub.example/path?key=Passw0rd",
            "https://hub.example/path#Passw0rd",
            "https://a:Passw0rd/x@hub.example y",
        ] {
            let error = check_hub(hub).unwrap_err();
            let all = format!("{error} {error:?}").to_lowercase();
            assert!(!all.contains("passw0rd") && all.contains("hub.example"), "{all}");
        }
        let long = said(&format!("\u{1b}[2J{}", "x".repeat(10_000)));
        assert!(long.len() < 300 && long.contains('…') && !long.contains('\u{1b}'), "{long}");
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own(hub in ".{0,60}") {
            let normal = normal_hub(&hub);
            prop_assert_eq!(normal_hub(&normal), normal);
        }

        /// What is compared as one is a hub's URL, or is none, together.
        #[test]
        fn no_spelling_changes_the_answer(
            hub in r"(https?://)?[a-z0-9.:@\[\]-]{0,12}(/[ -~é]{0,8})?", spaces in "[ \t\n/]{0,3}", loud in any::<bool>(),
        ) {
            let (scheme, rest) = hub.split_once("://").map_or(("", hub.as_str()), |(scheme, rest)| (scheme, rest));
            let written = if loud && !scheme.is_empty() { format!("{}://{rest}", scheme.to_uppercase()) } else { hub.clone() };
            prop_assert_eq!(check_hub(&format!("{written}{spaces}")), check_hub(&hub));
            prop_assert_eq!(check_hub(&hub), check_hub(&normal_hub(&hub)));
        }
    }
}
