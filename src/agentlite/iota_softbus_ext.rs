//! Soft bus roster in full, an addition to the C SDK's interface: a copy of all buses with their names, versions, keys and all
//! devices, also those for which the struct of getSoftBusTotal has no room.

use std::alloc::Layout;
use std::ffi::c_char;
use std::ptr::null_mut;

use zeroize::Zeroize;

use super::hw_type::{HW_CHAR, HW_INT, HW_LONG, HW_UINT};
use super::iota_error_type::{IOTA_FAILURE, IOTA_PARAMETER_EMPTY, IOTA_RESOURCE_NOT_AVAILABLE, IOTA_SUCCESS};
use crate::process;
use c_library::boundary;
use iotda_device::softbus::Registry;

header!(IOTA_SOFTBUS_EXT_H, "<stddef.h>", "hw_type.h", "iota_error_type.h");

/// A member of a bus.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct IOTA_SoftBusDevice {
    /// Never NULL or "".
    pub device_id: *const HW_CHAR,
    /// The address that the device reported; "" when none is known.
    pub device_ip: *const HW_CHAR,
}

/// A soft bus.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct IOTA_SoftBus {
    /// "-1" when the platform left it out.
    pub bus_id: *const HW_CHAR,
    /// The name given in the console; may be "".
    pub bus_name: *const HW_CHAR,
    /// The group secret; "-1" or "" when there is none.
    pub bus_key: *const HW_CHAR,
    /// 0 at creation, +1 per update, -1 when the group was deleted.
    pub version: HW_LONG,
    pub device_count: HW_UINT,
    /// device_count elements; NULL when there are none.
    pub devices: *const IOTA_SoftBusDevice,
}

/// All buses of one moment, in the order in which the platform listed them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct IOTA_SoftBusSnapshot {
    pub bus_count: HW_UINT,
    /// bus_count elements; NULL when there are none.
    pub buses: *const IOTA_SoftBus,
    /// Bytes of the whole copy, for IOTA_SoftBusFreeSnapshot.
    pub size: usize,
}

exported!(
    null_mut(),
    /// Copies the roster: what the platform's last answer (or the program's last softBusParasToTotal) said. The copy does not
    /// change, whatever arrives later. It holds secrets.
    ///
    /// Returns the copy, for IOTA_SoftBusFreeSnapshot; bus_count 0 before the first answer. NULL when memory is short.
    ///
    /// Any thread.
    pub fn IOTA_SoftBusGetSnapshot() -> *mut IOTA_SoftBusSnapshot {
        let copy = snapshot(&process::roster().registry());
        copy.unwrap_or_else(|| {
            base::lines::snapshot_no_memory();
            null_mut()
        })
    }
);

exported!(
    /// Wipes and frees a copy made by IOTA_SoftBusGetSnapshot with everything it points to.
    ///
    /// - `snapshot`: the copy, unchanged; NULL does nothing.
    ///
    /// Any thread.
    pub fn IOTA_SoftBusFreeSnapshot(snapshot: *mut IOTA_SoftBusSnapshot) {
        if snapshot.is_null() {
            return;
        }
        // SAFETY: one block of this size, made by `snapshot` below.
        unsafe {
            std::slice::from_raw_parts_mut(snapshot.cast::<u8>(), (*snapshot).size).zeroize();
            boundary::free(snapshot.cast());
        }
    }
);

exported!(
    IOTA_FAILURE,
    /// The version of a bus.
    ///
    /// - `busId`: the bus.
    /// - `version`: receives the version: 0 at creation, +1 per update, -1 when the group was deleted. Written on success only.
    ///
    /// Returns IOTA_SUCCESS; IOTA_PARAMETER_EMPTY if an argument is NULL; IOTA_RESOURCE_NOT_AVAILABLE if the roster does not
    /// know the bus; IOTA_FAILURE on an internal failure.
    ///
    /// Any thread.
    pub fn IOTA_SoftBusGetVersion(busId: *const HW_CHAR, version: *mut HW_LONG) -> HW_INT {
        // SAFETY: the caller's string.
        let Some(bus_id) = (unsafe { boundary::bytes(busId) }).filter(|_| !version.is_null()) else {
            return IOTA_PARAMETER_EMPTY;
        };
        let Some(found) = process::roster().version(bus_id) else {
            return IOTA_RESOURCE_NOT_AVAILABLE;
        };
        // SAFETY: not NULL.
        unsafe { *version = long(found) };
        IOTA_SUCCESS
    }
);

fn long(version: i64) -> HW_LONG {
    HW_LONG::try_from(version).unwrap_or(if version < 0 { HW_LONG::MIN } else { HW_LONG::MAX })
}

/// The registry in one `malloc`ed block: the head, the buses, all devices, all strings. `None` when memory is short.
fn snapshot(registry: &Registry) -> Option<*mut IOTA_SoftBusSnapshot> {
    let buses = registry.buses();
    let devices = || buses.iter().flat_map(|bus| bus.devices.iter());
    let bus_texts = buses
        .iter()
        .flat_map(|bus| [&*bus.bus_id, &*bus.bus_name, bus.key.bytes()]);
    let device_texts = devices().flat_map(|device| [device.device_id, device.device_ip]);
    let text_size: usize = bus_texts.chain(device_texts).map(|text| text.len() + 1).sum();

    let head = Layout::new::<IOTA_SoftBusSnapshot>();
    let (layout, buses_at) = head.extend(Layout::array::<IOTA_SoftBus>(buses.len()).ok()?).ok()?;
    let (layout, devices_at) = layout
        .extend(Layout::array::<IOTA_SoftBusDevice>(devices().count()).ok()?)
        .ok()?;
    let (layout, texts_at) = layout.extend(Layout::array::<u8>(text_size).ok()?).ok()?;

    // SAFETY: every write below stays inside the block: the sizes were summed over the same, unchangeable registry.
    unsafe {
        let block = libc::malloc(layout.size()).cast::<u8>();
        if block.is_null() {
            return None;
        }
        let mut next_text = block.add(texts_at);
        let mut put = |text: &[u8]| -> *const c_char {
            let copy = next_text;
            copy.copy_from_nonoverlapping(text.as_ptr(), text.len());
            copy.add(text.len()).write(0);
            next_text = copy.add(text.len() + 1);
            copy.cast()
        };
        let first_bus = block.add(buses_at).cast::<IOTA_SoftBus>();
        let mut next_device = block.add(devices_at).cast::<IOTA_SoftBusDevice>();
        for (at, bus) in buses.iter().enumerate() {
            let first_device = next_device;
            for device in bus.devices.iter() {
                let (device_id, device_ip) = (put(device.device_id), put(device.device_ip));
                next_device.write(IOTA_SoftBusDevice { device_id, device_ip });
                next_device = next_device.add(1);
            }
            first_bus.add(at).write(IOTA_SoftBus {
                bus_id: put(&bus.bus_id),
                bus_name: put(&bus.bus_name),
                bus_key: put(bus.key.bytes()),
                version: long(bus.version),
                device_count: bus.devices.len() as HW_UINT,
                devices: if bus.devices.is_empty() {
                    std::ptr::null()
                } else {
                    first_device
                },
            });
        }
        let snapshot = block.cast::<IOTA_SoftBusSnapshot>();
        snapshot.write(IOTA_SoftBusSnapshot {
            bus_count: buses.len() as HW_UINT,
            buses: if buses.is_empty() { std::ptr::null() } else { first_bus },
            size: layout.size(),
        });
        Some(snapshot)
    }
}
