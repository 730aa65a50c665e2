/* Generated from src/agentlite/iota_cfg.rs; do not edit. */
/**
 * Configuration items and their two setters. Set them after `IOTA_Init` and before `IOTA_Connect`.
 */
#ifndef IOTA_CFG_H
#define IOTA_CFG_H

#include "hw_type.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Configuration items. Text and number items may be set with either setter. */
typedef enum EN_IOTA_CFG_TYPE {
    /** Text. Device id. */
    EN_IOTA_CFG_DEVICEID = 0,
    /** Text. Device secret. */
    EN_IOTA_CFG_DEVICESECRET = 1,
    /** Text. Host name, IPv4 address, or IPv6 address in brackets. */
    EN_IOTA_CFG_MQTT_ADDR = 2,
    /**
     * Text. A port with 1883 in it means a connection without TLS, one with 8883 TLS. Others are
     * refused, except with EN_IOTA_CFG_EXT_TRANSPORT or EN_IOTA_CFG_EXT_ALPN.
     */
    EN_IOTA_CFG_MQTT_PORT = 3,
    /**
     * Number, 0 or 1; default 0. One of ENUM_IOTA_CFG_AUTH_MODE: 0 the device secret, 1 (and any
     * other) the device's certificate.
     */
    EN_IOTA_CFG_AUTH_MODE = 4,
    /** Number. Syslog facility; no effect. */
    EN_IOTA_CFG_LOG_LOCAL_NUMBER = 5,
    /** Number. Syslog level; no effect. */
    EN_IOTA_CFG_LOG_LEVEL = 6,
    /** Seconds; default 120. MQTT keep-alive. */
    EN_IOTA_CFG_KEEP_ALIVE_TIME = 7,
    /**
     * Seconds; default 30. For one attempt to connect, from its start to the platform's CONNACK.
     */
    EN_IOTA_CFG_CONNECT_TIMEOUT = 8,
    /**
     * Seconds; default 10. Time allowed for an acknowledgement, if larger than 30, the least;
     * nothing is repeated on a live connection.
     */
    EN_IOTA_CFG_RETRY_INTERVAL = 9,
    /**
     * Number. 0 makes the next `IOTA_Connect` use the present configuration instead of the one of
     * the first connection.
     */
    EN_IOTA_CFG_RESET_SECRET_IN_PROGRESS = 10,
    /** Number, 0, 1 or 2; default 1. QoS of reports. Takes effect at once. */
    EN_IOTA_CFG_QOS = 11,
    /** Text. Password of the device's private key. */
    EN_IOTA_CFG_PRIVATE_KEY_PASSWORD = 12,
    /** Text. Scope id for provisioning of a device group. */
    EN_IOTA_CFG_BS_SCOPE_ID = 13,
    /**
     * Number, 0 or 1; default 0. One of ENUM_IOTA_CFG_BS: 0 a registered device, 1 a device of a
     * group, which registers itself.
     */
    EN_IOTA_CFG_BS_MODE = 14,
    /**
     * Number; default 0. One of IOTA_CHECK_STAMP_METHOD: 0 off, 1 SHA-256, 2 and above SM3; also
     * the digit in the client id.
     */
    EN_IOTA_CFG_CHECK_STAMP_METHOD = 15,
    /** Text. Base64 of the group secret for provisioning of a device group. */
    EN_IOTA_CFG_BS_GROUP_SECRET = 16,
    /**
     * Number, 0 or 1; default 0. One of ENUM_IOTA_CFG_BRIDGE: 1 when this connection is a bridge.
     */
    EN_IOTA_CFG_BRIDGE_MODE = 17,
} EN_IOTA_CFG_TYPE;

/** How the device proves its identity. */
typedef enum enum_IOTA_CFG_AUTH_MODE {
    /** Device secret. */
    EN_IOTA_CFG_AUTH_MODE_SECRET = 0,
    /** X.509 certificate of the device. */
    EN_IOTA_CFG_AUTH_MODE_CERT = 1,
} ENUM_IOTA_CFG_AUTH_MODE;

/** Whether the platform checks the time stamp in the client id, and the HMAC of the password. */
typedef enum enum_IOTA_CHECK_STAMP_METHOD {
    /** Not checked; HMAC-SHA256. */
    EN_IOTA_CFG_CHECK_STAMP_OFF = 0,
    /** Checked; HMAC-SHA256. */
    EN_IOTA_CFG_CHECK_STAMP_SHA256 = 1,
    /** Checked; HMAC-SM3. */
    EN_IOTA_CFG_CHECK_STAMP_SM3 = 2,
} IOTA_CHECK_STAMP_METHOD;

/** Kind of provisioning. */
typedef enum ENUM_IOTA_CFG_BS {
    /** A registered device. */
    EN_IOTA_CFG_BS_REG = 0,
    /** A device of a group, which registers itself. */
    EN_IOTA_CFG_BS_SELF_REG = 1,
} ENUM_IOTA_CFG_BS;

/** Whether this connection is a bridge. */
typedef enum ENUM_IOTA_CFG_BRIDGE {
    EN_IOTA_CFG_BRIDGE_OFF = 0,
    EN_IOTA_CFG_BRIDGE_ON = 1,
} ENUM_IOTA_CFG_BRIDGE;

/**
 * Items of this library, beside those of `EN_IOTA_CFG_TYPE`. They survive `IOTA_Destroy` and
 * `IOTA_Init`.
 */
typedef enum EN_IOTA_CFG_EXT_TYPE {
    /**
     * Number, 3, 4 or 5. MQTT version: 3 or 4 for 3.1.1, which is the default unless the program is
     * compiled with MQTTV5 or the environment variable IOTDA_MQTT_VERSION is 5; 5 for MQTT 5.
     */
    EN_IOTA_CFG_EXT_MQTT_VERSION = 100,
    /** Number, 1 to 1000000; default 5000. Most reports without an outcome. */
    EN_IOTA_CFG_EXT_QUEUE_MESSAGES = 101,
    /** Number, 1024 to 1073741824; default 8388608. Most bytes of their topics and payloads. */
    EN_IOTA_CFG_EXT_QUEUE_BYTES = 102,
    /** Number, 1 to 65535; default 20. Most reports sent and not acknowledged. */
    EN_IOTA_CFG_EXT_WINDOW = 103,
    /**
     * Number, 0 or 1; default 0. 1: unacknowledged reports fail when the connection is lost, as in
     * the C SDK; 0: they are sent again.
     */
    EN_IOTA_CFG_EXT_FAIL_AT_LOSS = 104,
    /**
     * Number, 0 or 1. 0: the host name in the platform's certificate is not checked (private
     * deployments with IP addresses); 1: it is, which is the default unless the environment
     * variable IOTDA_TLS_NO_HOSTNAME_CHECK is 1.
     */
    EN_IOTA_CFG_EXT_HOST_NAME_CHECK = 105,
    /**
     * Number, 0 or 1; default 0. 1: the library reconnects by itself after losses and failures; 0:
     * the program's callbacks decide.
     */
    EN_IOTA_CFG_EXT_AUTO_RECONNECT = 106,
    /**
     * Text. A directory, created if it is missing, where accepted reports of QoS 1 and 2 are kept
     * until they have their outcome. What has none when the process is killed or the power fails is
     * sent after the next start, at the first `IOTA_Connect` with the same device id, with NULL as
     * its context; a report may then arrive twice. Reports that end in a failure callback
     * (`IOTA_DisConnect` and `IOTA_Destroy` included) are not kept. When the directory cannot be
     * used, the disk is full or the size is reached, the log and `IOTA_GetStatistics` say so and
     * further reports are held in memory only. "" (default): no directory. Takes effect at the
     * first `IOTA_Connect` after `IOTA_Init`.
     */
    EN_IOTA_CFG_EXT_SPOOL_DIRECTORY = 107,
    /**
     * Number, 0, 1 or 2; default 1. When a kept report has to be on the disk, which is what
     * survives a power failure: 0 when the system likes, 1 within a second, 2 before the call
     * returns, which then waits for the disk.
     */
    EN_IOTA_CFG_EXT_SPOOL_SYNC = 108,
    /** Number, 65536 to 1073741824; default 67108864. Most bytes in that directory per device. */
    EN_IOTA_CFG_EXT_SPOOL_BYTES = 109,
    /**
     * Number, 0, 1 or 2; default 0. What happens to a new report when the queue (101, 102) is full.
     * 0: its call returns -1. 1: the oldest reports that were never sent are dropped for it. 2: the
     * oldest unsent reports of QoS 0 are dropped for it, and its call returns -1 when they are not
     * enough. A dropped report ends in the publish failure callback with code -11 and its context;
     * a call that returns -1 drops none.
     */
    EN_IOTA_CFG_EXT_OVERFLOW = 110,
    /**
     * Number, 0 or 1; default 0. 1: the certificate authorities of the system are trusted
     * besides those in conf/rootcert.pem, which may then be absent; 0: only those. The system's
     * are the file named by the environment variable SSL_CERT_FILE, or the bundle in one of the
     * usual places.
     */
    EN_IOTA_CFG_EXT_SYSTEM_ROOTS = 111,
    /**
     * Number, 0 or 1; default 0. 0: MQTT over TCP; 1: MQTT over WebSocket, path /mqtt, for networks
     * that let only web traffic pass. Without TLS (ws) on port 80 and ports with 1883 in them, with
     * TLS (wss) on all others, 443 being the usual one.
     */
    EN_IOTA_CFG_EXT_TRANSPORT = 112,
    /**
     * Text. The host name sent in the TLS handshake (SNI) and expected in the platform's
     * certificate, where it is not EN_IOTA_CFG_MQTT_ADDR: that may be the private IP address of a
     * platform whose certificate has its public name. With WebSocket also the name in the HTTP
     * request. "" (default): the address.
     */
    EN_IOTA_CFG_EXT_SERVER_NAME = 113,
    /**
     * Text. Protocol names to offer in the TLS handshake (ALPN), separated by commas, the preferred
     * one first, each of 1 to 255 bytes: for platforms that serve MQTT and HTTPS on the same port;
     * any port without 1883 in it then means TLS. "" (default): none. Without effect on WebSocket,
     * which offers "http/1.1".
     */
    EN_IOTA_CFG_EXT_ALPN = 114,
    /**
     * Number, 0 or 1; default 1. 1: once `InitDConnCaseOne` was called, the library asks the
     * platform for newer group data by itself when a member has no address, cannot be reached, or
     * knocks from an unknown address, and after each connection: at most 60 times in an hour. The
     * program's callbacks hear of answers that say something new. 0: only the program asks.
     */
    EN_IOTA_CFG_EXT_SOFT_BUS_REFRESH = 115,
    /**
     * Text. A directory, created with mode 0700 if it is missing, where the last group data of each
     * soft bus is kept, sealed with the device's secret or private key. When the platform cannot be
     * reached (no name, no connection, no answer) in the first 3 s after `IOTA_Connect`, that data
     * comes as if it had just arrived, with the event time that it had; what the platform says
     * later replaces it. Not used when the platform, or something in its place, answers and
     * refuses. "" (default): nothing is kept. Takes effect at the next `IOTA_Connect`.
     */
    EN_IOTA_CFG_EXT_STATE_DIRECTORY = 116,
    /**
     * Number, 0 or 1; default 1. 1: the platform keeps nothing of a session. 0: it keeps it while
     * the device is away: subscriptions, messages for the device, and which reports have arrived.
     * CONNECT then has clean session 0 (MQTT 5: clean start 0, with a session expiry); if the
     * platform still has the session, unacknowledged reports are repeated with their packet id and
     * DUP, otherwise sent anew, in their order either way. Takes effect at the next `IOTA_Connect`.
     */
    EN_IOTA_CFG_EXT_CLEAN_SESSION = 117,
    /**
     * Number, 0 to 4294967295; default 0. Seconds that a report may wait for its delivery, from its
     * acceptance on; 0: for ever. One that has no acknowledgement by then ends in the publish
     * failure callback with code -11 and counts as `expired` in `IOTA_GetStatistics`; one that is
     * on its way on a standing connection is left to its acknowledgement. Those kept in
     * EN_IOTA_CFG_EXT_SPOOL_DIRECTORY age while no process runs. Holds for reports accepted after
     * the next `IOTA_Connect`.
     */
    EN_IOTA_CFG_EXT_MESSAGE_EXPIRY = 118,
    /**
     * Number, 256 to 1048576. KiB of stack for each of the library's threads, on which callbacks
     * run too; the program's static thread-local data comes on top. Unless set, 8192, or the limit
     * of the process (ulimit -s) where that is finite and larger. One value for the process: the
     * first thread fixes it (`IOTA_Connect`, the near link, a callback to deliver), and after that
     * another value is refused with -1. Callbacks must live on what is asked for.
     */
    EN_IOTA_CFG_EXT_THREAD_STACK = 119,
    /**
     * Number, 0 to 268435455; default 1048576. Most bytes of a report's payload on the platform's
     * own topics ($oc/…), which takes no more than 1 MiB; 0: any number. The call of a larger one
     * returns -1, with a line in the log. Takes effect at once.
     */
    EN_IOTA_CFG_EXT_MAX_PAYLOAD = 120,
    /**
     * Number, 1024 to 268435460. Most bytes of a packet from the platform; unless set, 4194304. A
     * larger message is read past, acknowledged and logged. MQTT 5 platforms are told of it if it
     * is set, and must then not send more. Takes effect at the next `IOTA_Connect`.
     */
    EN_IOTA_CFG_EXT_INCOMING_LIMIT = 121,
    /**
     * Number, 0 to 100000; default 0. Most reports sent per second; 0: any number. What has queued
     * up without a connection then goes at this rate. The platform documents 50 per connection.
     * Takes effect at the next `IOTA_Connect`.
     */
    EN_IOTA_CFG_EXT_MAX_RATE = 122,
    /**
     * Number, 1 to 36500; default 30. Days after which group data in
     * EN_IOTA_CFG_EXT_STATE_DIRECTORY is not used any more, if the clock of this device can be
     * trusted: it shows 2025 or later.
     */
    EN_IOTA_CFG_EXT_STATE_DAYS = 123,
    /**
     * Number, 0 or 1; default 0. 1: the default callbacks move files over plain http too; 0: over
     * https only. A program's own calls may use either.
     */
    EN_IOTA_CFG_EXT_PLAIN_TRANSFERS = 124,
    /**
     * Text. The directory, created with mode 0700 if it is missing, where the default callbacks and
     * `IOTA_GetOTAPackages` put upgrade packages. "" (default): the current directory.
     */
    EN_IOTA_CFG_EXT_DOWNLOAD_DIRECTORY = 125,
    /**
     * Text. Hosts to which a tunnel of remote login may lead besides those in the platform's domain
     * (the registered part of EN_IOTA_CFG_MQTT_ADDR or EN_IOTA_CFG_EXT_SERVER_NAME): names and
     * addresses, separated by commas; `example.com` means this host and every one below that name,
     * `.example.com` those below it only. "" (default): none.
     */
    EN_IOTA_CFG_EXT_TUNNEL_HOSTS = 126,
    /**
     * Number, 0 or 1; default 0. 1: `IOTA_Connect` puts what the environment variables
     * `IOTDA_MQTTC_ADDRESS`, `IOTDA_MQTTC_PORT`, `IOTDA_MQTTC_DEVICEID` and `IOTDA_MQTTC_PASSWOROD`
     * (this spelling) hold in the place of items 2, 3, 0 and 1, however those were set; 0: only
     * `IOTA_ConnectConfigSet` does. Programs with iota_compat.h have it set.
     */
    EN_IOTA_CFG_EXT_ENVIRONMENT = 130,
} EN_IOTA_CFG_EXT_TYPE;

/**
 * Sets one configuration item from a text. Numeric items take the leading digits.
 *
 * - `item`: `EN_IOTA_CFG_TYPE`, or an item of this library (`EN_IOTA_CFG_EXT_…`).
 * - `value`: text, copied; "" unsets a text item. Not NULL.
 *
 * Returns 0, also for a value without effect; -101 for NULL; -102 for an unknown item; -111 for a
 * value outside the range of the QoS or of an item of this library (the old value stays); -1 for a
 * stack (`EN_IOTA_CFG_EXT_THREAD_STACK`) that comes after the first thread. Connection items take
 * effect at the next `IOTA_Connect`. Any thread, callbacks included.
 * See docs/spec/connection.md#config-set, docs/spec/connection.md#items.
 */
HW_INT IOTA_ConfigSetStr(HW_INT item, HW_CHAR *value);

/**
 * Sets one configuration item from a number; a text item gets its decimal digits.
 *
 * - `item`: as for `IOTA_ConfigSetStr`.
 * - `value`: the number.
 *
 * Returns as `IOTA_ConfigSetStr` (never -101).
 */
HW_INT IOTA_ConfigSetUint(HW_INT item, HW_UINT value);

#ifdef __cplusplus
}
#endif

#endif /* IOTA_CFG_H */
