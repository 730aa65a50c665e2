//! Reports of anomalies on the device.

pub mod detect_anomaly;
pub mod report_anomaly;
