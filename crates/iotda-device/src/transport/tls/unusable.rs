//! Why certificates and keys cannot be used, in words that say what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::key::KeyFault;
use crate::error::debug_as_display;

/// Why no TLS connection can be tried with these files.
pub enum Unusable {
    /// The file is not there.
    Missing(PathBuf),
    Unreadable(PathBuf, io::Error),
    /// No certificate in the file, and what it seems to hold instead.
    NoCertificate(PathBuf, &'static str),
    /// None of the file's certificates is one to trust.
    NoAuthority(PathBuf),
    /// The system has no bundle: the variable that can name one, and the file of the platform's
    /// own.
    NoSystemBundle(&'static str, PathBuf),
    /// Nothing to check a server with: the variable that can name a bundle.
    NoBundle(&'static str),
    Key(PathBuf, KeyFault),
    /// The key is not that of the certificate.
    Pair {
        key: PathBuf,
        certificate: PathBuf,
    },
    /// Certificate and key together are refused.
    Client {
        certificate: PathBuf,
        key: PathBuf,
        cause: rustls::Error,
    },
    /// No configuration for TLS at all.
    Tls(rustls::Error),
    /// What is to be verified cannot be the name of a host.
    Name(String),
}

debug_as_display!(Unusable);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Missing(path) => write!(f, "{} is missing: put the file there", path.display()),
            Unusable::Unreadable(path, cause) => write!(f, "cannot read {}: {cause}", path.display()),
            Unusable::NoCertificate(path, instead) => {
                write!(f, "{} holds no PEM certificate{instead}", path.display())
            }
            Unusable::NoAuthority(path) => write!(f, "no certificate of {} can be used", path.display()),
            Unusable::NoSystemBundle(variable, path) => write!(
                f,
                "the system has no bundle of certificate authorities: set {variable} to one, or put the platform's into {}",
                path.display()
            ),
            Unusable::NoBundle(variable) => {
                write!(f, "no certificate authorities: set {variable} to a bundle of them")
            }
            Unusable::Key(path, fault) => write!(f, "private key {}: {fault}", path.display()),
            Unusable::Pair { key, certificate } => write!(
                f,
                "{} is not the key of {}: copy both files of the device again, as they were issued",
                key.display(),
                certificate.display()
            ),
            Unusable::Client {
                certificate,
                key,
                cause,
            } => write!(
                f,
                "{} and {} cannot be used: {cause}",
                certificate.display(),
                key.display()
            ),
            Unusable::Tls(cause) => cause.fmt(f),
            Unusable::Name(name) => write!(f, "{name} is neither a host name nor an IP address"),
        }
    }
}

impl std::error::Error for Unusable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unusable::Unreadable(_, cause) => Some(cause),
            Unusable::Key(_, cause) => Some(cause),
            Unusable::Client { cause, .. } | Unusable::Tls(cause) => Some(cause),
            _ => None,
        }
    }
}
