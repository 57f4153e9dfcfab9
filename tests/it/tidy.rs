//! The house rules of `docs/ARCHITECTURE.md`, held against the code: who imports whom, which file opens which door, how
//! long things may get. The tables are read from that page, so page and code cannot drift apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(directory: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if path.file_name().unwrap() != "fixtures" && path.file_name().unwrap() != "snapshots" {
                rust_files(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Source files with their text, path relative to the project's root.
fn sources(folders: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in folders {
        rust_files(&root().join(folder), &mut files);
    }
    assert!(!files.is_empty(), "no source files found: the test looks in the wrong place");
    let shown = |path: &Path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_string();
    files.iter().map(|path| (shown(path), fs::read_to_string(path).unwrap())).collect()
}

/// The text of a file without its unit tests and comments: what the rules are about.
fn code(text: &str) -> String {
    let product = text.split("#[cfg(test)]").next().unwrap();
    product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The module of the first level that a file belongs to: `src/format/go.rs` is `format`.
fn module(path: &str) -> String {
    let rest = path.strip_prefix("src/").unwrap();
    rest.split('/').next().unwrap().trim_end_matches(".rs").to_string()
}

/// Rows of a two-column table of the architecture page, below a heading.
fn table(heading: &str) -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let section = page.split(heading).nth(1).unwrap_or_else(|| panic!("docs/ARCHITECTURE.md has no heading {heading:?}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_string());
        (cells.next().unwrap(), cells.next().unwrap())
    })
    .collect()
}

/// Words between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

/// Paths into the crate that the code names, groups spelled out: `crate::{a, b::C}` is `a` and `b::C`.
fn imports(code: &str) -> Vec<String> {
    let is_path = |c: &char| c.is_alphanumeric() || *c == '_' || *c == ':';
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1).chain(code.split("neverslower::").skip(1)) {
        let prefix: String = rest.chars().take_while(is_path).collect();
        match rest.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_prefix('{')) {
            Some(group) => found.extend(group.split('}').next().unwrap().split(',').map(|item| format!("{prefix}{}", item.trim()))),
            None => found.push(prefix),
        }
    }
    found
}

fn module_of(path: &str) -> &str {
    path.split("::").next().unwrap()
}

fn fail_with(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn imports_follow_the_table() {
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (folders, may_use) in table("## Who may import whom") {
        for folder in quoted(&folders) {
            allowed.entry(folder).or_default().extend(quoted(&may_use));
        }
    }
    let mut problems = Vec::new();
    for (path, text) in sources(&["src"]) {
        let own = module(&path);
        if matches!(own.as_str(), "lib") || is_test_file(&path) {
            continue;
        }
        let Some(may_use) = allowed.get(&own) else {
            problems.push(format!("{path}: the module `{own}` is not in the table"));
            continue;
        };
        if may_use.contains("*") {
            continue;
        }
        for used in imports(&code(&text)) {
            let allowed_here =
                may_use.iter().any(|entry| used == *entry || used.starts_with(&format!("{entry}::"))) || module_of(&used) == own;
            if !allowed_here {
                problems.push(format!("{path}: `{own}` imports `{used}`, which the table does not allow"));
            }
        }
    }
    fail_with(problems);
}

#[test]
fn members_of_a_family_do_not_import_each_other() {
    let mut problems = Vec::new();
    for family in ["format", "report"] {
        let members: Vec<String> = table("## Families")
            .into_iter()
            .filter(|(name, _)| name == &format!("`{family}`"))
            .flat_map(|(_, shared)| quoted(&shared))
            .collect();
        assert!(!members.is_empty(), "docs/ARCHITECTURE.md names no shared files of `{family}`");
        for (path, text) in sources(&[&format!("src/{family}")]) {
            let name = path.rsplit('/').next().unwrap().trim_end_matches(".rs").to_string();
            if name == "mod" || is_test_file(&path) || members.contains(&name) {
                continue;
            }
            for sibling in code(&text).split(&format!("crate::{family}::")).skip(1).chain(code(&text).split("super::").skip(1)) {
                let used: String = sibling.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_file = root().join(format!("src/{family}/{used}.rs")).exists();
                if is_file && !members.contains(&used) {
                    problems.push(format!("{path} imports its sibling `{used}`; what two members share is a file of its own"));
                }
            }
        }
    }
    fail_with(problems);
}

#[test]
fn every_door_is_where_the_page_says() {
    let mut problems = Vec::new();
    for (patterns, doors) in table("## One door per resource") {
        let (patterns, doors) = (quoted(&patterns), quoted(&doors));
        assert!(!patterns.is_empty() && !doors.is_empty(), "a row of the doors table is empty");
        for (path, text) in sources(&["src"]) {
            if is_test_file(&path) || doors.iter().any(|door| path.starts_with(&format!("src/{door}"))) {
                continue;
            }
            for (number, line) in code(&text).lines().enumerate() {
                for pattern in patterns.iter().filter(|pattern| line.contains(pattern.as_str())) {
                    problems.push(format!("{path} (code line {number}): `{pattern}` belongs into {}", doors.join(", ")));
                }
            }
        }
    }
    fail_with(problems);
}

#[test]
fn files_have_a_head_and_stay_short() {
    let mut problems = Vec::new();
    for (path, text) in sources(&["src", "tests", "benches", "examples", "fuzz"]) {
        let is_unit_test = path.starts_with("src/") && is_test_file(&path);
        if !is_unit_test && !text.starts_with("//!") && !text.starts_with("#![no_main]") {
            problems.push(format!("{path}: the first line does not say what the file is for (//! …)"));
        }
        let lines = text.lines().count();
        if lines > 400 {
            problems.push(format!("{path}: {lines} lines; a file past 400 wants to be two"));
        }
        for line in code(&text).lines().filter(|line| line.trim_start().starts_with("use ") || line.trim_start().starts_with("pub use ")) {
            if line.contains("::*") && !is_test_file(&path) {
                problems.push(format!("{path}: glob import: {}", line.trim()));
            }
        }
    }
    fail_with(problems);
}

#[test]
fn names_are_not_refused_ones() {
    let refused: BTreeSet<&str> = ["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs", "types.rs"].into();
    let named: Vec<String> =
        sources(&["src"]).into_iter().map(|(path, _)| path).filter(|path| refused.contains(path.rsplit('/').next().unwrap())).collect();
    fail_with(named);
}

#[test]
fn the_top_level_holds_nothing_else() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "baselines",
        "benches",
        "ci",
        "examples",
        "README.md",
        "tests",
        "docs",
        "fuzz",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "neverslower.toml",
        "target",
        "perf-results",
    ];
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().to_str().unwrap().to_string());
    fail_with(entries.filter(|name| !name.starts_with('.') && !allowed.contains(&name.as_str())).collect());
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let page = fs::read_to_string(root().join("docs/CONTRIBUTING.md")).unwrap();
    let mut in_dependencies = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && let Some((name, value)) = line.split_once(" = ") {
            names.push(name.to_string());
            assert!(value.contains("default-features = false"), "{name}: default features are not off");
        }
    }
    assert!(names.len() > 10, "the manifest was not understood");
    fail_with(
        names
            .into_iter()
            .filter(|name| !page.contains(&format!("| `{name}` |")))
            .map(|name| format!("docs/CONTRIBUTING.md has no line of reason for `{name}`"))
            .collect(),
    );
}
