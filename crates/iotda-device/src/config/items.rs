//! The one table of the configuration items. From a row follow its number and name in the C header and its line in
//! docs/configuration.md (both written by the build, which reads this file), its field in [`DeviceConfig`], how a text becomes
//! its value, and whether it outlives `IOTA_Init`. A new item is one row, and a test of what it does.
//!
//! ```text
//! /// What it means, without what the rest of the row says: kind, range and default.
//! C_NAME = number => Item { field: type = default, rule(lowest, highest, "what it is, for the error"), kept or reset };
//! ```
//!
//! The rules are functions of [`super::rules`]. An item without braces is accepted and has no field.

use std::mem;

use zeroize::Zeroizing;

use super::choice::{Overflow, SpoolSync, StampMethod};
use super::rules;
use crate::error::Result;

items! {
    /// Configuration items. Text and number items may be set with either setter.
    EN_IOTA_CFG_TYPE {
        /// Device id.
        EN_IOTA_CFG_DEVICEID = 0 => DeviceId { device_id: Option<Vec<u8>> = None, text, reset };
        /// Device secret.
        EN_IOTA_CFG_DEVICESECRET = 1 => DeviceSecret { secret: Option<Zeroizing<Vec<u8>>> = None, secret, reset };
        /// Host name, IPv4 address, or IPv6 address in brackets.
        EN_IOTA_CFG_MQTT_ADDR = 2 => Address { address: Option<Vec<u8>> = None, text, reset };
        /// A port with 1883 in it means a connection without TLS, one with 8883 TLS. Others are refused, except with
        /// EN_IOTA_CFG_EXT_TRANSPORT or EN_IOTA_CFG_EXT_ALPN.
        EN_IOTA_CFG_MQTT_PORT = 3 => Port { port: Option<Vec<u8>> = None, text, reset };
        /// One of ENUM_IOTA_CFG_AUTH_MODE: 0 the device secret, 1 (and any other) the device's certificate.
        EN_IOTA_CFG_AUTH_MODE = 4 => AuthMode { certificate: bool = false, flag, reset };
        /// Syslog facility; no effect.
        EN_IOTA_CFG_LOG_LOCAL_NUMBER = 5 => LogLocalNumber;
        /// Syslog level; no effect.
        EN_IOTA_CFG_LOG_LEVEL = 6 => LogLevel;
        /// MQTT keep-alive.
        EN_IOTA_CFG_KEEP_ALIVE_TIME = 7 => KeepAlive { keep_alive: u16 = 120, seconds, kept };
        /// For one attempt to connect, from its start to the platform's CONNACK.
        EN_IOTA_CFG_CONNECT_TIMEOUT = 8 => ConnectTimeout { connect_timeout: u32 = 30, seconds, kept };
        /// Time allowed for an acknowledgement, if larger than 30, the least; nothing is repeated on a live connection.
        EN_IOTA_CFG_RETRY_INTERVAL = 9 => RetryInterval { retry_interval: u32 = 10, seconds, kept };
        /// 0 makes the next `IOTA_Connect` use the present configuration instead of the one of the first connection.
        EN_IOTA_CFG_RESET_SECRET_IN_PROGRESS = 10 => ResetSecretInProgress;
        /// QoS of reports. Takes effect at once.
        EN_IOTA_CFG_QOS = 11 => Qos { qos: u8 = 1, number(0, 2, "the QoS"), kept };
        /// Password of the device's private key.
        EN_IOTA_CFG_PRIVATE_KEY_PASSWORD = 12
            => PrivateKeyPassword { key_password: Option<Zeroizing<Vec<u8>>> = None, secret, reset };
        /// Scope id for provisioning of a device group.
        EN_IOTA_CFG_BS_SCOPE_ID = 13 => ScopeId { scope_id: Option<Vec<u8>> = None, text, reset };
        /// One of ENUM_IOTA_CFG_BS: 0 a registered device, 1 a device of a group, which registers itself.
        EN_IOTA_CFG_BS_MODE = 14 => BootstrapMode { group_bootstrap: bool = false, flag, reset };
        /// One of IOTA_CHECK_STAMP_METHOD: 0 off, 1 SHA-256, 2 and above SM3; also the digit in the client id.
        EN_IOTA_CFG_CHECK_STAMP_METHOD = 15 => CheckStampMethod { stamp_method: StampMethod = StampMethod::from(0), code, kept };
        /// Base64 of the group secret for provisioning of a device group.
        EN_IOTA_CFG_BS_GROUP_SECRET = 16
            => GroupSecret { group_secret: Option<Zeroizing<Vec<u8>>> = None, secret, reset };
        /// One of ENUM_IOTA_CFG_BRIDGE: 1 when this connection is a bridge.
        EN_IOTA_CFG_BRIDGE_MODE = 17 => BridgeMode { bridge: bool = false, flag, reset };
    }

    /// Items of this library, beside those of `EN_IOTA_CFG_TYPE`. They survive `IOTA_Destroy` and `IOTA_Init`.
    EN_IOTA_CFG_EXT_TYPE {
        /// MQTT version: 3 or 4 for 3.1.1, which is the default unless the program is compiled with MQTTV5 or the
        /// environment variable IOTDA_MQTT_VERSION is 5; 5 for MQTT 5.
        EN_IOTA_CFG_EXT_MQTT_VERSION = 100 => MqttVersion { mqtt5: Option<bool> = None, version(3, 5, "the MQTT version"), kept };
        /// Most reports without an outcome.
        EN_IOTA_CFG_EXT_QUEUE_MESSAGES = 101
            => QueueMessages { queue_messages: u32 = 5000, number(1, 1000000, "the queue limit in messages"), kept };
        /// Most bytes of their topics and payloads.
        EN_IOTA_CFG_EXT_QUEUE_BYTES = 102
            => QueueBytes { queue_bytes: u32 = 8388608, number(1024, 1073741824, "the queue limit in bytes"), kept };
        /// Most reports sent and not acknowledged.
        EN_IOTA_CFG_EXT_WINDOW = 103
            => Window { window: u16 = 20, number(1, 65535, "the window of unacknowledged messages"), kept };
        /// 1: unacknowledged reports fail when the connection is lost, as in the C SDK; 0: they are sent again.
        EN_IOTA_CFG_EXT_FAIL_AT_LOSS = 104 => FailAtLoss { fail_at_loss: bool = false, flag, kept };
        /// 0: the host name in the platform's certificate is not checked (private deployments with IP addresses); 1: it is,
        /// which is the default unless the environment variable IOTDA_TLS_NO_HOSTNAME_CHECK is 1.
        EN_IOTA_CFG_EXT_HOST_NAME_CHECK = 105 => HostNameCheck { host_name_check: Option<bool> = None, chosen, kept };
        /// 1: the library reconnects by itself after losses and failures; 0: the program's callbacks decide.
        EN_IOTA_CFG_EXT_AUTO_RECONNECT = 106 => AutoReconnect { auto_reconnect: bool = false, flag, kept };
        /// A directory, created if it is missing, where accepted reports of QoS 1 and 2 are kept until they have their
        /// outcome. What has none when the process is killed or the power fails is sent after the next start, at the first
        /// `IOTA_Connect` with the same device id, with NULL as its context; a report may then arrive twice. Reports that
        /// end in a failure callback (`IOTA_DisConnect` and `IOTA_Destroy` included) are not kept. When the directory cannot
        /// be used, the disk is full or the size is reached, the log and `IOTA_GetStatistics` say so and further reports are
        /// held in memory only. "" (default): no directory. Takes effect at the first `IOTA_Connect` after `IOTA_Init`.
        EN_IOTA_CFG_EXT_SPOOL_DIRECTORY = 107 => SpoolDirectory { spool_directory: Option<Vec<u8>> = None, text, kept };
        /// When a kept report has to be on the disk, which is what survives a power failure: 0 when the system likes, 1
        /// within a second, 2 before the call returns, which then waits for the disk.
        EN_IOTA_CFG_EXT_SPOOL_SYNC = 108
            => SpoolSync { spool_sync: SpoolSync = SpoolSync::from(1), choice(0, 2, "the spool's sync rule"), kept };
        /// Most bytes in that directory per device.
        EN_IOTA_CFG_EXT_SPOOL_BYTES = 109
            => SpoolBytes { spool_bytes: u32 = 67108864, number(65536, 1073741824, "the spool's size in bytes"), kept };
        /// What happens to a new report when the queue (101, 102) is full. 0: its call returns -1. 1: the oldest reports
        /// that were never sent are dropped for it. 2: the oldest unsent reports of QoS 0 are dropped for it, and its call
        /// returns -1 when they are not enough. A dropped report ends in the publish failure callback with code -11 and its
        /// context; a call that returns -1 drops none.
        EN_IOTA_CFG_EXT_OVERFLOW = 110
            => Overflow { overflow: Overflow = Overflow::from(0), choice(0, 2, "the rule for a full queue"), kept };
        /// 1: the certificate authorities of the system are trusted besides those in conf/rootcert.pem, which may then be
        /// absent; 0: only those. The system's are the file named by the environment variable SSL_CERT_FILE, or the bundle
        /// in one of the usual places.
        EN_IOTA_CFG_EXT_SYSTEM_ROOTS = 111 => SystemRoots { system_roots: bool = false, flag, kept };
        /// 0: MQTT over TCP; 1: MQTT over WebSocket, path /mqtt, for networks that let only web traffic pass. Without TLS
        /// (ws) on port 80 and ports with 1883 in them, with TLS (wss) on all others, 443 being the usual one.
        EN_IOTA_CFG_EXT_TRANSPORT = 112
            => Transport { websocket: bool = false, switch(0, 1, "the transport (TCP or WebSocket)"), kept };
        /// The host name sent in the TLS handshake (SNI) and expected in the platform's certificate, where it is not
        /// EN_IOTA_CFG_MQTT_ADDR: that may be the private IP address of a platform whose certificate has its public name.
        /// With WebSocket also the name in the HTTP request. "" (default): the address.
        EN_IOTA_CFG_EXT_SERVER_NAME = 113 => ServerName { server_name: Option<Vec<u8>> = None, text, kept };
        /// Protocol names to offer in the TLS handshake (ALPN), separated by commas, the preferred one first, each of 1 to
        /// 255 bytes: for platforms that serve MQTT and HTTPS on the same port; any port without 1883 in it then means TLS.
        /// "" (default): none. Without effect on WebSocket, which offers "http/1.1".
        EN_IOTA_CFG_EXT_ALPN = 114 => Alpn { alpn: Vec<Vec<u8>> = Vec::new(), names, kept };
        /// 1: once `InitDConnCaseOne` was called, the library asks the platform for newer group data by itself when a member has
        /// no address, cannot be reached, or knocks from an unknown address, and after each connection: at most 60 times in an
        /// hour. The program's callbacks hear of answers that say something new. 0: only the program asks.
        EN_IOTA_CFG_EXT_SOFT_BUS_REFRESH = 115
            => SoftBusRefresh { soft_bus_refresh: bool = true, switch(0, 1, "the soft bus refresh"), kept };
        /// A directory, created with mode 0700 if it is missing, where the last group data of each soft bus is kept, sealed with
        /// the device's secret or private key. When the platform cannot be reached (no name, no connection, no answer) in the
        /// first 3 s after `IOTA_Connect`, that data comes as if it had just arrived, with the event time that it had; what the
        /// platform says later replaces it. Not used when the platform, or something in its place, answers and refuses.
        /// "" (default): nothing is kept. Takes effect at the next `IOTA_Connect`.
        EN_IOTA_CFG_EXT_STATE_DIRECTORY = 116
            => StateDirectory { state_directory: Option<Vec<u8>> = None, text, kept };
        /// 1: the platform keeps nothing of a session. 0: it keeps it while the device is away: subscriptions, messages for
        /// the device, and which reports have arrived. CONNECT then has clean session 0 (MQTT 5: clean start 0, with a session
        /// expiry); if the platform still has the session, unacknowledged reports are repeated with their packet id and DUP,
        /// otherwise sent anew, in their order either way. Takes effect at the next `IOTA_Connect`.
        EN_IOTA_CFG_EXT_CLEAN_SESSION = 117
            => CleanSession { clean_session: bool = true, switch(0, 1, "the clean session"), kept };
        /// Seconds that a report may wait for its delivery, from its acceptance on; 0: for ever. One that has no
        /// acknowledgement by then ends in the publish failure callback with code -11 and counts as `expired` in
        /// `IOTA_GetStatistics`; one that is on its way on a standing connection is left to its acknowledgement. Those kept in
        /// EN_IOTA_CFG_EXT_SPOOL_DIRECTORY age while no process runs. Holds for reports accepted after the next `IOTA_Connect`.
        EN_IOTA_CFG_EXT_MESSAGE_EXPIRY = 118
            => MessageExpiry { message_expiry: u32 = 0, number(0, 4294967295, "the message expiry in seconds"), kept };
        /// KiB of stack for each of the library's threads, on which callbacks run too; the program's static thread-local data
        /// comes on top. Unless set, 8192, or the limit of the process (ulimit -s) where that is finite and larger. One value
        /// for the process: the first thread fixes it (`IOTA_Connect`, the near link, a callback to deliver), and after that
        /// another value is refused with -1. Callbacks must live on what is asked for.
        EN_IOTA_CFG_EXT_THREAD_STACK = 119
            => ThreadStack { thread_stack: Option<u32> = None, stack(256, 1048576, "the stack of a thread in KiB"), kept };
        /// Most bytes of a report's payload on the platform's own topics ($oc/…), which takes no more than 1 MiB; 0: any
        /// number. The call of a larger one returns -1, with a line in the log. Takes effect at once.
        EN_IOTA_CFG_EXT_MAX_PAYLOAD = 120
            => MaxPayload { max_payload: u32 = 1048576, number(0, 268435455, "the payload limit in bytes"), kept };
        /// Most bytes of a packet from the platform; unless set, 4194304. A larger message is read past, acknowledged and
        /// logged. MQTT 5 platforms are told of it if it is set, and must then not send more. Takes effect at the next
        /// `IOTA_Connect`.
        EN_IOTA_CFG_EXT_INCOMING_LIMIT = 121
            => IncomingLimit { incoming_limit: Option<u32> = None, size(1024, 268435460, "the limit of incoming packets"), kept };
        /// Most reports sent per second; 0: any number. What has queued up without a connection then goes at this rate. The
        /// platform documents 50 per connection. Takes effect at the next `IOTA_Connect`.
        EN_IOTA_CFG_EXT_MAX_RATE = 122
            => MaxRate { max_rate: u32 = 0, number(0, 100000, "the rate in reports per second"), kept };
        /// Days after which group data in EN_IOTA_CFG_EXT_STATE_DIRECTORY is not used any more, if the clock of this device can
        /// be trusted: it shows 2025 or later.
        EN_IOTA_CFG_EXT_STATE_DAYS = 123
            => StateDays { state_days: u32 = 30, number(1, 36500, "the days that group data is used"), kept };
        /// 1: the default callbacks move files over plain http too; 0: over https only. A program's own calls may use either.
        EN_IOTA_CFG_EXT_PLAIN_TRANSFERS = 124
            => PlainTransfers { plain_transfers: bool = false, switch(0, 1, "plain transfers"), kept };
        /// The directory, created with mode 0700 if it is missing, where the default callbacks and `IOTA_GetOTAPackages` put
        /// upgrade packages. "" (default): the current directory.
        EN_IOTA_CFG_EXT_DOWNLOAD_DIRECTORY = 125
            => DownloadDirectory { download_directory: Option<Vec<u8>> = None, text, kept };
        /// Hosts to which a tunnel of remote login may lead besides those in the platform's domain (the registered part of
        /// EN_IOTA_CFG_MQTT_ADDR or EN_IOTA_CFG_EXT_SERVER_NAME): names and addresses, separated by commas; `example.com`
        /// means this host and every one below that name, `.example.com` those below it only. "" (default): none.
        EN_IOTA_CFG_EXT_TUNNEL_HOSTS = 126 => TunnelHosts { tunnel_hosts: Vec<Vec<u8>> = Vec::new(), hosts, kept };
        /// 1: `IOTA_Connect` puts what the environment variables `IOTDA_MQTTC_ADDRESS`, `IOTDA_MQTTC_PORT`,
        /// `IOTDA_MQTTC_DEVICEID` and `IOTDA_MQTTC_PASSWOROD` (this spelling) hold in the place of items 2, 3, 0 and 1,
        /// however those were set; 0: only `IOTA_ConnectConfigSet` does. Programs with iota_compat.h have it set.
        EN_IOTA_CFG_EXT_ENVIRONMENT = 130
            => Environment { environment: bool = false, switch(0, 1, "the use of the environment"), kept };
    }
}
