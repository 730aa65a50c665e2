//! The C structs.

use std::ffi::{c_char, c_uint, c_void};

/// A user property, and those after it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MQTTV5_USER_PRO {
    pub key: *mut c_char,
    pub Value: *mut c_char,
    /// The next MQTTV5_USER_PRO, or NULL.
    pub nex: *mut c_void,
}

/// Properties of an MQTT 5 message; NULL members are absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MQTTV5_DATA {
    /// List of user properties.
    pub properties: *mut MQTTV5_USER_PRO,
    pub contnt_type: *mut c_char,
    pub response_topic: *mut c_char,
    pub correlation_data: *mut c_char,
    /// 0 and 0xFFFFFFFF: none.
    pub topic_alias: c_uint,
}
