//! Messages to devices: kept while the device is offline or has not subscribed, and sent in order as soon as it can get them.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::outcome::Downlink;
use crate::broker::wire::Properties;

/// Messages kept for one device; the oldest give way.
const KEPT: usize = 20;

/// A message to a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceMessage {
    /// The payload itself, or the content of the standard form if one of the other members is given.
    pub content: String,
    pub name: Option<String>,
    pub id: Option<String>,
    /// Sends the standard form even without name and id.
    pub standard: bool,
    /// Parameter of a user topic; absent: `…/sys/messages/down`.
    pub topic: Option<String>,
    /// MQTT 5 only.
    pub properties: Option<Box<Properties>>,
}

impl DeviceMessage {
    /// Text as it is.
    pub fn raw(content: &str) -> DeviceMessage {
        DeviceMessage {
            content: content.to_string(),
            ..DeviceMessage::default()
        }
    }

    /// `{"object_device_id", "name"?, "id"?, "content"}`
    pub fn standard(content: &str, name: Option<&str>, id: Option<&str>) -> DeviceMessage {
        DeviceMessage {
            name: name.map(str::to_string),
            id: id.map(str::to_string),
            standard: true,
            ..DeviceMessage::raw(content)
        }
    }

    pub(super) fn downlink(self, via: &str, device: &str) -> Downlink {
        let topic = match &self.topic {
            Some(parameter) => format!("$oc/devices/{via}/user/{parameter}"),
            None => format!("$oc/devices/{via}/sys/messages/down"),
        };
        let payload = if self.standard || self.name.is_some() || self.id.is_some() {
            let mut body = json!({ "object_device_id": device });
            for (key, value) in [("name", self.name), ("id", self.id), ("content", Some(self.content))] {
                if let Some(value) = value {
                    body[key] = Value::String(value);
                }
            }
            body.to_string()
        } else {
            self.content
        };
        Downlink {
            device: via.to_string(),
            topic,
            payload: payload.into_bytes(),
            properties: self.properties,
        }
    }
}

#[derive(Debug, Default)]
pub struct Messages {
    waiting: BTreeMap<String, VecDeque<Downlink>>,
}

impl Messages {
    /// Is this one that would be kept?
    pub fn is_message(down: &Downlink) -> bool {
        let rest = down.topic.strip_prefix("$oc/devices/").and_then(|t| t.split_once('/'));
        rest.is_some_and(|(_, rest)| rest == "sys/messages/down" || rest.starts_with("user/"))
    }

    pub fn keep(&mut self, down: Downlink) {
        let waiting = self.waiting.entry(down.device.clone()).or_default();
        if waiting.len() == KEPT {
            waiting.pop_front();
        }
        waiting.push_back(down);
    }

    /// Everything kept for a device. What still cannot be delivered is to be kept again.
    pub fn take(&mut self, device: &str) -> impl Iterator<Item = Downlink> + use<> {
        self.waiting.remove(device).unwrap_or_default().into_iter()
    }

    pub fn waiting(&self, device: &str) -> usize {
        self.waiting.get(device).map_or(0, VecDeque::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_message() {
        let raw = DeviceMessage::raw("\u{1}text").downlink("d", "d");
        assert_eq!(
            (raw.topic.as_str(), &raw.payload[..]),
            ("$oc/devices/d/sys/messages/down", &b"\x01text"[..])
        );
        let mut named = DeviceMessage::standard("c", Some("n"), None);
        named.topic = Some("a/b".into());
        let named = named.downlink("gate", "child");
        assert_eq!(named.topic, "$oc/devices/gate/user/a/b");
        let body: Value = serde_json::from_slice(&named.payload).unwrap();
        assert_eq!(body, json!({"object_device_id": "child", "name": "n", "content": "c"}));
    }

    #[test]
    fn the_newest_are_kept_in_order() {
        let mut messages = Messages::default();
        for n in 0..25 {
            let down = DeviceMessage::raw(&n.to_string()).downlink("d", "d");
            assert!(Messages::is_message(&down));
            messages.keep(down);
        }
        let kept: Vec<String> = messages
            .take("d")
            .map(|d| String::from_utf8(d.payload).unwrap())
            .collect();
        assert_eq!((kept.len(), kept[0].as_str(), kept[19].as_str()), (20, "5", "24"));
        assert_eq!(messages.waiting("d"), 0);
    }
}
