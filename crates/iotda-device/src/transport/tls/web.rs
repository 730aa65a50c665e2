//! TLS to other servers than the platform's broker: package and file stores. Those use public authorities, so the system's store
//! is trusted; chain and host name are always verified.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use super::files::certificates;
use super::roots::{BUNDLE, system_bundle};
use super::unusable::Unusable;
use super::verify::trusting;

/// Trusts the system's authorities and those of the PEM bundle `also`, if it exists.
pub fn web_client(also: Option<&Path>) -> Result<Arc<ClientConfig>, Unusable> {
    let mut roots = RootCertStore::empty();
    let system = system_bundle();
    for path in system.as_deref().into_iter().chain(also.filter(|path| path.exists())) {
        match certificates(path) {
            Ok(found) => drop(roots.add_parsable_certificates(found)),
            Err(cause) => base::lines::web_roots_unusable(&cause),
        }
    }
    if roots.is_empty() {
        return Err(Unusable::NoBundle(BUNDLE));
    }
    let mut config = trusting(roots, true)?.with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}
