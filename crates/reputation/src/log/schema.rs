//! The tables. What they hold is said in schema.sql.

use barter_store::{Column, Kind, Table};

/// The schema's version: raised by every change of it.
pub(super) const VERSION: i64 = 1;
/// The table that says what a log is. Its name is what a log is told by.
pub(super) const META: &str = "barter_log";
/// Tables and indices, in SQLite's words.
pub(super) const DEFINITION: &str = include_str!("schema.sql");

macro_rules! table {
    ($constant:ident, $name:literal, $($kind:ident $column:literal),+ $(,)?) => {
        pub(super) const $constant: Table = Table {
            name: $name,
            columns: &[$(Column { name: $column, kind: Kind::$kind }),+],
        };
    };
}

table!(LOG, "barter_log", Integer "id", Integer "schema_version", Integer "chain_id", Bytes "bond", Integer "registry");
table!(TEXTS, "texts", Integer "id", Text "text");
table!(WALLETS, "wallets", Integer "id", Integer "provider", Bytes "address", Integer "since");
table!(CONSUMERS, "consumers", Integer "id", Text "hub");
table!(CONSUMER_KEYS, "consumer_keys", Integer "id", Integer "consumer", Bytes "public_key", Integer "since");
table!(
    OUTCOMES, "outcomes", Integer "id", Integer "provider", Integer "consumer_key", Integer "capability", Integer "product",
    Integer "provider_spelling", Integer "consumer_spelling", Integer "form", Integer "happened_at", Integer "price_units",
    Integer "latency_ms", Integer "quality", Text "invocation", Bytes "signature", Bytes "leaf",
);
table!(CALLS, "calls", Integer "id", Integer "outcome");
table!(SUBTREES, "subtrees", Integer "id", Bytes "hash");
table!(
    ATTESTATIONS, "attestations", Integer "id", Bytes "issuer", Integer "seq", Integer "outcome", Text "provider_hub",
    Text "issuer_hub", Text "envelope", Integer "received_at",
);
table!(PEERS, "peers", Integer "id", Bytes "public_key");
table!(
    DISPUTES, "disputes", Integer "id", Text "dispute_id", Integer "outcome", Bytes "wallet", Text "provider_hub",
    Text "consumer_hub", Text "invocation", Text "reason", Integer "requested_slash", Integer "happened_at",
    Text "evidence", Bytes "public_key", Bytes "signature", Integer "filed_at",
    Text "published",
);
