//! Items whose numbers stand for something: what a program's number becomes, once, when it is set.

use zeroize::Zeroizing;

use crate::digest;

/// What happens to a new message when the outbox is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Refuse it.
    RejectNew,
    /// Drop the oldest ones that were not yet sent.
    DropOldest,
    /// Drop the oldest unsent QoS 0 messages; refuse the new one when there are none.
    DropQos0First,
}

impl From<i64> for Overflow {
    fn from(number: i64) -> Overflow {
        match number {
            1 => Overflow::DropOldest,
            2 => Overflow::DropQos0First,
            _ => Overflow::RejectNew,
        }
    }
}

/// When what is written to the spool has to be on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpoolSync {
    /// When the system likes: survives the process only.
    Never,
    /// Within a second.
    Interval,
    /// Before `publish` returns, which then waits for the disk.
    Each,
}

impl From<i64> for SpoolSync {
    fn from(number: i64) -> SpoolSync {
        match number {
            0 => SpoolSync::Never,
            1 => SpoolSync::Interval,
            _ => SpoolSync::Each,
        }
    }
}

/// Whether the platform compares the timestamp of a login with its clock, and the HMAC of
/// passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampMethod {
    /// Not compared; HMAC-SHA256.
    Unchecked,
    Sha256,
    Sm3,
    /// A number beyond: SM3, and a digit of its own.
    Other(u32),
}

impl From<i64> for StampMethod {
    /// What is out of an `int`'s range counts as its end, less than 0 as 0.
    fn from(number: i64) -> StampMethod {
        match number {
            ..=0 => StampMethod::Unchecked,
            1 => StampMethod::Sha256,
            2 => StampMethod::Sm3,
            _ => StampMethod::Other(i32::try_from(number).unwrap_or(i32::MAX).unsigned_abs()),
        }
    }
}

impl StampMethod {
    /// In the client id, as the C SDK computes it: '0' and the number (3 gives `3`, 12 gives `<`).
    pub fn digit(self) -> char {
        let number = match self {
            StampMethod::Unchecked => 0,
            StampMethod::Sha256 => 1,
            StampMethod::Sm3 => 2,
            StampMethod::Other(number) => number,
        };
        char::from_u32(u32::from(b'0').saturating_add(number)).unwrap_or('0')
    }

    pub fn hmac(self, key: &[u8], message: &[u8]) -> Zeroizing<[u8; 32]> {
        match self {
            StampMethod::Unchecked | StampMethod::Sha256 => digest::hmac_sha256(key, message),
            StampMethod::Sm3 | StampMethod::Other(_) => digest::hmac_sm3(key, message),
        }
    }
}
