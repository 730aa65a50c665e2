//! What happens in a tunnel while it is there: opening it, and again after a loss; the messages of both sides; one shell.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base::sync::Mutex;
use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use zeroize::Zeroize;

use crate::services::tunnel::logins::{Logins, seconds};
use crate::services::tunnel::message::{self, Login, Request};
use crate::services::tunnel::retry::{ATTEMPTS, Pauses, is_final};
use crate::services::tunnel::ssh::{Host, Said, Session};
use crate::services::tunnel::websocket::{Arrived, End, Socket, Stream, Target, Unopened};
use crate::transport::tcp::Tcp;

/// What a tunnel connects.
pub(super) trait Ends {
    type Stream: Stream;
    fn open(&self) -> impl Future<Output = Result<Socket<Self::Stream>, Unopened>>;
    fn session(&self, login: Login) -> Session;
}

/// The platform and this machine.
pub(super) struct Real {
    pub(super) target: Target,
    pub(super) host: Host,
}

impl Ends for Real {
    type Stream = tokio_rustls::client::TlsStream<Tcp>;

    fn open(&self) -> impl Future<Output = Result<Socket<Self::Stream>, Unopened>> {
        self.target.open()
    }

    fn session(&self, login: Login) -> Session {
        self.host.session(login)
    }
}

pub(super) struct Worker<E: Ends> {
    ends: E,
    /// Texts of the program.
    outgoing: mpsc::Receiver<String>,
    /// Whether these can be sent.
    open: Arc<AtomicBool>,
    logins: Arc<Mutex<Logins>>,
    socket: Option<Socket<E::Stream>>,
    session: Option<Attempt>,
    /// Of the login, whole.
    connect_id: Vec<u8>,
    /// Of what came last, cut for the answers.
    latest_id: Vec<u8>,
}

impl<E: Ends> Worker<E> {
    pub(super) fn new(
        ends: E,
        outgoing: mpsc::Receiver<String>,
        open: Arc<AtomicBool>,
        logins: Arc<Mutex<Logins>>,
    ) -> Worker<E> {
        Worker {
            ends,
            outgoing,
            open,
            logins,
            socket: None,
            session: None,
            connect_id: Vec::new(),
            latest_id: Vec::new(),
        }
    }

    /// Until the platform ends the tunnel, it cannot be opened, too many logins have failed, or `stop` comes.
    pub(super) async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::select! {
            biased;
            () = stop => {}
            () = self.work() => {}
        }
        self.open.store(false, Ordering::Release);
        self.session = None;
        if let Some(socket) = self.socket.take() {
            socket.close().await;
        }
    }

    async fn work(&mut self) {
        let mut pauses = Pauses::at_first();
        if self.too_many_failures() {
            return; // those of the tunnel before this one
        }
        while let Some(socket) = self.attempt(pauses).await {
            let socket = self.socket.insert(socket);
            while self.outgoing.try_recv().is_ok() {} // what was meant for an earlier connection
            self.open.store(true, Ordering::Release);
            base::info!("remote login: the tunnel is open");
            let served = Served {
                ends: &self.ends,
                logins: &self.logins,
                outgoing: &mut self.outgoing,
                session: &mut self.session,
                connect_id: &mut self.connect_id,
                latest_id: &mut self.latest_id,
            };
            let end = served.until_end(socket).await;
            self.open.store(false, Ordering::Release);
            self.session = None;
            if end.is_some() {
                self.socket = None;
            }
            match end {
                Some(End::Closed(code)) if is_final(code) => {
                    base::info!("remote login: the platform closes the tunnel with code {code}");
                    return;
                }
                _ if self.too_many_failures() => return,
                Some(End::Closed(code)) => base::lines::tunnel_closed(&code),
                Some(End::Lost(why)) => base::lines::tunnel_lost(&why),
                None => return,
            }
            pauses = Pauses::after_loss();
        }
        base::lines::tunnel_given_up(&ATTEMPTS);
    }

    /// Says so.
    fn too_many_failures(&self) -> bool {
        let pause = self.logins.lock().pause(Instant::now());
        if let Some(pause) = pause {
            base::lines::logins_failed(&seconds(pause));
        }
        pause.is_some()
    }

    async fn attempt(&self, pauses: Pauses) -> Option<Socket<E::Stream>> {
        for pause in pauses {
            sleep(pause).await;
            match self.ends.open().await {
                Ok(socket) => return Some(socket),
                Err(why) => base::lines::tunnel_unopened(&why),
            }
        }
        None
    }
}

/// A worker without its socket.
struct Served<'a, E> {
    ends: &'a E,
    logins: &'a Arc<Mutex<Logins>>,
    outgoing: &'a mut mpsc::Receiver<String>,
    session: &'a mut Option<Attempt>,
    connect_id: &'a mut Vec<u8>,
    latest_id: &'a mut Vec<u8>,
}

impl<E: Ends> Served<'_, E> {
    /// `None`: too many logins have failed.
    async fn until_end(mut self, socket: &mut Socket<E::Stream>) -> Option<End> {
        loop {
            let answers = tokio::select! {
                arrived = socket.receive() => match arrived {
                    Arrived::Text(text) => self.arrived(text),
                    Arrived::End(end) => return Some(end),
                },
                said = said(self.session) => self.said(said),
                Some(text) = self.outgoing.recv() => Answers::one(text),
            };
            for answer in answers.0.into_iter().flatten() {
                if let Err(end) = socket.send(answer).await {
                    return Some(end);
                }
            }
            if self.logins.lock().pause(Instant::now()).is_some() {
                return None;
            }
        }
    }

    fn arrived(&mut self, text: Bytes) -> Answers {
        let request = message::read(&text);
        wipe(text);
        match request {
            None => {
                base::debug!("remote login: a message without a meaning here is ignored");
                Answers::default()
            }
            Some(Request::Connect { id, login }) => {
                *self.latest_id = message::short_id(&id).to_vec();
                *self.session = None; // there is one at a time
                let received = message::connect_response(&id);
                if self.logins.lock().pause(Instant::now()).is_some() {
                    return Answers([Some(received), Some(message::login_failed(&id))]); // it was one too many
                }
                let Some(login) = login else {
                    base::lines::login_incomplete();
                    return Answers([Some(received), Some(message::login_failed(&id))]);
                };
                *self.connect_id = id;
                *self.session = Some(Attempt {
                    session: self.ends.session(login),
                    opened: None,
                    logins: self.logins.clone(),
                });
                Answers::one(received)
            }
            Some(Request::Command { id, data }) => {
                match self.session {
                    None => base::debug!("remote login: a command without a shell is ignored"),
                    Some(Attempt { session, .. }) => {
                        *self.latest_id = message::short_id(&id).to_vec();
                        if session.input.try_send(data).is_err() {
                            base::lines::shell_blocked();
                        }
                    }
                }
                Answers::default()
            }
        }
    }

    fn said(&mut self, said: Said) -> Answers {
        Answers::one(match said {
            Said::Opened => {
                base::lines::login_begins();
                if let Some(attempt) = self.session {
                    attempt.opened = Some(Instant::now());
                }
                return Answers::default();
            }
            Said::Text(text) => message::command_response(self.latest_id, &text),
            Said::Failed(why) => {
                base::lines::login_failed(&why);
                *self.session = None;
                message::login_failed(self.connect_id)
            }
            Said::Ended => {
                base::info!("remote login: the shell has ended");
                *self.session = None;
                message::shell_ended()
            }
        })
    }
}

/// A login, and the session that it becomes: one that never does has failed.
struct Attempt {
    session: Session,
    /// When there was a shell.
    opened: Option<Instant>,
    logins: Arc<Mutex<Logins>>,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        match self.opened {
            Some(opened) => base::lines::login_ends(&opened.elapsed().as_secs()),
            None => self.logins.lock().failed(Instant::now()),
        }
    }
}

/// The messages to send, in order.
#[derive(Default)]
struct Answers([Option<String>; 2]);

impl Answers {
    fn one(text: String) -> Answers {
        Answers([Some(text), None])
    }
}

/// The next of a session, if there is one.
async fn said(attempt: &mut Option<Attempt>) -> Said {
    match attempt {
        Some(attempt) => attempt.session.output.recv().await.unwrap_or(Said::Ended),
        None => std::future::pending().await,
    }
}

/// It may have held a password.
fn wipe(text: Bytes) {
    if let Ok(text) = text.try_into_mut() {
        let mut text: BytesMut = text;
        text.as_mut().zeroize();
    }
}
