//! Generators that start together: waiting for a moment of the wall clock.

use super::LoadError;
use crate::clock::Clock;
use crate::limits::{LOAD_LATE_START_NS_MAX, LOAD_OPEN_AHEAD_NS, LOAD_PROGRESS_NS};
use crate::model::Start;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Waits until connections should be opened, or for an interruption.
pub fn approach(start: &Start, interrupted: &AtomicBool) {
    if let Start::At(epoch_ns) = start {
        wait(epoch_ns.saturating_sub(LOAD_OPEN_AHEAD_NS), interrupted);
    }
}

/// Waits until the load should begin, or for an interruption. To begin much later than the others is an error: what they
/// measured together would not be the load that was asked for.
pub fn meet(start: &Start, interrupted: &AtomicBool) -> Result<(), LoadError> {
    let Start::At(epoch_ns) = start else { return Ok(()) };
    wait(*epoch_ns, interrupted);
    check(*epoch_ns, Clock::start().started_epoch_ns())
}

fn check(epoch_ns: u64, now_epoch_ns: u64) -> Result<(), LoadError> {
    let late_ns = now_epoch_ns.saturating_sub(epoch_ns);
    if late_ns <= LOAD_LATE_START_NS_MAX {
        return Ok(());
    }
    let (late, most) = (Duration::from_nanos(late_ns), Duration::from_nanos(LOAD_LATE_START_NS_MAX));
    Err(LoadError(format!(
        "the load was to start {:.1} s ago, and may start {most:?} late at most; choose a later moment",
        late.as_secs_f64()
    )))
}

/// Looks at the wall clock again and again, so that a correction of it is followed.
fn wait(epoch_ns: u64, interrupted: &AtomicBool) {
    loop {
        let left_ns = epoch_ns.saturating_sub(Clock::start().started_epoch_ns());
        if left_ns == 0 || interrupted.load(Ordering::Relaxed) {
            return;
        }
        std::thread::sleep(Duration::from_nanos(left_ns.min(LOAD_PROGRESS_NS)));
    }
}

#[cfg(test)]
mod tests {
    use super::{check, meet};
    use crate::limits::LOAD_LATE_START_NS_MAX;
    use crate::model::Start;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_start_may_be_a_second_late() {
        let moment = 1_000_000_000_000;
        for now in [moment - 1, moment, moment + LOAD_LATE_START_NS_MAX] {
            assert_eq!(check(moment, now), Ok(()));
        }
        let error = check(moment, moment + 2_500_000_000).unwrap_err();
        assert!(error.0.starts_with("the load was to start 2.5 s ago, and may start 1s late at most"), "{error}");
    }

    #[test]
    fn waiting_ends_with_an_interruption() {
        // In the year 2554; the flag is looked at before the first sleep.
        assert_eq!(meet(&Start::At(u64::MAX), &AtomicBool::new(true)), Ok(()));
        assert!(meet(&Start::At(0), &AtomicBool::new(false)).is_err());
        assert_eq!(meet(&Start::AtOnce, &AtomicBool::new(false)), Ok(()));
    }
}
