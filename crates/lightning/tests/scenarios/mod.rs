//! What every backend does alike: one suite, run on each of them by [`scenarios!`].
//!
//! A backend's test binary has `mod scenarios;`, implements [`Stage`], and calls the macro once with an expression that makes a
//! stage, and with attributes after it if its tests have some:
//!
//! ```ignore
//! scenarios::scenarios!(Daemons::lock().await, #[ignore = "needs daemons"]);
//! ```
//!
//! Each scenario is a test of its own. Its stage may be a share of a larger one, say a lock on a pair of daemons: it needs two
//! connected nodes with a channel that has more than 1,000,000 sats on either side. All of them together move less than
//! 2,000,000 sats to the payee. Scenarios on one pair of nodes do not run at once, as they look at the payer's balance.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

pub(crate) mod failing;
pub(crate) mod holding;
pub(crate) mod invoicing;
pub(crate) mod paying;
pub(crate) mod repeating;
pub(crate) mod restarting;
mod steps;
pub(crate) mod workload;

use barter_lightning::Lightning;

/// Two nodes with a channel between them.
pub(crate) trait Stage {
    /// A connection to one of them.
    type Node: Lightning;

    /// The node that pays.
    fn payer(&self) -> &Self::Node;

    /// The node that is paid.
    fn payee(&self) -> &Self::Node;

    /// Kills the payer and starts it again. Returns when it answers and its channel can be used.
    async fn restart_payer(&self);

    /// Kills the payee and starts it again. Returns when it answers and its channel can be used.
    async fn restart_payee(&self);

    /// What the payer has in its channel, or that less something that is always the same. What is on its way to the payee is
    /// not in it, and the fee of the commitment transaction, which differs with what is on its way, does not change it.
    async fn payer_balance_sats(&self) -> u64;
}

/// Makes a test of each scenario.
macro_rules! scenarios {
    (@test [$(#[$attribute:meta])*] ($stage:expr) $module:ident $name:ident) => {
        #[tokio::test]
        $(#[$attribute])*
        async fn $name() {
            let stage = $stage;
            $crate::scenarios::$module::$name(&stage).await;
        }
    };
    (@tests $attributes:tt ($stage:expr) $($module:ident::$name:ident,)*) => {
        $($crate::scenarios::scenarios! { @test $attributes ($stage) $module $name })*
    };
    ($stage:expr $(, #[$attribute:meta])*) => {
        $crate::scenarios::scenarios! {
            @tests [$(#[$attribute])*] ($stage)
            paying::says_who_it_is,
            paying::pays_an_invoice,
            paying::pays_both_ways,
            paying::pays_many_at_once,
            paying::knows_nothing_of_what_never_was,
            failing::fails_without_a_route,
            failing::fails_where_the_fee_is_above_the_limit,
            failing::fails_where_a_hop_leads_nowhere,
            failing::fails_with_too_little_liquidity,
            failing::tries_a_failed_payment_anew,
            failing::refuses_an_expired_invoice,
            failing::refuses_another_network,
            failing::refuses_an_invoice_of_its_own,
            failing::is_rejected_for_a_cancelled_invoice,
            invoicing::makes_what_was_asked,
            invoicing::makes_an_invoice_once,
            invoicing::refuses_other_terms_for_the_same_hash,
            invoicing::compares_all_but_the_lock_once_paid,
            invoicing::says_whether_it_has_the_preimage,
            invoicing::refuses_what_no_invoice_can_say,
            invoicing::never_settles_what_did_not_arrive,
            invoicing::never_cancels_what_was_paid,
            invoicing::cancels_an_open_invoice,
            repeating::pays_twice_in_turn,
            repeating::pays_twice_at_once,
            repeating::pays_once_however_early_it_is_dropped,
            repeating::brings_a_payment_back_after_expiry,
            holding::holds_then_settles,
            holding::holds_then_cancels,
            holding::holds_past_the_limit_of_time,
            holding::holds_one_payment_for_many_calls,
            holding::holds_past_expiry,
            holding::settles_or_cancels_but_never_both,
            holding::holds_many_small_ones,
            restarting::finds_everything_after_restarts,
            restarting::pays_once_across_restarts,
            restarting::makes_an_invoice_once_across_restarts,
            restarting::payer_restarts_before_a_held_payment_is_settled,
            restarting::payer_restarts_before_a_held_payment_is_cancelled,
            restarting::payee_restarts_before_a_held_payment_is_settled,
            restarting::payee_restarts_before_a_held_payment_is_cancelled,
            restarting::both_restart_while_a_payment_is_held,
            workload::agrees_with_a_model,
        }
    };
}
pub(crate) use scenarios;
