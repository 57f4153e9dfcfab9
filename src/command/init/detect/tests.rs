use super::super::words;
use super::{about, suites};
use crate::config::{File, Tables};
use std::fs;

/// What is found in a directory of these files; the configuration made of it is understood.
fn check(files: &[(&str, &str)], expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let found = suites(directory.path());
    assert_eq!(about(&found), expected);
    let text = words::configuration(&found);
    let tables = Tables { formats: &[("criterion", ""), ("go", "")], reports: &[] };
    let file = File::parse("neverslower.toml", &text, &tables).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(file.suites.len() == found.len() && file.suites.iter().all(|suite| suite.work.is_some()), "{text}");
}

const EXAMPLE: &str = "an example to replace: no benchmarks were found here";
const MAIN: (&str, &str) = ("src/main.rs", "fn main() {}");

#[test]
fn nothing_is_an_example() {
    check(&[], EXAMPLE);
    check(&[("Cargo.toml", "[workspace]\nmembers = []"), ("go.mod", "module x"), ("x_test.go", "func TestA(t *testing.T) {}")], EXAMPLE);
    check(&[("Cargo.toml", "not = [TOML")], EXAMPLE);
    check(&[("Cargo.toml", "[package]\nname = 'lib'")], EXAMPLE);
}

#[test]
fn benches_of_criterion() {
    let manifest = "[package]\nname = 'p'\n[dev-dependencies]\ncriterion = '0.8'\n[[bench]]\nname = 'concat'\nharness = false\n\
                    [[bench]]\nname = 'plain'\n[[bench]]\nname = 'Concat'\nharness = false\n[[bench]]\nname = 'x\"y'\nharness = false";
    check(&[("Cargo.toml", manifest), MAIN], "Criterion bench concat, Criterion bench Concat");
    check(
        &[("Cargo.toml", &manifest.replace("criterion = '0.8'", "c = { package = 'criterion' }"))],
        "Criterion bench concat, Criterion bench Concat",
    );
    check(&[("Cargo.toml", &manifest.replace("criterion", "divan")), MAIN], "the program p");
}

#[test]
fn programs_of_cargo() {
    check(&[("Cargo.toml", "[package]\nname = 'tool'"), MAIN], "the program tool");
    check(&[("Cargo.toml", "[package]\nname = 'p'\n[[bin]]\nname = 'tool'")], "the program tool");
}

#[test]
fn benchmarks_of_go_wherever_they_are() {
    let benchmark = "package a\nfunc BenchmarkA(b *testing.B) {}";
    check(&[("go.mod", "module x"), ("a/b/a_test.go", benchmark)], "Go benchmarks");
    check(&[("a/b/a_test.go", benchmark)], EXAMPLE);
    check(&[("go.mod", "module x"), ("vendor/a_test.go", benchmark), (".hidden/a_test.go", benchmark)], EXAMPLE);
}

#[test]
fn plans_of_jmeter_with_any_name() {
    check(&[("shop.jmx", "<x/>"), ("load/Shop.jmx", "<x/>")], "JMeter plan load/Shop.jmx, JMeter plan shop.jmx");
    check(&[("it's \"a\" $plan\\.jmx", "<x/>")], "JMeter plan it's \"a\" $plan\\.jmx");
}

#[test]
fn several_kinds_stand_side_by_side() {
    let go = [("go.mod", "module x"), ("a_test.go", "func BenchmarkA(b *testing.B) {}")];
    check(
        &[go[0], go[1], ("go.jmx", "<x/>"), MAIN, ("Cargo.toml", "[package]\nname = 'go'")],
        "the program go, Go benchmarks, JMeter plan go.jmx",
    );
}
