//! Configuration items and their two setters. Set them after `IOTA_Init` and before `IOTA_Connect`.

use crate::agentlite::hw_type::{HW_CHAR, HW_INT, HW_UINT};
use crate::state;
use c_library::boundary::{self, guard};
header!(IOTA_CFG_H, "hw_type.h");

c_enum! {
    /// Configuration items. Text and number items may be set with either setter.
    pub enum EN_IOTA_CFG_TYPE {
        /// Text: device id.
        EN_IOTA_CFG_DEVICEID = 0,
        /// Text: device secret.
        EN_IOTA_CFG_DEVICESECRET = 1,
        /// Text: host name, IPv4 address, or IPv6 address in brackets.
        EN_IOTA_CFG_MQTT_ADDR = 2,
        /// Number: a port with 1883 in it means a connection without TLS, one with 8883 TLS. Others are refused, except with
        /// EN_IOTA_CFG_EXT_TRANSPORT or EN_IOTA_CFG_EXT_ALPN.
        EN_IOTA_CFG_MQTT_PORT = 3,
        /// Number: one of ENUM_IOTA_CFG_AUTH_MODE; default secret.
        EN_IOTA_CFG_AUTH_MODE = 4,
        /// Number: syslog facility; no effect.
        EN_IOTA_CFG_LOG_LOCAL_NUMBER = 5,
        /// Number: syslog level; no effect.
        EN_IOTA_CFG_LOG_LEVEL = 6,
        /// Number: MQTT keep-alive in seconds; default 120.
        EN_IOTA_CFG_KEEP_ALIVE_TIME = 7,
        /// Number: seconds for one attempt to connect; default 30.
        EN_IOTA_CFG_CONNECT_TIMEOUT = 8,
        /// Number: seconds allowed for an acknowledgement, if larger than 30, the least; nothing is repeated on a live connection.
        EN_IOTA_CFG_RETRY_INTERVAL = 9,
        /// Number: 0 makes the next `IOTA_Connect` use the present configuration instead of the one of the first connection.
        EN_IOTA_CFG_RESET_SECRET_IN_PROGRESS = 10,
        /// Number: QoS of reports, 0, 1 or 2; default 1. Takes effect at once.
        EN_IOTA_CFG_QOS = 11,
        /// Text: password of the device's private key.
        EN_IOTA_CFG_PRIVATE_KEY_PASSWORD = 12,
        /// Text: scope id for provisioning of a device group.
        EN_IOTA_CFG_BS_SCOPE_ID = 13,
        /// Number: one of ENUM_IOTA_CFG_BS; default register.
        EN_IOTA_CFG_BS_MODE = 14,
        /// Number: one of IOTA_CHECK_STAMP_METHOD; default off.
        EN_IOTA_CFG_CHECK_STAMP_METHOD = 15,
        /// Text: Base64 of the group secret for provisioning of a device group.
        EN_IOTA_CFG_BS_GROUP_SECRET = 16,
        /// Number: one of ENUM_IOTA_CFG_BRIDGE; default off.
        EN_IOTA_CFG_BRIDGE_MODE = 17,
    }
}

c_enum! {
    /// How the device proves its identity.
    #[tag = "enum_IOTA_CFG_AUTH_MODE"]
    pub enum ENUM_IOTA_CFG_AUTH_MODE {
        /// Device secret.
        EN_IOTA_CFG_AUTH_MODE_SECRET = 0,
        /// X.509 certificate of the device.
        EN_IOTA_CFG_AUTH_MODE_CERT = 1,
    }
}

c_enum! {
    /// Whether the platform checks the time stamp in the client id, and the HMAC of the password.
    #[tag = "enum_IOTA_CHECK_STAMP_METHOD"]
    pub enum IOTA_CHECK_STAMP_METHOD {
        /// Not checked; HMAC-SHA256.
        EN_IOTA_CFG_CHECK_STAMP_OFF = 0,
        /// Checked; HMAC-SHA256.
        EN_IOTA_CFG_CHECK_STAMP_SHA256 = 1,
        /// Checked; HMAC-SM3.
        EN_IOTA_CFG_CHECK_STAMP_SM3 = 2,
    }
}

c_enum! {
    /// Kind of provisioning.
    pub enum ENUM_IOTA_CFG_BS {
        /// A registered device.
        EN_IOTA_CFG_BS_REG = 0,
        /// A device of a group, which registers itself.
        EN_IOTA_CFG_BS_SELF_REG = 1,
    }
}

c_enum! {
    /// Whether this connection is a bridge.
    pub enum ENUM_IOTA_CFG_BRIDGE {
        EN_IOTA_CFG_BRIDGE_OFF = 0,
        EN_IOTA_CFG_BRIDGE_ON = 1,
    }
}

c_enum! {
    /// Items of this library, beside those of `EN_IOTA_CFG_TYPE`. They survive `IOTA_Destroy` and `IOTA_Init`.
    pub enum EN_IOTA_CFG_EXT_TYPE {
        /// MQTT version: 3 or 4 for 3.1.1 (the default), 5 for MQTT 5.
        EN_IOTA_CFG_EXT_MQTT_VERSION = 100,
        /// Most reports without an outcome, 1 to 1000000; default 5000.
        EN_IOTA_CFG_EXT_QUEUE_MESSAGES = 101,
        /// Most bytes of their topics and payloads, 1024 to 1073741824; default 8 MiB.
        EN_IOTA_CFG_EXT_QUEUE_BYTES = 102,
        /// Most reports sent and not acknowledged, 1 to 65535; default 20.
        EN_IOTA_CFG_EXT_WINDOW = 103,
        /// 1: unacknowledged reports fail when the connection is lost, as in the C SDK; 0 (default): they are sent again.
        EN_IOTA_CFG_EXT_FAIL_AT_LOSS = 104,
        /// 0: the host name in the platform's certificate is not checked (private deployments with IP addresses); 1: it is,
        /// which is the default unless the environment variable IOTDA_TLS_NO_HOSTNAME_CHECK is 1.
        EN_IOTA_CFG_EXT_HOST_NAME_CHECK = 105,
        /// 1: the library reconnects by itself after losses and failures; 0 (default): the program's callbacks decide.
        EN_IOTA_CFG_EXT_AUTO_RECONNECT = 106,
        /// Text: a directory, created if it is missing, where accepted reports of QoS 1 and 2 are kept until they have their
        /// outcome. What has none when the process is killed or the power fails is sent after the next start, at the first
        /// `IOTA_Connect` with the same device id, with NULL as its context; a report may then arrive twice. Reports that
        /// end in a failure callback (`IOTA_DisConnect` and `IOTA_Destroy` included) are not kept. When the directory cannot
        /// be used, the disk is full or the size is reached, the log and `IOTA_GetStatistics` say so and further reports are
        /// held in memory only. "" (default): no directory. Takes effect at the first `IOTA_Connect` after `IOTA_Init`.
        EN_IOTA_CFG_EXT_SPOOL_DIRECTORY = 107,
        /// Number: when a kept report has to be on the disk, which is what survives a power failure: 0 when the system
        /// likes, 1 (default) within a second, 2 before the call returns, which then waits for the disk.
        EN_IOTA_CFG_EXT_SPOOL_SYNC = 108,
        /// Number: most bytes in that directory per device, 65536 to 1073741824; default 64 MiB.
        EN_IOTA_CFG_EXT_SPOOL_BYTES = 109,
        /// Number: what happens to a new report when the queue (101, 102) is full. 0 (default): its call returns -1. 1: the
        /// oldest reports that were never sent are dropped for it. 2: the oldest unsent reports of QoS 0 are dropped for it,
        /// and its call returns -1 when they are not enough. A dropped report ends in the publish failure callback with
        /// code -11 and its context; a call that returns -1 drops none.
        EN_IOTA_CFG_EXT_OVERFLOW = 110,
        /// Number: 1: the certificate authorities of the system are trusted besides those in conf/rootcert.pem, which may
        /// then be absent; 0 (default): only those. The system's are the file named by the environment variable
        /// SSL_CERT_FILE, or the bundle in one of the usual places.
        EN_IOTA_CFG_EXT_SYSTEM_ROOTS = 111,
        /// Number: 0 (default): MQTT over TCP; 1: MQTT over WebSocket, path /mqtt, for networks that let only web traffic
        /// pass. Without TLS (ws) on port 80 and ports with 1883 in them, with TLS (wss) on all others, 443 being the usual one.
        EN_IOTA_CFG_EXT_TRANSPORT = 112,
        /// Text: the host name sent in the TLS handshake (SNI) and expected in the platform's certificate, where it is not
        /// EN_IOTA_CFG_MQTT_ADDR: that may be the private IP address of a platform whose certificate has its public name.
        /// With WebSocket also the name in the HTTP request. "" (default): the address.
        EN_IOTA_CFG_EXT_SERVER_NAME = 113,
        /// Text: protocol names to offer in the TLS handshake (ALPN), separated by commas, the preferred one first, each of 1
        /// to 255 bytes: for platforms that serve MQTT and HTTPS on the same port; any port without 1883 in it then means TLS.
        /// "" (default): none. Without effect on WebSocket, which offers "http/1.1".
        EN_IOTA_CFG_EXT_ALPN = 114,
    }
}

/// Sets one configuration item from a text. Numeric items take the leading digits.
///
/// - `item`: `EN_IOTA_CFG_TYPE`, or an item of this library (`EN_IOTA_CFG_EXT_…`).
/// - `value`: text, copied; "" unsets a text item. Not NULL.
///
/// Returns 0, also for a value without effect; -101 for NULL; -102 for an unknown item; -111 for a value outside the range of
/// the QoS or of an item of this library (the old value stays). Connection items take effect at the next `IOTA_Connect`. Any
/// thread, callbacks included. See spec/connection.md 2.4, 2.5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IOTA_ConfigSetStr(item: HW_INT, value: *mut HW_CHAR) -> HW_INT {
    // SAFETY: the caller passes NULL or a C string.
    guard("IOTA_ConfigSetStr", -1, || {
        state::code(
            "IOTA_ConfigSetStr",
            state::configure(item, unsafe { boundary::bytes(value) }),
        )
    })
}

/// Sets one configuration item from a number; a text item gets its decimal digits.
///
/// - `item`: as for `IOTA_ConfigSetStr`.
/// - `value`: the number.
///
/// Returns as `IOTA_ConfigSetStr` (never -101).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IOTA_ConfigSetUint(item: HW_INT, value: HW_UINT) -> HW_INT {
    guard("IOTA_ConfigSetUint", -1, || {
        state::code(
            "IOTA_ConfigSetUint",
            state::configure(item, Some(value.to_string().as_bytes())),
        )
    })
}
