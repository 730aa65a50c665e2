//! The properties of an MQTT 5 message as `MQTTV5_DATA`.

use std::ffi::{CString, c_char, c_void};
use std::ptr::null_mut;

use base::sync::Mutex;

use super::texts::text;
use crate::util::mqttv5_util::types::{MQTTV5_DATA, MQTTV5_USER_PRO};
use iotda_device::protocol::text::{Payload, c_text};
use iotda_device::transport::Properties;

/// The nodes that are lent to the callback running now (there is one at a time): first address and number. Known to all threads,
/// as a callback may let another one work for it.
static LENT: Mutex<(usize, usize)> = Mutex::new((0, 0));

/// Whether this list belongs to the message that is being delivered, so that `mqttV5_listFree` must leave it alone.
pub fn lends_list(list: *const MQTTV5_USER_PRO) -> bool {
    let (first, nodes) = *LENT.lock();
    let size = nodes * size_of::<MQTTV5_USER_PRO>();
    nodes != 0 && (first..first + size).contains(&(list as usize))
}

/// Properties with all memory that they point to; valid while it lives.
pub struct Lent {
    data: MQTTV5_DATA,
    _texts: Vec<CString>,
    _correlation: Option<Payload>,
    nodes: Vec<MQTTV5_USER_PRO>,
}

impl Lent {
    /// The structure for `properties`; boxed, as its nodes point into it.
    pub fn new(properties: &Properties) -> Box<Lent> {
        let mut texts = Vec::new();
        let mut keep = |value: &str| -> *mut c_char {
            let value = c_text(value.as_bytes());
            let pointer = value.as_ptr().cast_mut(); // the heap block stays where it is
            texts.push(value);
            pointer
        };
        let mut nodes: Vec<MQTTV5_USER_PRO> = properties
            .user
            .iter()
            .map(|(key, value)| MQTTV5_USER_PRO {
                key: keep(key),
                Value: keep(value),
                nex: null_mut(),
            })
            .collect();
        let first = nodes.as_mut_ptr();
        for at in 1..nodes.len() {
            // SAFETY: both nodes are inside the vector, which does not grow any more.
            unsafe { (*first.add(at - 1)).nex = first.add(at).cast::<c_void>() };
        }
        let mut correlation = properties.correlation_data.as_ref().map(|data| Payload::new(data));
        let data = MQTTV5_DATA {
            properties: if nodes.is_empty() { null_mut() } else { first },
            contnt_type: properties.content_type.as_deref().map_or(null_mut(), &mut keep),
            response_topic: properties.response_topic.as_deref().map_or(null_mut(), &mut keep),
            correlation_data: correlation
                .as_mut()
                .map_or(text(None), |c| c.bytes_with_zero_mut().as_mut_ptr().cast()),
            topic_alias: u32::MAX,
        };
        *LENT.lock() = (first as usize, nodes.len());
        Box::new(Lent {
            data,
            _texts: texts,
            _correlation: correlation,
            nodes,
        })
    }

    /// The second argument of the message callbacks.
    pub fn pointer(&mut self) -> *mut c_void {
        std::ptr::from_mut(&mut self.data).cast()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut lent = LENT.lock();
        if lent.0 == self.nodes.as_ptr() as usize {
            *lent = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::mqttv5_util::mqttV5_listFree;
    use c_library::boundary::malloc_str;

    #[test]
    fn freeing_a_lent_list_is_harmless_and_a_programs_list_is_freed() {
        let properties = Properties {
            user: vec![("a".into(), "1".into()), ("b".into(), "2".into())],
            ..Properties::default()
        };
        let mut lent = Lent::new(&properties);
        // SAFETY: the structure lives, and the list of the program's is made as programs make it.
        unsafe {
            let list = (*lent.pointer().cast::<MQTTV5_DATA>()).properties;
            for _ in 0..2 {
                mqttV5_listFree(list);
                mqttV5_listFree((*list).nex.cast());
            }
            let elsewhere = list as usize;
            let freed = std::thread::spawn(move || mqttV5_listFree(elsewhere as *mut MQTTV5_USER_PRO));
            assert!(freed.join().is_ok());
            assert_eq!(std::ffi::CStr::from_ptr((*list).key), c"a");
            drop(lent);
            assert!(!lends_list(list));

            let own = libc::calloc(1, size_of::<MQTTV5_USER_PRO>()).cast::<MQTTV5_USER_PRO>();
            (*own).key = malloc_str(b"k");
            let key = (*own).key;
            assert!(!lends_list(own));
            mqttV5_listFree(own);
            libc::free(key.cast());
        }
    }

    #[test]
    fn without_user_properties_nothing_is_lent() {
        let mut lent = Lent::new(&Properties::default());
        // SAFETY: the structure lives.
        let list = unsafe { (*lent.pointer().cast::<MQTTV5_DATA>()).properties };
        assert!(list.is_null() && !lends_list(list));
    }
}
