//! TLS to other servers than the platform's broker: package and file stores. Those use public authorities, so the system's store
//! is trusted; chain and host name are always verified.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use super::certificates;

/// Names a bundle to use instead of the system's, as for OpenSSL.
const BUNDLE: &str = "SSL_CERT_FILE";

/// Where systems keep their bundle.
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs/cacert.pem",
];

/// Trusts the system's authorities and those of the PEM bundle `also`, if it exists. The error is one line for the log.
pub fn web_client(also: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    let system = match std::env::var_os(BUNDLE).filter(|path| !path.is_empty()) {
        Some(path) => Some(PathBuf::from(path)),
        None => BUNDLES.iter().map(PathBuf::from).find(|path| path.exists()),
    };
    for path in system.as_deref().into_iter().chain(also.filter(|path| path.exists())) {
        match certificates(path) {
            Ok(found) => drop(roots.add_parsable_certificates(found)),
            Err(cause) => crate::warn!("{cause}"),
        }
    }
    if roots.is_empty() {
        return Err(format!("no certificate authorities: set {BUNDLE} to a bundle of them"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}
