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
