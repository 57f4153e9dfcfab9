//! Ctrl-C, SIGTERM and a closed terminal as a flag.
//!
//! Installed only by commands that start children: everything else keeps the default, which ends the program at once.
//! A second signal changes nothing. Every wait for a child looks at the flag within `limits::CHILD_POLL` and every child
//! gets a bounded grace before it is killed, so the end is near anyway; ending without unwinding would leave orphans.
//! Where there are no signals (Windows) the flag never rises and the console ends the program and its children.

#[cfg(unix)]
use crate::machine;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Whether the user, or the CI, asked to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    flag: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Raised by the first signal and never lowered.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// 130 after SIGINT, 143 after SIGTERM, 129 after SIGHUP (128 + the number of the last signal), `None` when nothing came.
    pub fn exit_code(&self) -> Option<u8> {
        let signal = self.signal.load(Ordering::SeqCst);
        (signal != 0).then(|| u8::try_from(128 + signal).unwrap_or(u8::MAX))
    }
}

/// From now on SIGINT, SIGTERM and SIGHUP (the terminal was closed) raise the flag instead of ending the program. A
/// SIGHUP that is ignored, as under `nohup`, stays so.
#[cfg(unix)]
pub fn install() -> io::Result<Interrupt> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let interrupt = Interrupt::default();
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        if signal == SIGHUP && machine::ignores_signal(SIGHUP) {
            continue;
        }
        // Handlers run in the order of registration: whoever sees the flag also finds the signal.
        let number = usize::try_from(signal).unwrap_or(0);
        signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.signal), number)?;
        signal_hook::flag::register(signal, Arc::clone(&interrupt.flag))?;
    }
    Ok(interrupt)
}

/// Without signals there is nothing to install.
#[cfg(not(unix))]
pub fn install() -> io::Result<Interrupt> {
    Ok(Interrupt::default())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::install;
    use std::sync::atomic::Ordering;

    #[test]
    fn signals_raise_the_flag_and_choose_the_exit_code() {
        let interrupt = install().unwrap();
        assert!(!interrupt.flag().load(Ordering::SeqCst));
        assert_eq!(interrupt.exit_code(), None);
        for (signal, code) in [(signal_hook::consts::SIGHUP, 129), (signal_hook::consts::SIGINT, 130), (signal_hook::consts::SIGTERM, 143)]
        {
            // Under `nohup` the tests ignore it, and so does what they install.
            if signal == signal_hook::consts::SIGHUP && crate::machine::ignores_signal(signal) {
                continue;
            }
            signal_hook::low_level::raise(signal).unwrap();
            assert!(interrupt.flag().load(Ordering::SeqCst));
            assert_eq!(interrupt.exit_code(), Some(code));
        }
    }
}
