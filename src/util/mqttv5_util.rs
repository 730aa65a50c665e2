//! Properties of MQTT 5 messages.

use crate::callbacks::lends_list;
use c_library::boundary::free;
use std::ffi::c_int;

pub mod types;

header!(MQTTV5_UTIL_H, "<stddef.h>");

pub const TOPIC_ALIAS_MAX: c_int = 20;

pub use types::*;

c_verbatim!("#ifdef MQTTV5");

exported!(
    memory(()),
    /// Frees each node of the list (from `malloc`), not its `key` and `Value`; NULL is an empty list. A list that a callback got is
    /// the library's: the call leaves it alone, however often it is made while the callback runs.
    pub fn mqttV5_listFree(mqttData: *mut MQTTV5_USER_PRO) {
        if lends_list(mqttData) {
            return;
        }
        let mut node = mqttData;
        while !node.is_null() {
            // SAFETY: the program passes a list whose nodes come from `malloc` and gives them up.
            unsafe {
                let next = (*node).nex.cast();
                free(node.cast());
                node = next;
            }
        }
    }
);

c_verbatim!(
    "
/** A MQTTV5_DATA without properties. */
#define mqttv5_initializer {NULL, NULL, NULL, NULL, (unsigned int)-1}
"
);

c_verbatim!("#endif /* MQTTV5 */");
