//! The platform's services, without sockets: each module takes what a device published and answers with downlinks.
//! All of them speak of a device by its own topics; what a bridged device gets is turned round in one place,
//! [`bridge::Bridges::reroute`], just before it is sent. `operator` has what the platform does unasked.

pub mod bootstrap;
pub mod bridge;
pub mod commands;
pub mod devices;
mod event;
pub mod files;
pub mod gateway;
pub mod groups;
pub mod m2m;
pub mod messages;
mod operator;
pub mod outcome;
pub mod properties;
pub mod request;
pub mod requests;
pub mod sdk_info;
pub mod services;
pub mod shadow;
pub mod softbus;
pub mod time_sync;
pub mod topics;
pub mod v3;
pub mod weight;
