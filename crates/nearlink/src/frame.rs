//! Frames of the near link's wire (docs/spec/nearlink.md#wire): `HD`, version 1, type, length,
//! body; at most 2048 bytes, so one fixed buffer per connection holds any frame and a declared
//! length never allocates.

/// Longest frame, header included.
pub const MAX_FRAME: usize = 2048;
/// Bytes before the body.
pub const HEADER: usize = 6;
/// Longest body.
pub const MAX_BODY: usize = MAX_FRAME - HEADER;
/// Body of NOISE_1 and of NOISE_2.
pub const NOISE_BODY: usize = 51;

const MAGIC: [u8; 2] = *b"HD";
const VERSION: u8 = 1;

/// Frame types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Hello = 0x01,
    HelloAck = 0x02,
    Noise1 = 0x03,
    Noise2 = 0x04,
    Record = 0x10,
    Error = 0x7F,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Kind> {
        Some(match byte {
            0x01 => Kind::Hello,
            0x02 => Kind::HelloAck,
            0x03 => Kind::Noise1,
            0x04 => Kind::Noise2,
            0x10 => Kind::Record,
            0x7F => Kind::Error,
            _ => return None,
        })
    }
}

/// The header alone tells what a frame is, before its body has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub kind: Kind,
    /// Length of the body.
    pub length: usize,
}

/// Wrong magic, version, length or type: the stream cannot be followed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads a header.
pub fn header(bytes: &[u8; HEADER]) -> Result<Header, Malformed> {
    let [m0, m1, version, kind, l0, l1] = *bytes;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if [m0, m1] != MAGIC || version != VERSION || length > MAX_BODY {
        return Err(Malformed);
    }
    let kind = Kind::from_byte(kind).ok_or(Malformed)?;
    Ok(Header { kind, length })
}

/// Appends a header; the body of `length` bytes follows it.
pub fn put_header(out: &mut Vec<u8>, kind: Kind, length: usize) {
    let length = u16::try_from(length.min(MAX_BODY)).unwrap_or(0);
    out.extend_from_slice(&MAGIC);
    out.push(VERSION);
    out.push(kind as u8);
    out.extend_from_slice(&length.to_be_bytes());
}

/// A whole frame.
pub fn frame(kind: Kind, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + body.len());
    put_header(&mut out, kind, body.len());
    out.extend_from_slice(body);
    out
}

/// Cuts a byte stream into frames inside one buffer of [`MAX_FRAME`] bytes.
pub struct Decoder {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder {
            buffer: vec![0; MAX_FRAME].into_boxed_slice(),
            start: 0,
            end: 0,
        }
    }
}

impl Decoder {
    /// Where the next bytes of the stream go; never empty unless a whole frame waits to be taken.
    pub fn room(&mut self) -> &mut [u8] {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        self.buffer.get_mut(self.end..).unwrap_or_default()
    }

    /// `count` bytes have been put at the beginning of [`Decoder::room`].
    pub fn filled(&mut self, count: usize) {
        self.end = (self.end + count).min(self.buffer.len());
    }

    /// Copies as much of `bytes` as there is room for; the number of bytes taken.
    pub fn fill(&mut self, bytes: &[u8]) -> usize {
        let room = self.room();
        let count = bytes.len().min(room.len());
        if let (Some(to), Some(from)) = (room.get_mut(..count), bytes.get(..count)) {
            to.copy_from_slice(from);
        }
        self.filled(count);
        count
    }

    fn waiting(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The header of the next frame, once its six bytes are there.
    pub fn header(&self) -> Option<Result<Header, Malformed>> {
        self.waiting().first_chunk().map(header)
    }

    /// Takes the next frame, header included, if it is complete.
    pub fn take(&mut self) -> Option<Result<(Header, &[u8]), Malformed>> {
        let header = match self.header()? {
            Ok(header) => header,
            Err(bad) => return Some(Err(bad)),
        };
        let size = HEADER + header.length;
        if self.end - self.start < size {
            return None;
        }
        let from = self.start;
        self.start += size;
        Some(Ok((header, self.buffer.get(from..self.start)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn header_rules() {
        assert_eq!(
            header(b"HD\x01\x01\x07\xfa"),
            Ok(Header {
                kind: Kind::Hello,
                length: 2042
            })
        );
        for bad in [
            b"HX\x01\x01\0\0",
            b"HD\x02\x01\0\0",
            b"HD\x01\x01\x07\xfb",
            b"HD\x01\x55\0\x01",
            b"HD\x01\0\0\0",
        ] {
            assert_eq!(header(bad), Err(Malformed));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_split_gives_the_same_frames(
            bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=MAX_BODY), 1..6),
            cut in 1usize..900,
        ) {
            let stream: Vec<u8> = bodies.iter().flat_map(|b| frame(Kind::Record, b)).collect();
            let mut decoder = Decoder::default();
            let mut got = Vec::new();
            for part in stream.chunks(cut) {
                let mut rest = part;
                while !rest.is_empty() {
                    let taken = decoder.fill(rest);
                    prop_assert!(taken > 0);
                    rest = &rest[taken..];
                    while let Some(next) = decoder.take() {
                        got.push(next.unwrap().1[HEADER..].to_vec());
                    }
                }
            }
            prop_assert_eq!(got, bodies);
        }
    }
}
