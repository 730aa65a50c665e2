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
