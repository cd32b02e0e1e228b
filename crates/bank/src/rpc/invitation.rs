//! Invitations to trade: `barter://<key>@<host/path>?give=<promise>:<amount>&get=<promise>:<amount>&exp=<unix>&sig=…`.
//!
//! The key is that of who invites, the host and path those of the bank's RPC. Signed are, as a document is, `pubkey`, `bankUrl`,
//! `give` and `get` (each `promise` and `amount`) and `exp`, so an invitation proves itself before anybody is called.

use std::{fmt, str::FromStr};

use serde_json::{Value, json};

use crate::document::{Amount, Hash, PublicKey, SecretKey, SignatureBytes, canonical, shown};

/// What an invitation begins with.
const SCHEME: &str = "barter://";
/// Most bytes of an invitation.
const MAX_BYTES: usize = 4_096;

/// So much of a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which promise.
    pub promise: Hash,
    /// How much of it.
    pub amount: Amount,
}

/// An offer to trade that carries its own proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Who invites.
    pub inviter: PublicKey,
    /// Where the inviter's bank is asked: `https`, but for a bank on this machine `http`.
    pub bank_url: String,
    /// What the inviter gives.
    pub give: Leg,
    /// What the inviter wants for it.
    pub get: Leg,
    /// Until when it stands, in Unix seconds.
    pub expires_at: u64,
    signature: SignatureBytes,
}

/// Why a text is no invitation that anybody should follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// Not of the form.
    #[error(
        "not an invitation: {part} is missing or wrong, expected barter://<key>@<host/path>?give=<promise>:<amount>&get=<promise>:<amount>&exp=<unix>&sig=<signature>"
    )]
    Malformed {
        /// The part that is not there, or not what it should be.
        part: &'static str,
    },
    /// Too long.
    #[error("the invitation has {bytes} bytes, expected at most {MAX_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not signed by who invites, or changed since.
    #[error("the invitation is not signed by {inviter}, or was changed since")]
    NotSigned {
        /// Who it says invites.
        inviter: PublicKey,
    },
    /// It does not stand any more.
    #[error("the invitation stood until {expires_at}, and it is {now} (Unix seconds)")]
    Expired {
        /// Until when it stood.
        expires_at: u64,
        /// When it was looked at.
        now: u64,
    },
    /// The address of the bank is none that an invitation can name.
    #[error("the bank's address is {found}, expected https://, or http:// on this machine, without a query")]
    BankUrl {
        /// The address, shortened.
        found: String,
    },
}

impl Invitation {
    /// Signs an invitation.
    ///
    /// # Errors
    /// [`InvitationError::BankUrl`], and what reading it would say of the rest.
    pub fn sign(
        inviter: &SecretKey,
        bank_url: &str,
        give: Leg,
        get: Leg,
        expires_at: u64,
    ) -> Result<Self, InvitationError> {
        let invalid = || InvitationError::BankUrl { found: shown(bank_url) };
        let (_, place) = bank_url.split_once("://").ok_or_else(invalid)?;
        if url_of(place).as_deref() != Some(bank_url) {
            return Err(invalid());
        }
        let hash = hash(&inviter.public(), bank_url, &give, &get, expires_at);
        let signature = inviter.sign(&hash);
        let signed =
            Self { inviter: inviter.public(), bank_url: bank_url.to_owned(), give, get, expires_at, signature };
        Self::read(&signed.to_string(), 0)
    }

    /// Reads an invitation, and checks that it is signed and still stands at `now`, in Unix seconds. Asks nobody.
    ///
    /// # Errors
    /// [`InvitationError`].
    pub fn read(text: &str, now: u64) -> Result<Self, InvitationError> {
        let malformed = |part| InvitationError::Malformed { part };
        if text.len() > MAX_BYTES {
            return Err(InvitationError::TooLong { bytes: text.len() });
        }
        let rest = text.trim().strip_prefix(SCHEME).ok_or(malformed("barter://"))?;
        let (authority, query) = rest.split_once('?').ok_or(malformed("the query"))?;
        let (inviter, place) = authority.split_once('@').ok_or(malformed("the key"))?;
        let inviter: PublicKey = inviter.parse().map_err(|_| malformed("the key"))?;
        let bank_url = url_of(place).ok_or(malformed("the bank's address"))?;
        let give = leg(value_of(query, "give")).ok_or(malformed("give"))?;
        let get = leg(value_of(query, "get")).ok_or(malformed("get"))?;
        let expires_at = number(value_of(query, "exp")).ok_or(malformed("exp"))?;
        let signature = value_of(query, "sig").and_then(|text| text.parse().ok()).ok_or(malformed("sig"))?;
        if !inviter.verify(&hash(&inviter, &bank_url, &give, &get, expires_at), &signature) {
            return Err(InvitationError::NotSigned { inviter });
        }
        if expires_at <= now {
            return Err(InvitationError::Expired { expires_at, now });
        }
        Ok(Self { inviter, bank_url, give, get, expires_at, signature })
    }
}

impl fmt::Display for Invitation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inviter, bank_url, give, get, expires_at, signature } = self;
        let place = bank_url.split_once("://").map_or("", |(_, place)| place);
        write!(
            formatter,
            "{SCHEME}{inviter}@{place}?give={}:{}&get={}:{}&exp={expires_at}&sig={signature}",
            give.promise, give.amount, get.promise, get.amount
        )
    }
}

/// What is signed.
fn hash(inviter: &PublicKey, bank_url: &str, give: &Leg, get: &Leg, expires_at: u64) -> Hash {
    let leg = |leg: &Leg| json!({ "promise": leg.promise.to_string(), "amount": leg.amount.to_json() });
    let document: Value = json!({
        "pubkey": inviter.to_string(),
        "bankUrl": bank_url,
        "give": leg(give),
        "get": leg(get),
        "exp": expires_at,
    });
    // Made of texts and of numbers that are doubles, it has a canonical form.
    Hash::of(canonical::write(&document).unwrap_or_default().as_bytes())
}

/// The address at a host and path. Nothing in it may be taken for another part of the invitation.
fn url_of(place: &str) -> Option<String> {
    let host = place.split('/').next()?;
    let is_printed =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@' | b'"' | b'<' | b'>' | b'\\');
    if host.is_empty() || !place.bytes().all(is_printed) {
        return None;
    }
    let name = if host.starts_with('[') { host.split(']').next()? } else { host.split(':').next()? };
    let scheme = if matches!(name, "127.0.0.1" | "localhost" | "[::1") { "http" } else { "https" };
    Some(format!("{scheme}://{place}"))
}

/// A value that is given once. Two readers could take each another of two.
fn value_of<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(found, _)| *found == name);
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

/// `<promise>:<amount>`, the colon also as browsers write it, and the amount as ECMAScript writes a number. No amount in other digits
/// than those that are signed: who reads the text reads the deal.
fn leg(text: Option<&str>) -> Option<Leg> {
    let text = text?.replace("%3A", ":").replace("%2B", "+");
    let (promise, amount) = text.split_once(':')?;
    let as_number = || {
        let number = canonical::read(amount.as_bytes()).ok()?;
        if canonical::write(&number).ok()? == amount { Amount::from_json(&number).ok() } else { None }
    };
    Some(Leg { promise: promise.parse().ok()?, amount: Amount::from_str(amount).ok().or_else(as_number)? })
}

/// Whole seconds that a double holds, so that everybody signs the same number.
fn number(text: Option<&str>) -> Option<u64> {
    const MOST: u64 = 1 << 53;
    text?.parse().ok().filter(|number| *number <= MOST)
}
