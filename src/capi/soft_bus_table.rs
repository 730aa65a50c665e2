//! The C struct behind `getSoftBusTotal()`: it shows the first 10 buses and 50 devices of the process's roster at a fixed
//! address, to readers that take no lock (spec/softbus.md 2.1, 2.2, 2.8).
//!
//! Every pointer is a valid string at any time. A program may have taken one just before an update, so the strings of an
//! update, which share one block, outlive it by [`KEPT_UPDATES`] updates and [`KEPT_FOR`].

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::ffi::{c_char, c_int, c_long};
use std::ptr::{addr_of_mut, NonNull};
use std::sync::atomic::{AtomicI32, AtomicIsize, AtomicPtr, Ordering};
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;
use parking_lot::Mutex;
use zeroize::Zeroize;

use super::service::soft_bus_datatrans::{
    soft_bus_info, soft_bus_infos, soft_bus_total, SOFTBUS_INFO_LEN, SOFTBUS_TOTAL_LEN,
};
use crate::softbus::{Mirror, Registry, DELETED};

const BUSES: usize = SOFTBUS_TOTAL_LEN;
const DEVICES: usize = SOFTBUS_INFO_LEN;

/// Replaced strings outlive this many more updates …
const KEPT_UPDATES: u64 = 8;
/// … and this time,
const KEPT_FOR: Duration = Duration::from_secs(60);
/// which is cut short when replaced strings fill this much memory.
const KEPT_BYTES: usize = 4 << 20;

const _: () = assert!(size_of::<c_long>() == size_of::<isize>() && align_of::<c_long>() == align_of::<isize>());

const EMPTY: *mut c_char = c"".as_ptr().cast_mut();
const NO_DEVICE: soft_bus_info = soft_bus_info {
    device_id: EMPTY,
    device_ip: EMPTY,
};
const NO_BUS: soft_bus_infos = soft_bus_infos {
    count: 0,
    bus_key: EMPTY,
    bus_id: EMPTY,
    g_device_soft_bus_info: [NO_DEVICE; DEVICES],
    version: 0,
};

/// A table that C reads while it is rewritten: all writing is atomic, field by field.
#[repr(transparent)]
pub struct Table(UnsafeCell<soft_bus_total>);

// SAFETY: the library writes only through atomics (`Writer`) and never reads.
unsafe impl Sync for Table {}

impl Table {
    const fn new() -> Table {
        Table(UnsafeCell::new(soft_bus_total {
            g_soft_bus_info: [NO_BUS; BUSES],
            count: 0,
        }))
    }

    pub fn address(&self) -> *mut soft_bus_total {
        self.0.get()
    }

    fn bus(&self, at: usize) -> *mut soft_bus_infos {
        assert!(at < BUSES);
        // SAFETY: inside the array, and the table lives as long as `self`.
        unsafe {
            addr_of_mut!((*self.address()).g_soft_bus_info)
                .cast::<soft_bus_infos>()
                .add(at)
        }
    }

    fn device(&self, bus: usize, at: usize) -> *mut soft_bus_info {
        assert!(at < DEVICES);
        // SAFETY: as for `bus`.
        unsafe {
            addr_of_mut!((*self.bus(bus)).g_device_soft_bus_info)
                .cast::<soft_bus_info>()
                .add(at)
        }
    }

    fn put_bus(&self, at: usize, bus_id: *mut c_char, bus_key: *mut c_char, version: i64) {
        let bus = self.bus(at);
        let version = c_long::try_from(version).unwrap_or(if version < 0 { c_long::MIN } else { c_long::MAX });
        // SAFETY: the fields are aligned, live as long as the process or the test, and are written by atomics only.
        unsafe {
            AtomicPtr::from_ptr(addr_of_mut!((*bus).bus_id)).store(bus_id, Ordering::Release);
            AtomicPtr::from_ptr(addr_of_mut!((*bus).bus_key)).store(bus_key, Ordering::Release);
            AtomicIsize::from_ptr(addr_of_mut!((*bus).version).cast()).store(version as isize, Ordering::Release);
        }
    }

    fn put_device(&self, bus: usize, at: usize, device_id: *mut c_char, device_ip: *mut c_char) {
        let device = self.device(bus, at);
        // SAFETY: as for `put_bus`.
        unsafe {
            AtomicPtr::from_ptr(addr_of_mut!((*device).device_id)).store(device_id, Ordering::Release);
            AtomicPtr::from_ptr(addr_of_mut!((*device).device_ip)).store(device_ip, Ordering::Release);
        }
    }

    fn put_device_count(&self, bus: usize, count: usize) {
        // SAFETY: as for `put_bus`.
        unsafe { AtomicI32::from_ptr(addr_of_mut!((*self.bus(bus)).count)).store(count as c_int, Ordering::Release) }
    }

    fn put_bus_count(&self, count: usize) {
        // SAFETY: as for `put_bus`.
        unsafe { AtomicI32::from_ptr(addr_of_mut!((*self.address()).count)).store(count as c_int, Ordering::Release) }
    }
}

/// The table of the process. Its address never changes; programs may read it before any call.
#[no_mangle]
pub static g_soft_bus_total: Table = Table::new();

/// The strings of one update, each followed by a zero; wiped when freed because keys are among them.
struct Block(NonNull<[u8]>);

// SAFETY: a block owns its memory.
unsafe impl Send for Block {}

impl Block {
    fn new(texts: Vec<u8>) -> Block {
        Block(NonNull::from(Box::leak(texts.into_boxed_slice())))
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: owned and alive until dropped.
        unsafe { self.0.as_ref() }
    }

    /// The string that starts at `offset`.
    fn at(&self, offset: usize) -> *mut c_char {
        assert!(offset < self.0.len());
        // SAFETY: inside the block.
        unsafe { self.0.cast::<c_char>().add(offset).as_ptr() }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: made by `Box::leak`; nobody holds a pointer any more (the retirement rule).
        let mut texts = unsafe { Box::from_raw(self.0.as_ptr()) };
        texts.zeroize();
    }
}

/// Strings that no entry of the table shows any more.
struct Retired {
    block: Block,
    update: u64,
    at: Duration,
}

/// Writes a table; there is one writer per table.
struct Writer {
    current: Option<Block>,
    /// Entries in use.
    shown: usize,
    retired: VecDeque<Retired>,
    retired_bytes: usize,
    updates: u64,
}

impl Writer {
    const fn new() -> Writer {
        Writer {
            current: None,
            shown: 0,
            retired: VecDeque::new(),
            retired_bytes: 0,
            updates: 0,
        }
    }

    /// Shows a registry. `now` counts from any fixed moment.
    fn replace(&mut self, table: &Table, registry: &Registry, now: Duration) {
        let old = self.exchange(registry);
        let mut next = 0;
        let current = self.current.as_ref();
        let mut take = |text: &[u8]| match current {
            Some(block) if !text.is_empty() => {
                let string = block.at(next);
                next += text.len() + 1;
                string
            }
            _ => EMPTY,
        };
        let buses = registry.buses().iter().take(BUSES);
        let shown = buses.len();
        for (at, bus) in buses.enumerate() {
            let (bus_id, bus_key) = (take(&bus.bus_id), take(bus.key.bytes()));
            table.put_bus(at, bus_id, bus_key, bus.version);
            let devices = bus.devices.iter().take(DEVICES);
            let count = devices.len();
            for (place, device) in devices.enumerate() {
                let (device_id, device_ip) = (take(&device.device_id), take(&device.device_ip));
                table.put_device(at, place, device_id, device_ip);
            }
            (count..DEVICES).for_each(|place| table.put_device(at, place, EMPTY, EMPTY));
            table.put_device_count(at, count);
        }
        (shown..BUSES).for_each(|at| clear(table, at, 0));
        table.put_bus_count(shown);
        self.shown = shown;
        self.retire(old, now);
    }

    /// Empties the table: the entries that were in use become version -1.
    fn release(&mut self, table: &Table, now: Duration) {
        let old = self.current.take();
        table.put_bus_count(0);
        for at in 0..self.shown {
            clear(table, at, DELETED);
        }
        self.shown = 0;
        self.retire(old, now);
    }

    /// Makes the block for a registry the current one, unless its strings are those of the current block; returns the
    /// block that is to be retired.
    fn exchange(&mut self, registry: &Registry) -> Option<Block> {
        let length = visible(registry).map(|text| text.len() + 1).sum();
        let mut texts = Vec::with_capacity(length); // growing would leave an unwiped copy
        for text in visible(registry) {
            texts.extend_from_slice(text);
            texts.push(0);
        }
        let next = (length > 0).then(|| Block::new(texts));
        if next.as_ref().map(Block::bytes) == self.current.as_ref().map(Block::bytes) {
            return None;
        }
        std::mem::replace(&mut self.current, next)
    }

    fn retire(&mut self, block: Option<Block>, now: Duration) {
        self.updates += 1;
        if let Some(block) = block {
            self.retired_bytes += block.bytes().len();
            self.retired.push_back(Retired {
                block,
                update: self.updates,
                at: now,
            });
        }
        while let Some(oldest) = self.retired.front() {
            let seen = self.updates - oldest.update > KEPT_UPDATES;
            let aged = now.saturating_sub(oldest.at) >= KEPT_FOR || self.retired_bytes > KEPT_BYTES;
            if !(seen && aged) {
                break;
            }
            self.retired_bytes -= oldest.block.bytes().len();
            self.retired.pop_front();
        }
    }
}

fn clear(table: &Table, at: usize, version: i64) {
    table.put_device_count(at, 0);
    table.put_bus(at, EMPTY, EMPTY, version);
    (0..DEVICES).for_each(|place| table.put_device(at, place, EMPTY, EMPTY));
}

/// The non-empty texts that the table has room for, in the order in which [`Writer::replace`] places them.
fn visible(registry: &Registry) -> impl Iterator<Item = &[u8]> {
    let texts = registry.buses().iter().take(BUSES).flat_map(|bus| {
        let devices = bus.devices.iter().take(DEVICES);
        [&*bus.bus_id, bus.key.bytes()]
            .into_iter()
            .chain(devices.flat_map(|d| [&*d.device_id, &*d.device_ip]))
    });
    texts.filter(|text| !text.is_empty())
}

/// Keeps the table of the process equal to the roster's registry.
pub struct ProcessTable;

static WRITER: Mutex<Writer> = Mutex::new(Writer::new());
static START: Lazy<Instant> = Lazy::new(Instant::now);

impl Mirror for ProcessTable {
    fn replaced(&self, registry: &Registry) {
        WRITER.lock().replace(&g_soft_bus_total, registry, START.elapsed());
    }

    fn released(&self) {
        WRITER.lock().release(&g_soft_bus_total, START.elapsed());
    }

    fn after_replaced(&self, registry: &Registry) {
        let buses = registry.buses();
        if buses.len() > BUSES {
            crate::error!(
                "soft bus: {} buses, but getSoftBusTotal has room for {BUSES}: use IOTA_SoftBusGetSnapshot to see all",
                buses.len()
            );
        }
        let most = buses.iter().take(BUSES).map(|bus| bus.devices.len()).max().unwrap_or(0);
        if most > DEVICES {
            crate::error!(
                "soft bus: {most} devices in one bus, but getSoftBusTotal has room for {DEVICES}: use \
                 IOTA_SoftBusGetSnapshot to see all"
            );
        }
    }
}
