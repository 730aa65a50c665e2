//! The callbacks of the C SDK 0.5 to 0.9, which get messages as they came: `IOTA_SetCallback`, `IOTA_SetCallbackWithTopic`
//! (`agentlite/iota_compat.h`).

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null_mut;

use super::slots::{Older, OlderCallback, OlderCallbackWithTopic, SLOTS};
use crate::agentlite::hw_type::HW_INT;
use crate::agentlite::iota_init::types::*;
use crate::last_error;
use c_library::boundary::into_program;
use iotda_device::device::{Arrival, ProtocolEvent};
use iotda_device::error::Error;
use iotda_device::protocol::topics::{self, Route};

const MESSAGE_DOWN: c_int = 9;
const COMMAND_REQUEST: c_int = 10;
const PROPERTIES_SET: c_int = 11;
const PROPERTIES_GET: c_int = 12;
const EVENT_DOWN: c_int = 14;
const USER_TOPIC: c_int = 16;
const DEVICE_SHADOW: c_int = 17;

exported!(
    /// `IOTA_SetCallback`, see `agentlite/iota_compat.h`.
    pub fn IOTA_SetCallback(iItem: HW_INT, pfnCallbackHandler: Option<OlderCallback>) {
        match iItem {
            EN_IOTA_CALLBACK_CONNECT_SUCCESS..=MESSAGE_DOWN | EVENT_DOWN => {
                SLOTS.set_older(iItem, pfnCallbackHandler.map_or(Older::None, Older::Plain));
            }
            _ => refused(FUNCTION, &Error::Argument("the item is none of 0 to 9 and 14")),
        }
    }
);

exported!(
    /// `IOTA_SetCallbackWithTopic`, see `agentlite/iota_compat.h`.
    pub fn IOTA_SetCallbackWithTopic(iItem: HW_INT, pfnCallbackHandler: Option<OlderCallbackWithTopic>) {
        match iItem {
            COMMAND_REQUEST..=PROPERTIES_GET | USER_TOPIC | DEVICE_SHADOW => {
                SLOTS.set_older(iItem, pfnCallbackHandler.map_or(Older::None, Older::WithTopic));
            }
            _ => refused(FUNCTION, &Error::Argument("the item is none of 10, 11, 12, 16 and 17")),
        }
    }
);

fn refused(function: &str, cause: &Error) {
    last_error::set(function, cause);
    base::lines::call_refused(&function, cause, &cause.id());
}

/// The outcome of a connection attempt, a publish or a subscription.
pub fn protocol(item: c_int, event: &ProtocolEvent, message: *mut c_char) {
    if let Older::Plain(callback) = SLOTS.older(item) {
        let context = event.context as *mut c_void;
        // SAFETY: the text outlives the call; the context is the program's own.
        into_program(|| unsafe { callback(context, event.message_id.into(), event.code, message) });
    }
}

/// A message from the platform, as it came.
pub fn deliver(topic: &str, payload: &[u8], about: &Arrival<'_>) {
    let Some((item, last)) = meaning(topic) else {
        return;
    };
    let callback = SLOTS.older(item);
    if matches!(callback, Older::None) {
        return;
    }
    let mut message = payload.to_vec();
    message.push(0);
    let (message, id): (*mut c_char, c_int) = (message.as_mut_ptr().cast(), about.packet_id.into());
    // A topic holds no zero byte.
    let last = last.and_then(|last| CString::new(last).ok());
    let last = last.as_ref().map_or(null_mut(), |last| last.as_ptr().cast_mut());
    // SAFETY: the texts outlive the calls.
    into_program(|| unsafe {
        match callback {
            Older::Plain(callback) => callback(null_mut(), id, 0, message),
            Older::WithTopic(callback) => callback(null_mut(), id, 0, message, last),
            Older::None => {}
        }
    });
}

/// The item for messages of this topic, and what its callback gets of the topic. `None` without an item, and without the request
/// id that an answer needs.
fn meaning(topic: &str) -> Option<(c_int, Option<&str>)> {
    let (route, rest) = topics::route(topic);
    let item = match route {
        Route::Message => return Some((MESSAGE_DOWN, None)),
        Route::Events => return Some((EVENT_DOWN, None)),
        Route::User => return Some((USER_TOPIC, Some(rest))),
        Route::Command => COMMAND_REQUEST,
        Route::PropertySet => PROPERTIES_SET,
        Route::PropertyGet => PROPERTIES_GET,
        Route::Shadow => DEVICE_SHADOW,
        _ => return None,
    };
    topics::request_id(route, rest).map(|id| (item, Some(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_topic_has_its_item_and_its_last_argument() {
        for (tail, meant) in [
            ("sys/messages/down", Some((9, None))),
            ("sys/commands/request_id=7-a", Some((10, Some("7-a")))),
            ("sys/properties/set/request_id=8", Some((11, Some("8")))),
            ("sys/properties/get/request_id=9=x", Some((12, Some("9=x")))),
            ("sys/events/down", Some((14, None))),
            ("user/line/1", Some((16, Some("line/1")))),
            ("sys/shadow/get/response/request_id=4", Some((17, Some("4")))),
            ("sys/commands/", None),
            ("sys/commands/response/request_id=7", None),
            ("sys/bootstrap/down", None),
            ("sys/else", None),
        ] {
            assert_eq!(meaning(&format!("$oc/devices/d/{tail}")), meant, "{tail}");
        }
    }
}
