//! Pairs of base and head, one a line (`perf-results/pairs/<suite>.jsonl`): what an interleaved comparison stored, or what anyone
//! measured in alternation.

use super::oddities::Oddities;
use super::{Claim, ReadError, Reader};
use crate::limits::PAIR_LINES_MAX;
use crate::model::{
    Better, Order, PAIRS_SCHEMA, Pair, PairKey, Percentile, RunFacts, Sample, SeriesKey, Sides, Statistic, StoredPair, StoredPairsHeader,
    Unit, Value, metric,
};
use crate::record::Sink;
use crate::source::{Head, Source, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// `pairs`.
pub(super) struct Pairs;

/// What the schema of every version starts with.
const SCHEMA_FAMILY: &[u8] = b"\"neverslower.pairs.";
const CUT: &str = "the input ends within its last pair, which is not counted";

impl Reader for Pairs {
    fn name(&self) -> &'static str {
        "pairs"
    }

    fn about(&self) -> &'static str {
        "pairs of base and head measured in alternation, one JSON object a line (neverslower.pairs.v1)"
    }

    fn detect(&self, head: &Head) -> Claim {
        let text = head.bytes.trim_ascii_start();
        let first = memchr::memchr(b'\n', text).and_then(|end| text.get(..end)).unwrap_or(text);
        let has = |member: &[u8]| memchr::memmem::find(first, member).is_some();
        let is_pair = has(b"\"label\"") && has(b"\"round\"") && has(b"\"order\"");
        let is_ours = !head.is_directory && first.first() == Some(&b'{') && (has(SCHEMA_FAMILY) || is_pair);
        if is_ours { Claim::Certain } else { Claim::No }
    }

    fn read(&self, source: Source, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let path = source.name().to_string();
        let mut found = Found { path: path.clone(), ..Found::default() };
        let mut oddities = Oddities::default();
        let mut lines = source.lines()?;
        let mut is_first = true;
        while let Some(line) = lines.next()? {
            let text = line.text.trim();
            if text.is_empty() {
                continue;
            }
            let is_header = std::mem::take(&mut is_first) && text.contains("\"schema\"");
            let taken = if is_header { found.header(text, line.number) } else { found.pair(text, line.number) };
            match taken {
                Err(error) if error.is_form && !line.is_terminated => oddities.add(CUT, || line.number),
                taken => taken.map_err(|error| error.error)?,
            }
        }
        let is_partial = !oddities.text().is_empty();
        oddities.notes(&path).for_each(|note| sink.note(note));
        sink.facts(RunFacts { partial: is_partial, pairs: found.facts.take(), ..RunFacts::default() });
        found.finish(sink)
    }
}

/// Why a line was not taken.
struct Refused {
    error: ReadError,
    /// It is no JSON object of this kind at all, as the rest of a cut line is not.
    is_form: bool,
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Refused {
        Refused { error, is_form: false }
    }
}

/// One series with its statistic.
struct Paired {
    unit: Unit,
    better: Better,
    /// By round.
    pairs: BTreeMap<u32, Pair>,
    /// Line of the first pair.
    line: u64,
}

#[derive(Default)]
struct Found {
    path: String,
    facts: Option<crate::model::PairFacts>,
    series: BTreeMap<PairKey, Paired>,
    lines: usize,
}

impl Found {
    fn refused(&self, line: u64, expected: &str, found: impl Into<String>) -> ReadError {
        ReadError::at(&self.path, line, expected, found, "")
    }

    fn form(&self, line: u64, expected: &str, text: &str, error: &serde_json::Error) -> Refused {
        let found = format!("{} ({error})", quoted(text));
        Refused { error: ReadError { column: error.column() as u64, ..self.refused(line, expected, found) }, is_form: true }
    }

    fn header(&mut self, text: &str, line: u64) -> Result<(), Refused> {
        let expected = format!("the header of a file of pairs ({PAIRS_SCHEMA})");
        let header: StoredPairsHeader = serde_json::from_str(text).map_err(|error| self.form(line, &expected, text, &error))?;
        if header.schema != PAIRS_SCHEMA {
            return Err(self.refused(line, &format!("schema {PAIRS_SCHEMA:?}"), quoted(&header.schema)).into());
        }
        let unknown = |statistic: String| self.refused(line, "a statistic such as `p50`", quoted(&statistic));
        self.facts = Some(header.into_facts().map_err(unknown)?);
        Ok(())
    }

    fn pair(&mut self, text: &str, line: u64) -> Result<(), Refused> {
        let stored: StoredPair = serde_json::from_str(text).map_err(|error| self.form(line, "a pair", text, &error))?;
        self.lines += 1;
        if self.lines > PAIR_LINES_MAX {
            return Err(self.refused(line, &format!("at most {PAIR_LINES_MAX} pairs"), "more").into());
        }
        let missing = |member: &str| self.refused(line, &format!("a pair with {member:?}"), format!("none in {}", quoted(text)));
        let label = stored.label.clone().ok_or_else(|| missing("label"))?;
        let round = stored.round.ok_or_else(|| missing("round"))?;
        let order = stored.order.clone().ok_or_else(|| missing("order"))?;
        let order = Order::from_name(&order).ok_or_else(|| self.refused(line, "order \"base-first\" or \"head-first\"", quoted(&order)))?;
        let pair = Pair {
            round,
            order,
            value: if stored.void { Sides::VOID } else { self.value(&stored, line, &missing)? },
            wall: self.beside(line, "wall", stored.base_wall_ns, stored.head_wall_ns)?,
            mean: self.beside(line, "mean", stored.base_mean_ns, stored.head_mean_ns)?,
        };
        let key = self.key(label, &stored, line)?;
        let (unit, better) = measure(&key.series.metric, &stored);
        let paired = self.series.entry(key).or_insert(Paired { unit, better, pairs: BTreeMap::new(), line });
        if paired.pairs.insert(round, pair).is_some() {
            return Err(self.refused(line, "each round of a label once", format!("round {round} again")).into());
        }
        Ok(())
    }

    fn key(&self, label: String, stored: &StoredPair, line: u64) -> Result<PairKey, ReadError> {
        let statistic = match &stored.statistic {
            None => Statistic::Percentile(Percentile::P50),
            Some(text) => text.parse().map_err(|()| self.refused(line, "a statistic such as `p50`", quoted(text)))?,
        };
        Ok(PairKey { series: SeriesKey::new(label, stored.metric.as_deref().unwrap_or(metric::TIME)), statistic })
    }

    fn value(&self, stored: &StoredPair, line: u64, missing: &impl Fn(&str) -> ReadError) -> Result<Sides, ReadError> {
        let base = stored.base_ns.ok_or_else(|| missing("base_ns"))?;
        let head = stored.head_ns.ok_or_else(|| missing("head_ns"))?;
        self.positive(line, "base_ns", base)?;
        self.positive(line, "head_ns", head)?;
        Ok(Sides { base, head })
    }

    /// Another number of both runs; one without the other is damage.
    fn beside(&self, line: u64, name: &str, base: Option<f64>, head: Option<f64>) -> Result<Option<Sides>, ReadError> {
        match (base, head) {
            (None, None) => Ok(None),
            (Some(base), Some(head)) => {
                self.positive(line, &format!("base_{name}_ns"), base)?;
                self.positive(line, &format!("head_{name}_ns"), head)?;
                Ok(Some(Sides { base, head }))
            }
            _ => Err(self.refused(line, &format!("base_{name}_ns and head_{name}_ns"), "only one of them")),
        }
    }

    fn positive(&self, line: u64, name: &str, value: f64) -> Result<(), ReadError> {
        let is_sound = value > 0.0 && value.is_finite();
        if is_sound { Ok(()) } else { Err(self.refused(line, &format!("a positive {name}"), value.to_string())) }
    }

    /// Hands everything over, by ascending round. The head values of one statistic of each series are its samples: the run.
    fn finish(self, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let mut told = BTreeSet::new();
        for (key, paired) in &self.series {
            let rejected = |rejected| ReadError::rejected(&self.path, paired.line, rejected);
            let is_valid = |pair: &Pair| pair.value.log_ratio().is_some();
            let is_first = paired.pairs.values().any(is_valid) && told.insert(&key.series);
            let SeriesKey { label, metric } = &key.series;
            for pair in paired.pairs.values() {
                sink.pair(key, pair).map_err(rejected)?;
                if is_first && is_valid(pair) {
                    let (unit, better, value) = (&paired.unit, paired.better, pair.value.head);
                    let value = Value { label, metric, unit, better, value, failed: false };
                    sink.sample(&Sample::Value(&value)).map_err(rejected)?;
                }
            }
        }
        let has_values = self.series.values().flat_map(|one| one.pairs.values()).any(|pair| pair.value.log_ratio().is_some());
        if has_values { Ok(()) } else { Err(ReadError::at(&self.path, 0, "pairs with values", "none", "were they measured?")) }
    }
}

/// Unit and direction as told, else as the metric's name says; pairs of an unknown metric are times.
fn measure(name: &str, stored: &StoredPair) -> (Unit, Better) {
    let known = metric::known(name);
    let unit = stored.unit.as_deref().map(Unit::from_name);
    let better = stored.better.as_deref().map(Better::from_name);
    let usual = known.map_or(Better::Lower, |known| known.better);
    (unit.or(known.map(|known| known.unit.clone())).unwrap_or(Unit::Ns), better.unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use crate::format::read;
    use crate::model::{Percentile, Run, Statistic};
    use crate::record::{Keep, Recorder};
    use crate::source::Input;

    fn recorded(text: &str) -> Result<Run, String> {
        let mut recorder = Recorder::new(Keep::Exact);
        read(&Input::bytes("x", text), None, &mut recorder).map_err(|error| error.to_string())?;
        Ok(recorder.finish("x"))
    }

    const PAIR: &str = r#"{"label": "sort", "round": 3, "order": "head-first", "base_ns": 2243995, "head_ns": 2377341.5}"#;

    /// A line behind a good one, and what is said of it.
    #[track_caller]
    fn check(line: &str, expected: &str) {
        let error = recorded(&format!("{PAIR}\n{line}\n")).unwrap_err();
        assert!(error.starts_with(&format!("x:2{expected}")), "{error}");
    }

    #[test]
    fn damage_is_refused_with_its_line() {
        let with = |from: &str, to: &str| PAIR.replace(from, to).replace("\"round\": 3", "\"round\": 4");
        check(PAIR, ": expected each round of a label once, found round 3 again");
        check(&with(", \"head_ns\": 2377341.5", ""), ": expected a pair with \"head_ns\", found none in ");
        check(&with("\"label\": \"sort\", ", ""), ": expected a pair with \"label\"");
        check(&with("\"order\": \"head-first\", ", ""), ": expected a pair with \"order\"");
        check(&PAIR.replace("\"round\": 3, ", ""), ": expected a pair with \"round\"");
        check(&with("2243995", "0"), ": expected a positive base_ns, found 0");
        check(&with("2377341.5", "-1"), ": expected a positive head_ns, found -1");
        check(&with("head-first", "both"), ": expected order \"base-first\" or \"head-first\", found \"both\"");
        check(&with("}", ", \"base_wall_ns\": 5}"), ": expected base_wall_ns and head_wall_ns, found only one of them");
        check(&with("}", ", \"statistic\": \"middle\"}"), ": expected a statistic such as `p50`, found \"middle\"");
        check("{]", ":2: expected a pair, found");
        let void = r#"{"label": "sort", "round": 1, "order": "base-first", "void": true}"#;
        assert_eq!(recorded(void).unwrap_err(), "x: expected pairs with values, found none; were they measured?");
        let other = r#"{"schema": "neverslower.pairs.v9"}"#;
        assert!(recorded(other).unwrap_err().starts_with("x:1: expected schema \"neverslower.pairs.v1\", found"));
    }

    #[test]
    fn pairs_come_by_round_and_void_ones_are_counted() {
        let void = r#"{"label": "sort", "round": 2, "order": "base-first", "void": true}"#;
        let run = recorded(&format!("{PAIR}\n{void}\n")).unwrap();
        let (key, pairs) = run.pairs.first_key_value().unwrap();
        assert_eq!((key.series.metric.as_str(), key.statistic), ("time", Statistic::Percentile(Percentile::P50)));
        assert_eq!(pairs.iter().map(|pair| pair.round).collect::<Vec<_>>(), [2, 3]);
        assert_eq!((pairs[0].value.log_ratio(), run.series[&key.series].summary.count), (None, 1));
    }

    #[test]
    fn the_header_tells_how_to_judge_again() {
        let check = |header: &str, expected: &[(&str, Option<&str>)]| {
            let run = recorded(&format!("{header}\n{PAIR}\n")).unwrap();
            let told: Vec<_> = run.pair_facts.thresholds.iter().map(|one| (one.label.as_str(), one.fail.as_deref())).collect();
            assert_eq!((run.pair_facts.series, told.as_slice()), (Some(7), expected));
        };
        check(r#"{"schema": "neverslower.pairs.v1", "series": 7}"#, &[]);
        check(r#"{"schema": "neverslower.pairs.v1", "series": 7, "thresholds": {"fail": "+3%"}}"#, &[("*", Some("+3%"))]);
        check(
            r#"{"schema": "neverslower.pairs.v1", "series": 7, "thresholds": [{"label": "sort", "unstable": "+5%"}, {"fail": "+9%"}]}"#,
            &[("sort", None), ("*", Some("+9%"))],
        );
    }
}
