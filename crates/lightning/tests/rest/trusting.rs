//! TLS, and the settings that reach a node.

use std::{collections::HashMap, fs};

use barter_lightning::{
    Error, Lightning,
    lnd::{
        CERTIFICATE_PEM_VARIABLE, CERTIFICATE_VARIABLE, Certificate, Lnd, LndSettings, MACAROON_HEX_VARIABLE,
        MACAROON_VARIABLE, Macaroon, URL_VARIABLE,
    },
};
use bitcoin::hex::FromHex;
use rustls::version::{TLS12, TLS13};
use tempfile::tempdir;

use crate::{
    said::{INFO, MACAROON, PATIENCE, always, client, shown},
    server::{Reply, Server, certificate},
};

fn server(certificate: &str, key: &str) -> Server {
    Server::tls(certificate, key, &TLS13, |_| Reply::ok(INFO))
}

/// What the node at the server says of itself to somebody who trusts these certificates.
async fn asked(server: &Server, trusted: &str) -> Result<(), Error> {
    let settings = LndSettings::new(&server.url(), Macaroon::from_hex(MACAROON).unwrap()).unwrap();
    let settings = settings.with_certificate(Certificate::from_pem(trusted).unwrap()).with_timeout(PATIENCE);
    Lnd::connect(settings).unwrap().node().await.map(|_| ())
}

#[tokio::test]
async fn believes_the_very_certificate_it_was_given() {
    // It is marked as an authority's and made for another name, as LND's are behind another address.
    let server = server("node.pem", "node.key");
    asked(&server, &certificate("node.pem")).await.unwrap();
    let among_others = certificate("stranger.pem") + &certificate("node.pem");
    asked(&server, &among_others).await.unwrap();
}

#[tokio::test]
async fn believes_what_an_authority_has_signed_for_this_address() {
    let authority = certificate("authority.pem");
    asked(&server("known.pem", "known.key"), &authority).await.unwrap();
    let elsewhere = server("elsewhere.pem", "elsewhere.key");
    let outcome = asked(&elsewhere, &authority).await;
    assert!(matches!(outcome, Err(Error::WrongCertificate { .. })), "{outcome:?}");
    assert!(elsewhere.requests().is_empty(), "the macaroon was sent");
}

#[tokio::test]
async fn believes_no_other_certificate() {
    // For this very address, but not the one that was given.
    let stranger = server("stranger.pem", "stranger.key");
    for trusted in ["node.pem", "authority.pem", "known.pem"] {
        let outcome = asked(&stranger, &certificate(trusted)).await;
        let Err(Error::WrongCertificate { endpoint, .. }) = &outcome else { panic!("{trusted}: {outcome:?}") };
        assert_eq!(*endpoint, stranger.url());
    }
    let settings = LndSettings::new(&stranger.url(), Macaroon::from_hex(MACAROON).unwrap()).unwrap();
    let outcome = Lnd::connect(settings).unwrap().node().await;
    assert!(matches!(outcome, Err(Error::WrongCertificate { .. })), "this machine believes it: {outcome:?}");
    assert!(stranger.requests().is_empty(), "the macaroon was sent");
}

/// Certificates are public: who shows one has to prove that it has the key.
#[tokio::test]
async fn believes_no_certificate_without_its_key() {
    for version in [&TLS12, &TLS13] {
        let server = |shown: &str, key: &str| Server::tls(shown, key, version, |_| Reply::ok(INFO));
        asked(&server("node.pem", "node.key"), &certificate("node.pem")).await.unwrap();
        asked(&server("known.pem", "known.key"), &certificate("authority.pem")).await.unwrap();
        for (shown, trusted) in [("node.pem", "node.pem"), ("known.pem", "authority.pem")] {
            let server = server(shown, "stranger.key");
            let outcome = asked(&server, &certificate(trusted)).await;
            assert!(matches!(outcome, Err(Error::WrongCertificate { .. })), "{shown}: {outcome:?}");
            assert!(server.requests().is_empty(), "the macaroon was sent");
        }
    }
}

#[tokio::test]
async fn tells_tls_from_plain() {
    let plain = always(Reply::ok(INFO));
    let url = format!("https://127.0.0.1:{}", plain.port());
    let settings = LndSettings::new(&url, Macaroon::from_hex(MACAROON).unwrap()).unwrap();
    let settings = settings.with_certificate(Certificate::from_pem(&certificate("node.pem")).unwrap());
    let outcome = Lnd::connect(settings).unwrap().node().await;
    assert!(matches!(outcome, Err(Error::Unreachable { .. })), "{outcome:?}");

    let tls = server("node.pem", "node.key");
    let url = format!("http://127.0.0.1:{}", tls.port());
    let settings = LndSettings::new(&url, Macaroon::from_hex(MACAROON).unwrap()).unwrap();
    let outcome = Lnd::connect(settings).unwrap().node().await;
    assert!(matches!(outcome, Err(Error::Unreachable { .. } | Error::InvalidAnswer { .. })), "{outcome:?}");
}

#[tokio::test]
async fn puts_the_addresss_path_before_the_interfaces() {
    let server = always(Reply::ok(INFO));
    for path in ["/lnd-rest/btc", "/lnd-rest/btc/"] {
        let url = format!("{}{path}", server.url());
        let settings = LndSettings::new(&url, Macaroon::from_hex(MACAROON).unwrap()).unwrap();
        let node = Lnd::connect(settings).unwrap();
        node.node().await.unwrap();
        assert_eq!(node.endpoint(), server.url());
    }
    assert_eq!(server.lines(), ["GET /lnd-rest/btc/v1/getinfo"; 2]);
    assert_eq!(client(&server).endpoint(), server.url());
}

#[test]
fn sends_no_macaroon_over_a_network_in_plain() {
    let new = |url: &str| LndSettings::new(url, Macaroon::from_hex(MACAROON).unwrap());
    for url in ["https://node.example:8080", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
        assert!(new(url).is_ok(), "{url}");
    }
    let refused = [
        "http://node.example:8080",
        "http://192.168.1.5:8080",
        "http://localhost.node.example",
        "http://127.0.0.1.node.example",
        "127.0.0.1:8080",
        "localhost:8080",
        "ws://127.0.0.1:8080",
        "",
        "https://",
        "https://user:SECRETWORD@node.example",
        "https://node.example?macaroon=SECRETWORD",
        "https://node.example/#SECRETWORD",
        "SECRETWORD",
        "http://SECRETWORD:8080",
    ];
    for url in refused {
        let error = new(url).unwrap_err();
        assert!(matches!(&error, Error::InvalidSetting { setting, .. } if setting == URL_VARIABLE), "{url}: {error:?}");
        assert!(!shown(&error).to_uppercase().contains("SECRETWORD"), "{error:?}");
    }
}

#[test]
fn reads_macaroons_as_they_are_handed_about() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("admin.macaroon");
    let macaroon = Macaroon::from_hex(MACAROON).unwrap();
    assert_eq!(Macaroon::from_hex(&format!(" {}\n", MACAROON.to_uppercase())).unwrap(), macaroon);
    for contents in [Vec::from_hex(MACAROON).unwrap(), format!("{MACAROON}\n").into_bytes()] {
        fs::write(&path, contents).unwrap();
        assert_eq!(Macaroon::from_file(&path).unwrap(), macaroon);
    }
    assert_eq!(format!("{macaroon:?}"), "Macaroon(hidden)");
    let (long, long_text) = (vec![2; 20_000], "a".repeat(50_000));
    for contents in [&b""[..], b"short", b"\x02\x01\x03lnd", &long, long_text.as_bytes(), b"020103"] {
        fs::write(&path, contents).unwrap();
        let error = Macaroon::from_file(&path).unwrap_err();
        assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
    }
    assert!(Macaroon::from_hex("020103").is_err());
    assert!(Macaroon::from_hex(&MACAROON[1..]).is_err());
}

#[test]
fn hides_a_macaroon_that_was_put_in_the_wrong_place() {
    let given: [fn() -> Error; 4] = [
        || Macaroon::from_file(MACAROON).unwrap_err(),
        || Macaroon::from_hex(&format!("{MACAROON}x")).unwrap_err(),
        || Certificate::from_file(MACAROON).unwrap_err(),
        || Certificate::from_pem(MACAROON).unwrap_err(),
    ];
    for error in given.map(|given| given()) {
        assert!(matches!(error, Error::InvalidSetting { .. }) && !shown(&error).contains(MACAROON), "{error:?}");
    }
    let error = variables(&[(URL_VARIABLE, "https://127.0.0.1"), (MACAROON_VARIABLE, MACAROON)]).unwrap_err();
    assert!(error.to_string().starts_with("BARTER_LND_MACAROON: the macaroon file cannot be read"), "{error}");
    assert!(!shown(&error).contains(MACAROON), "{error:?}");
}

#[test]
fn reads_no_certificate_that_is_none() {
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &certificate("node.key"), "x"] {
        let error = Certificate::from_pem(text).unwrap_err();
        assert!(matches!(error, Error::InvalidSetting { .. }), "{error:?}");
    }
    assert!(Certificate::from_pem(&certificate("node.pem").repeat(17)).is_err());
    // One that goes on after its certificate: no more is read than certificates have.
    let folder = tempdir().unwrap();
    let path = folder.path().join("tls.cert");
    fs::write(&path, certificate("node.pem") + &"\n".repeat(1 << 20)).unwrap();
    let error = Certificate::from_file(&path).unwrap_err();
    assert!(error.to_string().contains("more than 1048576 bytes"), "{error}");
}

#[test]
fn takes_settings_from_variables() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("tls.cert"), certificate("node.pem")).unwrap();
    fs::write(path("admin.macaroon"), Vec::from_hex(MACAROON).unwrap()).unwrap();
    let url = (URL_VARIABLE, "https://127.0.0.1:8080");
    let pem = certificate("node.pem");
    let (cert, macaroon) = (path("tls.cert"), path("admin.macaroon"));

    let expected = LndSettings::new(url.1, Macaroon::from_hex(MACAROON).unwrap()).unwrap();
    let pinned = expected.clone().with_certificate(Certificate::from_pem(&pem).unwrap());
    let of_files = [url, (CERTIFICATE_VARIABLE, &cert), (MACAROON_VARIABLE, &macaroon)];
    assert_eq!(variables(&of_files).unwrap(), Some(pinned.clone()));
    let of_texts = [url, (CERTIFICATE_PEM_VARIABLE, &pem), (MACAROON_HEX_VARIABLE, MACAROON)];
    assert_eq!(variables(&of_texts).unwrap(), Some(pinned));
    assert_eq!(variables(&[url, (MACAROON_HEX_VARIABLE, MACAROON)]).unwrap(), Some(expected));
    assert_eq!(variables(&[]).unwrap(), None);
    assert_eq!(variables(&[(URL_VARIABLE, " ")]).unwrap(), None);

    let named = |pairs: &[(&str, &str)]| match variables(pairs).unwrap_err() {
        Error::InvalidSetting { setting, .. } => setting,
        error => panic!("{error:?}"),
    };
    assert_eq!(named(&[(MACAROON_HEX_VARIABLE, MACAROON)]), URL_VARIABLE);
    assert_eq!(named(&[(CERTIFICATE_VARIABLE, &cert)]), URL_VARIABLE);
    assert_eq!(named(&[url]), MACAROON_VARIABLE);
    assert_eq!(named(&[url, (MACAROON_HEX_VARIABLE, "zz")]), MACAROON_HEX_VARIABLE);
    assert_eq!(named(&[url, (MACAROON_HEX_VARIABLE, MACAROON), (MACAROON_VARIABLE, &macaroon)]), MACAROON_HEX_VARIABLE);
    assert_eq!(named(&[url, (MACAROON_VARIABLE, &path("none"))]), MACAROON_VARIABLE);
    let certificates = [url, (MACAROON_HEX_VARIABLE, MACAROON), (CERTIFICATE_PEM_VARIABLE, "no")];
    assert_eq!(named(&certificates), CERTIFICATE_PEM_VARIABLE);
    let certificates = [url, (MACAROON_HEX_VARIABLE, MACAROON), (CERTIFICATE_VARIABLE, &macaroon)];
    assert_eq!(named(&certificates), CERTIFICATE_VARIABLE);
}

fn variables(pairs: &[(&str, &str)]) -> Result<Option<LndSettings>, Error> {
    let pairs: HashMap<_, _> = pairs.iter().copied().collect();
    LndSettings::from_variables(|name| pairs.get(name).map(|value| (*value).to_owned()))
}
