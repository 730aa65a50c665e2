//! What becomes of a report.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use base::sync::{Condvar, Mutex};

use super::failure::Failure;

#[derive(Default)]
struct State {
    ended: Option<Result<(), Failure>>,
    waker: Option<Waker>,
}

#[derive(Default)]
struct Slot {
    state: Mutex<State>,
    changed: Condvar,
}

/// The end of one report, as a future: `Ok` when the platform has it (with QoS 0: when it is written), or why it will not get
/// it. Every accepted report has exactly one end, also when the connection is lost meanwhile. Dropping it changes nothing.
#[must_use = "a report is on its way whether its end is waited for or not; drop() says that nobody wants to know"]
pub struct Delivery(Arc<Slot>);

impl Delivery {
    /// The end, if it is known.
    pub fn ended(&self) -> Option<Result<(), Failure>> {
        self.0.state.lock().ended.clone()
    }

    /// Waits for the end; `None` when it is not known after `within`. Not to be called in a callback of the same device
    /// without a limit that fits: others wait for that.
    pub fn wait(&self, within: Duration) -> Option<Result<(), Failure>> {
        let until = Instant::now().checked_add(within);
        let mut state = self.0.state.lock();
        while state.ended.is_none() {
            match until {
                None => self.0.changed.wait(&mut state),
                Some(until) => {
                    if self.0.changed.wait_until(&mut state, until).timed_out() {
                        break;
                    }
                }
            }
        }
        state.ended.clone()
    }
}

impl Future for Delivery {
    type Output = Result<(), Failure>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.state.lock();
        match &state.ended {
            Some(ended) => Poll::Ready(ended.clone()),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Delivery").field(&self.ended()).finish()
    }
}

/// The reports of a device that have no end yet, by the number that the device hands back with it.
#[derive(Default)]
pub(super) struct Deliveries {
    open: Mutex<(usize, HashMap<usize, Arc<Slot>>)>,
}

impl Deliveries {
    /// A delivery to hand out, and its number. Numbers begin with 1.
    pub(super) fn begin(&self) -> (usize, Delivery) {
        let slot = Arc::<Slot>::default();
        let (last, open) = &mut *self.open.lock();
        *last += 1;
        open.insert(*last, slot.clone());
        (*last, Delivery(slot))
    }

    /// The report was not accepted after all.
    pub(super) fn forget(&self, number: usize) {
        self.open.lock().1.remove(&number);
    }

    /// Notes an end; whether somebody is told by that.
    pub(super) fn end(&self, number: usize, ended: Result<(), Failure>) -> bool {
        let Some(slot) = self.open.lock().1.remove(&number) else {
            return false;
        };
        let waker = {
            let mut state = slot.state.lock();
            state.ended = Some(ended);
            slot.changed.notify_all();
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_ends_once_for_all_who_wait() {
        let deliveries = Deliveries::default();
        let (first, delivery) = deliveries.begin();
        let (second, other) = deliveries.begin();
        assert_ne!(first, second);
        assert_eq!(delivery.ended(), None);
        assert_eq!(delivery.wait(Duration::from_millis(1)), None);
        assert!(deliveries.end(first, Ok(())));
        assert!(!deliveries.end(first, Ok(())), "it has had its end");
        assert_eq!(delivery.wait(Duration::MAX), Some(Ok(())));
        deliveries.forget(second);
        assert!(!deliveries.end(second, Ok(())));
        assert_eq!(other.ended(), None);
    }

    #[test]
    fn a_delivery_is_a_future() {
        let deliveries = Deliveries::default();
        let (number, delivery) = deliveries.begin();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let end = std::thread::scope(|scope| {
            scope.spawn(|| deliveries.end(number, Err(Failure::new(-11, "gone"))));
            runtime.block_on(delivery)
        });
        assert_eq!(end.unwrap_err().code(), -11);
    }
}
