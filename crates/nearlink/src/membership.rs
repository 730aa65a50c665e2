//! Who may stay (docs/spec/softbus.md#view): sessions are checked again after each change of the
//! view and at each heartbeat.

use std::rc::Rc;
use std::sync::Arc;

use tokio::task::spawn_local;

use crate::net::{Net, Role};
use crate::peers::Handle;
use crate::record::Reason;

/// After a change of the view: every session is checked again, one with a device that is listed elsewhere now must show that it
/// still works, and keys that nothing uses are wiped.
pub fn view_changed(net: &Rc<Net>) {
    net.view_number.set(net.view_number.get() + 1);
    net.news.notify_waiters();
    net.find.notify_one();
    let view = net.program.view();
    for session in net.peers.sessions() {
        let listed = view.addresses_of(session.peer.id());
        if !listed.is_empty() && !listed.contains(&session.remote) {
            session.doubt();
        }
        let role = if session.inbound { Role::Server } else { Role::Client };
        spawn_local(recheck(Rc::clone(net), session, role));
    }
    for target in net.targets.borrow().values() {
        target.keep_key_of(&view);
    }
    net.keys.retain_used(&view);
    net.prepare_as_server();
}

/// Whether a session's peer is still a member and its key still one of the candidates; else the session is closed. At most one
/// check per session runs; an order that comes meanwhile lets it start again.
pub async fn recheck(net: Rc<Net>, session: Arc<Handle>, role: Role) {
    if !session.begin_check() {
        return;
    }
    loop {
        let own = net.own_id();
        let shortest = net.settings.min_key_len;
        let asked = Arc::clone(&session);
        let stays = net
            .ask(move |ask| {
                let peer = asked.peer.id();
                ask.is_valid_device_id(peer)
                    && Net::candidates(ask, &own, peer, role, shortest).contains(asked.key.key())
            })
            .await;
        if stays == Some(false) {
            base::info!(
                "near link: {} is cut off: the group's members or key changed",
                session.peer.id()
            );
            session.close(Reason::Changed);
        }
        if !session.check_again() {
            return;
        }
    }
}
