//! TLS to the platform.

use std::path::{Path, PathBuf};

use super::secret::Secret;

/// The files of one TLS connection; they are read at each attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// PEM bundle of the certificate authorities to trust; nothing else is.
    pub root: PathBuf,
    /// Certificate mode.
    pub client: Option<Client>,
    /// Whether the server's certificate must be for the host we dial.
    pub verify_host: bool,
}

/// Client certificate (PEM chain) and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Ignored when the key is not encrypted.
    pub key_password: Option<Secret>,
}

/// Switches host name verification off when set to `1` (spec 18.12).
pub const NO_HOSTNAME_CHECK: &str = "IOTDA_TLS_NO_HOSTNAME_CHECK";

impl Settings {
    /// The files of spec 4.1 below the work directory.
    pub fn from_work_dir(work: &Path, client: Option<Option<Secret>>) -> Self {
        let conf = work.join("conf");
        Settings {
            root: conf.join("rootcert.pem"),
            client: client.map(|key_password| Client {
                certificate: conf.join("deviceCert.pem"),
                key: conf.join("deviceCert.key"),
                key_password,
            }),
            verify_host: std::env::var_os(NO_HOSTNAME_CHECK).is_none_or(|value| value != "1"),
        }
    }
}
