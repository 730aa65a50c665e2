//! The thread of a tunnel, and the place for the one that there may be.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use base::sync::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::logins::{Logins, seconds};
use super::ssh::Host;
use super::websocket::Target;
use super::worker::{Real, Worker};
use crate::error::{Detail, Error, Result};

/// Texts of the program that wait for the web socket.
const QUEUE: usize = 64;
/// Threads of tunnels that are about to end, and the one after them: a platform that asks and asks gets no more.
const MOST: usize = 8;

struct Tunnel {
    outgoing: mpsc::Sender<String>,
    /// Dropped, it ends the tunnel.
    stop: Option<oneshot::Sender<()>>,
    open: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// At most one tunnel: a new one ends the earlier. After three failed logins there is none for a while.
#[derive(Default)]
pub struct Tunnels {
    current: Mutex<Option<Tunnel>>,
    logins: Arc<Mutex<Logins>>,
    /// Each thread has a clone.
    threads: Arc<()>,
}

impl Tunnels {
    pub fn new() -> Tunnels {
        Tunnels::default()
    }

    /// Starts a tunnel and returns; everything else happens on its thread, once the earlier one has ended.
    pub fn open(&self, target: Target, host: Host) -> Result<()> {
        if let Some(pause) = self.logins.lock().pause(Instant::now()) {
            let why = format!("too many logins have failed: no tunnel for {} s", seconds(pause));
            return Err(Error::Connect(why.into()));
        }
        let mut current = self.current.lock();
        if Arc::strong_count(&self.threads) > MOST {
            return Err(Error::State("too many tunnels are ending: ask for one at a time"));
        }
        if let Some(tunnel) = current.as_mut() {
            tunnel.stop = None;
        }
        let earlier = current.take().map(|tunnel| tunnel.thread);
        let (outgoing, texts) = mpsc::channel(QUEUE);
        let (stop, stopped) = oneshot::channel();
        let open = Arc::new(AtomicBool::new(false));
        let logins = self.logins.clone();
        let worker = Worker::new(Real { target, host }, texts, open.clone(), logins);
        let ended = open.clone();
        let counted = self.threads.clone();
        let body = move || {
            let _counted = counted;
            if let Some(earlier) = earlier {
                let _ = earlier.join(); // a panic there was logged
            }
            let running = AssertUnwindSafe(|| run(worker, stopped));
            if catch_unwind(running).is_err() {
                ended.store(false, Ordering::Release);
                base::lines::login_internal();
            }
        };
        let thread = base::thread::spawn("iota-tunnel", body)
            .map_err(|e| Error::System(Detail::because(format!("no thread for the tunnel: {e}"), e)))?;
        *current = Some(Tunnel {
            outgoing,
            stop: Some(stop),
            open,
            thread,
        });
        Ok(())
    }

    /// Sends a text of the program's; never waits.
    pub fn send(&self, text: String) -> Result<()> {
        let current = self.current.lock();
        let tunnel = current.as_ref().filter(|tunnel| tunnel.open.load(Ordering::Acquire));
        let tunnel = tunnel.ok_or(Error::State("there is no open tunnel"))?;
        let sent = tunnel.outgoing.try_send(text);
        sent.map_err(|_| Error::State("too many messages wait for the tunnel"))
    }

    /// Ends the tunnel; does not wait for it.
    pub fn stop(&self) {
        if let Some(tunnel) = self.current.lock().as_mut() {
            tunnel.stop = None;
        }
    }

    /// Ends the tunnel and waits for its thread, unless called on it.
    pub fn join(&self) {
        self.stop();
        let tunnel = self.current.lock().take();
        match tunnel {
            Some(tunnel) if tunnel.thread.thread().id() != thread::current().id() => drop(tunnel.thread.join()),
            _ => {}
        }
    }
}

fn run(worker: Worker<Real>, stopped: oneshot::Receiver<()>) {
    let build = || tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match base::process::above_closed_standard(build) {
        Ok(runtime) => runtime,
        Err(e) => {
            base::lines::login_no_runtime(&e);
            return;
        }
    };
    runtime.block_on(worker.run(async {
        let _ = stopped.await; // dropped or not, it has come
    }));
    runtime.shutdown_background();
}
