//! One error for the whole library: what failed, why, and the C code it becomes at the border.

use std::fmt;

/// Why a call was refused or an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A mandatory argument is NULL or a mandatory setting is unset; names it.
    Missing(&'static str),
    /// A value outside its range; names it.
    Invalid(&'static str),
    /// Something named does not exist (work directory, configuration item).
    NotAvailable(String),
    /// `IOTA_Init` on a device that is initialised already.
    AlreadyInitialised,
    /// The device is not in a state in which the call makes sense; says which.
    State(&'static str),
    /// An argument that the call refuses without a code of its own; says what is wrong with it.
    Refused(&'static str),
    /// A text that must be JSON is not; names it. Only where the C API has a code for it.
    Json(&'static str),
    /// No password can be made: no secret, or a group secret that is not Base64.
    Secret(&'static str),
    /// The connection cannot be attempted with this configuration.
    Connect(String),
    /// A certificate or key file is missing; its path.
    CertificateMissing(String),
    /// `IOTA_DisConnect` without a connection.
    NotConnected,
    /// The outbox is full (messages or bytes).
    QueueFull,
    /// The text is not UTF-8 or not a legal MQTT string; names it.
    Text(&'static str),
    /// Memory is too short for a payload, or it is larger than any MQTT packet.
    Memory,
    /// An operating system failure; what was tried and the system's text.
    System(String),
}

impl Error {
    /// The `IOTA_…` code of the C ABI (spec/connection.md, "Return codes used here").
    pub fn code(&self) -> i32 {
        match self {
            Error::State(_)
            | Error::Refused(_)
            | Error::QueueFull
            | Error::Memory
            | Error::Text(_)
            | Error::System(_) => -1,
            Error::Missing(_) => -101,
            Error::NotAvailable(_) => -102,
            Error::AlreadyInitialised => -103,
            Error::Secret(_) => -105,
            Error::Connect(_) => -106,
            Error::CertificateMissing(_) => -108,
            Error::NotConnected => -109,
            Error::Json(_) => -110,
            Error::Invalid(_) => -111,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing(what) => write!(f, "{what} is missing: pass it or configure it first"),
            Error::Invalid(what) => write!(f, "{what} is outside its range"),
            Error::NotAvailable(what) => write!(f, "{what} does not exist"),
            Error::AlreadyInitialised => write!(f, "already initialised: call IOTA_Destroy before IOTA_Init"),
            Error::State(what) => write!(f, "{what}"),
            Error::Refused(what) => write!(f, "refused: {what}"),
            Error::Json(what) => write!(f, "{what} is not JSON"),
            Error::Secret(why) => write!(f, "no password can be made: {why}"),
            Error::Connect(why) => write!(f, "cannot connect: {why}"),
            Error::CertificateMissing(path) => write!(f, "certificate or key file not found: {path}"),
            Error::NotConnected => write!(f, "not connected"),
            Error::QueueFull => write!(
                f,
                "the queue of unsent messages is full: wait for publish callbacks or raise its limits"
            ),
            Error::Text(what) => write!(f, "{what} is not valid UTF-8 or holds a character MQTT forbids"),
            Error::Memory => write!(
                f,
                "memory is too short for this payload, or no packet can hold it: send less at once"
            ),
            Error::System(what) => write!(f, "{what}"),
        }
    }
}

impl std::error::Error for Error {}

/// What the library's fallible calls return.
pub type Result<T> = std::result::Result<T, Error>;
