use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

use proptest::prelude::*;

use super::*;
use crate::agentlite::iota_datatrans::*;
use crate::util::mqttv5_util::{MQTTV5_DATA, MQTTV5_USER_PRO};
use c_library::third_party::cjson::cJSON::{
    cJSON_AddItemToArray, cJSON_CreateArray, cJSON_CreateObject, cJSON_CreateRaw, cJSON_CreateString, cJSON_Delete,
    cJSON_Invalid, cJSON_Parse, cJSON_free,
};
use iotda_device::protocol::topics::Origin;
use iotda_device::protocol::uplink::{self, gateway, properties};

/// A pointer that faults when it is read.
fn trap() -> *mut c_char {
    std::ptr::without_provenance_mut(1)
}

fn text(value: &'static CStr) -> *mut c_char {
    value.as_ptr().cast_mut()
}

fn service(properties: *mut c_char) -> ST_IOTA_SERVICE_DATA_INFO {
    ST_IOTA_SERVICE_DATA_INFO {
        service_id: text(c"s"),
        event_time: null_mut(),
        properties,
    }
}

#[test]
fn services_are_none_for_null_and_empty_for_a_negative_count() {
    unsafe {
        assert!(services(null(), 3).is_none());
        let one = [service(trap())];
        assert!(services(one.as_ptr(), -1).unwrap().is_empty());
        assert!(services(one.as_ptr(), 0).unwrap().is_empty());
        let two = [service(text(c"{}")), service(null_mut())];
        let read = services(two.as_ptr(), 2).unwrap();
        assert_eq!((read[0].properties, read[1].properties), (Some(&b"{}"[..]), None));
    }
}

/// The code of a batch report, and its payload.
fn batch(list: *const ST_IOTA_DEVICE_DATA_INFO, count: i32, lens: *const c_int) -> std::result::Result<Vec<u8>, i32> {
    let payload = |devices: Option<&[DeviceData<'_>]>| properties::batch_payload(devices, count);
    unsafe { with_devices(list, count, lens, payload) }.map_err(|cause| cause.code())
}

#[test]
fn a_batch_reads_only_what_is_counted() {
    let mut device = ST_IOTA_DEVICE_DATA_INFO {
        device_id: text(c"d"),
        services: [service(trap()); MaxServiceReportNum],
    };
    device.services[0] = service(text(c"{\"x\":1}"));
    let devices = [device; 2];
    let one = batch(devices.as_ptr(), 1, [1].as_ptr()).unwrap();
    assert!(String::from_utf8(one).unwrap().contains("\"x\":\t1"));
    for lens in [[0, -7], [1, i32::MIN]] {
        assert!(batch(devices.as_ptr(), 2, lens.as_ptr()).is_ok());
    }
    for lens in [[1, 11], [i32::MAX, 0]] {
        assert_eq!(batch(devices.as_ptr(), 2, lens.as_ptr()), Err(-1));
    }
    for count in [0, -1, 11, i32::MAX, i32::MIN] {
        assert_eq!(batch(devices.as_ptr(), count, [1; 2].as_ptr()), Err(-1));
    }
    assert_eq!(batch(null(), 1, [1].as_ptr()), Err(-1));
    assert_eq!(batch(devices.as_ptr(), 1, null()), Err(-1));
}

/// The codes of the three sub-device calls for a count; what is not filled is a trap.
fn gateway_codes(filled: usize, count: i32) -> [i32; 3] {
    fn code(result: Result<uplink::Message>) -> i32 {
        result.map_or_else(|cause| cause.code(), |_| 0)
    }
    let own = Origin::Device("own");
    let mut statuses = ST_IOTA_DEVICE_STATUSES {
        event_time: null_mut(),
        device_statuses: [ST_IOTA_DEVICE_STATUS {
            device_id: trap(),
            status: trap(),
        }; MaxSubDeviceCount],
    };
    let mut deleted = ST_IOTA_DEL_SUB_DEVICE {
        event_time: null_mut(),
        event_id: null_mut(),
        delSubDevice: [trap(); MaxDelSubDevCount],
    };
    // SAFETY: pointers and arrays of pointers.
    let mut added: ST_IOTA_SUB_DEVICE_INFO = unsafe { MaybeUninit::zeroed().assume_init() };
    for entry in &mut added.deviceInfo {
        entry.node_id = trap();
    }
    for entry in statuses.device_statuses.iter_mut().take(filled) {
        (entry.device_id, entry.status) = (text(c"d"), text(c"ONLINE"));
    }
    for entry in deleted.delSubDevice.iter_mut().take(filled) {
        *entry = text(c"d");
    }
    for entry in added.deviceInfo.iter_mut().take(filled) {
        (entry.node_id, entry.product_id) = (text(c"n"), text(c"p"));
    }
    unsafe {
        [
            with_statuses(&statuses, count, |list| code(gateway::update_status(own, list, count))),
            with_new_devices(&added, count, |list| code(gateway::add(own, list, count))),
            with_deleted_devices(&deleted, count, |list| code(gateway::delete(own, list, count))),
        ]
    }
}

#[test]
fn sub_device_lists_read_only_what_is_counted() {
    assert_eq!(gateway_codes(1, 0), [0, 0, 0]);
    assert_eq!(gateway_codes(2, 2), [0, 0, 0]);
    assert_eq!(gateway_codes(50, 50), [0, 0, 0]);
    assert_eq!(gateway_codes(100, 100), [0, -1, -1]);
    for count in [-1, 101, i32::MAX, i32::MIN] {
        assert_eq!(gateway_codes(0, count), [-1, -1, -1], "{count}");
    }
    unsafe {
        assert!(with_statuses(null(), 1, |list| list.is_none()));
        assert!(with_new_devices(null(), 1, |list| list.is_none()));
        assert!(with_deleted_devices(null(), 1, |list| list.is_none()));
    }
}

#[test]
fn a_description_without_a_zero_byte_ends_with_its_array() {
    let mut result = ST_IOTA_DEVICE_CONFIG_RESULT {
        object_device_id: null_mut(),
        result_code: 3,
        description: [b'x' as c_char; MaxDescriptionLen],
    };
    unsafe {
        assert_eq!(config_result(&result).unwrap().description, [b'x'; 100]);
        result.description[2] = 0;
        assert_eq!(config_result(&result).unwrap().description, b"xx");
        assert!(config_result(null()).is_none());
    }
}

#[test]
fn other_structures_are_none_for_null() {
    unsafe {
        assert!(device_info(null()).is_none());
        assert!(command_response_v3(null()).is_none());
        assert!(file(null()).is_none());
        assert!(texts(null::<[*mut c_char; 2]>(), 2, |pair| *pair).is_none());
        let pairs = [[text(c"a"), null_mut()]];
        assert!(texts(pairs.as_ptr(), -1, |pair| *pair).unwrap().is_empty());
        assert_eq!(
            texts(pairs.as_ptr(), 1, |pair| *pair).unwrap(),
            [[Some(&b"a"[..]), None]]
        );
    }
}

#[test]
fn mqtt5_properties_skip_incomplete_pairs_and_end_in_a_ring() {
    let mut nodes = [MQTTV5_USER_PRO {
        key: text(c"k"),
        Value: text(c"v"),
        nex: null_mut(),
    }; 3];
    nodes[1].Value = null_mut();
    let places = nodes.as_mut_ptr();
    let mut data = MQTTV5_DATA {
        properties: places,
        contnt_type: null_mut(),
        response_topic: text(c""),
        correlation_data: text(c"\xff"),
        topic_alias: u32::MAX,
    };
    unsafe {
        (*places).nex = places.add(1).cast();
        (*places.add(1)).nex = places.add(2).cast();
        let copy = mqtt5(&data).unwrap();
        assert_eq!(copy.user.len(), 2);
        assert_eq!((copy.content_type, copy.response_topic.as_deref()), (None, Some("")));
        assert_eq!(copy.correlation_data.as_deref(), Some(&b"\xff"[..]));
        (*places.add(2)).nex = places.cast();
        assert!(mqtt5(&data).is_some());
        nodes = [MQTTV5_USER_PRO {
            key: null_mut(),
            Value: null_mut(),
            nex: places.cast(),
        }; 3];
        data.properties = nodes.as_mut_ptr();
        assert!(mqtt5(&data).unwrap().user.is_empty(), "a ring of incomplete pairs");
        assert!(mqtt5(null()).is_none());
    }
}

/// What a tree of the library's own cJSON becomes.
fn consumed(json: &str) -> String {
    let json = CString::new(json).unwrap();
    let copy = unsafe { consume_tree(cJSON_Parse(json.as_ptr())) }.unwrap().unwrap();
    String::from_utf8(copy.value().print()).unwrap()
}

#[test]
fn trees_are_copied_as_they_print() {
    for (json, print) in [
        ("null", "null"),
        ("[]", "[]"),
        (
            "[true,false,1.5,\"a\\n\",[],{}]",
            "[true, false, 1.5, \"a\\n\", [], {\n\t}]",
        ),
        (
            "{\"b\":1,\"a\":{\"\":null}}",
            "{\n\t\"b\":\t1,\n\t\"a\":\t{\n\t\t\"\":\tnull\n\t}\n}",
        ),
    ] {
        assert_eq!(consumed(json), print, "{json}");
    }
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(consumed(&nested(1000)), nested(1000));
}

#[test]
fn odd_trees_are_refused_or_completed() {
    unsafe {
        assert!(consume_tree(null_mut()).unwrap().is_none());
        let raw = consume_tree(cJSON_CreateRaw(c" {\"x\":[1,{}]}".as_ptr()))
            .unwrap()
            .unwrap();
        assert_eq!(raw.value().print(), b"{\n\t\"x\":\t[1, {\n\t\t}]\n}");
        assert_eq!(consume_tree(cJSON_CreateRaw(c"{".as_ptr())).unwrap_err().code(), -1);

        let without_text = cJSON_CreateString(c"x".as_ptr());
        cJSON_free((*without_text).valuestring.cast());
        (*without_text).valuestring = null_mut();
        assert_eq!(consume_tree(without_text).unwrap().unwrap().value().print(), b"\"\"");

        let invalid = cJSON_CreateArray();
        (*invalid).r#type = cJSON_Invalid;
        assert_eq!(consume_tree(invalid).unwrap_err().code(), -1);
    }
}

#[test]
fn rings_are_refused_and_left_alone() {
    unsafe {
        let list = cJSON_CreateArray();
        let item = cJSON_CreateObject();
        cJSON_AddItemToArray(list, item);
        (*item).next = item;
        assert!(consume_tree(list).is_err());
        (*item).next = null_mut();
        (*item).child = list;
        assert!(consume_tree(list).is_err());
        (*item).child = null_mut();
        cJSON_Delete(list);
    }
}

proptest! {
    /// Whatever the counts and whichever entries are filled: no call reads an entry that is not counted, and each ends in a code.
    #[test]
    fn any_count_is_answered(filled in 0usize..=100, count in prop_oneof![-3i32..=103, any::<i32>()]) {
        prop_assume!(count.max(1) as i64 <= filled as i64 || !(0..=100).contains(&count));
        for code in gateway_codes(filled, count) {
            prop_assert!(code == 0 || code == -1);
        }
    }

    /// A tree prints as the text that it was parsed from, printed.
    #[test]
    fn trees_survive_the_copy(json in tree()) {
        let parsed = iotda_device::protocol::json::parse(json.as_bytes(), iotda_device::protocol::json::Dialect::Program).unwrap();
        prop_assert_eq!(consumed(&json).into_bytes(), parsed.value().print());
    }
}

/// JSON text of any shape.
fn tree() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i32>().prop_map(|n| n.to_string()),
        "[a-zé ]{0,6}".prop_map(|s| format!("\"{s}\"")),
    ];
    scalar.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(("[a-z]{0,3}", inner), 0..5).prop_map(|items| {
                let members: Vec<_> = items
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}
