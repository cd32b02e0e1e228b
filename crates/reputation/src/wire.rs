//! What is signed, and how it is written.
