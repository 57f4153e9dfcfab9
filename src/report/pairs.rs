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

#[cfg(test)]
mod tests {
    use super::ENTRY;
    use crate::model::{
        Better, Order, Outcome, Pair, PairFacts, PairKey, PairThreshold, Percentile, Run, Series, SeriesKey, Sides, Statistic, Unit,
    };
    use crate::output::Report;
    use crate::report::Style;
    use crate::report::fixtures::written;

    fn check(runs: &[Run], expected: &str) {
        let report = Report { outcome: &Outcome::of(Vec::new()), runs };
        let text = written(&ENTRY, &Style::default(), &[], &report).unwrap_or_else(|error| error.0);
        assert_eq!(text, expected);
    }

    fn paired(suite: &str, metric: &str, unit: Unit, better: Better) -> Run {
        let key = PairKey { series: SeriesKey::new("sort \"it\"", metric), statistic: Statistic::Percentile(Percentile::P25) };
        let valid = Pair {
            round: 0,
            order: Order::HeadFirst,
            value: Sides { base: 2.5, head: 3.0 },
            wall: Some(Sides { base: 4.0, head: 5.0 }),
            mean: None,
        };
        let series = Series::point(key.series.clone(), unit, better, 3.0);
        Run {
            suite: suite.to_string(),
            series: [(key.series.clone(), series)].into(),
            pairs: [(key, vec![valid, Pair { round: 1, order: Order::BaseFirst, value: Sides::VOID, ..valid }])].into(),
            ..Run::default()
        }
    }

    #[test]
    fn a_header_and_a_line_a_pair() {
        let threshold =
            PairThreshold { label: "*".into(), metric: None, statistic: None, unstable: None, fail: Some("+3%".into()), floor: None };
        let facts = PairFacts { series: Some(3), thresholds: vec![threshold] };
        check(
            &[Run { pair_facts: facts, ..paired("bench", "time", Unit::Ns, Better::Lower) }, Run::default()],
            r#"{"schema":"neverslower.pairs.v1","series":3,"thresholds":[{"label":"*","fail":"+3%"}]}
{"label":"sort \"it\"","metric":"time","statistic":"p25","round":0,"order":"head-first","base_ns":2.5,"head_ns":3.0,"base_wall_ns":4.0,"head_wall_ns":5.0}
{"label":"sort \"it\"","metric":"time","statistic":"p25","round":1,"order":"base-first","void":true}
"#,
        );
        check(
            &[paired("bench", "speed", Unit::Other("MB/s".into()), Better::Higher)],
            r#"{"schema":"neverslower.pairs.v1"}
{"label":"sort \"it\"","metric":"speed","statistic":"p25","unit":"MB/s","better":"higher","round":0,"order":"head-first","base_ns":2.5,"head_ns":3.0,"base_wall_ns":4.0,"head_wall_ns":5.0}
{"label":"sort \"it\"","metric":"speed","statistic":"p25","unit":"MB/s","better":"higher","round":1,"order":"base-first","void":true}
"#,
        );
    }

    #[test]
    fn what_is_no_file_of_pairs_is_an_error() {
        let expected = "a file of pairs holds those of exactly one suite, found";
        check(&[Run::default()], &format!("{expected} none: base and head were not measured in alternation"));
        let two = ["a", "b"].map(|suite| paired(suite, "time", Unit::Ns, Better::Lower));
        check(&two, &format!("{expected} a, b"));
    }
}
