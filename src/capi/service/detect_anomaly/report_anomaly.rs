//! Reports of anomalies that the program itself detected. Declares nothing unless SECURITY_AWARENESS_ENABLE is defined.

use std::ffi::c_char;

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

c_verbatim!("#endif");
