//! Which certificate authorities are trusted: those of a file, those of the system, or both.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;

use super::files::certificates;
use super::unusable::Unusable;

/// Names a bundle to use instead of the system's, as for OpenSSL.
pub(super) const BUNDLE: &str = "SSL_CERT_FILE";

/// Where systems keep their bundle.
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs/cacert.pem",
];

/// The system's bundle of authorities, if it has one in a known place.
pub(super) fn system_bundle() -> Option<PathBuf> {
    match base::process::variable(BUNDLE) {
        Some(path) => Some(PathBuf::from(path)),
        None => BUNDLES.iter().map(PathBuf::from).find(|path| path.exists()),
    }
}

/// The authorities of the PEM bundle `file` and, if `system`, those of the system; then `file` may be absent, but not
/// unusable.
pub(super) fn trusted(file: &Path, system: bool) -> Result<RootCertStore, Unusable> {
    let mut store = RootCertStore::empty();
    if !system || file.exists() {
        add(&mut store, file)?;
    }
    if system {
        match system_bundle().map(|bundle| add(&mut store, &bundle)) {
            Some(Ok(())) => {}
            Some(Err(cause)) if store.is_empty() => return Err(cause),
            Some(Err(cause)) => base::lines::system_roots_unusable(&cause),
            None if store.is_empty() => {
                return Err(Unusable::NoSystemBundle(BUNDLE, file.to_owned()));
            }
            None => base::lines::only_own_roots(&file.display()),
        }
    }
    Ok(store)
}

fn add(store: &mut RootCertStore, path: &Path) -> Result<(), Unusable> {
    let (usable, unusable) = store.add_parsable_certificates(certificates(path)?);
    if usable == 0 {
        return Err(Unusable::NoAuthority(path.to_owned()));
    }
    if unusable > 0 {
        base::lines::certificates_skipped(&unusable, &path.display());
    }
    Ok(())
}
