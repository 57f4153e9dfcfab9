//! Waiting for sockets and for a point in time at once: the one place that knows how precise the system can be.
//!
//! Linux: a timerfd in the poll, exact to the hrtimer (no timer slack applies to it). Elsewhere: the poll's own timeout
//! rounded down to whole milliseconds, and the rest of the way by yielding the CPU.

use mio::{Events, Poll};
use std::io;
use std::time::Duration;

#[cfg(target_os = "linux")]
pub use linux::Alarm;
#[cfg(not(target_os = "linux"))]
pub use other::Alarm;

/// What to wait for besides sockets; ns of the same clock.
#[derive(Debug, Clone, Copy)]
pub struct Until {
    pub now_ns: u64,
    /// The next intended start: to be met exactly.
    pub due_ns: Option<u64>,
    /// Time limits and progress: a millisecond late is good enough.
    pub other_ns: u64,
}

fn poll(poll: &mut Poll, events: &mut Events, timeout: Duration) -> io::Result<()> {
    match poll.poll(events, Some(timeout)) {
        // A signal: the loop looks whether it was meant for us.
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        result => result,
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{Until, poll};
    use mio::unix::SourceFd;
    use mio::{Events, Interest, Poll, Registry, Token};
    use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime};
    use std::io;
    use std::os::fd::{AsRawFd as _, OwnedFd};
    use std::time::Duration;

    /// A timer that wakes the poll.
    #[derive(Debug)]
    pub struct Alarm {
        timer: OwnedFd,
        armed_ns: Option<u64>,
    }

    impl Alarm {
        /// Puts the timer into the poll under `token`.
        pub fn new(registry: &Registry, token: Token) -> io::Result<Alarm> {
            let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
            registry.register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Alarm { timer, armed_ns: None })
        }

        /// Blocks until a socket is ready or one of the times has come.
        pub fn wait(&mut self, sockets: &mut Poll, events: &mut Events, until: Until) -> io::Result<()> {
            let coarse = Duration::from_nanos(until.other_ns.saturating_sub(until.now_ns));
            match until.due_ns {
                Some(due) if due <= until.now_ns => poll(sockets, events, Duration::ZERO),
                Some(due) if due < until.other_ns => {
                    self.arm(due, until.now_ns)?;
                    poll(sockets, events, coarse)
                }
                _ => poll(sockets, events, coarse),
            }
        }

        /// Edge-triggered, so the expiry needs no read: arming again is the only system call.
        fn arm(&mut self, due_ns: u64, now_ns: u64) -> io::Result<()> {
            if self.armed_ns == Some(due_ns) {
                return Ok(());
            }
            let never = Timespec { tv_sec: 0, tv_nsec: 0 };
            let wait = Timespec::try_from(Duration::from_nanos(due_ns - now_ns)).unwrap_or(never);
            timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval: never, it_value: wait })?;
            self.armed_ns = Some(due_ns);
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use super::{Until, poll};
    use mio::{Events, Poll, Registry, Token};
    use std::io;
    use std::time::Duration;

    /// Stands in for a timer in the poll.
    #[derive(Debug)]
    pub struct Alarm;

    impl Alarm {
        /// Nothing to set up here.
        pub fn new(_registry: &Registry, _token: Token) -> io::Result<Alarm> {
            Ok(Alarm)
        }

        /// Blocks until a socket is ready or one of the times has come, or shortly before: the loop then asks again.
        pub fn wait(&mut self, sockets: &mut Poll, events: &mut Events, until: Until) -> io::Result<()> {
            let next = until.due_ns.map_or(until.other_ns, |due| due.min(until.other_ns));
            let left = Duration::from_nanos(next.saturating_sub(until.now_ns));
            let whole = Duration::from_millis(u64::try_from(left.as_millis()).unwrap_or(u64::MAX));
            if whole.is_zero() && !left.is_zero() {
                std::thread::yield_now();
            }
            poll(sockets, events, whole)
        }
    }
}
