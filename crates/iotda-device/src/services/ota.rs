//! Upgrade packages: download from the platform or from an object store, check of the digest
//! (docs/spec/services.md#ota).

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::file;
use super::http::{self, Failure, Request, Terms, Url};
use super::place::{Directory, Name, NameFault, Part};
use crate::error::{Detail, Error, Result, debug_as_display};

/// What a caller's buffer for the name has room for, without the terminator.
const MAX_NAME: usize = 1024;

/// What is known of a package before it comes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expected<'a> {
    /// Its SHA-256, 64 hex digits; "" and `None` promise nothing.
    pub sign: Option<&'a [u8]>,
    /// Its size in bytes; 0 promises nothing.
    pub size: u64,
}

/// Where a package comes from and goes to.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub url: &'a [u8],
    pub token: Option<&'a [u8]>,
    pub directory: Option<&'a [u8]>,
    /// It is the library's own: made if it is missing, refused if others can write there.
    pub own: bool,
    pub expected: Expected<'a>,
}

/// Downloads a package into the directory, where it takes its name when it is whole and the one that is expected. `named` gets
/// its name as soon as it is known, and again if the server has another. [`Error::Argument`]: it is not the one expected.
pub fn download(source: &Source<'_>, terms: &Terms<'_>, named: &mut dyn FnMut(&[u8])) -> Result<()> {
    get(source, terms, named).map_err(|cause| match cause {
        Failed::Wrong => Error::Argument(WRONG),
        cause => Error::System(Detail::because(format!("no package: {cause}"), cause)),
    })
}

/// Why there is no package.
enum Failed {
    Transfer(Failure),
    /// What came is not what was announced.
    Wrong,
    Token,
    /// The host, and what it answers with.
    Status(String, u16),
    NoDirectory,
    Write(PathBuf, io::Error),
    NoName,
    Name(NameFault),
}

debug_as_display!(Failed);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Transfer(why) => why.fmt(f),
            Failed::Wrong => f.write_str(WRONG),
            Failed::Token => f.write_str("the token holds control characters"),
            Failed::Status(host, status) => write!(f, "{host} answers with status {status}"),
            Failed::NoDirectory => f.write_str("the directory is an empty text"),
            Failed::Write(path, cause) => write!(f, "{} cannot be written: {cause}", path.display()),
            Failed::NoName => f.write_str("the package has no usable file name"),
            Failed::Name(fault) => write!(f, "the package's name is refused: {fault}"),
        }
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failed::Transfer(why) => Some(why),
            Failed::Write(_, cause) => Some(cause),
            Failed::Name(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<Failure> for Failed {
    fn from(why: Failure) -> Failed {
        Failed::Transfer(why)
    }
}

const WRONG: &str = "the package is not the one that was announced: another size, or another SHA-256 than its sign";

fn get(source: &Source<'_>, terms: &Terms<'_>, named: &mut dyn FnMut(&[u8])) -> std::result::Result<(), Failed> {
    let Source { token, directory, .. } = *source;
    let url = Url::always_tls(source.url)?;
    let mut name = Vec::new();
    let mut headers = Zeroizing::new(format!("Host: {}\r\n", url.authority(false)).into_bytes());
    match token {
        None => {
            name = usable_name(url.name())?.to_vec();
            named(&name);
        }
        Some(token) => {
            if token.iter().any(u8::is_ascii_control) {
                return Err(Failed::Token);
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
        return Err(Failed::Status(url.host().to_owned(), answer.status));
    }
    if name.is_empty() {
        name = usable_name(url.name())?.to_vec();
        named(&name);
    }
    let path = path(directory, &name).ok_or(Failed::NoDirectory)?;
    let failed = |e: io::Error| Failed::Write(path.clone(), e);
    let open = if source.own { Directory::create } else { Directory::open };
    let place = open(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    let name = Name::new(&name).map_err(Failed::Name)?;
    let mut package = Checked {
        part: place.begin(name).map_err(failed)?,
        hash: Sha256::new(),
        left: match source.expected.size {
            0 => u64::MAX,
            size => size,
        },
        sized: source.expected.size > 0,
        over: false,
    };
    let copied = answer.copy_to(&mut package);
    match copied {
        // The cap of the size, met while writing.
        Err(_) if package.over => return Err(Failed::Wrong),
        copied => copied?,
    }
    package
        .finish(source.expected.sign)
        .map_err(failed)?
        .ok_or(Failed::Wrong)
}

/// A package that is checked while it comes.
struct Checked {
    part: Part,
    hash: Sha256,
    /// Bytes that may still come.
    left: u64,
    sized: bool,
    /// More came than was announced.
    over: bool,
}

impl Checked {
    /// Gives the package its name if it is the right one; `None` if not.
    fn finish(self, sign: Option<&[u8]>) -> io::Result<Option<()>> {
        let whole = !self.sized || self.left == 0;
        let signed = match sign.filter(|sign| !sign.is_empty()) {
            Some(sign) => sign.eq_ignore_ascii_case(hex(self.hash).as_bytes()),
            None => true,
        };
        match whole && signed {
            true => self.part.finish().map(Some),
            false => Ok(None),
        }
    }
}

impl io::Write for Checked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        if length > self.left {
            self.over = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let written = self.part.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.part.flush()
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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

/// A name that the caller's buffer has room for; what may be written under it is stricter, see [`Name`].
fn usable_name(name: &[u8]) -> std::result::Result<&[u8], Failed> {
    let unusable = matches!(name, b"" | b"." | b"..") || name.len() > MAX_NAME || name.iter().any(u8::is_ascii_control);
    match unusable {
        true => Err(Failed::NoName),
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
        base::lines::package_unsigned();
        return Ok(());
    };
    if sign.len() != 64 {
        return Err(Error::Argument("a sign has 64 hex digits"));
    }
    let name = name.ok_or(Error::Argument("the file name is NULL"))?;
    let path = path(directory, name).ok_or(Error::Argument("the directory is an empty text"))?;
    let unread = |e: io::Error| match e.raw_os_error() {
        Some(_) => Error::NotAvailable(Detail::because(path.display().to_string(), e)),
        None => Error::System(Detail::because(format!("{} cannot be read: {e}", path.display()), e)),
    };
    let mut file = file::open(&path).map_err(unread)?;
    let digest = digest(&mut file)
        .map_err(|e| Error::System(Detail::because(format!("{} cannot be read: {e}", path.display()), e)))?;
    match sign.eq_ignore_ascii_case(digest.as_bytes()) {
        true => Ok(()),
        false => Err(Error::Argument("the package is not the one that was signed")),
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
    Ok(hex(hash))
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
