//! Whether the system slept: then a connection may be gone without a word, and the timers know nothing of it, for they
//! stand still while the system sleeps.

use std::os::fd::OwnedFd;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// Shorter sleeps do a connection no harm.
const SLEEP: Duration = Duration::from_secs(1);

/// How long the system has slept since it was started.
pub(super) fn slept() -> Duration {
    let read = |clock| {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
        let seconds = u64::try_from(tv_sec).unwrap_or(0);
        Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(tv_nsec).unwrap_or(0))
    };
    // In this order, so that a pause between the two looks like less sleep, not more.
    let boot = read(ClockId::Boottime);
    boot.saturating_sub(read(ClockId::Monotonic))
}

/// Notices a sleep, and wakes the thread after one.
pub(super) struct Suspend {
    slept: Duration,
    alarm: Option<AsyncFd<OwnedFd>>,
}

impl Suspend {
    /// `slept`: what [`slept`] says now.
    pub(super) fn new(slept: Duration) -> Suspend {
        Suspend {
            slept,
            // Without it a sleep is noticed at the next thing that is due.
            alarm: alarm().ok().and_then(watched),
        }
    }

    /// For how long the system slept since the last call, if it did.
    pub(super) fn noticed(&mut self, slept: Duration) -> Option<Duration> {
        let more = slept.saturating_sub(self.slept);
        if more < SLEEP {
            return None;
        }
        self.slept = slept;
        Some(more)
    }

    /// Ready when the system has woken up, or its clock was set.
    pub(super) fn poll_woken(&self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(alarm) = &self.alarm else {
            return Poll::Pending;
        };
        match alarm.poll_read_ready(cx) {
            Poll::Ready(Ok(mut ready)) => {
                // The error says that the clock was set, and arms the timer again.
                let _ = rustix::io::read(alarm.get_ref(), &mut [0; 8]);
                ready.clear_ready();
                Poll::Ready(())
            }
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

/// Deprecated because it takes what does not own its descriptor, too; this one does, and nothing else closes it.
#[allow(deprecated)]
fn watched(alarm: OwnedFd) -> Option<AsyncFd<OwnedFd>> {
    AsyncFd::new(base::process::above_standard(alarm).ok()?).ok()
}

/// A timer of the wall clock that never ends by itself: it is cancelled when that clock is set, as it is after a sleep.
fn alarm() -> rustix::io::Result<OwnedFd> {
    let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let never = Itimerspec {
        it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: Timespec {
            tv_sec: i32::MAX.into(),
            tv_nsec: 0,
        },
    };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(&timer, flags, &never)?;
    Ok(timer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_is_noticed_once() {
        const S: fn(u64) -> Duration = Duration::from_secs;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let _inside = runtime.enter();
        let mut suspend = Suspend::new(S(100));
        assert!(suspend.alarm.is_some());
        assert_eq!(suspend.noticed(S(100) + Duration::from_millis(900)), None);
        assert_eq!(suspend.noticed(S(160)), Some(S(60)));
        assert_eq!(suspend.noticed(S(160)), None);
        assert_eq!(suspend.noticed(S(0)), None, "whatever the clocks say");
        assert!(Suspend::new(slept()).noticed(slept()).is_none());
    }
}
