//! Who connects: client id, timestamp and password of the CONNECT packet
//! (docs/spec/connection.md#login). Pure.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use zeroize::Zeroizing;

use super::secret::Secret;
use crate::config::StampMethod;
use crate::digest;
use crate::error::{Error, Result};
use crate::protocol::time::UnixMs;

/// How the device proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// Device secret; register bootstrap too.
    Secret(Secret),
    /// Client certificate; no password.
    Certificate,
    /// Group bootstrap with the decoded group secret (see [`decode_group_secret`]).
    GroupSecret { scope: String, secret: Secret },
    /// Group bootstrap with a client certificate.
    GroupCertificate { scope: String },
}

/// Fixed at the moment when the client is "built" (docs/spec/connection.md#connect); gives the
/// credentials of each attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    device_id: String,
    login: Login,
    bridge: bool,
    method: StampMethod,
    built: i64,
}

/// Fields of one CONNECT packet.
#[derive(Debug)]
pub struct Credentials {
    pub client_id: String,
    pub user: String,
    pub password: Option<Secret>,
}

impl Identity {
    /// `method` is item 15; `now` is in seconds since 1970.
    pub fn new(device_id: impl Into<String>, login: Login, bridge: bool, method: StampMethod, now: i64) -> Self {
        Identity {
            device_id: device_id.into(),
            login,
            bridge,
            method,
            built: now,
        }
    }

    pub fn device_id(&self) -> &str {
        &self.device_id
    }

    /// Tells other credentials from these within this process, and nothing else.
    pub fn login_mark(&self) -> u64 {
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let (kind, scope, secret) = match &self.login {
            Login::Secret(secret) => (0, "", secret.expose()),
            Login::Certificate => (1, "", &[][..]),
            Login::GroupSecret { scope, secret } => (2, scope.as_str(), secret.expose()),
            Login::GroupCertificate { scope } => (3, scope.as_str(), &[][..]),
        };
        KEY.hash_one((kind, scope, secret))
    }

    /// Whether the platform is asked to compare the timestamp with its clock.
    pub fn stamp_checked(&self) -> bool {
        self.method != StampMethod::Unchecked
    }

    /// The credentials for an attempt at `now`: those of the first attempt while stamp checking is
    /// off, fresh ones otherwise (docs/spec/connection.md#freshness).
    pub fn credentials(&self, now: i64) -> Credentials {
        let stamp = timestamp(if self.stamp_checked() { now } else { self.built });
        let id = &self.device_id;
        let digit = self.method.digit();
        let kind = if self.bridge { 3 } else { 0 };
        let (client_id, password) = match &self.login {
            Login::Secret(secret) => (
                format!("{id}_{kind}_{digit}_{stamp}"),
                Some(password(self.method, &stamp, secret.expose())),
            ),
            Login::Certificate => (format!("{id}_{kind}_{digit}_{stamp}"), None),
            Login::GroupSecret { scope, secret } => {
                let inner = hex_mac(self.method, id.as_bytes(), secret.expose());
                (
                    format!("{id}_0_{scope}_{digit}_{stamp}"),
                    Some(password(self.method, &stamp, inner.as_bytes())),
                )
            }
            Login::GroupCertificate { scope } => (format!("{id}_0_{scope}"), None),
        };
        Credentials {
            client_id,
            user: id.clone(),
            password,
        }
    }
}

/// The password for a secret at a timestamp: the timestamp is the key, the secret is the message.
pub fn password(method: StampMethod, stamp: &str, secret: &[u8]) -> Secret {
    Secret::new(hex_mac(method, stamp.as_bytes(), secret).as_bytes())
}

/// 64 lower-case hex characters of the HMAC that item 15 chooses.
pub fn hex_mac(method: StampMethod, key: &[u8], message: &[u8]) -> Zeroizing<String> {
    digest::hex(&*method.hmac(key, message))
}

/// `YYYYMMDDHH` in UTC for seconds since 1970.
pub fn timestamp(now: i64) -> String {
    UnixMs(now.saturating_mul(1000)).hour()
}

/// Decodes item 16: standard alphabet, padded or not; white space is skipped. Any other text is an
/// error, which only group bootstrap may report (docs/spec/connection.md#group-secret).
pub fn decode_group_secret(text: &str) -> Result<Secret> {
    let compact: Zeroizing<Vec<u8>> = Zeroizing::new(text.bytes().filter(|b| !b.is_ascii_whitespace()).collect());
    match digest::base64_decode(&compact) {
        Some(bytes) if !bytes.is_empty() => Ok(Secret::new(bytes)),
        Some(_) => Err(Error::Secret("the group secret is empty")),
        None => Err(Error::Secret("the group secret is not Base64")),
    }
}

#[cfg(test)]
#[path = "auth_tests.rs"]
mod tests;
