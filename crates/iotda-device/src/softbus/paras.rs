//! Reads the `paras` of a `soft_bus_config_response` (docs/spec/softbus.md#bus-info,
//! docs/spec/softbus.md#fill). The tree may be the library's own or the program's (cJSON),
//! hence [`Node`].

use std::sync::Arc;

use super::bus::{ABSENT, Bus, Key, Member, Members, Text};
use crate::protocol::json::{Number, Value};

// The members of a bus, as they are read here and written for the disk.
pub(super) const BUS_INFOS: &str = "bus_infos";
pub(super) const BUS_ID: &str = "bus_id";
pub(super) const BUS_NAME: &str = "bus_name";
pub(super) const BUS_KEY: &str = "bus_key";
pub(super) const VERSION: &str = "version";
pub(super) const DEVICES_INFO: &str = "devices_info";
pub(super) const DEVICE_ID: &str = "device_id";
pub(super) const DEVICE_IP: &str = "device_ip";

/// A place in a JSON tree.
pub trait Node<'a>: Copy {
    /// The characters of a string without a zero among them, which C code would see only a part of; `None` for everything else.
    fn text(self) -> Option<&'a [u8]>;
    /// The value of a number; `None` for every other type.
    fn number(self) -> Option<f64>;
    fn is_object(self) -> bool;
    /// The first member of an object with this name, ASCII letters compared without case; `None` for every other type.
    fn member(self, name: &str) -> Option<Self>;
    /// Member values of an object or elements of a list, in order; nothing for every other type.
    fn items(self) -> impl Iterator<Item = Self>;
}

impl<'a> Node<'a> for Value<'a> {
    fn text(self) -> Option<&'a [u8]> {
        self.as_whole_text()
    }

    fn number(self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    fn is_object(self) -> bool {
        Value::is_object(self)
    }

    fn member(self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn items(self) -> impl Iterator<Item = Self> {
        Value::items(self)
    }
}

/// Why the platform could not answer a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: Text,
    pub text: Text,
}

/// What a `paras` object says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// `None`: the object says nothing about buses, so what is known stays.
    pub buses: Option<Vec<Arc<Bus>>>,
    pub failure: Option<Failure>,
    /// Devices left out because their id or address is not text, or the id is empty.
    pub malformed_devices: usize,
}

/// Reads a `paras` object.
pub fn read<'a, N: Node<'a>>(paras: N) -> Reading {
    let mut malformed_devices = 0;
    let buses = paras.member(BUS_INFOS).map(|infos| {
        infos
            .items()
            .map(|element| Arc::new(read_bus(element, &mut malformed_devices)))
            .collect()
    });
    let failure = paras
        .member("error_info")
        .filter(|info| info.is_object())
        .map(|info| Failure {
            code: text_or(info, "error_code", b""),
            text: text_or(info, "error_msg", b""),
        });
    Reading {
        buses,
        failure,
        malformed_devices,
    }
}

fn read_bus<'a, N: Node<'a>>(element: N, malformed_devices: &mut usize) -> Bus {
    let key = element.member(BUS_KEY).and_then(N::text).unwrap_or(ABSENT);
    let mut devices = Members::with_capacity(32);
    let mut unaddressed = 0;
    if let Some(infos) = element.member(DEVICES_INFO) {
        for info in infos.items() {
            match read_member(info) {
                Ok(Some(member)) => devices.push(member.device_id, member.device_ip),
                Ok(None) => unaddressed += 1,
                Err(Malformed) => *malformed_devices += 1,
            }
        }
    }
    Bus {
        bus_id: text_or(element, BUS_ID, ABSENT),
        bus_name: text_or(element, BUS_NAME, b""),
        version: element.member(VERSION).map_or(0, version),
        key: Key::new(key),
        devices,
        unaddressed,
    }
}

struct Malformed;

/// `Ok(None)`: the id or the address is absent, which is allowed.
fn read_member<'a, N: Node<'a>>(info: N) -> Result<Option<Member<'a>>, Malformed> {
    let (Some(id), Some(ip)) = (info.member(DEVICE_ID), info.member(DEVICE_IP)) else {
        return Ok(None);
    };
    let (id, ip) = (id.text().ok_or(Malformed)?, ip.text().ok_or(Malformed)?);
    if id.is_empty() {
        return Err(Malformed);
    }
    let absent = id == ABSENT || ip == ABSENT;
    Ok((!absent).then_some(Member {
        device_id: id,
        device_ip: ip,
    }))
}

/// A version: a number without its fraction or a decimal string; anything else counts as 0.
fn version<'a, N: Node<'a>>(node: N) -> i64 {
    match node.number() {
        Some(number) => number as i64, // saturates; 0 for NaN
        None => node
            .text()
            .and_then(|text| std::str::from_utf8(text).ok()?.parse().ok())
            .unwrap_or(0),
    }
}

fn text_or<'a, N: Node<'a>>(object: N, name: &str, otherwise: &[u8]) -> Text {
    object.member(name).and_then(N::text).unwrap_or(otherwise).into()
}
