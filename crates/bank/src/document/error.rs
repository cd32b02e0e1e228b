//! Why something is no document.

/// Most characters of a wrong value that an error repeats.
const SHOWN: usize = 80;

/// A refusal. Each names the value and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not JSON, or JSON that has no canonical form: a key twice, a number beyond a double, half a surrogate pair.
    #[error("not the JSON of a document: {reason}")]
    Json {
        /// What the reader says.
        reason: String,
    },
    /// Not an object.
    #[error("{found} is no document, expected an object")]
    NotAnObject {
        /// What it is.
        found: String,
    },
    /// A `type` that no document has, or another than was expected here.
    #[error("the document's type is {found}, expected {expected}")]
    WrongType {
        /// What it says.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A field is not there.
    #[error("{document}.{field} is missing")]
    Missing {
        /// The document's type.
        document: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A field says what it cannot say.
    #[error("{document}.{field} is {found}, expected {expected}")]
    Wrong {
        /// The document's type.
        document: &'static str,
        /// The field.
        field: &'static str,
        /// What it says, shortened.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// A document is too long.
    #[error("the {document} has {bytes} bytes, expected at most {maximum}")]
    TooLong {
        /// The document's type.
        document: &'static str,
        /// Bytes of its canonical form.
        bytes: usize,
        /// Most it may have.
        maximum: usize,
    },
    /// The signature is not its signer's over these bytes.
    #[error("the signature on the {document} is not one of {signer} over it")]
    BadSignature {
        /// The document's type.
        document: &'static str,
        /// Who should have signed it.
        signer: String,
    },
}

/// A wrong value, short enough for one line, and nothing in it that a terminal would obey.
pub(crate) fn shown(value: &str) -> String {
    let harmless = |character: char| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
    let mut characters = value.chars().map(harmless);
    let start: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_none() { start } else { format!("{start}… ({} bytes)", value.len()) }
}
