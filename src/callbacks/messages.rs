//! Everything that arrives but events: structures and calls (docs/spec/downlink.md#messages).

use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

use super::mqtt5::Lent;
use super::slots::SLOTS;
use super::texts::{count, info, text};
use crate::agentlite::iota_init::structs::*;
use c_library::boundary::into_program;
use iotda_device::device::Arrival;
use iotda_device::protocol::downlink::{
    BridgeAnswer, BridgeResetSecret, CommandV3, Downlink, Message, PropertySet, Shadow, StandardMessage, Undefined,
    UserMessage,
};
use iotda_device::protocol::text::{Payload, Text};

/// Calls the callback if there is one, with a structure that lives until it returns.
macro_rules! call {
    ($slot:ident, $structure:expr_2021 $(, $more:expr_2021)*) => {
        if let Some(callback) = SLOTS.$slot.get() {
            let mut structure = $structure;
            // SAFETY: the structure and all it points to outlive the call.
            into_program(|| unsafe { callback(&mut structure $(, $more)*) });
        }
    };
}

fn ptr(value: &Text) -> *mut c_char {
    text(value.as_deref())
}

fn payload_ptr(payload: &mut Payload) -> *mut c_char {
    payload.bytes_with_zero_mut().as_mut_ptr().cast()
}

/// Calls what the program registered for this message.
pub fn deliver(message: Downlink, about: &Arrival<'_>) {
    let mut info = info(about);
    let info: *mut EN_IOTA_MQTT_MSG_INFO = &mut info;
    match message {
        Downlink::Message(message) => self::message(message, info, about),
        Downlink::UserMessage(message) => user_message(message, info),
        Downlink::Command(command) => call!(
            command,
            EN_IOTA_COMMAND {
                mqtt_msg_info: info,
                object_device_id: ptr(&command.object_device_id),
                service_id: ptr(&command.service_id),
                command_name: ptr(&command.command_name),
                paras: ptr(&command.paras),
                request_id: text(Some(&command.request_id)),
                bridge_device_id: ptr(&command.bridge_device_id),
            }
        ),
        Downlink::CommandV3(command) => command_v3(command, info),
        Downlink::PropertySet(set) => property_set(&set, info),
        Downlink::PropertyGet(get) => call!(
            property_get,
            EN_IOTA_PROPERTY_GET {
                mqtt_msg_info: info,
                object_device_id: ptr(&get.object_device_id),
                request_id: text(Some(&get.request_id)),
                service_id: ptr(&get.service_id),
                bridge_device_id: ptr(&get.bridge_device_id),
            }
        ),
        Downlink::Shadow(shadow) => self::shadow(&shadow, info),
        Downlink::Bootstrap(bootstrap) => call!(
            bootstrap,
            EN_IOTA_MQTT_PROTOCOL_RSP {
                mqtt_msg_info: info,
                message: ptr(&bootstrap.address),
                deviceSecret: ptr(&bootstrap.device_secret),
            }
        ),
        Downlink::M2m(m2m) => call!(
            m2m,
            EN_IOTA_M2M_MESSAGE {
                mqtt_msg_info: info,
                request_id: ptr(&m2m.request_id),
                to: ptr(&m2m.to),
                from: ptr(&m2m.from),
                content: ptr(&m2m.content),
            }
        ),
        Downlink::BridgeLogin(answer) => call!(bridge_login, bridge_answer(&answer, info)),
        Downlink::BridgeLogout(answer) => call!(bridge_logout, bridge_answer(&answer, info)),
        Downlink::BridgeResetSecret(answer) => call!(bridge_reset_secret, reset_secret(&answer, info)),
        Downlink::BridgeDisconnect { bridge_device_id } => call!(
            bridge_disconnect,
            EN_IOTA_BRIDGES_PALLET_DISCONNECT {
                mqtt_msg_info: info,
                bridge_device_id: ptr(&bridge_device_id)
            }
        ),
        Downlink::Undefined(undefined) => self::undefined(undefined, info),
        Downlink::Event(_) | Downlink::OwnEcho | Downlink::Dropped => {}
    }
}

/// The raw callback first, then the one for the standard form.
fn message(message: Message, info: *mut EN_IOTA_MQTT_MSG_INFO, about: &Arrival<'_>) {
    let Message {
        mut payload,
        standard,
        bridge_device_id,
    } = message;
    let mut properties = about.properties.map(Lent::new);
    let mqttv5: *mut c_void = properties.as_mut().map_or(null_mut(), |lent| lent.pointer());
    call!(
        raw_message,
        EN_IOTA_RAW_MESSAGE {
            mqttMsgInfo: info,
            objectDeviceId: null_mut(),
            payloadLength: count(payload.bytes().len()),
            payload: payload_ptr(&mut payload),
        },
        mqttv5
    );
    let Some(standard) = standard else {
        base::debug!("the message has not the standard form: only the raw message callback gets it");
        return;
    };
    let StandardMessage {
        object_device_id,
        name,
        id,
        content,
    } = &standard;
    call!(
        message,
        EN_IOTA_MESSAGE {
            mqtt_msg_info: info,
            object_device_id: ptr(object_device_id),
            name: ptr(name),
            id: ptr(id),
            content: ptr(content),
            bridge_device_id: ptr(&bridge_device_id),
        },
        mqttv5
    );
}

fn user_message(message: UserMessage, info: *mut EN_IOTA_MQTT_MSG_INFO) {
    let UserMessage {
        mut payload,
        standard,
        topic_para,
    } = message;
    call!(
        user_topic_raw,
        EN_IOTA_USER_TOPIC_RAW_MESSAGE {
            mqttMsgInfo: info,
            objectDeviceId: null_mut(),
            payloadLength: count(payload.bytes().len()),
            payload: payload_ptr(&mut payload),
            topicPara: text(Some(&topic_para)),
        }
    );
    let Some(StandardMessage {
        object_device_id,
        name,
        id,
        content,
    }) = &standard
    else {
        return;
    };
    call!(
        user_topic,
        EN_IOTA_USER_TOPIC_MESSAGE {
            mqtt_msg_info: info,
            object_device_id: ptr(object_device_id),
            name: ptr(name),
            id: ptr(id),
            content: ptr(content),
            topic_para: text(Some(&topic_para)),
        }
    );
}

fn command_v3(command: CommandV3, info: *mut EN_IOTA_MQTT_MSG_INFO) {
    call!(
        command_v3,
        EN_IOTA_COMMAND_V3 {
            mqtt_msg_info: info,
            msgType: text(Some(c"cloudReq")),
            serviceId: ptr(&command.service_id),
            cmd: ptr(&command.cmd),
            paras: ptr(&command.paras),
            mid: command.mid,
        }
    );
}

fn property_set(set: &PropertySet, info: *mut EN_IOTA_MQTT_MSG_INFO) {
    let mut services: Vec<EN_IOTA_SERVICE_PROPERTY> = set
        .services
        .iter()
        .map(|service| EN_IOTA_SERVICE_PROPERTY {
            service_id: text(Some(&service.service_id)),
            properties: ptr(&service.properties),
        })
        .collect();
    call!(
        property_set,
        EN_IOTA_PROPERTY_SET {
            mqtt_msg_info: info,
            object_device_id: ptr(&set.object_device_id),
            request_id: text(Some(&set.request_id)),
            services: services.as_mut_ptr(),
            services_count: count(services.len()),
            bridge_device_id: ptr(&set.bridge_device_id),
        }
    );
}

fn shadow(shadow: &Shadow, info: *mut EN_IOTA_MQTT_MSG_INFO) {
    let mut data: Vec<EN_IOTA_SHADOW_DATA> = shadow
        .shadows
        .iter()
        .map(|data| EN_IOTA_SHADOW_DATA {
            service_id: ptr(&data.service_id),
            desired_event_time: ptr(&data.desired_event_time),
            desired_properties: ptr(&data.desired_properties),
            reported_event_time: ptr(&data.reported_event_time),
            reported_properties: ptr(&data.reported_properties),
            version: data.version,
        })
        .collect();
    call!(
        shadow,
        EN_IOTA_DEVICE_SHADOW {
            mqtt_msg_info: info,
            object_device_id: ptr(&shadow.object_device_id),
            request_id: text(Some(&shadow.request_id)),
            shadow: data.as_mut_ptr(),
            shadow_data_count: count(data.len()),
            bridge_device_id: ptr(&shadow.bridge_device_id),
        }
    );
}

fn bridge_answer(answer: &BridgeAnswer, info: *mut EN_IOTA_MQTT_MSG_INFO) -> EN_IOTA_BRIDGES_LOGIN {
    EN_IOTA_BRIDGES_LOGIN {
        mqtt_msg_info: info,
        result_code: answer.result_code,
        bridge_device_id: ptr(&answer.bridge_device_id),
        request_id: text(Some(&answer.request_id)),
    }
}

fn reset_secret(answer: &BridgeResetSecret, info: *mut EN_IOTA_MQTT_MSG_INFO) -> EN_IOTA_BRIDGES_RESET_SECRET {
    EN_IOTA_BRIDGES_RESET_SECRET {
        mqtt_msg_info: info,
        result_code: answer.result_code,
        bridge_device_id: ptr(&answer.bridge_device_id),
        paras: ptr(&answer.paras),
        request_id: text(Some(&answer.request_id)),
        new_secret: ptr(&answer.new_secret),
    }
}

fn undefined(undefined: Undefined, info: *mut EN_IOTA_MQTT_MSG_INFO) {
    let Undefined {
        mut payload,
        bridge_device_id,
    } = undefined;
    call!(
        undefined,
        EN_IOTA_UNDEFINED_MESSAGE {
            mqtt_msg_info: info,
            object_device_id: null_mut(),
            payload: payload_ptr(&mut payload),
            bridge_device_id: ptr(&bridge_device_id),
        }
    );
}
