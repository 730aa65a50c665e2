//! An endless stream of group updates, each with new keys, in constant memory. Alone in its process: it measures it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::alone::ran_alone;
use HWMQTT::agentlite::iota_softbus_ext::{IOTA_SoftBusFreeSnapshot, IOTA_SoftBusGetSnapshot};
use HWMQTT::process;
use HWMQTT::service::soft_bus_datatrans::getSoftBusTotal;
use iotda_device::softbus::paras::Reading;
use iotda_device::softbus::{Bus, Key};

fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn update(round: usize) -> Reading {
    let member = |n: usize| (format!("64f1c0a2_node-{n:03}"), format!("192.168.7.{n}"));
    let bus = |n: usize| Bus {
        unaddressed: 0,
        bus_id: format!("9d41e07c5a2b4f0e8c36b1d27f90aa{n:02}").into_bytes().into(),
        bus_name: b"workshop"[..].into(),
        version: round as i64,
        key: Key::new(format!("{round:014}{n:02}").as_bytes()),
        devices: (0..50).map(member).collect(),
    };
    Reading {
        buses: Some((0..10).map(bus).map(Arc::new).collect()),
        ..Reading::default()
    }
}

#[test]
fn updates_take_constant_memory() {
    if ran_alone("softbus_memory::updates_take_constant_memory") {
        return;
    }
    let updates = if cfg!(debug_assertions) { 1_000 } else { 10_000 };
    let (roster, mut settled) = (process::roster(), 0);
    let start = Instant::now();
    for round in 0..updates {
        assert!(roster.assign(&update(round)));
        let snapshot = unsafe { IOTA_SoftBusGetSnapshot() };
        assert_eq!(unsafe { (*snapshot).bus_count }, 10);
        unsafe { IOTA_SoftBusFreeSnapshot(snapshot) };
        if round == updates / 2 {
            settled = resident_kib();
        }
    }
    let growth = resident_kib() - settled;
    assert!(growth < 1024, "{growth} KiB");
    assert!(settled > 0 && start.elapsed() < Duration::from_secs(60));
    assert_eq!(
        unsafe { (*getSoftBusTotal()).g_soft_bus_info[9].version },
        updates as i64 - 1
    );
}

/// A platform repeats answers of 1.5 MB, each with other texts, while other threads read the table without a lock, as C
/// programs do.
#[test]
fn readers_survive_answers_of_a_megabyte_and_a_half() {
    use std::ffi::CStr;
    use std::sync::atomic::{AtomicBool, Ordering};

    if ran_alone("softbus_memory::readers_survive_answers_of_a_megabyte_and_a_half") {
        return;
    }
    let rounds = match std::env::var_os("HWMQTT_SOAK") {
        Some(_) => 2_000,
        None => 150,
    };
    let long = |round: usize, n: usize| format!("{round:05}{n:03}{}", "x".repeat(1_500));
    let bus = |round: usize, n: usize| Bus {
        unaddressed: 0,
        bus_id: long(round, n).into_bytes().into(),
        bus_name: long(round, n).into_bytes().into(),
        version: round as i64,
        key: Key::new(long(round, n).as_bytes()),
        devices: (0..50).map(|d| (long(round, d), long(round, d))).collect(),
    };
    let over = Arc::new(AtomicBool::new(false));
    let reader = || {
        let over = over.clone();
        std::thread::spawn(move || {
            let mut read = 0_u64;
            while !over.load(Ordering::Relaxed) {
                let total = unsafe { getSoftBusTotal() };
                for at in 0..10 {
                    // SAFETY: the table is at a fixed address, and every pointer in it is a C string that outlives the look.
                    let text = |text: *const *mut std::ffi::c_char| unsafe {
                        CStr::from_ptr(text.read_volatile()).to_bytes().len()
                    };
                    unsafe {
                        let bus = &raw const (*total).g_soft_bus_info[at];
                        assert!(text(&raw const (*bus).bus_id) <= 128 && text(&raw const (*bus).bus_key) <= 256);
                        for device in 0..50 {
                            let device = &raw const (*bus).g_device_soft_bus_info[device];
                            let (id, ip) = (
                                text(&raw const (*device).device_id),
                                text(&raw const (*device).device_ip),
                            );
                            assert!(id <= 128 && ip <= 46, "{id} {ip}");
                        }
                    }
                }
                read += 1;
            }
            read
        })
    };
    let readers = [reader(), reader()];
    let roster = process::roster();
    for round in 0..rounds {
        let reading = Reading {
            buses: Some((0..10).map(|n| bus(round, n)).map(Arc::new).collect()),
            ..Reading::default()
        };
        assert!(roster.assign(&reading));
    }
    over.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.join().unwrap() > 0);
    }
    // Whole in the snapshot.
    let snapshot = unsafe { IOTA_SoftBusGetSnapshot() };
    let id = unsafe { CStr::from_ptr((*(*snapshot).buses).bus_id) };
    assert_eq!(id.to_bytes().len(), 1_508);
    unsafe { IOTA_SoftBusFreeSnapshot(snapshot) };
}
