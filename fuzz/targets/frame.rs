//! The near link's readers of what a stranger sends: frames cut from a stream in pieces of any size, and the hello before the
//! handshake. Input: one byte for the size of the pieces, then the stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nearlink::frame::{Decoder, Kind, HEADER, MAX_FRAME};
use nearlink::hello;

fuzz_target!(|data: &[u8]| {
    let Some((size, mut rest)) = data.split_first() else { return };
    let mut decoder = Decoder::default();
    while !rest.is_empty() {
        let piece = rest.len().min(usize::from(*size) + 1);
        let taken = decoder.fill(&rest[..piece]);
        rest = &rest[taken..];
        let mut frames = 0;
        while let Some(next) = decoder.take() {
            let Ok((header, frame)) = next else { return };
            assert!(frame.len() == HEADER + header.length && frame.len() <= MAX_FRAME);
            let body = &frame[HEADER..];
            match header.kind {
                Kind::Hello => drop(hello::read_hello(body, "own")),
                Kind::HelloAck => drop(hello::read_hello_ack(body, "own")),
                _ => {}
            }
            frames += 1;
        }
        assert!(taken > 0 || frames > 0, "the stream goes on");
    }
});
