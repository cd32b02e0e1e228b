//! Slashes of other hubs: who is believed, and what the others cannot do.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use barter_reputation::{
    federation::{Error as FederationError, Peer},
    key::{PublicKey, SecretKey},
    oracle::MAX_ATTESTATIONS_ABOUT,
    service::{Error, Settings},
    wire::{AttestationEnvelope, DisputeForm, Domain, Number, ProofOfMisbehavior, SlashAttestation},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};

use crate::support::{
    DOMAIN, Fixture, NOW, OWN_HUB, PROVIDER, Setup, WALLET, dispute_fields, key, outcome, sign_dispute, start,
    start_with,
};

/// How a hostile or honest peer answers: what it sends, and whether it goes on for ever.
#[derive(Clone, Default)]
struct Script {
    answer: Vec<u8>,
    /// Answers to those who ask for what is after a number.
    pages: Vec<(u64, Vec<u8>)>,
    endless: bool,
    asked: usize,
}

/// A peer on this machine, with key 4.
#[derive(Clone)]
pub(crate) struct FakePeer {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl FakePeer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let peer = Self { address: listener.local_addr().unwrap(), script: Arc::default() };
        let script = Arc::clone(&peer.script);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let script = Arc::clone(&script);
                tokio::spawn(async move {
                    let mut head = [0; 4_096];
                    let _ = stream.read(&mut head).await;
                    let asked = String::from_utf8_lossy(&head).into_owned();
                    let Script { mut answer, pages, endless, .. } = script.lock().unwrap().clone();
                    let mut wanted = pages.into_iter().filter(|(after, _)| asked.contains(&format!("after={after}&")));
                    if let Some((_, page)) = wanted.next() {
                        answer = page;
                    }
                    let _ = stream.write_all(&answer).await;
                    let junk = vec![b' '; 64 * 1024];
                    while endless && stream.write_all(&junk).await.is_ok() {}
                    drop(stream);
                    script.lock().unwrap().asked += 1;
                });
            }
        });
        peer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn says(&self, body: &[u8]) {
        self.says_raw(ok(body));
    }

    fn says_raw(&self, answer: Vec<u8>) {
        self.script.lock().unwrap().answer = answer;
    }

    pub(crate) fn lists(&self, slashes: &[Value]) {
        self.says(json!({ "hub_url": self.url(), "slashes": slashes }).to_string().as_bytes());
    }

    /// Waits until what it says was taken over: of three answers from now on, the first may be of before, and once the third is
    /// asked for, the second was.
    pub(crate) async fn heard(&self) {
        let before = self.script.lock().unwrap().asked;
        let asked = async {
            while self.script.lock().unwrap().asked < before + 3 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_mins(1), asked).await.expect("the peer is asked");
    }
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A service that follows these peers, all under key 4.
pub(crate) async fn following(peers: &[&FakePeer]) -> Fixture {
    let mut setup = Setup::default();
    setup.settings.peers = peers.iter().map(|peer| Peer { url: peer.url(), key: key(4).public() }).collect();
    setup.settings.pull_every = Duration::from_millis(20);
    start_with(setup).await
}

/// A slash of the provider, attested by a hub.
pub(crate) fn attested(issuer: &str, issuer_key: &SecretKey, seq: u64, pom: Option<ProofOfMisbehavior>) -> Value {
    let said = SlashAttestation {
        issuer_hub: issuer.to_owned(),
        provider_hub: PROVIDER.to_owned(),
        slashed_usd: 100.0,
        dispute_id: "d".to_owned(),
        seq,
        timestamp: NOW,
    };
    let signature = issuer_key.sign(&said.signed_bytes());
    serde_json::to_value(AttestationEnvelope {
        issuer_hub: said.issuer_hub,
        provider_hub: said.provider_hub,
        slashed_usd: Number::Float(100.0),
        dispute_id: said.dispute_id,
        reason: String::new(),
        seq,
        timestamp: Number::Integer(NOW),
        pom,
        evidence: None,
        evidence_kind: String::new(),
        issuer_pubkey_b64: issuer_key.public().to_string(),
        signature_b64: signature.to_string(),
    })
    .unwrap()
}

/// The consumer's dispute of an outcome, signed with a key.
fn proof(dispute: &str, invocation: &str, consumer_key: &SecretKey) -> ProofOfMisbehavior {
    sign_dispute(DisputeForm::Published, dispute_fields(dispute, invocation), consumer_key).proof()
}

/// The same in our form, bound to a chain.
fn bound_proof(chain_id: u64) -> ProofOfMisbehavior {
    let form = DisputeForm::Bound { domain: Domain { chain_id, ..DOMAIN }, wallet: WALLET };
    sign_dispute(form, dispute_fields("d", "a"), &key(2)).proof()
}

/// How many strong and weak issuers the provider's slashes have, and how many attestations.
async fn issuers(service: &Fixture) -> (u64, u64, u64) {
    let (_, about) = service.get(&format!("/slashes/by-provider/{PROVIDER}")).await;
    let count = |name: &str| about[name].as_u64().unwrap();
    (count("strong_issuer_keys"), count("weak_issuer_keys"), count("slash_count"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attestation_is_strong_only_with_a_dispute_of_a_consumer_known_here() {
    let peer = FakePeer::start().await;
    let cases = [
        (None, (0, 1, 1)),
        // A fresh key proves nothing; nor does a call nobody made here, another dispute's proof, or a signature that is none.
        (Some(proof("d", "a", &key(7))), (0, 1, 1)),
        (Some(proof("d", "never", &key(2))), (0, 1, 1)),
        (Some(proof("e", "a", &key(2))), (0, 1, 1)),
        (
            Some(ProofOfMisbehavior {
                signature_b64: proof("d", "b", &key(2)).signature_b64,
                ..proof("d", "a", &key(2))
            }),
            (0, 1, 1),
        ),
        (Some(bound_proof(DOMAIN.chain_id + 1)), (0, 1, 1)),
        (Some(bound_proof(DOMAIN.chain_id)), (1, 0, 1)),
        (Some(proof("d", "a", &key(2))), (1, 0, 1)),
    ];
    for (pom, expected) in cases {
        let shown = format!("{pom:?}");
        peer.lists(&[attested(&peer.url(), &key(4), 1, pom)]);
        let service = following(&[]).await;
        service.record(&[outcome("a"), outcome("b")]).await;
        let settings = Settings {
            peers: vec![Peer { url: peer.url(), key: key(4).public() }],
            pull_every: Duration::from_millis(20),
            clock: Arc::new(|| NOW),
            ..Settings::new(OWN_HUB, key(9))
        };
        let second = service.another(settings).await.unwrap();
        peer.heard().await;
        assert_eq!(issuers(&service).await, expected, "{shown}");
        second.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strong_attestation_lowers_the_score_and_a_lone_weak_one_does_not() {
    let (one, two) = (FakePeer::start().await, FakePeer::start().await);
    let service = {
        let mut setup = Setup::default();
        let peers = [(one.url(), 4), (two.url(), 5)];
        setup.settings.peers = peers.map(|(url, seed)| Peer { url, key: key(seed).public() }).to_vec();
        setup.settings.pull_every = Duration::from_millis(20);
        start_with(setup).await
    };
    service.record(&[outcome("a")]).await;
    let penalty = async || service.get(&format!("/{PROVIDER}")).await.1["details"]["federated_penalty"].clone();
    one.lists(&[attested(&one.url(), &key(4), 1, None), attested(&one.url(), &key(4), 2, None)]);
    two.lists(&[]);
    one.heard().await;
    assert_eq!(penalty().await, json!(0.0));
    two.lists(&[attested(&two.url(), &key(5), 1, None)]);
    two.heard().await;
    assert_eq!(penalty().await, json!(0.5));
    two.lists(&[attested(&two.url(), &key(5), 2, Some(proof("d", "a", &key(2))))]);
    two.heard().await;
    assert_eq!(issuers(&service).await, (1, 1, 4));
    assert_eq!(penalty().await, json!(0.5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_speaks_only_for_itself_and_each_attestation_counts_once() {
    let peer = FakePeer::start().await;
    let service = following(&[&peer]).await;
    let own = peer.url();
    let mut forged = attested(&own, &key(4), 3, None);
    forged["slashed_usd"] = json!(5_000.0);
    let mut unsigned = attested(&own, &key(4), 4, None);
    unsigned["signature_b64"] = json!("");
    peer.lists(&[
        attested("https://honest.example", &key(4), 1, None),
        attested(OWN_HUB, &key(4), 2, None),
        attested(&own, &key(6), 5, None),
        forged,
        unsigned,
        json!(null),
        json!({ "issuer_hub": 7 }),
        attested(&own, &key(4), 6, None),
        attested(&own, &key(4), 6, None),
    ]);
    peer.heard().await;
    assert_eq!(issuers(&service).await, (0, 1, 1));
    peer.lists(&[attested(&format!("{}/", own.to_uppercase().replace("HTTP", "http")), &key(4), 6, None)]);
    peer.heard().await;
    assert_eq!(issuers(&service).await, (0, 1, 1));
}

/// The published package counts issuers by the text of their key, which base64 can spell in several ways.
#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_of_a_key_is_no_other_issuer() {
    let peer = FakePeer::start().await;
    let service = following(&[&peer]).await;
    let mut respelled = attested(&peer.url(), &key(4), 2, None);
    let text =
        respelled["issuer_pubkey_b64"].as_str().unwrap().trim_end_matches('=').replace('+', "-").replace('/', "_");
    respelled["issuer_pubkey_b64"] = json!(text);
    peer.lists(&[attested(&peer.url(), &key(4), 1, None), respelled]);
    peer.heard().await;
    assert_eq!(issuers(&service).await, (0, 1, 2));
    service.record(&[outcome("a")]).await;
    let (_, score) = service.get(&format!("/{PROVIDER}")).await;
    assert_eq!(score["details"]["federated_penalty"], json!(0.0));
}

/// A page each for who knows nothing, the first, and the second one.
#[tokio::test(flavor = "multi_thread")]
async fn all_pages_of_a_peer_are_read_from_what_is_known_on() {
    let peer = FakePeer::start().await;
    let page = |seq: u64, next: Option<u64>| {
        ok(json!({ "slashes": [attested(&peer.url(), &key(4), seq, None)], "next": next }).to_string().as_bytes())
    };
    peer.says_raw(b"nonsense".to_vec());
    // The last one leads back: that is no way on.
    peer.script.lock().unwrap().pages =
        vec![(0, page(1, Some(1))), (1, page(2, Some(2))), (2, page(3, Some(1))), (3, page(4, None))];
    // All in one look.
    let mut setup = Setup::default();
    setup.settings.peers = vec![Peer { url: peer.url(), key: key(4).public() }];
    let service = start_with(setup).await;
    let all = async {
        while issuers(&service).await != (0, 1, 3) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_mins(1), all).await.expect("every page is read");
    // The next looks begin after what is known.
    let settings = Settings {
        peers: vec![Peer { url: peer.url(), key: key(4).public() }],
        clock: Arc::new(|| NOW),
        ..Settings::new(OWN_HUB, key(9))
    };
    let again = service.another(settings).await.unwrap();
    let next = async {
        while issuers(&service).await != (0, 1, 4) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_mins(1), next).await.expect("what is new is read");
    again.stop().await;
}

/// More of one peer's than are listed at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_peer_says_crowds_nobody_out() {
    let (loud, quiet) = (FakePeer::start().await, FakePeer::start().await);
    let service = {
        let mut setup = Setup::default();
        let peers = [(loud.url(), 4), (quiet.url(), 5)];
        setup.settings.peers = peers.map(|(url, seed)| Peer { url, key: key(seed).public() }).to_vec();
        setup.settings.pull_every = Duration::from_millis(20);
        start_with(setup).await
    };
    service.record(&[outcome("a")]).await;
    loud.lists(&(1..=1_100).map(|seq| attested(&loud.url(), &key(4), seq, None)).collect::<Vec<_>>());
    quiet.lists(&[]);
    loud.heard().await;
    quiet.lists(&[attested(&quiet.url(), &key(5), 1, Some(proof("d", "a", &key(2))))]);
    quiet.heard().await;
    assert_eq!(issuers(&service).await, (1, 1, MAX_ATTESTATIONS_ABOUT + 1));
    let (_, score) = service.get(&format!("/{PROVIDER}")).await;
    assert_eq!((&score["record"]["strong_issuers"], &score["record"]["weak_issuers"]), (&json!(1), &json!(1)));
    // Every one of them is on some page.
    let (mut after, mut tiers) = (json!(0), Vec::new());
    while !after.is_null() {
        let (_, page) = service.get(&format!("/slashes/by-provider/{PROVIDER}?limit=40&after={after}")).await;
        tiers.extend(page["attestations"].as_array().unwrap().iter().map(|found| found["tier"].clone()));
        after = page["next"].clone();
    }
    assert_eq!(tiers.iter().filter(|tier| **tier == json!("weak")).count() as u64, MAX_ATTESTATIONS_ABOUT);
    assert_eq!((tiers.len() as u64, tiers.last()), (MAX_ATTESTATIONS_ABOUT + 1, Some(&json!("strong"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_taken_out_does_not_count_after_the_next_start() {
    let peer = FakePeer::start().await;
    peer.lists(&[attested(&peer.url(), &key(4), 1, None)]);
    let service = following(&[&peer]).await;
    peer.heard().await;
    assert_eq!(issuers(&service).await, (0, 1, 1));
    let settings = Settings { clock: Arc::new(|| NOW), ..Settings::new(OWN_HUB, key(9)) };
    let again = service.another(settings).await.unwrap();
    assert_eq!(issuers(&service).await, (0, 0, 0));
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_peer_brings_nothing_and_keeps_no_other_out() {
    let (hostile, honest) = (FakePeer::start().await, FakePeer::start().await);
    let service = following(&[&hostile, &honest]).await;
    honest.lists(&[]);
    let millions = format!(r#"{{"slashes":[{}0]}}"#, "0,".repeat(2_000_000));
    let deep = format!(r#"{{"slashes":[{}{}]}}"#, "[".repeat(200_000), "]".repeat(200_000));
    let large = json!({ "slashes": [{ "reason": "a".repeat(100_000) }] }).to_string();
    for (number, body) in
        [&millions[..], &deep, &large, "", "[]", "{}", r#"{"slashes":{}}"#, r#"{"slashes":[NaN]}"#, "\u{feff}{}"]
            .iter()
            .enumerate()
    {
        hostile.says(body.as_bytes());
        honest.lists(&[attested(&honest.url(), &key(4), number as u64 + 1, None)]);
        honest.heard().await;
        assert_eq!(issuers(&service).await.2, number as u64 + 1, "case {number}");
    }
    for answer in [
        &b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"[..],
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"nonsense",
    ] {
        hostile.says_raw(answer.to_vec());
        hostile.heard().await;
    }
    // A body without an end.
    hostile.says_raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec());
    hostile.script.lock().unwrap().endless = true;
    honest.heard().await;
    hostile.heard().await;
    let url = format!("{}/metrics", service.server.url());
    let metrics = service.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains(r#"pulls_total{peer="0",result="too_large"}"#), "{metrics}");
    assert_eq!(issuers(&service).await.2, 9);
    assert_eq!(service.get("/healthz").await.1["status"], json!("ok"));
}

#[tokio::test]
async fn a_peer_that_cannot_be_one_is_refused_at_the_start() {
    let service = start().await;
    let refused = async |url: &str, peer_key: PublicKey| {
        let peers = vec![Peer { url: url.to_owned(), key: peer_key }];
        let settings = Settings { peers, ..Settings::new(OWN_HUB, key(9)) };
        match service.another(settings).await {
            Err(Error::Federation(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    for url in
        ["nothing", "ftp://a.example", "http://a.example", "https://user:secret@a.example", "https://a.example?x=1"]
    {
        assert!(matches!(refused(url, key(4).public()).await, FederationError::Url { .. }), "{url}");
    }
    let itself = refused("https://ORACLE.example.com/", key(4).public()).await;
    assert_eq!(itself, FederationError::Itself { url: "https://ORACLE.example.com/".to_owned() });
    let small_order = PublicKey::from_unchecked([0; 32]);
    assert!(matches!(refused("https://a.example", small_order).await, FederationError::Key { .. }));
}
