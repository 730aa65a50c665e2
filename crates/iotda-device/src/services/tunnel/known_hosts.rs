//! Which host key of the SSH server is trusted: OpenSSH's file `known_hosts`
//! (docs/spec/services.md#tunnel-shell).

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};
use ring::hmac;

use crate::services::file;

/// Where the process user keeps it.
pub fn of_user() -> Option<PathBuf> {
    if base::process::is_privileged() {
        return None; // whoever started this process may have chosen its HOME
    }
    #[allow(deprecated)] // it was for Windows only
    let home = std::env::home_dir().filter(|home| home.is_absolute())?;
    Some(home.join(".ssh/known_hosts"))
}

/// A public key as the file has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    pub kind: &'a str,
    pub base64: &'a str,
}

/// What the file says about a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Known,
    /// The host is not in the file.
    Unknown,
    /// It has another key there, or this one is revoked.
    Refused,
}

/// The host as the file names it.
fn name(host: &str, port: u16) -> String {
    match port {
        22 => host.to_owned(),
        _ => format!("[{host}]:{port}"),
    }
}

struct Entry<'a> {
    marker: &'a str,
    key: Key<'a>,
}

/// The lines about the host; those that cannot be read are not about anybody.
fn entries<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = Entry<'a>> {
    text.lines().filter_map(move |line| {
        let mut words = line.split_ascii_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@')).unwrap_or_default();
        let hosts = words.next().filter(|hosts| !hosts.starts_with('#'))?;
        let (kind, base64) = (words.next()?, words.next()?);
        let key = Key { kind, base64 };
        matches(hosts, name).then_some(Entry { marker, key })
    })
}

/// Whether a list of patterns means this name.
fn matches(hosts: &str, name: &str) -> bool {
    let mut found = false;
    for pattern in hosts.split(',') {
        match pattern.strip_prefix('!') {
            Some(pattern) if glob(pattern, name) => return false,
            Some(_) => {}
            None if pattern.starts_with('|') => found |= hashed(pattern, name).unwrap_or(false),
            None => found |= glob(pattern, name),
        }
    }
    found
}

/// `|1|SALT|HASH`: HMAC-SHA-1 of the name.
fn hashed(pattern: &str, name: &str) -> Option<bool> {
    let (salt, hash) = pattern.strip_prefix("|1|")?.split_once('|')?;
    let [salt, hash] = [salt, hash].map(|part| BASE64_STANDARD.decode(part).ok());
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &salt?);
    Some(hmac::verify(&key, name.as_bytes(), &hash?).is_ok())
}

/// `*` is any text, `?` any character; without regard to case, in time of pattern times name.
fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while let Some(byte) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(b'?') => (p, n) = (p + 1, n + 1),
            Some(wanted) if wanted.eq_ignore_ascii_case(byte) => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// Pure: the file's content about this key of the host.
pub fn judge(text: &str, host: &str, port: u16, key: Key<'_>) -> Verdict {
    let name = name(host, port);
    let (mut listed, mut same) = (false, false);
    for entry in entries(text, &name) {
        match entry.marker {
            "" => {
                listed = true;
                same |= entry.key == key;
            }
            "@revoked" if entry.key == key => return Verdict::Refused,
            _ => {}
        }
    }
    match (same, listed) {
        (true, _) => Verdict::Known,
        (false, true) => Verdict::Refused,
        (false, false) => Verdict::Unknown,
    }
}

/// Pure: the kinds of key that the file has of the host; to ask the server for one of these.
pub fn kinds(text: &str, host: &str, port: u16) -> Vec<String> {
    let name = name(host, port);
    let plain = entries(text, &name).filter(|entry| entry.marker.is_empty());
    plain.map(|entry| entry.key.kind.to_owned()).collect()
}

/// What the file has now; an absent one is empty.
pub fn read(path: &Path) -> io::Result<String> {
    match file::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(e),
    }
}

/// Appends a key; makes the file and its directory if need be, for their owner only.
pub fn learn(path: &Path, host: &str, port: u16, key: Key<'_>) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let mut line = format!("{} {} {}\n", name(host, port), key.kind, key.base64);
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != *b"\n" {
        line.insert(0, '\n');
    }
    file.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const ED: Key<'_> = Key {
        kind: "ssh-ed25519",
        base64: "AAAAone",
    };
    const OTHER: Key<'_> = Key {
        kind: "ssh-ed25519",
        base64: "AAAAtwo",
    };
    const EC: Key<'_> = Key {
        kind: "ecdsa-sha2-nistp256",
        base64: "AAAAthree",
    };

    fn of(text: &str, key: Key<'_>) -> Verdict {
        judge(text, "localhost", 22, key)
    }

    #[test]
    fn known_unknown_changed() {
        let text = "# localhost ssh-ed25519 AAAAone\n\nlocalhost ssh-ed25519 AAAAone a comment\nother ssh-ed25519 AAAAtwo\nlocalhost\n";
        assert_eq!(of(text, ED), Verdict::Known);
        assert_eq!(of(text, OTHER), Verdict::Refused);
        assert_eq!(of(text, EC), Verdict::Refused, "another kind");
        assert_eq!(of("", ED), Verdict::Unknown);
        assert_eq!(of("other ssh-ed25519 AAAAone\n", ED), Verdict::Unknown);
        assert_eq!(judge(text, "localhost", 2222, ED), Verdict::Unknown);
        assert_eq!(kinds(text, "localhost", 22), ["ssh-ed25519"]);
    }

    #[test]
    fn one_of_several_keys_is_enough() {
        let text = "localhost ecdsa-sha2-nistp256 AAAAthree\nlocalhost ssh-ed25519 AAAAone\n";
        assert_eq!((of(text, ED), of(text, EC)), (Verdict::Known, Verdict::Known));
        assert_eq!(of(text, OTHER), Verdict::Refused);
        assert_eq!(kinds(text, "localhost", 22), ["ecdsa-sha2-nistp256", "ssh-ed25519"]);
    }

    #[test]
    fn markers() {
        let revoked = "localhost ssh-ed25519 AAAAone\n@revoked * ssh-ed25519 AAAAone\n";
        assert_eq!(of(revoked, ED), Verdict::Refused);
        assert_eq!(
            of("@cert-authority localhost ssh-ed25519 AAAAone\n", ED),
            Verdict::Unknown
        );
    }

    #[test]
    fn patterns() {
        for hosts in [
            "a,localhost",
            "local*",
            "LOCALHOST",
            "l?calhost",
            "*",
            "*host",
            "*,!other",
        ] {
            assert_eq!(
                of(&format!("{hosts} ssh-ed25519 AAAAone"), ED),
                Verdict::Known,
                "{hosts}"
            );
        }
        for hosts in ["localhost2", "ocalhost", "*,!local*", "", "|1|x", "|1|!!|!!", "**x"] {
            assert_eq!(
                of(&format!("{hosts} ssh-ed25519 AAAAone"), ED),
                Verdict::Unknown,
                "{hosts}"
            );
        }
        let salt = b"0123456789abcdefghij";
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
        let tag = hmac::sign(&key, b"[localhost]:2222");
        let line = format!(
            "|1|{}|{} ssh-ed25519 AAAAone",
            BASE64_STANDARD.encode(salt),
            BASE64_STANDARD.encode(tag)
        );
        assert_eq!(judge(&line, "localhost", 2222, ED), Verdict::Known);
        assert_eq!(judge(&line, "localhost", 2222, OTHER), Verdict::Refused);
        assert_eq!(of(&line, ED), Verdict::Unknown);
    }

    #[test]
    fn a_learnt_key_is_known_and_private() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".ssh/known_hosts");
        assert_eq!(read(&path).unwrap(), "");
        learn(&path, "localhost", 22, ED).unwrap();
        learn(&path, "localhost", 2222, OTHER).unwrap();
        let text = read(&path).unwrap();
        assert_eq!(
            text,
            "localhost ssh-ed25519 AAAAone\n[localhost]:2222 ssh-ed25519 AAAAtwo\n"
        );
        assert_eq!(of(&text, ED), Verdict::Known);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        std::fs::write(&path, "x y z").unwrap();
        learn(&path, "localhost", 22, ED).unwrap();
        assert_eq!(read(&path).unwrap(), "x y z\nlocalhost ssh-ed25519 AAAAone\n");
    }
}
