//! Reports of anomalies that the program itself detected. Declares nothing unless SECURITY_AWARENESS_ENABLE is defined.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use crate::arguments::texts;
use crate::call;
use iotda_device::device::unix_ms;
use iotda_device::protocol::uplink::anomaly;

header!(
    HW_REPORT_ANOMALY_H,
    "#ifdef SECURITY_AWARENESS_ENABLE",
    "hw_type.h",
    "#endif"
);

c_verbatim!("#ifdef SECURITY_AWARENESS_ENABLE");

/// An unsafe function in use.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ANOMALY_UNSAFE_FUNCTION {
    pub name: *mut c_char,
    pub desc: *mut c_char,
}

/// An unsafe protocol in use.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ANOMALY_PROTOCOL {
    pub protocol: *mut c_char,
    pub version: *mut c_char,
    pub desc: *mut c_char,
}

/// A known vulnerability.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ANOMALY_CVE_VNLNERABILITY {
    pub cve_number: *mut c_char,
    pub vulnerability_name: *mut c_char,
    pub desc: *mut c_char,
}

/// A malicious file.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ANOMALY_MALICIOUS_FILE {
    pub file: *mut c_char,
    pub desc: *mut c_char,
}

/// An abnormal process.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ANOMALY_ABNORMAL_PROCES {
    pub pid: *mut c_char,
    pub cmd: *mut c_char,
    pub desc: *mut c_char,
}

exported!(
    -1,
    /// Reports malicious files (`security_log_report` of type FILE_REPORT on `$oc/devices/<id>/sys/events/up`), whatever
    /// the platform has switched on.
    ///
    /// - `maliciousFile`: array, not NULL; NULL members are left out.
    /// - `contentNum`: entries in it, 1 or more.
    ///
    /// Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context.
    /// See docs/spec/uplink.md#anomaly.
    pub fn IOTA_AnomalyFileReport(maliciousFile: *mut ANOMALY_MALICIOUS_FILE, contentNum: c_int) -> c_int {
        // SAFETY: the caller passes NULL or `contentNum` entries of NULL or C strings.
        let items = unsafe { texts(maliciousFile, contentNum, |item| [item.file, item.desc]) };
        call::report(FUNCTION, null_mut(), |own| {
            anomaly::files(own, items.as_deref(), contentNum, unix_ms())
        })
    }
);

exported!(
    -1,
    /// Reports known vulnerabilities (`security_log_report` of type CVE_VULNERABILITY_REPORT on
    /// `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
    ///
    /// - `cveLoophole`: array, not NULL; NULL members are left out.
    /// - `contentNum`: entries in it, 1 or more.
    ///
    /// Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context.
    /// See docs/spec/uplink.md#anomaly.
    pub fn IOTA_AnomalyCveValnerabilityReport(cveLoophole: *mut ANOMALY_CVE_VNLNERABILITY, contentNum: c_int) -> c_int {
        // SAFETY: the caller passes NULL or `contentNum` entries of NULL or C strings.
        let items = unsafe {
            texts(cveLoophole, contentNum, |item| {
                [item.cve_number, item.vulnerability_name, item.desc]
            })
        };
        call::report(FUNCTION, null_mut(), |own| {
            anomaly::vulnerabilities(own, items.as_deref(), contentNum, unix_ms())
        })
    }
);

exported!(
    -1,
    /// Reports unsafe protocols in use (`security_log_report` of type PROTOCOL_REPORT on `$oc/devices/<id>/sys/events/up`),
    /// whatever the platform has switched on.
    ///
    /// - `unsafeProtocol`: array, not NULL; NULL members are left out.
    /// - `contentNum`: entries in it, 1 or more.
    ///
    /// Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context.
    /// See docs/spec/uplink.md#anomaly.
    pub fn IOTA_AnomalyProtocolReport(unsafeProtocol: *mut ANOMALY_PROTOCOL, contentNum: c_int) -> c_int {
        // SAFETY: the caller passes NULL or `contentNum` entries of NULL or C strings.
        let items = unsafe {
            texts(unsafeProtocol, contentNum, |item| {
                [item.protocol, item.version, item.desc]
            })
        };
        call::report(FUNCTION, null_mut(), |own| {
            anomaly::protocols(own, items.as_deref(), contentNum, unix_ms())
        })
    }
);

exported!(
    -1,
    /// Reports unsafe functions in use (`security_log_report` of type UNSAFE_FUNCTION_REPORT on
    /// `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
    ///
    /// - `unsafeFunction`: array, not NULL; NULL members are left out.
    /// - `contentNum`: entries in it, 1 or more.
    ///
    /// Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context.
    /// See docs/spec/uplink.md#anomaly.
    pub fn IOTA_AnomalyUnsafeFunctionReport(unsafeFunction: *mut ANOMALY_UNSAFE_FUNCTION, contentNum: c_int) -> c_int {
        // SAFETY: the caller passes NULL or `contentNum` entries of NULL or C strings.
        let items = unsafe { texts(unsafeFunction, contentNum, |item| [item.name, item.desc]) };
        call::report(FUNCTION, null_mut(), |own| {
            anomaly::unsafe_functions(own, items.as_deref(), contentNum, unix_ms())
        })
    }
);

exported!(
    -1,
    /// Reports abnormal processes (`security_log_report` of type ABNORMAL_PROCESS_REPORT on
    /// `$oc/devices/<id>/sys/events/up`), whatever the platform has switched on.
    ///
    /// - `abnormalProcess`: array, not NULL; NULL members are left out.
    /// - `contentNum`: entries in it, 1 or more.
    ///
    /// Returns 0 when accepted; -1 for NULL, a `contentNum` below 1, a full queue, or when not
    /// connected and not reconnecting. Never blocks. Any thread, callbacks included. The outcome
    /// comes by PUBLISH_SUCCESS or PUBLISH_FAILURE with a NULL context.
    /// See docs/spec/uplink.md#anomaly.
    pub fn IOTA_AnomalyAbnormalProcessReport(
        abnormalProcess: *mut ANOMALY_ABNORMAL_PROCES,
        contentNum: c_int,
    ) -> c_int {
        // SAFETY: the caller passes NULL or `contentNum` entries of NULL or C strings.
        let items = unsafe { texts(abnormalProcess, contentNum, |item| [item.pid, item.cmd, item.desc]) };
        call::report(FUNCTION, null_mut(), |own| {
            anomaly::processes(own, items.as_deref(), contentNum, unix_ms())
        })
    }
);

c_verbatim!("#endif");
