//! The suite of scenarios on the embedded network.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod scenarios;

use barter_lightning::embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings};
use scenarios::{Stage, scenarios};

impl Stage for EmbeddedNetwork {
    type Node = EmbeddedNode;

    fn payer(&self) -> &EmbeddedNode {
        self.first()
    }

    fn payee(&self) -> &EmbeddedNode {
        self.second()
    }

    async fn restart_payer(&self) {
        self.first().restart().unwrap();
    }

    async fn restart_payee(&self) {
        self.second().restart().unwrap();
    }

    async fn payer_balance_sats(&self) -> u64 {
        self.first().spendable_sats()
    }
}

scenarios!(EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap());

#[test]
fn refuses_a_channel_of_a_size_that_nodes_do_not_open() {
    for channel_sats in [0, 99_999, 16_777_216, u64::MAX] {
        let error = EmbeddedNetwork::new(EmbeddedSettings { channel_sats }).unwrap_err();
        assert_eq!(error.code(), "invalid_lightning_setting");
        assert_eq!(error.to_string(), format!("channel_sats: it is {channel_sats}, expected 100000 to 16777215"));
    }
    for channel_sats in [100_000, 16_777_215] {
        let network = EmbeddedNetwork::new(EmbeddedSettings { channel_sats }).unwrap();
        let reserve_sats = channel_sats / 100;
        let both_sats = network.first().spendable_sats() + network.second().spendable_sats();
        assert!((channel_sats - 2 * reserve_sats - 2..=channel_sats).contains(&both_sats), "{both_sats}");
        assert!(network.first().spendable_sats().abs_diff(network.second().spendable_sats()) <= 2);
    }
}

#[tokio::test]
async fn agrees_with_a_model_for_many_seeds() {
    for seed in 2..12 {
        let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
        scenarios::workload::agrees_for(&network, seed, 100).await;
    }
}
