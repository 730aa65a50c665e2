//! The sending functions called the way programs call them by mistake: whatever the arguments, each ends in one of its codes.
//! Without a connection nothing may be accepted, so that no call ends in anything but a refusal.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::{null_mut, without_provenance_mut};

use crate::alone::ran_alone;
use HWMQTT::agentlite::iota_bridge::*;
use HWMQTT::agentlite::iota_cfg::{EN_IOTA_CFG_DEVICEID, IOTA_ConfigSetStr};
use HWMQTT::agentlite::iota_datatrans::*;
use HWMQTT::agentlite::iota_init::{IOTA_Destroy, IOTA_Init};
use HWMQTT::service::detect_anomaly::report_anomaly::*;
use HWMQTT::util::mqttv5_util::{MQTTV5_DATA, MQTTV5_USER_PRO};
use c_library::third_party::cjson::cJSON::{cJSON, cJSON_Parse};
use proptest::prelude::*;

/// The arguments of one round; every call takes what it needs from them, in turn.
#[derive(Debug)]
struct Arguments {
    texts: Vec<Option<CString>>,
    numbers: Vec<i32>,
    /// Entries of arrays that the program counts itself.
    count: i32,
    arrays: bool,
    next: std::cell::Cell<usize>,
}

const ENTRIES: usize = 4;

impl Arguments {
    fn turn(&self) -> usize {
        let next = self.next.get();
        self.next.set(next + 1);
        next
    }

    fn text(&self) -> *mut c_char {
        let text = &self.texts[self.turn() % self.texts.len()];
        text.as_ref().map_or(null_mut(), |text| text.as_ptr().cast_mut())
    }

    fn number(&self) -> i32 {
        self.numbers[self.turn() % self.numbers.len()]
    }

    fn tree(&self) -> *mut cJSON {
        unsafe { cJSON_Parse(self.text()) } // NULL for what is not JSON
    }

    /// An array that `count` fits, or NULL.
    fn array<T>(&self, entry: impl Fn() -> T) -> *mut T {
        match self.arrays {
            true => Box::leak((0..ENTRIES).map(|_| entry()).collect::<Box<[T]>>()).as_mut_ptr(),
            false => null_mut(),
        }
    }

    fn service(&self) -> ST_IOTA_SERVICE_DATA_INFO {
        ST_IOTA_SERVICE_DATA_INFO {
            service_id: self.text(),
            event_time: self.text(),
            properties: self.text(),
        }
    }

    fn device(&self) -> ST_IOTA_DEVICE_DATA_INFO {
        ST_IOTA_DEVICE_DATA_INFO {
            device_id: self.text(),
            services: std::array::from_fn(|_| self.service()),
        }
    }

    fn message(&self) -> ST_IOTA_MESS_REP_INFO {
        ST_IOTA_MESS_REP_INFO {
            object_device_id: self.text(),
            name: self.text(),
            id: self.text(),
            content: self.text(),
            topicParas: self.text(),
        }
    }

    fn file(&self) -> ST_IOTA_UPLOAD_FILE {
        ST_IOTA_UPLOAD_FILE {
            file_name: self.text(),
            hash_code: self.text(),
            size: self.number().into(),
        }
    }

    fn mqtt5(&self) -> MQTTV5_DATA {
        MQTTV5_DATA {
            properties: self.array(|| MQTTV5_USER_PRO {
                key: self.text(),
                Value: self.text(),
                nex: null_mut(),
            }),
            contnt_type: self.text(),
            response_topic: self.text(),
            correlation_data: self.text(),
            topic_alias: self.number() as u32,
        }
    }
}

fn arguments() -> impl Strategy<Value = Arguments> {
    let text = prop_oneof![
        1 => Just(None),
        1 => Just(Some(Vec::new())),
        2 => prop_oneof!["[\\[\\]{},:\"0-9a-z\\\\ ]{0,20}", "[/+#$a-z=?]{0,12}"].prop_map(|t| Some(t.into_bytes())),
        1 => Just(Some(b"{\"a\":[1,{}]}".to_vec())),
        1 => prop::collection::vec(1u8..=255, 0..12).prop_map(Some),
        1 => Just(Some(vec![b'x'; 70_000])),
    ];
    let text = text.prop_map(|bytes| bytes.map(|bytes| CString::new(bytes).unwrap()));
    let number = prop_oneof![
        Just(i32::MIN),
        Just(-1),
        0..3i32,
        Just(11),
        Just(101),
        Just(255),
        Just(i32::MAX)
    ];
    (
        prop::collection::vec(text, 7..13),
        prop::collection::vec(number, 5..8),
        -2..=ENTRIES as i32,
        any::<bool>(),
    )
        .prop_map(|(texts, numbers, count, arrays)| Arguments {
            texts,
            numbers,
            count,
            arrays,
            next: 0.into(),
        })
}

/// Calls every function once; what each returned.
fn call_all(a: &Arguments) -> Vec<(&'static str, c_int)> {
    let context: *mut c_void = without_provenance_mut(1); // never dereferenced
    let t = || a.text();
    let n = || a.number();
    let services = || a.array(|| a.service());
    let devices = || a.array(|| a.device());
    let lens = || a.array(|| a.number());
    let mut statuses = ST_IOTA_DEVICE_STATUSES {
        event_time: t(),
        device_statuses: std::array::from_fn(|_| ST_IOTA_DEVICE_STATUS {
            device_id: t(),
            status: t(),
        }),
    };
    let mut added = ST_IOTA_SUB_DEVICE_INFO {
        event_time: t(),
        event_id: t(),
        deviceInfo: std::array::from_fn(|_| ST_IOTA_DEVICE_INFO {
            parent_device_id: t(),
            node_id: t(),
            device_id: t(),
            name: t(),
            description: t(),
            product_id: t(),
            extension_info: t(),
        }),
    };
    let mut deleted = ST_IOTA_DEL_SUB_DEVICE {
        event_time: t(),
        event_id: t(),
        delSubDevice: std::array::from_fn(|_| t()),
    };
    let mut info = ST_IOTA_DEVICE_INFO_REPORT {
        object_device_id: t(),
        event_time: t(),
        device_sdk_version: t(),
        sw_version: t(),
        fw_version: t(),
        device_ip: t(),
    };
    let result = ST_IOTA_DEVICE_CONFIG_RESULT {
        object_device_id: t(),
        result_code: n(),
        description: [b'd' as c_char; MaxDescriptionLen],
    };
    let mut response = ST_IOTA_COMMAND_RSP_V3 {
        mid: n(),
        errcode: n(),
        body: t(),
    };
    let version = ST_IOTA_OTA_VERSION_INFO {
        event_time: t(),
        sw_version: t(),
        fw_version: t(),
        object_device_id: t(),
    };
    let upgrade = ST_IOTA_UPGRADE_STATUS_INFO {
        event_time: t(),
        result_code: n(),
        progress: n(),
        description: t(),
        object_device_id: t(),
        version: t(),
    };
    let mut mqtt5 = a.mqtt5();
    let mut codes = Vec::new();
    macro_rules! call {
        ($($name:ident($($argument:expr_2021),* $(,)?);)*) => {
            $(codes.push((stringify!($name), unsafe { $name($($argument),*) }));)*
        };
    }
    call! {
        IOTA_MessageReport(t(), t(), t(), t(), t(), n(), context);
        IOTA_MessageDataReport(a.message(), context);
        IOTA_PropertiesReport(services(), a.count, n(), context);
        IOTA_BatchPropertiesReport(devices(), a.count, lens(), n(), context);
        IOTA_CommandResponse(t(), n(), t(), t(), context);
        IOTA_PropertiesSetResponse(t(), n(), t(), context);
        IOTA_PropertiesGetResponse(t(), services(), a.count, context);
        IOTA_GetDeviceShadow(t(), t(), t(), context);
        IOTA_M2MSendMsg(t(), t(), t(), t(), context);
        IOTA_ReportSubDeviceInfo(t(), context);
        IOTA_SubDeviceVersionReport(t(), context);
        IOTA_SubDeviceProductGetReport(a.tree(), context);
        IOTA_SubDeviceScanReport(a.tree(), context);
        IOTA_OTAVersionReport(version, context);
        IOTA_OTAStatusReport(upgrade, context);
        IOTA_SubscribeUserTopic(t());
        IOTA_SubscribeTopic(t(), n());
        IOTA_PropertiesReportV3(services(), a.count, context);
        IOTA_BinaryReportV3(t(), context);
        IOTA_CmdRspV3(&mut response, context);
        IOTA_CmdRspV3(null_mut(), context);
        IOTA_GetNTPTime(context);
        IOTA_Bootstrap(t());
        IOTA_UpdateSubDeviceStatus(&mut statuses, n(), context);
        IOTA_UpdateSubDeviceStatus(null_mut(), n(), context);
        IOTA_AddSubDevice(&mut added, n(), context);
        IOTA_AddSubDevice(null_mut(), n(), context);
        IOTA_GetLatestSoftBusInfo(t(), t(), context);
        IOTA_DelSubDevice(&mut deleted, n(), context);
        IOTA_DelSubDevice(null_mut(), n(), context);
        IOTA_ReportDeviceLog(t(), t(), t(), context);
        IOTA_ReportDeviceInfo(&mut info, context);
        IOTA_ReportDeviceInfo(null_mut(), context);
        IOTA_RptDeviceConfigRst(&result, context);
        IOTA_RptDeviceConfigRst(null_mut(), context);
        IOTA_GetUploadFileUrl(&a.file(), context);
        IOTA_GetDownloadFileUrl(null_mut(), context);
        IOTA_RawTopicMessageReport(t(), t(), n(), context);
        IOTA_UploadFileResultReport(t(), t(), n(), n(), t());
        IOTA_DownloadFileResultReport(t(), t(), n(), n(), t());
        IOTA_CommandResponseV5(t(), n(), t(), t(), context, &mut mqtt5);
        IOTA_BatchPropertiesReportV5(devices(), a.count, lens(), n(), context, &mut mqtt5);
        IOTA_PropertiesReportV5(services(), a.count, n(), context, &mut mqtt5);
        IOTA_MessageReportV5(a.message(), n(), context, &mut mqtt5);
        IOTA_RawTopicMessageReportV5(t(), t(), n(), context, &mut mqtt5);
        IOTA_BridgeDeviceLogin(t(), t(), t(), context);
        IOTA_BridgeDeviceLogout(t(), t(), context);
        IOTA_BridgeDeviceResetSecret(t(), t(), t(), t(), context);
        IOTA_BridgeDeviceMessagesReport(t(), t(), t(), t(), t(), context);
        IOTA_BridgeDevicePropertiesReport(t(), services(), a.count, context);
        IOTA_BridgeDeviceBatchPropertiesReport(t(), devices(), a.count, lens(), context);
        IOTA_BridgeDevicePropertiesSetResponse(t(), t(), n(), t(), context);
        IOTA_BridgeDevicePropertiesGetResponse(t(), t(), services(), a.count, context);
        IOTA_BridgeDeviceGetDeviceShadow(t(), t(), t(), t(), context);
        IOTA_BridgeDeviceCommandResponse(t(), t(), n(), t(), t(), context);
        IOTA_BridgeDeviceUpdateSubDeviceStatus(t(), &mut statuses, n(), context);
        IOTA_BridgeDeviceAddSubDevice(t(), &mut added, n(), context);
        IOTA_BridgeDeviceDelSubDevice(t(), &mut deleted, n(), context);
        IOTA_BridgeDeviceGetUploadFileUrl(t(), &a.file(), context);
        IOTA_BridgeDeviceGetDownloadFileUrl(t(), &a.file(), context);
        IOTA_BridgeDeviceReportDeviceInfo(t(), &mut info, context);
        IOTA_BridgeDeviceGetNTPTime(t(), context);
        IOTA_BridgeDeviceGetLatestSoftBusInfo(t(), t(), t(), context);
        IOTA_BridgeDeviceReportDeviceLog(t(), t(), t(), t(), context);
        IOTA_BridgeDisConnect();
        IOTA_AnomalyFileReport(a.array(|| ANOMALY_MALICIOUS_FILE { file: t(), desc: t() }), a.count);
        IOTA_AnomalyCveValnerabilityReport(
            a.array(|| ANOMALY_CVE_VNLNERABILITY { cve_number: t(), vulnerability_name: t(), desc: t() }),
            a.count,
        );
        IOTA_AnomalyProtocolReport(a.array(|| ANOMALY_PROTOCOL { protocol: t(), version: t(), desc: t() }), a.count);
        IOTA_AnomalyUnsafeFunctionReport(a.array(|| ANOMALY_UNSAFE_FUNCTION { name: t(), desc: t() }), a.count);
        IOTA_AnomalyAbnormalProcessReport(
            a.array(|| ANOMALY_ABNORMAL_PROCES { pid: t(), cmd: t(), desc: t() }),
            a.count,
        );
    }
    codes
}

fn refused(a: &Arguments) -> Result<(), TestCaseError> {
    for (name, code) in call_all(a) {
        prop_assert!(matches!(code, -1 | -101 | -109 | -110), "{name} returned {code}");
    }
    Ok(())
}

#[test]
fn whatever_the_arguments_each_call_ends_in_a_refusal() {
    if ran_alone("sending_border::whatever_the_arguments_each_call_ends_in_a_refusal") {
        return;
    }
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(150));
    runner.run(&arguments(), |a| refused(&a)).unwrap();

    let work_dir = tempfile::tempdir().unwrap();
    let path = CString::new(work_dir.path().to_str().unwrap()).unwrap();
    let id = c"dev".as_ptr().cast_mut();
    unsafe {
        assert_eq!(IOTA_Init(path.as_ptr().cast_mut()), 0);
        assert_eq!(IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, id), 0);
    }
    runner.run(&arguments(), |a| refused(&a)).unwrap();
    unsafe { IOTA_Destroy() };
}
