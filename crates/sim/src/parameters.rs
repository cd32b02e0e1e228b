//! The protocol's parameters.
