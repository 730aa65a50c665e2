//! Group data kept on disk: written when the platform says something about the buses of this device, used when the platform
//! cannot be reached from the start.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::client::Client;
use super::listener::Arrival;
use super::{KEPT, Shared, now, unix_ms};
use base::sync::MutexGuard;
use zeroize::Zeroizing;

use crate::protocol::downlink::{self, Downlink};
use crate::protocol::topics::Origin;
use crate::softbus::kept::{self, Keeper, Kept, Owner, Unusable};
use crate::transport::{Event, Properties, pacing};

impl Shared {
    /// An attempt to connect begins.
    pub(super) fn await_platform(&self) {
        if self.core.lock().config.state_directory.is_none() {
            return;
        }
        let wait = self.waiting.lock().attempted(pacing::now());
        if let Some(wait) = wait {
            self.session.timer(wait, KEPT);
        }
    }

    /// What the session reports about attempts, in order, and the end of the wait.
    pub(super) fn follow_attempts(self: &Arc<Self>, event: &Event) {
        match event {
            Event::Connected { .. } => self.waiting.lock().connected(),
            Event::ConnectFailed { answered, .. } => self.waiting.lock().failed(*answered),
            Event::Timer { token: KEPT } => self.wait_is_over(),
            _ => {}
        }
    }

    fn wait_is_over(self: &Arc<Self>) {
        if self.waiting.lock().due(pacing::now()) {
            let shared = self.clone();
            self.post(Box::new(move || shared.use_kept_data()));
        }
    }

    /// On the callback thread: the kept data as if it had just arrived.
    fn use_kept_data(self: &Arc<Self>) {
        if self.session.is_connected() {
            return;
        }
        let (days, mqtt5) = {
            let core = self.core.lock();
            (
                core.config.state_days,
                core.client.as_ref().is_some_and(Client::is_mqtt5),
            )
        };
        let (path, found) = {
            let mut kept = self.kept.lock();
            let Some(keeper) = self.keeper(&mut kept) else { return };
            (keeper.path().to_owned(), keeper.kept(now().as_secs(), days))
        };
        let path = path.display();
        let message = match found {
            Ok(message) => message,
            Err(Unusable::Missing) => return base::info!("soft bus: no group data was kept in {path}"),
            Err(Unusable::Newer(version)) => return base::lines::kept_newer(&path, &version),
            Err(why) => return base::lines::kept_unusable(&path, &why),
        };
        let topic = self
            .device_id()
            .and_then(|own| Origin::Device(&own).topic("sys/events/down"));
        let Ok(topic) = topic else { return };
        let Downlink::Event(event) = downlink::parse(&topic, &message, unix_ms()).message else {
            return base::lines::kept_unusable(&path, &Unusable::Sealed);
        };
        let service = event.services.first();
        self.kept.lock().event_time =
            service.and_then(|service| service.event_time.as_deref().map(|time| time.to_bytes().into()));
        base::info!("soft bus: the platform cannot be reached: the group data kept in {path} is used");
        let none = Properties::default();
        let about = Arrival {
            packet_id: 0,
            properties: mqtt5.then_some(&none),
        };
        self.event(&topic, event, &about, false);
    }

    /// The platform said something about the buses of this device, or deleted one; `event_time` is that of the message.
    pub(super) fn keep_group_data(&self, event_time: Option<&[u8]>) {
        let mut kept = self.kept.lock();
        if let Some(time) = event_time {
            kept.event_time = Some(time.into());
        }
        if self.core.lock().config.state_directory.is_none() {
            return; // the message of a large group takes time to build
        }
        let message = kept::message(&self.roster.view(), kept.event_time.as_deref());
        self.write(kept, message);
    }

    /// The platform deleted these buses: nothing of them stays.
    pub(super) fn forget_deleted_buses(&self, deleted: &[&[u8]]) {
        if !self.roster.view().buses().is_empty() {
            return self.keep_group_data(None);
        }
        // Nothing was said of the others yet: they stay as they are kept.
        let mut kept = self.kept.lock();
        let Some(keeper) = self.keeper(&mut kept) else { return };
        let Some((buses, event_time)) = keeper.kept(0, 0).ok().and_then(|text| kept::read(&text)) else {
            return;
        };
        if let Some(left) = buses.without(deleted) {
            let message = kept::message(&left, event_time.as_deref());
            self.write(kept, message);
        }
    }

    fn write(&self, mut kept: MutexGuard<'_, Kept>, message: Option<Zeroizing<Vec<u8>>>) {
        let Some(keeper) = self.keeper(&mut kept) else { return };
        let done = match message {
            Some(message) => keeper.keep(&message, now().as_secs()),
            None => keeper.drop_all(),
        };
        let path = keeper.path().to_owned();
        drop(kept); // the program's log callback may call us
        match done {
            Ok(()) => {}
            Err(Unusable::Newer(version)) => base::lines::kept_newer(&path.display(), &version),
            Err(why) => base::lines::kept_failing(&path.display(), &why),
        }
    }

    /// The file for the device as it is configured now; `None` when nothing is kept.
    fn keeper<'a>(&self, kept: &'a mut Kept) -> Option<&'a mut Keeper> {
        let (directory, (device_id, platform, secret)) = {
            let core = self.core.lock();
            let directory = core.config.state_directory.as_deref()?;
            let client = core.client.as_ref()?;
            (PathBuf::from(OsStr::from_bytes(directory)), client.owner()?)
        };
        let owner = Owner {
            directory,
            device_id,
            platform,
            secret: secret.read()?,
        };
        if kept.keeper.as_ref().is_none_or(|keeper| !keeper.is_of(&owner)) {
            kept.keeper = Keeper::new(owner);
        }
        kept.keeper.as_mut()
    }
}
