//! Checking Ed25519 signatures, one by one and in batches, with one answer for both.
//!
//! The answer is that of the published package (RFC 8032 without the cofactor): `S` is canonical, neither the key nor `R` is of small
//! order, and `S·B − k·A` has the very bytes of `R`. The usual batch equation does not give this answer: it is right up to
//! torsion, with a probability. So a batch computes each `R`, and shares only what changes no answer: the tables of keys seen before,
//! and the one inversion that writing points takes.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, LazyLock, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
};

use curve25519_dalek::{
    EdwardsPoint, Scalar,
    constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION},
    edwards::{CompressedEdwardsY, EdwardsBasepointTable},
    traits::BasepointTable,
};
use sha2::{Digest, Sha512};

use crate::key::{PublicKey, Signature};

/// Keys that are kept at hand. A table is 30 KiB, so this is at most 15 MiB.
pub const MAX_KNOWN_KEYS: usize = 512;
/// Signatures after which a batch lets others work that wait for a core: some 200 µs, where the whole batch of 100 takes 2 ms.
const YIELD_AFTER: usize = 8;
/// A table takes as long to make as it saves over so many signatures.
const TABLE_AFTER: u32 = 100;

/// A signature to check.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Under which key.
    pub key: &'a PublicKey,
    /// Of what.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a Signature,
}

/// Checks signatures. Keeps the keys it met last, so one serves for all signatures of registered consumers; those under strangers'
/// keys go to another, where they push nobody's table out. Its answers do not depend on what it keeps.
#[derive(Default)]
pub struct Verifier {
    known: Mutex<HashMap<PublicKey, Arc<Known>>>,
    /// Counts the lookups: what was looked up longest ago makes room.
    clock: AtomicU64,
}

impl Verifier {
    /// One that has met no key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Did the key's owner sign the message?
    pub fn verify(&self, signed: Signed<'_>) -> bool {
        let known = self.known(signed.key);
        known.expected(signed).is_some_and(|point| matches(&point.compress(), signed.signature))
    }

    /// The same of each, in order.
    pub fn verify_batch(&self, batch: &[Signed<'_>]) -> Vec<bool> {
        let points: Vec<_> = batch
            .chunks(YIELD_AFTER)
            .flat_map(|some| {
                thread::yield_now();
                some.iter().map(|signed| self.known(signed.key).expected(*signed))
            })
            .collect();
        let found: Vec<EdwardsPoint> = points.iter().flatten().copied().collect();
        let mut written = EdwardsPoint::compress_batch_alloc(&found).into_iter();
        let matches = |(point, signed): (&Option<_>, &Signed<'_>)| {
            point.is_some() && written.next().is_some_and(|point| matches(&point, signed.signature))
        };
        points.iter().zip(batch).map(matches).collect()
    }

    fn known(&self, key: &PublicKey) -> Arc<Known> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        if let Some(known) = self.lock().get(key) {
            known.last_used.store(now, Ordering::Relaxed);
            return Arc::clone(known);
        }
        let known = Arc::new(Known::new(key, now));
        let mut all = self.lock();
        if all.len() >= MAX_KNOWN_KEYS {
            let oldest = all.iter().min_by_key(|(_, known)| known.last_used.load(Ordering::Relaxed));
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                all.remove(&oldest);
            }
        }
        all.insert(*key, Arc::clone(&known));
        known
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PublicKey, Arc<Known>>> {
        // Nothing panics while it is held, and there is nothing half-done in a map of what can be computed again.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("known_keys", &self.lock().len()).finish()
    }
}

/// A key, made ready.
struct Known {
    /// The negative of its point; nothing if it is none, or one under which anybody can sign.
    minus_key: Option<EdwardsPoint>,
    table: OnceLock<Box<EdwardsBasepointTable>>,
    uses: AtomicU32,
    last_used: AtomicU64,
}

impl Known {
    fn new(key: &PublicKey, now: u64) -> Self {
        let point = CompressedEdwardsY(*key.as_bytes()).decompress().filter(|point| !point.is_small_order());
        Self {
            minus_key: point.map(|point| -point),
            table: OnceLock::new(),
            uses: AtomicU32::new(0),
            last_used: AtomicU64::new(now),
        }
    }

    /// The point that `R` has to be.
    fn expected(&self, signed: Signed<'_>) -> Option<EdwardsPoint> {
        let minus_key = self.minus_key.as_ref()?;
        let (r, s) = halves(signed.signature);
        let s: Scalar = Option::from(Scalar::from_canonical_bytes(s))?;
        let hash = Sha512::new().chain_update(r).chain_update(signed.key.as_bytes()).chain_update(signed.message);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        if self.table.get().is_none() && self.uses.fetch_add(1, Ordering::Relaxed) < TABLE_AFTER {
            return Some(EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, minus_key, &s));
        }
        let table = self.table.get_or_init(|| Box::new(EdwardsBasepointTable::create(minus_key)));
        Some(ED25519_BASEPOINT_TABLE.mul_base(&s) + table.mul_base(&k))
    }
}

fn halves(signature: &Signature) -> ([u8; 32], [u8; 32]) {
    let (mut r, mut s) = ([0; 32], [0; 32]);
    r.copy_from_slice(&signature.as_bytes()[..32]);
    s.copy_from_slice(&signature.as_bytes()[32..]);
    (r, s)
}

/// Is this the `R` of the signature, and one that only a signer can have made?
fn matches(expected: &CompressedEdwardsY, signature: &Signature) -> bool {
    static SMALL_ORDER: LazyLock<[CompressedEdwardsY; 8]> =
        LazyLock::new(|| EIGHT_TORSION.map(|point| point.compress()));
    expected.as_bytes() == &signature.as_bytes()[..32] && !SMALL_ORDER.contains(expected)
}
