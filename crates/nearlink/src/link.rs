//! One generation of the built-in back-end: from the first init call to Close. It owns the thread `iota-link`, which runs no
//! user code, so that an init call may block anywhere, in a callback too, and still be answered.

use std::net::IpAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use base::sync::{Condvar, Mutex};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::address::Listed;
use crate::code::{self, Code};
use crate::events::{CallbackQueue, Events};
use crate::gate::Gate;
use crate::net::Net;
use crate::peers::Peers;
use crate::program::Program;
use crate::settings::{BackendKind, Settings};
use crate::{client, dsoftbus, finding, membership, server};
use base::answer::{self, Answer, Pending};

/// Most helper threads for check callbacks and key stretching; they end when idle.
const HELPERS: usize = 128;

enum Order {
    /// Asks the program for the own device id.
    OwnId(Answer<Option<String>>),
    Listen(IpAddr, Answer<Code>),
    /// Connects in order up to the first failure.
    Connect(Vec<Listed>, Answer<Result<(), (Code, Vec<u8>)>>),
    ViewChanged,
    ShutDown,
}

/// Whether the caller is where nothing may wait for the link, which a log sink can reach: on a thread of the library that others
/// wait for, which is each but the one of `queue` and those inside a check.
pub fn may_not_wait(queue: Option<&dyn CallbackQueue>) -> bool {
    base::thread::is_ours() && !Gate::is_inside() && !queue.is_some_and(CallbackQueue::is_current)
}

/// A running link.
pub struct Link {
    pub peers: Arc<Peers>,
    pub events: Arc<Events>,
    pub settings: Settings,
    orders: mpsc::UnboundedSender<Order>,
    /// With the runtime, which the thread hands back at its end.
    thread: Mutex<Option<(JoinHandle<()>, Pending<Runtime>)>>,
    down: Arc<Flag>,
}

/// Set once.
#[derive(Default)]
pub struct Flag {
    set: Mutex<bool>,
    changed: Condvar,
}

impl Flag {
    pub fn set(&self) {
        *self.set.lock() = true;
        self.changed.notify_all();
    }

    pub fn wait(&self) {
        let mut set = self.set.lock();
        while !*set {
            self.changed.wait(&mut set);
        }
    }
}

impl Link {
    /// Starts the thread.
    pub fn start(settings: Settings, program: &Arc<Program>, events: Arc<Events>) -> Result<Arc<Self>, Code> {
        let (orders, inbox) = mpsc::unbounded_channel();
        let peers = Arc::new(Peers::default());
        let down = Arc::new(Flag::default());
        let world = (
            settings.clone(),
            Arc::clone(program),
            Arc::clone(&peers),
            Arc::clone(&events),
            Arc::clone(&down),
        );
        let (handed_back, runtime) = answer::channel();
        let body = move || {
            base::thread::settle(|| drop(tokio::runtime::Builder::new_current_thread().build()));
            let (settings, program, peers, events, down) = world;
            let runtime = run(settings, program, peers, events, inbox);
            down.set();
            if let Some(runtime) = runtime {
                handed_back.give(runtime);
            }
        };
        let thread = base::thread::spawn("iota-link", body).map_err(|_| code::CREATE_THREAD)?;
        Ok(Arc::new(Link {
            peers,
            events,
            settings,
            orders,
            thread: Mutex::new(Some((thread, runtime))),
            down,
        }))
    }

    fn ask<R>(&self, order: impl FnOnce(Answer<R>) -> Order) -> Option<R> {
        let (answer, pending) = answer::channel();
        self.orders.send(order(answer)).ok()?;
        pending.wait()
    }

    /// The own device id, asked and remembered; an error when the program gives none that can be used.
    pub fn own_id(&self) -> Result<(), Code> {
        self.ask(Order::OwnId)
            .ok_or(code::ERROR)?
            .map(|_| ())
            .ok_or(code::INVALID_DEVICE_ID)
    }

    pub fn listen(&self, address: IpAddr) -> Code {
        self.ask(|answer| Order::Listen(address, answer)).unwrap_or(code::ERROR)
    }

    /// Connects in order; the error is the first failing token and its code.
    pub fn connect(&self, list: Vec<Listed>) -> Result<(), (Code, Vec<u8>)> {
        self.ask(|answer| Order::Connect(list, answer))
            .unwrap_or(Err((code::ERROR, Vec::new())))
    }

    pub fn view_changed(&self) {
        let _ = self.orders.send(Order::ViewChanged);
    }

    /// The flag that tells when nothing of this link is on the network any more.
    pub fn down(&self) -> Arc<Flag> {
        Arc::clone(&self.down)
    }

    /// Ends everything; afterwards no callback of this link runs, except one that the caller is inside of.
    pub fn close(&self) {
        let _ = self.orders.send(Order::ShutDown);
        if may_not_wait(Some(self.events.queue())) {
            return;
        }
        let thread = self.thread.lock().take();
        let runtime = thread.and_then(|(thread, runtime)| {
            let _ = thread.join(); // without a runtime it ended by a panic
            runtime.wait()
        });
        self.down.set();
        self.events.finish();
        self.events.gate.wait();
        if let Some(runtime) = runtime {
            if Gate::is_inside() {
                runtime.shutdown_background(); // one of its helper threads may be ours
            } else {
                runtime.shutdown_timeout(Duration::from_secs(2));
            }
        }
    }
}

/// The thread: serves orders until told to stop. The runtime is handed back so that whoever closes waits for its helpers.
fn run(
    settings: Settings,
    program: Arc<Program>,
    peers: Arc<Peers>,
    events: Arc<Events>,
    inbox: mpsc::UnboundedReceiver<Order>,
) -> Option<Runtime> {
    let build = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .thread_name("iota-link-ask")
            .on_thread_start(base::thread::claim)
            .thread_stack_size(base::thread::stack())
            .max_blocking_threads(HELPERS)
            .build()
    };
    let runtime = match base::process::above_closed_standard(build) {
        Ok(runtime) => runtime,
        Err(why) => {
            base::lines::near_no_loop(&why);
            return None;
        }
    };
    let local = LocalSet::new();
    local.block_on(&runtime, serve(Net::new(settings, program, peers, events), inbox));
    drop(local); // cancels what is left; sessions among it report their results as they go
    Some(runtime)
}

async fn serve(net: std::rc::Rc<Net>, mut inbox: mpsc::UnboundedReceiver<Order>) {
    while let Some(order) = inbox.recv().await {
        let net = std::rc::Rc::clone(&net);
        match order {
            Order::OwnId(answer) => {
                tokio::task::spawn_local(async move {
                    let source = net.program.callbacks().and_then(|c| c.device_id.clone());
                    let id = match source {
                        Some(ask) => net.off_thread(move || ask()).await.flatten(),
                        None => None,
                    };
                    let id = id.filter(|id| crate::hello::is_id(id));
                    if let Some(id) = &id {
                        id.clone_into(&mut net.own_id.borrow_mut());
                        let starts = net.settings.backend == BackendKind::Builtin && !net.is_closing();
                        if starts && !net.watched.replace(true) {
                            net.background(finding::run(std::rc::Rc::clone(&net)));
                        }
                    }
                    answer.give(id);
                });
            }
            Order::Listen(address, answer) => {
                tokio::task::spawn_local(async move {
                    let code = match net.settings.backend {
                        BackendKind::DSoftBus => dsoftbus::listen(&net, address).await,
                        _ => server::listen(&net, address),
                    };
                    net.prepare_as_server();
                    net.find.notify_one();
                    answer.give(code);
                });
            }
            Order::Connect(list, answer) => {
                net.dials();
                tokio::task::spawn_local(async move {
                    for listed in list {
                        let code = client::connect(&net, listed.address).await;
                        if code != code::SUCCESS {
                            answer.give(Err((code, listed.token)));
                            return;
                        }
                    }
                    answer.give(Ok(()));
                });
            }
            Order::ViewChanged => membership::view_changed(&net),
            Order::ShutDown => break,
        }
    }
    inbox.close();
    net.shut_down().await;
    if net.finding.get() {
        finding::report(&net.program.finder());
    }
}
