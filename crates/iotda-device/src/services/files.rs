//! Files to and from the addresses that the platform gives out (docs/spec/services.md#files).

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use super::file::{Unfinished, open};
use super::http::{self, Failure, Request, Stop, Terms, Url};
use super::place::{Directory, Name, Part};
use crate::error::{Detail, Error, Result};
use crate::protocol::time::UnixMs;
use crate::protocol::uplink::Message;
use crate::protocol::uplink::file::{self, Direction, TransferResult};
use crate::transport::tls::web_client;

/// The total time of a file download.
const DOWNLOAD_WITHIN: Duration = Duration::from_secs(1200);
/// For how long an upload may stand still.
const UPLOAD_STALL: Duration = Duration::from_secs(60);
/// The total time of an upload: a server that takes a byte now and then holds up those behind it no longer.
const UPLOAD_WITHIN: Duration = Duration::from_secs(6 * 3600);

/// How a transfer that could be tried ended.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// The HTTP status; 0 if none arrived.
    pub status: u16,
    pub failure: Option<Failure>,
}

impl Outcome {
    pub fn is_success(&self) -> bool {
        self.status == 200 && self.failure.is_none()
    }

    pub fn description(&self) -> &'static str {
        self.failure.as_ref().map_or("No error", Failure::description)
    }

    fn unanswered(failure: Failure) -> Outcome {
        Outcome {
            status: 0,
            failure: Some(failure),
        }
    }
}

/// What stands between the last slash before the query and the query, not decoded; `None` without a query.
pub fn object_name(url: &[u8]) -> Option<&[u8]> {
    let query = url.iter().position(|byte| *byte == b'?')?;
    let path = url.get(..query)?;
    path.rsplit(|byte| *byte == b'/').next()
}

/// A transfer that could be tried.
pub struct Moved<'a> {
    direction: Direction,
    object_name: Option<&'a [u8]>,
    outcome: Outcome,
}

impl Moved<'_> {
    /// What the platform is told; nothing about a file whose URL has no object name.
    pub fn report(&self, own: &str, now: UnixMs) -> Option<Result<Message>> {
        let result = TransferResult {
            object_device_id: None,
            object_name: Some(self.object_name?),
            result_code: i32::from(!self.outcome.is_success()),
            status_code: i32::from(self.outcome.status),
            status_description: Some(self.outcome.description().as_bytes()),
        };
        Some(file::result_report(own, self.direction, &result, now))
    }

    /// What whoever wanted the transfer is told.
    pub fn result(self) -> Result<()> {
        let success = self.outcome.is_success();
        match self.outcome.failure {
            None if success => Ok(()),
            None => Err(Error::System(
                format!("the server answers with status {}", self.outcome.status).into(),
            )),
            Some(cause) => Err(Error::System(Detail::because(
                format!("the transfer failed: {cause}"),
                cause,
            ))),
        }
    }
}

/// Moves a file for a call of the program's. Without a path it is the file of the object's name in the current directory.
pub fn called<'a>(direction: Direction, path: Option<&[u8]>, url: &'a [u8], stop: &Stop) -> Result<Moved<'a>> {
    if url
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"http://"))
    {
        base::lines::transfer_in_clear();
    }
    let which = match (path, object_name(url)) {
        (Some(path), _) => Which::Path(Path::new(OsStr::from_bytes(path))),
        (None, Some(name)) => Which::Named(Path::new("."), name),
        (None, None) => return Err(Error::NotAvailable("a file name in the URL".into())),
    };
    transfer(direction, which, url, stop)
}

/// Moves the file of the current directory that a device asked an address for: `name` comes from
/// [`FileRequests::claim`](super::requests::FileRequests::claim).
pub fn claimed<'a>(direction: Direction, name: &[u8], url: &'a [u8], stop: &Stop) -> Result<Moved<'a>> {
    transfer(direction, Which::Named(Path::new("."), name), url, stop)
}

fn transfer<'a>(direction: Direction, which: Which<'_>, url: &'a [u8], stop: &Stop) -> Result<Moved<'a>> {
    let (stall, total) = match direction {
        Direction::Upload => (UPLOAD_STALL, Some(UPLOAD_WITHIN)),
        Direction::Download => (DOWNLOAD_WITHIN, Some(DOWNLOAD_WITHIN)),
    };
    let terms = Terms {
        trust: &|| web_client(None),
        stall,
        total,
        stop,
    };
    let outcome = match direction {
        Direction::Upload => upload(which, url, &terms)?,
        Direction::Download => download(which, url, &terms)?,
    };
    Ok(Moved {
        direction,
        object_name: object_name(url),
        outcome,
    })
}

/// Which file is moved.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    /// By a path of the program's own: it may lead anywhere.
    Path(&'a Path),
    /// By a name from outside, in this directory.
    Named(&'a Path, &'a [u8]),
}

impl Which<'_> {
    fn name<'a>(directory: &Path, name: &'a [u8]) -> Result<(Directory, Name<'a>)> {
        let name = Name::new(name).map_err(|why| {
            Error::NotAvailable(Detail::because(
                format!("a file of the name in the URL (refused: {why})"),
                why,
            ))
        })?;
        let directory = Directory::open(directory).map_err(|e| {
            Error::NotAvailable(Detail::because(
                format!("the directory {} ({e})", directory.display()),
                e,
            ))
        })?;
        Ok((directory, name))
    }

    fn open(&self) -> Result<File> {
        match *self {
            Which::Path(path) => {
                let absent = || Error::NotAvailable(format!("the file {}", path.display()).into());
                open(path).map_err(|_| absent())
            }
            Which::Named(directory, name) => {
                let (directory, name) = Which::name(directory, name)?;
                let absent = |e| Error::NotAvailable(Detail::because(format!("the file to upload ({e})"), e));
                directory.source(name).map_err(absent)
            }
        }
    }

    fn begin(&self) -> Result<Target> {
        match *self {
            Which::Path(path) => Unfinished::create(path)
                .map(Target::Path)
                .map_err(|e| Error::NotAvailable(Detail::because(format!("a place for {} ({e})", path.display()), e))),
            Which::Named(directory, name) => {
                let (directory, name) = Which::name(directory, name)?;
                let part = directory.begin(name);
                part.map(Target::Named)
                    .map_err(|e| Error::NotAvailable(Detail::because(format!("a place for the file ({e})"), e)))
            }
        }
    }
}

/// A file that takes its name when it is whole.
enum Target {
    Path(Unfinished),
    Named(Part),
}

impl Target {
    fn sink(&mut self) -> &mut dyn std::io::Write {
        match self {
            Target::Path(file) => file,
            Target::Named(part) => part,
        }
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Target::Path(file) => file.finish(),
            Target::Named(part) => part.finish(),
        }
    }
}

/// Sends the file; an error when there is none to send.
pub fn upload(which: Which<'_>, url: &[u8], terms: &Terms<'_>) -> Result<Outcome> {
    let mut file = which.open()?;
    let absent = |e| Error::NotAvailable(Detail::because(format!("the length of the file ({e})"), e));
    let length = file.metadata().map_err(absent)?.len();
    let url = match Url::parse(url) {
        Ok(url) => url,
        Err(failure) => return Ok(Outcome::unanswered(failure)),
    };
    let headers = headers(&url, &format!("Content-Length: {length}\r\n"));
    let request = Request {
        method: "PUT",
        headers: headers.as_bytes(),
        body: Some((&mut file, length)),
    };
    Ok(exchange(&url, request, terms, &mut std::io::sink()))
}

/// Fetches the file; an error when there is no place for it. Any file there before stays unless the transfer succeeds.
pub fn download(which: Which<'_>, url: &[u8], terms: &Terms<'_>) -> Result<Outcome> {
    let mut file = which.begin()?;
    let url = match Url::parse(url) {
        Ok(url) => url,
        Err(failure) => return Ok(Outcome::unanswered(failure)),
    };
    let headers = headers(&url, "");
    let request = Request {
        method: "GET",
        headers: headers.as_bytes(),
        body: None,
    };
    let mut outcome = exchange(&url, request, terms, file.sink());
    if outcome.is_success() {
        outcome.failure = file.finish().err().map(Failure::Place);
    }
    Ok(outcome)
}

/// The content type is part of the signature in the address.
fn headers(url: &Url, more: &str) -> String {
    let host = url.authority(true);
    format!("Host: {host}\r\nAccept: */*\r\n{more}Content-Type:text/plain\r\n")
}

fn exchange(url: &Url, request: Request<'_>, terms: &Terms<'_>, sink: &mut dyn std::io::Write) -> Outcome {
    let mut answer = match http::send(url, request, terms) {
        Ok(answer) => answer,
        Err(failure) => return Outcome::unanswered(failure),
    };
    let failure = match answer.status {
        200 => answer.copy_to(sink).err(),
        _ => None,
    };
    Outcome {
        status: answer.status,
        failure,
    }
}

#[cfg(test)]
mod tests {
    use super::object_name;

    #[test]
    fn object_names() {
        for (url, want) in [
            ("http://h/dir/obj.txt?sig=1", Some("obj.txt")),
            ("http://h/d/a%20b.txt?x?/y", Some("a%20b.txt")),
            ("http://h/d/?x", Some("")),
            ("http://h/d/obj.txt", None),
        ] {
            assert_eq!(object_name(url.as_bytes()), want.map(str::as_bytes), "{url}");
        }
    }
}
