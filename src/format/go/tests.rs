use crate::format::read;
use crate::model::Run;
use crate::record::{Keep, Recorder};
use crate::source::Input;

fn run(text: &str) -> Result<Run, String> {
    let mut recorder = Recorder::new(Keep::Exact);
    read(&Input::bytes("x.txt", text), Some("go"), &mut recorder).map_err(|error| error.to_string())?;
    Ok(recorder.finish("suite"))
}

/// Series as `label metric count better`, and the starts of the notes.
fn check(text: &str, want: &[&str], is_partial: bool, notes: &[&str]) {
    let run = run(text).unwrap();
    let series = run.series.values().map(|s| format!("{} {} {} {}", s.key.label, s.key.metric, s.summary.count, s.better.as_str()));
    assert_eq!((series.collect::<Vec<_>>(), run.partial), (want.iter().map(|line| line.to_string()).collect(), is_partial), "{text}");
    let texts: Vec<&str> = run.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(texts.len() == notes.len() && texts.iter().zip(notes).all(|(text, note)| text.starts_with(note)), "{texts:?}");
}

#[test]
fn processors_are_left_out_only_where_all_names_have_them() {
    check(
        "BenchmarkA-8 1 2 ns/op\nBenchmarkB/size-8-8 1 2 ns/op\n",
        &["BenchmarkA time 1 lower", "BenchmarkB/size-8 time 1 lower"],
        false,
        &[],
    );
    check(
        "BenchmarkA 1 2 ns/op\nBenchmarkB/size-8 1 2 ns/op\n",
        &["BenchmarkA time 1 lower", "BenchmarkB/size-8 time 1 lower"],
        false,
        &[],
    );
    check("BenchmarkA 1 2 ns/op\nBenchmarkA-2 1 2 ns/op\n", &["BenchmarkA time 1 lower", "BenchmarkA-2 time 1 lower"], false, &[]);
    check("BenchmarkA-2 1 2 ns/op\nBenchmarkA-4 1 2 ns/op\n", &["BenchmarkA-2 time 1 lower", "BenchmarkA-4 time 1 lower"], false, &[]);
}

#[test]
fn units_are_series_and_directions_are_not_guessed() {
    let line = "BenchmarkA 1 2 ns/op 3.5 MB/s 7 B/op 1 allocs/op 9 chars/op\n";
    let all = |chars: &'static str| {
        ["BenchmarkA allocations 1 lower", "BenchmarkA bytes 1 lower", chars, "BenchmarkA throughput 1 higher", "BenchmarkA time 1 lower"]
    };
    check(line, &all("BenchmarkA chars/op 1 unknown"), false, &[]);
    check(&format!("Unit chars/op better=higher\n{line}"), &all("BenchmarkA chars/op 1 higher"), false, &[]);
}

#[test]
fn noise_failures_and_cuts() {
    let a = &["BenchmarkA time 1 lower"];
    check("downloading…\npkg: x\nBenchmarkA 1 2 ns/op\n--- BENCH: BenchmarkA\n    1 log line\nPASS\nok x 1s\n", a, false, &[]);
    check("BenchmarkA says hello\nof its own\n 1 2 ns/op\nPASS\n", a, false, &[]);
    check("BenchmarkA 1 2 ns/op\n--- FAIL: BenchmarkB\nFAIL\n", a, true, &["a benchmark or package failed"]);
    check("pkg: x\nBenchmarkA 1 2 ns/op\n", a, true, &["the output ends within a package"]);
    check("BenchmarkA 1 2 ns/op\nBenchmarkB 1 2", a, true, &["the last line has no line break"]);
    check("BenchmarkA 1 2 ns/op NaN x/op\n", a, false, &["a value that is no finite number"]);
    check("BenchmarkA 1 2 ns/op 5\n", a, true, &["a benchmark line that cannot be read"]);
    assert_eq!(
        run("pkg: x\nPASS\nok x 1s\n").unwrap_err(),
        "x.txt: expected benchmark results, found none; was -bench given, and did it match?"
    );
}
