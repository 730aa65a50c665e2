//! Log lines of the program, into the same sink as those of the library.

use crate::log_relay;
use c_library::header::va_list;
use std::ffi::{CStr, c_char, c_int};

header!(LOG_UTIL_H, "<stdarg.h>", "#ifdef _SYS_LOG", "<syslog.h>", "#endif");

pub const LOG_FILE_ENABLE: c_int = 0;
pub const LOG_FILE_NAME: &CStr = c"./client.log";

/// Receives each log line: a LOGLEVEL, a `printf` format and its arguments. May run on any thread.
pub type PRINTF_LOG_CALLBACK_HANDLER = Option<unsafe extern "C" fn(level: c_int, format: *mut c_char, args: va_list)>;

exported!(
    /// Sets the process-wide receiver of all log lines, the library's and those of `PrintfLog`; NULL discards them, as before
    /// the first call. It is one slot with `IOTA_SetPrintLogCallback`; `IOTA_Destroy` leaves it alone.
    ///
    /// The callback runs on the thread that logs, on several at once when several log. `format` is
    /// a prefix (local time and level word) and the caller's format, valid until the callback
    /// returns; `args` may be consumed once. All levels are passed. (docs/spec/connection.md#log)
    pub fn SetPrintfLogCallback(callback: PRINTF_LOG_CALLBACK_HANDLER) {
        log_relay::set_print_callback(callback)
    }
);

unsafe extern "C" {
    /// Passes one line to the log callback on the calling thread: prefix, then `_Format` with its arguments; no line end is
    /// added. The prefix is `yyyy-MM-dd HH:mm:ss.mmm LEVEL ` in local time, for the levels 8 to 14 `LEVEL ` alone; the word
    /// of an unknown level is `U`. Nothing happens when `_Format` is NULL or no callback is set.
    pub fn PrintfLog(logLevel: c_int, _Format: *mut c_char, ...);
}

c_verbatim!(
    r#"
#ifdef _SYS_LOG
/* For programs whose log callback calls vsyslog(). Here and not in the library, whose users have
   such names of their own. */

/** Opens the system log as "OC_MQTT_LOG " with the process id. */
static inline void InitLogForLinux(void)
{
    openlog("OC_MQTT_LOG ", LOG_PID | LOG_CONS, LOG_USER);
}

/** Reopens the system log with another facility: LOG_LOCAL0 to LOG_LOCAL7. */
static inline void SetLogLocalNumber(int logLocalNumber)
{
    closelog();
    openlog("OC_MQTT_LOG ", LOG_PID | LOG_CONS, logLocalNumber);
}

/** Lets the system log pass the levels 0 (LOG_EMERG) to logLevel. */
static inline void SetLogLevel(int logLevel)
{
    setlogmask(LOG_UPTO(logLevel));
}

/** Closes the system log. */
static inline void DestoryLogForLinux(void)
{
    closelog();
}

/** Levels of a program that is compiled with _SYS_LOG: syslog's numbers. */
typedef enum enum_LOG_LEVEL {
    EN_LOG_LEVEL_DEBUG = LOG_DEBUG,
    EN_LOG_LEVEL_INFO = LOG_INFO,
    EN_LOG_LEVEL_WARNING = LOG_WARNING,
    EN_LOG_LEVEL_ERROR = LOG_ERR
} LOGLEVEL;
#else
"#
);

c_enum! {
    /// Level of a log line.
    #[tag = "enum_LOG_LEVEL"]
    pub enum LOGLEVEL {
        EN_LOG_LEVEL_DEBUG = 0,
        EN_LOG_LEVEL_INFO = 1,
        EN_LOG_LEVEL_WARNING = 2,
        EN_LOG_LEVEL_ERROR = 3,
        /// This and the following: trace of the MQTT client of the C SDK.
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
