//! The one table of the library's ERROR and WARNING lines. Each entry has a stable identifier, the text of the line,
//! and, for documentation only, its cause and its cure; docs/errors.md is written from it.
//!
//! # How to add a line
//! 1. Append an entry at the end of its level's numbers: `E017 Error name(argument) "text with {argument}"`, then
//!    `cause "…"` and `cure "…"`. `E` goes with `Error`, `W` with `Warning`. Never reuse or renumber an identifier.
//! 2. Call it: `base::lines::name(&argument)`. Arguments are taken by reference and formatted only if a log sink is
//!    installed; for `{:?}` or a hexadecimal number pass `&format_args!("{value:?}")`. Never pass a secret.
//! 3. `WRITE_ERRORS_MD=1 cargo test -p iotda-device --lib error` writes docs/errors.md; without the variable the
//!    test fails when the file differs.

use std::fmt::Display;

use crate::log::{Level, write};

/// What docs/errors.md says of a line. Only tests read it, so that it is not in the library.
pub struct Entry {
    /// The identifier, as the line carries it.
    pub id: &'static str,
    pub level: Level,
    /// The text, with the names of its arguments in braces.
    pub text: &'static str,
    pub cause: &'static str,
    pub cure: &'static str,
}

macro_rules! lines {
    ($($id:ident $level:ident $name:ident($($arg:ident),*) $text:literal cause $cause:literal cure $cure:literal)*) => {
        $(
            #[doc = concat!("HWM-", stringify!($id), ": ", $cause)]
            pub fn $name($($arg: &dyn Display),*) {
                write(
                    Level::$level,
                    format_args!(concat!("HWM-", stringify!($id), " ", $text), $($arg = $arg),*),
                );
            }
        )*

        /// All entries, in the order of the table.
        pub const ENTRIES: &[Entry] = &[$(Entry {
            id: concat!("HWM-", stringify!($id)),
            level: Level::$level,
            text: $text,
            cause: $cause,
            cure: $cure,
        }),*];
    };
}

lines! {
    E001 Error spool_unsynced(cause) "spool: what was written may not survive a power cut: {cause}"
        cause "The system could not write the spool through to the disk."
        cure "Check the disk and the file system of the spool directory."
    E002 Error spool_failing(cause)
        "spool {cause}: messages are now kept in memory only and do not survive this process"
        cause "The spool directory cannot be used, or the disk is full or faulty."
        cure "Make room, or make the directory writable for the program's user and no other."
    W001 Warning spool_unreadable(bytes) "spool: {bytes} bytes could not be read and are left out"
        cause "The spool was cut short by a crash, or changed by something else."
        cure "Nothing after a power cut; otherwise check the disk."
    E003 Error message_rejected(id)
        "message {id} is given up: the platform closes every connection on which it is sent"
        cause "The platform takes the message for a breach of protocol."
        cure "Check the topic, the size and the contents of the message."
    W002 Warning message_expired(id)
        "message {id} is given up: it is older than the message expiry (item 118) allows"
        cause "The device was without a connection for longer than item 118 allows."
        cure "Raise item 118, or set it to 0 to keep messages for ever."
    W020 Warning pacing_off() "HWMQTT_PACING is off: attempts to connect are not paced"
        cause "The environment variable HWMQTT_PACING is off, which is meant for tests."
        cure "Do not set it where devices run: after an outage they would all come back at once, again and again."
    W021 Warning incoming_skipped(topic, bytes, limit)
        "a message of {bytes} bytes on {topic} is skipped: more than the {limit} that are taken (item 121)"
        cause "The platform, or another program through it, sent a message larger than item 121 allows."
        cure "Raise item 121, or send less; delete the message on the platform if it is a retained one."
    E020 Error message_ignored(id)
        "message {id} is given up: the platform acknowledges others and never this one, on two connections"
        cause "The platform drops the message without an answer."
        cure "Check the topic, the size and the contents of the message."
    E021 Error kicked_out(device, seconds)
        "the platform ended the last sessions of {device} within seconds, most likely because another client uses this device id; next attempt in {seconds} s at the earliest"
        cause "Two clients with one device id end each other's sessions, or the platform ends sessions for a reason it does not give."
        cure "Give each device an id of its own; see on the platform whether the device is online elsewhere, or disabled."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_stand_once_and_say_their_level() {
        let mut seen = std::collections::HashSet::new();
        for entry in ENTRIES {
            assert!(seen.insert(entry.id), "{} stands twice", entry.id);
            let letter = match entry.level {
                Level::Error => "HWM-E",
                Level::Warning => "HWM-W",
                other => panic!("{}: {other:?}", entry.id),
            };
            let number = entry.id.strip_prefix(letter).expect(entry.id);
            assert!(
                number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()),
                "{}",
                entry.id
            );
            assert!(
                !entry.text.is_empty() && entry.cause.ends_with('.') && entry.cure.ends_with('.'),
                "{}",
                entry.id
            );
        }
    }
}
