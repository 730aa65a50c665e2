//! Group data kept fresh: what the near link notices and what the platform answers, driven through [`Refresh`].

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::net::{IpAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::{ADDRESS_CHECK, Device, REFRESH, Shared, random};
use crate::error::Result;
use crate::protocol::downlink::{Event, EventParas};
use crate::protocol::json::Json;
use crate::protocol::topics::Origin;
use crate::protocol::uplink;
use crate::softbus::Text;
use crate::softbus::refresh::Refresh;
use crate::transport::pacing;

/// How often the own address is looked at.
const LOOK_AT_ADDRESS: Duration = Duration::from_secs(3);

impl Device {
    /// A near-link role was asked for: from now on group data is kept fresh.
    pub fn near_role_asked(&self) {
        self.shared.near(|refresh, now| refresh.role_asked(now, random()));
        self.shared.follow_group_data();
        self.shared.watch_address();
    }

    /// A near-link connection came from an address that no member has. Whether newer group data was asked for, so that
    /// waiting for it makes sense.
    pub fn near_knock(&self) -> bool {
        let shared = &self.shared;
        if !shared.core.lock().config.soft_bus_refresh {
            return false;
        }
        let buses = shared.refresh.lock().knock(pacing::now());
        shared.ask_for(&buses) > 0
    }

    /// Two dials in a row to this address failed.
    pub fn near_unreachable(&self, address: IpAddr) {
        self.shared
            .near(|refresh, now| refresh.unreachable(address, now, random()));
    }

    /// This address was reached, or is dialled no longer; `None`: no address is.
    pub fn near_settled(&self, address: Option<IpAddr>) {
        self.shared.near(|refresh, _| match address {
            Some(address) => refresh.settled(address),
            None => refresh.all_settled(),
        });
    }

    /// A report with this address of the device was accepted.
    pub fn address_reported(&self, address: Option<&[u8]>) {
        if let Some(address) = address {
            self.shared
                .near(|refresh, now| refresh.address_reported(address, now, random()));
        }
    }

    /// The time in seconds since 1970, as the platform told it when it was asked.
    pub fn platform_time(&self) -> Option<u64> {
        let told = *self.shared.told_time.lock();
        told.and_then(|(at, ms)| Some(u64::try_from(ms / 1000).ok()? + at.elapsed().as_secs()))
    }
}

impl Shared {
    fn near(&self, change: impl FnOnce(&mut Refresh, Duration)) {
        change(&mut self.refresh.lock(), pacing::now());
        self.schedule_refresh();
    }

    /// The platform answered what time it is.
    pub(super) fn time_told(&self, ms: i64) {
        *self.told_time.lock() = Some((Instant::now(), ms));
    }

    /// There is a connection again.
    pub(super) fn group_data_may_be_old(&self) {
        self.near(|refresh, now| refresh.connected(now, random()));
        self.watch_address();
    }

    /// Members look for this device at the address that it reports when it connects, so a role makes that matter.
    fn watch_address(&self) {
        if self.refresh.lock().has_role() && self.session.is_connected() {
            self.session.cancel_timer(ADDRESS_CHECK);
            self.session.timer(LOOK_AT_ADDRESS, ADDRESS_CHECK);
        }
    }

    /// The timer has run out: a connection from an address that this device no longer has is dead, which its own deadlines
    /// would notice only minutes later; it is made anew.
    pub(super) fn check_address(&self) {
        if !self.session.is_connected() {
            return;
        }
        let bound = self
            .session
            .local_address()
            .map(|address| (address, UdpSocket::bind((address, 0))));
        let settings = match bound {
            Some((address, Err(cause))) if cause.kind() == ErrorKind::AddrNotAvailable => {
                base::lines::address_lost(&address);
                self.core.lock().client.as_ref().map(super::Client::settings)
            }
            _ => None,
        };
        match settings {
            Some(mut settings) => {
                settings.restore = true;
                self.session.replace(settings);
            }
            None => self.session.timer(LOOK_AT_ADDRESS, ADDRESS_CHECK),
        }
    }

    /// To be called after each change of the roster. Programs without a near link need not wait for it.
    pub(super) fn follow_group_data(&self) {
        if !self.refresh.lock().has_role() {
            return;
        }
        let Ok(own) = self.device_id() else { return };
        let buses = self.roster.own_buses(own.as_bytes());
        self.near(|refresh, now| refresh.group_data(buses, now, random()));
    }

    /// The query that follows a group list was sent.
    pub(super) fn list_followed(&self) {
        self.near(|refresh, now| refresh.list_followed(now));
    }

    /// Whether this very answer came before, and the program has links that it would set up again.
    pub(super) fn is_repeated(&self, event: &Event) -> bool {
        let [service] = event.services.as_slice() else {
            return false;
        };
        let EventParas::SoftBus(info) = &service.paras else {
            return false;
        };
        let Some(id) = &service.event_id else { return false };
        let mut hasher = DefaultHasher::new();
        (id, &service.event_time, &info.bus_infos).hash(&mut hasher);
        event.rules.is_empty() && self.refresh.lock().is_repeated(hasher.finish())
    }

    fn schedule_refresh(&self) {
        if !self.core.lock().config.soft_bus_refresh {
            return;
        }
        let due = self.refresh.lock().due();
        if let Some(due) = due {
            self.session.cancel_timer(REFRESH);
            self.session.timer(due.saturating_sub(pacing::now()), REFRESH);
        }
    }

    /// The timer has run out.
    pub(super) fn refresh(&self) {
        let (buses, repeat) = {
            let mut refresh = self.refresh.lock();
            let now = pacing::now();
            (refresh.poll(now, random()), refresh.repeat(now))
        };
        self.ask_for(&buses);
        if repeat {
            base::info!("soft bus: the query that followed the group list has no answer: asking again");
            let asked = self
                .device_id()
                .and_then(|own| self.query_soft_bus(Origin::Device(&own), None, None, 0));
            if let Err(cause) = asked {
                base::info!("soft bus: {cause}");
            }
        }
        self.schedule_refresh();
    }

    /// Sends a query for each bus; how many were taken.
    fn ask_for(&self, buses: &[Text]) -> usize {
        let ask = |bus: &Text| -> Result<()> {
            let own = self.device_id()?;
            let event_id = format!("{:016x}{:016x}", random(), random());
            let message = uplink::event::soft_bus_query(Origin::Device(&own), Some(bus), Some(event_id.as_bytes()))?;
            self.roster.refresh_sent(bus, event_id.as_bytes()); // before its answer can arrive
            self.publish(message, None, 0, None)
                .map(drop)
                .inspect_err(|_| self.roster.refresh_withdrawn(bus, event_id.as_bytes()))
        };
        let mut taken = 0;
        for bus in buses {
            match ask(bus) {
                Ok(()) => taken += 1,
                Err(cause) => base::info!("soft bus: newer group data cannot be asked for: {cause}"),
            }
        }
        if taken > 0 {
            base::info!("soft bus: asking for the newest data of {taken} bus(es)");
        }
        taken
    }

    /// Takes in an answer that the library asked for by itself; `None` when it is none, else whether the program is to be told.
    pub(super) fn refreshed(&self, event: &Event) -> Option<bool> {
        let [service] = event.services.as_slice() else {
            return None;
        };
        if !event.rules.is_empty() {
            return None;
        }
        let EventParas::SoftBus(info) = &service.paras else {
            return None;
        };
        let paras = info.paras.as_ref().map(Json::value)?;
        let event_id = service.event_id.as_deref().map(|id| id.to_bytes());
        let mut held_back = false;
        let told = self.roster.refreshed(paras, event_id, || {
            let mut refresh = self.refresh.lock();
            refresh.answered();
            let allowed = refresh.event_allowed(pacing::now());
            held_back = !allowed;
            allowed
        });
        if told.is_some() {
            if !held_back {
                self.refresh.lock().answered();
            }
            if told == Some(false) {
                base::debug!("soft bus: nothing new for the program");
            }
            self.follow_group_data();
        }
        told
    }
}
