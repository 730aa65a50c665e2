//! The files with certificates and keys.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustls::pki_types::CertificateDer;

use super::pem;
use super::unusable::Unusable;

pub(super) fn read(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Unusable> {
    std::fs::read(path)
        .map(zeroize::Zeroizing::new)
        .map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Unusable::Missing(path.to_owned()),
            _ => Unusable::Unreadable(path.to_owned(), e),
        })
}

/// Warns if others than its owner can read or change the file of a private key.
pub(super) fn judge_private(path: &Path) {
    let mode = std::fs::metadata(path).map_or(0, |file| file.permissions().mode() & 0o7777);
    if mode & 0o066 != 0 {
        base::lines::key_exposed(&path.display(), &format_args!("{mode:04o}"));
    }
}

pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let text = read(path)?;
    let chain: Vec<CertificateDer<'static>> = pem::blocks(&text)
        .into_iter()
        .filter(|block| {
            matches!(
                block.label.as_str(),
                "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"
            )
        })
        .map(|block| CertificateDer::from(block.der.to_vec()))
        .collect();
    if chain.is_empty() {
        return Err(Unusable::NoCertificate(path.to_owned(), pem::instead(&text)));
    }
    Ok(chain)
}
