//! Names of hubs: what is signed holds the name as its signer wrote it, and the normal form is what is compared.

pub use barter_protocol::bond::normal_hub as normal;
