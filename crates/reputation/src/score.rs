//! What a record is worth.
