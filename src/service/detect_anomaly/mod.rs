//! Reports of anomalies on the device.

#[allow(clippy::module_inception)] // header and directory share the name
pub mod detect_anomaly;
pub mod report_anomaly;
