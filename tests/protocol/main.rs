//! The public vectors of the protocol, the rules and the soft bus, played without a network.

#[path = "../support/alone.rs"]
mod alone;
mod downlink_vectors;
mod rules_vectors;
#[cfg(target_os = "linux")]
mod softbus_memory;
mod softbus_vectors;
mod uplink_vectors;
