//! What is said of an index's errors.

use barter_index::Error as Index;

/// The kind of error as a stable name.
pub(crate) const fn code(error: &Index) -> &'static str {
    match error {
        Index::InvalidLocation { .. } => "invalid_index_location",
        Index::NotFound { .. } => "index_not_found",
        Index::NotAnIndex { .. } => "not_an_index",
        Index::OtherSchema { .. } => "other_schema",
        Index::OtherIdentity { .. } => "other_index",
        Index::Full { .. } => "disk_full",
        Index::Busy { .. } => "index_busy",
        Index::Contradiction(_) => "node_contradiction",
        Index::ReorganisedTooDeep { .. } => "reorganised_too_deep",
        Index::NodeBehind { .. } => "node_behind",
        Index::NotOfTheChain { .. } => "index_not_of_the_chain",
        Index::Damaged { .. } | Index::Conflict { .. } => "index_damaged",
        _ => "index_database",
    }
}

/// What to do next, in a sentence.
pub(crate) const fn next_step(error: &Index) -> &'static str {
    match error {
        Index::InvalidLocation { .. } => "Give a file, or the address of a PostgreSQL database as postgres://….",
        Index::NotFound { .. } => "Run the index first.",
        Index::NotAnIndex { .. } => "Name another place for the index.",
        Index::OtherSchema { .. }
        | Index::Damaged { .. }
        | Index::Conflict { .. }
        | Index::ReorganisedTooDeep { .. } => "Index anew, in another place.",
        Index::OtherIdentity { .. } => "Use the index of this network and deployment, or make one in another place.",
        Index::Full { .. } => "Make room, then run the index again: it goes on where it stopped.",
        Index::Busy { .. } => "See whether another program writes this index.",
        Index::Contradiction(_) => "Check the deployment's addresses and its block, or use another node.",
        Index::NodeBehind { .. } => "Wait until the node has caught up, or use another one.",
        Index::NotOfTheChain { .. } => "Run the index first: it undoes what is no longer of the chain.",
        _ => "Read what the database says, then try again.",
    }
}
