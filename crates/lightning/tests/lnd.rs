//! The suite of scenarios on two lnd nodes, which `tools/with-lnd` starts and names in `BARTER_TEST_LND`:
//!
//! ```text
//! tools/with-lnd cargo test -p barter-lightning --features lnd --test lnd -- --ignored
//! ```
#![cfg(feature = "lnd")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod scenarios;

use std::{
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use barter_lightning::{
    BitcoinNetwork, Error, InvoiceLock, InvoiceRequest, InvoiceState, Lightning, PaymentLimits,
    lnd::{Certificate, Lnd, LndSettings, Macaroon},
};
use barter_protocol::Preimage;
use bitcoin::{
    hashes::{Hash, sha256},
    hex::DisplayHex,
};
use reqwest::{Client, RequestBuilder};
use scenarios::{Stage, scenarios};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

/// There is one pair of nodes, and a scenario at a time.
static NODES: Mutex<()> = Mutex::const_new(());

/// Of payments that are made here. There is a channel to the payee: nothing is paid for routing.
const AMOUNT_SATS: u64 = 1_000;
const LIMITS: PaymentLimits = PaymentLimits { max_fee_sats: 0, timeout: Duration::from_mins(1) };

/// The nodes of `tools/with-lnd`.
struct Daemons {
    payer: Lnd,
    payee: Lnd,
    told: Value,
    client: Client,
    _alone: MutexGuard<'static, ()>,
}

impl Daemons {
    async fn lock() -> Self {
        let alone = NODES.lock().await;
        let file = env::var("BARTER_TEST_LND").expect("BARTER_TEST_LND: run this by tools/with-lnd");
        let told: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let node = |name: &str| Lnd::connect(settings(&told[name])).unwrap();
        let client = Client::builder().no_proxy().tls_backend_preconfigured(believing_anybody()).build().unwrap();
        Self { payer: node("payer"), payee: node("payee"), told, client, _alone: alone }
    }

    /// A node, by a macaroon that it bakes to allow just this.
    async fn with_permissions(&self, name: &str, permissions: &[(&str, &str)]) -> Lnd {
        let permissions: Vec<_> =
            permissions.iter().map(|(entity, action)| json!({ "entity": entity, "action": action })).collect();
        let body = json!({ "permissions": permissions }).to_string();
        let baked = self.ask(self.client.post(self.url(name, "/v1/macaroon")).body(body), name).await;
        let macaroon = Macaroon::from_hex(baked["macaroon"].as_str().unwrap()).unwrap();
        let certificate = Certificate::from_file(self.told[name]["certificate"].as_str().unwrap()).unwrap();
        let settings = LndSettings::new(self.told[name]["url"].as_str().unwrap(), macaroon).unwrap();
        Lnd::connect(settings.with_certificate(certificate)).unwrap()
    }

    fn url(&self, name: &str, path: &str) -> String {
        format!("{}{path}", self.told[name]["url"].as_str().unwrap())
    }

    /// Asks a node for what our client does not ask.
    async fn ask(&self, request: RequestBuilder, name: &str) -> Value {
        let macaroon = fs::read(self.told[name]["macaroon"].as_str().unwrap()).unwrap();
        let answer = request.header("Grpc-Metadata-macaroon", macaroon.to_lower_hex_string()).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Has a node ended and started again, in one of the ways that `tools/with-lnd` has: `restart/payer`, `stop/payer`.
    async fn control(&self, order: &str) {
        let url = format!("{}/{order}", self.told["control"].as_str().unwrap());
        let answer = self.client.post(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}

impl Stage for Daemons {
    type Node = Lnd;

    fn payer(&self) -> &Lnd {
        &self.payer
    }

    fn payee(&self) -> &Lnd {
        &self.payee
    }

    async fn restart_payer(&self) {
        self.control("restart/payer").await;
    }

    async fn restart_payee(&self) {
        self.control("restart/payee").await;
    }

    /// What is neither the payee's nor on its way. The payer opened the channel, and its own balance is told without the fee of the
    /// commitment transaction.
    async fn payer_balance_sats(&self) -> u64 {
        let answer = self.ask(self.client.get(self.url("payer", "/v1/channels")), "payer").await;
        let sats = |field: &str| answer["channels"][0][field].as_str().unwrap().parse::<u64>().unwrap();
        sats("capacity") - sats("remote_balance") - sats("unsettled_balance")
    }
}

scenarios!(Daemons::lock().await, #[ignore = "needs lnd: tools/with-lnd"]);

#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn says_what_lnd_says_of_itself() {
    let daemons = Daemons::lock().await;
    for (name, node) in [("payer", &daemons.payer), ("payee", &daemons.payee)] {
        let info = node.node().await.unwrap();
        assert_eq!(info.public_key, daemons.told[name]["public_key"].as_str().unwrap());
        assert_eq!((info.network, info.alias.as_str()), (BitcoinNetwork::Regtest, name));
    }
}

#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn refuses_another_nodes_certificate_and_macaroon() {
    let daemons = Daemons::lock().await;
    let (payer, payee) = (&daemons.told["payer"], &daemons.told["payee"]);
    let with = |url: &Value, certificate: &Value, macaroon: &Value| {
        let macaroon = Macaroon::from_file(macaroon.as_str().unwrap()).unwrap();
        let certificate = Certificate::from_file(certificate.as_str().unwrap()).unwrap();
        let settings = LndSettings::new(url.as_str().unwrap(), macaroon).unwrap().with_certificate(certificate);
        Lnd::connect(settings).unwrap()
    };
    let swapped = with(&payer["url"], &payee["certificate"], &payer["macaroon"]);
    let outcome = swapped.node().await;
    assert!(matches!(outcome, Err(Error::WrongCertificate { .. })), "{outcome:?}");
    let swapped = with(&payer["url"], &payer["certificate"], &payee["macaroon"]);
    let outcome = swapped.node().await;
    assert!(matches!(outcome, Err(Error::Unauthorized { .. })), "{outcome:?}");
    // One that may look, but neither make invoices nor pay.
    let folder = std::path::Path::new(payer["macaroon"].as_str().unwrap()).parent().unwrap();
    let only_reads = Value::from(folder.join("readonly.macaroon").to_str().unwrap());
    let only_reads = with(&payer["url"], &payer["certificate"], &only_reads);
    only_reads.node().await.unwrap();
    let preimage = Preimage::new([0x5a; 32]);
    let outcome = only_reads.settle(preimage).await;
    assert!(matches!(outcome, Err(Error::Unauthorized { .. })), "{outcome:?}");
    // Not the node's own certificate, and no other is believed by this machine.
    let macaroon = Macaroon::from_file(payer["macaroon"].as_str().unwrap()).unwrap();
    let unpinned = Lnd::connect(LndSettings::new(payer["url"].as_str().unwrap(), macaroon).unwrap()).unwrap();
    let outcome = unpinned.node().await;
    assert!(matches!(outcome, Err(Error::WrongCertificate { .. })), "{outcome:?}");
}

/// Whoever waits for a payment is gone after some time, also while the node is at work.
#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn a_payment_that_nobody_waits_for_is_paid_once() {
    const PAYMENTS: u64 = 40;
    let daemons = Daemons::lock().await;
    let before = daemons.payer_balance_sats().await;
    for step in 0..PAYMENTS {
        let preimage = fresh_preimage();
        let invoice = daemons.payee.make_invoice(&request(InvoiceLock::Preimage(preimage))).await.unwrap();
        let _ = tokio::time::timeout(Duration::from_millis(2 * step), daemons.payer.pay(&invoice, &LIMITS)).await;
        assert_eq!(daemons.payer.pay(&invoice, &LIMITS).await.unwrap().preimage, preimage, "step {step}");
    }
    assert_eq!(before - daemons.payer_balance_sats().await, PAYMENTS * AMOUNT_SATS);
}

/// The payer's node is killed some time after a payment was ordered. It may then not know for good what became of it
/// (docs/lnd.md), but never pays twice, and never says that something failed that was paid.
#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn a_payer_that_is_killed_while_it_pays_pays_at_most_once() {
    let daemons = Daemons::lock().await;
    let (payer, payee) = (&daemons.payer, &daemons.payee);
    let limits = PaymentLimits { timeout: Duration::from_secs(4), ..LIMITS };
    let before = daemons.payer_balance_sats().await;
    let mut paid = 0;
    for delay in [5, 15, 25, 33, 41, 49, 57, 90].map(Duration::from_millis) {
        let preimage = fresh_preimage();
        let invoice = payee.make_invoice(&request(InvoiceLock::Preimage(preimage))).await.unwrap();
        let state = async || payee.invoice(invoice.payment_hash()).await.unwrap().unwrap().state;
        let first = tokio::spawn({
            let (payer, invoice) = (payer.clone(), invoice.clone());
            async move { payer.pay(&invoice, &limits).await }
        });
        tokio::time::sleep(delay).await;
        daemons.restart_payer().await;
        let first = first.await.unwrap();
        assert!(!matches!(first, Err(Error::PaymentFailed { .. })), "{delay:?}: {first:?}");
        let mut outcome = payer.pay(&invoice, &limits).await;
        if matches!(outcome, Err(Error::PaymentFailed { .. })) {
            assert_eq!(state().await, InvoiceState::Open, "{delay:?}: {outcome:?}");
            outcome = payer.pay(&invoice, &limits).await;
        }
        match outcome {
            Ok(proof) => {
                assert_eq!((proof.preimage, state().await), (preimage, InvoiceState::Paid), "{delay:?}");
                paid += 1;
            }
            Err(Error::PaymentPending { .. }) => {
                // The way out that is documented.
                assert_eq!(state().await, InvoiceState::Open, "{delay:?}");
                payee.cancel(invoice.payment_hash()).await.unwrap();
                assert!(first.is_err(), "{delay:?}: {first:?}");
            }
            outcome => panic!("{delay:?}: {outcome:?}"),
        }
    }
    assert_eq!(before - daemons.payer_balance_sats().await, paid * AMOUNT_SATS);
}

/// A node that is told to end says so in the midst of a payment, which is no word about the payment.
#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn a_payment_is_open_when_the_payers_node_is_stopped() {
    let daemons = Daemons::lock().await;
    let preimage = fresh_preimage();
    let invoice = daemons.payee.make_invoice(&request(InvoiceLock::Held(preimage.payment_hash()))).await.unwrap();
    let stop = async {
        while daemons.payee.invoice(invoice.payment_hash()).await.unwrap().unwrap().state != InvoiceState::Held {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        daemons.control("stop/payer").await;
    };
    let (outcome, ()) = tokio::join!(daemons.payer.pay(&invoice, &LIMITS), stop);
    assert!(matches!(outcome, Err(Error::Unreachable { .. })), "{outcome:?}");
    daemons.payee.settle(preimage).await.unwrap();
    assert_eq!(daemons.payer.pay(&invoice, &LIMITS).await.unwrap().preimage, preimage);
}

/// What docs/lnd.md says that a payer's and a payee's macaroon need is enough, and nothing of it too much.
#[tokio::test]
#[ignore = "needs lnd: tools/with-lnd"]
async fn needs_the_permissions_that_are_documented() {
    let daemons = Daemons::lock().await;
    let payers = [("info", "read"), ("offchain", "read"), ("offchain", "write")];
    let payees = [("info", "read"), ("invoices", "read"), ("invoices", "write")];
    let payer = daemons.with_permissions("payer", &payers).await;
    let payee = daemons.with_permissions("payee", &payees).await;
    deal(&payer, &payee).await.unwrap();
    for missing in 0..payers.len() {
        let mut fewer = payers.to_vec();
        fewer.remove(missing);
        let outcome = deal(&daemons.with_permissions("payer", &fewer).await, &payee).await;
        assert!(matches!(outcome, Err(Error::Unauthorized { .. })), "without {:?}: {outcome:?}", payers[missing]);
        let mut fewer = payees.to_vec();
        fewer.remove(missing);
        let outcome = deal(&payer, &daemons.with_permissions("payee", &fewer).await).await;
        assert!(matches!(outcome, Err(Error::Unauthorized { .. })), "without {:?}: {outcome:?}", payees[missing]);
    }
}

/// Everything that two parties ask of their nodes, once with an invoice of each kind.
async fn deal(payer: &Lnd, payee: &Lnd) -> Result<(), Error> {
    payee.node().await?;
    let invoice = payee.make_invoice(&request(InvoiceLock::Preimage(fresh_preimage()))).await?;
    payer.pay(&invoice, &LIMITS).await?;
    payer.payment(invoice.payment_hash()).await?;
    let preimage = fresh_preimage();
    let invoice = payee.make_invoice(&request(InvoiceLock::Held(preimage.payment_hash()))).await?;
    let settle = async {
        while payee.invoice(invoice.payment_hash()).await?.map(|own| own.state) != Some(InvoiceState::Held) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        payee.settle(preimage).await
    };
    tokio::try_join!(payer.pay(&invoice, &LIMITS), settle)?;
    Ok(())
}

fn request(lock: InvoiceLock) -> InvoiceRequest {
    InvoiceRequest { lock, amount_sats: AMOUNT_SATS, description: String::new(), lifetime_seconds: 600 }
}

fn fresh_preimage() -> Preimage {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let seed = format!("{nanos} {} of lnd.rs", MADE.fetch_add(1, Ordering::Relaxed));
    Preimage::new(sha256::Hash::hash(seed.as_bytes()).to_byte_array())
}

fn settings(node: &Value) -> LndSettings {
    let macaroon = Macaroon::from_file(node["macaroon"].as_str().unwrap()).unwrap();
    let certificate = Certificate::from_file(node["certificate"].as_str().unwrap()).unwrap();
    LndSettings::new(node["url"].as_str().unwrap(), macaroon).unwrap().with_certificate(certificate)
}

/// For the test's own looks at a node; that ours looks closer is tested above.
fn believing_anybody() -> rustls::ClientConfig {
    use rustls::{
        DigitallySignedStruct, Error, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        pki_types::{CertificateDer, ServerName, UnixTime},
    };
    #[derive(Debug)]
    struct Anybody;
    impl ServerCertVerifier for Anybody {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }
        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }
        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody)).with_no_client_auth()
}
