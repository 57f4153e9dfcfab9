//! A view of several lines that is drawn again in place. Whoever measures hands frames over and never waits: a thread of
//! its own draws them, so that a terminal that is slow or stopped (Ctrl-S) does not make the load generator late.

use crate::limits::LIVE_DRAW;
use console::Term;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// A running view; it vanishes when dropped.
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    drawer: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    frame: Option<Vec<String>>,
    is_over: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    /// Begins with nothing drawn.
    pub(super) fn start() -> Live {
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        let drawer = thread::Builder::new().name("live view".to_string()).spawn(move || draw_all(&seen)).ok();
        Live { shared, drawer }
    }

    /// Hands a frame over, in place of one that was not drawn yet. Never waits.
    pub fn show(&self, lines: Vec<String>) {
        if let Ok(mut state) = self.shared.state.try_lock() {
            state.frame = Some(lines);
            self.shared.changed.notify_one();
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_one();
        if let Some(drawer) = self.drawer.take() {
            // A bug in drawing must not hide what was measured.
            let _ = drawer.join();
        }
    }
}

/// Draws each newest frame, at most one in `LIVE_DRAW`, until it is over; then nothing of it is left.
fn draw_all(shared: &Shared) {
    let term = Term::buffered_stderr();
    let mut drawn = 0;
    loop {
        let mut state = shared.lock();
        while state.frame.is_none() && !state.is_over {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (frame, is_over) = (state.frame.take(), state.is_over);
        drop(state);
        let next = if is_over { Vec::new() } else { frame.unwrap_or_default() };
        // What cannot be drawn is not worth an error: the report at the end holds all of it.
        drawn = draw(&term, drawn, &next).unwrap_or(0);
        if is_over {
            return;
        }
        let state = shared.lock();
        drop(shared.changed.wait_timeout_while(state, LIVE_DRAW, |state| !state.is_over));
    }
}

/// Replaces the lines drawn before, in one write; gives how many lines stand there now.
fn draw(term: &Term, drawn: usize, lines: &[String]) -> std::io::Result<usize> {
    let (rows, columns) = term.size();
    let shown = lines.iter().take(usize::from(rows).saturating_sub(1));
    term.clear_last_lines(drawn)?;
    let mut count = 0;
    for line in shown {
        // A line that wraps would be two, and only one of them would be cleared.
        term.write_line(&line.chars().take(usize::from(columns).saturating_sub(1)).collect::<String>())?;
        count += 1;
    }
    term.flush()?;
    Ok(count)
}
