//! Events as a stream, blocking or asynchronous.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use base::sync::{Condvar, Mutex};
use futures_util::stream::Stream;

use super::event::Event;

/// So many events wait to be taken; then the device reads no further, as with a callback that does not return.
const ROOM: usize = 1024;

#[derive(Default)]
struct State {
    events: VecDeque<Event>,
    /// No more come.
    closed: bool,
    waker: Option<Waker>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    /// On the callback thread: waits for room while somebody is there to make it.
    fn push(&self, event: Event) {
        let mut state = self.state.lock();
        while state.events.len() >= ROOM && !state.closed {
            self.changed.wait(&mut state);
        }
        if state.closed {
            return;
        }
        state.events.push_back(event);
        self.tell(state);
    }

    fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        self.tell(state);
    }

    fn tell(&self, mut state: base::sync::MutexGuard<'_, State>) {
        let waker = state.waker.take();
        self.changed.notify_all();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The events of a device from now on, in the order of arrival; see [`Device::events`](super::Device::events).
///
/// As an [`Iterator`] it waits for the next one, as a [`Stream`] it can be awaited; both end with the device. What is not taken
/// is kept, up to 1,024 events; then the device reads no further from the platform until there is room, so that nothing is
/// lost. Drop it when you want no more.
pub struct Events(Arc<Queue>);

impl Events {
    /// The next event; `None` when none came within this time, or the device is no more.
    pub fn next_within(&mut self, within: Duration) -> Option<Event> {
        self.wait(Instant::now().checked_add(within))
    }

    /// Waits for the next event without blocking the thread; `None`: the device is no more.
    pub async fn recv(&mut self) -> Option<Event> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn wait(&mut self, until: Option<Instant>) -> Option<Event> {
        let mut state = self.0.state.lock();
        loop {
            if let Some(event) = state.events.pop_front() {
                self.0.changed.notify_all(); // there is room
                return Some(event);
            }
            if state.closed {
                return None;
            }
            match until {
                None => self.0.changed.wait(&mut state),
                Some(until) => {
                    if self.0.changed.wait_until(&mut state, until).timed_out() {
                        return None;
                    }
                }
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let mut state = self.0.state.lock();
        if let Some(event) = state.events.pop_front() {
            self.0.changed.notify_all();
            return Poll::Ready(Some(event));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.wait(None)
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.get_mut().poll(cx)
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The streams of a device.
#[derive(Default)]
pub(super) struct Streams {
    open: Mutex<(bool, Vec<Weak<Queue>>)>,
}

impl Streams {
    /// One more, from now on.
    pub(super) fn open(&self) -> Events {
        let queue = Arc::<Queue>::default();
        let (closed, open) = &mut *self.open.lock();
        match closed {
            true => queue.close(),
            false => open.push(Arc::downgrade(&queue)),
        }
        Events(queue)
    }

    /// Whether somebody listens.
    pub(super) fn wanted(&self) -> bool {
        let open = &mut self.open.lock().1;
        open.retain(|queue| queue.strong_count() > 0);
        !open.is_empty()
    }

    /// Hands an event to all of them.
    pub(super) fn push(&self, event: &Event) {
        let open: Vec<_> = self.open.lock().1.iter().filter_map(Weak::upgrade).collect();
        for queue in open {
            queue.push(event.clone());
        }
    }

    /// The device ends.
    pub(super) fn close(&self) {
        let open = {
            let (closed, open) = &mut *self.open.lock();
            *closed = true;
            std::mem::take(open)
        };
        for queue in open.iter().filter_map(Weak::upgrade) {
            queue.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(n: usize) -> Event {
        Event::Other(n.to_ne_bytes().to_vec())
    }

    #[test]
    fn events_come_in_order_and_end_with_the_device() {
        let streams = Streams::default();
        assert!(!streams.wanted());
        let mut first = streams.open();
        streams.push(&number(0));
        let mut second = streams.open();
        streams.push(&number(1));
        assert!(streams.wanted());
        assert_eq!(first.next_within(Duration::ZERO), Some(number(0)));
        assert_eq!(first.next(), Some(number(1)));
        assert_eq!(first.next_within(Duration::from_millis(1)), None);
        streams.close();
        assert_eq!(
            (second.next(), second.next(), first.next()),
            (Some(number(1)), None, None)
        );
        assert_eq!(streams.open().next(), None);
    }

    #[test]
    fn a_full_stream_waits_for_room_and_lets_go_when_dropped() {
        let streams = Streams::default();
        let mut events = streams.open();
        std::thread::scope(|scope| {
            let pushing = scope.spawn(|| (0..ROOM + 2).for_each(|n| streams.push(&number(n))));
            while events.0.state.lock().events.len() < ROOM {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_millis(20));
            assert!(!pushing.is_finished());
            assert_eq!(events.next(), Some(number(0)));
            drop(events);
            pushing.join().unwrap();
        });
        assert!(!streams.wanted());
    }

    #[test]
    fn a_stream_can_be_awaited() {
        let streams = Streams::default();
        let mut events = streams.open();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(10));
                streams.push(&number(7));
                streams.close();
            });
            runtime.block_on(async {
                assert_eq!(events.recv().await, Some(number(7)));
                assert_eq!(events.recv().await, None);
            });
        });
    }
}
