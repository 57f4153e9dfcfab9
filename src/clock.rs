//! The only place that reads a clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A point in time for both purposes: wall-clock to tell people, monotonic to measure.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Instant,
    origin_epoch_ns: u64,
}

impl Clock {
    /// A clock that starts now.
    #[allow(clippy::disallowed_methods, reason = "the one door to the clock")]
    pub fn start() -> Clock {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Clock { origin: Instant::now(), origin_epoch_ns: u64::try_from(epoch.as_nanos()).unwrap_or(u64::MAX) }
    }

    /// Nanoseconds since the clock started; monotonic.
    #[inline]
    #[allow(clippy::disallowed_methods, reason = "the one door to the clock")]
    pub fn elapsed_ns(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The start, ns since the Unix epoch.
    pub fn started_epoch_ns(&self) -> u64 {
        self.origin_epoch_ns
    }

    /// Now, ns since the Unix epoch, advanced by the monotonic clock so that it never jumps.
    pub fn epoch_ns(&self) -> u64 {
        self.origin_epoch_ns.saturating_add(self.elapsed_ns())
    }
}

/// CPU time (user + system) that the calling thread has used, ns; `None` where the system does not tell.
pub fn thread_cpu_ns() -> Option<u64> {
    #[cfg(unix)]
    {
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let seconds = u64::try_from(used.tv_sec).ok()?;
        Some(seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(used.tv_nsec).ok()?))
    }
    #[cfg(not(unix))]
    None
}
