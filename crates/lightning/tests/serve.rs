//! The suite of scenarios on the embedded network over HTTP: our client of LND on one side, our server on the other.
#![cfg(all(feature = "embedded", feature = "lnd", feature = "serve"))]
#![allow(clippy::unwrap_used, reason = "tests")]

mod scenarios;

use barter_lightning::{
    Error, InvoiceLock, InvoiceRequest, Lightning,
    embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
    lnd::{Lnd, LndSettings, Macaroon},
    serve::{Server, ServerSettings},
};
use barter_protocol::Preimage;
use scenarios::{Stage, scenarios};

/// A network whose nodes are reached through their servers.
struct Served {
    network: EmbeddedNetwork,
    payer: Side,
    payee: Side,
}

/// A node's server, and a connection to it.
struct Side {
    server: Server,
    node: Lnd,
}

impl Side {
    async fn of(node: &EmbeddedNode) -> Self {
        let server = Server::start(node.clone(), ServerSettings::default()).await.unwrap();
        let macaroon = Macaroon::from_hex(&server.macaroon_hex()).unwrap();
        let node = Lnd::connect(LndSettings::new(&server.url(), macaroon).unwrap()).unwrap();
        Self { server, node }
    }
}

impl Served {
    async fn start() -> Self {
        let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
        let (payer, payee) = (Side::of(network.first()).await, Side::of(network.second()).await);
        Self { network, payer, payee }
    }
}

impl Stage for Served {
    type Node = Lnd;

    fn payer(&self) -> &Lnd {
        &self.payer.node
    }

    fn payee(&self) -> &Lnd {
        &self.payee.node
    }

    async fn restart_payer(&self) {
        self.network.first().restart().unwrap();
    }

    async fn restart_payee(&self) {
        self.network.second().restart().unwrap();
    }

    async fn payer_balance_sats(&self) -> u64 {
        self.network.first().spendable_sats()
    }
}

scenarios!(Served::start().await);

#[tokio::test]
async fn a_client_with_another_servers_macaroon_is_told_so() {
    let served = Served::start().await;
    let macaroon = Macaroon::from_hex(&served.payee.server.macaroon_hex()).unwrap();
    let stranger = Lnd::connect(LndSettings::new(&served.payer.server.url(), macaroon).unwrap()).unwrap();
    let outcome = stranger.node().await;
    assert!(matches!(outcome, Err(Error::Unauthorized { .. })), "{outcome:?}");
}

/// The node remembers what it was asked for, not the server.
#[tokio::test]
async fn an_invoice_is_made_once_also_when_its_server_was_started_anew() {
    let served = Served::start().await;
    let preimage = Preimage::new([0x21; 32]);
    for lock in [InvoiceLock::Preimage(preimage), InvoiceLock::Held(Preimage::new([0x22; 32]).payment_hash())] {
        let request =
            InvoiceRequest { lock, amount_sats: 1_000, description: "a logo".to_owned(), lifetime_seconds: 600 };
        let made = served.payee.node.make_invoice(&request).await.unwrap();
        let again = Side::of(served.network.second()).await;
        assert_eq!(again.node.make_invoice(&request).await.unwrap(), made);
    }
}

#[tokio::test]
async fn a_client_of_a_server_that_stopped_is_told_so() {
    let Served { payer: Side { server, node }, network, .. } = Served::start().await;
    let before = node.node().await.unwrap();
    server.stop().await;
    let outcome = node.node().await;
    assert!(matches!(outcome, Err(Error::Unreachable { .. })), "{outcome:?}");
    // The node itself lives on.
    assert_eq!(network.first().node().await.unwrap(), before);
}
