use super::{Benchmark, exactly, narrowed, only};
use crate::model::{Better, HarnessWork, Run, Series, SeriesKey, ShortRun, Unit};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use std::time::Duration;

const SHORT: ShortRun =
    ShortRun { batches: 48, batch: Duration::from_micros(500), warm_up: Duration::from_millis(5), longest: Duration::from_millis(500) };

fn work(command: &str, single: Option<&str>) -> HarnessWork {
    HarnessWork { command: command.into(), format: None, results: None, single: single.map(Into::into) }
}

/// The narrowed command, where there is one.
#[track_caller]
fn check(format: &str, command: &str, label: &str, usual_ns: Option<f64>, expected: Option<&str>) {
    let found = narrowed(&work(command, None), &Benchmark { format, label, usual_ns }, &SHORT);
    assert_eq!(found.map(|work| work.command).as_deref(), expected, "{command}");
}

const CRITERION: &str = " --warm-up-time 0.005 --measurement-time 0.024 --sample-size 48 --nresamples 1000 --noplot";

#[track_caller]
fn criterion(command: &str, label: &str, expected: &str) {
    check("criterion", command, label, Some(100.0), Some(&format!("{expected}{CRITERION}")));
}

#[test]
fn criterion_runs_one_benchmark_shortly() {
    criterion("cargo bench --bench concat", "concat/plus/10", "cargo bench --bench concat -- '^concat/plus/10$'");
    criterion("cargo bench", "a: b (c)", r"cargo bench -- '^a: b \(c\)$'");
    criterion("cargo bench --bench x -- --sample-size 200 --verbose old", "y", "cargo bench --bench x -- '^y$'");
    criterion("A=\"b c\" cargo +nightly bench old -p pkg -j 2 $X", "y", "A=\"b c\" cargo +nightly bench -p pkg -j 2 $X -- '^y$'");
    criterion("cd sub && nice ~/.cargo/bin/cargo bench", "it's", r"cd sub && nice ~/.cargo/bin/cargo bench -- '^it'\''s$'");
}

#[test]
fn slow_benchmarks_have_fewer_samples_but_never_less_than_the_tool_takes() {
    for (usual_ns, samples, measured) in
        [(None, 48, "0.024"), (Some(20e6), 25, "0.0125"), (Some(1e9), 10, "0.005"), (Some(1e30), 10, "0.005")]
    {
        let expected = format!(
            "cargo bench -- '^x$' --warm-up-time 0.005 --measurement-time {measured} --sample-size {samples} --nresamples 1000 --noplot"
        );
        check("criterion", "cargo bench", "x", usual_ns, Some(&expected));
    }
    check("go", "go test -bench .", "BenchmarkX", Some(1e9), Some("go test -run '^$' -bench '^BenchmarkX$' -count 4 -benchtime 500000ns"));
}

const GO: &str = " -count 48 -benchtime 500000ns";

#[track_caller]
fn go(command: &str, label: &str, before: &str, filter: &str, after: &str) {
    check("go", command, label, Some(100.0), Some(&format!("{before} -run '^$' -bench '{filter}'{GO}{after}")));
}

#[test]
fn go_runs_one_benchmark_shortly() {
    go("go test -bench .", "BenchmarkX", "go test", "^BenchmarkX$", "");
    go("go test -bench=. -benchmem -count=6", "BenchmarkX/n=10/a.b", "go test -benchmem", "^BenchmarkX$/^n=10$/^a\\.b$", "");
    go("go test --test.bench 'A|B' -run NONE -benchtime 2s .", "BenchmarkX", "go test .", "^BenchmarkX$", "");
    go("go -C sub test -bench . -args -count 5", "BenchmarkX", "go -C sub test", "^BenchmarkX$", " -args -count 5");
    go("go test -cpu 2 -bench . ./...", "BenchmarkX", "go test -cpu 2 ./...", "^BenchmarkX$", "");
    go("go test -bench . ./...", "example.com/a.b.BenchmarkX/y.Benchmark", "go test example.com/a.b", "^BenchmarkX$/^y\\.Benchmark$", "");
    go("go test -bench . ./a ./b", "example.com/a.BenchmarkX", "go test ./a ./b", "^BenchmarkX$", "");
}

#[test]
fn what_is_not_understood_runs_whole() {
    for command in ["make bench", "cargo bench | tee x", "cargo test --benches", "sh -c 'cargo bench'", "cargo criterion"] {
        check("criterion", command, "x", None, None);
    }
    for command in ["go test", "go test -bench . -cpu 1,2", "go test -bench . > x", "cargo bench"] {
        check("go", command, "BenchmarkX", None, None);
    }
    check("vegeta-json", "cargo bench", "x", None, None);
}

#[test]
fn the_users_own_command_wins() {
    let benchmark = Benchmark { format: "go", label: "it's $x", usual_ns: None };
    let found = narrowed(&work("go test -bench .", Some("b --only {label} -n 1")), &benchmark, &SHORT).unwrap();
    assert_eq!(found.command, r"b --only 'it'\''s $x' -n 1");
}

fn run(keys: &[(&str, &str)]) -> Run {
    let point = |(label, metric): &(&str, &str)| {
        let key = SeriesKey::new(*label, *metric);
        (key.clone(), Series::point(key, Unit::Ns, Better::Lower, 1.0))
    };
    Run { series: keys.iter().map(point).collect(), ..Run::default() }
}

#[test]
fn one_benchmark_and_only_one_must_come() {
    let named = |keys, label| {
        only(run(keys), label)
            .map(|run| run.series.into_iter().map(|(key, series)| (key == series.key, key.label, key.metric)).collect::<Vec<_>>())
    };
    let expected = vec![(true, "a.X".to_string(), "bytes".to_string()), (true, "a.X".to_string(), "time".to_string())];
    assert_eq!(named(&[("X", "time"), ("X", "bytes")], "a.X"), Ok(expected));
    let error = named(&[("X", "time"), ("Y", "time")], "X").unwrap_err().to_string();
    assert!(error.contains("the benchmark \"X\" alone, found 2 of them"), "{error}");
    let error = named(&[], "X").unwrap_err().to_string();
    assert!(error.contains("found none"), "{error}");
}

proptest! {
    #[test]
    fn the_pattern_of_a_text_matches_it_and_nothing_else(text in any::<String>(), other in any::<String>()) {
        let pattern = fancy_regex::Regex::new(&exactly(&text)).unwrap();
        prop_assert!(pattern.is_match(&text).unwrap());
        prop_assert_eq!(pattern.is_match(&other).unwrap(), text == other);
        prop_assert!(!pattern.is_match(&(text + "x")).unwrap());
    }
}
