//! Topic rights: which topics a device may publish on, which filters it may subscribe to, which it gets unasked.
//! Rights have a direction: what a device publishes goes to the platform and never comes back to a device.

/// What a device's topic is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uplink<'a> {
    EventsUp,
    MessagesUp,
    PropertiesReport,
    /// Properties of a gateway's children.
    BatchReport,
    CommandResponse(&'a str),
    PropertiesSetResponse(&'a str),
    PropertiesGetResponse(&'a str),
    ShadowGet(&'a str),
    BootstrapUp,
    /// `…/user/{parameter}`
    User(&'a str),
    V3Json,
    V3Binary,
    /// A bridge about one of its devices, with the request id.
    Login(&'a str),
    Logout(&'a str),
    ResetSecret(&'a str),
    /// To another device.
    M2m(&'a str),
    /// Legal, and nothing to do.
    Other,
}

/// A legal uplink topic: whom it concerns and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// The publishing device, or the bridged device it speaks for.
    pub device: &'a str,
    pub bridged: bool,
    pub what: Uplink<'a>,
}

fn with_id<'a>(topic: &'a str, prefix: &str) -> Option<&'a str> {
    topic
        .strip_prefix(prefix)?
        .strip_prefix("request_id=")
        .filter(|id| !id.contains('/'))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && !text.contains('/')
}

/// The part of a system topic after `…/sys/`: may a device publish there?
fn sys_uplink<'a>(rest: &'a str) -> Option<Uplink<'a>> {
    type Answer<'a> = fn(&'a str) -> Uplink<'a>;
    let answers: [(&str, Answer<'a>); 4] = [
        ("commands/response/", Uplink::CommandResponse),
        ("properties/set/response/", Uplink::PropertiesSetResponse),
        ("properties/get/response/", Uplink::PropertiesGetResponse),
        ("shadow/get/", Uplink::ShadowGet),
    ];
    match rest {
        "events/up" => Some(Uplink::EventsUp),
        "messages/up" => Some(Uplink::MessagesUp),
        "properties/report" => Some(Uplink::PropertiesReport),
        "gateway/sub_devices/properties/report" => Some(Uplink::BatchReport),
        "bootstrap/up" => Some(Uplink::BootstrapUp),
        "sub_device_manage/messages/up" => Some(Uplink::Other),
        _ => answers
            .iter()
            .find_map(|(prefix, what)| with_id(rest, prefix).map(what)),
    }
}

fn bridge_uplink(rest: &str) -> Option<Uplink<'_>> {
    if rest == "gateway/sub_devices/properties/report" {
        return Some(Uplink::BatchReport);
    }
    let rest = rest.strip_prefix("sys/")?;
    with_id(rest, "login/")
        .map(Uplink::Login)
        .or_else(|| with_id(rest, "logout/").map(Uplink::Logout))
        .or_else(|| with_id(rest, "reset_secret/").map(Uplink::ResetSecret))
        .or_else(|| sys_uplink(rest))
}

/// Classifies a topic that `device` publishes on; None when it has no right to.
pub fn uplink<'a>(device: &'a str, topic: &'a str) -> Option<Route<'a>> {
    let topic = topic.strip_suffix(GZIP).unwrap_or(topic);
    let mine = |what| Route {
        device,
        bridged: false,
        what,
    };
    if let Some(rest) = own(topic, "$oc/devices/", device) {
        return match (rest.strip_prefix("sys/"), rest.strip_prefix("user/")) {
            (Some(rest), _) => sys_uplink(rest).map(mine),
            (_, Some(parameter)) => Some(mine(Uplink::User(parameter))),
            _ => None,
        };
    }
    if let Some(rest) = own(topic, "/huawei/v1/devices/", device) {
        return match rest {
            "data/json" => Some(mine(Uplink::V3Json)),
            "data/binary" => Some(mine(Uplink::V3Binary)),
            _ => None,
        };
    }
    if let Some(rest) = own(topic, "$oc/bridges/", device) {
        let (bridged, rest) = rest.strip_prefix("devices/")?.split_once('/')?;
        let what = bridge_uplink(rest).filter(|_| is_id(bridged))?;
        return Some(Route {
            device: bridged,
            bridged: true,
            what,
        });
    }
    if let Some(rest) = topic.strip_prefix("$oc/m2m/to/") {
        let (to, rest) = rest.split_once("/from/")?;
        let (from, id) = rest.split_once('/')?;
        return (is_id(to) && from == device && id.starts_with("request_id=")).then(|| mine(Uplink::M2m(to)));
    }
    // Topics of the user's own, outside the platform's name spaces.
    let custom = !topic.is_empty() && !topic.starts_with('$') && !topic.starts_with("/huawei/");
    (custom && !topic.contains(['+', '#'])).then(|| mine(Uplink::Other))
}

/// At the end of a topic: the payload is compressed.
pub const GZIP: &str = "?encoding=gzip";

fn own<'a>(topic: &'a str, prefix: &str, device: &str) -> Option<&'a str> {
    topic.strip_prefix(prefix)?.strip_prefix(device)?.strip_prefix('/')
}

/// Shape of a topic filter by the MQTT rules.
pub fn valid_filter(filter: &str) -> bool {
    let mut levels = filter.split('/').peekable();
    !filter.is_empty()
        && std::iter::from_fn(|| levels.next().map(|level| (level, levels.peek().is_none())))
            .all(|(level, last)| !level.contains(['+', '#']) || level == "+" || (level == "#" && last))
}

/// May `device` subscribe to `filter`? A filter that names exactly one uplink topic is refused as well.
pub fn may_subscribe(device: &str, filter: &str) -> bool {
    if !valid_filter(filter) {
        return false;
    }
    let mine = ["$oc/devices/", "$oc/bridges/", "/huawei/v1/devices/", "$oc/m2m/to/"]
        .iter()
        .any(|prefix| own(filter, prefix, device).is_some());
    let user = own(filter, "$oc/devices/", device).is_some_and(|rest| rest.starts_with("user/"));
    let custom = !filter.starts_with(['$', '+', '#']) && !filter.starts_with("/huawei/");
    custom || user || (mine && uplink(device, filter).is_none())
}

/// Does `filter` select `topic`?
pub fn matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut topic_levels = topic.split('/');
    for level in filter.split('/') {
        if level == "#" {
            return true;
        }
        match topic_levels.next() {
            Some(actual) if level == "+" || level == actual => {}
            _ => return false,
        }
    }
    topic_levels.next().is_none()
}

/// Topics the platform delivers to a device without a SUBSCRIBE.
pub fn is_implicit(device: &str, topic: &str) -> bool {
    own(topic, "$oc/devices/", device).is_some_and(|rest| rest.starts_with("sys/"))
        || own(topic, "$oc/bridges/", device).is_some_and(|rest| rest.starts_with("devices/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_has_a_direction() {
        for legal in [
            "$oc/devices/d_1/sys/messages/up",
            "$oc/devices/d_1/sys/messages/up?encoding=gzip",
            "$oc/devices/d_1/sys/events/up",
            "$oc/devices/d_1/sys/commands/response/request_id=",
            "$oc/devices/d_1/user/a/b",
            "/huawei/v1/devices/d_1/data/json",
            "$oc/bridges/d_1/devices/x/sys/login/request_id=1",
            "$oc/bridges/d_1/devices/x/gateway/sub_devices/properties/report",
            "$oc/m2m/to/x/from/d_1/request_id=4",
            "factory/line",
        ] {
            assert!(uplink("d_1", legal).is_some(), "{legal}");
        }
        for illegal in [
            "$oc/devices/d_1/sys/messages/down",
            "$oc/devices/d_1/sys/properties/set/request_id=1",
            "$oc/devices/d_2/sys/messages/up",
            "$oc/devices/d_1/sys/shadow/get/response/request_id=1",
            "/huawei/v1/devices/d_1/command/json",
            "$oc/bridges/d_1/devices//sys/messages/up",
            "$oc/m2m/to/x/from/y/request_id=4",
            "$SYS/uptime",
            "",
        ] {
            assert!(uplink("d_1", illegal).is_none(), "{illegal}");
        }
        let what = |topic| uplink("d", topic).map(|r| (r.device, r.bridged, r.what));
        assert_eq!(
            what("$oc/devices/d/sys/properties/set/response/request_id=q"),
            Some(("d", false, Uplink::PropertiesSetResponse("q")))
        );
        assert_eq!(
            what("$oc/bridges/d/devices/x/sys/login/request_id=q"),
            Some(("x", true, Uplink::Login("q")))
        );
    }

    #[test]
    fn subscribing_is_limited_to_own_downlinks() {
        for legal in [
            "$oc/devices/d/sys/#",
            "$oc/devices/d/sys/commands/#",
            "$oc/devices/d/user/",
            "$oc/devices/d/user/x",
            "$oc/m2m/to/d/#",
            "/huawei/v1/devices/d/command/json",
            "my/+/topic",
        ] {
            assert!(may_subscribe("d", legal), "{legal}");
        }
        for illegal in [
            "#",
            "+/devices/d/#",
            "$oc/devices/+/sys/#",
            "$oc/devices/e/sys/#",
            "$oc/devices/d/sys/events/up",
            "a/#/b",
            "",
        ] {
            assert!(!may_subscribe("d", illegal), "{illegal}");
        }
    }

    #[test]
    fn filters() {
        assert!(matches("$oc/devices/d/sys/#", "$oc/devices/d/sys/events/down"));
        assert!(matches("a/#", "a"));
        assert!(matches("a/+/c", "a/b/c"));
        assert!(!matches("a/+", "a/b/c"));
        assert!(!matches("#", "$oc/x"));
        assert!(is_implicit("d", "$oc/devices/d/sys/commands/request_id=1"));
        assert!(!is_implicit("d", "$oc/devices/d/user/x"));
        assert!(!is_implicit("d", "$oc/devices/dd/sys/x"));
    }
}
