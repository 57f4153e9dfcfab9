//! A scratch project, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder of its own with a git repository's mark, so that configuration is not searched above it.
pub struct Project {
    folder: TempDir,
}

/// What a call of the program gave.
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    pub fn new() -> Project {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        Project { folder }
    }

    /// A project with a configuration.
    pub fn with(config: &str) -> Project {
        let project = Project::new();
        project.write("neverslower.toml", config);
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The program, not yet started; no CI variables, no colour, nothing of this machine's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neverslower"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars() {
            let is_ci = ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "TF_BUILD", "BUILDKITE", "CIRCLECI"].contains(&name.as_str());
            if is_ci || name.starts_with("NEVERSLOWER_") || name.starts_with("HELLO_") || name.starts_with("CARGO") {
                command.env_remove(name);
            }
        }
        command
    }

    pub fn call(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.command(arguments).output().unwrap())
    }

    pub fn call_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Answer {
        Answer::of(self.command(arguments).envs(environment.iter().copied()).output().unwrap())
    }

    pub fn outcome(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("perf-results/outcome.json")).unwrap()
    }
}

impl Answer {
    pub fn of(output: Output) -> Answer {
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails with everything that was said unless the code is the expected one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Answer {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard error contains the words, wherever its lines break.
    #[track_caller]
    pub fn says(self, words: &str) -> Answer {
        let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(self.stderr.contains(words) || joined(&self.stderr).contains(&joined(words)), "{words:?} is not said in\n{}", self.stderr);
        self
    }
}

/// An example of this project, built by `cargo test` beside the program.
pub fn example(name: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_neverslower"));
    let path = program.parent().unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is not built; run the whole `cargo test`", path.display());
    path.display().to_string()
}

/// A tool of the machine, or `None` with the reason printed; where components are required its absence fails.
pub fn component(name: &str) -> Option<PathBuf> {
    let places = std::env::var("PATH").unwrap_or_default();
    let found = places.split(':').chain(["/usr/sbin"]).map(|place| Path::new(place).join(name)).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("NEVERSLOWER_REQUIRE_COMPONENTS").is_none(), "{name} is required here and not installed (ci/install.sh)");
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// What `ci/install.sh` prepared under `target/components`, or `None` with the reason printed; required where components are.
pub fn prepared(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/components").join(name);
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        assert!(std::env::var_os("NEVERSLOWER_REQUIRE_COMPONENTS").is_none(), "{name} is required here and not prepared (ci/install.sh)");
        eprintln!("skipped: {name} is not prepared");
    }
    text
}
