//! Texts, lists and message numbers as the C structures hold them.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

use crate::agentlite::iota_init::structs::EN_IOTA_MQTT_MSG_INFO;
use iotda_device::device::Arrival;

/// `mqtt_msg_info` of a downlink message.
pub fn info(about: &Arrival<'_>) -> EN_IOTA_MQTT_MSG_INFO {
    EN_IOTA_MQTT_MSG_INFO {
        context: null_mut(),
        messageId: about.packet_id.into(),
        code: 0,
    }
}

/// A text as the C structures hold it; NULL for none.
pub fn text(text: Option<&CStr>) -> *mut c_char {
    text.map_or(null_mut(), |text| text.as_ptr().cast_mut())
}

/// The length of a list as the C structures hold it.
pub fn count(length: usize) -> c_int {
    c_int::try_from(length).unwrap_or(c_int::MAX)
}
