//! The messages of remote login (docs/spec/services.md#tunnel-messages): reading the platform's,
//! writing the device's. Pure.

use std::fmt;

use zeroize::Zeroizing;

use crate::protocol::json::{self, Dialect, Value, Writer};

/// Members of messages in both directions.
const OPERATION: &str = "operation_type";
const SERVICE: &str = "tunnel_service_type";
const REQUEST_ID: &str = "request_id";
const DATA: &str = "data";
/// The only service there is.
const SSH: &[u8] = b"ssh";

/// Of a request id, in the answers to commands.
const MAX_ID: usize = 36;

/// Who logs in.
pub struct Login {
    pub user: String,
    pub password: Zeroizing<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(..)")
    }
}

/// What the platform asks for.
#[derive(Debug)]
pub enum Request {
    Connect {
        id: Vec<u8>,
        /// `None`: the message has no complete one.
        login: Option<Login>,
    },
    Command {
        id: Vec<u8>,
        data: Vec<u8>,
    },
}

/// Reads a message; `None`: nothing to do about it.
pub fn read(text: &[u8]) -> Option<Request> {
    let message = json::parse(text, Dialect::Platform)?;
    let request = understand(message.value());
    message.wipe();
    request
}

fn understand(message: Value<'_>) -> Option<Request> {
    let member = |name: &str| message.get(name);
    if member(SERVICE)?.as_text()? != SSH {
        return None;
    }
    let operation = member(OPERATION)?.as_text()?;
    let id = member(REQUEST_ID)?.as_text()?.to_vec();
    match operation {
        b"connect" => {
            let login = member(DATA).and_then(|data| {
                let text = |name: &str| {
                    let text = data.get(name)?.as_text()?;
                    std::str::from_utf8(text).ok()
                };
                Some(Login {
                    user: text("username")?.to_owned(),
                    password: Zeroizing::new(text("password")?.to_owned()),
                })
            });
            Some(Request::Connect { id, login })
        }
        b"command" => {
            let data = member(DATA)?.as_bytes()?.to_vec();
            Some(Request::Command { id, data })
        }
        _ => None,
    }
}

/// The part of a request id that answers to commands repeat.
pub fn short_id(id: &[u8]) -> &[u8] {
    let cut = id.get(..MAX_ID).unwrap_or(id);
    if cut.len() == id.len() {
        return id;
    }
    // Not through a character.
    let whole = match std::str::from_utf8(cut) {
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        _ => cut.len(),
    };
    cut.get(..whole).unwrap_or(cut)
}

/// A message of the device's with this operation; `data` is left out when it is `None`.
pub fn response(operation: &[u8], id: &[u8], data: Option<&str>) -> String {
    let mut writer = head(operation, id, 128 + data.map_or(0, str::len));
    writer.text_member(DATA, data.map(str::as_bytes));
    finish(writer)
}

/// The connection's request has arrived.
pub fn connect_response(id: &[u8]) -> String {
    response(b"connect_response", id, None)
}

/// What the shell wrote.
pub fn command_response(id: &[u8], data: &str) -> String {
    response(b"command_response", id, Some(data))
}

/// There is no shell, or not any more.
pub fn disconnect(id: &[u8], code: &[u8], text: &[u8]) -> String {
    let mut writer = head(b"disconnect", id, 256);
    writer.key(DATA.as_bytes());
    writer.begin_object();
    writer.text_member("status_code", Some(code));
    writer.text_member("status_msg", Some(text));
    writer.end_object();
    finish(writer)
}

/// The login failed, for whatever reason.
pub fn login_failed(id: &[u8]) -> String {
    disconnect(id, b"400", b"WssClientListenerOnMsg: Create SSH channel failed")
}

/// The shell has ended, for whatever reason.
pub fn shell_ended() -> String {
    disconnect(
        b"SSH_timeout_disconnect",
        b"408",
        b"SSH idles for too long, the session will be closed",
    )
}

fn head(operation: &[u8], id: &[u8], capacity: usize) -> Writer {
    let mut writer = Writer::with_capacity(capacity);
    writer.begin_object();
    writer.text_member(OPERATION, Some(operation));
    writer.text_member(SERVICE, Some(SSH));
    writer.text_member(REQUEST_ID, Some(id));
    writer
}

/// A text frame is UTF-8; ids come from the platform's text frames, only a program's can be something else.
fn finish(mut writer: Writer) -> String {
    writer.end_object();
    String::from_utf8(writer.finish().unwrap_or_default())
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VECTORS: &str = include_str!("../../../../../tests/vectors/services.json");

    fn cases() -> Vec<serde_json::Value> {
        let all: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
        all["tunnel_frames"].as_array().unwrap().clone()
    }

    /// The members in their order.
    fn flat(frame: &serde_json::Value) -> String {
        let json = json::parse(frame.to_string().as_bytes(), Dialect::Platform).unwrap();
        String::from_utf8(json.value().print()).unwrap()
    }

    #[test]
    fn what_the_platform_sends_in_the_vectors() {
        let mut seen = (0, 0, 0);
        for case in cases() {
            let title = case["title"].as_str().unwrap();
            for frame in case["frames"].as_array().unwrap() {
                if frame["from"] != "platform" {
                    continue;
                }
                let frame = &frame["frame"];
                let text = frame.as_str().map_or(frame.to_string(), str::to_owned);
                match read(text.as_bytes()) {
                    None => {
                        assert!(title.contains("ignored"), "{title}");
                        seen.2 += 1;
                    }
                    Some(Request::Connect { id, login }) => {
                        seen.0 += 1;
                        assert_eq!(id, frame["request_id"].as_str().unwrap().as_bytes());
                        assert_eq!(login.is_some(), frame.get("data").is_some(), "{title}");
                        if let Some(login) = login {
                            assert_eq!(login.user, frame["data"]["username"].as_str().unwrap());
                            assert_eq!(login.password.as_str(), frame["data"]["password"].as_str().unwrap());
                        }
                    }
                    Some(Request::Command { id, data }) => {
                        seen.1 += 1;
                        assert_eq!(id, frame["request_id"].as_str().unwrap().as_bytes());
                        assert_eq!(data, frame["data"].as_str().unwrap().as_bytes());
                    }
                }
            }
        }
        assert_eq!(seen, (3, 3, 5));
    }

    #[test]
    fn what_the_device_sends_in_the_vectors() {
        let mut seen = 0;
        for case in cases() {
            for frame in case["frames"].as_array().unwrap() {
                if frame["from"] != "device" {
                    continue;
                }
                let frame = &frame["frame"];
                let id = frame["request_id"].as_str().unwrap().as_bytes();
                let written = match frame["operation_type"].as_str().unwrap() {
                    "connect_response" => connect_response(id),
                    "command_response" => command_response(id, frame["data"].as_str().unwrap()),
                    _ if frame["data"]["status_code"] == "400" => login_failed(id),
                    _ => shell_ended(),
                };
                assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), *frame);
                assert_eq!(flat(&serde_json::from_str(&written).unwrap()), flat(frame));
                seen += 1;
            }
        }
        assert_eq!(seen, 12);
    }

    #[test]
    fn members_in_order_printed_with_tabs() {
        assert_eq!(
            connect_response(b"r"),
            "{\n\t\"operation_type\":\t\"connect_response\",\n\t\"tunnel_service_type\":\t\"ssh\",\n\t\"request_id\":\t\"r\"\n}"
        );
        assert_eq!(
            command_response(b"r", "a\t\"\u{4e2d}\u{1b}[0m\r\n"),
            "{\n\t\"operation_type\":\t\"command_response\",\n\t\"tunnel_service_type\":\t\"ssh\",\n\t\"request_id\":\t\"r\",\n\
             \t\"data\":\t\"a\\t\\\"\u{4e2d}\\u001b[0m\\r\\n\"\n}"
        );
        assert_eq!(
            disconnect(b"r", b"1", b"m"),
            "{\n\t\"operation_type\":\t\"disconnect\",\n\t\"tunnel_service_type\":\t\"ssh\",\n\t\"request_id\":\t\"r\",\n\
             \t\"data\":\t{\n\t\t\"status_code\":\t\"1\",\n\t\t\"status_msg\":\t\"m\"\n\t}\n}"
        );
    }

    #[test]
    fn malformed_messages_are_ignored() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            "{\"operation_type\":7,\"tunnel_service_type\":\"ssh\",\"request_id\":\"r\"}",
            "{\"operation_type\":\"command\",\"tunnel_service_type\":7,\"request_id\":\"r\",\"data\":\"x\"}",
            "{\"operation_type\":\"command\",\"tunnel_service_type\":\"ssh\",\"request_id\":\"r\"}",
            "{\"operation_type\":\"command\",\"tunnel_service_type\":\"ssh\",\"request_id\":\"r\",\"data\":{}}",
            "{\"operation_type\":\"command\",\"tunnel_service_type\":\"ssh\",\"data\":\"x\"}",
            "{\"operation_type\":\"connect\",\"tunnel_service_type\":\"ssh\",\"data\":{\"username\":\"u\",\"password\":\"p\"}}",
            "{\"operation_type\":\"disconnect\",\"tunnel_service_type\":\"ssh\",\"request_id\":\"r\"}",
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
        for data in ["7", "{}", "{\"username\":\"u\"}", "{\"username\":7,\"password\":\"p\"}"] {
            let text = format!(
                "{{\"operation_type\":\"connect\",\"tunnel_service_type\":\"ssh\",\"request_id\":\"r\",\"data\":{data}}}"
            );
            let request = read(text.as_bytes());
            assert!(matches!(request, Some(Request::Connect { login: None, .. })), "{text}");
        }
    }

    #[test]
    fn ids_are_cut_between_characters() {
        assert_eq!(short_id(b"short"), b"short");
        assert_eq!(short_id(&[b'x'; 60]), &[b'x'; 36]);
        let long = "x".repeat(35) + "\u{4e2d}\u{4e2d}";
        assert_eq!(short_id(long.as_bytes()), "x".repeat(35).as_bytes());
        assert_eq!(short_id(&[0xff; 40]), &[0xff; 36]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,80}") {
            let _ = read(text.as_bytes());
        }

        #[test]
        fn what_is_written_reads_as_what_was_meant(id in any::<String>(), data in any::<String>()) {
            let text = command_response(id.as_bytes(), &data);
            let back: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(back["request_id"].as_str(), Some(id.as_str()));
            prop_assert_eq!(back["data"].as_str(), Some(data.as_str()));
        }

        #[test]
        fn commands_arrive_as_they_are(id in "[^\\x00]{0,40}", data in any::<String>()) {
            let text = serde_json::json!({
                "operation_type": "command", "tunnel_service_type": "ssh", "request_id": id, "data": data,
            });
            match read(text.to_string().as_bytes()) {
                Some(Request::Command { id: i, data: d }) => prop_assert!(i == id.as_bytes() && d == data.as_bytes()),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
