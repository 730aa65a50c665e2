//! The roster: which soft buses exist, who is a member, and the group secrets
//! (docs/spec/softbus.md#fill, docs/spec/softbus.md#lookups, docs/spec/softbus.md#view).
//!
//! Two copies are kept: the *registry* (the last response, as programs see it) and the *view* (what the near-field link may
//! rely on). Readers take the current copy and never wait for an update; updates come one at a time.

mod bus;
pub mod kept;
pub mod paras;
pub mod refresh;
mod registry;
mod view;

use std::sync::Arc;

use base::sync::{Mutex, RwLock};
use zeroize::Zeroizing;

pub use bus::{ABSENT, Bus, DELETED, Key, Member, Members, Text};
pub use registry::Registry;

use crate::protocol::downlink::GroupVersion;
use bus::shown;
use paras::{Node, Reading};
use view::{Asked, Change, Queries};

/// How a response reached the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// It arrived on the own topic and its object is absent or the own id: it may change the view.
    pub own: bool,
    /// The connection is protected by TLS.
    pub tls: bool,
}

/// Follows the registry synchronously: the C struct behind `getSoftBusTotal`.
pub trait Mirror: Sync {
    /// The registry was replaced. Runs while updates are locked out: neither logs nor calls the roster.
    fn replaced(&self, registry: &Registry);
    /// The program released the registry. As for [`Mirror::replaced`].
    fn released(&self);
    /// Runs after each [`Mirror::replaced`], without locks.
    fn after_replaced(&self, _registry: &Registry) {}
}

/// Called after a change, without locks, on the thread that made it.
pub type Watcher = Arc<dyn Fn() + Send + Sync>;

/// Whether this device is linked now. Runs while updates are locked out: neither logs nor calls the roster.
pub type IsLinked = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;

#[derive(Default)]
struct Copies {
    registry: Arc<Registry>,
    view: Arc<Registry>,
}

/// The soft buses that a device knows.
#[derive(Default)]
pub struct Roster {
    copies: RwLock<Copies>,
    /// Held during an update: the order of updates is that of the mirror too.
    queries: Mutex<Queries>,
    mirror: Option<&'static dyn Mirror>,
    watchers: Mutex<Vec<Watcher>>,
    linked: RwLock<Option<IsLinked>>,
}

impl Roster {
    /// An empty roster.
    pub fn new() -> Roster {
        Roster::default()
    }

    /// An empty roster whose registry is shown in `mirror`, which is empty too.
    pub fn mirrored(mirror: &'static dyn Mirror) -> Roster {
        Roster {
            mirror: Some(mirror),
            ..Roster::default()
        }
    }

    /// Takes in the `paras` of a `$oh_soft_bus` service of an `events/down` message, whatever its event type. False when
    /// they say nothing about buses, so that the registry stays as it was.
    pub fn response<'a, N: Node<'a>>(&self, paras: Option<N>, origin: Origin) -> bool {
        let Some(reading) = paras.map(paras::read) else {
            return false;
        };
        let answers = reading.buses.is_some() || reading.failure.is_some();
        let taken = self.take(&reading, |queries| {
            // the answer for a child or a bridged device belongs to none of the queries counted here
            (origin.own && answers).then(|| queries.answered())
        });
        report(&reading);
        let has_key = |buses: &Vec<Arc<Bus>>| buses.iter().any(|bus| bus.key.usable());
        if !origin.tls && reading.buses.as_ref().is_some_and(has_key) {
            base::lines::bus_key_in_clear();
        }
        taken
    }

    /// Takes in what `paras` handed over by the program say (read by [`paras::read`]); they count as an answer about all
    /// buses. False as for [`Roster::response`].
    pub fn assign(&self, reading: &Reading) -> bool {
        let taken = self.take(reading, |_| Some(Asked::AllBuses));
        report(reading);
        taken
    }

    /// Takes in a group list of the own device (own topic, object absent or the own id). The view drops deleted buses at
    /// once; the registry waits for the answer to the query that follows.
    pub fn group_list(&self, groups: &[GroupVersion]) {
        let deleted = groups.iter().filter(|group| group.version == Some(DELETED));
        let deleted: Vec<&[u8]> = deleted.map(|group| group.bus_id.to_bytes()).collect();
        if deleted.is_empty() {
            return;
        }
        {
            let _updates = self.queries.lock();
            let Some(next) = view::after_deletion(&self.view(), &deleted) else {
                return;
            };
            self.copies.write().view = next;
        }
        self.notify();
        for bus_id in deleted {
            base::info!("soft bus: the group of bus {} was deleted", shown(bus_id));
        }
    }

    /// Counts a query of the own device as sent, about one bus or all. Call it before handing the query to the transport,
    /// so that its answer cannot arrive first.
    pub fn query_sent(&self, bus_id: Option<&[u8]>) {
        self.queries.lock().sent(bus_id, None);
    }

    /// Takes [`Roster::query_sent`] back: the transport refused the query.
    pub fn query_withdrawn(&self, bus_id: Option<&[u8]>) {
        self.queries.lock().withdrawn(bus_id, None);
    }

    /// As [`Roster::query_sent`], for a query with this event id that the library makes by itself.
    pub fn refresh_sent(&self, bus_id: &[u8], event_id: &[u8]) {
        self.queries.lock().sent(Some(bus_id), Some(event_id));
    }

    /// Takes [`Roster::refresh_sent`] back.
    pub fn refresh_withdrawn(&self, bus_id: &[u8], event_id: &[u8]) {
        self.queries.lock().withdrawn(Some(bus_id), Some(event_id));
    }

    /// Takes in a response of the own device if the library asked for it by itself; `None` when it did not. `Some(true)`: it
    /// says something new, which the program is to be told; `may_tell` is asked before, and holds it back by `false`.
    pub fn refreshed<'a, N: Node<'a>>(
        &self,
        paras: N,
        event_id: Option<&[u8]>,
        may_tell: impl FnOnce() -> bool,
    ) -> Option<bool> {
        if !self.queries.lock().await_library() {
            return None; // before a long answer is read: it is read again for the program
        }
        let reading = paras::read(paras);
        if reading.buses.is_none() && reading.failure.is_none() {
            return None;
        }
        let linked = self.linked.read().clone();
        let (tell, stored) = {
            let mut queries = self.queries.lock();
            let asked = queries.answered_library(event_id)?;
            let answer = Arc::new(Registry::new(reading.buses.clone().unwrap_or_default()));
            match view::after_response(&self.view(), asked, &reading, &answer) {
                None => (false, None),
                Some(view) => self.follow_refresh(asked, &answer, view, linked.as_ref(), may_tell),
            }
        };
        self.notify();
        if let (Some(mirror), Some(registry)) = (self.mirror, stored) {
            mirror.after_replaced(&registry);
        }
        if reading.failure.is_some() || tell {
            report(&reading);
        }
        Some(tell)
    }

    /// While updates are locked out. Whether the program is to be told, and the registry that was replaced by it.
    fn follow_refresh(
        &self,
        asked: Asked,
        answer: &Arc<Registry>,
        view: Arc<Registry>,
        linked: Option<&IsLinked>,
        may_tell: impl FnOnce() -> bool,
    ) -> (bool, Option<Arc<Registry>>) {
        let known = self.registry();
        let next = match asked {
            Asked::AllBuses => answer.buses().to_vec(),
            Asked::OneBus => view::merged(known.buses(), answer.buses()),
        };
        let change = view::change(known.buses(), &next, |id| linked.is_some_and(|linked| linked(id)));
        let tell = change == Change::News && may_tell();
        let replaced = (tell || change == Change::LinkedAddresses).then(|| Arc::new(Registry::new(next)));
        let old = {
            let mut copies = self.copies.write();
            let old_view = std::mem::replace(&mut copies.view, view);
            let old = replaced.clone().map(|new| std::mem::replace(&mut copies.registry, new));
            (old_view, old)
        };
        drop(old); // freed while readers go on
        if let (Some(mirror), Some(registry)) = (self.mirror, &replaced) {
            mirror.replaced(registry);
        }
        (tell, replaced)
    }

    /// Who knows which devices are linked at this moment.
    pub fn set_linked(&self, linked: IsLinked) {
        *self.linked.write() = Some(linked);
    }

    /// The live buses of this device, each with whether one of its members has no address; that may be this device itself, which
    /// the list then leaves out.
    pub fn own_buses(&self, own: &[u8]) -> Vec<(Text, bool)> {
        let view = self.view();
        let of_own = view
            .buses()
            .iter()
            .filter(|bus| bus.live() && (bus.lists(own) || bus.unaddressed > 0));
        of_own
            .map(|bus| {
                let incomplete = bus.devices.iter().any(|member| member.device_ip.is_empty());
                (bus.bus_id.clone(), incomplete || bus.unaddressed > 0)
            })
            .collect()
    }

    /// A new MQTT connection: answers to older queries will not come.
    pub fn forget_queries(&self) {
        self.queries.lock().forget();
    }

    /// Empties the registry on the program's request (`releaseSoftBusCache`). The view, which only the platform changes,
    /// stays.
    pub fn release(&self) {
        {
            let _updates = self.queries.lock();
            self.copies.write().registry = Arc::default();
            if let Some(mirror) = self.mirror {
                mirror.released();
            }
        }
        self.notify();
    }

    /// The registry of this moment: all buses of the last response.
    pub fn registry(&self) -> Arc<Registry> {
        self.copies.read().registry.clone()
    }

    /// What the near-field link may rely on at this moment.
    pub fn view(&self) -> Arc<Registry> {
        self.copies.read().view.clone()
    }

    /// `isValidIP`: whether some bus lists this address text.
    pub fn has_address(&self, device_ip: &[u8]) -> bool {
        self.registry().has_address(device_ip)
    }

    /// `isValidDeviceID`: whether some bus lists this device id.
    pub fn has_device(&self, device_id: &[u8]) -> bool {
        self.registry().has_device(device_id)
    }

    /// `getIpAddr`: the first known address of a device.
    pub fn address_of(&self, device_id: &[u8]) -> Option<Text> {
        self.registry().address_of(device_id).map(Into::into)
    }

    /// `getAuthKey`: see [`Registry::auth_key`].
    pub fn auth_key(&self, own: &[u8], source: &[u8], target: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.registry().auth_key(own, source, target)
    }

    /// The version of a bus; [`DELETED`] for a deleted group; `None` for an unknown bus.
    pub fn version(&self, bus_id: &[u8]) -> Option<i64> {
        self.copies.read().registry.bus(bus_id).map(|bus| bus.version)
    }

    /// Calls `watcher` after each change of the registry or the view, as long as the roster lives.
    pub fn watch(&self, watcher: Watcher) {
        self.watchers.lock().push(watcher);
    }

    /// Stores a reading; `asked` tells whether and how it changes the view.
    fn take(&self, reading: &Reading, asked: impl FnOnce(&mut Queries) -> Option<Asked>) -> bool {
        let Some(buses) = &reading.buses else {
            asked(&mut self.queries.lock());
            return false;
        };
        let registry = Arc::new(Registry::new(buses.clone()));
        {
            let mut queries = self.queries.lock();
            let next =
                asked(&mut queries).and_then(|asked| view::after_response(&self.view(), asked, reading, &registry));
            let mut copies = self.copies.write();
            let old = std::mem::replace(&mut copies.registry, registry.clone());
            let old_view = next.map(|view| std::mem::replace(&mut copies.view, view));
            drop(copies);
            drop((old, old_view)); // freed while readers go on
            if let Some(mirror) = self.mirror {
                mirror.replaced(&registry);
            }
        }
        self.notify(); // before any log line: the program's log callback may take its time
        if let Some(mirror) = self.mirror {
            mirror.after_replaced(&registry);
        }
        true
    }

    fn notify(&self) {
        let watchers = self.watchers.lock().clone();
        for watcher in watchers {
            watcher();
        }
    }
}

fn report(reading: &Reading) {
    if let Some(failure) = &reading.failure {
        base::lines::bus_query_refused(&shown(&failure.code), &shown(&failure.text));
    }
    if reading.malformed_devices > 0 {
        base::lines::bus_devices_left_out(&reading.malformed_devices);
    }
    if let Some(buses) = &reading.buses {
        let devices: usize = buses.iter().map(|bus| bus.devices.len()).sum();
        base::info!("soft bus: {} bus(es) with {devices} device(s)", buses.len());
    }
}

#[cfg(test)]
mod tests;
