//! Upgrade packages: download from the platform or from an object store, check of the digest (services.md 4).

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::file::Unfinished;
use super::http::{self, Failure, Request, Terms, Url};
use crate::error::{Error, Result};

/// What a caller's buffer for the name has room for, without the terminator.
const MAX_NAME: usize = 1024;

/// Downloads a package into the directory. `named` gets its name as soon as it is known, and again if the server has another.
pub fn download(
    url: &[u8],
    token: Option<&[u8]>,
    directory: Option<&[u8]>,
    terms: &Terms<'_>,
    named: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    get(url, token, directory, terms, named).map_err(|cause| Error::System(format!("no package: {cause}")))
}

fn get(
    url: &[u8],
    token: Option<&[u8]>,
    directory: Option<&[u8]>,
    terms: &Terms<'_>,
    named: &mut dyn FnMut(&[u8]),
) -> std::result::Result<(), Failure> {
    let url = Url::always_tls(url)?;
    let mut name = Vec::new();
    let mut headers = Zeroizing::new(format!("Host: {}\r\n", url.authority(false)).into_bytes());
    match token {
        None => {
            name = usable_name(url.name())?.to_vec();
            named(&name);
        }
        Some(token) => {
            if token.iter().any(u8::is_ascii_control) {
                return Err(Failure::Local("the token holds control characters".to_owned()));
            }
            headers.reserve_exact(token.len() + 80); // so that no copy of the token is left behind
            headers.extend_from_slice(b"Content-Type: application/json\r\nAuthorization:Bearer ");
            headers.extend_from_slice(token);
            headers.extend_from_slice(b"\r\n");
        }
    }
    let request = Request {
        method: "GET",
        headers: &headers,
        body: None,
    };
    let mut answer = http::send(&url, request, terms)?;
    if let Some(given) = answer.header("content-disposition").and_then(given_name) {
        name = usable_name(given)?.to_vec();
        named(&name);
    }
    if answer.status != 200 {
        return Err(Failure::Local(format!(
            "{} answers with status {}",
            url.host(),
            answer.status
        )));
    }
    if name.is_empty() {
        name = usable_name(url.name())?.to_vec();
        named(&name);
    }
    let path = path(directory, &name).ok_or_else(|| Failure::Local("the directory is an empty text".to_owned()))?;
    let failed = |e: io::Error| Failure::Local(format!("{} cannot be written: {e}", path.display()));
    let mut file = Unfinished::create(&path).map_err(failed)?;
    answer.copy_to(&mut file)?;
    file.finish().map_err(failed)
}

/// The file name of a Content-Disposition, quotes and directories stripped.
fn given_name(disposition: &[u8]) -> Option<&[u8]> {
    const KEY: &[u8] = b"filename=";
    let at = disposition
        .windows(KEY.len())
        .position(|window| window.eq_ignore_ascii_case(KEY))?;
    let value = disposition.get(at + KEY.len()..)?.trim_ascii_start();
    let name = match value.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|byte| *byte == b'"').next(),
        None => value.split(|byte| *byte == b';').next(),
    };
    let name = name.unwrap_or_default().trim_ascii();
    name.rsplit(|byte| *byte == b'/').next()
}

fn usable_name(name: &[u8]) -> std::result::Result<&[u8], Failure> {
    let unusable = matches!(name, b"" | b"." | b"..") || name.len() > MAX_NAME || name.iter().any(u8::is_ascii_control);
    match unusable {
        true => Err(Failure::Local("the package has no usable file name".to_owned())),
        false => Ok(name),
    }
}

/// `None` for a directory that is an empty text.
fn path(directory: Option<&[u8]>, name: &[u8]) -> Option<PathBuf> {
    let name = Path::new(std::ffi::OsStr::from_bytes(name));
    match directory {
        None => Some(name.to_owned()),
        Some(b"") => None,
        Some(directory) => Some(Path::new(std::ffi::OsStr::from_bytes(directory)).join(name)),
    }
}

/// Whether the file's SHA-256 is `sign`, 64 hex digits. No sign counts as a match, because platforms may leave it out.
pub fn verify(sign: Option<&[u8]>, directory: Option<&[u8]>, name: Option<&[u8]>) -> Result<()> {
    let Some(sign) = sign.filter(|sign| !sign.is_empty()) else {
        base::warn!("the package has no sign: not verified");
        return Ok(());
    };
    if sign.len() != 64 {
        return Err(Error::Refused("a sign has 64 hex digits"));
    }
    let name = name.ok_or(Error::Refused("the file name is NULL"))?;
    let path = path(directory, name).ok_or(Error::Refused("the directory is an empty text"))?;
    let mut file = File::open(&path).map_err(|_| Error::NotAvailable(path.display().to_string()))?;
    let digest = digest(&mut file).map_err(|e| Error::System(format!("{} cannot be read: {e}", path.display())))?;
    match sign.eq_ignore_ascii_case(digest.as_bytes()) {
        true => Ok(()),
        false => Err(Error::Refused("the package is not the one that was signed")),
    }
}

fn digest(file: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 16 * 1024];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => hash.update(piece.get(..read).unwrap_or_default()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_the_server() {
        for (disposition, want) in [
            ("attachment;filename=pkg.bin", Some("pkg.bin")),
            ("attachment;filename=pkg.bin;x=1", Some("pkg.bin")),
            ("attachment; FileName=\"p;kg.bin\"", Some("p;kg.bin")),
            ("attachment;filename=../../etc/evil.bin", Some("evil.bin")),
            ("attachment;filename=", Some("")),
            ("attachment", None),
        ] {
            let got = given_name(disposition.as_bytes());
            assert_eq!(got, want.map(str::as_bytes), "{disposition}");
        }
        for name in ["", ".", "..", "a\nb", &"x".repeat(1025)] {
            assert!(usable_name(name.as_bytes()).is_err());
        }
    }

    #[test]
    fn signs() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("f"), "hello").unwrap();
        let at = Some(directory.path().as_os_str().as_bytes());
        let right = b"2CF24DBA5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let code = |sign: &[u8], name: &[u8]| verify(Some(sign), at, Some(name)).map_err(|e| e.code());
        assert_eq!(code(right, b"f"), Ok(()));
        assert_eq!(code(right, b"g"), Err(-102));
        assert_eq!(code(&right[1..], b"f"), Err(-1));
        assert_eq!(code(&[b'0'; 64], b"f"), Err(-1));
        assert_eq!(code(b"", b"g"), Ok(()));
        assert_eq!(
            verify(Some(right), Some(b""), Some(b"f")).map_err(|e| e.code()),
            Err(-1)
        );
    }
}
