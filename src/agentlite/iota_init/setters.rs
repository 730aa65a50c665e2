//! Registration of the callbacks.

use super::types::*;
use crate::callbacks::SLOTS;
use crate::process;
use c_library::boundary;
use std::ffi::c_char;

exported!(
    /// Registers one of the nine protocol callbacks: the outcomes of connecting, publishing and subscribing.
    ///
    /// - `item`: which (`EN_IOTA_CALLBACK_SETTING`); another value is logged and ignored.
    /// - `callbackHandler`: NULL unregisters. Its argument and all it points to are valid during the call.
    ///
    /// Takes effect at once, at any time. The callback runs on the library's callback thread; it
    /// may call every function, block and destroy the SDK.
    /// See docs/spec/connection.md#protocol-callbacks.
    pub fn IOTA_SetProtocolCallback(item: EN_IOTA_CALLBACK_SETTING, callbackHandler: PFN_PROTOCOL_CALLBACK_HANDLER) {
        SLOTS.set_protocol(item, callbackHandler)
    }
);

exported!(
    /// Registers the receiver of every message on `…/sys/events/down`, after the specific callbacks of its services; the same structures as theirs.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#events.
    pub fn IOTA_SetEventCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER) {
        SLOTS.event.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of commands of the platform; the program answers with IOTA_CommandResponse.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#command.
    pub fn IOTA_SetCmdCallback(callbackHandler: PFN_CMD_CALLBACK_HANDLER) {
        SLOTS.command.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of commands on the V3 topics; the program answers with IOTA_CmdRspV3.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#command-v3.
    pub fn IOTA_SetCmdCallbackV3(callbackHandler: PFN_CMD_CALLBACK_HANDLER_V3) {
        SLOTS.command_v3.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of messages of the platform in the standard form; second argument: MQTTV5_DATA * in an MQTT 5 session, else NULL.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#message.
    pub fn IOTA_SetMessageCallback(callbackHandler: PFN_MESSAGE_CALLBACK_HANDLER) {
        SLOTS.message.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of every message of the platform as it came, before the message callback.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#message.
    pub fn IOTA_SetRawMessageCallback(callbackHandler: PFN_RAW_MESSAGE_CALLBACK_HANDLER) {
        SLOTS.raw_message.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of properties set by the platform; the program answers with IOTA_PropertiesSetResponse (soft bus lists are answered by the library).
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#property-set.
    pub fn IOTA_SetPropSetCallback(callbackHandler: PFN_PROP_SET_CALLBACK_HANDLER) {
        SLOTS.property_set.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of property queries of the platform; the program answers with IOTA_PropertiesGetResponse.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#property-get.
    pub fn IOTA_SetPropGetCallback(callbackHandler: PFN_PROP_GET_CALLBACK_HANDLER) {
        SLOTS.property_get.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of answers to IOTA_GetDeviceShadow.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#shadow.
    pub fn IOTA_SetShadowGetCallback(callbackHandler: PFN_SHADOW_GET_CALLBACK_HANDLER) {
        SLOTS.shadow.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of messages in the standard form on `…/user/…` topics.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#user-topic.
    pub fn IOTA_SetUserTopicMsgCallback(callbackHandler: PFN_USER_TOPIC_MSG_CALLBACK_HANDLER) {
        SLOTS.user_topic.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of every message on `…/user/…` topics as it came.
    ///
    /// - `pfnCallbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#user-topic.
    pub fn IOTA_SetUserTopicRawMsgCallback(pfnCallbackHandler: PFN_USER_TOPIC_RAW_MSG_CALLBACK_HANDLER) {
        SLOTS.user_topic_raw.set(pfnCallbackHandler)
    }
);

exported!(
    /// Registers the receiver of the answer to IOTA_Bootstrap: address and, in group mode, device secret.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#bootstrap.
    pub fn IOTA_SetBootstrapCallback(callbackHandler: PFN_BOOTSTRAP_CALLBACK_HANDLER) {
        SLOTS.bootstrap.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of commands of device rules for another device.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/services.md#rules.
    pub fn IOTA_SetDeviceRuleSendMsgCallback(callbackHandler: PFN_DEVICE_RULE_SEND_MSG_CALLBACK_HANDLER) {
        SLOTS.rule_send.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of messages of other devices.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#m2m.
    pub fn IOTA_SetM2mCallback(callbackHandler: PFN_M2M_CALLBACK_HANDLER) {
        SLOTS.m2m.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of answers to IOTA_BridgeDeviceLogin.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#bridge.
    pub fn IOTA_SetBridgesDeviceLoginCallback(callbackHandler: PFN_BRIDGES_DEVICE_LOGIN) {
        SLOTS.bridge_login.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of answers to IOTA_BridgeDeviceLogout.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#bridge.
    pub fn IOTA_SetBridgesDeviceLogoutCallback(callbackHandler: PFN_BRIDGES_DEVICE_LOGOUT) {
        SLOTS.bridge_logout.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of answers to IOTA_BridgeDeviceResetSecret.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#bridge.
    pub fn IOTA_SetBridgesDeviceResetSecretCallback(callbackHandler: PFN_BRIDGES_DEVICE_RESET_SECRET) {
        SLOTS.bridge_reset_secret.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of the platform's disconnects of bridged devices.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#bridge.
    pub fn IOTA_SetBridgesDeviceDisConnCallback(callbackHandler: PFN_BRIDGES_DEVICE_PLATE_DISCONNECT) {
        SLOTS.bridge_disconnect.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of messages on topics that nothing else claims.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#undefined.
    pub fn IOTA_SetUndefinedMessageCallback(callbackHandler: PFN_UNDEFINED_MSG_CALLBACK_HANDLER) {
        SLOTS.undefined.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of events of service `$sub_device_manager`.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services.
    pub fn IOTA_SetEvenSubDeviceCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.sub_device.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of events of service `$time_sync`.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services.
    pub fn IOTA_SetNtpCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.ntp.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of events of service `$log`.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services.
    pub fn IOTA_SetEvenDeviceLogCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.device_log.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of soft bus information; the table of getSoftBusTotal is already up to date, and DSoftBus may be started from here.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services; docs/spec/softbus.md#bus-info-event.
    pub fn IOTA_SetEvenSoftBusCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.soft_bus.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of remote login requests.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services.
    pub fn IOTA_SetEvenTunnelManagerCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.tunnel.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of upload and download addresses.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services.
    pub fn IOTA_SetEvenFileManagerCallback(callbackHandler: PFN_EVENT_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.file_manager.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of version queries of an upgrade.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services.
    pub fn IOTA_SetEvenOtaVersionUpCallback(callbackHandler: PFN_OTAVERSION_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.ota_version.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of upgrade packages to fetch.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-services.
    pub fn IOTA_SetEvenOtaUrlResponseCallback(callbackHandler: PFN_OTAURL_CALLBACK_HANDLER_SPECIFY) {
        SLOTS.ota_url.set(callbackHandler)
    }
);

exported!(
    /// Registers the receiver of configuration updates; its result and the text it writes (at most 99 bytes) are reported to the platform.
    ///
    /// - `callbackHandler`: NULL switches it off. Structures and texts it gets are valid during the call.
    ///
    /// Takes effect with the next message, at any time, and survives `IOTA_Destroy`. Runs on the
    /// library's callback thread; may call every function, block and destroy the SDK.
    /// See docs/spec/downlink.md#event-parameters, docs/spec/downlink.md#config-answer.
    pub fn IOTA_SetDeviceConfigCallback(callbackHandler: PFN_DEVICE_CONFIG_CALLBACK_HANDLER) {
        SLOTS.device_config.set(callbackHandler)
    }
);

exported!(
    /// Keeps the device rules in a file: takes over the rules in it at once (before `IOTA_Init`: at `IOTA_Init`), and writes it
    /// whenever rules come or go. Without it rules are lost when the program ends.
    ///
    /// - `filepath`: created when missing; its directory must be writable, as a new file replaces the old one. NULL: no file.
    ///
    /// At any time, any thread; survives `IOTA_Destroy`. See docs/spec/services.md#rule-file.
    pub fn IOTA_EnableDeviceRuleStorage(filepath: *const c_char) {
        // SAFETY: the caller passes NULL or a C string.
        process::store_rules_in(unsafe { boundary::bytes(filepath) });
    }
);
