//! Soft bus, subscriptions, board data and anomaly reports.

pub mod detect_anomaly;
pub mod soft_bus_datatrans;
pub mod soft_bus_init;
pub mod subscribe;
pub mod sys_hal;
