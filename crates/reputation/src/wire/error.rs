//! Why something that came over the wire was not taken.

/// A refusal. Each names what it is about and what was expected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not JSON of the expected shape.
    #[error("not the JSON expected here: {reason}")]
    Json {
        /// What the reader says.
        reason: String,
    },
    /// A field is not there.
    #[error("{field} is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field that has to say something is empty.
    #[error("{field} is empty")]
    Empty {
        /// The field.
        field: &'static str,
    },
    /// A text is too long.
    #[error("{field} has {bytes} bytes, expected at most {maximum}")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// Most it may have.
        maximum: usize,
    },
    /// A text of a published form holds the character that separates fields, and could pass for another field.
    #[error("{field} is {found:?}: '|' separates the fields of what is signed, and can be in none of them")]
    Separator {
        /// The field.
        field: &'static str,
        /// The text.
        found: String,
    },
    /// A text holds the character that ends strings in databases.
    #[error("{field} has a NUL character in it")]
    Nul {
        /// The field.
        field: &'static str,
    },
    /// A word that is not one of those known.
    #[error("{field} is {found:?}, expected one of {expected}")]
    UnknownWord {
        /// The field.
        field: &'static str,
        /// What it says.
        found: String,
        /// The known ones.
        expected: &'static str,
    },
    /// A time in another layout, or that does not exist.
    #[error("{field} is {found:?}, expected a time like 2026-01-02T03:04:05Z")]
    BadTime {
        /// The field.
        field: &'static str,
        /// What it says.
        found: String,
    },
    /// A price that no number of base units gives.
    #[error("{field} is {found}, which is not a whole number of millionths")]
    NotWholeUnits {
        /// The field.
        field: &'static str,
        /// The price, in dollars.
        found: f64,
    },
    /// A number outside its range.
    #[error("{field} is {found}, expected {minimum} to {maximum}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// What it says.
        found: String,
        /// Smallest allowed.
        minimum: f64,
        /// Largest allowed.
        maximum: f64,
    },
    /// Provider and consumer are one.
    #[error("{hub:?} is both provider and consumer, and nobody vouches for itself")]
    SelfDealing {
        /// The hub.
        hub: String,
    },
    /// Not base64.
    #[error("{field} is not base64")]
    NotBase64 {
        /// The field.
        field: &'static str,
    },
    /// Bytes of the wrong number.
    #[error("{field} has {bytes} bytes, expected {expected}")]
    WrongLength {
        /// The field.
        field: &'static str,
        /// How many bytes.
        bytes: usize,
        /// How many it has to have.
        expected: usize,
    },
    /// A signature that is not of this text under this key.
    #[error("{field} is not a signature of this under that key")]
    BadSignature {
        /// The field.
        field: &'static str,
    },
    /// Not an Ethereum address.
    #[error("{field} is not an Ethereum address: expected 0x and 40 hexadecimal digits")]
    NotAnAddress {
        /// The field.
        field: &'static str,
    },
    /// A text that was signed and is not one of the forms known.
    #[error("what was signed is not a dispute: {reason}")]
    NotADispute {
        /// Where it differs.
        reason: &'static str,
    },
}

impl Error {
    /// A stable name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json { .. } => "invalid_json",
            Self::Missing { .. } => "missing_field",
            Self::Empty { .. } => "empty_field",
            Self::TooLong { .. } => "field_too_long",
            Self::Separator { .. } => "separator_in_field",
            Self::Nul { .. } => "nul_in_field",
            Self::UnknownWord { .. } => "unknown_word",
            Self::BadTime { .. } => "invalid_time",
            Self::NotWholeUnits { .. } => "not_whole_units",
            Self::OutOfRange { .. } => "out_of_range",
            Self::SelfDealing { .. } => "provider_is_consumer",
            Self::NotBase64 { .. } => "invalid_base64",
            Self::WrongLength { .. } => "wrong_length",
            Self::BadSignature { .. } => "bad_signature",
            Self::NotAnAddress { .. } => "invalid_address",
            Self::NotADispute { .. } => "not_a_dispute",
        }
    }
}
