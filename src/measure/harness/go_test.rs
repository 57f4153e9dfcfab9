//! `go test -bench`.

use super::command_line::CommandLine;
use super::narrowed::{Benchmark, exactly};
use crate::model::ShortRun;

/// Fewest counts: below four there is no lower quartile.
const COUNTS_MIN: u32 = 4;

/// Instead of the command's own choice and times: this benchmark alone, many times shortly. `None` where the command measures no
/// benchmarks, or each several times with different numbers of processors, which a filter cannot tell apart.
pub(super) fn narrow(line: &mut CommandLine, benchmark: &Benchmark<'_>, short: &ShortRun) -> Option<()> {
    let start = line.arguments_of("go", "test")?;
    let mut at = start;
    let mut is_benchmark = false;
    while at < line.len() {
        let Some((name, value)) = line.word(at).and_then(flag) else {
            at += 1;
            continue;
        };
        let (value, words) = value.map_or_else(|| (line.word(at + 1), 2), |value| (Some(value), 1));
        match name {
            "args" => break,
            "cpu" if value.is_none_or(|counts| counts.contains(',')) => return None,
            "bench" | "run" | "count" | "benchtime" => {
                is_benchmark |= name == "bench";
                line.remove(at..at + words);
            }
            _ => at += 1,
        }
    }
    let (package, name) = parts(benchmark.label);
    // `./...` builds and starts every package there is.
    if let (Some(package), Some(all)) = (package, line.find(start, |word| word.ends_with("...")).filter(|all| *all < at)) {
        line.remove(all..all + 1);
        line.insert(all, [package]);
    }
    let filter = name.split('/').map(exactly).collect::<Vec<_>>().join("/");
    let count = short.samples(benchmark.usual_ns, COUNTS_MIN).to_string();
    let time = format!("{}ns", short.batch.as_nanos());
    line.insert(at, ["-run", "^$", "-bench", &filter, "-count", &count, "-benchtime", &time]);
    is_benchmark.then_some(())
}

/// Name and value of `-bench=x`, `--bench x`, `-test.bench x`.
fn flag(word: &str) -> Option<(&str, Option<&str>)> {
    let dashed = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    let bare = dashed.strip_prefix("test.").unwrap_or(dashed);
    Some(bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value))))
}

/// Package and name of a label; the package is part of it where the whole program has several.
fn parts(label: &str) -> (Option<&str>, &str) {
    let at = label.find(".Benchmark").filter(|_| !label.starts_with("Benchmark"));
    let parts = at.and_then(|at| Some((label.get(..at)?, label.get(at + 1..)?)));
    parts.map_or((None, label), |(package, name)| (Some(package), name))
}
