//! The C struct behind `getSoftBusTotal()`: it shows the first 10 buses and 50 devices of the
//! process's roster at a fixed address, to readers that take no lock (docs/spec/softbus.md#struct,
//! docs/spec/softbus.md#fill, docs/spec/softbus.md#table-threads).
//!
//! Every pointer is a valid string at any time. A program may have taken one just before an update, so the strings of an
//! update, which share one block, outlive it by `KEPT_UPDATES` updates and `KEPT_FOR`.

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::ffi::{c_char, c_int, c_long};
use std::ptr::{NonNull, addr_of_mut};
use std::sync::atomic::{AtomicI32, AtomicIsize, AtomicPtr, Ordering};
use std::time::{Duration, Instant};

use base::fork::PerProcess;
use base::sync::Mutex;
use once_cell::sync::Lazy;
use zeroize::Zeroize;

use super::service::soft_bus_datatrans::types::{
    SOFTBUS_INFO_LEN, SOFTBUS_TOTAL_LEN, soft_bus_info, soft_bus_infos, soft_bus_total,
};
use iotda_device::softbus::{DELETED, Mirror, Registry};

const BUSES: usize = SOFTBUS_TOTAL_LEN;
const DEVICES: usize = SOFTBUS_INFO_LEN;

/// Replaced strings outlive this many more updates …
const KEPT_UPDATES: u64 = 8;
/// … and this time,
const KEPT_FOR: Duration = Duration::from_secs(60);
/// which is cut short when replaced strings fill this much memory.
const KEPT_BYTES: usize = 4 << 20;

/// Longer texts are cut here, and whole in the snapshot: no platform can then make the strings of an update so large that
/// replaced ones go before their time.
const LONGEST_ID: usize = 128;
const LONGEST_KEY: usize = 256;
const LONGEST_ADDRESS: usize = 46;

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
#[unsafe(no_mangle)]
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
            let (bus_id, bus_key) = (
                take(cut(&bus.bus_id, LONGEST_ID)),
                take(cut(bus.key.bytes(), LONGEST_KEY)),
            );
            table.put_bus(at, bus_id, bus_key, bus.version);
            let devices = bus.devices.iter().take(DEVICES);
            let count = devices.len();
            for (place, device) in devices.enumerate() {
                let device_id = take(cut(device.device_id, LONGEST_ID));
                let device_ip = take(cut(device.device_ip, LONGEST_ADDRESS));
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

/// The beginning of a text that is too long for the table, without half a character at its end.
fn cut(text: &[u8], longest: usize) -> &[u8] {
    let Some(shown) = text.get(..longest) else {
        return text;
    };
    let inside = text.get(longest).is_some_and(|next| next & 0xC0 == 0x80);
    match shown.iter().rposition(|byte| byte & 0xC0 != 0x80) {
        Some(start) if inside => shown.get(..start).unwrap_or(shown),
        _ => shown,
    }
}

/// The non-empty texts that the table has room for, in the order in which [`Writer::replace`] places them.
fn visible(registry: &Registry) -> impl Iterator<Item = &[u8]> {
    let texts = registry.buses().iter().take(BUSES).flat_map(|bus| {
        let devices = bus.devices.iter().take(DEVICES);
        [cut(&bus.bus_id, LONGEST_ID), cut(bus.key.bytes(), LONGEST_KEY)]
            .into_iter()
            .chain(devices.flat_map(|d| [cut(d.device_id, LONGEST_ID), cut(d.device_ip, LONGEST_ADDRESS)]))
    });
    texts.filter(|text| !text.is_empty())
}

/// Keeps the table of the process equal to the roster's registry.
pub struct ProcessTable;

static WRITER: PerProcess<Mutex<Writer>> = PerProcess::new(|_| Mutex::new(Writer::new()));
static START: Lazy<Instant> = Lazy::new(Instant::now);

impl Mirror for ProcessTable {
    fn replaced(&self, registry: &Registry) {
        WRITER
            .get()
            .lock()
            .replace(&g_soft_bus_total, registry, START.elapsed());
    }

    fn released(&self) {
        WRITER.get().lock().release(&g_soft_bus_total, START.elapsed());
    }

    fn after_replaced(&self, registry: &Registry) {
        let buses = registry.buses();
        if buses.len() > BUSES {
            base::lines::buses_cut(&buses.len());
        }
        let most = buses.iter().take(BUSES).map(|bus| bus.devices.len()).max().unwrap_or(0);
        if most > DEVICES {
            base::lines::bus_devices_cut(&most, &DEVICES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iotda_device::softbus::paras::Reading;
    use iotda_device::softbus::{Bus, Key, Member, Roster};
    use proptest::prelude::*;
    use std::ffi::CStr;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    type Seen = Vec<(Vec<u8>, Vec<u8>, i64, Vec<(Vec<u8>, Vec<u8>)>)>;

    /// As a C program reads the table; every pointer is followed, those beyond the counts too.
    fn seen(table: &Table) -> Seen {
        let text = |field: *mut *mut c_char| {
            let string = unsafe { AtomicPtr::from_ptr(field) }.load(Ordering::Acquire);
            assert!(!string.is_null());
            unsafe { CStr::from_ptr(string) }.to_bytes().to_vec()
        };
        let count = |field: *mut c_int| unsafe { AtomicI32::from_ptr(field) }.load(Ordering::Acquire) as usize;
        let total = count(unsafe { addr_of_mut!((*table.address()).count) });
        let mut buses = Seen::new();
        for at in 0..BUSES {
            let bus = table.bus(at);
            let devices: Vec<_> = (0..DEVICES)
                .map(|place| table.device(at, place))
                .map(|d| unsafe { (text(addr_of_mut!((*d).device_id)), text(addr_of_mut!((*d).device_ip))) })
                .collect();
            let version = unsafe { AtomicIsize::from_ptr(addr_of_mut!((*bus).version).cast()) };
            let used = count(unsafe { addr_of_mut!((*bus).count) });
            let (id, key) = unsafe { (text(addr_of_mut!((*bus).bus_id)), text(addr_of_mut!((*bus).bus_key))) };
            buses.push((
                id,
                key,
                version.load(Ordering::Acquire) as i64,
                devices[..used].to_vec(),
            ));
        }
        buses.truncate(total);
        buses
    }

    fn expected(buses: &[Arc<Bus>]) -> Seen {
        fn devices(bus: &Bus) -> Vec<(Vec<u8>, Vec<u8>)> {
            bus.devices
                .iter()
                .map(|d| (d.device_id.to_vec(), d.device_ip.to_vec()))
                .take(DEVICES)
                .collect()
        }
        let entry = |bus: &Arc<Bus>| (bus.bus_id.to_vec(), bus.key.bytes().to_vec(), bus.version, devices(bus));
        buses.iter().take(BUSES).map(entry).collect()
    }

    fn bus(id: &str, key: &str, version: i64, devices: usize) -> Arc<Bus> {
        let member = |n| (format!("{id}-dev-{n}"), format!("10.0.{}.{n}", id.len()));
        Arc::new(Bus {
            unaddressed: 0,
            bus_id: id.as_bytes().into(),
            bus_name: b"hall"[..].into(),
            version,
            key: Key::new(key.as_bytes()),
            devices: (0..devices).map(member).collect(),
        })
    }

    fn show(writer: &mut Writer, table: &Table, now: u64, buses: Vec<Arc<Bus>>) {
        writer.replace(table, &Registry::new(buses), Duration::from_secs(now));
    }

    #[test]
    fn a_table_is_readable_before_any_update() {
        assert_eq!(seen(&Table::new()), Seen::new());
        assert_eq!(size_of::<Table>(), size_of::<soft_bus_total>());
    }

    #[test]
    fn the_first_ten_buses_and_fifty_devices_are_shown_complete() {
        let (table, mut writer) = (Table::new(), Writer::new());
        let buses: Vec<_> = (0..12)
            .map(|n| bus(&format!("b{n}"), "0123456789abcdef", n, 60))
            .collect();
        show(&mut writer, &table, 0, buses.clone());
        assert_eq!(seen(&table), expected(&buses));
        assert_eq!(seen(&table)[9].3.len(), 50);
    }

    #[test]
    fn entries_that_are_no_longer_used_are_empty_strings() {
        let (table, mut writer) = (Table::new(), Writer::new());
        show(
            &mut writer,
            &table,
            0,
            vec![bus("b1", "key-1", 7, 3), bus("b2", "key-2", 7, 3)],
        );
        show(&mut writer, &table, 0, vec![bus("b3", "key-3", 8, 1)]);
        let (second, device) = (unsafe { *table.bus(1) }, unsafe { *table.device(0, 2) });
        let strings = [second.bus_id, second.bus_key, device.device_id, device.device_ip];
        assert!(
            strings
                .into_iter()
                .all(|string| unsafe { CStr::from_ptr(string) }.is_empty())
        );
        assert_eq!((second.count, second.version), (0, 0));
    }

    #[test]
    fn a_release_marks_what_was_in_use() {
        let (table, mut writer) = (Table::new(), Writer::new());
        show(
            &mut writer,
            &table,
            0,
            vec![bus("b1", "key-1", 7, 3), bus("b2", "key-2", 7, 3)],
        );
        writer.release(&table, Duration::ZERO);
        let versions = [0, 1, 2]
            .map(|at| unsafe { *table.bus(at) })
            .map(|bus| (bus.count, bus.version));
        assert_eq!(versions, [(0, -1), (0, -1), (0, 0)]);
        assert_eq!(seen(&table), Seen::new());
        show(&mut writer, &table, 0, vec![bus("b1", "key-1", 7, 1)]);
        assert_eq!(seen(&table)[0].2, 7);
    }

    #[test]
    fn replaced_strings_outlive_eight_updates_and_sixty_seconds() {
        let (table, mut writer) = (Table::new(), Writer::new());
        let round = |n: u64| vec![bus("b1", &format!("key-{n}"), 0, 2)];
        show(&mut writer, &table, 0, round(0));
        show(&mut writer, &table, 100, round(1)); // retires round 0 at 100 s
        for n in 2..=9 {
            show(&mut writer, &table, 100, round(n));
            assert_eq!(writer.retired.len() as u64, n);
        }
        show(&mut writer, &table, 159, round(10)); // more than 8 updates, but not yet 60 s
        assert_eq!(writer.retired.len(), 10);
        show(&mut writer, &table, 160, round(11));
        assert_eq!(writer.retired.len() as u64, KEPT_UPDATES + 1); // of 11, two had seen both
        show(&mut writer, &table, 9999, round(12)); // long ago, but only 8 updates
        assert_eq!(writer.retired.len() as u64, KEPT_UPDATES + 1);
        let oldest = &writer.retired.front().unwrap().block;
        assert!(oldest.bytes().windows(5).any(|text| text == b"key-3"));
    }

    #[test]
    fn equal_content_retires_nothing() {
        let (table, mut writer) = (Table::new(), Writer::new());
        (0..100).for_each(|n| show(&mut writer, &table, 0, vec![bus("b1", "key", n, 5)]));
        assert!(writer.retired.is_empty());
        assert_eq!(seen(&table)[0].2, 99);
    }

    #[test]
    fn retired_strings_are_bounded() {
        let (table, mut writer) = (Table::new(), Writer::new());
        for n in 0..600 {
            show(
                &mut writer,
                &table,
                0,
                (0..10)
                    .map(|b| bus(&format!("b{b}"), &format!("key-{n}"), n, 50))
                    .collect(),
            );
            assert!(writer.retired_bytes <= KEPT_BYTES);
        }
        let sum: usize = writer.retired.iter().map(|retired| retired.block.bytes().len()).sum();
        assert_eq!(writer.retired_bytes, sum);
        assert!(writer.retired.len() as u64 > KEPT_UPDATES);
    }

    struct TestTable(Table, Mutex<Writer>);

    impl Mirror for TestTable {
        fn replaced(&self, registry: &Registry) {
            self.1.lock().replace(&self.0, registry, Duration::ZERO);
        }

        fn released(&self) {
            self.1.lock().release(&self.0, Duration::ZERO);
        }
    }

    fn mirrored() -> (&'static TestTable, Roster) {
        let table: &'static TestTable = Box::leak(Box::new(TestTable(Table::new(), Mutex::new(Writer::new()))));
        (table, Roster::mirrored(table))
    }

    fn answer(buses: Vec<Arc<Bus>>) -> Reading {
        Reading {
            buses: Some(buses),
            ..Reading::default()
        }
    }

    #[test]
    fn readers_on_four_threads_see_only_whole_strings() {
        let (table, roster) = mirrored();
        let updates = if cfg!(debug_assertions) { 1_000 } else { 10_000 };
        // not on the stack, which ThreadSanitizer sees used again without seeing the readers joined
        let end: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut rounds = 0;
                    while rounds == 0 || !end.load(Ordering::Relaxed) {
                        for (id, key, version, devices) in seen(&table.0) {
                            assert!(id.is_empty() || id.starts_with(b"b"));
                            assert!(key.is_empty() || key.starts_with(b"key-"));
                            assert!((-1..=i64::from(updates)).contains(&version));
                            assert!(devices.iter().all(|(id, _)| id.is_empty() || id.starts_with(b"b")));
                        }
                        if let Some(keys) = roster.auth_key(b"me", b"me", b"b1-dev-1") {
                            assert!(keys.starts_with(b"key-"));
                        }
                        if let Some(ip) = roster.address_of(b"b2-dev-7") {
                            assert_eq!(*ip, *b"10.0.2.7");
                        }
                        assert!(!roster.has_device(b"b1-dev-99") && !roster.has_address(b"10.0.2"));
                        rounds += 1;
                    }
                });
            }
            for n in 0..updates {
                let size = if n % 7 == 0 { 5 } else { 50 };
                let buses = (0..10)
                    .map(|b| bus(&format!("b{b}"), &format!("key-{n}"), n.into(), size))
                    .collect();
                roster.assign(&answer(buses));
                if n % 50 == 49 {
                    roster.release();
                }
            }
            end.store(true, Ordering::Relaxed);
        });
        assert!(table.1.lock().retired_bytes <= KEPT_BYTES);
    }

    fn any_bus() -> impl Strategy<Value = Arc<Bus>> {
        let text = || prop::collection::vec(1u8..4, 0..3).prop_map(Vec::into_boxed_slice);
        let member = (prop::collection::vec(1u8..4, 1..3), text());
        (text(), text(), -2i64..3, prop::collection::vec(member, 0..60)).prop_map(|(bus_id, key, version, devices)| {
            Arc::new(Bus {
                unaddressed: 0,
                bus_id,
                bus_name: Box::default(),
                version,
                key: Key::new(&key),
                devices: devices.into_iter().collect(),
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn table_and_registry_agree(updates in prop::collection::vec(prop::collection::vec(any_bus(), 0..12), 1..12)) {
            let (table, roster) = mirrored();
            for buses in updates {
                roster.assign(&answer(buses.clone()));
                prop_assert_eq!(seen(&table.0), expected(&buses));
                let registry = roster.registry();
                prop_assert_eq!(registry.buses(), &buses[..]);
                let live = || buses.iter().filter(|bus| bus.live());
                for device in buses.iter().flat_map(|bus| bus.devices.iter()) {
                    let holds = |bus: &&Arc<Bus>| bus.lists(device.device_id);
                    prop_assert_eq!(roster.has_device(device.device_id), live().any(|bus| holds(&bus)));
                    let keys: Vec<_> = live().filter(holds).filter(|bus| bus.key.usable())
                        .map(|bus| bus.key.bytes()).collect();
                    let joined = (!keys.is_empty()).then(|| keys.join(&b','));
                    prop_assert_eq!(roster.auth_key(b"a", b"a", device.device_id).map(|key| key.to_vec()), joined);
                    let same = |other: &Member<'_>| other.device_id == device.device_id && !other.device_ip.is_empty();
                    let ip = live().flat_map(|bus| bus.devices.iter()).find(same).map(|d| d.device_ip.into());
                    prop_assert_eq!(roster.address_of(device.device_id), ip);
                }
            }
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut(b"short", 46), b"short");
        assert_eq!(cut(&[b'x'; 47], 46), [b'x'; 46]);
        assert_eq!(cut("ab\u{4e3b}".as_bytes(), 4), b"ab", "no half character");
        assert_eq!(cut("ab\u{4e3b}c".as_bytes(), 5), "ab\u{4e3b}".as_bytes());
    }
}
