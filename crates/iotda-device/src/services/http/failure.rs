//! Why a transfer failed, and the words that the platform knows it by.

use std::fmt;
use std::io;

use crate::error::debug_as_display;
use crate::transport::tls::Unusable;

/// Why a transfer failed.
pub enum Failure {
    Url,
    Scheme,
    Name,
    Connect,
    /// The server's certificate is refused.
    Certificate,
    /// The certificates to check it with cannot be used.
    Trust(Unusable),
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
    /// The file on this side has become shorter while it was sent.
    Shorter,
    /// It cannot be read.
    Read(io::Error),
    /// It cannot be written.
    Write(io::Error),
    /// It cannot take its name.
    Place(io::Error),
}

impl Failure {
    /// What the connection says about itself, else `other`.
    pub(super) fn of(error: io::Error, other: Failure) -> Failure {
        let error = match error.downcast::<Failure>() {
            Ok(failure) => return failure,
            Err(error) => error,
        };
        match error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) {
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
            Failure::Shorter | Failure::Read(_) | Failure::Write(_) | Failure::Place(_) => {
                "Failed writing received data to disk/application"
            }
        }
    }
}

debug_as_display!(Failure);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Trust(why) => why.fmt(f),
            Failure::Shorter => f.write_str("the file has become shorter meanwhile"),
            Failure::Read(cause) => write!(f, "the file cannot be read: {cause}"),
            Failure::Write(cause) => write!(f, "the file cannot be written: {cause}"),
            Failure::Place(cause) => cause.fmt(f),
            other => f.write_str(other.description()),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failure::Trust(why) => Some(why),
            Failure::Read(cause) | Failure::Write(cause) | Failure::Place(cause) => Some(cause),
            _ => None,
        }
    }
}

/// Equal are those of one kind that say the same.
impl PartialEq for Failure {
    fn eq(&self, other: &Failure) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.to_string() == other.to_string()
    }
}
