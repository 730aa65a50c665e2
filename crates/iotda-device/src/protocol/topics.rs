//! Topics: how each is built, and what an incoming one means.

use crate::error::{Error, Result};

/// Who a message is about: this device, or a device behind this bridge.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    Device(&'a str),
    Bridged { bridge: &'a str, device: &'a [u8] },
}

impl Origin<'_> {
    /// `{base}/{tail}`, e.g. tail `sys/events/up`.
    pub fn topic(&self, tail: &str) -> Result<String> {
        self.build(tail, b"")
    }

    /// `{base}/{tail}/request_id={id}`.
    pub fn request_topic(&self, tail: &str, id: &[u8]) -> Result<String> {
        self.build(&[tail, "/request_id="].concat(), id)
    }

    fn build(&self, tail: &str, rest: &[u8]) -> Result<String> {
        let tail = tail.as_bytes();
        check_name(match self {
            Origin::Device(own) => [b"$oc/devices/", own.as_bytes(), b"/", tail, rest].concat(),
            Origin::Bridged { bridge, device } => [
                b"$oc/bridges/",
                bridge.as_bytes(),
                b"/devices/",
                device,
                b"/",
                tail,
                rest,
            ]
            .concat(),
        })
    }
}

/// `$oc/devices/{own}/user/{paras}`: to publish to.
pub fn user(own: &str, paras: &[u8]) -> Result<String> {
    check_name([b"$oc/devices/", own.as_bytes(), b"/user/", paras].concat())
}

/// `/huawei/v1/devices/{own}/{tail}`: the legacy topics.
pub fn legacy(own: &str, tail: &str) -> Result<String> {
    check_name(["/huawei/v1/devices/", own, "/", tail].concat().into_bytes())
}

/// `$oc/m2m/to/{to}/from/{from}/request_id={id}`.
pub fn m2m(to: &[u8], from: &[u8], id: &[u8]) -> Result<String> {
    check_name([b"$oc/m2m/to/", to, b"/from/", from, b"/request_id=", id].concat())
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::Text("topic"))
}

/// What MQTT calls a string: no NUL, 65535 bytes at most.
pub fn is_mqtt_string(text: &str) -> bool {
    text.len() <= usize::from(u16::MAX) && !text.contains('\0')
}

fn check_text(text: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::Argument("the topic is empty"));
    }
    if text.len() > usize::from(u16::MAX) {
        return Err(Error::Argument("the topic is longer than 65535 bytes"));
    }
    if !is_mqtt_string(text) {
        return Err(Error::Text("topic"));
    }
    Ok(())
}

/// A topic to publish to: UTF-8, 1 to 65535 bytes, no wildcards.
pub fn check_name(bytes: Vec<u8>) -> Result<String> {
    let topic = text(bytes)?;
    name_is_valid(&topic)?;
    Ok(topic)
}

/// [`check_name`] of what is UTF-8 already.
pub fn name_is_valid(topic: &str) -> Result<()> {
    check_text(topic)?;
    if topic.contains(['+', '#']) {
        return Err(Error::Text("topic"));
    }
    Ok(())
}

/// A filter to subscribe to: UTF-8, 1 to 65535 bytes, wildcards only where MQTT allows them.
pub fn check_filter(bytes: Vec<u8>) -> Result<String> {
    let filter = text(bytes)?;
    filter_is_valid(&filter)?;
    Ok(filter)
}

/// [`check_filter`] of what is UTF-8 already.
pub fn filter_is_valid(filter: &str) -> Result<()> {
    check_text(filter)?;
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let multi = level.contains('#') && (level != "#" || levels.peek().is_some());
        if multi || level.contains('+') && level != "+" {
            return Err(Error::Text("topic filter"));
        }
    }
    Ok(())
}

/// The three of MQTT.
pub fn is_qos(qos: u8) -> bool {
    qos <= 2
}

/// A QoS argument of the functions that take one: 0 or 1.
pub fn check_qos(qos: i32) -> Result<u8> {
    match qos {
        0 => Ok(0),
        1 => Ok(1),
        _ => Err(Error::Argument("qos must be 0 or 1")),
    }
}

/// What a device can subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    MessageDown,
    Command,
    PropertySet,
    PropertyGet,
    ShadowResponse,
    EventDown,
    M2m,
    JsonCommandV3,
    BinaryCommandV3,
    Bootstrap,
}

impl Subscription {
    /// The six of `SubscribeAll`, in its order.
    pub const ALL: [Subscription; 6] = [
        Subscription::MessageDown,
        Subscription::Command,
        Subscription::PropertySet,
        Subscription::PropertyGet,
        Subscription::EventDown,
        Subscription::ShadowResponse,
    ];

    /// The filter for the device `own`.
    pub fn filter(self, own: &str) -> Result<String> {
        let (before, after) = match self {
            Subscription::MessageDown => ("$oc/devices/", "/sys/messages/down"),
            Subscription::Command => ("$oc/devices/", "/sys/commands/#"),
            Subscription::PropertySet => ("$oc/devices/", "/sys/properties/set/#"),
            Subscription::PropertyGet => ("$oc/devices/", "/sys/properties/get/#"),
            Subscription::ShadowResponse => ("$oc/devices/", "/sys/shadow/get/response/#"),
            Subscription::EventDown => ("$oc/devices/", "/sys/events/down"),
            Subscription::M2m => ("$oc/m2m/to/", "/#"),
            Subscription::JsonCommandV3 => ("/huawei/v1/devices/", "/command/json"),
            Subscription::BinaryCommandV3 => ("/huawei/v1/devices/", "/command/binary"),
            Subscription::Bootstrap => ("$oc/devices/", "/sys/bootstrap/down"),
        };
        check_filter([before, own, after].concat().into_bytes())
    }
}

/// The filter of `IOTA_SubscribeUserTopic`.
pub fn user_filter(own: &str, paras: Option<&[u8]>) -> Result<String> {
    let paras = paras.ok_or(Error::Argument("topicParas is NULL"))?;
    check_filter([b"$oc/devices/", own.as_bytes(), b"/user/", paras].concat())
}

/// The filter of `IOTA_SubscribeTopic`.
pub fn custom_filter(topic: Option<&[u8]>) -> Result<String> {
    check_filter(topic.ok_or(Error::Argument("topic is NULL"))?.to_vec())
}

/// What an incoming topic is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// A topic that this device publishes to, sent back by the broker.
    OwnEcho,
    Bootstrap,
    Message,
    CommandV3,
    Command,
    PropertySet,
    PropertyGet,
    Shadow,
    User,
    Events,
    M2m,
    BridgeLogin,
    BridgeLogout,
    BridgeResetSecret,
    BridgeDisconnect,
    Undefined,
}

/// The texts that decide, in order; the first that the topic contains wins.
const ROUTES: [(&str, Route); 17] = [
    ("/sys/commands/response/", Route::OwnEcho),
    ("/sys/properties/set/response/", Route::OwnEcho),
    ("/sys/properties/get/response/", Route::OwnEcho),
    ("/sys/bootstrap/down", Route::Bootstrap),
    ("/sys/messages/down", Route::Message),
    ("/huawei/v1/devices/", Route::CommandV3),
    ("/sys/commands/", Route::Command),
    ("/sys/properties/set/", Route::PropertySet),
    ("/sys/properties/get/", Route::PropertyGet),
    ("/sys/shadow/get/response/", Route::Shadow),
    ("/user/", Route::User),
    ("/sys/events/down", Route::Events),
    ("$oc/m2m/to/", Route::M2m),
    ("/sys/login/response/request_id=", Route::BridgeLogin),
    ("/sys/logout/response/request_id=", Route::BridgeLogout),
    ("/sys/reset_secret/response/request_id=", Route::BridgeResetSecret),
    ("/sys/disconnect", Route::BridgeDisconnect),
];

/// The meaning of an incoming topic, and the part after the text that decided it.
pub fn route(topic: &str) -> (Route, &str) {
    let mut found = (Route::Undefined, "");
    let mut before = ROUTES.len(); // only a text further up in the table still decides
    for (at, byte) in topic.bytes().enumerate() {
        if byte != b'/' && byte != b'$' {
            continue;
        }
        let tail = topic.get(at..).unwrap_or_default();
        let second = tail.as_bytes().get(1);
        for (index, (text, route)) in ROUTES.iter().enumerate().take(before) {
            if text.as_bytes().get(1) != second {
                continue;
            }
            if let Some(rest) = tail.strip_prefix(text) {
                found = (*route, rest);
                before = index;
                break;
            }
        }
    }
    found
}

/// The text after the `=` of `request_id=` (any word before it), or after a decisive text that ends in it.
pub fn request_id(route: Route, rest: &str) -> Option<&str> {
    match route {
        Route::BridgeLogin | Route::BridgeLogout | Route::BridgeResetSecret => Some(rest),
        _ => rest.split_once('=').map(|(_, id)| id),
    }
}

/// The device of a topic below `$oc/bridges/{bridge}/devices/`.
pub fn bridged_device(topic: &str) -> Option<&str> {
    let (_bridge, rest) = topic.strip_prefix("$oc/bridges/")?.split_once('/')?;
    let device = rest.strip_prefix("devices/")?.split('/').next()?;
    (!device.is_empty()).then_some(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every decisive text is found where a plain search finds it, whatever stands around it.
    #[test]
    fn a_route_is_that_of_a_plain_search() {
        let plain = |topic: &str| {
            let found = ROUTES
                .iter()
                .find_map(|(text, route)| Some((*route, topic.split_once(text)?.1)));
            found.map_or((Route::Undefined, String::new()), |(route, rest)| {
                (route, rest.to_owned())
            })
        };
        assert!(ROUTES.iter().all(|(text, _)| text.starts_with(['/', '$'])));
        let pieces: Vec<&str> = ROUTES
            .iter()
            .map(|(text, _)| *text)
            .chain(["/sys", "/", "$", "é", "x"])
            .collect();
        for a in &pieces {
            for b in &pieces {
                for c in &pieces {
                    let topic = format!("{a}{b}{c}");
                    let (route, rest) = super::route(&topic);
                    assert_eq!((route, rest.to_owned()), plain(&topic), "{topic}");
                }
            }
        }
    }

    #[test]
    fn routes_by_the_first_text_contained() {
        for (topic, want, rest) in [
            ("$oc/devices/d/user/x/sys/messages/down", Route::Message, ""),
            (
                "$oc/devices/d/user/x/sys/commands/request_id=9",
                Route::Command,
                "request_id=9",
            ),
            ("$oc/devices/d/user/x/sys/events/down", Route::User, "x/sys/events/down"),
            (
                "/huawei/v1/devices/d/sys/commands/request_id=1",
                Route::CommandV3,
                "d/sys/commands/request_id=1",
            ),
            ("$oc/devices/myuser/user/foo", Route::User, "foo"),
            (
                "$oc/devices/d/sys/commands/response/request_id=1",
                Route::OwnEcho,
                "request_id=1",
            ),
            (
                "$oc/devices/d/sys/shadow/get/response/request_id=1",
                Route::Shadow,
                "request_id=1",
            ),
            (
                "$oc/bridges/b/devices/d/sys/login/response/request_id=a=b",
                Route::BridgeLogin,
                "a=b",
            ),
            ("app/some/topic", Route::Undefined, ""),
        ] {
            assert_eq!(route(topic), (want, rest), "{topic}");
        }
    }

    #[test]
    fn takes_the_request_id_after_the_decisive_text() {
        let id = |topic: &'static str| {
            let (kind, rest) = route(topic);
            request_id(kind, rest)
        };
        assert_eq!(id("$oc/devices/a=b/sys/commands/request_id=7"), Some("7"));
        assert_eq!(id("$oc/devices/d/sys/commands/foo=77"), Some("77"));
        assert_eq!(id("$oc/devices/d/sys/commands/request_id=a=b/c?d"), Some("a=b/c?d"));
        assert_eq!(id("$oc/devices/d/sys/commands/"), None);
        assert_eq!(id("$oc/bridges/b/devices/d/sys/logout/response/request_id="), Some(""));
    }

    #[test]
    fn finds_the_bridged_device() {
        assert_eq!(bridged_device("$oc/bridges/b/devices/d/sys/x"), Some("d"));
        assert_eq!(bridged_device("$oc/bridges/devices/devices/sys/sys/x"), Some("sys"));
        assert_eq!(bridged_device("$oc/bridges/b/sys/messages/down"), None);
        assert_eq!(bridged_device("$oc/bridges/b/devices//sys/x"), None);
        assert_eq!(bridged_device("x/$oc/bridges/b/devices/d/sys/x"), None);
    }

    #[test]
    fn refuses_wildcards_where_they_are_not_allowed() {
        for good in ["#", "+", "a/#", "+/a/+/#", "a//b"] {
            assert!(check_filter(good.into()).is_ok(), "{good}");
        }
        for bad in ["", "x/#/y", "a#", "a/b+", "\0"] {
            assert!(check_filter(bad.into()).is_err(), "{bad}");
        }
        assert!(check_name(b"a/+".to_vec()).is_err());
        assert!(check_name(vec![b'a'; 65535]).is_ok());
        assert!(check_name(vec![b'a'; 65536]).is_err());
        assert!(check_name(vec![0xFF]).is_err());
    }
}
