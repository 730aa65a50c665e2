//! Configuration items and their two setters. Set them after `IOTA_Init` and before `IOTA_Connect`.

use crate::agentlite::hw_type::{HW_CHAR, HW_INT, HW_UINT};
use crate::{call, process};
use c_library::boundary;
header!(IOTA_CFG_H, "hw_type.h");

/// One group of the table of items (crates/iotda-device/src/config/items.rs) as a C enum; the build writes it.
macro_rules! c_items {
    ($group:ident) => {
        include!(concat!(env!("OUT_DIR"), "/", stringify!($group), ".rs"));
    };
}

c_items!(EN_IOTA_CFG_TYPE);

c_enum! {
    /// How the device proves its identity.
    #[tag = "enum_IOTA_CFG_AUTH_MODE"]
    pub enum ENUM_IOTA_CFG_AUTH_MODE {
        /// Device secret.
        EN_IOTA_CFG_AUTH_MODE_SECRET = 0,
        /// X.509 certificate of the device.
        EN_IOTA_CFG_AUTH_MODE_CERT = 1,
    }
}

c_enum! {
    /// Whether the platform checks the time stamp in the client id, and the HMAC of the password.
    #[tag = "enum_IOTA_CHECK_STAMP_METHOD"]
    pub enum IOTA_CHECK_STAMP_METHOD {
        /// Not checked; HMAC-SHA256.
        EN_IOTA_CFG_CHECK_STAMP_OFF = 0,
        /// Checked; HMAC-SHA256.
        EN_IOTA_CFG_CHECK_STAMP_SHA256 = 1,
        /// Checked; HMAC-SM3.
        EN_IOTA_CFG_CHECK_STAMP_SM3 = 2,
    }
}

c_enum! {
    /// Kind of provisioning.
    pub enum ENUM_IOTA_CFG_BS {
        /// A registered device.
        EN_IOTA_CFG_BS_REG = 0,
        /// A device of a group, which registers itself.
        EN_IOTA_CFG_BS_SELF_REG = 1,
    }
}

c_enum! {
    /// Whether this connection is a bridge.
    pub enum ENUM_IOTA_CFG_BRIDGE {
        EN_IOTA_CFG_BRIDGE_OFF = 0,
        EN_IOTA_CFG_BRIDGE_ON = 1,
    }
}

c_items!(EN_IOTA_CFG_EXT_TYPE);

exported!(
    -1,
    /// Sets one configuration item from a text. Numeric items take the leading digits.
    ///
    /// - `item`: `EN_IOTA_CFG_TYPE`, or an item of this library (`EN_IOTA_CFG_EXT_…`).
    /// - `value`: text, copied; "" unsets a text item. Not NULL.
    ///
    /// Returns 0, also for a value without effect; -101 for NULL; -102 for an unknown item; -111
    /// for a value outside the range of the QoS or of an item of this library (the old value
    /// stays); -1 for a stack (`EN_IOTA_CFG_EXT_THREAD_STACK`) that comes after the first thread.
    /// Connection items take effect at the next `IOTA_Connect`. Any thread, callbacks included.
    /// See docs/spec/connection.md#config-set, docs/spec/connection.md#items.
    pub fn IOTA_ConfigSetStr(item: HW_INT, value: *mut HW_CHAR) -> HW_INT {
        // SAFETY: the caller passes NULL or a C string.
        call::code(FUNCTION, process::configure(item, unsafe { boundary::bytes(value) }))
    }
);

exported!(
    -1,
    /// Sets one configuration item from a number; a text item gets its decimal digits.
    ///
    /// - `item`: as for `IOTA_ConfigSetStr`.
    /// - `value`: the number.
    ///
    /// Returns as `IOTA_ConfigSetStr` (never -101).
    pub fn IOTA_ConfigSetUint(item: HW_INT, value: HW_UINT) -> HW_INT {
        call::code(FUNCTION, process::configure(item, Some(value.to_string().as_bytes())))
    }
);
