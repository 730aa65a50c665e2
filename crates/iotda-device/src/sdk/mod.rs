//! The device SDK as a Rust program uses it: one handle, values of serde, typed events.

mod answer;
mod builder;
mod delivery;
mod device;
mod event;
mod failure;
mod gateway;
mod group;
mod hub;
mod program;
mod stream;

pub use answer::Answer;
pub use builder::Builder;
pub use delivery::Delivery;
pub use device::Device;
pub use event::{
    Command, Event, FileUrl, Message, PropertyGet, PropertySet, ServiceShadow, Shadow, StandardMessage, SubDevice,
    Upgrade,
};
pub use failure::Failure;
pub use gateway::{ChildReport, NewSubDevice};
pub use group::{Bus, BusKey, Member, SoftBus};
pub use stream::Events;
