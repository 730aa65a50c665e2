//! Start and end, and the callbacks with the structs they receive.
//!
//! A struct handed to a callback and everything it points to live until the callback returns. Callbacks run one at a time, on a
//! thread of the library; they may call any function.

use crate::agentlite::hw_type::{HW_CHAR, HW_INT};
use crate::{call, ending, log_relay, process};
use c_library::boundary;

mod setters;
pub mod structs;
pub mod types;

header!(IOTA_INIT_H, "<stdarg.h>", "hw_type.h", "json_util.h");

pub use structs::*;
pub use types::*;

exported!(
    -1,
    /// Initialises the SDK for this process. Discards address, port, device id, secrets and modes configured before; QoS, keep
    /// alive, time-outs, stamp method and all callbacks stay. Starts nothing on the network.
    ///
    /// - `workPath`: directory that holds `conf/` with the certificates (looked at when connecting); must exist. Copied.
    ///
    /// Returns 0; -101 for NULL; -102 when the path is "" or does not exist; -103 when already
    /// initialised (checked first; nothing is touched). Any thread, callbacks included.
    /// See docs/spec/connection.md#init.
    pub fn IOTA_Init(workPath: *mut HW_CHAR) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        call::code(FUNCTION, process::init(unsafe { boundary::bytes(workPath) }))
    }
);

exported!(
    in_signals(ending::destroy, 0),
    /// Ends the session: sends DISCONNECT if connected, reports what is still queued as failed (code -11), stops the library's
    /// threads. Legal at any time, before `IOTA_Init` too. Callbacks and the log callback stay registered.
    ///
    /// Returns 0 always. Outside callbacks no callback runs any more when it returns; inside a
    /// callback it returns at once and the session ends after that callback, and `IOTA_Init` may
    /// follow immediately. In a signal handler that interrupts a call of the library it is noted
    /// only, and done when that call ends; `exit()` may follow at once. In a child that was forked
    /// while the library was connected it does nothing: the session is the parent's.
    /// See docs/spec/connection.md#destroy, docs/spec/connection.md#inside-callbacks.
    pub fn IOTA_Destroy() -> HW_INT {
        ending::destroy();
        0
    }
);

exported!(
    /// Registers the receiver of log lines; without one the library is silent.
    ///
    /// - `pfnLogCallbackHandler`: gets the level (`LOGLEVEL`), a format and its `va_list`, valid during the call (use `vprintf`
    ///   or `vsyslog`); NULL switches logging off.
    ///
    /// Runs on whichever thread logs, possibly several at once. Takes effect at once, at any time.
    /// See docs/spec/connection.md#log.
    pub fn IOTA_SetPrintLogCallback(pfnLogCallbackHandler: PFN_LOG_CALLBACK_HANDLER) {
        log_relay::set_print_callback(pfnLogCallbackHandler)
    }
);

exported!(
    -1,
    /// Sets address, device id, port and secret in one call; then the environment variables `IOTDA_MQTTC_ADDRESS`,
    /// `IOTDA_MQTTC_PORT`, `IOTDA_MQTTC_DEVICEID` and `IOTDA_MQTTC_PASSWOROD` (this spelling) override what is set and not empty.
    ///
    /// - `ip`: host name, IPv4 address, or IPv6 address in brackets.
    /// - `port`: text; one containing `1883` means plain TCP, one containing `8883` TLS.
    /// - `deviceId`: the device's id.
    /// - `password`: the device secret; NULL keeps the one set before.
    ///
    /// Returns 0; -101 when `ip`, `port` or `deviceId` is NULL (nothing is set). Takes effect at
    /// the next `IOTA_Connect`. See docs/spec/connection.md#connect-config-set,
    /// docs/spec/connection.md#environment.
    pub fn IOTA_ConnectConfigSet(
        ip: *mut HW_CHAR,
        port: *mut HW_CHAR,
        deviceId: *mut HW_CHAR,
        password: *mut HW_CHAR,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (ip, port, id, password) = unsafe {
            (
                boundary::bytes(ip),
                boundary::bytes(port),
                boundary::bytes(deviceId),
                boundary::bytes(password),
            )
        };
        call::code(FUNCTION, process::connect_config(ip, port, id, password))
    }
);

pub use setters::*;

c_verbatim!(
    "
#ifdef MQTTV5
HW_INT IOTA_ConfigSetUint(HW_INT item, HW_UINT value);

/** IOTA_Init for a program that is compiled with MQTTV5: its connection speaks MQTT 5 (EN_IOTA_CFG_EXT_MQTT_VERSION). */
static inline HW_INT IOTA_InitMqttV5(HW_CHAR *workPath)
{
    HW_INT result = IOTA_Init(workPath);
    if (result == 0) {
        (void)IOTA_ConfigSetUint(100, 5);
    }
    return result;
}
#define IOTA_Init IOTA_InitMqttV5
#endif
"
);
