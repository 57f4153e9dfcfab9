//! What a person is shown before a run becomes a baseline: the newest accepted run and this one, a line each series, as a
//! diff. The files hold more; `-v` shows them line by line.

use crate::model::humanize::quantity;
use crate::model::{Percentile, Run, Series, Statistic, Unit};
use similar::TextDiff;
use std::fmt::Write as _;

/// The diff of two runs, by series; `before` is the newest accepted run, if there is any.
pub fn of_runs(name: &str, before: Option<&Run>, after: &Run) -> String {
    let old = before.map(lines).unwrap_or_default();
    let new = lines(after);
    if old == new {
        return format!("    {name}: the same in three digits; one run more for the noise band\n");
    }
    let header = if before.is_some() { format!("{name} (newest accepted run)") } else { "(no baseline yet)".to_string() };
    let diff = TextDiff::from_lines(&old, &new);
    diff.unified_diff().context_radius(1).header(&header, &format!("{name} (this run)")).to_string()
}

/// The diff of the files as they are and would be.
pub fn of_files(name: &str, before: Option<&str>, after: &str) -> String {
    let diff = TextDiff::from_lines(before.unwrap_or_default(), after);
    diff.unified_diff().context_radius(3).header(if before.is_some() { name } else { "(new)" }, name).to_string()
}

fn lines(run: &Run) -> String {
    let label = run.series.keys().map(|key| key.label.chars().count()).max().unwrap_or(0);
    let metric = run.series.keys().map(|key| key.metric.len()).max().unwrap_or(0);
    let mut text = String::new();
    for series in run.series.values() {
        let name = series.key.label.escape_debug().to_string();
        let _ = writeln!(text, "{name:<label$}  {:<metric$}  {}", series.key.metric, numbers(series));
    }
    text
}

fn numbers(series: &Series) -> String {
    let statistics = [Statistic::Percentile(Percentile::P50), Statistic::Percentile(Percentile::P95), Statistic::Max];
    let of = |statistic: Statistic| Some(format!("{statistic} {}", quantity(series.statistic(statistic)?, &series.unit)));
    let mut parts: Vec<String> = statistics.into_iter().filter_map(of).collect();
    if parts.is_empty() {
        parts.extend(of(Statistic::Mean));
    }
    if series.summary.errors > 0 {
        let rate = series.statistic(Statistic::ErrorRate).map(|rate| quantity(rate, &Unit::Ratio));
        parts.push(format!("error rate {}", rate.unwrap_or_default()));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::of_runs;
    use crate::model::{Better, Run, Series, SeriesKey, Unit};

    fn run(values: &[(&str, f64)]) -> Run {
        let series = values.iter().map(|(label, value)| Series::point(SeriesKey::new(*label, "time"), Unit::Ns, Better::Lower, *value));
        Run { series: series.map(|series| (series.key.clone(), series)).collect(), ..Run::default() }
    }

    fn check(before: Option<&Run>, after: &Run, expected: &str) {
        assert_eq!(of_runs("b.json", before, after), expected);
    }

    #[test]
    fn only_what_changes_is_marked() {
        let before = run(&[("map", 50.0), ("sort", 1e6)]);
        let after = run(&[("map", 50.0), ("sort", 4e6)]);
        let expected = "--- b.json (newest accepted run)\n+++ b.json (this run)\n@@ -1,2 +1,2 @@\n map   time  p50 50 ns, max 50 ns\n-sort  time  p50 1 ms, max 1 ms\n+sort  time  p50 4 ms, max 4 ms\n";
        check(Some(&before), &after, expected);
        check(
            None,
            &run(&[("map", 50.0)]),
            "--- (no baseline yet)\n+++ b.json (this run)\n@@ -0,0 +1 @@\n+map  time  p50 50 ns, max 50 ns\n",
        );
        check(Some(&before), &before, "    b.json: the same in three digits; one run more for the noise band\n");
    }
}
