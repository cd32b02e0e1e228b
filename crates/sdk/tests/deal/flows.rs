//! Deals that nobody disturbs.

use crate::market::{Market, Plan};

#[tokio::test]
async fn a_payee_offers_to_a_payer() {
    let market = Market::start().await;
    market.trade(&Plan { by_payee: true, ..Plan::default() }).await;
}

#[tokio::test]
async fn a_payee_offers_to_whoever_takes_it() {
    let market = Market::start().await;
    market.trade(&Plan::default()).await;
}

#[tokio::test]
async fn a_payment_may_take_its_time() {
    let market = Market::start().await;
    for by_payee in [false, true] {
        market.trade(&Plan { by_payee, is_slow: true, ..Plan::default() }).await;
    }
}
