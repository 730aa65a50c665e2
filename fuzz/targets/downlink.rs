//! Any topic and payload through the whole dispatcher, all callbacks registered, every field of every structure read.
//!
//! Input: one byte that chooses a topic below (or, from 128 on, a topic of its own up to the first line feed), then the payload.
//! An odd first byte brings MQTT 5 properties, made of the payload's beginning.
#![no_main]

mod read;

use std::ffi::{c_char, c_int, c_void, CString};
use std::ptr::null_mut;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use HWMQTT::agentlite::iota_cfg::IOTA_ConfigSetUint;
use HWMQTT::agentlite::iota_init::*;
use HWMQTT::agentlite::iota_login::IOTA_Connect;
use c_library::header::va_list;
use HWMQTT::service::soft_bus_datatrans::getSoftBusTotal;
use HWMQTT::process;
use c_library::third_party::cjson::cJSON::{cJSON_Print, cJSON_free};
use HWMQTT::util::json_util::JSON;
use iotda_device::transport::Properties;

const TOPICS: [&str; 28] = [
    "$oc/devices/d/sys/events/down",
    "$oc/devices/d/sys/properties/set/request_id=r",
    "$oc/devices/d/sys/commands/request_id=r",
    "$oc/devices/d/sys/messages/down",
    "$oc/devices/d/sys/shadow/get/response/request_id=r",
    "$oc/devices/d/sys/properties/get/request_id=r",
    "$oc/devices/d/user/a/b",
    "/huawei/v1/devices/d/command/json",
    "/huawei/v1/devices/d/command/binary",
    "$oc/devices/d/sys/bootstrap/down",
    "$oc/m2m/to/d/from/e/request_id=r",
    "$oc/bridges/d/devices/x/sys/login/response/request_id=r",
    "$oc/bridges/d/devices/x/sys/logout/response/request_id=r",
    "$oc/bridges/d/devices/x/sys/reset_secret/response/request_id=r",
    "$oc/bridges/d/devices/x/sys/disconnect",
    "$oc/bridges/d/devices/x/sys/events/down",
    "$oc/bridges/d/devices/x/sys/properties/set/request_id=r",
    "$oc/bridges/d/devices/x/sys/commands/request_id=r",
    "$oc/bridges/d/devices/x/sys/messages/down",
    "$oc/bridges/d/devices/x/sys/shadow/get/response/request_id=r",
    "$oc/bridges/d/devices/x/unknown",
    "nobody/knows",
    "$oc/devices/d/sys/events/down",
    "$oc/devices/d/sys/events/down",
    "$oc/devices/d/sys/events/down",
    "$oc/devices/d/sys/properties/set/request_id=r",
    "$oc/devices/d/sys/commands/response/request_id=r",
    "$oc/devices/d/sys/commands/",
];

macro_rules! readers {
    ($($name:ident($type:ident $(, $data:ident)?);)*) => {
        $(unsafe extern "C" fn $name(message: *mut $type $(, $data: *mut c_void)?) {
            assert!(!message.is_null());
            read::one(message);
            $(read::mqtt5($data);)?
        })*
    };
}

readers! {
    event(EN_IOTA_EVENT);
    command(EN_IOTA_COMMAND);
    command_v3(EN_IOTA_COMMAND_V3);
    message(EN_IOTA_MESSAGE, mqttv5);
    raw_message(EN_IOTA_RAW_MESSAGE, mqttv5);
    property_set(EN_IOTA_PROPERTY_SET);
    property_get(EN_IOTA_PROPERTY_GET);
    shadow(EN_IOTA_DEVICE_SHADOW);
    user_message(EN_IOTA_USER_TOPIC_MESSAGE);
    user_raw_message(EN_IOTA_USER_TOPIC_RAW_MESSAGE);
    bootstrap(EN_IOTA_MQTT_PROTOCOL_RSP);
    m2m(EN_IOTA_M2M_MESSAGE);
    login(EN_IOTA_BRIDGES_LOGIN);
    reset_secret(EN_IOTA_BRIDGES_RESET_SECRET);
    disconnect(EN_IOTA_BRIDGES_PALLET_DISCONNECT);
    undefined(EN_IOTA_UNDEFINED_MESSAGE);
}

unsafe extern "C" fn specific(device: *mut c_char, info: *mut EN_IOTA_MQTT_MSG_INFO, event: *mut EN_IOTA_SERVICE_EVENT) {
    assert!(!info.is_null() && !event.is_null());
    read::text(device);
    read::one(info);
    read::one(event);
}

unsafe extern "C" fn soft_bus(device: *mut c_char, info: *mut EN_IOTA_MQTT_MSG_INFO, event: *mut EN_IOTA_SERVICE_EVENT) {
    specific(device, info, event);
    let total = &*getSoftBusTotal();
    for bus in total.g_soft_bus_info.iter().take(usize::try_from(total.count).unwrap()) {
        read::text(bus.bus_id);
        read::text(bus.bus_key);
        let devices = bus.g_device_soft_bus_info.iter();
        for device in devices.take(usize::try_from(bus.count).unwrap()) {
            read::text(device.device_id);
            read::text(device.device_ip);
        }
    }
}

unsafe extern "C" fn ota_version(device: *mut c_char) {
    read::text(device);
}

unsafe extern "C" fn ota_url(device: *mut c_char, _event_type: c_int, paras: *mut EN_IOTA_OTA_PARAS) {
    read::text(device);
    read::one(paras);
}

/// Fills the description to its last byte and prints the configuration.
unsafe extern "C" fn device_config(config: *mut JSON, description: *mut c_char) -> c_int {
    let printed = cJSON_Print(config.cast());
    assert!(!printed.is_null());
    read::text(printed);
    cJSON_free(printed.cast());
    std::ptr::write_bytes(description, b'x', 99);
    0
}

unsafe extern "C" fn rule_send(device: *mut c_char, message: *mut c_char) -> c_int {
    read::text(device);
    read::text(message);
    0
}

/// Its presence makes the library format its log lines.
unsafe extern "C" fn log(_level: c_int, format: *mut c_char, _args: va_list) {
    read::text(format);
}

unsafe extern "C" fn dropped(response: *mut EN_IOTA_MQTT_PROTOCOL_RSP) {
    read::one(response);
}

/// The device has once asked for a connection, which nobody at that address gives it: so the automatic answers are accepted, and
/// the oldest of them dropped when there are a hundred.
fn start() {
    let words = ["/tmp", "127.255.255.254", "1883", "d", "secret"].map(|w| CString::new(w).unwrap());
    let [dir, host, port, id, secret] = words.each_ref().map(|w| w.as_ptr().cast_mut());
    // SAFETY: the texts live until the calls return, the functions are of the registered types.
    unsafe {
        assert_eq!(IOTA_Init(dir), 0);
        IOTA_ConnectConfigSet(host, port, id, secret);
        IOTA_SetPrintLogCallback(Some(log));
        IOTA_SetEventCallback(Some(event));
        IOTA_SetCmdCallback(Some(command));
        IOTA_SetCmdCallbackV3(Some(command_v3));
        IOTA_SetMessageCallback(Some(message));
        IOTA_SetRawMessageCallback(Some(raw_message));
        IOTA_SetPropSetCallback(Some(property_set));
        IOTA_SetPropGetCallback(Some(property_get));
        IOTA_SetShadowGetCallback(Some(shadow));
        IOTA_SetUserTopicMsgCallback(Some(user_message));
        IOTA_SetUserTopicRawMsgCallback(Some(user_raw_message));
        IOTA_SetBootstrapCallback(Some(bootstrap));
        IOTA_SetM2mCallback(Some(m2m));
        IOTA_SetBridgesDeviceLoginCallback(Some(login));
        IOTA_SetBridgesDeviceLogoutCallback(Some(login));
        IOTA_SetBridgesDeviceResetSecretCallback(Some(reset_secret));
        IOTA_SetBridgesDeviceDisConnCallback(Some(disconnect));
        IOTA_SetUndefinedMessageCallback(Some(undefined));
        IOTA_SetEvenSubDeviceCallback(Some(specific));
        IOTA_SetNtpCallback(Some(specific));
        IOTA_SetEvenDeviceLogCallback(Some(specific));
        IOTA_SetEvenSoftBusCallback(Some(soft_bus));
        IOTA_SetEvenTunnelManagerCallback(Some(specific));
        IOTA_SetEvenFileManagerCallback(Some(specific));
        IOTA_SetEvenOtaVersionUpCallback(Some(ota_version));
        IOTA_SetEvenOtaUrlResponseCallback(Some(ota_url));
        IOTA_SetDeviceConfigCallback(Some(device_config));
        IOTA_SetDeviceRuleSendMsgCallback(Some(rule_send));
        IOTA_EnableDeviceRuleStorage(null_mut());
        IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_FAILURE, Some(dropped));
        assert_eq!(IOTA_ConfigSetUint(101, 100), 0);
        assert_eq!(IOTA_ConfigSetUint(110, 1), 0);
        assert_eq!(IOTA_Connect(), 0);
    }
}

fuzz_target!(|data: &[u8]| {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(start);
    let Some((choice, rest)) = data.split_first() else { return };
    let (topic, payload) = match TOPICS.get(usize::from(*choice >> 1)) {
        Some(topic) if *choice < 128 => (*topic, rest),
        _ => {
            let end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            let (topic, rest) = rest.split_at(end);
            match std::str::from_utf8(topic) {
                Ok(topic) => (topic, rest.get(1..).unwrap_or_default()),
                Err(_) => return,
            }
        }
    };
    let properties = (choice & 1 == 1).then(|| {
        let text = |at: usize| String::from_utf8_lossy(payload.get(at..at + 5).unwrap_or_default()).into_owned();
        Properties {
            user: vec![(text(0), text(5)), (text(10), text(15))],
            content_type: Some(text(20)),
            response_topic: Some(text(25)),
            correlation_data: Some(payload.iter().copied().take(40).collect::<Vec<u8>>().into()),
            ..Properties::default()
        }
    });
    if let Ok(device) = process::device() {
        device.deliver(topic, payload, properties.as_ref());
    }
});
