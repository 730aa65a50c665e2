//! Why a connection or a report failed, once it was under way.

use std::fmt;

/// Why a connection, a subscription or a report ended without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    code: i32,
    reason: String,
}

impl Failure {
    pub(super) fn new(code: i32, reason: impl Into<String>) -> Failure {
        Failure {
            code,
            reason: reason.into(),
        }
    }

    /// The number that C programs get for it (docs/spec/connection.md#connect-failure): negative if
    /// it comes from the library, else the reason code of MQTT.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// In words; may be empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason.is_empty() {
            true => write!(f, "code {}", self.code),
            false => write!(f, "{} (code {})", self.reason, self.code),
        }
    }
}

impl std::error::Error for Failure {}
