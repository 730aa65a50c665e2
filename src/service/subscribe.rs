//! Subscriptions, with the configured QoS or an explicit one.

use std::ffi::{c_char, c_int};

use crate::state;
use c_library::boundary::{self, guard};
use iotda_device::protocol::topics::{self, Subscription};

header!(SUBSCRIBE_H);

/// Subscribes to messages of other devices (`$oc/m2m/to/<id>/#`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeM2m() -> c_int {
    guard("SubscribeM2m", -1, || {
        state::subscribe("SubscribeM2m", 0, |own| Subscription::M2m.filter(own))
    })
}

/// Subscribes to commands (`$oc/devices/<id>/sys/commands/#`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeCommand() -> c_int {
    guard("SubscribeCommand", -1, || {
        state::subscribe("SubscribeCommand", 0, |own| Subscription::Command.filter(own))
    })
}

/// Subscribes to messages, commands, property set, property get, events and shadow answers with QoS 0, one packet each, in
/// this order. See `SubscribeAllQos`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeAll() {
    guard("SubscribeAll", (), || state::subscribe_all("SubscribeAll", 0));
}

/// Subscribes to messages (`$oc/devices/<id>/sys/messages/down`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeMessageDown() -> c_int {
    guard("SubscribeMessageDown", -1, || {
        state::subscribe("SubscribeMessageDown", 0, |own| Subscription::MessageDown.filter(own))
    })
}

/// Subscribes to properties to set (`$oc/devices/<id>/sys/properties/set/#`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribePropSet() -> c_int {
    guard("SubscribePropSet", -1, || {
        state::subscribe("SubscribePropSet", 0, |own| Subscription::PropertySet.filter(own))
    })
}

/// Subscribes to property queries (`$oc/devices/<id>/sys/properties/get/#`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribePropget() -> c_int {
    guard("SubscribePropget", -1, || {
        state::subscribe("SubscribePropget", 0, |own| Subscription::PropertyGet.filter(own))
    })
}

/// Subscribes to device shadow answers (`$oc/devices/<id>/sys/shadow/get/response/#`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribePropResp() -> c_int {
    guard("SubscribePropResp", -1, || {
        state::subscribe("SubscribePropResp", 0, |own| Subscription::ShadowResponse.filter(own))
    })
}

/// Subscribes to events (`$oc/devices/<id>/sys/events/down`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeSubDeviceEvent() -> c_int {
    guard("SubscribeSubDeviceEvent", -1, || {
        state::subscribe("SubscribeSubDeviceEvent", 0, |own| Subscription::EventDown.filter(own))
    })
}

/// Subscribes to a user topic (`$oc/devices/<id>/user/<topicParas>`) with QoS 0.
///
/// - `topicParas`: the part after `user/`; not NULL.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected, for NULL.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeUserTopic(topicParas: *mut c_char) -> c_int {
    guard("SubscribeUserTopic", -1, || {
        // SAFETY: the caller passes NULL or a C string.
        let paras = unsafe { boundary::bytes(topicParas) };
        state::subscribe("SubscribeUserTopic", 0, |own| topics::user_filter(own, paras))
    })
}

/// Subscribes to V3 JSON commands (`/huawei/v1/devices/<id>/command/json`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeJsonCmdV3() -> c_int {
    guard("SubscribeJsonCmdV3", -1, || {
        state::subscribe("SubscribeJsonCmdV3", 0, |own| Subscription::JsonCommandV3.filter(own))
    })
}

/// Subscribes to V3 binary commands (`/huawei/v1/devices/<id>/command/binary`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeBinaryCmdV3() -> c_int {
    guard("SubscribeBinaryCmdV3", -1, || {
        state::subscribe("SubscribeBinaryCmdV3", 0, |own| {
            Subscription::BinaryCommandV3.filter(own)
        })
    })
}

/// Subscribes to the provisioning answer (`$oc/devices/<id>/sys/bootstrap/down`) with QoS 0.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeBootstrap() -> c_int {
    guard("SubscribeBootstrap", -1, || {
        state::subscribe("SubscribeBootstrap", 0, |own| Subscription::Bootstrap.filter(own))
    })
}

/// Subscribes to messages, commands, property set, property get, events and shadow answers, one packet each, in this order.
///
/// - `qos`: 0 or 1; another value is logged and nothing is sent.
///
/// Refusals are logged; each accepted one gets SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE. Never blocks. Any thread, callbacks
/// included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeAllQos(qos: c_int) {
    guard("SubscribeAllQos", (), || state::subscribe_all("SubscribeAllQos", qos));
}

/// Subscribes to any topic filter.
///
/// - `topic`: the filter as it is; not NULL, not "".
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected, for NULL, "" or another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeCustomTopic(topic: *mut c_char, qos: c_int) -> c_int {
    guard("SubscribeCustomTopic", -1, || {
        // SAFETY: the caller passes NULL or a C string.
        let topic = unsafe { boundary::bytes(topic) };
        state::subscribe("SubscribeCustomTopic", qos, |_| topics::custom_filter(topic))
    })
}

/// Subscribes to messages of other devices (`$oc/m2m/to/<id>/#`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeM2mQos(qos: c_int) -> c_int {
    guard("SubscribeM2mQos", -1, || {
        state::subscribe("SubscribeM2mQos", qos, |own| Subscription::M2m.filter(own))
    })
}

/// Subscribes to commands (`$oc/devices/<id>/sys/commands/#`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeCommandQos(qos: c_int) -> c_int {
    guard("SubscribeCommandQos", -1, || {
        state::subscribe("SubscribeCommandQos", qos, |own| Subscription::Command.filter(own))
    })
}

/// Subscribes to messages (`$oc/devices/<id>/sys/messages/down`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeMessageDownQos(qos: c_int) -> c_int {
    guard("SubscribeMessageDownQos", -1, || {
        state::subscribe("SubscribeMessageDownQos", qos, |own| {
            Subscription::MessageDown.filter(own)
        })
    })
}

/// Subscribes to properties to set (`$oc/devices/<id>/sys/properties/set/#`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribePropSetQos(qos: c_int) -> c_int {
    guard("SubscribePropSetQos", -1, || {
        state::subscribe("SubscribePropSetQos", qos, |own| Subscription::PropertySet.filter(own))
    })
}

/// Subscribes to property queries (`$oc/devices/<id>/sys/properties/get/#`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribePropgetQos(qos: c_int) -> c_int {
    guard("SubscribePropgetQos", -1, || {
        state::subscribe("SubscribePropgetQos", qos, |own| Subscription::PropertyGet.filter(own))
    })
}

/// Subscribes to device shadow answers (`$oc/devices/<id>/sys/shadow/get/response/#`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribePropRespQos(qos: c_int) -> c_int {
    guard("SubscribePropRespQos", -1, || {
        state::subscribe("SubscribePropRespQos", qos, |own| {
            Subscription::ShadowResponse.filter(own)
        })
    })
}

/// Subscribes to events (`$oc/devices/<id>/sys/events/down`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeSubDeviceEventQos(qos: c_int) -> c_int {
    guard("SubscribeSubDeviceEventQos", -1, || {
        state::subscribe("SubscribeSubDeviceEventQos", qos, |own| {
            Subscription::EventDown.filter(own)
        })
    })
}

/// Subscribes to a user topic (`$oc/devices/<id>/user/<topicParas>`) with QoS `qos`.
///
/// - `topicParas`: the part after `user/`; not NULL.
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected, for NULL or another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeUserTopicQos(topicParas: *mut c_char, qos: c_int) -> c_int {
    guard("SubscribeUserTopicQos", -1, || {
        // SAFETY: the caller passes NULL or a C string.
        let paras = unsafe { boundary::bytes(topicParas) };
        state::subscribe("SubscribeUserTopicQos", qos, |own| topics::user_filter(own, paras))
    })
}

/// Subscribes to V3 JSON commands (`/huawei/v1/devices/<id>/command/json`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeJsonCmdV3Qos(qos: c_int) -> c_int {
    guard("SubscribeJsonCmdV3Qos", -1, || {
        state::subscribe("SubscribeJsonCmdV3Qos", qos, |own| {
            Subscription::JsonCommandV3.filter(own)
        })
    })
}

/// Subscribes to V3 binary commands (`/huawei/v1/devices/<id>/command/binary`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeBinaryCmdV3Qos(qos: c_int) -> c_int {
    guard("SubscribeBinaryCmdV3Qos", -1, || {
        state::subscribe("SubscribeBinaryCmdV3Qos", qos, |own| {
            Subscription::BinaryCommandV3.filter(own)
        })
    })
}

/// Subscribes to the provisioning answer (`$oc/devices/<id>/sys/bootstrap/down`) with QoS `qos`.
///
/// - `qos`: 0 or 1.
///
/// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE follows; -1 when not connected or for another QoS.
/// Never blocks. Any thread, callbacks included. See spec/connection.md 5.2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SubscribeBootstrapQos(qos: c_int) -> c_int {
    guard("SubscribeBootstrapQos", -1, || {
        state::subscribe("SubscribeBootstrapQos", qos, |own| Subscription::Bootstrap.filter(own))
    })
}
