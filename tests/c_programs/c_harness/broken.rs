//! Messages of the platform that are wrong in every way the soft bus parser and the dispatcher must stand.

/// Part of the topic behind `$oc/devices/{id}/sys/`, and the payload.
pub type Message = (String, Vec<u8>);

fn events_down(payload: impl Into<Vec<u8>>) -> Message {
    ("events/down".to_string(), payload.into())
}

fn service(paras: &str) -> String {
    format!(
        r#"{{"services":[{{"service_id":"$oh_soft_bus","event_type":"soft_bus_config_response","paras":{paras}}}]}}"#
    )
}

fn paras(paras: &str) -> Message {
    events_down(service(paras))
}

fn bus(members: &str) -> Message {
    paras(&format!(r#"{{"bus_infos":[{{{members}}}],"bus_count":1}}"#))
}

fn device(member: &str) -> Message {
    bus(&format!(
        r#""bus_id":"b","bus_key":"k","devices_info":[{member}],"device_count":1"#
    ))
}

fn list(request: &str, payload: impl Into<Vec<u8>>) -> Message {
    (format!("properties/set{request}"), payload.into())
}

/// Bytes that are no event at all.
fn no_event() -> Vec<Message> {
    let mut all: Vec<Message> = [
        "", " ", "{", "}", "[", "null", "true", "7", "\"text\"", "[]", "{}", "{\"services\"", "{\"services\":", "\u{feff}{}",
        r#"{"services":null}"#, r#"{"services":7}"#, r#"{"services":{}}"#, r#"{"services":[]}"#,
        r#"{"services":[null,1,"x",[],{}]}"#, r#"{"services":[{"service_id":7,"event_type":"x"}]}"#,
        r#"{"services":[{"service_id":"$oh_soft_bus"}]}"#, r#"{"services":[{"service_id":"$oh_soft_bus","event_type":7}]}"#,
        r#"{"services":[{"service_id":"$oh_soft_bus","event_type":"x"}]}"#,
        r#"{"object_device_id":7,"services":[{"service_id":"$oh_soft_bus","event_type":"x","paras":{}}]}"#,
        r#"{"object_device_id":"\ud800","services":[]}"#,
        r#"{"services":[{"service_id":"$time_sync","event_type":"time_sync_response","paras":{"device_real_time":"x"}}]}"#,
        r#"{"services":[{"service_id":"$unknown","event_type":"x","paras":{"a":1e999}}]}"#,
    ]
    .map(events_down)
    .into();
    all.push(events_down(vec![0xff, 0xfe, 0x00, 0x80]));
    all.push(events_down(b"{\"services\":[\0]}".to_vec()));
    all.push(events_down("[".repeat(100_000)));
    all.push(events_down("{\"services\":".repeat(20_000)));
    all.push(events_down(format!(
        "{{\"services\":[{{\"service_id\":\"{}\"}}]}}",
        "s".repeat(500_000)
    )));
    all
}

/// A soft bus response with wrong content.
fn responses() -> Vec<Message> {
    let mut all: Vec<Message> = [
        "null",
        "7",
        "\"x\"",
        "[]",
        "{}",
        r#"{"bus_infos":null}"#,
        r#"{"bus_infos":7}"#,
        r#"{"bus_infos":"x","bus_count":-1}"#,
        r#"{"bus_infos":{"a":{"bus_id":"o","bus_key":"k"}}}"#,
        r#"{"bus_infos":[null,7,"x",[],{}],"bus_count":99}"#,
        r#"{"bus_infos":[],"error_info":7}"#,
        r#"{"bus_infos":[],"error_info":{"error_code":null,"error_msg":{}}}"#,
        r#"{"BUS_INFOS":[{"BUS_ID":"upper","Bus_Key":"k"}],"bus_infos":[]}"#,
    ]
    .map(paras)
    .into();
    all.extend(
        [
            r#""bus_id":null,"bus_key":7"#,
            r#""bus_id":"","bus_key":"""#,
            r#""bus_id":"a\u0000b","bus_key":"k\u0000""#,
            r#""bus_id":{},"bus_key":[],"devices_info":{}"#,
            r#""bus_id":"b","bus_key":"k","devices_info":7"#,
            r#""bus_id":"b","bus_key":"k","devices_info":null,"device_count":-5"#,
            r#""bus_id":"b","bus_key":"k","version":"4""#,
            r#""bus_id":"b","bus_key":"k","version":"x""#,
            r#""bus_id":"b","bus_key":"k","version":99999999999999999999"#,
            r#""bus_id":"b","bus_key":"k","version":1e308"#,
            r#""bus_id":"b","bus_key":"k","version":-1"#,
            r#""bus_id":"\ud800","bus_key":"\udc00\ud800""#,
        ]
        .map(bus),
    );
    all.extend(
        [
            "null",
            "7",
            "\"x\"",
            "[]",
            "{}",
            r#"{"device_id":null,"device_ip":null}"#,
            r#"{"device_id":7,"device_ip":true}"#,
            r#"{"device_id":"","device_ip":""}"#,
            r#"{"device_id":"d","device_ip":""}"#,
            r#"{"device_id":"d"}"#,
            r#"{"device_ip":"1.2.3.4"}"#,
            r#"{"device_id":"-1","device_ip":"-1"}"#,
            r#"{"device_id":"a\u0000b","device_ip":"1.2.3.4"}"#,
            r#"{"device_id":"d","device_ip":{}}"#,
            r#"{"device_id":"d","device_id":"e","device_ip":"not an address"}"#,
        ]
        .map(device),
    );
    let long = "x".repeat(100_000);
    all.push(bus(&format!(
        r#""bus_id":"{long}","bus_key":"{long}","bus_name":"{long}""#
    )));
    all.push(device(&format!(r#"{{"device_id":"{long}","device_ip":"{long}"}}"#)));
    let many = |element: &str, count: usize| vec![element; count].join(",");
    let empty_bus = r#"{"bus_id":"m","bus_key":"k","devices_info":[]}"#;
    all.push(paras(&format!(r#"{{"bus_infos":[{}]}}"#, many(empty_bus, 500))));
    all.push(device(&many(r#"{"device_id":"same","device_ip":"1.2.3.4"}"#, 2000)));
    let soft_bus = r#"{"service_id":"$oh_soft_bus","event_type":"x","paras":{"bus_infos":[]}}"#;
    all.push(events_down(format!(r#"{{"services":[{}]}}"#, many(soft_bus, 60))));
    all.push(events_down(service(r#"{"bus_infos":[]}"#) + "trailing garbage }{"));
    all
}

/// Group lists and topics that are wrong.
fn lists() -> Vec<Message> {
    let ok = r#"{"services":[{"service_id":"$oh_soft_bus","properties":{"unknown-bus":{"version":-1}}}]}"#;
    let mut all = vec![
        list("", ok),
        list("/", ok),
        list("/request_id", ok),
        list("/request_id=", ok),
        list("/request_id=a/b=c", ok),
        list("/response/request_id=1", r#"{"result_code":0}"#),
        list("/response/request_id=2", ok),
        ("no/such/topic".to_string(), ok.into()),
        ("events/down/deeper".to_string(), ok.into()),
        ("properties".to_string(), ok.into()),
    ];
    for (at, payload) in ["", "{", "null", r#"{"services":7}"#, r#"{"services":[{"service_id":null}]}"#,
        r#"{"services":[{"service_id":"$oh_soft_bus"}]}"#, r#"{"services":[{"service_id":"$oh_soft_bus","properties":7}]}"#,
        r#"{"services":[{"service_id":"$oh_soft_bus","properties":{"b":7,"c":{},"d":{"version":"x"},"e":{"version":1e400}}}]}"#]
    .into_iter()
    .enumerate()
    {
        all.push(list(&format!("/request_id=broken-{at}"), payload));
    }
    let service = r#"{"service_id":"$oh_soft_bus","properties":{}}"#;
    all.push(list(
        "/request_id=many",
        format!(r#"{{"services":[{}]}}"#, vec![service; 51].join(",")),
    ));
    all
}

/// All of them.
pub fn messages() -> Vec<Message> {
    [no_event(), responses(), lists()].concat()
}
