//! What a person sees while the program works: progress, the live view of a load test, questions, colour. Everything goes to standard error, so that
//! standard output stays data.

mod live;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::Cell;
use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

pub use live::Live;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Talk {
    Quiet,
    Normal,
    Verbose,
}

/// Standard error as a person's window: bars on a terminal, one line a phase elsewhere.
#[derive(Debug)]
pub struct Terminal {
    talk: Talk,
    live: bool,
    color: bool,
    /// The same of standard output.
    color_of_data: bool,
}

impl Terminal {
    /// A terminal that draws bars only where a person watches. `color`: `None` lets the terminal decide.
    pub fn new(talk: Talk, color: Option<bool>) -> Terminal {
        let live = std::io::stderr().is_terminal();
        Terminal {
            talk,
            live: live && talk > Talk::Quiet,
            color: color.unwrap_or(live),
            color_of_data: color.unwrap_or_else(|| std::io::stdout().is_terminal()),
        }
    }

    /// Whether colour is wanted on standard error.
    pub fn color(&self) -> bool {
        self.color
    }

    /// Whether colour is wanted on standard output.
    pub fn color_of_data(&self) -> bool {
        self.color_of_data
    }

    /// Whether a person watches, on a terminal that can draw in place, so that what moves may be shown.
    pub fn is_live(&self) -> bool {
        self.live && console::Term::stderr().features().is_attended()
    }

    /// Whether people want more than the last word.
    pub fn is_talking(&self) -> bool {
        self.talk > Talk::Quiet
    }

    /// Whether people want everything.
    pub fn is_verbose(&self) -> bool {
        self.talk == Talk::Verbose
    }

    /// Width for reports on standard error: 80 columns where nobody watches.
    pub fn width(&self) -> usize {
        let (_, columns) = console::Term::stderr().size();
        if self.live { usize::from(columns).clamp(60, 140) } else { 80 }
    }

    /// One line, unless quiet.
    pub fn say(&self, line: &str) {
        if self.talk > Talk::Quiet {
            self.line(line);
        }
    }

    /// One line, with `-v` only.
    pub fn detail(&self, line: &str) {
        if self.talk == Talk::Verbose {
            self.line(line);
        }
    }

    /// One line always: errors and the verdict.
    pub fn line(&self, line: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }

    /// A text of several lines, always.
    pub fn text(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// A phase of work, e.g. "hello: measuring". Says its name at once; a bar follows on a terminal.
    pub fn phase(&self, name: &str) -> Phase {
        let bar = self.live.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
            bar.set_style(spinner());
            bar.set_message(name.to_string());
            bar.enable_steady_tick(Duration::from_millis(125));
            bar
        });
        if bar.is_none() {
            self.say(name);
        }
        Phase { bar, name: name.to_string(), sized: Cell::new(false) }
    }

    /// A view that is drawn again and again, where a person watches.
    pub fn live(&self) -> Option<Live> {
        self.is_live().then(Live::start)
    }

    /// Asks a question that is answered with a line.
    pub fn ask(&self, question: &str) -> Reply {
        let input = std::io::stdin();
        if !input.is_terminal() || !self.live {
            return Reply::Nobody;
        }
        let _ = write!(std::io::stderr().lock(), "{question} ");
        let mut answer = String::new();
        match input.lock().read_line(&mut answer) {
            Ok(0) | Err(_) => Reply::End,
            Ok(_) => Reply::Line(answer.trim().to_string()),
        }
    }
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Nobody is there to answer.
    Nobody,
    /// Who was there left without an answer.
    End,
    Line(String),
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn bar() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix} [{bar:24}] {msg}")
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "))
}

/// A running phase. Ends when dropped.
#[derive(Debug)]
pub struct Phase {
    bar: Option<ProgressBar>,
    name: String,
    sized: Cell<bool>,
}

impl Phase {
    /// How far the work is, in any unit; without a total only the message moves.
    pub fn at(&self, done: u64, total: Option<u64>, message: &str) {
        let Some(line) = &self.bar else { return };
        if let Some(total) = total {
            if !self.sized.replace(true) {
                line.set_style(bar());
                line.set_prefix(self.name.clone());
            }
            line.set_length(total.max(1));
            line.set_position(done.min(total));
            line.set_message(message.to_string());
        } else {
            line.set_message(format!("{}: {message}", self.name));
        }
    }

    /// Ends the phase; on a terminal a line of what came of it takes the bar's place. Elsewhere the line that began the
    /// phase is all that is said.
    pub fn done(self, result: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            let _ = writeln!(std::io::stderr().lock(), "{}: {result}", self.name);
        }
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
