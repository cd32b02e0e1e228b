//! Any bytes as a document, and as a document that its owner signed.

use std::fmt::Debug;

use barter_bank::document::{Doc, Document, Error, Hash, Kind, MAX_BYTES, canonical};
use serde_json::{Map, Value};

use super::{changed, check_error, key};

pub(crate) fn check(bytes: &[u8]) {
    let value = match canonical::read(bytes) {
        Ok(value) => value,
        Err(error) => return check_error(&error),
    };
    let text = canonical::write(&value).unwrap();
    assert_eq!(written(&text), text, "the canonical form of a canonical form");
    judge(Document::read(value.clone()));
    if let Value::Object(object) = value {
        judge(Document::read(signed(object)));
    }
}

fn written(text: &str) -> String {
    canonical::write(&canonical::read(text.as_bytes()).unwrap()).unwrap()
}

fn hash_of(mut object: Map<String, Value>) -> Hash {
    object.remove("sig");
    Hash::of(canonical::write(&Value::Object(object)).unwrap().as_bytes())
}

/// The same of somebody whose key we have, with the signature.
fn signed(mut object: Map<String, Value>) -> Value {
    let key = key(1);
    object.insert("pubkey".to_owned(), key.public().to_string().into());
    let hash = hash_of(object.clone());
    object.insert("sig".to_owned(), key.sign(&hash).to_string().into());
    Value::Object(object)
}

fn judge(read: Result<Document, Error>) {
    let document = match read {
        Ok(document) => document,
        Err(error) => return check_error(&error),
    };
    let text = document.text();
    assert!(text.len() <= MAX_BYTES);
    assert_eq!(written(text), text, "what is kept is canonical");
    let value = canonical::read(text.as_bytes()).unwrap();
    assert_eq!(
        document.hash(),
        hash_of(value.as_object().unwrap().clone()),
        "the hash is that of the rest without its sig"
    );
    assert_eq!(Document::read(value), Ok(document.clone()), "what is read as it was written is the same");
    match &document {
        Document::Promise(doc) => written_anew(doc),
        Document::Pocket(doc) => written_anew(doc),
        Document::Account(doc) => written_anew(doc),
        Document::Record(doc) => written_anew(doc),
        Document::Tx(doc) => written_anew(doc),
        Document::Signature(doc) => written_anew(doc),
    }
}

fn written_anew<T: Kind + Clone + Debug + PartialEq>(doc: &Doc<T>) {
    assert_eq!(canonical::write(&doc.to_json()).unwrap(), doc.text());
    // What nobody here knows is not in the fields; all else is.
    let anew = Doc::sign(&key(2), doc.header().ulid, doc.fields()).unwrap();
    assert_eq!((anew.fields(), anew.header().ulid), (doc.fields(), doc.header().ulid));
    if doc.sig().is_none() {
        return;
    }
    for changed in changed(doc.text()) {
        // The same number or text, written otherwise, is the same document; and a `sig` by another name is none.
        if let Ok(other) = Doc::<T>::parse(&changed)
            && other.sig().is_some()
        {
            assert_eq!((other.hash(), other.sig()), (doc.hash(), doc.sig()), "signed nevertheless: {changed}");
        }
    }
}
