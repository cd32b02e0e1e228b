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
    alloy_sol_types::sol!(
        #[sol(all_derives)]
        AuditorQuorum,
        "artifacts/AuditorQuorum.json"
    );
    // Apart, because the quorum's struct is in this artifact too.
    pub(super) mod bond {
        alloy_sol_types::sol!(
            #[sol(all_derives)]
            BarterBond,
            "artifacts/BarterBond.json"
        );
    }
    alloy_sol_types::sol!(
        #[sol(all_derives)]
        TestDollar,
        "artifacts/TestDollar.json"
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
    alloy_sol_types::sol!(
        #[sol(rpc, all_derives)]
        AuditorQuorum,
        "artifacts/AuditorQuorum.json"
    );
    // Apart, because the quorum's struct is in this artifact too.
    pub(super) mod bond {
        alloy_sol_types::sol!(
            #[sol(rpc, all_derives)]
            BarterBond,
            "artifacts/BarterBond.json"
        );
    }
    alloy_sol_types::sol!(
        #[sol(rpc, all_derives)]
        TestDollar,
        "artifacts/TestDollar.json"
    );
}

/// The quorum's types as `BarterBond`'s calls take them.
pub use expansion::bond::IAuditorQuorum as IBondQuorum;
pub use expansion::{
    AuditorQuorum, BTRCredit, BTRTrust, BarterCore, IAuditorQuorum, IBarterCore, TestDollar,
    bond::{BarterBond, IBarterBond},
};
