//! `init`: a configuration that runs at once, the CI step, the lines of `.gitignore`. Overwrites nothing.

mod detect;
mod words;

use super::Failure;
use crate::cli::InitArgs;
use crate::config::{CONFIG_FILE, ConfigError, File, RESULTS, Request};
use crate::jenkins;
use crate::limits;
use crate::source::{Input, Source};
use crate::target;
use crate::terminal::{Talk, Terminal};
use std::path::{Path, PathBuf};

/// A configuration to be written, and how it is run.
struct Draft {
    path: PathBuf,
    text: String,
    gate: words::Gate,
    /// What it is of.
    about: String,
}

/// Looks around, writes, says what was written and what comes next. Everything is checked before the first file is written.
pub fn init(request: Request<'_>, arguments: &InitArgs) -> Result<u8, Failure> {
    let first = request.options.config.clone().unwrap_or_else(|| PathBuf::from(CONFIG_FILE));
    refuse_existing(&first)?;
    let mut notes = Vec::new();
    let drafts = match &arguments.from_jenkins {
        Some(source) => from_jenkins(source, &first, &mut notes)?,
        None => vec![from_directory(&request.around.directory, first)],
    };
    for draft in &drafts {
        refuse_existing(&draft.path)?;
        File::parse(&draft.path.display().to_string(), &draft.text, request.tables)?;
    }
    let terminal = Terminal::new(if request.options.quiet { Talk::Quiet } else { Talk::Normal }, None);
    for draft in &drafts {
        new_file(&draft.path, &draft.text)?;
        terminal.say(&format!("written: {} ({})", draft.path.display(), draft.about));
    }
    ci_step(&drafts, arguments.from_jenkins.is_some(), &terminal)?;
    let ignored = target::add_lines(Path::new(".gitignore"), &["perf-results/", "*.new"]).map_err(unwritable)?;
    if !ignored.is_empty() {
        terminal.say(&format!("written: .gitignore ({})", ignored.join(", ")));
    }
    notes.iter().for_each(|note| terminal.line(&format!("note: {note}")));
    drafts.iter().for_each(|draft| terminal.say(&format!("next: {}", draft.gate.command)));
    Ok(0)
}

fn from_directory(directory: &Path, path: PathBuf) -> Draft {
    let found = detect::suites(directory);
    let gate = words::Gate::new("run", &path, RESULTS.to_string());
    Draft { text: words::configuration(&found), about: detect::about(&found), gate, path }
}

/// One configuration a step, because a configuration holds one.
fn from_jenkins(source: &Path, first: &Path, notes: &mut Vec<String>) -> Result<Vec<Draft>, Failure> {
    let name = source.display().to_string();
    if !source.is_file() {
        let found = if source.is_dir() { "a directory" } else { "no such file" };
        return Err(ConfigError::new(name, "a Jenkins job's config.xml or a Jenkinsfile", found).into());
    }
    let text = text(source).map_err(Failure::Usage)?;
    let results = |number: usize| (number > 1).then(|| format!("{}/step-{number}", RESULTS));
    let import = jenkins::import(&name, &text, results).map_err(|error| Failure::Usage(error.to_string()))?;
    let steps = import.steps.len();
    notes.extend(import.notes);
    if steps > 1 {
        notes.push(format!("{name} has {steps} steps of the plugin: each has a configuration and a results directory of its own"));
    }
    let drafts = import.steps.into_iter().zip(1..).map(|(step, number)| {
        let path = if number == 1 { first.to_path_buf() } else { numbered(first, number) };
        let gate = words::Gate::new("check --profile jenkins", &path, results(number).unwrap_or_else(|| RESULTS.to_string()));
        let open = if step.open == 0 { String::new() } else { format!("; {} to fill in, marked TODO", step.open) };
        Draft { path, text: step.text, gate, about: format!("the step of {}{open}", step.place) }
    });
    Ok(drafts.collect())
}

/// `neverslower-2.toml`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{stem}-{number}.toml"))
}

/// The text of a small file. The error is a sentence with its place.
fn text(path: &Path) -> Result<String, String> {
    let source = Source::open(&Input::File(path.to_path_buf())).map_err(|error| error.to_string())?;
    let bytes = source.document().map_err(|error| error.to_string())?;
    if bytes.len() > limits::IMPORT_BYTES_MAX {
        return Err(format!("{}: expected at most {} bytes, found {}", path.display(), limits::IMPORT_BYTES_MAX, bytes.len()));
    }
    String::from_utf8(bytes).map_err(|_| format!("{}: expected UTF-8, found other bytes; save it as UTF-8", path.display()))
}

fn refuse_existing(path: &Path) -> Result<(), ConfigError> {
    if !path.exists() {
        return Ok(());
    }
    let error = ConfigError::new(path.display().to_string(), "no configuration yet", "one");
    Err(error.hint("init overwrites nothing: delete it, or name another file with --config"))
}

/// The CI step, where the CI can be told from what stands here.
fn ci_step(drafts: &[Draft], is_jenkins: bool, terminal: &Terminal) -> Result<(), Failure> {
    let gates: Vec<&words::Gate> = drafts.iter().map(|draft| &draft.gate).collect();
    let has_remote = || text(Path::new(".git/config")).is_ok_and(|config| config.contains("github.com"));
    // Results that Jenkins makes are judged in Jenkins.
    let is_github = !is_jenkins && (Path::new(".github").is_dir() || has_remote());
    let is_jenkins = is_jenkins || Path::new("Jenkinsfile").is_file();
    let mut steps = Vec::new();
    if is_github {
        steps.push((words::WORKFLOW_FILE, words::workflow(&gates)));
    }
    if is_jenkins {
        steps.push((words::STEP_FILE, words::jenkins_step(&gates)));
    }
    if steps.is_empty() {
        terminal.say(words::ANY_CI);
    }
    for (name, text) in steps {
        if Path::new(name).exists() {
            terminal.say(&format!("left as it is: {name}"));
            continue;
        }
        new_file(Path::new(name), &text)?;
        terminal.say(&format!("written: {name} (the CI step)"));
    }
    Ok(())
}

fn new_file(path: &Path, text: &str) -> Result<(), Failure> {
    target::write_new(path, text).map_err(unwritable)
}

fn unwritable(error: target::TargetError) -> Failure {
    Failure::Usage(error.to_string())
}
