//! The contracts' types, made from `artifacts/`.
//!
//! The attribute that adds the callable instances cannot be made conditional, so the expansion is written twice.

#![allow(missing_docs, reason = "generated; the contracts' interfaces hold the documentation")]
#![allow(clippy::pedantic, clippy::too_many_arguments, reason = "generated")]

#[cfg(not(feature = "rpc"))]
mod expansion {
    alloy_sol_types::sol!(
        #[sol(all_derives)]
        BarterCore,
        "artifacts/BarterCore.json"
    );
    alloy_sol_types::sol!(
        #[sol(all_derives)]
        BTRTrust,
        "artifacts/BTRTrust.json"
    );
    alloy_sol_types::sol!(
        #[sol(all_derives)]
        BTRCredit,
        "artifacts/BTRCredit.json"
    );
}

#[cfg(feature = "rpc")]
mod expansion {
    alloy_sol_types::sol!(
        #[sol(rpc, all_derives)]
        BarterCore,
        "artifacts/BarterCore.json"
    );
    alloy_sol_types::sol!(
        #[sol(rpc, all_derives)]
        BTRTrust,
        "artifacts/BTRTrust.json"
    );
    alloy_sol_types::sol!(
        #[sol(rpc, all_derives)]
        BTRCredit,
        "artifacts/BTRCredit.json"
    );
}

pub use expansion::{BTRCredit, BTRTrust, BarterCore, IBarterCore};
