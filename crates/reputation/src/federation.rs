//! Slashes that other hubs attest.
//!
//! Each peer is a URL and a key that the operator pinned. Its log of slashes is read now and then: an attestation counts if that key
//! signed it in that hub's own name, and each is kept once. It is *strong* if it carries a dispute that a consumer signed, whom this
//! hub knows by that very key, about an outcome on record here, and that names the dispute and the provider of the slash; a proof
//! made with a fresh key proves nothing, and is *weak*.
//!
//! A peer can say whatever it likes: answers are bounded in size, in entries and in time, and one bad entry keeps no other out.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Client, Url, redirect::Policy};
use rustls::{ClientConfig, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    key::PublicKey,
    oracle::{self, Ingested, Oracle},
    service::{Clock, Metrics, PREFIX, Settings, metrics},
    verify::Verifier,
    wire::{AttestationEnvelope, hub},
};

/// How long one look at a peer may take.
pub const PULL_LIMIT: Duration = Duration::from_secs(20);
/// Most bytes of a peer's answer.
pub const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Most attestations in it.
pub const MAX_ENTRIES: usize = 10_000;
/// Most bytes of one of them.
pub const MAX_ENTRY_BYTES: usize = 64 * 1024;

/// A hub whose slashes are heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where it is, and the name that it issues attestations under.
    pub url: String,
    /// The key that signs them.
    pub key: PublicKey,
}

/// Why peers cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A peer's URL is none.
    #[error("{url:?} is no URL of a peer: {reason}")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A peer's key is one that nobody can be held to.
    #[error("the key of peer {url:?}: {reason}")]
    Key {
        /// The peer.
        url: String,
        /// What is wrong with its key.
        reason: String,
    },
    /// A peer's name is this hub's own.
    #[error("{url:?} is this hub itself")]
    Itself {
        /// The peer.
        url: String,
    },
    /// There is no TLS to be had.
    #[error("TLS cannot be set up: {reason}")]
    Tls {
        /// Why.
        reason: String,
    },
}

/// Why a look at a peer brought nothing.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("no answer: {0}")]
    NoAnswer(String),
    #[error("nothing within {} seconds", PULL_LIMIT.as_secs())]
    TooSlow,
    #[error("status {0}")]
    Status(u16),
    #[error("more than {MAX_ANSWER_BYTES} bytes")]
    TooLarge,
    #[error("no list of slashes: {0}")]
    Unreadable(String),
}

impl Trouble {
    const fn code(&self) -> &'static str {
        match self {
            Self::NoAnswer(_) => "no_answer",
            Self::TooSlow => "too_slow",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// What became of a peer's attestations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Kept, with a proof.
    pub strong: usize,
    /// Kept, without one.
    pub weak: usize,
    /// Known before.
    pub known: usize,
    /// Not believed.
    pub refused: usize,
    /// Not kept, because the peer has as many as it may have.
    pub full: usize,
}

/// Follows the peers.
pub struct Federation {
    oracle: Oracle,
    client: Client,
    peers: Vec<(Peer, Url)>,
    verifier: Verifier,
    metrics: Arc<Metrics>,
    clock: Clock,
}

impl fmt::Debug for Federation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Federation").field("peers", &self.peers).finish_non_exhaustive()
    }
}

impl Federation {
    /// Checks the peers of the settings. Nobody is asked anything yet.
    ///
    /// # Errors
    /// [`Error`].
    pub(crate) fn new(oracle: Oracle, settings: &Settings, metrics: Arc<Metrics>) -> Result<Self, Error> {
        let peers = settings.peers.iter().map(|peer| check(peer, &settings.hub_url)).collect::<Result<_, _>>()?;
        Ok(Self {
            oracle,
            client: client()?,
            peers,
            verifier: Verifier::new(),
            metrics,
            clock: Arc::clone(&settings.clock),
        })
    }

    /// Looks at every peer, again and again, until told to stop.
    pub(crate) async fn run(self, every: Duration, mut stopping: watch::Receiver<bool>) {
        let this = Arc::new(self);
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
                _ = ticks.tick() => {}
            }
            tokio::select! {
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
                () = this.pull() => {}
            }
        }
    }

    /// Looks at every peer once, one after the other.
    async fn pull(self: &Arc<Self>) {
        for number in 0..self.peers.len() {
            let result = self.pull_one(number).await;
            let peer = u32::try_from(number).unwrap_or(u32::MAX);
            self.metrics.pulls.get_or_create(&metrics::Pull { peer, result }).inc();
        }
    }

    /// Looks at one, and tells how that went.
    async fn pull_one(self: &Arc<Self>, number: usize) -> &'static str {
        let Some((Peer { url, .. }, address)) = self.peers.get(number) else { return "none" };
        let fetched = timeout(PULL_LIMIT, self.fetch(address)).await.unwrap_or(Err(Trouble::TooSlow));
        let body = match fetched {
            Ok(body) => body,
            Err(trouble) => {
                tracing::warn!(peer = %url, code = trouble.code(), %trouble, "a peer was not heard");
                return trouble.code();
            }
        };
        let this = Arc::clone(self);
        match tokio::task::spawn_blocking(move || this.take(number, &body)).await {
            Ok(Ok(pulled)) => {
                tracing::info!(peer = %url, ?pulled, "a peer was heard");
                "heard"
            }
            Ok(Err(Failure::Peer(trouble))) => {
                tracing::warn!(peer = %url, code = trouble.code(), %trouble, "a peer was not understood");
                trouble.code()
            }
            Ok(Err(Failure::Log(error))) => {
                tracing::error!(code = error.code(), %error, "a peer's slashes could not be kept");
                "log"
            }
            Err(error) => {
                tracing::error!(%error, "taking a peer's slashes ended in a panic");
                "broken"
            }
        }
    }

    async fn fetch(&self, address: &Url) -> Result<Vec<u8>, Trouble> {
        // Without the URL, which is in the log beside it.
        let no_answer = |error: reqwest::Error| Trouble::NoAnswer(error.without_url().to_string());
        let mut response = self.client.get(address.clone()).send().await.map_err(no_answer)?;
        if response.status() != 200 {
            return Err(Trouble::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(Trouble::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Takes over what is believed of an answer.
    fn take(&self, number: usize, body: &[u8]) -> Result<Pulled, Failure> {
        let answer: Answer<'_> = serde_json::from_slice(body)
            .map_err(|error| Failure::Peer(Trouble::Unreadable(error.to_string().chars().take(200).collect())))?;
        let mut pulled = Pulled::default();
        let Some((peer, _)) = self.peers.get(number) else { return Ok(pulled) };
        for entry in answer.slashes.0 {
            let (count, result) = match self.believe(peer, entry.get())? {
                None => (&mut pulled.refused, "refused"),
                Some((Ingested::Known, _)) => (&mut pulled.known, "known"),
                Some((Ingested::Full, _)) => (&mut pulled.full, "full"),
                Some((Ingested::Stored, true)) => (&mut pulled.strong, "strong"),
                Some((Ingested::Stored, false)) => (&mut pulled.weak, "weak"),
            };
            *count += 1;
            self.metrics.attestations.get_or_create(&metrics::Outcome { result }).inc();
        }
        Ok(pulled)
    }

    /// Keeps an attestation if it is this peer's; also tells whether it is strong.
    fn believe(&self, peer: &Peer, entry: &str) -> Result<Option<(Ingested, bool)>, oracle::Error> {
        if entry.len() > MAX_ENTRY_BYTES {
            return Ok(None);
        }
        let Ok(envelope) = serde_json::from_str::<AttestationEnvelope>(entry) else { return Ok(None) };
        let Ok(judged) = envelope.judge(&self.verifier) else { return Ok(None) };
        // In its own name, under the key that was pinned: not the one that the envelope brings along.
        let is_its_own = hub::normal(&judged.attestation.issuer_hub) == hub::normal(&peer.url);
        if judged.issuer_key != peer.key || !is_its_own {
            return Ok(None);
        }
        let strong = match &judged.proof {
            Some((claim, key)) => {
                self.oracle.has_outcome(&claim.consumer_hub, key, &claim.provider_hub, &claim.invocation_id)?
            }
            None => false,
        };
        let now = (self.clock)();
        self.oracle.ingest(peer.key, envelope, strong, now).map(|ingested| Some((ingested, strong)))
    }
}

/// Whose fault it is that nothing was taken over.
enum Failure {
    Peer(Trouble),
    Log(oracle::Error),
}

impl From<oracle::Error> for Failure {
    fn from(error: oracle::Error) -> Self {
        Self::Log(error)
    }
}

/// A peer's answer.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    slashes: Entries<'a>,
}

/// Its attestations, each of which is read apart, where it stands.
struct Entries<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of attestations")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = sequence.next_element()? {
                    if entries.len() == MAX_ENTRIES {
                        return Err(A::Error::custom(format_args!("more than {MAX_ENTRIES} attestations")));
                    }
                    entries.push(entry);
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_seq(List).map(Self)
    }
}

/// A peer that can be asked, and where.
fn check(peer: &Peer, own: &str) -> Result<(Peer, Url), Error> {
    let url = || peer.url.clone();
    let wrong = |reason: &str| Error::Url { url: url(), reason: reason.to_owned() };
    let base = Url::parse(&peer.url).map_err(|error| wrong(&error.to_string()))?;
    let is_loopback = match base.host() {
        Some(host) => matches!(host.to_string().as_str(), "127.0.0.1" | "localhost" | "[::1]"),
        None => return Err(wrong("it has no host")),
    };
    if base.scheme() != "https" && !(base.scheme() == "http" && is_loopback) {
        return Err(wrong("expected https, or http to this machine"));
    }
    if !base.username().is_empty() || base.password().is_some() || base.query().is_some() || base.fragment().is_some() {
        return Err(wrong("expected no user, question mark or hash sign in it"));
    }
    if hub::normal(&peer.url) == hub::normal(own) {
        return Err(Error::Itself { url: url() });
    }
    peer.key.checked().map_err(|error| Error::Key { url: url(), reason: error.to_string() })?;
    let address = format!("{}{PREFIX}/slashes", peer.url.trim_end_matches('/'));
    let address = Url::parse(&address).map_err(|error| wrong(&error.to_string()))?;
    Ok((peer.clone(), address))
}

/// One that goes where it is told, and nowhere else.
fn client() -> Result<Client, Error> {
    let tls = |reason: String| Error::Tls { reason };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| tls(error.to_string()))?
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(concat!("barter-reputation/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| tls(error.to_string()))
}
