//! A small HTTP/1.1 client for packages and files: one request on one connection, no redirects, no reuse. Logs nothing, since
//! URLs and headers hold tokens and signatures.

mod failure;
mod line;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, BufReader, Read, Write};

pub use self::failure::Failure;
use self::line::Line;
pub use self::line::{Stop, Terms};
use crate::transport::http_head;

/// All lines before the body, together.
const MAX_HEAD: u64 = 64 * 1024;

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub struct Url {
    tls: bool,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: Option<u16>,
    /// Path and query.
    target: Vec<u8>,
}

impl Url {
    /// `http://…` or `https://…`.
    pub fn parse(url: &[u8]) -> Result<Url, Failure> {
        let at = url.windows(3).position(|w| w == b"://").ok_or(Failure::Url)?;
        let (scheme, rest) = url.split_at(at);
        let tls = match scheme.to_ascii_lowercase().as_slice() {
            b"http" => false,
            b"https" => true,
            _ => return Err(Failure::Scheme),
        };
        Url::after_scheme(rest.get(3..).unwrap_or_default(), tls)
    }

    /// Whatever stands before `//`: TLS (docs/spec/services.md#ota-request).
    pub fn always_tls(url: &[u8]) -> Result<Url, Failure> {
        let at = url.windows(2).position(|w| w == b"//").ok_or(Failure::Url)?;
        Url::after_scheme(url.get(at + 2..).unwrap_or_default(), true)
    }

    fn after_scheme(rest: &[u8], tls: bool) -> Result<Url, Failure> {
        if rest.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
            return Err(Failure::Url);
        }
        let rest = rest.split(|byte| *byte == b'#').next().unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?'));
        let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
        let (host, port) = split_authority(std::str::from_utf8(authority).map_err(|_| Failure::Url)?)?;
        let mut target = path.to_vec();
        if !target.starts_with(b"/") {
            target.insert(0, b'/');
        }
        Ok(Url {
            tls,
            host: host.to_owned(),
            port,
            target,
        })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// As a Host header has it.
    pub fn authority(&self, with_port: bool) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match self.port {
            Some(port) if with_port => format!("{host}:{port}"),
            _ => host,
        }
    }

    /// The last segment of the path, not decoded.
    pub fn name(&self) -> &[u8] {
        let path = self.target.split(|byte| *byte == b'?').next().unwrap_or_default();
        path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 443 } else { 80 })
    }
}

fn split_authority(authority: &str) -> Result<(&str, Option<u16>), Failure> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or(Failure::Url)?;
            if host.parse::<std::net::Ipv6Addr>().is_err() || !(after.is_empty() || after.starts_with(':')) {
                return Err(Failure::Url);
            }
            (host, after.get(1..).unwrap_or_default())
        }
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    if host.is_empty() || host.len() > 253 || host.contains(['@', '[', ']']) {
        return Err(Failure::Url);
    }
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    let port = match port {
        "" => None,
        _ if !digits => return Err(Failure::Url),
        port => Some(port.parse().map_err(|_| Failure::Url)?),
    };
    if port == Some(0) {
        return Err(Failure::Url);
    }
    Ok((host, port))
}

/// What is asked.
pub struct Request<'a> {
    pub method: &'a str,
    /// Whole lines with their ends, Host among them.
    pub headers: &'a [u8],
    /// With its length, which the header Content-Length repeats.
    pub body: Option<(&'a mut dyn Read, u64)>,
}

/// Sends a request; the answer up to its body.
pub fn send(url: &Url, request: Request<'_>, terms: &Terms<'_>) -> Result<Response, Failure> {
    let mut line = Line::open(&url.host, url.port(), url.tls, terms)?;
    let mut head = format!("{} ", request.method).into_bytes();
    head.extend_from_slice(&url.target);
    head.extend_from_slice(b" HTTP/1.1\r\n");
    head.extend_from_slice(request.headers);
    head.extend_from_slice(b"\r\n");
    line.write_all(&head).map_err(|e| Failure::of(e, Failure::Send))?;
    let mut refused = None;
    if let Some((body, length)) = request.body {
        // A server may answer, and close, before it has read everything.
        refused = match send_body(body, length, &mut line) {
            Err(Failure::Send) => Some(Failure::Send),
            other => other.map(|()| None)?,
        };
    }
    if refused.is_none() {
        line.flush().map_err(|e| Failure::of(e, Failure::Send))?;
    }
    let answer = Response::read(BufReader::with_capacity(16 * 1024, line));
    match (answer, refused) {
        (Err(Failure::Empty | Failure::Receive), Some(refused)) => Err(refused),
        (answer, _) => answer,
    }
}

fn send_body(body: &mut dyn Read, length: u64, line: &mut Line) -> Result<(), Failure> {
    let mut left = length;
    let mut piece = vec![0; 16 * 1024];
    while left > 0 {
        let room = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let room = piece.get_mut(..room).unwrap_or_default();
        let read = match body.read(room) {
            Ok(0) => return Err(Failure::Shorter),
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Failure::Read(e)),
        };
        line.write_all(room.get(..read).unwrap_or_default())
            .map_err(|e| Failure::of(e, Failure::Send))?;
        left = left.saturating_sub(read as u64);
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Known(u64),
    Chunked,
    UntilClose,
}

/// Heads of 1xx before the answer; more is a server that never answers.
const MAX_INTERIM: usize = 16;

/// An answer whose body is still to be read.
pub struct Response {
    pub status: u16,
    headers: Vec<Vec<u8>>,
    length: Length,
    stream: BufReader<Line>,
}

impl Response {
    fn read(mut stream: BufReader<Line>) -> Result<Response, Failure> {
        let mut interim = 0;
        let (status, headers) = loop {
            let (status, headers) = read_head(&mut stream)?;
            if status >= 200 {
                break (status, headers);
            }
            interim += 1;
            if interim > MAX_INTERIM {
                return Err(Failure::Answer);
            }
        };
        let length = body_length(&headers)?;
        Ok(Response {
            status,
            headers,
            length,
            stream,
        })
    }

    /// The value of the first header of this name.
    pub fn header(&self, name: &'static str) -> Option<&[u8]> {
        values(&self.headers, name).next()
    }

    /// Reads the body to its end, all of it or a failure.
    pub fn copy_to(&mut self, sink: &mut dyn Write) -> Result<(), Failure> {
        let stream = &mut self.stream;
        match self.length {
            Length::Known(length) => copy(stream, Some(length), sink),
            Length::UntilClose => copy(stream, None, sink),
            Length::Chunked => copy_chunks(stream, sink),
        }
    }
}

fn copy_chunks(stream: &mut impl BufRead, sink: &mut dyn Write) -> Result<(), Failure> {
    loop {
        let mut budget = MAX_HEAD;
        let line = read_line(stream, &mut budget)?.ok_or(Failure::Partial)?;
        let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(size.trim_ascii()).map_err(|_| Failure::Answer)?;
        if size.starts_with('+') {
            return Err(Failure::Answer);
        }
        let size = u64::from_str_radix(size, 16).map_err(|_| Failure::Answer)?;
        if size == 0 {
            break;
        }
        copy(stream, Some(size), sink)?;
        match read_line(stream, &mut 2)? {
            Some(end) if end.is_empty() => {}
            Some(_) => return Err(Failure::Answer),
            None => return Err(Failure::Partial),
        }
    }
    let mut budget = MAX_HEAD;
    loop {
        match read_line(stream, &mut budget)? {
            Some(trailer) if !trailer.is_empty() => {}
            Some(_) => return Ok(()),
            None => return Err(Failure::Partial),
        }
    }
}

/// `length` bytes, or all there are.
fn copy(stream: &mut impl BufRead, length: Option<u64>, sink: &mut dyn Write) -> Result<(), Failure> {
    let mut left = length.unwrap_or(u64::MAX);
    while left > 0 {
        let piece = match stream.fill_buf() {
            Ok(piece) => piece,
            Err(e) => return Err(broken(e)),
        };
        if piece.is_empty() {
            return length.map_or(Ok(()), |_| Err(Failure::Partial));
        }
        let some = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let piece = piece.get(..some).unwrap_or_default();
        sink.write_all(piece).map_err(Failure::Write)?;
        stream.consume(some);
        left -= some as u64;
    }
    Ok(())
}

/// TLS that ends without its closing message may have been cut by anybody.
fn broken(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::Partial,
        _ => Failure::of(error, Failure::Receive),
    }
}

/// A line without its end; `None` at the end of the stream. Takes its length off the budget.
fn read_line(stream: &mut impl BufRead, budget: &mut u64) -> Result<Option<Vec<u8>>, Failure> {
    let mut line = Vec::new();
    let read = stream.take(*budget).read_until(b'\n', &mut line).map_err(broken)?;
    *budget -= read as u64;
    if line.pop_if_last(b'\n') {
        line.pop_if_last(b'\r');
        return Ok(Some(line));
    }
    if *budget == 0 {
        return Err(Failure::Answer);
    }
    match read {
        0 => Ok(None),
        _ => Err(Failure::Partial),
    }
}

trait PopIfLast {
    fn pop_if_last(&mut self, byte: u8) -> bool;
}

impl PopIfLast for Vec<u8> {
    fn pop_if_last(&mut self, byte: u8) -> bool {
        let last = self.last() == Some(&byte);
        if last {
            self.pop();
        }
        last
    }
}

/// Status and header lines.
fn read_head(stream: &mut impl BufRead) -> Result<(u16, Vec<Vec<u8>>), Failure> {
    let mut budget = MAX_HEAD;
    let first = match read_line(stream, &mut budget) {
        Ok(Some(first)) => first,
        Ok(None) | Err(Failure::Partial) => return Err(Failure::Empty),
        Err(other) => return Err(other),
    };
    let status = http_head::status(&first).ok_or(Failure::Answer)?;
    let mut headers = Vec::new();
    loop {
        match read_line(stream, &mut budget)? {
            Some(line) if line.is_empty() => return Ok((status, headers)),
            Some(line) => headers.push(line),
            None => return Err(Failure::Partial),
        }
    }
}

fn values<'a>(headers: &'a [Vec<u8>], name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    http_head::values(headers.iter().map(Vec::as_slice), name)
}

fn body_length(headers: &[Vec<u8>]) -> Result<Length, Failure> {
    if let Some(coding) = values(headers, "transfer-encoding").next() {
        return match coding.eq_ignore_ascii_case(b"chunked") {
            true => Ok(Length::Chunked),
            false => Err(Failure::Answer),
        };
    }
    let mut length = None;
    for value in values(headers, "content-length") {
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let text = std::str::from_utf8(value).ok().filter(|_| digits);
        let value = text.and_then(|text| text.parse::<u64>().ok()).ok_or(Failure::Answer)?;
        if length.is_some_and(|earlier| earlier != value) {
            return Err(Failure::Answer);
        }
        length = Some(value);
    }
    Ok(length.map_or(Length::UntilClose, Length::Known))
}
