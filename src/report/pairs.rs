//! The pairs of an interleaved comparison (`neverslower.pairs.v1`), one a line: whoever doubts a verdict can have it judged again.

use super::{Entry, Needs, Style, document};
use crate::model::{Better, StoredPair, StoredPairsHeader, Unit};
use crate::output::{Output, OutputError, Report};
use std::io::Write;

pub const ENTRY: Entry = Entry {
    name: "pairs",
    about: "pairs of an interleaved comparison, one JSON object a line",
    needs: Needs::Run,
    extension: "jsonl",
    open,
};

fn open(out: Box<dyn Write>, style: &Style) -> Box<dyn Output> {
    document::written(out, style, write)
}

fn write(report: &Report<'_>, style: &Style, out: &mut dyn Write) -> Result<(), OutputError> {
    let wanted = |suite: &str| style.suite.as_deref().is_none_or(|only| only == suite);
    let runs: Vec<_> = report.runs.iter().filter(|run| wanted(&run.suite) && !run.pairs.is_empty()).collect();
    let [run] = runs.as_slice() else {
        let found = runs.iter().map(|run| run.suite.as_str()).collect::<Vec<_>>().join(", ");
        let found = if found.is_empty() { "none: base and head were not measured in alternation".to_string() } else { found };
        return Err(OutputError(format!("a file of pairs holds those of exactly one suite, found {found}")));
    };
    let unwritten = |error: serde_json::Error| OutputError(format!("the pairs of {:?} cannot be stored: {error}", run.suite));
    let line = |out: &mut dyn Write, json: String| out.write_all((json + "\n").as_bytes());
    line(out, serde_json::to_string(&StoredPairsHeader::of(&run.pair_facts)).map_err(unwritten)?)?;
    for (key, pairs) in &run.pairs {
        let series = run.series.get(&key.series);
        let (unit, better) = series.map_or((&Unit::Ns, Better::Lower), |series| (&series.unit, series.better));
        for pair in pairs {
            line(out, serde_json::to_string(&StoredPair::of(key, unit, better, pair)).map_err(unwritten)?)?;
        }
    }
    Ok(())
}
