//! Soft bus roster: the groups of this device with their members, as the platform sent them last.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::null_mut;

use base::fork::PerProcess;
use base::sync::Mutex;

use crate::agentlite::iota_error_type::IOTA_FAILURE;
use crate::cjson_tree::{Budget, Item};
use crate::process;
use crate::soft_bus_table::g_soft_bus_total;
use crate::util::json_util::JSON;
use c_library::boundary;
use iotda_device::softbus::paras;

pub mod types;

header!(SOFT_BUS_DATATRANS_H, "<stdbool.h>", "json_util.h");

c_verbatim!("#define SOFT_BUS_OH");

pub const SUCCESSSFUL_RESULT: &CStr = c"success";
pub const SUCCESSFUL_RET: c_int = 0;
pub const BUS_INFOS: &CStr = c"bus_infos";
pub const BUS_COUNT: &CStr = c"bus_count";
pub const OH_ERROR_INFO: &CStr = c"error_info";
pub const OH_ERROR_CODE: &CStr = c"error_code";
pub const OH_ERROR_MSG: &CStr = c"error_msg";
pub const DEFAULT_ERROR_CODE: &CStr = c"-1";
pub const DEFAULT_ERROR_MSG: &CStr = c"unknown";
pub const BUS_ID: &CStr = c"bus_id";
pub const BUS_KEY: &CStr = c"bus_key";
pub const DEVICE_COUNT: &CStr = c"device_count";
pub const DEVICES_INFO: &CStr = c"devices_info";
/// Nominal length of a group key; real keys may be shorter or longer.
pub const BUS_KEY_LENGTH: c_int = 20;

pub use types::*;

exported!(
    leaf(null_mut()),
    /// The roster as a C struct: the first 10 buses, each with its first 50 devices, of the last answer of the platform.
    ///
    /// The struct is rewritten on the callback thread just before the callback that announces an answer (and by
    /// softBusParasToTotal and releaseSoftBusCache): read it inside the callbacks of IOTA_SetEvenSoftBusCallback and
    /// IOTA_SetEventCallback. A reader on another thread may see parts of two answers, but only valid pointers: every string of
    /// the struct, used or not, is non-NULL, and a replaced one stays allocated for at least 8 more answers and normally 60 s.
    /// Texts are cut in it: ids at 128 bytes, names and keys at 256, addresses at 46. Do not free or change anything in it.
    /// IOTA_SoftBusGetSnapshot copies, and shows all.
    ///
    /// Returns the address of g_soft_bus_total: never NULL, always the same.
    ///
    /// Any thread, also before IOTA_Init.
    pub fn getSoftBusTotal() -> *mut soft_bus_total {
        g_soft_bus_total.address()
    }
);

exported!(
    false,
    /// Whether some bus lists a device with exactly this address text. Buses of deleted groups (version -1) do not count;
    /// buses and devices beyond the struct's room do.
    ///
    /// - `ip_addr`: address as the device reported it; NULL and "" are never valid.
    ///
    /// Returns true if listed.
    ///
    /// Any thread.
    pub fn isValidIP(ip_addr: *const c_char) -> bool {
        // SAFETY: the caller's string.
        unsafe { boundary::bytes(ip_addr) }.is_some_and(|ip| process::roster().has_address(ip))
    }
);

exported!(
    false,
    /// Whether some bus lists exactly this device id; as for isValidIP.
    ///
    /// - `device_id`: NULL and "" are never valid.
    ///
    /// Returns true if listed.
    ///
    /// Any thread.
    pub fn isValidDeviceID(device_id: *const c_char) -> bool {
        // SAFETY: the caller's string.
        unsafe { boundary::bytes(device_id) }.is_some_and(|id| process::roster().has_device(id))
    }
);

exported!(
    null_mut(),
    /// The address of a device: of the first entry with this id, in bus order, that has one.
    ///
    /// - `device_id`: may be NULL.
    ///
    /// Returns a copy for the caller to free() (the C library's); NULL if the device is not listed or has no known address.
    ///
    /// Any thread.
    pub fn getIpAddr(device_id: *mut c_char) -> *mut c_char {
        // SAFETY: the caller's string.
        let id = unsafe { boundary::bytes(device_id) };
        let address = id.and_then(|id| process::roster().address_of(id));
        address.map_or(null_mut(), |address| boundary::malloc_str(&address))
    }
);

exported!(
    null_mut(),
    /// The connection keys that the own device shares with another one: the keys of all buses that list the target, in bus
    /// order, joined with ',' and without blanks. A bus without a usable key, or with a deleted group, contributes nothing; equal
    /// keys of two buses appear twice. The own device need not be listed.
    ///
    /// - `src_device_id`: must be the own device id.
    /// - `target_device_id`: the other device.
    ///
    /// Returns a copy for the caller to free() (the C library's); it is secret. NULL if an argument is NULL, the source is not
    /// the own device, no device id is configured yet, or no bus gives a key.
    ///
    /// Any thread.
    pub fn getAuthKey(src_device_id: *const c_char, target_device_id: *const c_char) -> *mut c_char {
        // SAFETY: the caller's strings.
        let (source, target) = unsafe { (boundary::bytes(src_device_id), boundary::bytes(target_device_id)) };
        let (Some(source), Some(target), Some(own)) = (source, target, process::own_device_id()) else {
            return null_mut();
        };
        let key = process::roster().auth_key(own.as_ref(), source, target);
        key.map_or(null_mut(), |key| boundary::malloc_str(&key))
    }
);

exported!(
    null_mut(),
    /// The own device id.
    ///
    /// Returns the id, valid until the process ends, not to be freed or changed; NULL before it is configured
    /// (IOTA_ConnectConfigSet, EN_IOTA_CFG_DEVICEID).
    ///
    /// Any thread.
    pub fn getDeviceId() -> *mut c_char {
        /// Programs keep the pointer, so each different id stays for good.
        static IDS: PerProcess<Mutex<BTreeSet<CString>>> = PerProcess::new(|_| Mutex::new(BTreeSet::new()));
        let Some(Ok(own)) = process::own_device_id().map(CString::new) else {
            return null_mut();
        };
        let mut ids = IDS.get().lock();
        if !ids.contains(&own) {
            ids.insert(own.clone());
        }
        // a CString's text does not move with it
        ids.get(&own).map_or(null_mut(), |id| id.as_ptr().cast_mut())
    }
);

exported!(
    IOTA_FAILURE,
    /// Empties the roster: the struct's total count becomes 0, every bus that was in use gets device count 0 and version -1, and
    /// the look-ups find nothing until the next answer of the platform. Strings of the struct stay readable as described at
    /// getSoftBusTotal. Near-field sessions are not ended by this.
    ///
    /// Returns 0.
    ///
    /// Any thread.
    pub fn releaseSoftBusCache() -> c_int {
        process::roster().release();
        0
    }
);

exported!(
    IOTA_FAILURE,
    /// Replaces the roster by the content of a paras object as the platform sends it in soft_bus_config_response; the library
    /// does this itself for every `$oh_soft_bus` service it receives. The near-field component takes it as an answer about all
    /// buses.
    ///
    /// - `paras`: a cJSON object with the member bus_infos; only read, during the call. May be NULL.
    ///
    /// Returns 0; -1 if paras is NULL, has no member bus_infos, or is cyclic or larger than 200000 items: nothing changes then.
    ///
    /// Any thread.
    pub fn softBusParasToTotal(paras: *mut JSON) -> c_int {
        let budget = Budget::new();
        // SAFETY: the caller's tree.
        let Some(tree) = (unsafe { Item::new(paras, &budget) }) else {
            return IOTA_FAILURE;
        };
        let reading = paras::read(tree);
        if budget.exhausted() {
            base::lines::bus_tree_unusable();
            return IOTA_FAILURE;
        }
        if process::roster().assign(&reading) {
            0
        } else {
            IOTA_FAILURE
        }
    }
);
