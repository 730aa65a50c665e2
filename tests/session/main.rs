//! Sessions and devices, by the crates and by the C ABI, against the platform simulator. What uses
//! the one device of the C ABI, the environment, the current directory or the log's sink runs in a
//! process of its own (`alone`).

#[path = "../support/alone.rs"]
mod alone;
mod attacks;
#[cfg(target_os = "linux")]
mod burst;
mod chaos;
mod connection_options;
mod default_transfers;
mod device_services;
mod formats;
mod group;
mod insecure_settings;
mod kept;
mod log_callback;
mod platform;
mod platform_rules;
mod rumqttc_facts;
mod sending_border;
mod spool_kill;
