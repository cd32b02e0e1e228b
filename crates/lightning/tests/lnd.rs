//! The suite of scenarios on two lnd nodes, which `tools/with-lnd` starts and names in `BARTER_TEST_LND`:
//!
//! ```text
//! tools/with-lnd cargo test -p barter-lightning --features lnd --test lnd -- --ignored
//! ```
#![cfg(feature = "lnd")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod scenarios;

use std::{env, fs, sync::Arc};

use barter_lightning::{
    BitcoinNetwork, Error, Lightning,
    lnd::{Certificate, Lnd, LndSettings, Macaroon},
};
use reqwest::Client;
use scenarios::{Stage, scenarios};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

/// There is one pair of nodes, and a scenario at a time.
static NODES: Mutex<()> = Mutex::const_new(());

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

    async fn restart(&self, name: &str) {
        let url = format!("{}/restart/{name}", self.told["control"].as_str().unwrap());
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
        self.restart("payer").await;
    }

    async fn restart_payee(&self) {
        self.restart("payee").await;
    }

    /// What is neither the payee's nor on its way. The payer opened the channel, and its own balance is told without the fee of the
    /// commitment transaction.
    async fn payer_balance_sats(&self) -> u64 {
        let payer = &self.told["payer"];
        let macaroon = hex_of(&fs::read(payer["macaroon"].as_str().unwrap()).unwrap());
        let request = self.client.get(format!("{}/v1/channels", payer["url"].as_str().unwrap()));
        let answer = request.header("Grpc-Metadata-macaroon", macaroon).send().await.unwrap().bytes().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
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
    let preimage = barter_protocol::Preimage::new([0x5a; 32]);
    let outcome = only_reads.settle(preimage).await;
    assert!(matches!(outcome, Err(Error::Unauthorized { .. })), "{outcome:?}");
    // Not the node's own certificate, and no other is believed by this machine.
    let macaroon = Macaroon::from_file(payer["macaroon"].as_str().unwrap()).unwrap();
    let unpinned = Lnd::connect(LndSettings::new(payer["url"].as_str().unwrap(), macaroon).unwrap()).unwrap();
    let outcome = unpinned.node().await;
    assert!(matches!(outcome, Err(Error::WrongCertificate { .. })), "{outcome:?}");
}

fn settings(node: &Value) -> LndSettings {
    let macaroon = Macaroon::from_file(node["macaroon"].as_str().unwrap()).unwrap();
    let certificate = Certificate::from_file(node["certificate"].as_str().unwrap()).unwrap();
    LndSettings::new(node["url"].as_str().unwrap(), macaroon).unwrap().with_certificate(certificate)
}

fn hex_of(bytes: &[u8]) -> String {
    use bitcoin::hex::DisplayHex as _;
    bytes.to_lower_hex_string()
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
