//! TLS to the platform: which certificates are trusted, what is verified, and why an attempt failed.
//!
//! Only `rootcert.pem` is trusted unless the system's authorities are asked for, TLS 1.2 is the
//! minimum, and the host name is verified unless the environment says otherwise
//! (docs/spec/connection.md#host-name). Files are read at each attempt, so that a renewed
//! certificate needs no restart.

mod files;
mod key;
mod pem;
mod roots;
mod unusable;
mod verify;
mod web;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::{PrivateKeyDer, ServerName};

pub use self::key::KeyFault;
pub use self::unusable::Unusable;
pub(crate) use self::verify::explain;
pub use self::web::web_client;
use super::secret::Secret;

/// The files of one TLS connection; they are read at each attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// PEM bundle of the certificate authorities to trust.
    pub root: PathBuf,
    /// Trust those of the system as well; `root` may be absent then.
    pub system_roots: bool,
    /// Certificate mode.
    pub client: Option<Client>,
    /// Whether the server's certificate must be for the host we dial.
    pub verify_host: bool,
    /// What has switched that off, for the log.
    pub unverified_by: &'static str,
    /// The name to send and to verify where it is not the host we dial.
    pub server_name: Option<String>,
    /// Protocol names to offer (ALPN), the preferred one first; WebSocket has its own.
    pub alpn: Vec<Vec<u8>>,
}

/// Client certificate (PEM chain) and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Ignored when the key is not encrypted.
    pub key_password: Option<Secret>,
}

impl Client {
    /// The key's DER.
    pub fn private_key(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, Unusable> {
        let key = self.load_key()?;
        Ok(key.secret_der().to_vec().into())
    }

    fn load_key(&self) -> Result<PrivateKeyDer<'static>, Unusable> {
        let text = files::read(&self.key)?;
        key::read(&text, self.key_password.as_ref()).map_err(|why| Unusable::Key(self.key.clone(), why))
    }
}

/// Switches host name verification off when set to `1` (docs/spec/connection.md#host-name).
pub const NO_HOSTNAME_CHECK: &str = "IOTDA_TLS_NO_HOSTNAME_CHECK";

impl Settings {
    /// The files of docs/spec/connection.md#certificate-files below the work directory; `client` is
    /// `Some` in certificate mode and holds the password of the key, if any.
    pub fn from_work_dir(work: &Path, client: Option<Option<Secret>>) -> Self {
        let conf = work.join("conf");
        Settings {
            root: conf.join("rootcert.pem"),
            system_roots: false,
            client: client.map(|key_password| Client {
                certificate: conf.join("deviceCert.pem"),
                key: conf.join("deviceCert.key"),
                key_password,
            }),
            verify_host: base::process::variable(NO_HOSTNAME_CHECK).is_none_or(|value| value != "1"),
            unverified_by: "IOTDA_TLS_NO_HOSTNAME_CHECK is set",
            server_name: None,
            alpn: Vec::new(),
        }
    }

    /// The files that must exist before an attempt (docs/spec/connection.md#certificate-files).
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let client = self
            .client
            .iter()
            .flat_map(|client| [client.certificate.as_path(), client.key.as_path()]);
        let root = (!self.system_roots).then_some(self.root.as_path());
        root.into_iter().chain(client)
    }

    /// Reads the files.
    pub(super) fn load(&self, alpn: Vec<Vec<u8>>) -> Result<Arc<ClientConfig>, Unusable> {
        let roots = roots::trusted(&self.root, self.system_roots)?;
        let builder = verify::trusting(roots, self.verify_host)?;
        let mut config = match &self.client {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let chain = files::certificates(&client.certificate)?;
                files::judge_private(&client.key);
                builder
                    .with_client_auth_cert(chain, client.load_key()?)
                    .map_err(|e| client_error(client, e))?
            }
        };
        config.resumption = rustls::client::Resumption::disabled();
        config.alpn_protocols = alpn;
        Ok(Arc::new(config))
    }

    /// The name to verify and to send. A name that cannot be one is refused, except where it is not verified.
    pub(super) fn name_for(&self, host: &str) -> Result<ServerName<'static>, Unusable> {
        let name = self.server_name.as_deref().unwrap_or(host);
        match ServerName::try_from(super::tcp::bare_host(name).to_owned()) {
            Ok(name) => Ok(name),
            Err(_) if !self.verify_host => {
                ServerName::try_from("unverified.invalid").map_err(|_| Unusable::Name(name.to_owned()))
            }
            Err(_) => Err(Unusable::Name(name.to_owned())),
        }
    }
}

fn client_error(client: &Client, error: rustls::Error) -> Unusable {
    let (certificate, key) = (client.certificate.clone(), client.key.clone());
    match error {
        rustls::Error::InconsistentKeys(_) => Unusable::Pair { key, certificate },
        cause => Unusable::Client {
            certificate,
            key,
            cause,
        },
    }
}

/// An I/O error for the log, TLS ones in words.
pub(super) fn describe(error: &io::Error) -> String {
    explain(error).unwrap_or_else(|| match error.kind() {
        io::ErrorKind::UnexpectedEof => "closed by the platform".to_owned(),
        _ => error.to_string(),
    })
}
