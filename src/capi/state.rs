//! What belongs to the process behind the C ABI.

use std::sync::Arc;

use once_cell::sync::Lazy;
use parking_lot::Mutex;

use super::soft_bus_table::ProcessTable;
use crate::softbus::Roster;

static ROSTER: Lazy<Arc<Roster>> = Lazy::new(|| Arc::new(Roster::mirrored(&ProcessTable)));
static OWN_DEVICE_ID: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// The roster of the process: it outlives every session, and `getSoftBusTotal()` shows it.
pub fn roster() -> &'static Arc<Roster> {
    &ROSTER
}

/// The own device id; `None` before it is configured.
pub fn own_device_id() -> Option<Vec<u8>> {
    OWN_DEVICE_ID.lock().clone()
}

/// Sets what [`own_device_id`] returns.
pub fn set_own_device_id(device_id: Option<Vec<u8>>) {
    *OWN_DEVICE_ID.lock() = device_id;
}
