//! Slashes that other hubs attest.
//!
//! Each peer is a URL and a key that the operator pinned. Its log of slashes is read now and then: an attestation counts if that key
//! signed it in that hub's own name, and each is kept once. It is *strong* if it carries a dispute that a consumer signed, whom this
//! hub knows by that very key, about an outcome on record here, and that names the dispute and the provider of the slash; a proof
//! made with a fresh key proves nothing, and is *weak*. So is one of what was dismissed here: what each is worth is decided when it is
//! counted, by what is on record then, and of peers that are pinned then.
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
    task::JoinError,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    key::PublicKey,
    oracle::{self, Ingested, Oracle},
    service::{Clock, Metrics, PREFIX, Settings, metrics},
    verify::Verifier,
    wire::{AttestationEnvelope, attestation::MAX_SEQ, hub},
};

/// How long one look at a peer may take.
pub const PULL_LIMIT: Duration = Duration::from_secs(20);
/// Most bytes of a peer's answer.
pub const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Most attestations in it.
pub const MAX_ENTRIES: usize = 10_000;
/// Most bytes of one of them.
pub const MAX_ENTRY_BYTES: usize = 64 * 1024;
/// Attestations that a peer is asked for at once, and pages of them in one look: what is left comes with the next.
pub const PAGE: usize = 1_000;
/// See [`PAGE`].
pub const MAX_PAGES: usize = 10;
/// Attestations that are written together: the outcomes that wait meanwhile wait for no more.
const MAX_TOGETHER: usize = 100;

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
        let (this, seen) = (Arc::new(self), stopping.clone());
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
                _ = ticks.tick() => {}
            }
            tokio::select! {
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
                () = this.pull(&seen) => {}
            }
        }
    }

    /// Looks at every peer once, one after the other.
    async fn pull(self: &Arc<Self>, stopping: &watch::Receiver<bool>) {
        for number in 0..self.peers.len() {
            let result = self.pull_one(number, stopping).await;
            let peer = u32::try_from(number).unwrap_or(u32::MAX);
            self.metrics.pulls.get_or_create(&metrics::Pull { peer, result }).inc();
        }
    }

    /// Looks at one, and tells how that went.
    async fn pull_one(self: &Arc<Self>, number: usize, stopping: &watch::Receiver<bool>) -> &'static str {
        let Some((Peer { url, .. }, _)) = self.peers.get(number) else { return "none" };
        match timeout(PULL_LIMIT, self.pages(number, stopping)).await.unwrap_or(Err(Trouble::TooSlow.into())) {
            Ok(pulled) => {
                tracing::info!(peer = %url, ?pulled, "a peer was heard");
                "heard"
            }
            Err(Failure::Peer(trouble)) => {
                tracing::warn!(peer = %url, code = trouble.code(), %trouble, "a peer was not heard");
                trouble.code()
            }
            Err(Failure::Log(error)) => {
                tracing::error!(code = error.code(), %error, "a peer's slashes could not be kept");
                "log"
            }
            Err(Failure::Broken(error)) => {
                tracing::error!(%error, "taking a peer's slashes ended in a panic");
                "broken"
            }
        }
    }

    /// Takes one's pages over, from the last attestation on that is known.
    async fn pages(self: &Arc<Self>, number: usize, stopping: &watch::Receiver<bool>) -> Result<Pulled, Failure> {
        let mut pulled = Pulled::default();
        let Some((Peer { key, .. }, address)) = self.peers.get(number) else { return Ok(pulled) };
        let (oracle, key) = (self.oracle.clone(), *key);
        let mut after = blocking(move || Ok(oracle.last_attestation_of(&key)?)).await?;
        for _ in 0..MAX_PAGES {
            let mut address = address.clone();
            address.query_pairs_mut().append_pair("after", &after.to_string()).append_pair("limit", &PAGE.to_string());
            let body = self.fetch(&address).await?;
            let (this, stopping) = (Arc::clone(self), stopping.clone());
            let (taken, next) = blocking(move || this.take(number, &body, &stopping)).await?;
            pulled.add(taken);
            // A page that does not lead on is the last.
            match next {
                Some(next) if next > after => after = next,
                _ => break,
            }
        }
        Ok(pulled)
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

    /// Takes over what is believed of an answer. Also gives the number that the next page begins after.
    fn take(
        &self,
        number: usize,
        body: &[u8],
        stopping: &watch::Receiver<bool>,
    ) -> Result<(Pulled, Option<u64>), Failure> {
        let answer: Answer<'_> = serde_json::from_slice(body)
            .map_err(|error| Trouble::Unreadable(error.to_string().chars().take(200).collect()))?;
        let mut pulled = Pulled::default();
        let Some((peer, _)) = self.peers.get(number) else { return Ok((pulled, None)) };
        for entries in answer.slashes.0.chunks(MAX_TOGETHER) {
            if *stopping.borrow() {
                return Ok((pulled, None));
            }
            self.take_some(peer, entries, &mut pulled)?;
        }
        Ok((pulled, answer.next))
    }

    /// Takes over what is believed of some entries, in one transaction.
    fn take_some(&self, peer: &Peer, entries: &[&RawValue], pulled: &mut Pulled) -> Result<(), Failure> {
        let count = |slot: &mut usize, result| {
            *slot += 1;
            self.metrics.attestations.get_or_create(&metrics::Outcome { result }).inc();
        };
        let read: Vec<_> = entries.iter().filter_map(|entry| read(entry.get())).collect();
        let numbers: Vec<_> = read.iter().map(|envelope| envelope.seq).filter(|seq| *seq <= MAX_SEQ).collect();
        // Nobody's signature is checked a second time.
        let known = self.oracle.known_attestations(&peer.key, &numbers)?;
        let mut believed = Vec::new();
        (read.len()..entries.len()).for_each(|_| count(&mut pulled.refused, "refused"));
        for envelope in read {
            if known.contains(&envelope.seq) {
                count(&mut pulled.known, "known");
            } else if let Some(outcome) = self.believe(peer, &envelope)? {
                believed.push((envelope, outcome));
            } else {
                count(&mut pulled.refused, "refused");
            }
        }
        if believed.is_empty() {
            return Ok(());
        }
        let strong: Vec<_> = believed.iter().map(|(_, outcome)| outcome.is_some()).collect();
        let ingested = self.oracle.ingest(peer.key, believed, (self.clock)())?;
        for (became, strong) in ingested.into_iter().zip(strong) {
            match (became, strong) {
                (Ingested::Known, _) => count(&mut pulled.known, "known"),
                (Ingested::Full, _) => count(&mut pulled.full, "full"),
                (Ingested::Stored, true) => count(&mut pulled.strong, "strong"),
                (Ingested::Stored, false) => count(&mut pulled.weak, "weak"),
            }
        }
        Ok(())
    }

    /// Whether an attestation is this peer's own, and the outcome that its proof is about.
    #[allow(clippy::option_option, reason = "not believed; believed without a proof; with one")]
    fn believe(&self, peer: &Peer, envelope: &AttestationEnvelope) -> Result<Option<Option<u64>>, oracle::Error> {
        let Ok(judged) = envelope.judge(&self.verifier) else { return Ok(None) };
        // In its own name, under the key that was pinned: not the one that the envelope brings along.
        let is_its_own = hub::normal(&judged.attestation.issuer_hub) == hub::normal(&peer.url);
        if judged.issuer_key != peer.key || !is_its_own {
            return Ok(None);
        }
        let Some((claim, key)) = &judged.proof else { return Ok(Some(None)) };
        if claim.domain.is_some() && claim.domain != self.oracle.settings().domain {
            // On a test network the same was said of other money.
            return Ok(Some(None));
        }
        self.oracle.outcome_of(&claim.consumer_hub, key, &claim.provider_hub, &claim.invocation_id).map(Some)
    }
}

/// An entry as it is written, if it is one.
fn read(entry: &str) -> Option<AttestationEnvelope> {
    if entry.len() > MAX_ENTRY_BYTES {
        return None;
    }
    serde_json::from_str(entry).ok()
}

/// Does something where it may wait for a disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Failure::Broken(error)))
}

impl Pulled {
    fn add(&mut self, other: Self) {
        self.strong += other.strong;
        self.weak += other.weak;
        self.known += other.known;
        self.refused += other.refused;
        self.full += other.full;
    }
}

/// Why nothing more was taken over.
enum Failure {
    Peer(Trouble),
    Log(oracle::Error),
    Broken(JoinError),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Peer(trouble)
    }
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
    /// The number that the next page begins after. The published package's hubs know no pages.
    #[serde(default)]
    next: Option<u64>,
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
