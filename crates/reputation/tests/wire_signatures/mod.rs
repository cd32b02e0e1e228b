//! Signatures of every kind that libraries have disagreed about: torsion in the key, in `R` and in both, small orders, other encodings
//! of the same point, `S` past the group's order, and plain damage.

use barter_reputation::key::{PublicKey, Signature};
use curve25519_dalek::{
    EdwardsPoint, Scalar,
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
};
use sha2::{Digest, Sha512};

/// A signature, and whether it is good.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    #[allow(dead_code, reason = "shown where a case fails")]
    pub(crate) name: &'static str,
    pub(crate) key: PublicKey,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Signature,
    pub(crate) good: bool,
}

/// The order of the group, little-endian: 2^252 + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
/// The field's prime, little-endian: 2^255 − 19.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

fn scalar(seed: u64, what: &str) -> Scalar {
    let hash = Sha512::new().chain_update(seed.to_be_bytes()).chain_update(what).finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

fn challenge(r: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

fn signature(r: &[u8; 32], s: &[u8; 32]) -> Signature {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s);
    Signature::new(bytes)
}

/// Signs with a key and an `R` that have something added to them. The `R` and the key are hashed as `written` says.
struct Signer {
    secret: Scalar,
    nonce: Scalar,
    key: [u8; 32],
    r: [u8; 32],
}

impl Signer {
    fn new(seed: u64, key_torsion: EdwardsPoint, r_torsion: EdwardsPoint) -> Self {
        let (secret, nonce) = (scalar(seed, "secret"), scalar(seed, "nonce"));
        let key = (ED25519_BASEPOINT_POINT * secret + key_torsion).compress().to_bytes();
        let r = (ED25519_BASEPOINT_POINT * nonce + r_torsion).compress().to_bytes();
        Self { secret, nonce, key, r }
    }

    fn s(&self, message: &[u8]) -> Scalar {
        self.nonce + challenge(&self.r, &self.key, message) * self.secret
    }

    fn case(&self, name: &'static str, message: Vec<u8>, good: bool) -> Case {
        let signature = signature(&self.r, self.s(&message).as_bytes());
        Case { name, key: PublicKey::from_unchecked(self.key), message, signature, good }
    }
}

/// The first message for which the challenge, as a multiple of a point of small order, is what is wanted.
fn message_for(seed: u64, wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let messages = (0..4096_u64).map(|number| [seed.to_be_bytes(), number.to_be_bytes()].concat());
    messages.into_iter().find(|message| wanted(message)).expect("one in eight does")
}

/// A point in every encoding that reads as it: `y`, and `y + p` if that fits in 255 bits; the sign of a zero either way.
fn encodings(point: &EdwardsPoint) -> Vec<[u8; 32]> {
    let own = point.compress().to_bytes();
    let mut y = own;
    y[31] &= 0x7f;
    let mut ys = vec![y];
    let (mut sum, mut carry) = ([0_u8; 32], 0_u16);
    for index in 0..32 {
        let digit = u16::from(y[index]) + u16::from(PRIME[index]) + carry;
        sum[index] = digit.to_le_bytes()[0];
        carry = digit >> 8;
    }
    if carry == 0 && sum[31] & 0x80 == 0 {
        ys.push(sum);
    }
    let reads_as_it = |bytes: &[u8; 32]| {
        curve25519_dalek::edwards::CompressedEdwardsY(*bytes).decompress().is_some_and(|found| found == *point)
    };
    let signs = [0, 0x80];
    ys.iter()
        .flat_map(|y| {
            signs.map(|sign| {
                let mut y = *y;
                y[31] |= sign;
                y
            })
        })
        .filter(reads_as_it)
        .collect()
}

/// All kinds, from a seed.
pub(crate) fn cases(seed: u64) -> Vec<Case> {
    let none = EIGHT_TORSION[0];
    let mut cases = Vec::new();
    let honest = Signer::new(seed, none, none);
    let message = b"translated, in 8.1 seconds".to_vec();
    let good = honest.case("honest", message.clone(), true);
    cases.push(good.clone());

    // Damage.
    let bit = usize::try_from(seed % 512).expect("small");
    let mut damaged = *good.signature.as_bytes();
    damaged[bit / 8] ^= 1 << (bit % 8);
    cases.push(Case { name: "damaged signature", signature: Signature::new(damaged), good: false, ..good.clone() });
    cases.push(Case {
        name: "another message",
        message: b"translated, in 8.2 seconds".to_vec(),
        good: false,
        ..good.clone()
    });
    let other = PublicKey::from_unchecked(Signer::new(seed + 1, none, none).key);
    cases.push(Case { name: "another key", key: other, good: false, ..good.clone() });
    let mut garbage = *good.key.as_bytes();
    garbage[usize::try_from(seed % 31).expect("small")] ^= 0x55;
    cases.push(Case { name: "a damaged key", key: PublicKey::from_unchecked(garbage), good: false, ..good.clone() });

    // The same S, past the order.
    let mut s: [u8; 32] = honest.s(&message).to_bytes();
    let mut carry = 0_u16;
    for (digit, order) in s.iter_mut().zip(ORDER) {
        let sum = u16::from(*digit) + u16::from(order) + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    cases.push(Case { name: "S + L", signature: signature(&honest.r, &s), good: false, ..good.clone() });
    s[31] |= 0x80;
    cases.push(Case { name: "S with a high bit", signature: signature(&honest.r, &s), good: false, ..good.clone() });
    cases.push(Case { name: "S of L", signature: signature(&honest.r, &ORDER), good: false, ..good });

    for (index, torsion) in EIGHT_TORSION.iter().enumerate() {
        let seed = seed * 8 + index as u64;
        // Without the cofactor, torsion in R never goes away by itself; with it, it always would.
        if index > 0 {
            let signer = Signer::new(seed, none, *torsion);
            cases.push(signer.case("torsion in R", message.clone(), false));
        }
        // Torsion in the key goes away in one message of its order.
        let signer = Signer::new(seed, *torsion, none);
        let gone = |message: &[u8]| challenge(&signer.r, &signer.key, message) * torsion == none;
        cases.push(signer.case("torsion in the key that goes away", message_for(seed, gone), true));
        if index > 0 {
            let stays = message_for(seed, |message| !gone(message));
            cases.push(signer.case("torsion in the key that stays", stays, false));
        }
        // In both, it can go away between them.
        let signer = Signer::new(seed, *torsion, -torsion);
        let between = message_for(seed, |message| challenge(&signer.r, &signer.key, message) * torsion == *torsion);
        cases.push(signer.case("torsion in the key and in R that goes away", between, true));
        let signer = Signer::new(seed, *torsion, *torsion);
        if torsion + torsion != none {
            let between = message_for(seed, |message| challenge(&signer.r, &signer.key, message) * torsion == *torsion);
            cases.push(signer.case("torsion in the key and in R that doubles", between, false));
        }

        for encoding in encodings(torsion) {
            // A key of small order: S·B = R + k·A holds with R = S·B wherever k·A is nothing.
            let r = (ED25519_BASEPOINT_POINT * scalar(seed, "nonce")).compress().to_bytes();
            let forged = message_for(seed, |message| challenge(&r, &encoding, message) * torsion == none);
            let s = scalar(seed, "nonce");
            cases.push(Case {
                name: "a key of small order",
                key: PublicKey::from_unchecked(encoding),
                message: forged,
                signature: signature(&r, s.as_bytes()),
                good: false,
            });
            // An R of small order: the signer's own choice, and the key may help.
            let key_torsion = -torsion;
            let mut signer = Signer::new(seed, key_torsion, none);
            (signer.r, signer.nonce) = (encoding, Scalar::ZERO);
            let message = message_for(seed, |message| challenge(&signer.r, &signer.key, message) * torsion == *torsion);
            cases.push(signer.case("an R of small order", message, false));
            // Both: no secret at all.
            let key = EIGHT_TORSION[index].compress().to_bytes();
            cases.push(Case {
                name: "key and R of small order",
                key: PublicKey::from_unchecked(key),
                message: message_for(seed, |message| {
                    challenge(&encoding, &key, message) * torsion == -torsion || torsion == &none
                }),
                signature: signature(&encoding, Scalar::ZERO.as_bytes()),
                good: false,
            });
        }
    }
    cases
}
