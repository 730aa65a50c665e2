//! Upgrade packages and files over HTTP.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use std::time::Duration;

use super::{OTA_TIMEOUT_MIN_LENGTH, SSL_CTX};
use crate::agentlite::hw_type::{HW_CHAR, HW_INT};
use crate::{call, transfers};
use c_library::boundary::bytes;
use iotda_device::error::{Error, Result};
use iotda_device::protocol::uplink::file::Direction;
use iotda_device::services::ota::{self, Expected, Source};

exported!(
    null_mut(),
    /// Makes a TLS context of OpenSSL's, which this library is built without.
    ///
    /// Returns NULL always, and logs that. Never blocks. Any thread.
    /// See docs/spec/services.md#ssl-init.
    pub fn IOTA_ssl_init() -> *mut SSL_CTX {
        base::lines::no_openssl();
        null_mut()
    }
);

exported!(
    -1,
    /// Downloads an upgrade package into the working directory, otherwise as `IOTA_GetOTAPackages_Ext`.
    ///
    /// - `url`, `token`, `timeout`: see there.
    ///
    /// Returns as `IOTA_GetOTAPackages_Ext`. Blocks for the transfer.
    /// See docs/spec/services.md#ota-download.
    pub fn IOTA_GetOTAPackages(url: *mut HW_CHAR, token: *mut HW_CHAR, timeout: HW_INT) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (url, token) = unsafe { (bytes(url), bytes(token)) };
        let result = package(url, token, timeout, None, &mut |_| {});
        call::code(FUNCTION, result)
    }
);

exported!(
    -1,
    /// Downloads an upgrade package over TLS, from the platform (with a token) or from an object store (without).
    ///
    /// The server's certificate must be for its host and come from an authority of the system's store (`SSL_CERT_FILE` names
    /// another one) or of `conf/rootcert.pem`. Redirects are not followed. A file of that name is replaced only by a whole package,
    /// and only if this library put it there; a name that begins with a dot is refused, a link is not followed.
    ///
    /// - `url`: `https://host[:port]/path?query`; not NULL.
    /// - `token`: `access_token` of the upgrade event; NULL when it had none.
    /// - `timeout`: seconds without a byte received after which the download fails; more than `OTA_TIMEOUT_MIN_LENGTH`.
    /// - `otaFilePath`: directory, with or without "/" at its end; NULL for that of item EN_IOTA_CFG_EXT_DOWNLOAD_DIRECTORY, or
    ///   else the working directory.
    /// - `otaFilename`: out: the file's name within the directory, from the server or else from the URL; a buffer of at least
    ///   `PKGNAME_MAX` + 1 bytes, not NULL. Filled as soon as the name is known, also when the download then fails.
    ///
    /// Returns 0 when the whole package is stored; -111 for a NULL `url` or `otaFilename`, or
    /// `timeout` out of range; -1 for every other failure, the reason is logged. Blocks for the
    /// transfer; `IOTA_Destroy` on another thread ends it with -1. Any thread; inside a callback it
    /// holds up all other callbacks. Works before `IOTA_Init` too, with the system's store only.
    /// See docs/spec/services.md#ota.
    pub fn IOTA_GetOTAPackages_Ext(
        url: *mut HW_CHAR,
        token: *mut HW_CHAR,
        timeout: HW_INT,
        otaFilePath: *const HW_CHAR,
        otaFilename: *mut HW_CHAR,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (url, token, directory) = unsafe { (bytes(url), bytes(token), bytes(otaFilePath)) };
        let result = match otaFilename.is_null() {
            true => Err(Error::Invalid("otaFilename")),
            false => package(url, token, timeout, directory, &mut |name| {
                // SAFETY: the caller's buffer has room for PKGNAME_MAX bytes, which no name exceeds, and the terminator.
                unsafe {
                    std::ptr::copy_nonoverlapping(name.as_ptr(), otaFilename.cast(), name.len());
                    *otaFilename.add(name.len()) = 0;
                }
            }),
        };
        call::code(FUNCTION, result)
    }
);

fn package(
    url: Option<&[u8]>,
    token: Option<&[u8]>,
    timeout: HW_INT,
    directory: Option<&[u8]>,
    named: &mut dyn FnMut(&[u8]),
) -> Result<()> {
    let url = url.ok_or(Error::Invalid("the URL"))?;
    let seconds = u64::try_from(timeout).ok().filter(|_| timeout > OTA_TIMEOUT_MIN_LENGTH);
    let timeout = Duration::from_secs(seconds.ok_or(Error::Invalid("the timeout"))?);
    let source = Source {
        url,
        token,
        directory,
        own: false,
        expected: Expected::default(),
    };
    transfers::package(&source, timeout, named)
}

exported!(
    -1,
    /// Compares the SHA-256 of a downloaded package with the one that the platform announced.
    ///
    /// - `sign`: `sign` of the upgrade event, 64 hex digits; NULL or "" counts as verified, with a warning in the log.
    /// - `otaFilePath`: directory, with or without "/" at its end; NULL for the working directory.
    /// - `otaFilename`: the file's name within it.
    ///
    /// Returns 0 for a match; -102 when the file cannot be opened; -1 for a mismatch, a `sign` of
    /// another length, an `otaFilePath` of "" or a NULL `otaFilename`. Reads the whole file. Any
    /// thread. See docs/spec/services.md#ota-verify.
    pub fn IOTA_OTAVerifySign(sign: *mut HW_CHAR, otaFilePath: *const HW_CHAR, otaFilename: *mut HW_CHAR) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (sign, directory, name) = unsafe { (bytes(sign), bytes(otaFilePath), bytes(otaFilename)) };
        call::code(FUNCTION, ota::verify(sign, directory, name))
    }
);

exported!(
    -1,
    /// Uploads a file to an address that the platform gave out (HTTP PUT), then reports the result as
    /// `IOTA_UploadFileResultReport` does, if the URL has a name before a "?".
    ///
    /// - `filePath`: the file; NULL for the one named like the object in the URL, in the working directory.
    /// - `url`: `url` of the event; `http` or `https`, the certificate must come from an authority of the system's store
    ///   (`SSL_CERT_FILE` names another one); not NULL.
    /// - `context`: ignored.
    ///
    /// Returns 0 when the server answers with status 200; -101 for a NULL `url`; -102 when there is
    /// no such file, then nothing is sent or reported; -1 for every other failure. Blocks for the
    /// transfer, which fails after 60 s without progress; `IOTA_Destroy` on another thread ends it
    /// with -1. Any thread; inside a callback it holds up all other callbacks.
    /// See docs/spec/services.md#files.
    pub fn IOTA_UploadFile(filePath: *const c_char, url: *const c_char, context: *mut c_void) -> c_int {
        let _ = context;
        // SAFETY: the caller passes NULL or C strings.
        let (path, url) = unsafe { (bytes(filePath), bytes(url)) };
        let result = transfers::file(Direction::Upload, path, url);
        call::code(FUNCTION, result)
    }
);

exported!(
    -1,
    /// Downloads a file from an address that the platform gave out (HTTP GET), then reports the result as
    /// `IOTA_DownloadFileResultReport` does, if the URL has a name before a "?".
    ///
    /// - `filePath`: where to store it; NULL for the name of the object in the URL, in the working directory. A file there is
    ///   replaced on success only.
    /// - `url`, `context`: see `IOTA_UploadFile`.
    ///
    /// Returns 0 when the server answers with status 200 and the whole file is stored; -101 for a
    /// NULL `url`; -102 when there is no place for the file, then nothing is sent or reported; -1
    /// for every other failure. Blocks for the transfer, at most 1200 s; `IOTA_Destroy` on another
    /// thread ends it with -1. Any thread; inside a callback it holds up all other callbacks.
    /// See docs/spec/services.md#files.
    pub fn IOTA_DownloadFile(filePath: *const c_char, url: *const c_char, context: *mut c_void) -> c_int {
        let _ = context;
        // SAFETY: the caller passes NULL or C strings.
        let (path, url) = unsafe { (bytes(filePath), bytes(url)) };
        let result = transfers::file(Direction::Download, path, url);
        call::code(FUNCTION, result)
    }
);
