//! Connection.

use crate::agentlite::hw_type::HW_INT;
use crate::{call, process};
use std::ffi::CStr;

header!(IOTA_LOGIN_H, "hw_type.h");

pub const IOTA_TOPIC_CONNECTED_NTY: &CStr = c"IOTA_TOPIC_CONNECTED_NTY";
pub const IOTA_TOPIC_DISCONNECT_NTY: &CStr = c"IOTA_TOPIC_DISCONNECT_NTY";

c_enum! {
    /// Not used any more.
    pub enum EN_IOTA_LGN_IE_TYPE {
        EN_IOTA_LGN_IE_REASON = 0,
    }
}

c_enum! {
    /// Not used any more.
    #[tag = "enum_IOTA_LOGIN_REASON_TYPE"]
    pub enum EN_IOTA_LGN_REASON_TYPE {
        EN_IOTA_LGN_REASON_NULL = 0,
        EN_IOTA_LGN_REASON_CONNCET_ERR = 1,
        EN_IOTA_LGN_REASON_SERVER_BUSY = 2,
        EN_IOTA_LGN_REASON_AUTH_FAILED = 3,
        EN_IOTA_LGN_REASON_NET_UNAVAILABLE = 5,
        EN_IOTA_LGN_REASON_DEVICE_NOEXIST = 12,
        EN_IOTA_LGN_REASON_DEVICE_RMVED = 13,
        EN_IOTA_LGN_REASON_UNKNOWN = 255,
    }
}

exported!(
    -1,
    /// Starts one attempt to connect and returns; the outcome comes by the CONNECT_SUCCESS or CONNECT_FAILURE callback. While
    /// connecting or connected it does nothing. The configuration is read here: a changed item takes effect now.
    ///
    /// Soon after a loss or a failure the attempt waits for its time, at most 30 s from then on (120 s where the platform ends
    /// session after session within seconds), so that neither two devices with one id nor a whole fleet after an outage storm
    /// the platform. The program's own wait counts towards it. The first attempt, and one with another address, port or
    /// credentials, starts at once.
    ///
    /// Returns 0 when the attempt starts or waits; -1 before `IOTA_Init`; -101 when address, port or device id is unset; -105 when no
    /// password can be made; -106 when the port text contains neither 1883 nor 8883 or the device id is not UTF-8; -108 when
    /// `conf/rootcert.pem` (TLS) or `conf/deviceCert.pem`, `conf/deviceCert.key` (certificate mode) is missing.
    ///
    /// Never blocks. Any thread, callbacks included. See docs/spec/connection.md#connect.
    pub fn IOTA_Connect() -> HW_INT {
        call::code(FUNCTION, process::connect())
    }
);

exported!(
    -1,
    /// Sends what is queued, then DISCONNECT; DISCONNECT_SUCCESS follows. Reports without acknowledgement get PUBLISH_FAILURE (-11).
    ///
    /// Returns 0; -109 when not connected (then reports are refused until the next `IOTA_Connect`;
    /// an attempt under way goes on). Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#disconnect.
    pub fn IOTA_DisConnect() -> HW_INT {
        call::code(FUNCTION, process::disconnect())
    }
);

exported!(
    0,
    /// Whether the device is connected: 1 from the platform's CONNACK until the link is lost or closed, else 0.
    ///
    /// Never blocks, never fails; legal at any time, from any thread.
    /// See docs/spec/connection.md#is-connected.
    pub fn IOTA_IsConnected() -> HW_INT {
        HW_INT::from(process::is_connected())
    }
);
