//! What there is to measure in a directory: benches of Cargo, benchmarks of Go, plans of JMeter, else an example.

use super::text;
use super::words::shell_word;
use crate::limits;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// A suite that can be run at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// What it measures, for people.
    pub about: String,
    /// `[[suite]]` with a comment.
    pub text: String,
}

/// The suites of a directory; at least an example.
pub fn suites(directory: &Path) -> Vec<Suite> {
    let files = Files::below(directory);
    let mut names = BTreeSet::new();
    let mut suites = cargo(directory, &mut names);
    suites.extend(go(directory, &files, &mut names));
    suites.extend(files.plans.iter().map(|plan| jmeter(directory, plan, &mut names)));
    if suites.is_empty() {
        suites.push(example());
    }
    suites
}

/// All suites in a few words.
pub fn about(suites: &[Suite]) -> String {
    suites.iter().map(|suite| suite.about.as_str()).collect::<Vec<_>>().join(", ")
}

/// A name that no other suite has, and that is safe as a file's.
fn unique(wanted: &str, names: &mut BTreeSet<String>) -> String {
    let plain: String = wanted.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let plain: String = plain.trim_matches('-').chars().take(limits::NAME_BYTES_MAX / 2).collect();
    let base = if plain.is_empty() { "suite".to_string() } else { plain };
    let candidates = (1_usize..).map(|number| if number == 1 { base.clone() } else { format!("{base}-{number}") });
    let name = candidates.into_iter().find(|name| !names.contains(&name.to_lowercase())).unwrap_or(base.clone());
    names.insert(name.to_lowercase());
    name
}

fn cargo(directory: &Path, names: &mut BTreeSet<String>) -> Vec<Suite> {
    let Some(manifest) = text(&directory.join("Cargo.toml")).ok().and_then(|text| text.parse::<Table>().ok()) else { return Vec::new() };
    let benches = if uses_criterion(&manifest) { benches(&manifest) } else { Vec::new() };
    if benches.is_empty() {
        return program(directory, &manifest, names).into_iter().collect();
    }
    let suite = |bench: &str| Suite {
        about: format!("Criterion bench {bench}"),
        text: format!(
            "# A Criterion bench of Cargo.toml.\n[[suite]]\nname = \"{}\"\nbuild = \"cargo bench --bench {bench} --no-run\"\n\
             benchmark = {{ command = \"cargo bench --bench {bench}\", format = \"criterion\" }}\n",
            unique(bench, names)
        ),
    };
    benches.into_iter().map(suite).collect()
}

fn uses_criterion(manifest: &Table) -> bool {
    let tables = ["dev-dependencies", "dependencies"].iter().filter_map(|name| manifest.get(*name)?.as_table());
    tables.flatten().any(|(name, value)| name == "criterion" || value.get("package").and_then(Value::as_str) == Some("criterion"))
}

/// Names of the benches that bring their own `main`, as Criterion's do.
fn benches(manifest: &Table) -> Vec<&str> {
    let benches = manifest.get("bench").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let own = benches.iter().filter(|bench| bench.get("harness").and_then(Value::as_bool) == Some(false));
    own.filter_map(|bench| bench.get("name")?.as_str()).filter(|name| is_cargo_name(name)).collect()
}

/// What can stand in a command and in TOML as it is.
fn is_cargo_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The program of a package without benches.
fn program(directory: &Path, manifest: &Table, names: &mut BTreeSet<String>) -> Option<Suite> {
    let named = manifest.get("bin").and_then(|bins| bins.get(0)?.get("name")?.as_str());
    let package = manifest.get("package").and_then(|package| package.get("name")?.as_str());
    let default = package.filter(|_| directory.join("src/main.rs").is_file());
    let name = named.or(default).filter(|name| is_cargo_name(name))?;
    Some(Suite {
        about: format!("the program {name}"),
        text: format!(
            "# The process itself is the sample: wall and CPU time. Replace `--version` by work that has to stay fast.\n[[suite]]\n\
             name = \"{}\"\nbuild = \"cargo build --release\"\ncommand = {{ run = \"target/release/{name} --version\", repeat = 20 }}\n",
            unique(name, names)
        ),
    })
}

fn go(directory: &Path, files: &Files, names: &mut BTreeSet<String>) -> Option<Suite> {
    let has_benchmarks = || files.go_tests.iter().any(|path| text(path).is_ok_and(|text| text.contains("func Benchmark")));
    if !directory.join("go.mod").is_file() || !has_benchmarks() {
        return None;
    }
    Some(Suite {
        about: "Go benchmarks".to_string(),
        text: format!(
            "# Every benchmark of the module, ten times, because one time is no distribution.\n[[suite]]\nname = \"{}\"\n\
             benchmark = {{ command = \"go test -run='^$' -bench=. -benchmem -count=10 ./...\", format = \"go\" }}\n",
            unique("go", names)
        ),
    })
}

fn jmeter(directory: &Path, plan: &Path, names: &mut BTreeSet<String>) -> Suite {
    let relative = plan.strip_prefix(directory).unwrap_or(plan).to_string_lossy().into_owned();
    let name = unique(&plan.file_stem().unwrap_or_default().to_string_lossy(), names);
    let results = format!("perf-results/jmeter/{name}.jtl");
    // JMeter adds to a file that is there.
    let run = format!("rm -f {results} && jmeter -n -t {} -l {results}", shell_word(&relative));
    let run = run.replace('\\', "\\\\").replace('"', "\\\"");
    Suite {
        about: format!("JMeter plan {relative}"),
        text: format!(
            "# A JMeter plan; only result files written since it started count.\n[[suite]]\nname = \"{name}\"\n\
             tool = {{ run = \"{run}\", results = [\"{results}\"] }}\n"
        ),
    }
}

fn example() -> Suite {
    Suite {
        about: "an example to replace: no benchmarks were found here".to_string(),
        text: "# An example that runs anywhere: the process itself is the sample, wall and CPU time. Replace it by a command of yours, a\n\
               # benchmark program (`benchmark`), a load test (`load`) or a tool that writes result files (`tool`).\n[[suite]]\n\
               name = \"example\"\ncommand = { run = \"sleep 0.01\", repeat = 20 }\n"
            .to_string(),
    }
}

/// Files that tell what there is.
#[derive(Debug, Default)]
struct Files {
    go_tests: Vec<PathBuf>,
    plans: Vec<PathBuf>,
}

impl Files {
    /// In sorted order; what is hidden, built or of others is not looked at.
    fn below(directory: &Path) -> Files {
        let mut files = Files::default();
        let mut left = limits::PROJECT_ENTRIES_MAX;
        files.walk(directory, 0, &mut left);
        files
    }

    fn walk(&mut self, directory: &Path, depth: usize, left: &mut usize) {
        const FOREIGN: [&str; 5] = ["target", "vendor", "node_modules", "testdata", "perf-results"];
        // What cannot be listed holds nothing that could be run.
        let Ok(entries) = fs::read_dir(directory) else { return };
        let mut entries: Vec<fs::DirEntry> = entries.take(*left).filter_map(Result::ok).collect();
        *left = left.saturating_sub(entries.len());
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // A link is not followed: it may lead back.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < limits::PROJECT_DEPTH_MAX && !name.starts_with('.') && !FOREIGN.contains(&name.as_str()) {
                self.walk(&path, depth + 1, left);
            } else if kind.is_file() && name.ends_with("_test.go") {
                self.go_tests.push(path);
            } else if kind.is_file() && name.ends_with(".jmx") && !path.to_string_lossy().contains(char::is_control) {
                self.plans.push(path);
            }
        }
    }
}

#[cfg(test)]
mod tests;
