//! Two real Lightning nodes for tests, each behind the part of LND's REST interface that the program speaks.

use std::sync::atomic::{AtomicU8, Ordering};

use barter_lightning::{
    Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning as _,
    embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
    serve::{Server, ServerSettings},
};
use barter_protocol::Preimage;
use tokio::runtime::Runtime;

use super::Barter;

/// Two nodes with a channel between them, in this process.
#[derive(Debug)]
pub(crate) struct Nodes {
    runtime: Runtime,
    network: EmbeddedNetwork,
    payer: Server,
    payee: Server,
}

/// Whose node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Payer,
    Payee,
}

impl Nodes {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
        let serve =
            |node: &EmbeddedNode| runtime.block_on(Server::start(node.clone(), ServerSettings::default())).unwrap();
        let (payer, payee) = (serve(network.first()), serve(network.second()));
        Self { runtime, network, payer, payee }
    }

    fn server(&self, side: Side) -> &Server {
        match side {
            Side::Payer => &self.payer,
            Side::Payee => &self.payee,
        }
    }

    pub(crate) fn url(&self, side: Side) -> String {
        self.server(side).url()
    }

    pub(crate) fn macaroon_hex(&self, side: Side) -> String {
        self.server(side).macaroon_hex()
    }

    pub(crate) fn macaroon(&self, side: Side) -> Vec<u8> {
        self.server(side).macaroon().to_vec()
    }

    fn node(&self, side: Side) -> &EmbeddedNode {
        match side {
            Side::Payer => self.network.first(),
            Side::Payee => self.network.second(),
        }
    }

    /// What a side can still spend.
    pub(crate) fn spendable_sats(&self, side: Side) -> u64 {
        self.node(side).spendable_sats()
    }

    /// Throws a node away and reads it back from what it wrote down.
    pub(crate) fn restart(&self, side: Side) {
        self.node(side).restart().unwrap();
    }

    pub(crate) fn public_key(&self, side: Side) -> String {
        self.runtime.block_on(self.node(side).node()).unwrap().public_key
    }

    /// An invoice of the payee's.
    pub(crate) fn invoice(&self, lock: InvoiceLock, amount_sats: u64) -> Invoice {
        let request = InvoiceRequest { lock, amount_sats, description: "a test".to_owned(), lifetime_seconds: 3_600 };
        self.runtime.block_on(self.node(Side::Payee).make_invoice(&request)).unwrap()
    }

    /// How an invoice of the payee's stands.
    pub(crate) fn state(&self, invoice: &Invoice) -> Option<InvoiceState> {
        let own = self.runtime.block_on(self.node(Side::Payee).invoice(invoice.payment_hash())).unwrap();
        own.map(|own| own.state)
    }

    pub(crate) fn settle(&self, preimage: Preimage) {
        self.runtime.block_on(self.node(Side::Payee).settle(preimage)).unwrap();
    }

    pub(crate) fn cancel(&self, invoice: &Invoice) {
        self.runtime.block_on(self.node(Side::Payee).cancel(invoice.payment_hash())).unwrap();
    }
}

impl Barter {
    /// Reaches a side's node, whose macaroon must not be printed.
    pub(crate) fn over(self, nodes: &Nodes, side: Side) -> Self {
        let macaroon = nodes.macaroon_hex(side);
        self.env("BARTER_LND_URL", nodes.url(side)).env("BARTER_LND_MACAROON_HEX", &macaroon).hiding(&macaroon)
    }
}

/// A preimage that no other invoice of a test's nodes has.
pub(crate) fn own_preimage() -> Preimage {
    static COUNT: AtomicU8 = AtomicU8::new(1);
    Preimage::new([COUNT.fetch_add(1, Ordering::Relaxed); 32])
}
