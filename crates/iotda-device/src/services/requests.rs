//! Which files this device has asked addresses for: only answers to its own requests may move files by themselves. Whoever
//! speaks as the platform could otherwise take or replace any file of the working directory. Pure but for its lock; time
//! comes as an argument.

use std::fmt;
use std::time::{Duration, Instant};

use base::sync::Mutex;

use super::files::object_name;
use super::place::{Name, NameFault};
use crate::protocol::uplink::file::Direction;

/// For how long an answer may follow its request.
const ANSWER_WITHIN: Duration = Duration::from_secs(600);

/// Requests that are remembered; beyond, the oldest is forgotten.
const MOST: usize = 256;

/// An answer that does not move a file; its words are for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// The address has no object name.
    NoName,
    /// The name means something else than a file of the directory.
    Name(NameFault),
    /// This device has no request for the file.
    NoRequest,
    /// The answer is about another device.
    OtherDevice,
    /// The address is not protected.
    Plain,
}

impl fmt::Display for Unasked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unasked::NoName => f.write_str("its address names no file"),
            Unasked::Name(fault) => write!(f, "its address names no file that may be moved: {fault}"),
            Unasked::NoRequest => f.write_str(
                "this device did not ask for that file in the last 10 minutes: call IOTA_GetUploadFileUrl or \
                 IOTA_GetDownloadFileUrl first",
            ),
            Unasked::OtherDevice => f.write_str("it is for another device"),
            Unasked::Plain => f.write_str(
                "its address is plain http: have the platform give https addresses, or set item 124 \
                 (EN_IOTA_CFG_EXT_PLAIN_TRANSFERS) to 1",
            ),
        }
    }
}

struct Asked {
    direction: Direction,
    name: Vec<u8>,
    at: Instant,
}

/// The requests of one device that have no answer yet.
#[derive(Default)]
pub struct FileRequests(Mutex<Vec<Asked>>);

/// What an answer of the platform says.
pub struct Answer<'a> {
    pub direction: Direction,
    /// Whether it is about this device itself.
    pub own: bool,
    pub url: &'a [u8],
    /// Whether the program allows plain http.
    pub plain: bool,
}

impl FileRequests {
    /// The device asks for an address for the file of this name.
    pub fn asked(&self, direction: Direction, name: &[u8], now: Instant) {
        let mut asked = self.0.lock();
        asked.retain(|one| now.saturating_duration_since(one.at) < ANSWER_WITHIN);
        if asked.len() >= MOST {
            asked.remove(0);
        }
        asked.push(Asked {
            direction,
            name: name.to_vec(),
            at: now,
        });
    }

    /// The name of the file that the answer may move; its request is used up.
    pub fn claim(&self, answer: &Answer<'_>, now: Instant) -> Result<Vec<u8>, Unasked> {
        if !answer.own {
            return Err(Unasked::OtherDevice);
        }
        if !answer.plain
            && !answer
                .url
                .get(..8)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https://"))
        {
            return Err(Unasked::Plain);
        }
        let given = object_name(answer.url).ok_or(Unasked::NoName)?;
        let meant = decoded(given);
        let mut asked = self.0.lock();
        asked.retain(|one| now.saturating_duration_since(one.at) < ANSWER_WITHIN);
        let is_it = |one: &Asked| one.direction == answer.direction && (one.name == given || one.name == meant);
        let at = asked.iter().position(is_it).ok_or(Unasked::NoRequest)?;
        let name = asked.remove(at).name;
        Name::new(&name).map_err(Unasked::Name)?;
        Ok(name)
    }
}

/// `text` with its percent escapes replaced; wrong ones stay.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| *byte == b'%').and_then(|code| {
            let code = std::str::from_utf8(code).ok().filter(|code| !code.starts_with('+'))?;
            u8::from_str_radix(code, 16).ok()
        });
        plain.push(code.unwrap_or(*byte));
        rest = match code {
            Some(_) => behind.get(2..).unwrap_or_default(),
            None => behind,
        };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &[u8] = b"https://obs.example/dir/a%20b.txt?sig=1";

    fn answer(url: &[u8]) -> Answer<'_> {
        Answer {
            direction: Direction::Upload,
            own: true,
            url,
            plain: false,
        }
    }

    #[test]
    fn an_answer_serves_its_own_request_once_and_in_time() {
        let requests = FileRequests::default();
        let start = Instant::now();
        assert_eq!(requests.claim(&answer(URL), start), Err(Unasked::NoRequest));
        requests.asked(Direction::Upload, b"a b.txt", start);
        requests.asked(Direction::Download, b"other", start);
        assert_eq!(requests.claim(&answer(URL), start), Ok(b"a b.txt".to_vec()));
        assert_eq!(requests.claim(&answer(URL), start), Err(Unasked::NoRequest), "once");
        let other = b"https://obs.example/other?x";
        assert_eq!(
            requests.claim(&answer(other), start),
            Err(Unasked::NoRequest),
            "the other direction"
        );
        requests.asked(Direction::Upload, b"a b.txt", start);
        let late = start + ANSWER_WITHIN;
        assert_eq!(requests.claim(&answer(URL), late), Err(Unasked::NoRequest));
    }

    #[test]
    fn what_is_not_for_us_or_not_protected_is_refused_and_uses_nothing_up() {
        let requests = FileRequests::default();
        let now = Instant::now();
        requests.asked(Direction::Upload, b"a%20b.txt", now);
        let foreign = Answer {
            own: false,
            ..answer(URL)
        };
        assert_eq!(requests.claim(&foreign, now), Err(Unasked::OtherDevice));
        let plain = b"http://obs.example/dir/a%20b.txt?sig=1";
        assert_eq!(requests.claim(&answer(plain), now), Err(Unasked::Plain));
        assert_eq!(
            requests.claim(&answer(b"https://obs.example/a.txt"), now),
            Err(Unasked::NoName)
        );
        let allowed = Answer {
            plain: true,
            ..answer(plain)
        };
        assert_eq!(requests.claim(&allowed, now), Ok(b"a%20b.txt".to_vec()));
    }

    #[test]
    fn even_an_asked_name_must_be_one() {
        let requests = FileRequests::default();
        let now = Instant::now();
        requests.asked(Direction::Upload, b".ssh", now);
        let url = b"https://obs.example/.ssh?x";
        assert_eq!(
            requests.claim(&answer(url), now),
            Err(Unasked::Name(NameFault::LeadingDot))
        );
    }
}
