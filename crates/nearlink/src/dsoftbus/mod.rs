//! The native back-end (docs/spec/nearlink.md#dsoftbus): DSoftBus sessions between devices that the
//! system has already joined carry the frames that TCP carries otherwise. Handshake, identities and
//! rules are the same; who else may open sessions does not matter.
//!
//! DSoftBus has one session per pair of devices: whoever opens a second one gets the first one's number again. So a session
//! is opened when none stands with that device, and closed before another takes its place; where the other side has opened
//! one, that one serves both.
//!
//! Built against the public headers and proven with a mock library only, which does what the real one does from 3.1 on:
//! discovery and radio links of a real device are not covered.

pub mod bus;
mod library;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use crate::code::{self, Code};
use crate::net::Net;
use crate::server::{self, Origin};
use bus::{Bus, NotOpened, NotStarted, Reached};
use library::{Node, Report};

/// How often it is looked whether a session that the other side opened has gone.
const LOOK: Duration = Duration::from_millis(250);

/// What the image has to list, and where: in a standard and in a small system.
const ENTRY: &str = concat!(
    r#"{"SESSION_NAME": "hwmqtt.dconn", "REGEXP": "false", "DEVID": "UUID", "SEC_LEVEL": "public", "#,
    r#""APP_INFO": [{"TYPE": "native_app", "PKG_NAME": "hwmqtt", "ACTIONS": "create,open"}]}"#
);
const LISTED_IN: [&str; 2] = [
    "/system/etc/communication/softbus/softbus_trans_permission.json",
    "/etc/communication/softbus/softbus_trans_permission.json",
];

/// Says what is missing where the library refuses.
fn explain(what: &dyn std::fmt::Display) {
    let [standard, small] = LISTED_IN;
    let file = match !Path::new(standard).exists() && Path::new(small).exists() {
        true => small,
        false => standard,
    };
    base::lines::dsoftbus_refuses(what, &file, &ENTRY);
}

/// The link's bus, started by its first init call.
async fn started(net: &Rc<Net>) -> Result<Rc<Bus>, Code> {
    let mut started = net.bus.lock().await;
    if let Some(bus) = &*started {
        return Ok(Rc::clone(bus));
    }
    let (bus, reports) = match Bus::start(&net.settings.dsoftbus_lib).await {
        Ok(both) => both,
        Err(NotStarted::Library(why)) => {
            base::lines::dsoftbus_unusable(&net.settings.dsoftbus_lib, &why);
            return Err(code::ERROR);
        }
        Err(NotStarted::Refused(number)) => {
            explain(&format_args!("CreateSessionServer gives {number}"));
            return Err(code::DEVICE_NOT_AUTHORIZED);
        }
        Err(NotStarted::Closing) => return Err(code::ERROR),
    };
    *started = Some(Rc::clone(&bus));
    net.background(watch(Rc::clone(net), Rc::clone(&bus), reports));
    Ok(bus)
}

/// The server role: sessions that others open are welcome from now on.
pub async fn listen(net: &Rc<Net>, address: IpAddr) -> Code {
    if let Some(code) = server::already_listening(net, address) {
        return code;
    }
    match started(net).await {
        Ok(bus) => {
            bus.serving.set(true);
            net.listening.borrow_mut().push(address);
            code::SUCCESS
        }
        Err(code) => code,
    }
}

/// Whether a session that the device at this address has opened stands: it serves both directions.
pub fn theirs(net: &Net, address: IpAddr) -> bool {
    let view = net.program.view();
    let listed = |id: &str| view.addresses_of(id).contains(&address);
    let sessions = net.peers.sessions();
    let mut inbound = sessions.iter().filter(|s| s.inbound && s.ordered_close().is_none());
    inbound.any(|s| s.remote == address || listed(s.peer.id()))
}

/// Returns when the other side's session may have gone.
pub async fn look_again(wake: &Notify) {
    let _ = timeout(LOOK, wake.notified()).await;
}

/// The client role: a session with the online device that has this address or, where the library tells no addresses, with
/// the `nth` of those it may be.
pub async fn connect(net: &Rc<Net>, address: IpAddr, nth: usize) -> Result<Reached, Code> {
    let bus = started(net).await?;
    bus.open(address, nth, || theirs(net, address)).await.map_err(|why| {
        match why {
            NotOpened::OpenSession(_) if !bus.explained.replace(true) => explain(&why),
            _ => base::info!("near link: {address}: {why}"),
        }
        match why {
            NotOpened::Closing => code::ERROR,
            _ => code::CONNECTION_REFUSED,
        }
    })
}

async fn watch(net: Rc<Net>, bus: Rc<Bus>, mut reports: mpsc::UnboundedReceiver<Report>) {
    while let Some(report) = reports.recv().await {
        let inbound = match report {
            Report::Online => {
                for target in net.targets.borrow().values() {
                    target.try_now();
                }
                None
            }
            Report::Opened(session, frames) => bus.opened(session.id, Ok((session, frames))).await,
            Report::Failed(id, number) => bus.opened(id, Err(number)).await,
        };
        if let Some(inbound) = inbound {
            server::welcome(&net, inbound.wire, origin(&inbound.from));
        }
    }
}

/// Where a session comes from. A device without a known address counts as one address, of a range that leads nowhere.
fn origin(node: &Node) -> Origin {
    match node.address {
        Some(address) => Origin::Address(address),
        None => {
            let mut hash = DefaultHasher::new();
            node.id.hash(&mut hash);
            let [a, b, c, d, e, f, g, h] = hash.finish().to_be_bytes().map(u16::from);
            let low = [a << 8 | b, c << 8 | d, e << 8 | f, g << 8 | h];
            Origin::Unknown(Ipv6Addr::new(0x100, 0, 0, 0, low[0], low[1], low[2], low[3]).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_is_the_one_in_the_file_that_ships() {
        let dense = |text: &str| text.split_whitespace().collect::<String>();
        let file = include_str!("../../../../ohos/softbus_trans_permission.json");
        assert_eq!(format!("[{}]", dense(ENTRY)), dense(file));
    }
}
