//! Plays `vectors/uplink.json` and the payloads of `vectors/services.json` against the pure functions: topic, payload bytes, codes.

use base64::Engine as _;
use iotda_device::error::{Error, Result};
use iotda_device::protocol::json::{self, Dialect, Json};
use iotda_device::protocol::time::UnixMs;
use iotda_device::protocol::topics::{self, Origin, Subscription};
use iotda_device::protocol::uplink::bridge::{self, Bridged};
use iotda_device::protocol::uplink::event::{DeviceConfigResult, DeviceInfoReport, OtaVersion, UpgradeStatus};
use iotda_device::protocol::uplink::file::{Direction, File, TransferResult};
use iotda_device::protocol::uplink::gateway::{DeletedDevices, DeviceStatus, DeviceStatuses, NewDevice, NewDevices};
use iotda_device::protocol::uplink::message::MessageReport;
use iotda_device::protocol::uplink::properties::{DeviceData, ServiceData};
use iotda_device::protocol::uplink::{Arg, Encoding, Message};
use iotda_device::protocol::uplink::{
    anomaly, bootstrap, command, event, file, gateway, m2m, message, properties, shadow, sub_device, v3,
};
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn decode(base64: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode(base64.as_str().unwrap())
        .unwrap()
}

/// The bytes of a C string argument.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone().into_bytes()),
        other => Some(decode(&other["b64"])),
    }
}

/// Arguments or a struct, with the strings kept for the call.
struct Args<'v> {
    value: &'v Value,
    strings: std::collections::HashMap<String, Vec<u8>>,
}

impl<'v> Args<'v> {
    fn new(value: &'v Value) -> Self {
        let members = value.as_object().into_iter().flatten();
        let strings = members.filter(|(_, v)| v.is_string() || v.get("b64").is_some());
        Args {
            value,
            strings: strings.map(|(k, v)| (k.clone(), bytes(v).unwrap())).collect(),
        }
    }

    fn s(&self, name: &str) -> Arg<'_> {
        self.strings.get(name).map(Vec::as_slice)
    }

    fn i(&self, name: &str) -> i32 {
        i32::try_from(self.value[name].as_i64().unwrap_or(0)).unwrap()
    }

    /// A struct or array argument; `None` for NULL.
    fn at(&self, name: &str) -> Option<&'v Value> {
        self.value.get(name).filter(|v| !v.is_null())
    }

    fn list(&self, name: &str) -> Option<Vec<Args<'v>>> {
        Some(self.at(name)?.as_array()?.iter().map(Args::new).collect())
    }
}

/// An array argument as C has it: entries that the vector does not list are zero, and it is at least as long as `count`.
fn array<T: Default + Clone>(mut items: Vec<T>, count: i32) -> Vec<T> {
    let len = items.len().max(usize::try_from(count).unwrap_or(0)).clamp(1, 200);
    items.resize(len, T::default());
    items
}

fn service<'a>(a: &'a Args<'_>) -> ServiceData<'a> {
    ServiceData {
        service_id: a.s("service_id"),
        event_time: a.s("event_time"),
        properties: a.s("properties"),
    }
}

fn with_services<T>(args: &Args<'_>, name: &str, count: i32, call: impl FnOnce(Option<&[ServiceData<'_>]>) -> T) -> T {
    let list = args.list(name);
    let services = list.as_ref().map(|l| array(l.iter().map(service).collect(), count));
    call(services.as_deref())
}

fn with_devices<T>(args: &Args<'_>, name: &str, count: i32, call: impl FnOnce(Option<&[DeviceData<'_>]>) -> T) -> T {
    let (Some(list), Some(lens)) = (args.list(name), args.at("serviceLenList")) else {
        return call(None);
    };
    let services: Vec<Vec<Args<'_>>> = list.iter().map(|d| d.list("services").unwrap_or_default()).collect();
    let services: Vec<Vec<ServiceData<'_>>> = services
        .iter()
        .map(|s| array(s.iter().map(service).collect(), 10))
        .collect();
    let devices = list
        .iter()
        .zip(&services)
        .enumerate()
        .map(|(i, (device, services))| DeviceData {
            device_id: device.s("device_id"),
            services,
            service_count: i32::try_from(lens[i].as_i64().unwrap_or(0)).unwrap(),
        });
    call(Some(&array(devices.collect(), count)))
}

fn with_statuses<T>(args: &Args<'_>, count: i32, call: impl FnOnce(Option<&DeviceStatuses<'_>>) -> T) -> T {
    let Some(info) = args.at("device_statuses").map(Args::new) else {
        return call(None);
    };
    let list = info.list("device_statuses").unwrap_or_default();
    let list = list.iter().map(|a| DeviceStatus {
        device_id: a.s("device_id"),
        status: a.s("status"),
    });
    call(Some(&DeviceStatuses {
        event_time: info.s("event_time"),
        device_statuses: &array(list.collect(), count),
    }))
}

fn with_added<T>(args: &Args<'_>, count: i32, call: impl FnOnce(Option<&NewDevices<'_>>) -> T) -> T {
    let Some(info) = args.at("subDevicesInfo").map(Args::new) else {
        return call(None);
    };
    let list = info.list("deviceInfo").unwrap_or_default();
    let list = list.iter().map(|a| NewDevice {
        parent_device_id: a.s("parent_device_id"),
        node_id: a.s("node_id"),
        device_id: a.s("device_id"),
        name: a.s("name"),
        description: a.s("description"),
        product_id: a.s("product_id"),
        extension_info: a.s("extension_info"),
    });
    let devices = array(list.collect(), count);
    call(Some(&NewDevices {
        event_time: info.s("event_time"),
        event_id: info.s("event_id"),
        devices: &devices,
    }))
}

fn with_deleted<T>(args: &Args<'_>, count: i32, call: impl FnOnce(Option<&DeletedDevices<'_>>) -> T) -> T {
    let Some(info) = args.at("delSubDevices").map(Args::new) else {
        return call(None);
    };
    let ids: Vec<Option<Vec<u8>>> = info
        .at("delSubDevice")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(bytes)
        .collect();
    let devices = array(ids.iter().map(Option::as_deref).collect(), count);
    call(Some(&DeletedDevices {
        event_time: info.s("event_time"),
        event_id: info.s("event_id"),
        devices: &devices,
    }))
}

fn info_report<'a>(a: &'a Args<'_>) -> DeviceInfoReport<'a> {
    DeviceInfoReport {
        object_device_id: a.s("object_device_id"),
        event_time: a.s("event_time"),
        device_sdk_version: a.s("device_sdk_version"),
        sw_version: a.s("sw_version"),
        fw_version: a.s("fw_version"),
        device_ip: a.s("device_ip"),
    }
}

fn file_info<'a>(a: &'a Args<'_>) -> File<'a> {
    File {
        file_name: a.s("file_name"),
        hash_code: a.s("hash_code"),
        size: a.value["size"].as_i64().unwrap_or(0),
    }
}

fn message_report<'a>(a: &'a Args<'_>) -> MessageReport<'a> {
    MessageReport {
        object_device_id: a.s("object_device_id"),
        name: a.s("name"),
        id: a.s("id"),
        content: a.s("content"),
        topic_paras: a.s("topicParas"),
    }
}

fn tree(args: &Args<'_>, name: &str) -> Option<Json> {
    let text = args.at(name)?["cjson"].as_str().unwrap();
    Some(json::parse(text.as_bytes(), Dialect::Platform).unwrap())
}

fn items<const N: usize>(
    args: &Args<'_>,
    name: &str,
    members: [&str; N],
    call: impl FnOnce(Option<&[[Arg<'_>; N]]>) -> Result<Message>,
) -> Result<Message> {
    let list = args.list(name);
    let rows = list
        .as_ref()
        .map(|l| l.iter().map(|a| members.map(|m| a.s(m))).collect::<Vec<_>>());
    // entries that the vector does not list are zero
    let rows = rows.map(|mut rows| {
        rows.resize(
            rows.len().max(usize::try_from(args.i("contentNum")).unwrap_or(0)),
            [None; N],
        );
        rows
    });
    call(rows.as_deref())
}

/// The outcome of a call: publishes (with the QoS if the call has one) or subscriptions.
#[derive(Debug)]
enum Sent {
    Message(Message, Option<u8>),
    Filters(Vec<String>, u8),
}

fn subscription(name: &str) -> Option<Vec<Subscription>> {
    Some(match name {
        "SubscribeMessageDown" => vec![Subscription::MessageDown],
        "SubscribeCommand" => vec![Subscription::Command],
        "SubscribePropSet" => vec![Subscription::PropertySet],
        "SubscribePropget" => vec![Subscription::PropertyGet],
        "SubscribePropResp" => vec![Subscription::ShadowResponse],
        "SubscribeSubDeviceEvent" => vec![Subscription::EventDown],
        "SubscribeM2m" => vec![Subscription::M2m],
        "SubscribeJsonCmdV3" | "IOTA_SubscribeJsonCmdV3" => vec![Subscription::JsonCommandV3],
        "SubscribeBinaryCmdV3" | "IOTA_SubsrcibeBinaryCmdV3" => vec![Subscription::BinaryCommandV3],
        "SubscribeBootstrap" | "IOTA_SubscribeBoostrap" => vec![Subscription::Bootstrap],
        "SubscribeAll" => Subscription::ALL.to_vec(),
        _ => return None,
    })
}

fn subscribe(function: &str, own: &str, a: &Args<'_>) -> Option<Result<Sent>> {
    let qos = || {
        if a.value.get("qos").is_some() {
            topics::check_qos(a.i("qos"))
        } else {
            Ok(0)
        }
    };
    if let Some(subscriptions) = subscription(function.trim_end_matches("Qos")) {
        let filters = subscriptions.iter().map(|s| s.filter(own)).collect::<Result<Vec<_>>>();
        return Some(qos().and_then(|qos| Ok(Sent::Filters(filters?, qos))));
    }
    let filter = match function {
        "IOTA_SubscribeUserTopic" | "SubscribeUserTopicQos" => topics::user_filter(own, a.s("topicParas")),
        "IOTA_SubscribeTopic" => topics::custom_filter(a.s("topic")),
        _ => return None,
    };
    Some(filter.and_then(|filter| Ok(Sent::Filters(vec![filter], qos()?))))
}

fn publish(function: &str, own: &str, a: &Args<'_>, now: UnixMs) -> Result<Sent> {
    let device = Origin::Device(own);
    let direction = if function.contains("Upload") {
        Direction::Upload
    } else {
        Direction::Download
    };
    let of = Bridged {
        bridge: own,
        device_id: a.s("deviceId"),
    };
    let next = || 1;
    let count = a.i(if a.value.get("serviceNum").is_some() {
        "serviceNum"
    } else {
        "deviceNum"
    });
    let content_num = a.i("contentNum");
    let code = a.i("result_code");
    let id = a.s("requestId");
    let message = match function {
        "IOTA_MessageReport" => message::report(own, &message_report(a), a.i("compressFlag")),
        "IOTA_MessageDataReport" | "IOTA_MessageReportV5" => {
            message::report(own, &message_report(&Args::new(&a.value["mass"])), a.i("compressFlag"))
        }
        "IOTA_RawTopicMessageReport" | "IOTA_RawTopicMessageReportV5" => {
            let (message, qos) = message::raw(a.s("topic"), a.s("payload"), a.i("qos"))?;
            return Ok(Sent::Message(message, Some(qos)));
        }
        "IOTA_PropertiesReport" | "IOTA_PropertiesReportV5" => with_services(a, "pServiceData", count, |s| {
            let encoding = Encoding::from_flag(a.i("compressFlag"))?;
            properties::report(device, properties::given(s, count)?, encoding)
        }),
        "IOTA_BatchPropertiesReport" | "IOTA_BatchPropertiesReportV5" => with_devices(a, "pDeviceData", count, |d| {
            properties::batch_report(own, d, count, a.i("compressFlag"))
        }),
        "IOTA_CommandResponse" | "IOTA_CommandResponseV5" => {
            command::response(device, id, code, a.s("response_name"), a.s("pcCommandResponse"))
        }
        "IOTA_PropertiesSetResponse" => properties::set_response(device, id, code, a.s("result_desc")),
        "IOTA_PropertiesGetResponse" => with_services(a, "serviceProp", count, |s| {
            properties::get_response(device, id, s, count)
        }),
        "IOTA_GetDeviceShadow" => shadow::get(device, id, a.s("object_device_id"), a.s("service_id")),
        "IOTA_M2MSendMsg" => m2m::send(a.s("to"), a.s("from"), a.s("content"), id),
        "IOTA_ReportSubDeviceInfo" => sub_device::info(own, a.s("pcPayload")),
        "IOTA_SubDeviceVersionReport" => sub_device::version_report(own, a.s("version")),
        "IOTA_SubDeviceProductGetReport" => sub_device::product_request(own, tree(a, "product_id_list").as_ref()),
        "IOTA_SubDeviceScanReport" => sub_device::scan_report(own, tree(a, "device_list").as_ref()),
        "IOTA_OTAVersionReport" => {
            let a = Args::new(&a.value["otaVersionInfo"]);
            let info = OtaVersion {
                event_time: a.s("event_time"),
                sw_version: a.s("sw_version"),
                fw_version: a.s("fw_version"),
                object_device_id: a.s("object_device_id"),
            };
            event::ota_version(own, &info)
        }
        "IOTA_OTAStatusReport" => {
            let a = Args::new(&a.value["otaStatusInfo"]);
            let info = UpgradeStatus {
                event_time: a.s("event_time"),
                result_code: a.i("result_code"),
                progress: a.i("progress"),
                description: a.s("description"),
                object_device_id: a.s("object_device_id"),
                version: a.s("version"),
            };
            event::ota_status(own, &info)
        }
        "IOTA_PropertiesReportV3" => with_services(a, "pServiceData", count, |s| v3::properties_report(own, s, count)),
        "IOTA_BinaryReportV3" => v3::binary_report(own, a.s("payload")),
        "IOTA_CmdRspV3" => {
            let args = a.at("cmdRspV3").map(Args::new);
            let response = args.as_ref().map(|a| v3::CommandResponse {
                mid: a.i("mid"),
                errcode: a.i("errcode"),
                body: a.s("body"),
            });
            v3::command_response(own, response.as_ref())
        }
        "IOTA_GetNTPTime" => event::time_request(device, now),
        "IOTA_Bootstrap" => bootstrap::request(own, a.s("baseStrategyKeyword")),
        "IOTA_UpdateSubDeviceStatus" => with_statuses(a, count, |s| gateway::update_status(device, s, count)),
        "IOTA_AddSubDevice" => with_added(a, count, |d| gateway::add(device, d, count)),
        "IOTA_DelSubDevice" => with_deleted(a, count, |d| gateway::delete(device, d, count)),
        "IOTA_GetLatestSoftBusInfo" => event::soft_bus_query(device, a.s("busId"), a.s("eventId")),
        "IOTA_ReportDeviceLog" => event::device_log(device, a.s("type"), a.s("content"), a.s("timestamp")),
        "IOTA_ReportDeviceInfo" => {
            let args = a.at("device_info_report").map(Args::new);
            event::device_info(device, args.as_ref().map(info_report).as_ref())
        }
        "IOTA_RptDeviceConfigRst" => {
            let args = a.at("device_config_report").map(Args::new);
            let result = args.as_ref().map(|a| DeviceConfigResult {
                object_device_id: a.s("object_device_id"),
                result_code: a.i("result_code"),
                description: a.s("description").unwrap_or_default(),
            });
            event::device_config_result(device, result.as_ref(), now)
        }
        "IOTA_GetUploadFileUrl" | "IOTA_GetDownloadFileUrl" => {
            let args = a
                .at(if direction == Direction::Upload {
                    "upload"
                } else {
                    "download"
                })
                .map(Args::new);
            file::url_request(device, direction, args.as_ref().map(file_info).as_ref(), now)
        }
        "IOTA_UploadFileResultReport" | "IOTA_DownloadFileResultReport" => {
            let result = TransferResult {
                object_device_id: a.s("object_device_id"),
                object_name: a.s("object_name"),
                result_code: code,
                status_code: a.i("status_code"),
                status_description: a.s("status_description"),
            };
            file::result_report(own, direction, &result, now)
        }
        "IOTA_AnomalyFileReport" => items(a, "maliciousFile", ["file", "desc"], |i| {
            anomaly::files(own, i, content_num, now)
        }),
        "IOTA_AnomalyCveValnerabilityReport" => {
            items(a, "cveLoophole", ["cve_number", "vulnerability_name", "desc"], |i| {
                anomaly::vulnerabilities(own, i, content_num, now)
            })
        }
        "IOTA_AnomalyProtocolReport" => items(a, "unsafeProtocol", ["protocol", "version", "desc"], |i| {
            anomaly::protocols(own, i, content_num, now)
        }),
        "IOTA_AnomalyUnsafeFunctionReport" => items(a, "unsafeFunction", ["name", "desc"], |i| {
            anomaly::unsafe_functions(own, i, content_num, now)
        }),
        "IOTA_AnomalyAbnormalProcessReport" => items(a, "abnormalProcess", ["pid", "cmd", "desc"], |i| {
            anomaly::processes(own, i, content_num, now)
        }),
        "IOTA_BridgeDeviceLogin" => bridge::login(of, a.s("password"), id, next, now),
        "IOTA_BridgeDeviceLogout" => bridge::logout(of, id, next),
        "IOTA_BridgeDeviceResetSecret" => bridge::reset_secret(of, a.s("oldSecret"), a.s("newSecret"), id, next),
        "IOTA_BridgeDeviceMessagesReport" => bridge::message_report(of, &message_report(a)),
        "IOTA_BridgeDevicePropertiesReport" => with_services(a, "pServiceData", count, |s| {
            let device = of.device_id.ok_or(Error::Argument("deviceId is NULL"))?;
            let origin = Origin::Bridged { bridge: own, device };
            properties::report(origin, properties::given(s, count)?, Encoding::Plain)
        }),
        "IOTA_BridgeDeviceBatchPropertiesReport" => with_devices(a, "pServiceData", count, |d| {
            bridge::batch_properties_report(of, d, count)
        }),
        "IOTA_BridgeDevicePropertiesSetResponse" => bridge::properties_set_response(of, id, code, a.s("result_desc")),
        "IOTA_BridgeDevicePropertiesGetResponse" => with_services(a, "serviceProp", count, |s| {
            bridge::properties_get_response(of, id, s, count)
        }),
        "IOTA_BridgeDeviceGetDeviceShadow" => {
            bridge::shadow_get(of, id, a.s("object_device_id"), a.s("service_id"), next)
        }
        "IOTA_BridgeDeviceCommandResponse" => {
            bridge::command_response(of, id, code, a.s("response_name"), a.s("pcCommandResponse"))
        }
        "IOTA_BridgeDeviceUpdateSubDeviceStatus" => {
            with_statuses(a, count, |s| bridge::update_sub_device_status(of, s, count))
        }
        "IOTA_BridgeDeviceAddSubDevice" => with_added(a, count, |d| bridge::add_sub_device(of, d, count)),
        "IOTA_BridgeDeviceDelSubDevice" => with_deleted(a, count, |d| bridge::delete_sub_device(of, d, count)),
        "IOTA_BridgeDeviceGetUploadFileUrl" | "IOTA_BridgeDeviceGetDownloadFileUrl" => {
            let args = a
                .at(if direction == Direction::Upload {
                    "upload"
                } else {
                    "download"
                })
                .map(Args::new);
            bridge::file_url_request(of, direction, args.as_ref().map(file_info).as_ref(), now)
        }
        "IOTA_BridgeDeviceReportDeviceInfo" => {
            let args = a.at("device_info_report").map(Args::new);
            bridge::device_info(of, args.as_ref().map(info_report).as_ref())
        }
        "IOTA_BridgeDeviceGetNTPTime" => bridge::time_request(of, now),
        "IOTA_BridgeDeviceGetLatestSoftBusInfo" => bridge::soft_bus_query(of, a.s("busId"), a.s("eventId")),
        "IOTA_BridgeDeviceReportDeviceLog" => bridge::device_log(of, a.s("type"), a.s("content"), a.s("timestamp")),
        other => panic!("no function for {other}"),
    };
    Ok(Sent::Message(message?, None))
}

/// The moment of the recording, read from its payload if that holds times of the library's own making.
fn recorded_now(publish: &Value) -> UnixMs {
    if publish["volatile"].as_array().unwrap().is_empty() {
        return UnixMs(0);
    }
    let payload: Value = serde_json::from_str(publish["payload"].as_str().unwrap()).unwrap();
    let service = &payload["services"][0];
    if let Some(ms) = service["paras"]["device_send_time"].as_i64() {
        return UnixMs(ms);
    }
    let text = service["event_time"]
        .as_str()
        .or(payload["timestamp"].as_str())
        .unwrap_or("20240101T000000Z");
    let digits: Vec<i64> = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|b| i64::from(b - b'0'))
        .collect();
    let number = |from: usize, len: usize| digits.iter().skip(from).take(len).fold(0, |n, d| n * 10 + d);
    let days = |y: i64, m: i64, d: i64| {
        let month_days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let leap = |y: i64| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        let years: i64 = (1970..y).map(|y| 365 + i64::from(leap(y))).sum();
        let months: i64 = month_days.iter().take(m as usize - 1).sum::<i64>() + i64::from(m > 2 && leap(y));
        years + months + d - 1
    };
    let seconds = days(number(0, 4), number(4, 2), number(6, 2)) * 86_400
        + number(8, 2) * 3600
        + number(10, 2) * 60
        + number(12, 2);
    UnixMs(seconds * 1000)
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut out).unwrap();
    out
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn uplink_vectors() {
    let own = "prod01_dev-01";
    let all = vectors(include_str!("../vectors/uplink.json"));
    let mut passed = 0;
    for v in all.as_array().unwrap() {
        let id = v["id"].as_str().unwrap();
        let args = Args::new(&v["args"]);
        let function = v["function"].as_str().unwrap();
        let publishes = v["publish"].as_array().unwrap();
        let now = publishes.first().map_or(UnixMs(0), recorded_now);
        let outcome = subscribe(function, own, &args).unwrap_or_else(|| publish(function, own, &args, now));
        // what the state of the connection refuses is not refused here
        let by_state = v["setup"]["state"].is_string() || v["setup"]["qos"] == 3;
        let refused = v["returns"]
            .as_i64()
            .filter(|code| *code < 0 && !(by_state && *code == -1));
        match outcome {
            // void functions show a refusal by sending nothing
            Err(_) if v["returns"].is_null() => assert!(v["subscribe"].is_null(), "{id}"),
            Err(error) => assert_eq!(Some(i64::from(error.code())), refused, "{id}: {error}"),
            Ok(sent) => {
                assert_eq!(refused, None, "{id}: not refused: {sent:?}");
                match sent {
                    Sent::Filters(filters, qos) => {
                        for (i, want) in v["subscribe"].as_array().into_iter().flatten().enumerate() {
                            assert_eq!(filters[i], want["topic"].as_str().unwrap(), "{id}");
                            assert_eq!(u64::from(qos), want["qos"].as_u64().unwrap(), "{id}");
                        }
                        if let Some(want) = v["subscribe"].as_array() {
                            assert_eq!(filters.len(), want.len(), "{id}");
                        }
                    }
                    Sent::Message(message, qos) if !by_state => {
                        assert_eq!(publishes.len(), 1, "{id}: {message:?}");
                        compare(id, &publishes[0], message, qos);
                    }
                    Sent::Message(..) => {}
                }
            }
        }
        passed += 1;
    }
    assert_eq!(passed, 452);
}

fn compare(id: &str, want: &Value, message: Message, qos: Option<u8>) {
    // a request id of the bridge's counter varies; ours is always 1
    match want["topic_regex"].as_str() {
        None => assert_eq!(message.topic, want["topic"].as_str().unwrap(), "{id}"),
        Some(_) => {
            let stem = |topic: &str| topic.rsplit_once('=').unwrap().0.to_owned();
            assert_eq!(stem(&message.topic), stem(want["topic"].as_str().unwrap()), "{id}");
        }
    }
    if let Some(qos) = qos {
        assert_eq!(u64::from(qos), want["qos"].as_u64().unwrap(), "{id}");
    }
    let (expected, got) = match (want["gzip"].as_bool(), &want["payload"]) {
        (Some(true), text) => {
            assert_eq!(message.payload[..10], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "{id}");
            (text.as_str().unwrap().as_bytes().to_vec(), inflate(&message.payload))
        }
        (_, Value::String(text)) => (text.clone().into_bytes(), message.payload),
        _ => (decode(&want["payload_b64"]), message.payload),
    };
    assert_eq!(show(&got), show(&expected), "{id}");
    assert_eq!(got, expected, "{id}");
}

/// Where the arguments of a function stand in `services.json`: members of the one struct, flat, or a list.
fn services_args(function: &str, args: &Value) -> Value {
    let wrapped = |name: &str| match args.get("argument") {
        Some(_) => serde_json::json!({ name: Value::Null }),
        None => serde_json::json!({ name: args }),
    };
    let list =
        |name: &str| serde_json::json!({ name: args["items"], "contentNum": args["items"].as_array().unwrap().len() });
    match function {
        "IOTA_ReportDeviceInfo" => wrapped("device_info_report"),
        "IOTA_OTAVersionReport" => wrapped("otaVersionInfo"),
        "IOTA_OTAStatusReport" => wrapped("otaStatusInfo"),
        "IOTA_GetUploadFileUrl" => wrapped("upload"),
        "IOTA_GetDownloadFileUrl" => wrapped("download"),
        "IOTA_RptDeviceConfigRst" => wrapped("device_config_report"),
        "IOTA_AnomalyUnsafeFunctionReport" => list("unsafeFunction"),
        "IOTA_AnomalyProtocolReport" => list("unsafeProtocol"),
        "IOTA_AnomalyCveValnerabilityReport" => list("cveLoophole"),
        "IOTA_AnomalyFileReport" => list("maliciousFile"),
        "IOTA_AnomalyAbnormalProcessReport" => list("abnormalProcess"),
        "IOTA_M2MSendMsg" => {
            let mut args = args.clone();
            args["requestId"] = args["request_id"].clone();
            args
        }
        _ => args.clone(),
    }
}

#[test]
fn services_payloads() {
    let own = "dev1";
    let all = vectors(include_str!("../vectors/services.json"));
    let now = UnixMs(all["now_ms"].as_i64().unwrap());
    let payloads = all["payloads"].as_array().unwrap();
    for v in payloads {
        let function = v["function"].as_str().unwrap();
        let args = services_args(function, &v["args"]);
        match publish(function, own, &Args::new(&args), now) {
            Err(error) => assert_eq!(v["return"], error.code(), "{v}"),
            Ok(Sent::Message(message, _)) => {
                assert_eq!(
                    message.topic,
                    v["topic"].as_str().unwrap().replace("{device_id}", own),
                    "{v}"
                );
                assert_eq!(show(&message.payload), v["payload"].as_str().unwrap(), "{v}");
            }
            Ok(other) => panic!("{v}: {other:?}"),
        }
    }
    assert_eq!(payloads.len(), 33);
}
