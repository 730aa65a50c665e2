//! Transfers of a device. The default courses of upgrades and files run beside the callbacks, on threads of their own; what
//! the program calls for runs on its thread. A device that ends ends them all.

use std::sync::{Arc, Weak};
use std::time::Instant;

use zeroize::Zeroizing;

use super::{Device, Shared, unix_ms};
use crate::error::Result;
use crate::protocol::topics::Origin;
use crate::protocol::uplink::event::{ota_status, ota_version};
use crate::protocol::uplink::file::{Direction, File, url_request};
use crate::services::files::{self, Moved};
use crate::services::http::Stop;
use crate::services::requests::{Answer, Unasked};
use crate::services::upgrade::{Offer, Packages, Verdict, default_version};
use crate::services::workers::{Lane, Workers};

impl Device {
    /// The default answer to a version query about `object`, `None` for this device.
    pub fn report_default_version(&self, object: Option<&[u8]>) {
        let shared = &self.shared;
        let sent = shared
            .device_id()
            .and_then(|own| shared.send(ota_version(&own, &default_version(object))));
        if let Err(cause) = sent {
            base::lines::version_unreported(&cause);
        }
    }

    /// The default course of an upgrade: downloads the package, checks it, reports how that ended. Does not wait for it.
    pub fn follow_upgrade(&self, offer: Offer) {
        let offer = Arc::new(offer);
        let (device, followed) = (Arc::downgrade(&self.shared), offer.clone());
        let transfer = move |stop: &Stop| {
            let Some(packages) = device.upgrade().map(|shared| shared.packages()) else {
                return;
            };
            let verdict = followed.follow(&packages, stop);
            if let Some(shared) = unless_stopped(&device, stop) {
                shared.report_upgrade(&followed, verdict);
            }
        };
        if let Err(cause) = self.shared.workers.post(Lane::Upgrades, Box::new(transfer)) {
            base::lines::upgrade_failed(&cause);
            self.shared.report_upgrade(&offer, Verdict::NoPackage);
        }
    }

    /// The default course of an answer with the address of a file: moves the file, to or from the current directory, if this
    /// device has asked for it, and reports how that ended. `object` is the device that the answer is about, `None` for
    /// this one. Does not wait for it.
    pub fn follow_file_answer(&self, direction: Direction, object: Option<&[u8]>, url: Option<&[u8]>) {
        let course = match direction {
            Direction::Upload => "default upload",
            Direction::Download => "default download",
        };
        let Some(url) = url else {
            return base::lines::transfer_without_url(&course);
        };
        let name = match self.claim_file(direction, object, url) {
            Ok(name) => name,
            Err(why) => return base::lines::transfer_ignored(&course, &why),
        };
        let url = Zeroizing::new(url.to_vec());
        let device = Arc::downgrade(&self.shared);
        let transfer = move |stop: &Stop| {
            let moved = files::claimed(direction, &name, &url, stop).and_then(|moved| {
                if let Some(shared) = unless_stopped(&device, stop) {
                    shared.report_file(&moved);
                }
                moved.result()
            });
            if let Err(cause) = moved {
                base::lines::transfer_failed(&course, &cause);
            }
        };
        if let Err(cause) = self.shared.workers.post(Lane::Files, Box::new(transfer)) {
            base::lines::transfer_failed(&course, &cause);
        }
    }

    /// Uploads or downloads a file for the program, and reports the result if the URL has an object name. Without a path it is
    /// the file of the object's name in the current directory. Blocks for the transfer.
    pub fn move_file(&self, direction: Direction, path: Option<&[u8]>, url: &[u8]) -> Result<()> {
        let stop = self.stop_sign();
        let moved = files::called(direction, path, url, &stop)?;
        if !stop.is_set() {
            self.shared.report_file(&moved);
        }
        moved.result()
    }

    /// Where this device's upgrade packages go, and whom it trusts to have them.
    pub fn packages(&self) -> Packages {
        self.shared.packages()
    }

    /// Asks the platform for an address for a file. The answer may move it by itself, see [`Device::follow_file_answer`].
    pub fn request_file_url(&self, direction: Direction, file: &File<'_>, context: usize) -> Result<u16> {
        let own = self.device_id();
        let id = own.as_deref().unwrap_or_default(); // arguments are judged first
        let request = url_request(Origin::Device(id), direction, Some(file), unix_ms())?;
        if let Some(name) = file.name() {
            self.file_requested(direction, name);
        }
        own?;
        self.shared.publish(request, None, context, None)
    }

    /// Takes it that this device has asked for an address for a file of this name: for programs that send the request
    /// themselves.
    pub fn file_requested(&self, direction: Direction, name: &[u8]) {
        self.shared.files.asked(direction, name, Instant::now());
    }

    /// The name of the file that an answer with this address may move by itself: only one that this device has asked for.
    fn claim_file(
        &self,
        direction: Direction,
        object: Option<&[u8]>,
        url: &[u8],
    ) -> std::result::Result<Vec<u8>, Unasked> {
        let own = self.device_id().unwrap_or_default();
        let answer = Answer {
            direction,
            own: object.is_none_or(|id| id == own.as_bytes()),
            url,
            plain: self.with_config(|config| config.plain_transfers),
        };
        self.shared.files.claim(&answer, Instant::now())
    }

    /// What ends the transfers of this device, on whichever thread they run.
    pub fn stop_sign(&self) -> Stop {
        self.shared.workers.stop_sign()
    }

    /// Ends all transfers; what is returned can be waited for.
    pub fn stop_transfers(&self) -> Workers {
        self.shared.workers.stop();
        self.shared.workers.clone()
    }
}

/// The device that a transfer reports to, if there is still one.
fn unless_stopped(device: &Weak<Shared>, stop: &Stop) -> Option<Arc<Shared>> {
    device.upgrade().filter(|_| !stop.is_set())
}

impl Shared {
    fn packages(&self) -> Packages {
        Packages {
            directory: self.core.lock().config.download_directory.clone(),
            work_dir: Some(self.access.work_dir.clone()),
        }
    }

    fn report_upgrade(&self, offer: &Offer, verdict: Verdict) {
        let sent = self
            .device_id()
            .and_then(|own| self.send(ota_status(&own, &offer.status(verdict))));
        if let Err(cause) = sent {
            base::lines::upgrade_failed(&cause);
        }
    }

    fn report_file(&self, moved: &Moved<'_>) {
        let send = || match moved.report(&self.device_id()?, unix_ms()) {
            Some(report) => self.send(report),
            None => Ok(()),
        };
        if let Err(cause) = send() {
            base::lines::transfer_unreported(&cause);
        }
    }
}
