//! The stored form of pairs (`perf-results/pairs/<suite>.jsonl`, `check --format pairs`): a header, then one pair a line. Layout:
//! `docs/FORMATS.md`.

use super::{Better, Pair, PairFacts, PairKey, PairThreshold, Percentile, Sides, Statistic, Unit, metric};
use serde::{Deserialize, Serialize};

/// Version of the stored form.
pub const PAIRS_SCHEMA: &str = "neverslower.pairs.v1";

/// The optional first line: what a verdict rests on besides the pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPairsHeader {
    pub schema: String,
    /// Series that could fail in the measurement, over all its suites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<u32>,
    /// One threshold or several, the first match first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<StoredThresholds>,
}

/// Limits as they may be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StoredThresholds {
    Several(Vec<StoredThreshold>),
    One(StoredThreshold),
}

/// One threshold; without a label it is for every series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredThreshold {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unstable: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail: Option<String>,
    /// In the unit of the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
}

impl StoredPairsHeader {
    /// The header of these facts.
    pub fn of(facts: &PairFacts) -> StoredPairsHeader {
        let stored = |one: &PairThreshold| StoredThreshold {
            label: Some(one.label.clone()),
            metric: one.metric.clone(),
            statistic: one.statistic.map(|statistic| statistic.to_string()),
            unstable: one.unstable.clone(),
            fail: one.fail.clone(),
            floor: one.floor,
        };
        let thresholds = facts.thresholds.iter().map(stored).collect::<Vec<_>>();
        let thresholds = (!thresholds.is_empty()).then_some(StoredThresholds::Several(thresholds));
        StoredPairsHeader { schema: PAIRS_SCHEMA.to_string(), series: facts.series, thresholds }
    }

    /// The facts that it tells; the error is the statistic that nobody knows.
    pub fn into_facts(self) -> Result<PairFacts, String> {
        let stored = match self.thresholds {
            None => Vec::new(),
            Some(StoredThresholds::One(one)) => vec![one],
            Some(StoredThresholds::Several(several)) => several,
        };
        let known = |one: StoredThreshold| {
            let statistic = one.statistic.map(|text| text.parse().map_err(|()| text)).transpose()?;
            let label = one.label.unwrap_or_else(|| "*".to_string());
            Ok::<_, String>(PairThreshold {
                label,
                metric: one.metric,
                statistic,
                unstable: one.unstable,
                fail: one.fail,
                floor: one.floor,
            })
        };
        Ok(PairFacts { series: self.series, thresholds: stored.into_iter().map(known).collect::<Result<_, _>>()? })
    }
}

/// One line. The numbers are in `unit`: ns, as their names say, unless the metric or the line itself tells another one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredPair {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `time` where it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// `p50` where it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// A side failed, or told nothing: counted, without numbers.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub void: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_wall_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_wall_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_mean_ns: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_mean_ns: Option<f64>,
}

impl StoredPair {
    /// The line of a pair.
    pub fn of(key: &PairKey, unit: &Unit, better: Better, pair: &Pair) -> StoredPair {
        let is_sound = pair.value.log_ratio().is_some();
        let sound = |sides: Option<Sides>| sides.filter(|sides| is_sound && sides.log_ratio().is_some());
        let (value, wall, mean) = (sound(Some(pair.value)), sound(pair.wall), sound(pair.mean));
        let is_usual = key.statistic == Statistic::Percentile(Percentile::P50);
        let is_known = metric::known(&key.series.metric).is_some_and(|known| (&known.unit, known.better) == (unit, better));
        StoredPair {
            label: Some(key.series.label.clone()),
            metric: Some(key.series.metric.clone()),
            statistic: (!is_usual).then(|| key.statistic.to_string()),
            unit: (!is_known).then(|| unit.as_str().to_string()),
            better: (!is_known).then(|| better.as_str().to_string()),
            round: Some(pair.round),
            order: Some(pair.order.as_str().to_string()),
            void: !is_sound,
            base_ns: value.map(|sides| sides.base),
            head_ns: value.map(|sides| sides.head),
            base_wall_ns: wall.map(|sides| sides.base),
            head_wall_ns: wall.map(|sides| sides.head),
            base_mean_ns: mean.map(|sides| sides.base),
            head_mean_ns: mean.map(|sides| sides.head),
        }
    }
}
