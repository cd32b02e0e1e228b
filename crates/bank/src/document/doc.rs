//! A document as it was received: its fields, its text, its hash.

use std::{borrow::Borrow, ops::Deref};

use serde_json::{Map, Value};

use super::{
    Error, Fields, Hash, PublicKey, SecretKey, SignatureBytes, Ulid,
    canonical::{self, Preimage},
    shown,
};

/// Most bytes of a document's canonical form.
pub const MAX_BYTES: usize = 65_536;

/// What every document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose document it is.
    pub pubkey: PublicKey,
    /// When it was made, and what tells it from another with the same content.
    pub ulid: Ulid,
}

/// One of the six documents: its fields beyond the header.
pub trait Kind: Sized {
    /// Its `type`; of a record, what errors call it.
    const NAME: &'static str;
    /// Must it carry a `sig`? Any other document may, and then it has to be right.
    const SIGNED: bool = false;

    /// Is this its `type`?
    fn is_type(word: &str) -> bool {
        word == Self::NAME
    }

    /// Its `type`.
    fn word(&self) -> &'static str {
        Self::NAME
    }

    /// Reads what it has beyond the header.
    ///
    /// # Errors
    /// [`Error`].
    fn read(fields: &Fields<'_>) -> Result<Self, Error>;

    /// Writes what it has beyond the header.
    fn write(&self, object: &mut Map<String, Value>);
}

/// A document: checked fields, which it derefs to, and the text they were read from. Nothing in it can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc<T> {
    header: Header,
    fields: T,
    text: String,
    hash: Hash,
    sig: Option<SignatureBytes>,
}

impl<T: Kind> Doc<T> {
    /// Makes a document, unsigned.
    ///
    /// # Errors
    /// What reading it would say of these fields.
    pub fn new(header: Header, fields: &T) -> Result<Self, Error> {
        Self::read(Value::Object(object(header, fields)))
    }

    /// Makes a document and signs it.
    ///
    /// # Errors
    /// What reading it would say of these fields.
    pub fn sign(key: &SecretKey, ulid: Ulid, fields: &T) -> Result<Self, Error> {
        let header = Header { pubkey: key.public(), ulid };
        let object = object(header, fields);
        let content = T::read(&Fields::new(T::NAME, &object))?;
        let preimage = Preimage::of(&object)?;
        let sig = key.sign(&preimage.hash());
        Self::of(header, content, preimage, Some(sig))
    }

    /// Reads a document. Fields that nobody here knows are kept, and are part of its hash.
    ///
    /// # Errors
    /// [`Error`]; [`Error::BadSignature`] for a `sig` that is not that of its `pubkey`.
    pub fn read(value: impl Borrow<Value>) -> Result<Self, Error> {
        let (word, object) = typed(value.borrow())?;
        if !T::is_type(word) {
            return Err(Error::WrongType { found: shown(word), expected: T::NAME });
        }
        let fields = Fields::new(T::NAME, object);
        let header = Header { pubkey: fields.key("pubkey")?, ulid: fields.ulid("ulid")? };
        let sig = if T::SIGNED { Some(fields.signature("sig")?) } else { fields.optional("sig", Fields::signature)? };
        let content = T::read(&fields)?;
        let doc = Self::of(header, content, Preimage::of(object)?, sig)?;
        if sig.is_some_and(|sig| !header.pubkey.verify(&doc.hash, &sig)) {
            return Err(Error::BadSignature { document: T::NAME, signer: header.pubkey.to_string() });
        }
        Ok(doc)
    }

    /// Of parts that belong together.
    fn of(header: Header, fields: T, preimage: Preimage, sig: Option<SignatureBytes>) -> Result<Self, Error> {
        let hash = preimage.hash();
        // Of a signature there is one text: that which was read.
        let text = match sig {
            None => preimage.into_text(),
            Some(sig) => preimage.signed(&sig),
        };
        if text.len() > MAX_BYTES {
            return Err(Error::TooLong { document: T::NAME, bytes: text.len(), maximum: MAX_BYTES });
        }
        Ok(Self { header, fields, text, hash, sig })
    }

    /// Reads a document from its JSON.
    ///
    /// # Errors
    /// [`Error`].
    pub fn parse(json: &str) -> Result<Self, Error> {
        Self::read(canonical::read(json.as_bytes())?)
    }
}

impl<T> Doc<T> {
    /// Whose it is, and when it was made.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What it says beyond that.
    pub const fn fields(&self) -> &T {
        &self.fields
    }

    /// Whose it is.
    pub const fn pubkey(&self) -> PublicKey {
        self.header.pubkey
    }

    /// What names it: the SHA-256 of its canonical form without `sig`.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Its canonical form, with the signature if it has one.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its signature, which is right.
    pub const fn sig(&self) -> Option<&SignatureBytes> {
        self.sig.as_ref()
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        // It was JSON before it was a text.
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl<T> Deref for Doc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.fields
    }
}

fn object<T: Kind>(header: Header, fields: &T) -> Map<String, Value> {
    let mut object = Map::new();
    let texts =
        [("type", fields.word().to_owned()), ("pubkey", header.pubkey.to_string()), ("ulid", header.ulid.to_string())];
    object.extend(texts.map(|(key, text)| (key.to_owned(), Value::String(text))));
    fields.write(&mut object);
    object
}

/// The `type` of an object, and the object.
pub(super) fn typed(value: &Value) -> Result<(&str, &Map<String, Value>), Error> {
    let object = value.as_object().ok_or_else(|| Error::NotAnObject { found: shown(&value.to_string()) })?;
    match object.get("type") {
        None => Err(Error::Missing { document: "document", field: "type" }),
        Some(Value::String(word)) => Ok((word, object)),
        Some(other) => Err(Error::WrongType { found: shown(&other.to_string()), expected: "a text" }),
    }
}
