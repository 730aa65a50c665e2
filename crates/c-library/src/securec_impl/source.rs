//! Where the scanning functions read from: a string, or a C stream with one character of push-back.

use std::ffi::{c_int, c_long};

use libc::FILE;

use super::unit::{Unit, length};

unsafe extern "C" {
    #[cfg_attr(target_os = "macos", link_name = "__stdinp")]
    static stdin: *mut FILE;
    fn flockfile(stream: *mut FILE);
    fn funlockfile(stream: *mut FILE);
    fn getwc(stream: *mut FILE) -> u32;
    fn ungetwc(code: u32, stream: *mut FILE) -> u32;
}

/// The program's standard input.
pub fn standard_input() -> *mut FILE {
    // SAFETY: libc sets it up before anything runs.
    unsafe { stdin }
}

/// A sequence of character codes.
pub trait Source {
    fn read(&mut self) -> Option<u32>;
    /// Takes back the last character read.
    fn unread(&mut self, code: u32);
}

/// A string in memory.
pub struct Memory<'a, U> {
    rest: &'a [U],
    all: &'a [U],
}

impl<U: Unit> Memory<'_, U> {
    /// # Safety
    /// `text` is terminated and outlives the source.
    pub unsafe fn of(text: *const U) -> Self {
        unsafe {
            let all = std::slice::from_raw_parts(text, length(text, usize::MAX));
            Memory { rest: all, all }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

impl<U: Unit> Source for Memory<'_, U> {
    fn read(&mut self) -> Option<u32> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first.code())
    }

    fn unread(&mut self, _code: u32) {
        let read = self.all.len() - self.rest.len();
        self.rest = self.all.get(read.saturating_sub(1)..).unwrap_or_default();
    }
}

/// A stream, locked while this lives.
pub struct Stream {
    stream: *mut FILE,
    wide: bool,
}

impl Stream {
    /// Locks the stream; at the start of a file other than standard input a UTF-8 byte order mark is skipped.
    ///
    /// # Safety
    /// `stream` is open for reading as long as this lives.
    pub unsafe fn open<U: Unit>(stream: *mut FILE) -> Stream {
        unsafe {
            flockfile(stream);
            let wide = size_of::<U>() > 1;
            let mut opened = Stream { stream, wide };
            if !wide && stream != standard_input() && libc::ftell(stream) == 0 {
                opened.skip_mark();
            }
            opened
        }
    }

    fn skip_mark(&mut self) {
        for (index, expected) in [0xEF, 0xBB, 0xBF].into_iter().enumerate() {
            match self.read() {
                Some(code) if code == expected => {}
                Some(code) if index == 0 => return self.unread(code),
                // SAFETY: the stream is open; it can be positioned, since ftell knew its position.
                _ => unsafe {
                    libc::fseek(self.stream, c_long::from(0u8), libc::SEEK_SET);
                    return;
                },
            }
        }
    }
}

impl Source for Stream {
    fn read(&mut self) -> Option<u32> {
        // SAFETY: the stream is open.
        unsafe {
            if self.wide {
                Some(getwc(self.stream)).filter(|code| *code != u32::MAX)
            } else {
                u32::try_from(libc::fgetc(self.stream)).ok()
            }
        }
    }

    fn unread(&mut self, code: u32) {
        // SAFETY: the stream is open, and one character can always be pushed back.
        unsafe {
            if self.wide {
                ungetwc(code, self.stream);
            } else {
                libc::ungetc(code as c_int, self.stream);
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: locked by `open`.
        unsafe { funlockfile(self.stream) };
    }
}
