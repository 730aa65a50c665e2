//! What exported functions share: results as codes, reports and subscriptions of the process's device.

use std::ffi::{c_int, c_void};
use std::sync::Arc;

use super::last_error;
use super::process::device;
use iotda_device::device::Device;
use iotda_device::error::{Error, Result};
use iotda_device::protocol::topics::Subscription;
use iotda_device::protocol::uplink::file::{Direction, File};
use iotda_device::protocol::uplink::properties::{self, ServiceData};
use iotda_device::protocol::uplink::{Encoding, Message};
use iotda_device::transport::Properties;

/// The code of a call that returns 0 or an error code; a refusal is logged.
pub fn code(function: &str, result: Result<()>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(cause) => refused(function, &cause),
    }
}

/// The code of a call that returns a message id or an error code.
pub fn id_code(function: &str, result: Result<u16>) -> c_int {
    match result {
        Ok(id) => c_int::from(id),
        Err(cause) => refused(function, &cause),
    }
}

/// Logs why a call was refused; its code.
pub fn refused(function: &str, cause: &Error) -> c_int {
    last_error::set(function, cause); // first: a log callback may ask for it
    base::lines::call_refused(&function, &cause, &cause.id());
    cause.code()
}

/// Queues a report built by `build` from the own device id; 0 or an error code ("R0" functions).
pub fn report(function: &str, context: *mut c_void, build: impl FnOnce(&str) -> Result<Message>) -> c_int {
    code(function, publish(context, None, None, build).map(drop))
}

/// Queues a report; its message id or an error code ("RID" functions).
pub fn report_id(function: &str, context: *mut c_void, build: impl FnOnce(&str) -> Result<Message>) -> c_int {
    id_code(function, publish(context, None, None, build))
}

/// Queues what `build` makes from the own device id, with the configured QoS or `qos`. Arguments are judged first, so that a
/// bad one has its own code in every state.
pub fn publish(
    context: *mut c_void,
    qos: Option<u8>,
    properties: Option<Box<Properties>>,
    build: impl FnOnce(&str) -> Result<Message>,
) -> Result<u16> {
    let device = device();
    let own = own_id(&device);
    let message = build(own.as_deref().unwrap_or_default())?;
    send(device, own, message, qos, context, properties)
}

fn own_id(device: &Result<Arc<Device>>) -> Result<String> {
    device.as_ref().map_err(Error::clone)?.device_id()
}

fn send(
    device: Result<Arc<Device>>,
    own: Result<String>,
    message: Message,
    qos: Option<u8>,
    context: *mut c_void,
    properties: Option<Box<Properties>>,
) -> Result<u16> {
    let device = device?;
    own?;
    device.publish(message, qos, context as usize, properties)
}

/// Queues a property report of the device, or with `bridged` of that one behind this bridge.
pub fn report_properties(
    bridged: Option<&[u8]>,
    services: Option<&[ServiceData<'_>]>,
    count: c_int,
    compress_flag: c_int,
    context: *mut c_void,
    mqtt5: Option<Box<Properties>>,
) -> Result<u16> {
    let encoding = Encoding::from_flag(compress_flag)?;
    let services = properties::given(services, count)?;
    device()?.report_properties(bridged, services, encoding, context as usize, mqtt5)
}

/// Asks for the address of a file of the device itself.
pub fn request_file_url(direction: Direction, file: Option<&File<'_>>, context: *mut c_void) -> Result<()> {
    let file = file.ok_or(Error::Argument("the file description is NULL"))?;
    device()?.request_file_url(direction, file, context as usize).map(drop)
}

/// Subscribes to the filter built from the own device id; its message id or -1.
pub fn subscribe(function: &str, qos: c_int, filter: impl FnOnce(&str) -> Result<String>) -> c_int {
    let device = device();
    let filter = own_id(&device).and_then(|own| filter(&own));
    subscribe_to(function, qos, device, filter)
}

fn subscribe_to(function: &str, qos: c_int, device: Result<Arc<Device>>, filter: Result<String>) -> c_int {
    let subscribe = || {
        let qos = u8::try_from(qos).map_err(|_| Error::State("a subscription's QoS is 0 or 1"))?;
        device?.subscribe(filter?, qos)
    };
    match subscribe() {
        Ok(id) => c_int::from(id),
        Err(cause) => {
            refused(function, &cause);
            -1
        }
    }
}

/// The six subscriptions of `SubscribeAll`.
pub fn subscribe_all(function: &str, qos: c_int) {
    for one in Subscription::ALL {
        subscribe(function, qos, |own| one.filter(own));
    }
}
