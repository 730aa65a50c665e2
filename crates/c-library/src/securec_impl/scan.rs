//! Formatted input: matches a format against a source and stores what the directives ask for.

use std::ffi::{CString, c_char, c_int, c_long, c_longlong, c_short, c_void};

use libc::{FILE, wchar_t};

use super::pattern::{Conversion, Directive, Piece, Pieces, Size, Text, is_space};
use super::source::{Memory, Source, Stream, standard_input};
use super::unit::{Args, Unit, units};
use crate::varargs::next_word;

/// `sscanf_s`
///
/// # Safety
/// `buffer` is NULL or terminated; `format` is NULL or a string that fits `args`.
pub unsafe fn string<U: Unit>(buffer: *const U, format: *const U, args: *mut Args) -> c_int {
    unsafe {
        let (Some(format), false) = (codes(format), buffer.is_null()) else {
            return -1;
        };
        let source = Memory::of(buffer);
        if source.is_empty() {
            empty_first_text(&format, args);
            return -1;
        }
        Scanner::new::<U>(source, args).run(&format)
    }
}

/// `fscanf_s`, and `scanf_s` for standard input.
///
/// # Safety
/// `stream` is NULL or open for reading; `format` is NULL or a string that fits `args`.
pub unsafe fn stream<U: Unit>(stream: *mut FILE, format: *const U, args: *mut Args) -> c_int {
    unsafe {
        let (Some(format), false) = (codes(format), stream.is_null()) else {
            return -1;
        };
        Scanner::new::<U>(Stream::open::<U>(stream), args).run(&format)
    }
}

/// `gets_s`
///
/// # Safety
/// `buffer` is NULL or writable for `size` bytes.
pub unsafe fn line(buffer: *mut c_char, size: usize) -> *mut c_char {
    unsafe {
        let Some(room) = c_int::try_from(size).ok().filter(|room| *room > 0 && !buffer.is_null()) else {
            return std::ptr::null_mut();
        };
        if libc::fgets(buffer, room, standard_input()).is_null() {
            return std::ptr::null_mut();
        }
        let mut end = super::unit::length(buffer, size);
        while end > 0 && matches!(*buffer.add(end - 1) as u8, b'\r' | b'\n') {
            end -= 1;
            buffer.add(end).write(0);
        }
        buffer
    }
}

unsafe fn codes<U: Unit>(format: *const U) -> Option<Vec<u32>> {
    unsafe { Some(units(format)?.iter().map(|unit| unit.code()).collect()) }
}

/// An empty input makes the first string that would be stored empty.
unsafe fn empty_first_text(format: &[u32], args: *mut Args) {
    unsafe {
        for piece in Pieces::of(format) {
            match piece {
                Piece::Directive(directive) if !directive.suppressed => match directive.conversion {
                    Conversion::Percent => {}
                    Conversion::Text { wide, .. } => {
                        if let Ok(target) = Target::next(wide, args) {
                            target.clear();
                        }
                        return;
                    }
                    _ => {
                        next_word(args);
                    }
                },
                Piece::OpenSet { .. } | Piece::Invalid => return,
                _ => {}
            }
        }
    }
}

/// Why scanning ended before the format did.
enum Stop {
    /// The input does not match; what was stored counts.
    Mismatch,
    /// The input ended; an error when nothing was stored.
    Input,
    /// The format or an argument is invalid.
    Failed,
}

type Scan<T> = Result<T, Stop>;

struct Scanner<S> {
    source: S,
    args: *mut Args,
    wide_source: bool,
    consumed: usize,
    stored: c_int,
}

impl<S: Source> Scanner<S> {
    fn new<U: Unit>(source: S, args: *mut Args) -> Scanner<S> {
        Scanner {
            source,
            args,
            wide_source: size_of::<U>() > 1,
            consumed: 0,
            stored: 0,
        }
    }

    /// # Safety
    /// `args` fits `format`.
    unsafe fn run(mut self, format: &[u32]) -> c_int {
        unsafe {
            for piece in Pieces::of(format) {
                let result = match piece {
                    Piece::Space => {
                        self.skip_space();
                        Ok(())
                    }
                    Piece::Literal(code) => self.literal(code),
                    Piece::Directive(directive) => self.directive(&directive),
                    Piece::OpenSet { suppressed: true } => Err(Stop::Mismatch),
                    Piece::OpenSet { suppressed: false } => match Target::next(false, self.args) {
                        Ok(target) => {
                            target.clear();
                            Err(Stop::Mismatch)
                        }
                        Err(stop) => Err(stop),
                    },
                    Piece::Invalid => Err(Stop::Failed),
                };
                match result {
                    Ok(()) => {}
                    Err(Stop::Input) if self.stored == 0 => return -1,
                    Err(Stop::Failed) => return -1,
                    Err(_) => break,
                }
            }
            self.stored
        }
    }

    fn read(&mut self) -> Option<u32> {
        let code = self.source.read()?;
        self.consumed += 1;
        Some(code)
    }

    fn unread(&mut self, code: u32) {
        self.consumed -= 1;
        self.source.unread(code);
    }

    /// The next character when it satisfies `test`; others stay.
    fn read_if(&mut self, test: impl FnOnce(u32) -> bool) -> Option<u32> {
        let code = self.read()?;
        if test(code) {
            Some(code)
        } else {
            self.unread(code);
            None
        }
    }

    fn skip_space(&mut self) {
        while self.read_if(is_space).is_some() {}
    }

    fn literal(&mut self, expected: u32) -> Scan<()> {
        let code = self.read().ok_or(Stop::Input)?;
        if code == expected {
            return Ok(());
        }
        self.unread(code);
        Err(Stop::Mismatch)
    }

    /// Skips white space; the input must go on.
    fn start(&mut self) -> Scan<()> {
        self.skip_space();
        let code = self.read().ok_or(Stop::Input)?;
        self.unread(code);
        Ok(())
    }

    unsafe fn directive(&mut self, directive: &Directive) -> Scan<()> {
        unsafe {
            let width = directive.width.unwrap_or(usize::MAX);
            if width == 0 {
                return Err(Stop::Mismatch);
            }
            match &directive.conversion {
                Conversion::Percent => {
                    self.start()?;
                    self.literal(u32::from(b'%'))
                }
                Conversion::Text { kind, wide } => {
                    let target = match directive.suppressed {
                        true => None,
                        false => Some(Target::next(*wide, self.args)?),
                    };
                    self.text(kind, directive.width, target)
                }
                conversion => {
                    let to = match directive.suppressed {
                        true => None,
                        false => Some(
                            Some(next_word(self.args))
                                .filter(|to| !to.is_null())
                                .ok_or(Stop::Failed)?,
                        ),
                    };
                    match conversion {
                        Conversion::Count => {
                            if let Some(to) = to {
                                store(to, directive.size, self.consumed as u64);
                            }
                            return Ok(());
                        }
                        Conversion::Float => self.float(width, directive.size, to)?,
                        Conversion::Integer { base, signed } => {
                            self.integer(width, *base, *signed, directive.size, to)?
                        }
                        _ => self.integer(width, 16, false, Size::Word, to)?,
                    }
                    self.stored += c_int::from(to.is_some());
                    Ok(())
                }
            }
        }
    }

    unsafe fn integer(
        &mut self,
        width: usize,
        base: u32,
        signed: bool,
        size: Size,
        to: Option<*mut c_void>,
    ) -> Scan<()> {
        unsafe {
            self.start()?;
            let mut left = width;
            let mut take = |scanner: &mut Self, test: &dyn Fn(u32) -> bool| {
                let code = if left > 0 { scanner.read_if(test) } else { None };
                left -= usize::from(code.is_some());
                code
            };
            let is = |letters: &'static [u8]| move |code: u32| letters.iter().any(|letter| u32::from(*letter) == code);
            let negative = take(self, &is(b"+-")) == Some(u32::from(b'-'));
            let (mut base, mut value, mut digits, mut overflow) = (base, 0u64, 0usize, false);
            if matches!(base, 0 | 16) && take(self, &is(b"0")).is_some() {
                if take(self, &is(b"xX")).is_some() {
                    base = 16;
                } else if base == 0 {
                    base = 8;
                }
                digits = 1;
            }
            if base == 0 {
                base = 10;
            }
            let digit_of = |code: u32| char::from_u32(code).and_then(|digit| digit.to_digit(base));
            while let Some(code) = take(self, &|code| digit_of(code).is_some()) {
                digits += 1;
                let more = value
                    .checked_mul(base.into())
                    .and_then(|value| value.checked_add(digit_of(code)?.into()));
                overflow |= more.is_none();
                value = more.unwrap_or(value);
            }
            if digits == 0 {
                return Err(Stop::Mismatch);
            }
            if let Some(to) = to {
                store(to, size, saturated(value, negative, overflow, signed, size));
            }
            Ok(())
        }
    }

    unsafe fn float(&mut self, width: usize, size: Size, to: Option<*mut c_void>) -> Scan<()> {
        unsafe {
            self.start()?;
            let point = decimal_point();
            let (mut text, mut plain) = (Vec::new(), String::new());
            let mut take = |scanner: &mut Self, test: &dyn Fn(u32) -> bool| {
                let code = if text.len() < width {
                    scanner.read_if(test)
                } else {
                    None
                };
                if let Some(code) = code.and_then(|code| u8::try_from(code).ok()) {
                    text.push(code);
                    plain.push(if code == point { '.' } else { char::from(code) });
                }
                code.is_some()
            };
            let digit = |code: u32| (48..58).contains(&code);
            let sign = |code: u32| code == 43 || code == 45;
            take(self, &sign);
            let mut digits = 0;
            while take(self, &digit) {
                digits += 1;
            }
            if take(self, &|code| code == u32::from(point)) {
                while take(self, &digit) {
                    digits += 1;
                }
            }
            if digits == 0 {
                return Err(Stop::Mismatch);
            }
            let mut end = None;
            let before = |plain: &str| plain.find(['e', 'E']);
            if take(self, &|code| code == 101 || code == 69) {
                take(self, &sign);
                let mut exponent = false;
                while take(self, &digit) {
                    exponent = true;
                }
                end = before(&plain).filter(|_| !exponent);
            }
            let end = end.unwrap_or(plain.len());
            if let Some(to) = to {
                let plain = plain.get(..end).unwrap_or_default();
                match size {
                    Size::Long => to.cast::<f64>().write_unaligned(plain.parse().unwrap_or(0.0)),
                    Size::LongLong => {
                        text.truncate(end);
                        if let Ok(text) = CString::new(text) {
                            hwmqtt_store_long_double(to, text.as_ptr());
                        }
                    }
                    _ => to.cast::<f32>().write_unaligned(plain.parse().unwrap_or(0.0)),
                }
            }
            Ok(())
        }
    }

    unsafe fn text(&mut self, kind: &Text, width: Option<usize>, target: Option<Target>) -> Scan<()> {
        unsafe {
            let characters = *kind == Text::Characters;
            let width = width.unwrap_or(if characters { 1 } else { usize::MAX });
            let mut writer = target.map(|target| Writer::new(target, self.wide_source));
            if let Some(writer) = &writer {
                if characters && width > writer.target.size {
                    writer.target.clear();
                    return Err(Stop::Mismatch);
                }
            }
            if *kind == Text::Word {
                self.start()?;
            }
            let mut matched = 0;
            while matched < width {
                let Some(code) = self.read() else {
                    if matched == 0 {
                        return Err(Stop::Input);
                    }
                    break;
                };
                let belongs = match kind {
                    Text::Characters => true,
                    Text::Word => !is_space(code),
                    Text::Set(set) => set.contains(code),
                };
                if !belongs {
                    self.unread(code);
                    break;
                }
                matched += 1;
                if let Some(writer) = &mut writer {
                    if !writer.push(code, usize::from(!characters)) {
                        writer.target.clear();
                        return Err(Stop::Mismatch);
                    }
                }
            }
            if matched == 0 {
                return Err(Stop::Mismatch);
            }
            if let Some(writer) = writer {
                if !characters {
                    writer.finish();
                }
                self.stored += 1;
            }
            Ok(())
        }
    }
}

/// A buffer of the program for a string, with its size in elements.
struct Target {
    buffer: *mut c_void,
    size: usize,
    wide: bool,
}

impl Target {
    /// The next two arguments.
    unsafe fn next(wide: bool, args: *mut Args) -> Scan<Target> {
        unsafe {
            let buffer = next_word(args);
            if buffer.is_null() {
                return Err(Stop::Failed);
            }
            // Passed as int or size_t: only the low half is certain.
            let size = next_word(args) as usize & 0xFFFF_FFFF;
            let most = if wide { wchar_t::MOST } else { c_char::MOST };
            if size == 0 || size > most {
                return Err(Stop::Mismatch);
            }
            Ok(Target { buffer, size, wide })
        }
    }

    unsafe fn put(&self, at: usize, code: u32) {
        unsafe {
            if self.wide {
                self.buffer.cast::<wchar_t>().add(at).write(wchar_t::from_code(code));
            } else {
                self.buffer.cast::<c_char>().add(at).write(c_char::from_code(code));
            }
        }
    }

    unsafe fn clear(&self) {
        unsafe {
            self.put(0, 0);
        }
    }
}

/// Fills a target, converting between narrow and wide characters where source and target differ.
struct Writer {
    target: Target,
    used: usize,
    wide_source: bool,
    state: ShiftState,
}

/// At least as large as any libc's `mbstate_t`; all zero is its initial state.
type ShiftState = [u64; 16];

unsafe extern "C" {
    fn mbrtowc(to: *mut wchar_t, from: *const c_char, length: usize, state: *mut ShiftState) -> usize;
    fn wcrtomb(to: *mut c_char, from: wchar_t, state: *mut ShiftState) -> usize;
    fn hwmqtt_store_long_double(to: *mut c_void, text: *const c_char);
}

impl Writer {
    fn new(target: Target, wide_source: bool) -> Writer {
        Writer {
            target,
            used: 0,
            wide_source,
            state: [0; 16],
        }
    }

    /// False when the character does not fit, `spare` elements left free, or cannot be converted.
    unsafe fn push(&mut self, code: u32, spare: usize) -> bool {
        unsafe {
            match (self.wide_source, self.target.wide) {
                (false, true) => {
                    let (byte, mut wide) = (c_char::from_code(code), 0);
                    match mbrtowc(&mut wide, &byte, 1, &mut self.state) {
                        usize::MAX => false,
                        // An incomplete character: the next byte belongs to it.
                        incomplete if incomplete == usize::MAX - 1 => true,
                        _ => self.put(wide.code(), spare),
                    }
                }
                (true, false) => {
                    let mut bytes: [c_char; 32] = [0; 32];
                    let length = wcrtomb(bytes.as_mut_ptr(), wchar_t::from_code(code), &mut self.state);
                    let bytes = bytes.get(..length).unwrap_or_default();
                    length != usize::MAX && bytes.iter().all(|byte| self.put(byte.code(), spare))
                }
                _ => self.put(code, spare),
            }
        }
    }

    unsafe fn put(&mut self, code: u32, spare: usize) -> bool {
        unsafe {
            let fits = self.used + spare < self.target.size;
            if fits {
                self.target.put(self.used, code);
                self.used += 1;
            }
            fits
        }
    }

    unsafe fn finish(&self) {
        unsafe {
            self.target.put(self.used, 0);
        }
    }
}

/// The bits of an integer, limited to 64 bits, and to a `long`'s where one is asked for.
fn saturated(value: u64, negative: bool, overflow: bool, signed: bool, size: Size) -> u64 {
    if !signed {
        return match (overflow, negative) {
            (true, _) => u64::MAX,
            (false, true) => value.wrapping_neg(),
            (false, false) => value,
        };
    }
    let (least, most) = match size {
        Size::Long => (i128::from(c_long::MIN), i128::from(c_long::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    };
    let value = if overflow { i128::MAX } else { i128::from(value) };
    (if negative { -value } else { value }).clamp(least, most) as u64
}

unsafe fn store(to: *mut c_void, size: Size, value: u64) {
    unsafe {
        match size {
            Size::Char => to.cast::<u8>().write_unaligned(value as u8),
            Size::Short => to.cast::<c_short>().write_unaligned(value as c_short),
            Size::Int => to.cast::<c_int>().write_unaligned(value as c_int),
            Size::Long => to.cast::<c_long>().write_unaligned(value as c_long),
            Size::LongLong => to.cast::<c_longlong>().write_unaligned(value as c_longlong),
            Size::Word => to.cast::<usize>().write_unaligned(value as usize),
        }
    }
}

/// The C library's, as the printing functions use it.
fn decimal_point() -> u8 {
    // SAFETY: localeconv returns a valid struct with a string, or NULL.
    unsafe {
        let point = libc::localeconv().as_ref().map(|locale| *locale.decimal_point as u8);
        point.filter(|point| *point != 0 && point.is_ascii()).unwrap_or(b'.')
    }
}
