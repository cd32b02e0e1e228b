//! An LND node over its REST interface.
//!
//! ```no_run
//! # async fn run() -> Result<(), barter_lightning::Error> {
//! use barter_lightning::{Lightning, lnd::{Certificate, Lnd, LndSettings, Macaroon}};
//!
//! let settings = LndSettings::new("https://127.0.0.1:8080", Macaroon::from_file("admin.macaroon")?)?
//!     .with_certificate(Certificate::from_file("tls.cert")?);
//! let node = Lnd::connect(settings)?;
//! println!("{}", node.node().await?.public_key);
//! # Ok(())
//! # }
//! ```
//!
//! Macaroons and preimages never reach an error or a `Debug` output, also not where the node repeats them.

mod certificate;
mod endpoint;
mod http;
mod invoices;
mod macaroon;
mod payments;
mod refusal;
mod settings;
mod updates;
mod wire;

use std::{fmt, sync::Arc};

use barter_protocol::{PaymentHash, Preimage};

use crate::{
    BitcoinNetwork, Error, Invoice, InvoiceRequest, Lightning, NodeInfo, OwnInvoice, Paid, Payment, PaymentLimits,
};

pub use certificate::Certificate;
pub use macaroon::Macaroon;
pub use settings::{
    CERTIFICATE_PEM_VARIABLE, CERTIFICATE_VARIABLE, LndSettings, MACAROON_HEX_VARIABLE, MACAROON_VARIABLE, URL_VARIABLE,
};

use http::Http;

/// An LND node. Clones share its connections.
#[derive(Clone)]
pub struct Lnd {
    http: Arc<Http>,
}

impl Lnd {
    /// Prepares to reach a node by these settings. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] if TLS cannot be set up with the certificate, or with this machine's.
    pub fn connect(settings: LndSettings) -> Result<Self, Error> {
        Ok(Self { http: Arc::new(Http::new(settings)?) })
    }

    /// Scheme, host and port of the node: what of its address may be shown.
    pub fn endpoint(&self) -> &str {
        self.http.endpoint().shown()
    }
}

impl fmt::Debug for Lnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Lnd({})", self.endpoint())
    }
}

impl Lightning for Lnd {
    async fn node(&self) -> Result<NodeInfo, Error> {
        let info: wire::NodeInfo = match self.http.get("/v1/getinfo").await {
            Ok(info) => info,
            Err(failure) => return Err(failure.explain(&self.http).await),
        };
        let network = info.chains.first().map(|chain| chain.network.as_str()).unwrap_or_default();
        let network: BitcoinNetwork = network.parse().map_err(|name: String| Error::InvalidAnswer {
            reason: format!("its network is '{}', which is no Bitcoin network", refusal::quote(&name)),
        })?;
        let is_key =
            info.identity_pubkey.len() == 66 && info.identity_pubkey.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_key {
            let reason = "its public key is not 33 bytes in hexadecimal".to_owned();
            return Err(Error::InvalidAnswer { reason });
        }
        Ok(NodeInfo::new(info.identity_pubkey.to_ascii_lowercase(), network, refusal::quote(&info.alias)))
    }

    async fn make_invoice(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        invoices::make(&self.http, request).await
    }

    async fn invoice(&self, payment_hash: PaymentHash) -> Result<Option<OwnInvoice>, Error> {
        invoices::find(&self.http, payment_hash).await
    }

    async fn settle(&self, preimage: Preimage) -> Result<(), Error> {
        invoices::settle(&self.http, preimage).await
    }

    async fn cancel(&self, payment_hash: PaymentHash) -> Result<(), Error> {
        invoices::cancel(&self.http, payment_hash).await
    }

    async fn pay(&self, invoice: &Invoice, limits: &PaymentLimits) -> Result<Paid, Error> {
        payments::pay(self, invoice, limits).await
    }

    async fn payment(&self, payment_hash: PaymentHash) -> Result<Option<Payment>, Error> {
        payments::find(&self.http, payment_hash).await
    }
}
