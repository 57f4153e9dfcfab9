//! One file per subcommand: arguments → `Plan` → pipeline.

mod accept;
mod check;
mod completions;
mod convert;
mod doctor;
mod find_rate;
mod history;
mod init;
mod list;
mod load;
mod review;
mod run;

use crate::cli::{Cli, Command};
use crate::clock::Clock;
use crate::config::{self, ColorChoice, ConfigError, Plan, Request, Tables, Verbosity};
use crate::format;
use crate::interrupt::{self, Interrupt};
use crate::jenkins;
use crate::model::Verdict;
use crate::pipeline::{OutputFailed, Surroundings};
use crate::report;
use crate::target::{self, Target};
use crate::terminal::{Talk, Terminal};
use std::io::Write;

/// Exit code of usage and configuration errors: nothing was measured.
pub const USAGE: u8 = 2;

/// Why a command ended without a verdict of its own.
#[derive(Debug)]
pub enum Failure {
    /// Words or configuration are off.
    Usage(String),
    /// Nothing could be measured, judged, read or written.
    NoVerdict(String),
}

impl Failure {
    /// What the process exits with.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Usage(_) => USAGE,
            Failure::NoVerdict(_) => Verdict::NoVerdict.exit_code(),
        }
    }

    /// The sentence for people.
    pub fn sentence(&self) -> &str {
        match self {
            Failure::Usage(sentence) | Failure::NoVerdict(sentence) => sentence,
        }
    }
}

impl From<OutputFailed> for Failure {
    fn from(error: OutputFailed) -> Self {
        Failure::NoVerdict(error.0)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Usage(error.to_string())
    }
}

/// Does what was typed; gives the exit code.
pub fn dispatch(cli: &Cli) -> Result<u8, Failure> {
    let formats: Vec<(&str, &str)> = format::READERS.iter().map(|reader| (reader.name(), reader.about())).collect();
    let reports = report::REPORTS.iter().map(|entry| (entry.name, entry.about)).chain([jenkins::REPORT]);
    let reports: Vec<(&str, &str)> = match &cli.command {
        Command::History(_) => report::history::KINDS.to_vec(),
        Command::List(_) => {
            reports.chain(report::history::KINDS.iter().copied().filter(|(name, _)| report::by_name(name).is_err())).collect()
        }
        _ => reports.collect(),
    };
    let tables = Tables { formats: &formats, reports: &reports };
    let around = config::Surroundings::read(Clock::start().epoch_ns())?;
    let request = Request { options: &cli.options, around: &around, tables: &tables };
    match &cli.command {
        Command::Run(arguments) => with_verdict_file(request, || run::run(request, arguments)),
        Command::Check(arguments) => with_verdict_file(request, || check::check(request, arguments)),
        Command::Load(arguments) if !arguments.find_rate.is_empty() => find_rate::find_rate(request, arguments),
        Command::Load(arguments) => load::load(request, arguments),
        Command::Accept(arguments) => accept::accept(request, arguments),
        Command::Convert(arguments) => convert::convert(request, arguments),
        Command::History(arguments) => history::history(request, arguments),
        Command::Doctor(arguments) => doctor::doctor(request, arguments),
        Command::Init(arguments) => init::init(request, arguments),
        Command::List(arguments) => print(&Target::Stdout, |out| out.write_all(list::render(arguments.what, &tables).as_bytes())),
        Command::Completions(arguments) => print(&Target::Stdout, |out| completions::write(arguments.shell, out)),
    }
}

/// A command that promises `verdict.txt`. Where it ends before its pipeline could take care, an earlier verdict must not
/// stand beside the error.
fn with_verdict_file(request: Request<'_>, command: impl FnOnce() -> Result<u8, Failure>) -> Result<u8, Failure> {
    command().inspect_err(|_| {
        // The error that is already on its way matters more than what becomes of the old file.
        let _ = target::remove_verdict(&request.results_if_unplanned());
    })
}

/// Data that no outcome is behind.
fn print(target: &Target, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<u8, Failure> {
    let (mut writer, pending) = target.open().map_err(|error| Failure::NoVerdict(error.to_string()))?;
    write(&mut writer).map_err(|error| Failure::NoVerdict(format!("the data could not be written: {error}")))?;
    drop(writer);
    pending.commit().map_err(|error| Failure::NoVerdict(error.to_string()))?;
    Ok(0)
}

/// What a command that measures, reads or asks works with.
struct Session {
    clock: Clock,
    interrupt: Interrupt,
    terminal: Terminal,
}

impl Session {
    fn new(plan: &Plan, interrupt: Interrupt) -> Session {
        let talk = match plan.verbosity {
            Verbosity::Quiet => Talk::Quiet,
            Verbosity::Normal => Talk::Normal,
            Verbosity::Verbose => Talk::Verbose,
        };
        let color = match plan.color {
            ColorChoice::Auto => None,
            ColorChoice::Always => Some(true),
            ColorChoice::Never => Some(false),
        };
        Session { clock: Clock::start(), interrupt, terminal: Terminal::new(talk, color) }
    }

    /// A session whose measuring Ctrl-C and SIGTERM end in good order.
    fn measuring(plan: &Plan) -> Result<Session, Failure> {
        let interrupt = interrupt::install().map_err(|error| Failure::NoVerdict(format!("cannot listen for signals: {error}")))?;
        Ok(Session::new(plan, interrupt))
    }

    /// A session that signals end at once, as nothing has to be cleaned up.
    fn reading(plan: &Plan) -> Session {
        Session::new(plan, Interrupt::default())
    }

    fn around(&self) -> Surroundings<'_> {
        Surroundings { clock: &self.clock, interrupt: &self.interrupt, terminal: &self.terminal }
    }
}
