//! Security log reports of what the program found, and of the library's own checks.

use super::event::{Service, payload, up};
use super::{Arg, Message, counted};
use crate::error::{Error, Result};
use crate::protocol::json::Writer;
use crate::protocol::service_ids;
use crate::protocol::time::UnixMs;
use crate::protocol::topics::Origin;

const EVENT_TYPE: &[u8] = b"security_log_report";

/// A report: its `type`, the member of `content` that holds the list, and the names of an element's members.
struct Form<const N: usize> {
    kind: &'static [u8],
    list: &'static str,
    members: [&'static str; N],
}

fn report<const N: usize>(
    own: &str,
    form: Form<N>,
    items: Option<&[[Arg<'_>; N]]>,
    count: i32,
    now: UnixMs,
) -> Result<Message> {
    let items = items.ok_or(Error::Argument("the list is NULL"))?;
    let items = counted(items, count)
        .filter(|i| !i.is_empty())
        .ok_or(Error::Argument("contentNum must be 1 or more"))?;
    let time = now.event_time();
    let time = Some(time.as_bytes());
    let payload = payload(None, |service| {
        service.of(service_ids::LOG).event_time(time).event_type(EVENT_TYPE);
        paras(service, form.kind, time, |w| {
            w.key(form.list.as_bytes());
            w.begin_array();
            for item in items {
                w.element();
                w.begin_object();
                for (name, value) in form.members.iter().zip(item) {
                    w.text_member(name, *value);
                }
                w.end_object();
            }
            w.end_array();
        });
    })?;
    up(Origin::Device(own), payload)
}

/// What both have in `paras`; `fill` writes the members of `content`.
fn paras(service: &mut Service<'_>, kind: &[u8], time: Arg<'_>, fill: impl FnOnce(&mut Writer)) {
    service.paras(|w| {
        w.text_member("timestamp", time);
        w.text_member("type", Some(kind));
        w.key(b"content");
        w.begin_object();
        fill(w);
        w.end_object();
    });
}

/// `IOTA_AnomalyFileReport`: items are [file, desc].
pub fn files(own: &str, items: Option<&[[Arg<'_>; 2]]>, count: i32, now: UnixMs) -> Result<Message> {
    report(
        own,
        Form {
            kind: b"FILE_REPORT",
            list: "malicious_files",
            members: ["file", "desc"],
        },
        items,
        count,
        now,
    )
}

/// `IOTA_AnomalyCveValnerabilityReport`: items are [cve_number, vulnerability_name, desc].
pub fn vulnerabilities(own: &str, items: Option<&[[Arg<'_>; 3]]>, count: i32, now: UnixMs) -> Result<Message> {
    let members = ["cve_number", "vulnerabilities_name", "desc"];
    report(
        own,
        Form {
            kind: b"CVE_VULNERABILITY_REPORT",
            list: "vulnerabilities",
            members,
        },
        items,
        count,
        now,
    )
}

/// `IOTA_AnomalyProtocolReport`: items are [protocol, version, desc].
pub fn protocols(own: &str, items: Option<&[[Arg<'_>; 3]]>, count: i32, now: UnixMs) -> Result<Message> {
    let members = ["protocol", "version", "desc"];
    report(
        own,
        Form {
            kind: b"PROTOCOL_REPORT",
            list: "used_protocols",
            members,
        },
        items,
        count,
        now,
    )
}

/// `IOTA_AnomalyUnsafeFunctionReport`: items are [name, desc].
pub fn unsafe_functions(own: &str, items: Option<&[[Arg<'_>; 2]]>, count: i32, now: UnixMs) -> Result<Message> {
    report(
        own,
        Form {
            kind: b"UNSAFE_FUNCTION_REPORT",
            list: "unsafe_functions",
            members: ["name", "desc"],
        },
        items,
        count,
        now,
    )
}

/// `IOTA_AnomalyAbnormalProcessReport`: items are [pid, cmd, desc].
pub fn processes(own: &str, items: Option<&[[Arg<'_>; 3]]>, count: i32, now: UnixMs) -> Result<Message> {
    let members = ["pid", "cmd", "desc"];
    report(
        own,
        Form {
            kind: b"ABNORMAL_PROCESS_REPORT",
            list: "abnormal_processes",
            members,
        },
        items,
        count,
        now,
    )
}

/// The report of a check that the library runs; `fill` writes the members of `content`.
pub fn check(own: &str, kind: &str, now: UnixMs, fill: impl FnOnce(&mut Writer)) -> Result<Message> {
    let time = now.event_time();
    let time = Some(time.as_bytes());
    let payload = payload(None, |service| {
        service.of(service_ids::LOG).event_type(EVENT_TYPE).event_time(time);
        paras(service, kind.as_bytes(), time, fill);
    })?;
    up(Origin::Device(own), payload)
}
