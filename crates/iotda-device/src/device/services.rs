//! The services at work: what they decided is sent on this device's session, called through its listener, and timed by its timers.

use std::ffi::CString;
use std::sync::Arc;
use std::time::Duration;

use super::{DETECTION_CYCLE, RULE_TICK, Shared, now, unix_ms};
use crate::error::Result;
use crate::protocol::downlink::{Command, Duty};
use crate::protocol::json::Json;
use crate::protocol::text::c_text;
use crate::protocol::topics::Origin;
use crate::protocol::uplink::properties::{self, ServiceData};
use crate::protocol::uplink::{self, Encoding, Message};
use crate::services::anomaly::{self, Cycles};
use crate::services::rules::Action;

/// Whole seconds since 1970.
fn unix_seconds() -> i64 {
    i64::try_from(now().as_secs()).unwrap_or(i64::MAX)
}

impl Shared {
    /// What the services have to do about a property set or a shadow, before the program's callback.
    pub(super) fn follow(self: &Arc<Self>, duties: &[Duty]) {
        for duty in duties {
            match duty {
                Duty::DeviceRule(list) => self.rule_list(list.as_ref()),
                Duty::Detection(properties) => self.configure_detection(properties.as_ref()),
                Duty::SoftBus(_) => {}
            }
        }
    }

    fn rule_list(self: &Arc<Self>, list: Option<&Json>) {
        let Some(answer) = self.rules.list(list) else {
            return;
        };
        let send = || {
            let own = self.device_id()?;
            self.send(uplink::rules::version_report(&own, list))?;
            if answer.wanted.is_empty() {
                return Ok(());
            }
            let wanted: Vec<&[u8]> = answer.wanted.iter().map(Vec::as_slice).collect();
            self.send(uplink::rules::request(&own, &wanted))
        };
        if let Err(cause) = send() {
            base::lines::rules_unanswered(&cause);
        }
    }

    pub(super) fn send(&self, message: Result<Message>) -> Result<()> {
        self.publish(message?, None, 0, None).map(drop)
    }

    /// After rules have changed, and at the first connect: time starts to matter, but is no reason for a thread.
    pub(super) fn follow_rules(&self) {
        if self.session.is_started() && self.rules.start_ticks() {
            self.next_tick();
        }
    }

    /// At the beginning of the next second of UTC.
    fn next_tick(&self) {
        let into_second = Duration::from_nanos(now().subsec_nanos().into());
        self.session
            .timer(Duration::from_secs(1).saturating_sub(into_second), RULE_TICK);
    }

    pub(super) fn rule_tick(self: &Arc<Self>) {
        if let Some(actions) = self.rules.tick(unix_seconds()) {
            self.next_tick();
            self.act(actions);
        }
    }

    /// A property report, ready to be sent. Rules follow it as soon as its payload stands; whatever becomes of it, the
    /// properties are what the program says they are.
    pub(super) fn property_report(
        self: &Arc<Self>,
        bridged: Option<&[u8]>,
        services: &[ServiceData<'_>],
        encoding: Encoding,
    ) -> Result<Message> {
        let own = self.device_id();
        let id = own.as_deref().unwrap_or_default(); // arguments are judged first
        let origin = match bridged {
            Some(device) => Origin::Bridged { bridge: id, device },
            None => Origin::Device(id),
        };
        let message = properties::report(origin, services, encoding)?;
        self.act(self.rules.reported(services, unix_seconds()));
        own.map(|_| message)
    }

    /// Queues the calls for the callback thread, in order.
    fn act(self: &Arc<Self>, actions: Vec<Action>) {
        if actions.is_empty() {
            return;
        }
        let Ok(own) = self.device_id() else {
            base::lines::rule_without_device();
            return;
        };
        for action in actions {
            let shared = self.clone();
            let to_own = action.device_id == own.as_bytes();
            self.post(Box::new(move || {
                let device_id = c_text(action.device_id.as_slice());
                match to_own {
                    true => shared.listener.rule_command(command(&action, device_id)),
                    false => shared.listener.rule_message(&device_id, &c_text(action.message())),
                }
            }));
        }
    }

    /// Follows a configuration of the security detection and reports the one that holds now.
    pub(super) fn configure_detection(self: &Arc<Self>, properties: Option<&Json>) {
        let (text, cycles) = self.detection.configure(properties);
        let report = [ServiceData {
            service_id: Some(anomaly::SERVICE_ID.as_bytes()),
            event_time: None,
            properties: Some(&text),
        }];
        if let Err(cause) = self.send(self.property_report(None, &report, Encoding::Plain)) {
            base::lines::detection_unreported(&cause);
        }
        match cycles {
            Cycles::Start(run) => self.queue_detection(run),
            Cycles::Stop => self.session.cancel_timer(DETECTION_CYCLE),
            Cycles::Unchanged => {}
        }
    }

    /// Queues a cycle of this run; it measures with the program's code, hence on the callback thread.
    pub(super) fn queue_detection(self: &Arc<Self>, run: u64) {
        let shared = self.clone();
        self.post(Box::new(move || {
            if shared.detection.run() != Some(run) {
                return;
            }
            shared.detection_cycle();
            if shared.detection.run() == Some(run) {
                shared.session.timer(anomaly::CYCLE, DETECTION_CYCLE);
            }
        }));
    }

    fn detection_cycle(&self) {
        let Ok(own) = self.device_id() else {
            return;
        };
        if !self.session.is_connected() {
            base::debug!("security detection: not connected, this cycle is left out");
            return;
        }
        for message in self.detection.cycle(&own, unix_ms(), self.listener.board()) {
            if let Err(cause) = self.send(message) {
                base::lines::detection_unsent(&cause);
            }
        }
    }
}

/// The command as the program's command callback gets it.
fn command(action: &Action, device_id: CString) -> Command {
    Command {
        object_device_id: Some(device_id),
        service_id: Some(c_text(action.service_id.as_slice())),
        command_name: Some(c_text(action.command_name.as_slice())),
        paras: Some(c_text(action.body.value().print())),
        request_id: c"$device_rule".into(),
        bridge_device_id: None,
    }
}
