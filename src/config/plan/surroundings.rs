//! What a process finds around it: the one door to environment variables.

use super::ColorChoice;
use crate::config::{ci, error::ConfigError, shard};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a process finds around it, read once, so that everything after is a pure function of it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Working directory, absolute.
    pub directory: PathBuf,
    /// The words typed after the program's name.
    pub typed: Vec<String>,
    /// Time of day, ns since the epoch.
    pub now_ns: u64,
    /// Of the variables that mean something to us, those that are set and not empty.
    pub variables: BTreeMap<&'static str, String>,
}

/// Variables of ours; each beats the configuration file and is beaten by its flag.
pub const OURS: [&str; 13] = [
    "NEVERSLOWER_CONFIG",
    "NEVERSLOWER_RESULTS",
    "NEVERSLOWER_BASELINES",
    "NEVERSLOWER_BASELINE",
    "NEVERSLOWER_ENVIRONMENT",
    "NEVERSLOWER_BUILDS",
    "NEVERSLOWER_BUILD_NUMBER",
    "NEVERSLOWER_CONFIRM",
    "NEVERSLOWER_REPEAT",
    "NEVERSLOWER_BUDGET",
    "NEVERSLOWER_SEED",
    "NEVERSLOWER_VERSIONS",
    ci::PULL_REQUEST_BASE,
];
/// Set by `cargo run` to the package that is run.
pub const CALLED_BY_CARGO: &str = "CARGO_PKG_NAME";
/// Variables by which two checkouts of a repository would build into the same place, load each other's code, or by which scripts
/// find their checkout.
const SHARED: [&str; 14] = [
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_BUILD_DIR",
    "PYTHONPATH",
    "NODE_PATH",
    "CLASSPATH",
    "RUBYLIB",
    "PERL5LIB",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "WORKSPACE",
    "BUILD_SOURCESDIRECTORY",
];
/// Variables that say where the user's cache is: XDG base directories, Windows.
const CACHES: [&str; 3] = ["XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"];
/// Variables about colour.
const COLORS: [&str; 5] = ["NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "CLICOLOR", "TERM"];

impl Surroundings {
    /// Reads them: the one door to environment variables.
    #[allow(clippy::disallowed_methods, reason = "the one door to environment variables")]
    pub fn read(now_ns: u64) -> Result<Surroundings, ConfigError> {
        let directory =
            std::env::current_dir().map_err(|error| ConfigError::new("working directory", "a directory that exists", error.to_string()))?;
        let mut variables = BTreeMap::new();
        let around = COLORS.into_iter().chain(SHARED).chain(CACHES).chain([CALLED_BY_CARGO]);
        for name in OURS.into_iter().chain(around).chain(ci::variables()).chain(shard::variables()) {
            match std::env::var(name) {
                Ok(value) if !value.is_empty() => drop(variables.insert(name, value)),
                Err(std::env::VarError::NotUnicode(value)) if OURS.contains(&name) => {
                    return Err(ConfigError::new(name, "UTF-8", value.to_string_lossy()));
                }
                _ => {}
            }
        }
        let typed = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        Ok(Surroundings { now_ns, directory, typed, variables })
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The value of a variable that the configuration names: known only once that is read, so it is looked up then.
    #[allow(clippy::disallowed_methods, reason = "the one door to environment variables")]
    pub fn named(&self, name: &str) -> Option<String> {
        let is_possible = !name.is_empty() && !name.contains(['=', '\0']);
        let found = || std::env::var(name).ok().filter(|value| is_possible && !value.is_empty());
        self.get(name).map(str::to_string).or_else(found)
    }

    /// Whether a variable is set, and not to `false`.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !matches!(value, "0" | "false" | "False" | "FALSE"))
    }

    /// NO_COLOR, then the variables that force colour, then those that switch it off; else the terminal decides.
    pub fn color(&self) -> ColorChoice {
        if self.get("NO_COLOR").is_some() {
            ColorChoice::Never
        } else if self.is_on("CLICOLOR_FORCE") || self.is_on("FORCE_COLOR") {
            ColorChoice::Always
        } else if self.get("CLICOLOR") == Some("0") || self.get("TERM") == Some("dumb") {
            ColorChoice::Never
        } else {
            ColorChoice::Auto
        }
    }

    /// The user's cache directory by the rules of the XDG base directories, which ignore relative ones; on Windows the local one.
    pub fn cache(&self) -> Option<PathBuf> {
        let absolute = |name: &str| self.get(name).map(Path::new).filter(|path| path.is_absolute());
        let below_home = || absolute("HOME").map(|home| home.join(".cache"));
        absolute("XDG_CACHE_HOME").map(Path::to_path_buf).or_else(|| absolute("LOCALAPPDATA").map(Path::to_path_buf)).or_else(below_home)
    }

    /// Of the variables that two checkouts could share, those that are set.
    pub fn shared(&self) -> Vec<(String, String)> {
        SHARED.iter().filter_map(|name| Some((name.to_string(), self.get(name)?.to_string()))).collect()
    }
}
