//! Log lines of the program, into the same sink as those of the library.

use crate::capi::header::va_list;
use std::ffi::{c_char, c_int, CStr};

header!(LOG_UTIL_H, "<stdarg.h>", "#ifdef _SYS_LOG", "<syslog.h>", "#endif");

pub const LOG_FILE_ENABLE: c_int = 0;
pub const LOG_FILE_NAME: &CStr = c"./client.log";

pub type PRINTF_LOG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(level: c_int, format: *mut c_char, args: va_list)>;

extern "C" {
    /// Writes one log line: the text of `_Format` with its arguments, as for `printf`, to the log callback.
    ///
    /// - `logLevel`: a LOGLEVEL.
    /// - `_Format`: NULL is ignored.
    ///
    /// May be called from any thread, before `IOTA_Init` and after `IOTA_Destroy` too.
    pub fn PrintfLog(logLevel: c_int, _Format: *mut c_char, ...);
}

c_verbatim!(
    "
#ifdef _SYS_LOG
/** Levels of a program that is compiled with _SYS_LOG: syslog's numbers. */
typedef enum enum_LOG_LEVEL {
    EN_LOG_LEVEL_DEBUG = LOG_DEBUG,
    EN_LOG_LEVEL_INFO = LOG_INFO,
    EN_LOG_LEVEL_WARNING = LOG_WARNING,
    EN_LOG_LEVEL_ERROR = LOG_ERR
} LOGLEVEL;
#else
"
);

c_enum! {
    #[tag = "enum_LOG_LEVEL"]
    pub enum LOGLEVEL {
        EN_LOG_LEVEL_DEBUG = 0,
        EN_LOG_LEVEL_INFO = 1,
        EN_LOG_LEVEL_WARNING = 2,
        EN_LOG_LEVEL_ERROR = 3,
        EN_LOG_LEVEL_MQTT_MAXIMUM = 8,
        EN_LOG_LEVEL_MQTT_MEDIUM = 9,
        EN_LOG_LEVEL_MQTT_MINIMUM = 10,
        EN_LOG_LEVEL_MQTT_PROTOCOL = 11,
        EN_LOG_LEVEL_MQTT_ERROR = 12,
        EN_LOG_LEVEL_MQTT_SEVERE = 13,
        EN_LOG_LEVEL_MQTT_FATAL = 14,
    }
}

c_verbatim!("#endif /* _SYS_LOG */");
