//! The one table of the library's ERROR and WARNING lines. Each entry has a stable identifier, the text of the line,
//! and, for documentation only, its cause and its cure; docs/errors.md is written from it.
//!
//! # How to add a line
//! 1. Append an entry at the end of its level's numbers: `E017 Error name(argument) "text with {argument}"`, then
//!    `cause "…"` and `cure "…"`. `E` goes with `Error`, `W` with `Warning`. Never reuse or renumber an identifier.
//! 2. Call it: `base::lines::name(&argument)`. Arguments are taken by reference and formatted only if a log sink is
//!    installed; for `{:?}` or a hexadecimal number pass `&format_args!("{value:?}")`. Never pass a secret.
//! 3. `WRITE_ERRORS_MD=1 cargo test -p iotda-device --lib error` writes docs/errors.md; without the variable the
//!    test fails when the file differs.

use std::fmt::Display;

use crate::log::{Level, write};

/// What docs/errors.md says of a line. Only tests read it, so that it is not in the library.
pub struct Entry {
    /// The identifier, as the line carries it.
    pub id: &'static str,
    pub level: Level,
    /// The text, with the names of its arguments in braces.
    pub text: &'static str,
    pub cause: &'static str,
    pub cure: &'static str,
}

macro_rules! lines {
    ($($id:ident $level:ident $name:ident($($arg:ident),*) $text:literal cause $cause:literal cure $cure:literal)*) => {
        $(
            #[doc = concat!("HWM-", stringify!($id), ": ", $cause)]
            pub fn $name($($arg: &dyn Display),*) {
                write(
                    Level::$level,
                    format_args!(concat!($text, " [HWM-", stringify!($id), "]"), $($arg = $arg),*),
                );
            }
        )*

        /// The identifier of each line, by the name of its function.
        #[allow(non_upper_case_globals)]
        pub mod ids {
            $(pub const $name: &str = concat!("HWM-", stringify!($id));)*
        }

        /// What to do about each line, by the name of its function. Only those that are used are in the library.
        #[allow(non_upper_case_globals)]
        pub mod cures {
            $(pub const $name: &str = $cure;)*
        }

        /// All entries, in the order of the table.
        pub const ENTRIES: &[Entry] = &[$(Entry {
            id: concat!("HWM-", stringify!($id)),
            level: Level::$level,
            text: $text,
            cause: $cause,
            cure: $cure,
        }),*];
    };
}

lines! {
    E001 Error spool_unsynced(cause) "spool: what was written may not survive a power cut: {cause}"
        cause "The system could not write the spool through to the disk."
        cure "Check the disk and the file system of the spool directory."
    E002 Error spool_failing(cause)
        "spool {cause}: messages are now kept in memory only and do not survive this process"
        cause "The spool directory cannot be used, or the disk is full or faulty."
        cure "Make room, or make the directory writable for the program's user and no other."
    W001 Warning spool_unreadable(bytes) "spool: {bytes} bytes could not be read and are left out"
        cause "The spool was cut short by a crash, or changed by something else."
        cure "Nothing after a power cut; otherwise check the disk."
    E003 Error message_rejected(id)
        "message {id} is given up: the platform closes every connection on which it is sent"
        cause "The platform takes the message for a breach of protocol."
        cure "Check the topic, the size and the contents of the message."
    W002 Warning message_expired(id)
        "message {id} is given up: it is older than the message expiry (item 118) allows"
        cause "The device was without a connection for longer than item 118 allows."
        cure "Raise item 118, or set it to 0 to keep messages for ever."
    W020 Warning pacing_off() "HWMQTT_PACING is off: attempts to connect are not paced"
        cause "The environment variable HWMQTT_PACING is off, which is meant for tests."
        cure "Do not set it where devices run: after an outage they would all come back at once, again and again."
    W021 Warning incoming_skipped(topic, bytes, limit)
        "a message of {bytes} bytes on {topic} is skipped: more than the {limit} that are taken (item 121)"
        cause "The platform, or another program through it, sent a message larger than item 121 allows."
        cure "Raise item 121, or send less; delete the message on the platform if it is a retained one."
    W070 Warning memory_short()
        "memory is short: the library's reserve was used, and large reports are refused until it is given back"
        cause "The system had no memory for something that the library cannot do without."
        cure "Free memory, or give the program more; send and receive less at once."
    E069 Error message_without_memory(topic, bytes)
        "a message of {bytes} bytes on {topic} is left out: there is no memory for it"
        cause "The system has not enough memory for a large message and what is made of it; it is acknowledged and skipped."
        cure "Free memory, or give the program more; let the platform send less at once."
    E020 Error message_ignored(id)
        "message {id} is given up: the platform acknowledges others and never this one, on two connections"
        cause "The platform drops the message without an answer."
        cure "Check the topic, the size and the contents of the message."
    E021 Error kicked_out(device, seconds)
        "the platform ended the last sessions of {device} within seconds, most likely because another client uses this device id; next attempt in {seconds} s at the earliest"
        cause "Two clients with one device id end each other's sessions, or the platform ends sessions for a reason it does not give."
        cure "Give each device an id of its own; see on the platform whether the device is online elsewhere, or disabled."
    E004 Error internal_failure(function, text)
        "{function}: internal failure ({text}); please report it"
        cause "A defect of the library, caught at its border."
        cure "Report it with this line."
    E005 Error connect_failed(detail, code)
        "connecting failed: {detail} (code {code})"
        cause "No connection: the name, the network, TLS or the platform's refusal, as the detail says."
        cure "Do what the detail says. Code -1 is of the network or TLS: check address and port (8883 is TLS, 1883 plain) and what is in between; 1 to 5 and 128 and above are the platform's: 4, 5, 134 and 135 mean device id, secret or clock."
    W003 Warning connection_lost(detail)
        "connection lost: {detail}"
        cause "The network or the platform ended the connection."
        cure "Nothing if a connection follows. Where it recurs: the network, the keep-alive (item 7), or another client with this device id, as the detail says."
    W004 Warning undelivered(id, code)
        "message {id} was not delivered (code {code})"
        cause "A report has ended without an acknowledgement, or the platform refused it."
        cure "Send it again if it still matters. -11: the connection ended first, or the report was too old or made room; 128 and above: a reason of MQTT 5."
    W005 Warning subscription_failed(id, code)
        "subscription {id} failed (code {code})"
        cause "The platform refuses a subscription, or the connection ended first."
        cure "-11: subscribe again once connected. 128 and above: check the filter against the topics that the product permits."
    E006 Error reconnect_refused(cause)
        "automatic reconnect: {cause}"
        cause "The one automatic attempt after a loss could not be made with the configuration as it is now."
        cure "Set what the cause names, then call IOTA_Connect."
    E065 Error downlink_not_json(topic, bytes)
        "{topic}: the payload is not JSON ({bytes} bytes)"
        cause "What the platform sent is no JSON, or was cut; the program gets it without its members, or not at all."
        cure "See who sends it: a rule or an application of yours on the platform, mostly. Compare its payload with the platform's documentation of this topic."
    E066 Error downlink_without_id(topic)
        "{topic}: no request id in the topic, message dropped"
        cause "A command, property request or shadow came on a topic without request_id=, so that nothing could be answered."
        cure "Let what sends it use the platform's interface for this kind of message instead of publishing to the topic itself."
    E067 Error event_left_out(topic, service, member)
        "{topic}: event of {service} left out: {member} is missing or unusable"
        cause "An event of the platform lacks that member, or it has another type; the message's other events are used."
        cure "Look at the event in the message trace of the platform's console; report it to the platform's operator if your own applications do not send it."
    E008 Error buses_unanswered(cause)
        "the soft bus list could not be answered: {cause}; the platform delivers it again"
        cause "The answer was refused, mostly because the queue of unsent messages is full; the line says why."
        cure "Nothing: the platform delivers it again."
    E009 Error configuration_unanswered(cause)
        "the device configuration update could not be answered: {cause}"
        cause "The answer was refused, mostly because the queue of unsent messages is full; the line says why."
        cure "Wait for publish callbacks before the program reports more, or raise the limits of the queue (items 101 and 102)."
    W006 Warning reset_secret_ignored()
        "EN_IOTA_CFG_RESET_SECRET_IN_PROGRESS is only used with 0: ignored"
        cause "The item is set to something other than 0."
        cure "Set it to 0 only."
    E011 Error retry_refused(cause)
        "reconnect: {cause}"
        cause "A scheduled attempt to connect could not be made with the configuration as it is now."
        cure "Set what the cause names, then call IOTA_Connect."
    E012 Error no_callback_thread(cause)
        "cannot start the callback thread: {cause}; nothing is delivered until memory is free"
        cause "The system gives no thread for callbacks."
        cure "Free memory or raise the limit of threads."
    E013 Error callback_internal()
        "internal failure while delivering to a callback; please report it"
        cause "A defect of the library."
        cure "Report it with this line."
    W007 Warning callback_slow(seconds)
        "a callback took {seconds} s; all others waited for it"
        cause "A callback of the program blocks."
        cure "Return sooner; do long work in a thread of your own."
    W063 Warning callbacks_blocked(number)
        "{number} callbacks block at the same time: those of other devices wait"
        cause "So many devices have a callback that does not return."
        cure "Return sooner; do long work in threads of your own."
    E068 Error unanswered(what, cause)
        "{what} could not be answered: {cause}"
        cause "The answer of the program's handler could not be queued."
        cure "See the cause in the line; the platform shows the request as not answered."
    E014 Error rules_unanswered(cause)
        "the list of device rules could not be answered: {cause}; the platform delivers it again"
        cause "The answer was refused, mostly because the queue of unsent messages is full; the line says why."
        cure "Nothing: the platform delivers it again."
    E015 Error rule_without_device()
        "a device rule fires, but the own device id is not configured: its actions are dropped"
        cause "The device id is not configured."
        cure "Configure the device id."
    E016 Error detection_unreported(cause)
        "the configuration of the security detection could not be reported: {cause}"
        cause "The report was refused, mostly because the queue of unsent messages is full; the line says why."
        cure "Wait for publish callbacks before the program reports more, or raise the limits of the queue (items 101 and 102)."
    E017 Error detection_unsent(cause)
        "security detection: a report could not be sent: {cause}"
        cause "The report was refused, mostly because the queue of unsent messages is full; the line says why."
        cure "Wait for publish callbacks before the program reports more, or raise the limits of the queue (items 101 and 102)."
    W008 Warning detection_value(service_id, name)
        "{service_id}: the value of {name} is neither a number nor true or false: ignored"
        cause "The platform configures the detection with an unusable value."
        cure "Set a number, true or false in the console."
    E018 Error detection_unwritten(path, cause)
        "cannot write {path}: {cause}"
        cause "The file of the security detection cannot be written."
        cure "Make the work directory writable or make room."
    W009 Warning detection_file_not_json(path)
        "{path} is not JSON: ignored"
        cause "The file of the security detection is damaged."
        cure "Delete it: the platform's configuration writes it again."
    W010 Warning package_unsigned()
        "the package has no sign: not verified"
        cause "The platform offers a package without a digest."
        cure "Upload the package with its digest."
    E019 Error rules_unread(path, cause)
        "cannot read the rule file {path}: {cause}"
        cause "The rule file cannot be read."
        cure "Make it readable for the program's user."
    W011 Warning rules_not_json(path)
        "the rule file {path} is not JSON: the next change overwrites it"
        cause "The rule file is damaged."
        cure "Nothing: the platform's next list restores it."
    W012 Warning rules_unstored()
        "no rule file is set (IOTA_EnableDeviceRuleStorage): the rules are lost at the next start"
        cause "Rules arrive, but there is no place to keep them."
        cure "Call IOTA_EnableDeviceRuleStorage."
    E060 Error rules_unusable()
        "$device_rule: no rule id with a numeric version: the list is ignored"
        cause "The platform's list of rules is malformed."
        cure "Report it to the platform's operator."
    E061 Error rule_version(id)
        "$device_rule: the version of rule {id} is not a number: the entry is ignored"
        cause "An entry of the platform's list of rules is malformed."
        cure "Report it to the platform's operator."
    E022 Error rules_unwritten(path, cause)
        "cannot write the rule file {path}: {cause}"
        cause "The rule file cannot be written."
        cure "Make it writable or make room."
    E023 Error rule_invalid(id, member)
        "rule {id} is invalid: {member} is missing or unusable; an older version stays in force"
        cause "A member of the rule is missing or of the wrong type."
        cure "Correct the rule in the console."
    W013 Warning rule_not_newer(id)
        "rule {id}: this version or a newer one is known already"
        cause "The platform sends a rule that is known."
        cure "Nothing."
    W014 Warning login_no_home()
        "remote login: there is no home directory to keep the key of the SSH server in"
        cause "No home directory is known, so that the server's key cannot be kept."
        cure "Set HOME."
    W015 Warning login_key_unkept(name, path, e)
        "remote login: the key of {name} cannot be kept: {path}: {e}"
        cause "The file of known SSH servers cannot be written."
        cure "Make it writable."
    E024 Error login_internal()
        "remote login: internal failure, the tunnel ends; please report it"
        cause "A defect of the library."
        cure "Report it with this line."
    E025 Error login_no_runtime(e)
        "remote login: no runtime for the tunnel: {e}"
        cause "The system gives no event loop."
        cure "Raise the limit of open files or free memory."
    W016 Warning tunnel_closed(code)
        "remote login: the tunnel is closed with code {code}: opening it again"
        cause "The platform closes the tunnel."
        cure "Nothing: it is opened again."
    W017 Warning tunnel_lost(why)
        "remote login: the tunnel is lost ({why}): opening it again"
        cause "The network cuts the tunnel."
        cure "Nothing: it is opened again."
    E026 Error tunnel_given_up(attempts)
        "remote login: the tunnel cannot be opened in {attempts} attempts; ask the platform for a new one"
        cause "The tunnel's server cannot be reached or refuses the token."
        cure "Ask the platform for a new tunnel."
    W018 Warning tunnel_unopened(why)
        "remote login: the tunnel cannot be opened: {why}"
        cause "The tunnel's server cannot be reached or refuses the device."
        cure "Check that this machine reaches the host of the platform's notice on its port and that the clock is right; it is tried again."
    W019 Warning login_incomplete()
        "remote login: the platform names no user or no password"
        cause "The platform's login message lacks the user or the password."
        cure "Log in again in the console."
    W043 Warning shell_blocked()
        "remote login: the shell takes no input, a command is dropped"
        cause "The shell does not read its input."
        cure "Wait for the running command, or log in again."
    W044 Warning login_failed(why)
        "remote login: no shell: {why}"
        cause "The SSH server cannot be reached or refuses the login."
        cure "See the cause in the line; check the SSH server, user and password."
    W022 Warning subscription_refused(filter, reason)
        "the platform refuses the subscription {filter} with code {reason}"
        cause "The platform does not permit the topic filter."
        cure "Check the filter and the device's policy."
    W023 Warning attempt_failed(host, port, detail)
        "connecting to {host}:{port} failed: {detail}"
        cause "No connection: the name, the network, TLS or the platform's refusal, as the detail says."
        cure "Do what the detail says; further attempts follow if the program or item 106 asks for them."
    W024 Warning session_lost(host, port, detail)
        "connection to {host}:{port} lost: {detail}"
        cause "The network or the platform ended the connection."
        cure "Nothing if a connection follows. Where it recurs: the network, the keep-alive (item 7), or another client with this device id, as the detail says."
    E027 Error attempts_given_up()
        "no stable connection within the time allowed: giving up"
        cause "No connection stood within the time allowed."
        cure "Check the network and the credentials, then call IOTA_Connect."
    E028 Error device_twice()
        "the platform ends each connection at once: is another client using this device id?"
        cause "Most often two programs use one device id."
        cure "Give each device its own id."
    E029 Error mqtt_internal()
        "internal error on iota-mqtt: the connection is ended"
        cause "A defect of the library."
        cure "Report it with this line."
    E030 Error sink_panics()
        "the event sink panics"
        cause "A defect in the delivery of events."
        cure "Report it with this line."
    E031 Error session_thread_missing(cause)
        "{cause}"
        cause "The system gives no thread for the connection."
        cure "Free memory or raise the limit of threads."
    E032 Error mqtt_panicked()
        "iota-mqtt ended in a panic"
        cause "A defect of the library."
        cure "Report it with this line."
    W025 Warning host_unchecked(host, setting)
        "the name in the certificate of {host} is not checked ({setting})"
        cause "The check of the server's name is switched off."
        cure "Switch it on in production."
    W026 Warning system_roots_unusable(cause)
        "{cause}"
        cause "The system's bundle of certificate authorities cannot be read."
        cure "Mend the bundle, or set SSL_CERT_FILE to another one; only conf/rootcert.pem counts until then."
    W027 Warning only_own_roots(path)
        "the system has no bundle of certificate authorities, only {path} counts"
        cause "The system has no certificate authorities."
        cure "Nothing if the file is enough; otherwise install the system's bundle."
    W028 Warning certificates_skipped(unusable, path)
        "{unusable} certificates of {path} cannot be used and are skipped"
        cause "Some certificates of a bundle are malformed."
        cure "Replace the bundle."
    W029 Warning web_roots_unusable(cause)
        "{cause}"
        cause "A bundle of certificate authorities for downloads cannot be read."
        cure "Mend the file that the line names."
    W030 Warning websocket_closed(code, reason)
        "the server closes the WebSocket: {code} {reason}"
        cause "The server ends the WebSocket with an error."
        cure "1001: it restarts, nothing to do. 1002, 1003 or 1007: check that an MQTT platform is behind this address. 1008 or 1013: it refuses; ask its operator."
    W031 Warning near_shut_out(address, seconds)
        "near link: {address} is shut out for {seconds} s: its handshakes keep failing"
        cause "The handshakes of this address keep failing."
        cure "Check that peer's configuration; otherwise it may be an attack."
    E033 Error near_callback_panicked()
        "a near-field callback panicked; the next one runs all the same"
        cause "A defect in a callback."
        cure "Mend the callback."
    W032 Warning near_session_ended(peer, code)
        "near link: the session with {peer} ended: 0x{code}"
        cause "A session between devices ended with an error."
        cure "See docs/spec/nearlink.md#codes."
    W033 Warning near_messages_dropped(peer)
        "near link: messages of {peer} are dropped: the program does not take them"
        cause "The program's callback is slower than the messages come."
        cure "Return from the callback sooner."
    E034 Error dsoftbus_unusable(library, why)
        "near link: {library} cannot be used: {why}"
        cause "The DSoftBus library cannot be loaded."
        cure "Install it or name the right file."
    E035 Error dsoftbus_refuses(what, file, entry)
        "near link: DSoftBus refuses a session: {what}; the process needs ohos.permission.DISTRIBUTED_DATASYNC, and {file} the entry {entry}"
        cause "DSoftBus does not permit this process to serve or to open sessions, or the session failed for another reason that the number tells."
        cure "Give the process the permission, and add the entry to that file of the image (ohos/softbus_trans_permission.json)."
    E036 Error near_no_loop(why)
        "near link: no event loop: {why}"
        cause "The system gives no event loop."
        cure "Raise the limit of open files or free memory."
    E037 Error near_listen(bound, why)
        "near link: cannot listen on {bound}: {why}"
        cause "The address or port is taken or not this machine's."
        cure "Free the port or configure another."
    W034 Warning near_accept(why)
        "near link: accept failed: {why}"
        cause "The system refuses a new connection, mostly for want of descriptors."
        cure "Raise the limit of open files."
    W035 Warning near_refused(from, code)
        "near link: {from} was refused: 0x{code}"
        cause "A peer failed the handshake or is not in the roster."
        cure "See docs/spec/nearlink.md#codes."
    W036 Warning setting_ignored(name, text, wanted)
        "{name}={text} is ignored: it must be {wanted}"
        cause "An environment variable has an unusable value."
        cure "Set it to what the line says, or unset it."
    E038 Error vendor_reenters(function)
        "vendor near link: {function} was called from inside the vendor's library, which reaches this library's functions instead of its own: link it with -Bsymbolic"
        cause "The vendor's library is linked so that this library's functions hide its own."
        cure "Link it with -Bsymbolic."
    E039 Error no_openssl()
        "IOTA_ssl_init: the library is built without OpenSSL and has no context of its"
        cause "The function made an OpenSSL context in the C SDK."
        cure "Leave the call out: TLS needs no context here."
    E040 Error snapshot_no_memory()
        "IOTA_SoftBusGetSnapshot: no memory"
        cause "The system has no memory left."
        cure "Free memory and call again."
    E041 Error property_not_utf8()
        "an MQTT 5 property is not UTF-8: left out"
        cause "The program passes an MQTT 5 property whose text is not UTF-8."
        cure "Pass UTF-8."
    E042 Error user_properties_endless(max_user_properties)
        "the list of MQTT 5 user properties does not end: cut after {max_user_properties}"
        cause "The linked list of user properties is cyclic or too long."
        cure "End the list with NULL."
    E043 Error hmac_null()
        "EncryptWithHMac: pass the data, the key and the output buffer; one of them is NULL"
        cause "An argument is NULL."
        cure "Pass all three."
    E044 Error rule_command_unheard()
        "a device rule commands this device, but no command callback is set: dropped"
        cause "A device rule fires, but the program takes no commands."
        cure "Set a command callback."
    E045 Error rule_message_unheard()
        "a device rule commands another device, but no callback is set (IOTA_SetDeviceRuleSendMsgCallback): dropped"
        cause "A device rule fires for another device, but the program does not pass messages on."
        cure "Set a callback with IOTA_SetDeviceRuleSendMsgCallback."
    W037 Warning callback_unknown(item)
        "IOTA_SetProtocolCallback: {item} is no EN_IOTA_CALLBACK_SETTING: ignored"
        cause "The number names no protocol callback."
        cure "Pass an enumerator of EN_IOTA_CALLBACK_SETTING."
    E046 Error upgrade_failed(cause)
        "default upgrade: {cause}"
        cause "The package could not be fetched, is not the one announced, or cannot be written."
        cure "Do what the line says: reach the package's host, make room, or upload the package with its right digest; then start the upgrade again."
    W038 Warning transfer_without_url(name)
        "{name}: the answer has no URL"
        cause "The platform's answer to a file request is incomplete."
        cure "Ask for the file again; check the bucket in the platform's console."
    E047 Error transfer_failed(name, cause)
        "{name}: {cause}"
        cause "The file could not be moved: the object store, the network or the file on this side, as the line says."
        cure "Do what the line says, then ask for the transfer again: addresses of the platform are valid for a short time only."
    W039 Warning tunnel_event_incomplete(name)
        "{name}: the event has no URL or no token"
        cause "The platform's tunnel event is incomplete."
        cure "Ask the platform for a new tunnel."
    E048 Error tunnel_event_url(name)
        "{name}: the URL does not have the form wss://HOST[:PORT]/PATH"
        cause "The URL of the platform's tunnel event is malformed."
        cure "Ask the platform for a new tunnel."
    E049 Error near_link_refused(cause)
        "near link: {cause}"
        cause "The process was forked while the library was connected, had threads, or was called by another thread."
        cure "Call IOTA_Init in the child first, or use the library in the parent."
    E050 Error vendor_unusable(why)
        "vendor near link: {why}"
        cause "The vendor's near link library is not configured or cannot be loaded."
        cure "Set HWMQTT_DCONN_VENDOR_LIB to a library that fits this machine."
    E051 Error detect_not_json()
        "Detect_ParseShadowGetOrPropertiesSet: the text is not JSON"
        cause "The program passes a text that is not JSON."
        cure "Pass the properties as they came."
    E052 Error detect_refused(cause)
        "Detect_ParseShadowGetOrPropertiesSet: {cause}"
        cause "The library is not initialised."
        cure "Call IOTA_Init first."
    E053 Error bus_tree_unusable()
        "softBusParasToTotal: the JSON tree is cyclic or too large; nothing was changed"
        cause "The JSON tree that the program passes is cyclic or too large."
        cure "Pass the tree as it was parsed."
    E054 Error buses_cut(buses)
        "soft bus: {buses} buses, but getSoftBusTotal has room for {buses}: use IOTA_SoftBusGetSnapshot to see all"
        cause "There are more soft buses than the fixed C table holds."
        cure "Use IOTA_SoftBusGetSnapshot."
    E055 Error bus_devices_cut(most, devices)
        "soft bus: {most} devices in one bus, but getSoftBusTotal has room for {devices}: use IOTA_SoftBusGetSnapshot to see all"
        cause "A soft bus has more devices than the fixed C table holds."
        cure "Use IOTA_SoftBusGetSnapshot."
    E056 Error call_refused(function, cause, id)
        "{function}: {cause} [{id}]"
        cause "A call of the program fails with an error of the second table."
        cure "See the sentence in that table."
    E057 Error split_url_null()
        "WssClientSplitUrl: pass the URL and the token; one of them is NULL"
        cause "An argument is NULL."
        cure "Pass both."
    E058 Error split_url_form()
        "WssClientSplitUrl: the URL must have the form wss://HOST[:PORT]/PATH"
        cause "The URL of the tunnel is malformed."
        cure "Pass the URL as the platform's event has it."
    W040 Warning bus_key_in_clear()
        "soft bus: a group key arrived over a connection without TLS; everybody on the path can read it: connect to the platform's TLS port"
        cause "The connection to the platform has no TLS."
        cure "Connect to the platform's TLS port and reset the group's key."
    W041 Warning bus_query_refused(code, reason)
        "soft bus: the platform refused the query: {code}: {reason}"
        cause "The platform refuses the query for a soft bus."
        cure "See the code and the reason in the line; check the bus in the console."
    W042 Warning bus_devices_left_out(count)
        "soft bus: {count} device(s) left out: device_id or device_ip is not text, or device_id is empty"
        cause "The platform's list has malformed entries."
        cure "Report it to the platform's operator."
    E059 Error destroy_refused(cause)
        "IOTA_Destroy: {cause}"
        cause "The process was forked while the library was connected, had threads, or was called by another thread."
        cure "Nothing: there is nothing here to end. To use the library in the child call IOTA_Init first."
    W064 Warning blanks_around(what, typed)
        "{what} has blanks or line ends around it (\"{typed}\"): used without it"
        cause "The value was read from a file or copied with a blank, a line end or a mark that nobody sees at an end."
        cure "Nothing if what is left is the value; cut it where it is read to be rid of the line."
    W065 Warning blanks_around_secret()
        "the device secret has blanks or line ends around it: used without it"
        cause "The secret was read from a file or copied with a blank or a line end, which no secret of the platform has."
        cure "Nothing if the login succeeds; cut the secret where it is read to be rid of the line."
    W066 Warning invisible_inside(what, character)
        "{what} holds the invisible character {character}, which stays"
        cause "The value was copied from a text that holds a character nobody sees; the platform knows no such value, most likely."
        cure "Type the value anew."
    W067 Warning address_with_scheme(scheme)
        "the address begins with {scheme}://, which is not part of it: used without it"
        cause "A link was set where a host name belongs."
        cure "Set the host only. The kind of connection follows from the port (item 3) and item 112."
    W068 Warning address_with_path(path)
        "the address has \"{path}\" behind it: used without it"
        cause "A link was set where a host name belongs."
        cure "Set the host only; the path of MQTT over WebSocket is always /mqtt."
    W069 Warning address_with_port(port)
        "the address has the port {port} in it, which is an item of its own: used without it"
        cause "Host and port were set in one text; the port that counts is item 3's."
        cure "Set the host as the address and the port with item 3."
    W046 Warning upgrade_unsigned()
        "default upgrade: the package has no sign: only TLS vouches for it"
        cause "The platform offers a package without a digest."
        cure "Upload the package with its digest."
    W047 Warning transfer_ignored(name, why)
        "{name}: the answer is ignored: {why}"
        cause "The platform's answer to a file request cannot be used."
        cure "Ask for the file again with the name that it shall have here; see the reason in the line."
    W048 Warning transfer_in_clear()
        "a file is moved over plain http: whoever is on the way can read and change it"
        cause "The URL begins with http, not https."
        cure "Let the platform give https URLs."
    W049 Warning address_lost(address)
        "{address} is no longer an address of this device: connecting anew"
        cause "The network gave this device another address while it was connected."
        cure "Nothing: the members of its groups learn the new address by the new connection."
    W050 Warning login_begins() "remote login: a session of the platform begins on this machine"
        cause "Somebody has logged in through the platform."
        cure "Nothing, if it was meant: every session has this line and one at its end."
    W051 Warning login_ends(seconds) "remote login: the session has ended after {seconds} s"
        cause "The shell or the tunnel has ended."
        cure "Nothing."
    W052 Warning logins_failed(seconds)
        "remote login: too many logins have failed: the tunnel ends, and none is opened for {seconds} s"
        cause "Three logins have failed: somebody may be trying passwords."
        cure "Log in with the right user and password after the pause; it doubles each time, up to an hour."
    W060 Warning kept_newer(path, version)
        "soft bus: {path} has the newer format {version}: it is not used and stays as it is, and no group data is kept"
        cause "A newer version of this library wrote the file."
        cure "Go back to that version, or remove the file."
    W061 Warning kept_unusable(path, why)
        "soft bus: the group data kept in {path} is not used: {why}"
        cause "The file is another device's, another secret's or damaged, its data is older than item 123 allows, or the system refuses it."
        cure "Check secret and directory; once the platform is reached the file is written anew."
    W062 Warning kept_failing(path, why)
        "soft bus: group data cannot be kept in {path}: {why}"
        cause "The directory of item 116 cannot be used, or the disk is full."
        cure "Make room, or make the directory writable for the program's user and no other."
    W053 Warning plain_despite(port, items)
        "the port {port} means a connection without TLS, so these have no effect: {items}"
        cause "The port's digits mean plain, while items are set that only TLS has a use for."
        cure "Use the platform's TLS port (8883), or unset the items."
    W054 Warning key_exposed(path, mode)
        "others can read or change the device's private key (item 4, certificate mode): {path} has mode {mode}"
        cause "The file's mode gives rights to its group or to all users."
        cure "chmod 600 the file; if others may have read it, have a new certificate issued."
    E062 Error version_unreported(cause)
        "default version report: {cause}"
        cause "The report was refused, mostly because the queue of unsent messages is full; the line says why."
        cure "Wait for publish callbacks before the program reports more, or raise the limits of the queue (items 101 and 102)."
    E063 Error transfer_unreported(cause)
        "file transfer: {cause}"
        cause "The report was refused, mostly because the queue of unsent messages is full; the line says why."
        cure "Wait for publish callbacks before the program reports more, or raise the limits of the queue (items 101 and 102)."
    E064 Error transfer_internal()
        "internal failure in a transfer; please report it"
        cause "A defect of the library; that transfer ends."
        cure "Report it with this line."
    W071 Warning config_update_untold()
        "a configuration update cannot be given to the program: the process has no cJSON, or memory is short"
        cause "The library was built without cJSON (openharmony builds), and neither the program nor the system brings one."
        cure "Link the program with the system's cJSON (-lcjson; with --as-needed only if the program uses it)."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_stand_once_and_say_their_level() {
        let mut seen = std::collections::HashSet::new();
        for entry in ENTRIES {
            assert!(seen.insert(entry.id), "{} stands twice", entry.id);
            let letter = match entry.level {
                Level::Error => "HWM-E",
                Level::Warning => "HWM-W",
                other => panic!("{}: {other:?}", entry.id),
            };
            let number = entry.id.strip_prefix(letter).expect(entry.id);
            assert!(
                number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()),
                "{}",
                entry.id
            );
            assert!(
                !entry.text.is_empty() && entry.cause.ends_with('.') && entry.cure.ends_with('.'),
                "{}",
                entry.id
            );
        }
    }
}
