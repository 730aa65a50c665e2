//! Connection.

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
