//! Two real LDK nodes in this process, with a channel between them on a regtest chain kept in memory: for demonstrations and
//! tests. Payments are real HTLCs over the real protocol; only the wire, the disk and the miner are made up.
//!
//! ```
//! use barter_lightning::embedded::{EmbeddedNetwork, EmbeddedSettings};
//! use barter_lightning::{InvoiceLock, InvoiceRequest, Lightning, PaymentLimits};
//! use barter_protocol::Preimage;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), barter_lightning::Error> {
//! let network = EmbeddedNetwork::new(EmbeddedSettings::default())?;
//! let preimage = Preimage::new([7; 32]);
//! let request = InvoiceRequest {
//!     lock: InvoiceLock::Preimage(preimage),
//!     amount_sats: 250_000,
//!     description: "two crates of apples".to_owned(),
//!     lifetime_seconds: 3_600,
//! };
//! let invoice = network.second().make_invoice(&request).await?;
//! let paid = network.first().pay(&invoice, &PaymentLimits::for_amount(250_000)).await?;
//! assert_eq!(paid.preimage, preimage);
//! # Ok(())
//! # }
//! ```
//!
//! # Modules
//! `network` opens the channel and `node` is what callers hold. Below them, `pair` is everything behind one lock, and lets
//! bytes and events flow until nothing is left to do; `machine` is one LDK node, `ledger` what it knows of invoices and
//! payments, `wire` and `chain` what nodes are connected by.

mod chain;
mod ledger;
mod machine;
mod network;
mod node;
mod pair;
mod wire;

pub use network::{EmbeddedNetwork, EmbeddedSettings};
pub use node::EmbeddedNode;
