//! The native back-end (docs/spec/nearlink.md#dsoftbus): DSoftBus sessions between devices that the
//! system has already joined carry the frames that TCP carries otherwise. Handshake, identities and
//! rules are the same; who else may open sessions does not matter.
//!
//! Built against the public headers and proven with a mock library only: permissions, allow-lists and discovery of a real
//! device are not covered.

pub mod bus;
mod library;

use std::net::IpAddr;
use std::rc::Rc;

use tokio::sync::mpsc;

use crate::code::{self, Code};
use crate::net::Net;
use crate::server;
use crate::wire::Wire;
use bus::{Bus, NotOpened, NotStarted};
use library::Report;

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
            base::lines::dsoftbus_refuses(&number);
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

/// The client role: a session with the online device that has this address.
pub async fn connect(net: &Rc<Net>, address: IpAddr) -> Result<Wire, Code> {
    let bus = started(net).await?;
    bus.open(address).await.map_err(|why| {
        base::info!("near link: {address}: {why}");
        match why {
            NotOpened::Closing => code::ERROR,
            _ => code::CONNECTION_REFUSED,
        }
    })
}

async fn watch(net: Rc<Net>, bus: Rc<Bus>, mut reports: mpsc::UnboundedReceiver<Report>) {
    while let Some(report) = reports.recv().await {
        match report {
            Report::Online => {
                for target in net.targets.borrow().values() {
                    target.try_now();
                }
            }
            Report::Opened(session, opened) => {
                if let Some(inbound) = bus.opened(session, opened).await {
                    server::welcome(&net, inbound.wire, inbound.from);
                }
            }
        }
    }
}
