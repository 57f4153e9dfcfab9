//! A scratch repository with a cache beside it.

use crate::project::component;
use neverslower::measure::Setting;
use neverslower::measure::versions::{Request, VersionError, Versions, check_out};
use neverslower::model::{Against, CommandWork, PullRequest, SuiteWork, Work};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(directory).args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]);
    command.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub struct Repository {
    folder: TempDir,
    top: PathBuf,
    logs: AtomicUsize,
}

/// What is asked of it; the rest is usual.
#[derive(Clone)]
pub struct Asked<'a> {
    pub against: Against,
    /// The target of a pull request.
    pub pull_request: Option<&'a str>,
    pub is_ci: bool,
    pub cache: Option<&'a Path>,
    /// Where the configuration stands.
    pub below: &'a str,
}

impl Asked<'_> {
    pub fn merge_base() -> Self {
        Asked { against: Against::MergeBase, pull_request: None, is_ci: false, cache: None, below: "" }
    }

    pub fn revision(name: &str) -> Self {
        Asked { against: Against::Revision(name.to_string()), ..Asked::merge_base() }
    }
}

impl Repository {
    /// `None` without git.
    pub fn empty() -> Option<Repository> {
        component("git")?;
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("shop");
        fs::create_dir(&top).unwrap();
        git(&top, &["init", "-q", "-b", "main"]);
        Some(Repository { folder, top, logs: AtomicUsize::new(0) })
    }

    /// Commits `one`, `two` and `three` on main, each of a file of that text.
    pub fn of_three_commits() -> Option<Repository> {
        let repository = Repository::empty()?;
        ["one", "two", "three"].iter().for_each(|text| repository.commit("code.txt", text));
        Some(repository)
    }

    /// A clone of it by a transport, as a CI makes one.
    pub fn cloned(&self, arguments: &[&str]) -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("clone");
        let from = format!("file://{}", self.top.display());
        let words: Vec<&str> = ["clone", "-q"].into_iter().chain(arguments.iter().copied()).chain([from.as_str(), "clone"]).collect();
        git(folder.path(), &words);
        Repository { folder, top, logs: AtomicUsize::new(0) }
    }

    pub fn path(&self) -> &Path {
        &self.top
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.top.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits the file, with its text as the message.
    pub fn commit(&self, name: &str, text: &str) {
        self.write(name, text);
        git(&self.top, &["add", name]);
        git(&self.top, &["commit", "-q", "-m", text]);
    }

    pub fn printed(&self, arguments: &[&str]) -> String {
        git(&self.top, arguments)
    }

    pub fn message(&self, commit: &str) -> String {
        self.printed(&["show", "-s", "--format=%s", commit]).trim().to_string()
    }

    pub fn with_setting<T>(&self, call: impl FnOnce(&Setting<'_>) -> T) -> T {
        self.with_setting_in("", call)
    }

    fn with_setting_in<T>(&self, below: &str, call: impl FnOnce(&Setting<'_>) -> T) -> T {
        let log = self.folder.path().join(format!("logs/{}.log", self.logs.fetch_add(1, Ordering::Relaxed)));
        // Nothing of this machine's configuration.
        let environment = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"].map(|name| (name.to_string(), "/dev/null".to_string()));
        let (directory, interrupted) = (self.top.join(below), AtomicBool::new(false));
        let directory = if below.is_empty() { &self.top } else { &directory };
        call(&Setting { directory, log: &log, timeout: Duration::from_secs(60), interrupted: &interrupted, environment: &environment })
    }

    pub fn versions(&self, asked: Asked<'_>) -> Result<Versions, VersionError> {
        let cache = self.folder.path().join("cache");
        let pull_request = asked.pull_request.map(|target| PullRequest { target: target.to_string(), ..PullRequest::default() });
        let shared = [("PYTHONPATH", self.top.join("src")), ("CARGO_TARGET_DIR", PathBuf::from("/var/target"))];
        let shared = shared.map(|(name, path)| (name.to_string(), path.display().to_string()));
        let request = Request {
            against: &asked.against,
            pull_request: pull_request.as_ref(),
            is_ci: asked.is_ci,
            cache: asked.cache.unwrap_or(&cache),
            shared: &shared,
        };
        self.with_setting_in(asked.below, |setting| check_out(setting, &request))
    }

    /// A suite that builds so.
    pub fn work(&self, build: &str, artefacts: &[&str]) -> SuiteWork {
        let build = Some(build).filter(|build| !build.is_empty()).map(str::to_string);
        SuiteWork { build, artefacts: artefacts.iter().map(|glob| glob.to_string()).collect(), ..self.running("true") }
    }

    /// A suite that runs this program.
    pub fn running(&self, run: &str) -> SuiteWork {
        SuiteWork {
            name: "cli".to_string(),
            build: None,
            artefacts: Vec::new(),
            work: Work::Command(CommandWork { run: run.to_string(), repeat: 1, warm_up: 0 }),
            timeout: Duration::from_secs(60),
            directory: self.top.clone(),
            environment: Vec::new(),
        }
    }
}
