//! Certificates made for a test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate authority that no computer trusts by itself.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, as a user would paste it.
    pub pem: String,
}

/// When a server's certificate is valid, as years.
#[derive(Debug, Clone, Copy)]
pub struct Valid {
    /// From the first of January of this year.
    pub from: i32,
    /// Until the first of January of this one.
    pub until: i32,
}

impl Valid {
    /// For as long as these tests will run.
    pub const NOW: Self = Self { from: 2020, until: 2090 };
}

impl Authority {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "ScaiKey test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What a TLS server for `name` needs, signed by this authority.
    #[must_use]
    pub fn server(&self, name: &str, valid: Valid) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(name, valid).signed_by(&key, &self.issuer).expect("a certificate");
        config(certificate.der().clone(), &key)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// What a TLS server for `name` needs, signed by itself; and its certificate as PEM.
#[must_use]
pub fn self_signed(name: &str) -> (Arc<ServerConfig>, String) {
    let key = KeyPair::generate().expect("a key");
    let certificate = params(name, Valid::NOW).self_signed(&key).expect("a certificate");
    (config(certificate.der().clone(), &key), certificate.pem())
}

fn params(name: &str, valid: Valid) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.not_before = date_time_ymd(valid.from, 1, 1);
    params.not_after = date_time_ymd(valid.until, 1, 1);
    params
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Arc::new(
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a certificate and its key"),
    )
}
