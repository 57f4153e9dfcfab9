//! The programs behind `cargo bench`, and the benchmarks that each of them holds.

use super::cargo_bench;
use super::command_line::CommandLine;
use crate::limits;
use crate::measure::child::{Job, Log, Setting};
use crate::measure::error::MeasureError;
use crate::model::HarnessWork;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// One built benchmark program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Absolute path.
    pub(super) executable: String,
    /// Of its package, where cargo starts it.
    pub(super) directory: String,
    /// Benchmarks that it lists.
    pub(super) labels: BTreeSet<String>,
}

/// All benchmarks that they hold.
pub fn held(programs: &[Program]) -> BTreeSet<String> {
    programs.iter().flat_map(|program| program.labels.iter().cloned()).collect()
}

/// What `cargo --message-format=json` says of a built program, as far as it is asked here.
#[derive(Deserialize)]
struct Message {
    executable: Option<String>,
    manifest_path: Option<String>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// The programs that the work's `cargo bench` would run. They are only a shorter way: where cargo or a program does not tell, none.
/// An interruption is the only error.
pub fn programs(work: &HarnessWork, setting: &Setting<'_>) -> Result<Vec<Program>, MeasureError> {
    let line = CommandLine::parse(&work.command).filter(|_| cfg!(unix) && work.single.is_none());
    let listing = line.and_then(|mut line| cargo_bench::listing(&mut line).map(|()| line.text()));
    let Some(listing) = listing else { return Ok(Vec::new()) };
    let mut found = built(&printed(Job::shell(&listing), setting)?);
    for program in &mut found {
        let job = Job::program(&program.executable, &program.executable, &["--bench".to_string(), "--list".to_string()]);
        let setting = Setting { directory: Path::new(&program.directory), ..*setting };
        program.labels = labels(&printed(job, &setting)?);
    }
    Ok(found)
}

/// What a command printed; nothing where it failed.
fn printed(job: Job, setting: &Setting<'_>) -> Result<String, MeasureError> {
    let path = setting.log.with_extension("list");
    let ended = Log::create(setting.log).and_then(|log| job.stdout_to(path.clone()).run(setting, &log));
    match ended {
        Err(MeasureError::Interrupted) => return Err(MeasureError::Interrupted),
        Err(_) => return Ok(String::new()),
        Ok(_) => {}
    }
    let bytes = Log::bytes(&path, limits::CARGO_MESSAGES_BYTES_MAX).unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The benchmark programs among cargo's messages.
fn built(messages: &str) -> Vec<Program> {
    let program = |line: &str| {
        let message: Message = serde_json::from_str(line).ok()?;
        let is_bench = message.target?.kind.iter().any(|kind| kind == "bench");
        let manifest = message.manifest_path.filter(|_| is_bench)?;
        let directory = Path::new(&manifest).parent()?.to_str()?.to_string();
        Some(Program { executable: message.executable?, directory, labels: BTreeSet::new() })
    };
    messages.lines().filter_map(program).take(limits::BENCH_PROGRAMS_MAX).collect()
}

/// Benchmarks that a program lists, as Criterion and libtest write them: `name: benchmark`.
fn labels(listed: &str) -> BTreeSet<String> {
    let name = |line: &str| line.strip_suffix(": benchmark").or_else(|| line.strip_suffix(": bench")).map(str::to_string);
    listed.lines().filter_map(name).collect()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{built, labels};
    use crate::measure::Setting;
    use crate::measure::harness::{Benchmark, direct, programs};
    use crate::model::{HarnessWork, ShortRun};
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;
    use tempfile::TempDir;

    const SHORT: ShortRun =
        ShortRun { batches: 48, batch: Duration::from_micros(500), warm_up: Duration::from_millis(5), longest: Duration::from_millis(500) };

    /// The line that runs `label` directly, where a stand-in for cargo lists two programs. `HERE` is the package's directory.
    fn check(command: &str, label: &str, expected: Option<&str>) {
        let place = TempDir::new().unwrap();
        let here = place.path().to_str().unwrap();
        let message = |name: &str, kind: &str| {
            format!(
                "{{\"reason\":\"compiler-artifact\",\"executable\":\"{here}/{name}\",\"manifest_path\":\"{here}/Cargo.toml\",\"target\":{{\"kind\":[\"{kind}\"]}}}}"
            )
        };
        let messages = [message("one", "bench"), message("two", "bench"), message("tool", "bin"), "{\"reason\":\"build-finished\"}".into()];
        let cargo = format!("#!/bin/sh\necho \"$@\" > {here}/asked\ncat <<'END'\n{}\nEND\n", messages.join("\n"));
        for (name, text) in [
            ("cargo", cargo.as_str()),
            ("one", "#!/bin/sh\necho 'a/x: benchmark'\n"),
            ("two", "#!/bin/sh\necho 'both: bench'; echo 'it: has: benchmark'\n"),
        ] {
            std::fs::write(place.path().join(name), text).unwrap();
            std::fs::set_permissions(place.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let (log, interrupted) = (place.path().join("x.log"), AtomicBool::new(false));
        let setting =
            Setting { directory: place.path(), log: &log, timeout: Duration::from_secs(60), interrupted: &interrupted, environment: &[] };
        let work = HarnessWork { command: command.replace("HERE", here), format: None, results: None, single: None };
        let found = programs(&work, &setting).unwrap();
        let direct = direct(&work, &Benchmark { format: "criterion", label, usual_ns: None }, &SHORT, &found);
        let times = " --warm-up-time 0.005 --measurement-time 0.024 --sample-size 48 --nresamples 1000 --noplot";
        let expected = expected.map(|expected| expected.replace("HERE", here) + times);
        assert_eq!(direct.map(|work| work.command), expected, "{command}: {found:?}");
        if let Ok(asked) = std::fs::read_to_string(place.path().join("asked")) {
            assert_eq!(asked, "bench -p x --no-run --message-format=json\n");
        }
    }

    #[test]
    fn the_program_that_holds_the_benchmark_is_run() {
        let to = "cd HERE && export CARGO_MANIFEST_DIR=HERE && ";
        check("HERE/cargo bench -p x", "a/x", Some(&format!("{to}HERE/one --bench '^a/x$'")));
        check(
            "A=1 nice HERE/cargo bench old --message-format short -p x -- --y",
            "it: has",
            Some(&format!("{to}A=1 nice HERE/two --bench '^it: has$'")),
        );
        check("HERE/cargo bench -p x", "nobody's", None);
        check("HERE/cargo bench -p x | cat", "a/x", None);
        check("HERE/nothing bench -p x", "a/x", None);
        check("false && HERE/cargo bench -p x", "a/x", None);
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        assert_eq!(built("warning: x\n{\"executable\":null,\"target\":{\"kind\":[\"bench\"]}}\n{}\n"), []);
        assert_eq!(labels("a: test\n\n2 tests, 0 benchmarks\n").len(), 0);
    }
}
