//! Why a transfer failed, and the words that the platform knows it by.

use std::fmt;
use std::io;

/// Why a transfer failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// What came is not what was announced.
    Wrong,
    Url,
    Scheme,
    Name,
    Connect,
    /// The server's certificate is refused.
    Certificate,
    /// The certificates to check it with cannot be used; why.
    Trust(String),
    Handshake,
    Timeout,
    /// By [`Stop`](super::Stop).
    Stopped,
    /// Closed without an answer.
    Empty,
    /// Closed within the answer.
    Partial,
    Receive,
    Send,
    /// Not HTTP.
    Answer,
    /// The file on this side, and what happened to it.
    Local(String),
}

impl Failure {
    /// What the connection says about itself, else `other`.
    pub(super) fn of(error: &io::Error, other: Failure) -> Failure {
        let inner = error.get_ref();
        if let Some(failure) = inner.and_then(|e| e.downcast_ref::<Failure>()) {
            return failure.clone();
        }
        match inner.and_then(|e| e.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(_)) => Failure::Certificate,
            _ => other,
        }
    }

    /// The text the platform knows it by in a transfer's result report
    /// (docs/spec/services.md#transfer).
    pub fn description(&self) -> &'static str {
        match self {
            Failure::Url => "URL using bad/illegal format or missing URL",
            Failure::Scheme => "Unsupported protocol",
            Failure::Name => "Couldn't resolve host name",
            Failure::Connect => "Couldn't connect to server",
            Failure::Certificate => "SSL peer certificate or SSH remote key was not OK",
            Failure::Trust(_) => "Problem with the SSL CA cert (path? access rights?)",
            Failure::Handshake => "SSL connect error",
            Failure::Timeout => "Timeout was reached",
            Failure::Stopped => "Operation was aborted by an application callback",
            Failure::Empty => "Server returned nothing (no headers, no data)",
            Failure::Partial => "Transferred a partial file",
            Failure::Receive => "Failure when receiving data from the peer",
            Failure::Send => "Failed sending data to the peer",
            Failure::Answer => "Weird server reply",
            Failure::Wrong | Failure::Local(_) => "Failed writing received data to disk/application",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Trust(why) | Failure::Local(why) => f.write_str(why),
            other => f.write_str(other.description()),
        }
    }
}

impl std::error::Error for Failure {}
