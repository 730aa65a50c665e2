//! Why a call was refused, and why the device is offline, in words: an addition to the C SDK's interface.

use std::ffi::c_char;

use super::hw_type::HW_INT;
use super::iota_error_type::IOTA_FAILURE;
use crate::text::cut;
use crate::{last_error, process};

header!(IOTA_WHY_EXT_H, "hw_type.h", "iota_error_type.h");

exported!(
    IOTA_FAILURE,
    /// Says why the last call of this thread that was refused was refused: a line with the function, the cause and its
    /// identifier, a line "because: ..." for each cause behind it, and a line "what to do: ...". A call that succeeds leaves it
    /// as it is; "" when none was refused. Near link functions (`dconncaseone_interface.h`) have their own codes and are not
    /// among these calls. docs/errors.md lists the identifiers.
    ///
    /// - `buffer`: gets the text, cut between two characters to fit, and a NUL. NULL: only the length is wanted.
    /// - `size`: bytes of `buffer`; 0 or less: as for NULL.
    ///
    /// Returns the bytes of the whole text without NUL, as snprintf does; IOTA_FAILURE when it cannot be made.
    ///
    /// Any thread, callbacks included, before IOTA_Init too; never waits.
    ///
    /// Example: `char why[512]; if (IOTA_Connect() != 0 && IOTA_GetLastError(why, sizeof(why)) > 0) puts(why);`
    ///
    /// See docs/spec/connection.md#why.
    pub fn IOTA_GetLastError(buffer: *mut c_char, size: HW_INT) -> HW_INT {
        // SAFETY: the caller's buffer of that size.
        unsafe { give(&last_error::text(), buffer, size) }
    }
);

exported!(
    IOTA_FAILURE,
    /// Says why the device has no connection, a line for each thing: its state and since when; when the library tries again by
    /// itself, or what to call; the last five failures since a connection stood, the newest first, each with its identifier.
    ///
    /// - `buffer`, `size`: as for `IOTA_GetLastError`.
    ///
    /// Returns the bytes of the whole text without NUL, as snprintf does; IOTA_FAILURE when it cannot be made.
    ///
    /// Any thread, callbacks included, before IOTA_Init too; never waits.
    ///
    /// Example: `char why[1024]; if (IOTA_IsConnected() != 1 && IOTA_WhyOffline(why, sizeof(why)) > 0) puts(why);`
    ///
    /// See docs/spec/connection.md#why.
    pub fn IOTA_WhyOffline(buffer: *mut c_char, size: HW_INT) -> HW_INT {
        let text = match process::device() {
            Ok(device) => device.why_offline().to_string(),
            Err(cause) => format!("offline: {cause}"),
        };
        // SAFETY: the caller's buffer of that size.
        unsafe { give(&text, buffer, size) }
    }
);

/// # Safety `buffer` is NULL or has room for `size` bytes.
unsafe fn give(text: &str, buffer: *mut c_char, size: HW_INT) -> HW_INT {
    let room = usize::try_from(size).unwrap_or(0);
    if !buffer.is_null() && room > 0 {
        let shown = cut(text, room - 1);
        // SAFETY: at most `size` bytes; the text is another place.
        unsafe {
            buffer
                .cast::<u8>()
                .copy_from_nonoverlapping(shown.as_ptr(), shown.len());
            buffer.add(shown.len()).write(0);
        }
    }
    HW_INT::try_from(text.len()).unwrap_or(HW_INT::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_the_buffer_and_their_whole_length_told() {
        for (size, want) in [
            (4, "abc"),
            (3, "ab"),
            (1, ""),
            (5, "abc"),
            (6, "abc\u{e9}"),
            (99, "abc\u{e9}"),
        ] {
            let mut buffer = [b'#'; 99];
            // SAFETY: at most its size.
            let length = unsafe { give("abc\u{e9}", buffer.as_mut_ptr().cast(), size) };
            assert_eq!(length, 5);
            let end = buffer.iter().position(|byte| *byte == 0).unwrap();
            assert_eq!(&buffer[..end], want.as_bytes(), "{size}");
            assert!(buffer[end + 1..].iter().all(|byte| *byte == b'#'));
        }
        // SAFETY: nothing is written.
        assert_eq!(
            unsafe {
                (
                    give("ab", std::ptr::null_mut(), 9),
                    give("ab", std::ptr::null_mut(), -1),
                )
            },
            (2, 2)
        );
    }
}
