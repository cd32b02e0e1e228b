//! TLS: whose certificate is believed.

use std::{fmt, fs::File, io::Read, path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::{refusal::shown_path, settings::invalid};
use crate::Error;

/// Certificates in a file. More than a chain has is some other file.
const MAX_CERTIFICATES: usize = 16;

/// Most that is read of a file: more than as many certificates have.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The certificate a node is known by, such as the `tls.cert` that LND makes for itself.
///
/// A node that shows this very certificate is believed, whatever name and dates are in it: the connection's signature proves
/// that it has the key. Otherwise the certificate is an authority, and the node's has to be signed by it, for the host of the
/// address.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// One, or a chain.
    certificates: Vec<CertificateDer<'static>>,
    roots: Vec<rustls::pki_types::TrustAnchor<'static>>,
}

impl Certificate {
    /// Reads a file in PEM.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] if it cannot be read or holds no certificate.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let setting = shown_path(path.as_ref(), "the certificate file");
        let mut text = Vec::new();
        let read = File::open(path.as_ref()).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut text));
        read.map_err(|error| invalid(&setting, format!("cannot be read: {error}")))?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(invalid(
                &setting,
                format!("has more than {MAX_FILE_BYTES} bytes, expected certificates in PEM"),
            ));
        }
        Self::parse(&setting, &text)
    }

    /// Reads a certificate in PEM.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] if it is none.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        Self::parse("the certificate", text.as_bytes())
    }

    /// Reads one in PEM. Errors name the setting.
    pub(super) fn parse(setting: &str, text: &[u8]) -> Result<Self, Error> {
        let mut certificates = Vec::new();
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(text) {
            let certificate = certificate.map_err(|error| invalid(setting, format!("is no PEM: {error}")))?;
            roots
                .add(certificate.clone())
                .map_err(|error| invalid(setting, format!("holds no certificate: {error}")))?;
            certificates.push(certificate);
        }
        if certificates.is_empty() || certificates.len() > MAX_CERTIFICATES {
            let found = certificates.len();
            return Err(invalid(
                setting,
                format!("holds {found} certificates in PEM, expected 1 to {MAX_CERTIFICATES}"),
            ));
        }
        Ok(Self { certificates, roots: roots.roots })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Certificate({} in PEM)", self.certificates.len())
    }
}

/// How a connection is encrypted. Believed is the certificate, or without one those that this machine believes.
pub(super) fn tls_config(is_https: bool, certificate: Option<Certificate>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let unusable = |reason: String| invalid("TLS", format!("cannot be set up: {reason}"));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?;
    if !is_https {
        // Nothing is encrypted, and a machine without certificates is no obstacle.
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let Some(certificate) = certificate else {
        let builder = builder.with_platform_verifier().map_err(|error| unusable(error.to_string()))?;
        return Ok(builder.with_no_client_auth());
    };
    let verifier = Pinned::new(certificate, &provider).map_err(unusable)?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// Believes one certificate, and what it has signed. LND's own is marked as an authority's, which rustls takes for no server's:
/// hence compared here byte for byte.
#[derive(Debug)]
struct Pinned {
    certificates: Vec<CertificateDer<'static>>,
    signed: Arc<WebPkiServerVerifier>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Pinned {
    fn new(certificate: Certificate, provider: &Arc<CryptoProvider>) -> Result<Self, String> {
        let Certificate { certificates, roots } = certificate;
        let signed =
            WebPkiServerVerifier::builder_with_provider(Arc::new(RootCertStore { roots }), Arc::clone(provider))
                .build()
                .map_err(|error| error.to_string())?;
        Ok(Self { certificates, signed, algorithms: provider.signature_verification_algorithms })
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.certificates.iter().any(|certificate| certificate == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.signed.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
