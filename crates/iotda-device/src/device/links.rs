//! The near link of a device: sessions with the other members of its soft buses, on the LAN.

use std::net::IpAddr;
use std::sync::{Arc, Weak};

use ::nearlink::code::{self, Code};
use ::nearlink::component::{Component, INIT_CLIENT, INIT_SERVICE, InitError};
use ::nearlink::events::CallbackQueue;
use ::nearlink::program::{Callbacks, Check, KeySource, Observer};
use ::nearlink::settings::Settings;
use ::nearlink::view::View;
use base::sync::Mutex;

use super::runner::inside_callback;
use super::{Device, Shared};
use crate::softbus::Text;

/// What [`Near::join`] did for a bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    pub bus_id: Text,
    /// Whether this device is the first member, which the others connect to.
    pub first: bool,
    /// Why it does not listen or is not connected yet. Connections are tried again until [`Near::close`].
    pub result: Result<(), InitError>,
}

/// The links of a device with the other members of its soft buses. What comes of them the
/// [`Listener`](super::Listener) hears: `near_received`, `near_sent`. Group data is kept fresh by itself from the first
/// [`Near::serve`], [`Near::connect`] or [`Near::join`] on; a change reaches [`Listener::event`](super::Listener::event).
///
/// All methods may be called on any thread and inside any callback.
pub struct Near<'a>(&'a Device);

impl Device {
    /// The links with the other members of this device's soft buses. A process's C functions have a near link of their own,
    /// which this is not.
    pub fn near(&self) -> Near<'_> {
        Near(self)
    }
}

impl Near<'_> {
    /// The settings of the next link, in place of those of the environment (docs/spec/nearlink.md#settings).
    pub fn configure(&self, settings: Settings) {
        *self.0.shared.near_settings.lock() = Some(settings);
    }

    /// Accepts connections of members at this address of this device.
    pub fn serve(&self, address: IpAddr) -> Result<(), InitError> {
        self.init(INIT_SERVICE, address.to_string().as_bytes())
    }

    /// Connects to members that accept connections, in order, and stays connected. Blocks until all are authenticated; the first
    /// failure ends the call. What was tried is tried again until [`Near::close`].
    pub fn connect(&self, addresses: &[IpAddr]) -> Result<(), InitError> {
        let list: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
        self.init(INIT_CLIENT, list.join(",").as_bytes())
    }

    /// Ends all links, then sets up that of each bus of this device as the group data has it: its first member accepts
    /// connections, the others connect to it. Blocks as [`Near::connect`] does.
    pub fn join(&self) -> Vec<Joined> {
        self.close();
        self.0.near_role_asked();
        let shared = &self.0.shared;
        let own = shared.device_id().unwrap_or_default();
        let view = shared.roster.view();
        let buses = view
            .buses()
            .iter()
            .filter(|bus| bus.live() && bus.lists(own.as_bytes()));
        let join = |bus: &Arc<crate::softbus::Bus>| {
            let master = bus.devices.get(0)?;
            let first = master.device_id == own.as_bytes();
            let role = if first { INIT_SERVICE } else { INIT_CLIENT };
            Some(Joined {
                bus_id: bus.bus_id.clone(),
                first,
                result: self.init(role, master.device_ip),
            })
        };
        buses.filter_map(join).collect()
    }

    /// Sends 1 to 2018 bytes to a linked device; exactly one `near_sent` follows. `Err`: not accepted, none follows.
    pub fn send(&self, device_id: &str, data: &[u8]) -> Result<(), Code> {
        match self.component().send(Some(device_id.as_bytes()), Some(data)) {
            code::SUCCESS => Ok(()),
            code => Err(code),
        }
    }

    /// Whether an authenticated session with this device stands.
    pub fn is_linked(&self, device_id: &str) -> bool {
        self.component().is_linked(device_id)
    }

    /// Ends all links and stops connecting. Every accepted message has had its `near_sent` when this returns.
    pub fn close(&self) {
        self.component().close();
    }

    fn init(&self, role: u32, list: &[u8]) -> Result<(), InitError> {
        self.component().init(role, Some(list))
    }

    fn component(&self) -> &Arc<Component> {
        let shared = &self.0.shared;
        shared.links.get_or_init(|| component(shared))
    }
}

/// A component that knows the device's groups, and whose links tell the device what they notice.
fn component(shared: &Arc<Shared>) -> Arc<Component> {
    let device = WeakDevice(Arc::downgrade(shared));
    let settings = device.clone();
    let component = Arc::new(Component::new(move || {
        let chosen = settings.with(|device| device.shared.near_settings.lock().clone());
        let variable = |name: &str| base::process::variable(name)?.into_string().ok();
        chosen.flatten().unwrap_or_else(|| Settings::from_variables(variable))
    }));
    component.set_callback_queue(Some(Arc::new(device.clone())));
    component.set_observer(Some(Arc::new(device.clone())));
    component.register(callbacks(device));
    let linked = Arc::downgrade(&component);
    shared.roster.set_linked(Arc::new(move |id| {
        let component = linked.upgrade();
        component.is_some_and(|component| std::str::from_utf8(id).is_ok_and(|id| component.is_linked(id)))
    }));
    let (follower, roster) = (Arc::downgrade(&component), Arc::downgrade(&shared.roster));
    // Changes on two threads at once must not leave the older view behind.
    let order = Mutex::new(());
    let follow = move || {
        let _one_at_a_time = order.lock();
        if let (Some(component), Some(roster)) = (follower.upgrade(), roster.upgrade()) {
            component.set_view(View::from(&*roster.view()));
        }
    };
    follow();
    shared.roster.watch(Arc::new(follow));
    component
}

fn callbacks(device: WeakDevice) -> Callbacks {
    let (receiver, sender) = (device.clone(), device.clone());
    Callbacks {
        send_result: Some(Arc::new(move |id, code| {
            sender.with(|device| device.shared.listener.near_sent(id, code));
        })),
        received: Some(Arc::new(move |id, message| {
            receiver.with(|device| device.shared.listener.near_received(id, message.data()));
        })),
        is_valid_ip: Some(Check::View),
        is_valid_device_id: Some(Check::View),
        auth_key: Some(KeySource::View),
        device_id: Some(Arc::new(move || {
            device.with(|device| device.device_id().ok()).flatten()
        })),
    }
}

/// A device that its links do not keep alive.
#[derive(Clone)]
struct WeakDevice(Weak<Shared>);

impl WeakDevice {
    fn with<R>(&self, act: impl FnOnce(&Device) -> R) -> Option<R> {
        let shared = self.0.upgrade()?;
        Some(act(&Device { shared }))
    }
}

impl CallbackQueue for WeakDevice {
    fn post(&self, job: Box<dyn FnOnce() + Send>) {
        self.with(|device| device.shared.post(job));
    }

    fn is_current(&self) -> bool {
        inside_callback()
    }
}

impl Observer for WeakDevice {
    fn role_asked(&self) {
        self.with(Device::near_role_asked);
    }

    fn knock(&self) -> bool {
        self.with(Device::near_knock).unwrap_or(false)
    }

    fn unreachable(&self, address: IpAddr) {
        self.with(|device| device.near_unreachable(address));
    }

    fn settled(&self, address: Option<IpAddr>) {
        self.with(|device| device.near_settled(address));
    }
}
