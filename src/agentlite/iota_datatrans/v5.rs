//! The forms with MQTT 5 properties.

use std::ffi::{c_int, c_void};

use super::types::{ST_IOTA_DEVICE_DATA_INFO, ST_IOTA_MESS_REP_INFO, ST_IOTA_SERVICE_DATA_INFO};
use crate::agentlite::hw_type::{HW_CHAR, HW_INT};
use crate::arguments::{message_report, mqtt5, services, with_devices};
use crate::call;
use crate::util::mqttv5_util::types::MQTTV5_DATA;
use c_library::boundary::bytes;
use iotda_device::protocol::topics::Origin;
use iotda_device::protocol::uplink;
use iotda_device::protocol::uplink::properties::DeviceData;

c_verbatim!("#ifdef MQTTV5");

exported!(
    -1,
    /// Answers a command with MQTT 5 properties, otherwise as `IOTA_CommandResponse`.
    ///
    /// - `requestId`, `result_code`, `response_name`, `pcCommandResponse`, `context`: see there.
    /// - `properties`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
    ///
    /// Returns as `IOTA_CommandResponse`. Never blocks. Any thread, callbacks included.
    /// See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
    pub fn IOTA_CommandResponseV5(
        requestId: *mut HW_CHAR,
        result_code: HW_INT,
        response_name: *mut HW_CHAR,
        pcCommandResponse: *mut HW_CHAR,
        context: *mut c_void,
        properties: *mut MQTTV5_DATA,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL or C strings.
        let (id, name, paras) = unsafe { (bytes(requestId), bytes(response_name), bytes(pcCommandResponse)) };
        // SAFETY: the caller passes NULL, C strings and a list of them.
        let properties = unsafe { mqtt5(properties) };
        let sent = call::publish(context, None, properties, |own| {
            uplink::command::response(Origin::Device(own), id, result_code, name, paras)
        });
        call::code(FUNCTION, sent.map(drop))
    }
);

exported!(
    -1,
    /// Reports properties of sub-devices with MQTT 5 properties, otherwise as `IOTA_BatchPropertiesReport`.
    ///
    /// - `pDeviceData`, `deviceNum`, `serviceLenList`, `compressFlag`, `context`: see there.
    /// - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
    ///
    /// Returns as `IOTA_BatchPropertiesReport`. Never blocks. Any thread, callbacks included.
    /// See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
    pub fn IOTA_BatchPropertiesReportV5(
        pDeviceData: *mut ST_IOTA_DEVICE_DATA_INFO,
        deviceNum: HW_INT,
        serviceLenList: *mut HW_INT,
        compressFlag: HW_INT,
        context: *mut c_void,
        mqttv5: *mut MQTTV5_DATA,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, C strings and a list of them.
        let properties = unsafe { mqtt5(mqttv5) };
        let report = |devices: Option<&[DeviceData<'_>]>| {
            call::publish(context, None, properties, |own| {
                uplink::properties::batch_report(own, devices, deviceNum, compressFlag)
            })
        };
        // SAFETY: the caller passes NULL, or arrays of `deviceNum` entries.
        let sent = unsafe { with_devices(pDeviceData, deviceNum, serviceLenList, report) };
        call::code(FUNCTION, sent.map(drop))
    }
);

exported!(
    -1,
    /// Reports properties of the device with MQTT 5 properties, otherwise as `IOTA_PropertiesReport`.
    ///
    /// - `pServiceData`, `serviceNum`, `compressFlag`, `context`: see there.
    /// - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
    ///
    /// Returns as `IOTA_PropertiesReport`. Never blocks. Any thread, callbacks included.
    /// See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
    pub fn IOTA_PropertiesReportV5(
        pServiceData: *mut ST_IOTA_SERVICE_DATA_INFO,
        serviceNum: HW_INT,
        compressFlag: HW_INT,
        context: *mut c_void,
        mqttv5: *mut MQTTV5_DATA,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, `serviceNum` entries, C strings and a list of them.
        let (services, properties) = unsafe { (services(pServiceData, serviceNum), mqtt5(mqttv5)) };
        let sent = call::report_properties(None, services.as_deref(), serviceNum, compressFlag, context, properties);
        call::code(FUNCTION, sent.map(drop))
    }
);

exported!(
    -1,
    /// Sends a message to the platform with MQTT 5 properties, otherwise as `IOTA_MessageReport`.
    ///
    /// - `mass`: its members, by value.
    /// - `compressFlag`: 0 plain, 1 gzip.
    /// - `context`: handed back in the publish callback.
    /// - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
    ///
    /// Returns as `IOTA_MessageReport`. Never blocks. Any thread, callbacks included.
    /// See docs/spec/uplink.md#v5, docs/spec/connection.md#mqtt5-properties.
    pub fn IOTA_MessageReportV5(
        mass: ST_IOTA_MESS_REP_INFO,
        compressFlag: HW_INT,
        context: *mut c_void,
        mqttv5: *mut MQTTV5_DATA,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, C strings and a list of them.
        let (message, properties) = unsafe { (message_report(&mass), mqtt5(mqttv5)) };
        let sent = call::publish(context, None, properties, |own| {
            uplink::message::report(own, &message, compressFlag)
        });
        call::code(FUNCTION, sent.map(drop))
    }
);

exported!(
    -1,
    /// Sends any payload on any topic with MQTT 5 properties, otherwise as `IOTA_RawTopicMessageReport`.
    ///
    /// - `topic`: as it is; not NULL; "" only with a topic alias that an earlier message of this connection announced.
    /// - `payload`, `qos`, `context`: see there.
    /// - `mqttv5`: properties, copied; NULL for none. Ignored in a 3.1.1 session.
    ///
    /// Returns the message id, 0 for QoS 0; -101 for a NULL `topic` or `payload`; -1 as there.
    /// Never blocks. Any thread, callbacks included. See docs/spec/uplink.md#v5,
    /// docs/spec/connection.md#mqtt5-properties.
    pub fn IOTA_RawTopicMessageReportV5(
        topic: *mut HW_CHAR,
        payload: *mut HW_CHAR,
        qos: c_int,
        context: *mut c_void,
        mqttv5: *mut MQTTV5_DATA,
    ) -> HW_INT {
        // SAFETY: the caller passes NULL, C strings and a list of them.
        let (topic, payload, properties) = unsafe { (bytes(topic), bytes(payload), mqtt5(mqttv5)) };
        let alias = properties.as_ref().and_then(|properties| properties.topic_alias);
        let message = match (topic, alias) {
            (Some([]), Some(1..=65534)) => uplink::message::by_alias(payload, qos),
            _ => uplink::message::raw(topic, payload, qos),
        };
        let sent = message.and_then(|(message, qos)| call::publish(context, Some(qos), properties, |_| Ok(message)));
        call::id_code(FUNCTION, sent)
    }
);

c_verbatim!("#endif /* MQTTV5 */");
