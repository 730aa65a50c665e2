//! Two checks that follow a growing log: logins at the device itself, and series of failed logins.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::net::IpAddr;
use std::path::PathBuf;

/// A log of which only what is added counts.
struct Growing {
    path: PathBuf,
    read: u64,
}

impl Growing {
    /// From the log's present end.
    fn from_end(path: PathBuf) -> Growing {
        let read = path.metadata().map_or(0, |meta| meta.len());
        Growing { path, read }
    }

    /// What was added; from the start if the log was replaced by a shorter one. `None`: there is no log.
    fn added(&mut self) -> Option<BufReader<File>> {
        let mut file = File::open(&self.path).ok()?;
        if file.metadata().ok()?.len() < self.read {
            self.read = 0;
        }
        file.seek(SeekFrom::Start(self.read)).ok()?;
        Some(BufReader::new(file))
    }
}

/// A record of wtmp: 384 bytes where the C library keeps 32-bit times in it, else 400.
const RECORD: usize = if cfg!(all(target_pointer_width = "64", not(target_arch = "x86_64"))) {
    400
} else {
    384
};
const HOST: std::ops::Range<usize> = 76..332;
const USER_PROCESS: i16 = 7;

/// Logins at the device itself: new records of `/var/log/wtmp` whose host is no IP address.
pub struct LocalLogin(Growing);

impl LocalLogin {
    pub fn new(wtmp: PathBuf) -> LocalLogin {
        LocalLogin(Growing::from_end(wtmp))
    }

    /// Whether there was one since the last call.
    pub fn check(&mut self) -> bool {
        let Some(mut added) = self.0.added() else {
            return false;
        };
        let mut alarm = false;
        let mut record = [0; RECORD];
        while added.read_exact(&mut record).is_ok() {
            self.0.read += RECORD as u64;
            alarm |= is_local_login(&record);
        }
        alarm
    }
}

fn is_local_login(record: &[u8; RECORD]) -> bool {
    let [low, high, ..] = *record;
    let host = record.get(HOST).unwrap_or_default();
    let host = host.split(|b| *b == 0).next().unwrap_or_default();
    let remote = std::str::from_utf8(host).is_ok_and(|host| host.parse::<IpAddr>().is_ok());
    i16::from_ne_bytes([low, high]) == USER_PROCESS && !remote
}

/// Of a line, this much is looked at.
const LINE: usize = 255;
/// Failures that make an attack when they were read within [`WITHIN`] seconds.
const FAILURES: usize = 5;
const WITHIN: i64 = 10;

/// Series of failed logins in `/var/log/auth.log`.
pub struct BruteForce {
    log: Growing,
    /// When the last failures were read.
    failures: VecDeque<i64>,
}

impl BruteForce {
    pub fn new(log: PathBuf) -> BruteForce {
        BruteForce {
            log: Growing::from_end(log),
            failures: VecDeque::new(),
        }
    }

    /// Whether an attack shows in the lines that were completed since the last call. `now` in seconds.
    pub fn check(&mut self, now: i64) -> bool {
        let Some(mut added) = self.log.added() else {
            return false;
        };
        let mut alarm = false;
        let mut line = Vec::with_capacity(LINE);
        while let Some(length) = complete_line(&mut added, &mut line) {
            self.log.read += length;
            for _ in 0..failures_in(&line) {
                self.failures.push_back(now);
            }
            let surplus = self.failures.len().saturating_sub(FAILURES);
            self.failures.drain(..surplus);
            alarm |= failures_in(&line) > 0
                && self.failures.len() == FAILURES
                && self.failures.front().is_some_and(|oldest| now - oldest < WITHIN);
        }
        alarm
    }
}

/// Reads up to the line end; `line` gets its first [`LINE`] bytes. The length read; `None`: the rest is not complete yet.
fn complete_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> Option<u64> {
    line.clear();
    let mut length = 0;
    loop {
        let part = from.fill_buf().ok().filter(|part| !part.is_empty())?;
        let end = part.iter().position(|b| *b == b'\n');
        let text = part.get(..end.unwrap_or(part.len())).unwrap_or_default();
        line.extend(text.iter().take(LINE - line.len()));
        let used = text.len() + usize::from(end.is_some());
        from.consume(used);
        length += used as u64;
        if end.is_some() {
            return Some(length);
        }
    }
}

fn failures_in(line: &[u8]) -> usize {
    let line = String::from_utf8_lossy(line);
    if !line.contains("authentication failure") || line.contains("sudo") {
        return 0;
    }
    let repeated = line.split_once("message repeated ").map(|(_, rest)| rest);
    let digits = repeated.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    match digits {
        None | Some("") => 1,
        Some(digits) => digits.parse().unwrap_or(FAILURES).min(FAILURES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn append(path: &std::path::Path, bytes: &[u8]) {
        let mut file = File::options().create(true).append(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
    }

    fn record(kind: i16, host: &[u8]) -> Vec<u8> {
        let mut record = vec![0; RECORD];
        record[..2].copy_from_slice(&kind.to_ne_bytes());
        record[HOST.start..HOST.start + host.len()].copy_from_slice(host);
        record
    }

    #[test]
    fn only_new_logins_from_nowhere_count() {
        let dir = tempfile::tempdir().unwrap();
        let wtmp = dir.path().join("wtmp");
        assert!(!LocalLogin::new(wtmp.clone()).check());
        append(&wtmp, &record(USER_PROCESS, b""));
        let mut check = LocalLogin::new(wtmp.clone());
        assert!(!check.check());
        append(&wtmp, &record(USER_PROCESS, b"192.0.2.4"));
        append(&wtmp, &record(USER_PROCESS, b"2001:db8::1"));
        append(&wtmp, &record(8, b""));
        assert!(!check.check());
        let half = record(USER_PROCESS, b":0");
        append(&wtmp, &half[..100]);
        assert!(!check.check());
        append(&wtmp, &half[100..]);
        assert!(check.check());
        assert!(!check.check());
        std::fs::write(&wtmp, record(USER_PROCESS, b"tty1")).unwrap();
        assert!(check.check());
        std::fs::remove_file(&wtmp).unwrap();
        assert!(!check.check());
    }

    #[test]
    fn failures_add_up_only_while_they_are_fresh() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("auth.log");
        let mut check = BruteForce::new(log.clone());
        let failure = b"sshd: authentication failure; rhost=192.0.2.4\n";
        append(&log, &failure.repeat(4));
        assert!(!check.check(1000));
        append(&log, failure);
        assert!(!check.check(1600));
        append(&log, &failure.repeat(4)[..60]); // the second line is not complete
        assert!(!check.check(1601));
        append(&log, &failure.repeat(4)[60..]);
        assert!(check.check(1602));
        append(&log, b"other\n");
        assert!(!check.check(1603));
        append(&log, &[b"x".repeat(300), b"authentication failure\n".to_vec()].concat());
        assert!(!check.check(1604));
        std::fs::write(
            &log,
            b"message repeated 99999999999999999999999 times: [ authentication failure ]\n",
        )
        .unwrap();
        assert!(check.check(5000));
    }

    #[test]
    fn failures_by_line() {
        for (line, count) in [
            ("authentication failure", 1),
            ("sudo: authentication failure", 0),
            ("Failed password", 0),
            ("message repeated 3 times: [ authentication failure ]", 3),
            ("message repeated x times: [ authentication failure ]", 1),
            ("message repeated 0 times: [ authentication failure ]", 0),
        ] {
            assert_eq!(failures_in(line.as_bytes()), count, "{line}");
        }
    }
}
