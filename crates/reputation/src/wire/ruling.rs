//! Rulings as the published package's authorities sign them.

use super::{
    Error, Fraction, MAX_ID_BYTES, MAX_REASON_BYTES, Number,
    float::round6,
    form::{Canonical, Rules},
};

/// What an authority of the published package signs. Ours sign EIP-712 (`AuditorQuorum`); this is for peers that do not.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    dispute_id: String,
    slash: Fraction,
    note: String,
}

impl Ruling {
    /// Holds what is said to the rules of the published form.
    ///
    /// # Errors
    /// A dispute that is empty, too long, or has a NUL or `|` in it; a note that is too long, or has one of them.
    pub fn new(dispute_id: &str, slash: Fraction, note: &str) -> Result<Self, Error> {
        let rules = Rules { published: true };
        rules.required("dispute_id", dispute_id, MAX_ID_BYTES)?;
        rules.optional("note", note, MAX_REASON_BYTES)?;
        Ok(Self { dispute_id: dispute_id.to_owned(), slash, note: note.to_owned() })
    }

    /// The bytes that are signed.
    pub fn signed_bytes(&self) -> Vec<u8> {
        Canonical::new("ruling")
            .field("dispute", &self.dispute_id)
            .field("slash_pct", &Number::Float(round6(self.slash.value())).python())
            .field("note", &self.note)
            .bytes()
    }
}
