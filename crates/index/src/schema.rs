//! The tables. `docs/index.md` documents them for people.

use crate::engine::{Column, Kind, Table};

/// The schema's version: raised by every change of it. An index of an older one is made anew, which is always possible, of a
/// newer one refused.
pub(crate) const VERSION: i64 = 1;

/// The table that says what an index is of. Its name is what an index is told by.
pub(crate) const META: &str = "barter_index";

macro_rules! table {
    ($constant:ident, $name:literal, $($kind:ident $column:literal),+ $(,)?) => {
        pub(crate) const $constant: Table = Table {
            name: $name,
            columns: &[$(Column { name: $column, kind: Kind::$kind }),+],
        };
    };
}

table!(BLOCKS, "blocks", Integer "number", Bytes "hash", Integer "timestamp");
table!(CHECKPOINTS, "checkpoints", Integer "number", Bytes "hash", Integer "timestamp");
table!(WALLETS, "wallets", Integer "id", Bytes "address", Integer "first_block");
table!(
    PROPOSALS, "proposals", Integer "id", Integer "block_number", Integer "log_index", Bytes "transaction_hash", Bytes "trade_id", Integer "party_a",
    Integer "party_b", Integer "payer", Bytes "payment_hash", Integer "amount_sats", Text "category", Text "description",
);
table!(ACCEPTANCES, "acceptances", Integer "id", Integer "block_number", Integer "log_index", Bytes "transaction_hash", Integer "trade");
table!(
    SETTLEMENTS, "settlements", Integer "id", Integer "block_number", Integer "log_index", Bytes "transaction_hash", Integer "trade", Integer "payer",
    Integer "payee", Integer "amount_sats", Integer "settled_at", Bytes "preimage", Integer "points",
    Integer "credit_tokens", Integer "payer_score", Integer "payee_score", Integer "payer_earned_tokens",
    Integer "payee_earned_tokens",
);
table!(
    DISPUTES, "disputes", Integer "id", Integer "block_number", Integer "log_index", Bytes "transaction_hash", Integer "trade", Integer "party_a",
    Integer "party_b", Text "kind", Integer "wallet",
);
table!(
    CREDIT_TRANSFERS, "credit_transfers", Integer "id", Integer "block_number", Integer "log_index", Bytes "transaction_hash", Integer "sender",
    Integer "receiver", Integer "tokens", Integer "units", Integer "sender_net_tokens", Integer "sender_net_units",
    Integer "receiver_net_tokens", Integer "receiver_net_units",
);
table!(
    CANCELLED_SIGNATURES, "cancelled_signatures", Integer "id", Integer "block_number", Integer "log_index", Bytes "transaction_hash",
    Integer "signer", Bytes "digest",
);
table!(OPEN_TRADES, "open_trades", Integer "trade", Integer "party_a", Integer "party_b", Integer "accepted_at");

/// Every table whose rows follow from the chain's events alone. The first column of each is its key.
pub(crate) const TABLES: [&Table; 9] = [
    &BLOCKS,
    &WALLETS,
    &PROPOSALS,
    &ACCEPTANCES,
    &SETTLEMENTS,
    &DISPUTES,
    &CREDIT_TRANSFERS,
    &CANCELLED_SIGNATURES,
    &OPEN_TRADES,
];

/// Tables with a row an event, numbered from 1 without gaps in the chain's order.
pub(crate) const NUMBERED: [&Table; 6] =
    [&PROPOSALS, &ACCEPTANCES, &SETTLEMENTS, &DISPUTES, &CREDIT_TRANSFERS, &CANCELLED_SIGNATURES];

/// What a dispute's row says of it.
pub(crate) const DISPUTED: &str = "disputed";
/// As [`DISPUTED`].
pub(crate) const DISMISSED: &str = "dismissed";
/// As [`DISPUTED`].
pub(crate) const UPHELD: &str = "upheld";

/// Tables, indices and views, in SQLite's words.
pub(crate) const DEFINITION: &str = include_str!("schema.sql");
