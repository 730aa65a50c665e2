//! The thread `iota-mqtt`: the sessions of all devices of the process run on it, each as a task. It begins with the first
//! and ends with the last.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;
use std::thread::JoinHandle;

use base::fork::PerProcess;
use base::sync::{Condvar, Mutex};
use tokio::runtime::{Builder, Handle};
use tokio::sync::Notify;

use crate::error::{Detail, Error, Result};

thread_local! {
    /// The process, by [`base::fork::epoch`], whose network thread this is; 0: of none.
    static NETWORK_OF: Cell<u32> = const { Cell::new(0) };
}

/// The thread, while there is one.
struct Running {
    runtime: Handle,
    stop: Arc<Notify>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Network {
    running: Option<Running>,
    /// Tasks that are not over, or whose end nobody has taken note of.
    tasks: usize,
}

static NETWORK: PerProcess<Mutex<Network>> = PerProcess::new(|_| Mutex::default());

impl Network {
    fn handle(&mut self) -> Result<Handle> {
        if let Some(running) = &self.running {
            return Ok(running.runtime.clone());
        }
        let system =
            |what: &str, e: std::io::Error| Error::System(Detail::because(format!("cannot start {what}: {e}"), e));
        let build = || Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = base::process::above_closed_standard(build).map_err(|e| system("the runtime of iota-mqtt", e))?;
        let handle = runtime.handle().clone();
        let stop = Arc::new(Notify::new());
        let stopped = stop.clone();
        let body = move || {
            NETWORK_OF.set(base::fork::epoch());
            base::thread::settle(|| drop(Builder::new_current_thread().build()));
            runtime.block_on(stopped.notified());
        };
        let thread = base::thread::spawn("iota-mqtt", body).map_err(|e| system("the thread iota-mqtt", e))?;
        self.running = Some(Running {
            runtime: handle.clone(),
            stop,
            thread,
        });
        Ok(handle)
    }
}

/// Takes note of the end of a task. After the last one the thread is told to end, and given back to be waited for.
fn leave() -> Option<JoinHandle<()>> {
    let mut network = NETWORK.get().lock();
    network.tasks -= 1;
    if network.tasks > 0 {
        return None;
    }
    let Running { stop, thread, .. } = network.running.take()?;
    stop.notify_one();
    Some(thread)
}

#[derive(Default)]
struct Progress {
    over: bool,
    /// Nobody waits for the end.
    left: bool,
}

#[derive(Default)]
struct Shared {
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl Shared {
    fn over(&self) {
        let mut progress = self.progress.lock();
        progress.over = true;
        self.changed.notify_all();
        if progress.left {
            drop(progress);
            drop(leave()); // it may be the very thread that we are on
        }
    }
}

/// Notes the end of the task however it ends.
struct Over(Arc<Shared>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.over();
    }
}

/// A task of the network thread.
pub(super) struct Task(Arc<Shared>);

impl Task {
    /// Starts `body`, and the thread for the first task.
    pub(super) fn start(body: impl Future<Output = ()> + Send + 'static) -> Result<Task> {
        let handle = {
            let mut network = NETWORK.get().lock();
            let handle = network.handle()?;
            network.tasks += 1;
            handle
        };
        let shared = Arc::<Shared>::default();
        let over = Over(shared.clone());
        handle.spawn(async move {
            body.await;
            drop(over);
        });
        Ok(Task(shared))
    }

    /// Waits for its end. On the network thread itself, which cannot wait, the task goes on alone.
    pub(super) fn join(self) {
        let mut progress = self.0.progress.lock();
        if NETWORK_OF.get() == base::fork::epoch() && !progress.over {
            progress.left = true;
            return;
        }
        while !progress.over {
            self.0.changed.wait(&mut progress);
        }
        drop(progress);
        let Some(thread) = leave() else { return };
        if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
            base::lines::mqtt_panicked();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn tasks_share_the_thread_and_one_may_leave_another() {
        let (give, take) = channel();
        let id = move || give.send(std::thread::current().id()).unwrap();
        let (first, second) = (id.clone(), id);
        let first = Task::start(async move { first() }).unwrap();
        let second = Task::start(async move {
            second();
            first.join();
        })
        .unwrap();
        second.join();
        assert_eq!(take.recv().unwrap(), take.recv().unwrap());
    }

    #[test]
    fn a_task_that_panics_is_over() {
        let task = Task::start(async { panic!("as it is meant to") }).unwrap();
        task.join();
    }
}
