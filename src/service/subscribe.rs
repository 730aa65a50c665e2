//! Subscriptions, with the configured QoS or an explicit one.

use std::ffi::{c_char, c_int};

use crate::call;
use c_library::boundary;
use iotda_device::protocol::topics::{self, Subscription};

header!(SUBSCRIBE_H);

exported!(
    -1,
    /// Subscribes to messages of other devices (`$oc/m2m/to/<id>/#`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeM2m() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::M2m.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to commands (`$oc/devices/<id>/sys/commands/#`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeCommand() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::Command.filter(own))
    }
);

exported!(
    /// Subscribes to messages, commands, property set, property get, events and shadow answers with QoS 0, one packet each, in
    /// this order. See `SubscribeAllQos`.
    pub fn SubscribeAll() {
        call::subscribe_all(FUNCTION, 0)
    }
);

exported!(
    -1,
    /// Subscribes to messages (`$oc/devices/<id>/sys/messages/down`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeMessageDown() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::MessageDown.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to properties to set (`$oc/devices/<id>/sys/properties/set/#`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribePropSet() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::PropertySet.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to property queries (`$oc/devices/<id>/sys/properties/get/#`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribePropget() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::PropertyGet.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to device shadow answers (`$oc/devices/<id>/sys/shadow/get/response/#`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribePropResp() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::ShadowResponse.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to events (`$oc/devices/<id>/sys/events/down`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeSubDeviceEvent() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::EventDown.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to a user topic (`$oc/devices/<id>/user/<topicParas>`) with QoS 0.
    ///
    /// - `topicParas`: the part after `user/`; not NULL.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected, for NULL. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeUserTopic(topicParas: *mut c_char) -> c_int {
        // SAFETY: the caller passes NULL or a C string.
        let paras = unsafe { boundary::bytes(topicParas) };
        call::subscribe(FUNCTION, 0, |own| topics::user_filter(own, paras))
    }
);

exported!(
    -1,
    /// Subscribes to V3 JSON commands (`/huawei/v1/devices/<id>/command/json`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeJsonCmdV3() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::JsonCommandV3.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to V3 binary commands (`/huawei/v1/devices/<id>/command/binary`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeBinaryCmdV3() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::BinaryCommandV3.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to the provisioning answer (`$oc/devices/<id>/sys/bootstrap/down`) with QoS 0.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected. Never blocks. Any thread, callbacks included.
    /// See docs/spec/connection.md#subscribe.
    pub fn SubscribeBootstrap() -> c_int {
        call::subscribe(FUNCTION, 0, |own| Subscription::Bootstrap.filter(own))
    }
);

exported!(
    /// Subscribes to messages, commands, property set, property get, events and shadow answers, one packet each, in this order.
    ///
    /// - `qos`: 0 or 1; another value is logged and nothing is sent.
    ///
    /// Refusals are logged; each accepted one gets SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE. Never
    /// blocks. Any thread, callbacks included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeAllQos(qos: c_int) {
        call::subscribe_all(FUNCTION, qos)
    }
);

exported!(
    -1,
    /// Subscribes to any topic filter.
    ///
    /// - `topic`: the filter as it is; not NULL, not "".
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected, for NULL, "" or another QoS. Never blocks. Any thread,
    /// callbacks included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeCustomTopic(topic: *mut c_char, qos: c_int) -> c_int {
        // SAFETY: the caller passes NULL or a C string.
        let topic = unsafe { boundary::bytes(topic) };
        call::subscribe(FUNCTION, qos, |_| topics::custom_filter(topic))
    }
);

exported!(
    -1,
    /// Subscribes to messages of other devices (`$oc/m2m/to/<id>/#`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeM2mQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::M2m.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to commands (`$oc/devices/<id>/sys/commands/#`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeCommandQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::Command.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to messages (`$oc/devices/<id>/sys/messages/down`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeMessageDownQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::MessageDown.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to properties to set (`$oc/devices/<id>/sys/properties/set/#`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribePropSetQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::PropertySet.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to property queries (`$oc/devices/<id>/sys/properties/get/#`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribePropgetQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::PropertyGet.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to device shadow answers (`$oc/devices/<id>/sys/shadow/get/response/#`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribePropRespQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::ShadowResponse.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to events (`$oc/devices/<id>/sys/events/down`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeSubDeviceEventQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::EventDown.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to a user topic (`$oc/devices/<id>/user/<topicParas>`) with QoS `qos`.
    ///
    /// - `topicParas`: the part after `user/`; not NULL.
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected, for NULL or another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeUserTopicQos(topicParas: *mut c_char, qos: c_int) -> c_int {
        // SAFETY: the caller passes NULL or a C string.
        let paras = unsafe { boundary::bytes(topicParas) };
        call::subscribe(FUNCTION, qos, |own| topics::user_filter(own, paras))
    }
);

exported!(
    -1,
    /// Subscribes to V3 JSON commands (`/huawei/v1/devices/<id>/command/json`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeJsonCmdV3Qos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::JsonCommandV3.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to V3 binary commands (`/huawei/v1/devices/<id>/command/binary`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeBinaryCmdV3Qos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::BinaryCommandV3.filter(own))
    }
);

exported!(
    -1,
    /// Subscribes to the provisioning answer (`$oc/devices/<id>/sys/bootstrap/down`) with QoS `qos`.
    ///
    /// - `qos`: 0 or 1.
    ///
    /// Returns the message id (1 or more), with which SUBSCRIBE_SUCCESS or SUBSCRIBE_FAILURE
    /// follows; -1 when not connected or for another QoS. Never blocks. Any thread, callbacks
    /// included. See docs/spec/connection.md#subscribe.
    pub fn SubscribeBootstrapQos(qos: c_int) -> c_int {
        call::subscribe(FUNCTION, qos, |own| Subscription::Bootstrap.filter(own))
    }
);
