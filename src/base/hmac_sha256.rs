//! The HMAC of the connection password, and base64.

use std::ffi::{c_char, c_int, c_uchar};
use std::ptr::null_mut;

use crate::text;
use c_library::boundary::{bytes, malloc_str};
use iotda_device::digest;

header!(HAMC_SHA256_H);

exported!(
    -1,
    /// Writes the first `inEncryDataLen` (0 to 32) bytes of an HMAC as lower-case hexadecimal text with its terminator to
    /// `outData`, which needs `2 * inEncryDataLen + 1` bytes; less than 0 counts as 0, more than 32 as 32.
    ///
    /// The message is `inputData`, the key `*inputKey`, which is left as it is: HMAC-SHA256 for
    /// `checkTimestamp` up to 1, else HMAC-SM3 with the first 10 bytes of the key. Returns 0, or -1
    /// when a pointer is NULL (logged). Any number of threads may call it at once.
    /// (docs/spec/helpers.md#encrypt-with-hmac)
    pub fn EncryptWithHMac(
        inputData: *const c_char,
        inputKey: *mut *mut c_char,
        inEncryDataLen: c_int,
        outData: *mut c_char,
        checkTimestamp: c_int,
    ) -> c_int {
        // SAFETY: the program passes NULL or C strings and a pointer variable.
        let (message, key) = unsafe { (bytes(inputData), inputKey.as_ref().and_then(|key| bytes(*key))) };
        let (Some(message), Some(key), false) = (message, key, outData.is_null()) else {
            base::lines::hmac_null();
            return -1;
        };
        let mac = match checkTimestamp {
            2.. => digest::hmac_sm3(key.get(..10).unwrap_or(key), message),
            _ => digest::hmac_sha256(key, message),
        };
        let length = usize::try_from(inEncryDataLen).unwrap_or(0);
        let hex = digest::hex(mac.get(..length).unwrap_or(&*mac));
        // SAFETY: the program vouches for room for the digits and the terminator.
        unsafe {
            outData.copy_from_nonoverlapping(hex.as_ptr().cast(), hex.len());
            outData.add(hex.len()).write(0);
        }
        0
    }
);

exported!(
    null_mut(),
    /// Base64 (standard alphabet, padded, one line) of the bytes of `str` up to its terminator, for the caller to `free`; NULL
    /// for NULL.
    pub fn base64_encode(str: *mut c_uchar) -> *mut c_uchar {
        // SAFETY: the program passes NULL or a C string.
        let bytes = unsafe { bytes(str.cast()) };
        bytes.map_or(null_mut(), |bytes| {
            malloc_str(text::base64_encode(bytes).as_bytes()).cast()
        })
    }
);

exported!(
    null_mut(),
    /// The decoded bytes of `code` (standard alphabet, padding optional) and a terminator, for the caller to `free`; no length
    /// is returned. NULL for NULL, for any other character and for a single character at the end.
    pub fn base64_decode(code: *mut c_uchar) -> *mut c_uchar {
        // SAFETY: the program passes NULL or a C string.
        let decoded = unsafe { bytes(code.cast()) }.and_then(digest::base64_decode);
        decoded.map_or(null_mut(), |bytes| malloc_str(&bytes).cast())
    }
);

pub const TIME_STAMP_LENGTH: c_int = 10;
pub const TRY_MAX_TIME: c_int = 100;
pub const SHA256_ENCRYPTION_LENGRH: c_int = 32;
