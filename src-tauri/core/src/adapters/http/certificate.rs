//! What a connection's TLS was, for showing. It was checked by rustls before any of this is read.

use reqwest::tls::{TlsInfo, Version};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::contract::TlsView;
use crate::oauth::refusal::shown;

/// Version, and who signed whose certificate until when.
pub(super) fn view(info: &TlsInfo) -> TlsView {
    let certificate = info.peer_certificate().and_then(|der| X509Certificate::from_der(der).ok());
    let certificate = certificate.as_ref().map(|(_, certificate)| certificate);
    TlsView {
        version: info.version().and_then(version),
        issuer: certificate.map(|certificate| shown(&certificate.issuer().to_string())),
        subject: certificate.map(|certificate| shown(&certificate.subject().to_string())),
        valid_until: certificate
            .map(|certificate| certificate.validity().not_after.timestamp().saturating_mul(1_000)),
    }
}

fn version(version: Version) -> Option<String> {
    let known = [(Version::TLS_1_2, "TLS 1.2"), (Version::TLS_1_3, "TLS 1.3")];
    known.iter().find(|(known, _)| *known == version).map(|(_, name)| (*name).to_owned())
}
