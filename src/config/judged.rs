//! The limits of one threshold, checked against what it judges as far as that is known without a run.

use super::error::{ConfigError, Document};
use super::plan::TOO_FAST;
use crate::judge::expression::Quantity;
use crate::judge::{Limit, Statistics};
use crate::model::{Better, Percentile, Statistic, Unit, metric};
use std::ops::Range;
use toml::Spanned;

/// A quantity as understood and as written.
pub type Written = Spanned<(Quantity, String)>;

/// What is too fast for a rule on a change against the baseline that does not say it itself. Only of times, because counts
/// such as allocations may well fall to nothing; not of statistics that one outlier moves.
pub fn usual_too_fast(metric: Option<&str>, statistic: Option<Statistic>) -> Option<Limit> {
    let is_time = metric.is_none_or(|name| metric::known(name).is_some_and(|known| known.unit.is_time()));
    let is_steady = match statistic {
        None | Some(Statistic::Mean | Statistic::Min) => true,
        Some(Statistic::Percentile(p)) => p <= Percentile::P95,
        Some(_) => false,
    };
    let (change, text) = TOO_FAST;
    (is_time && is_steady).then(|| Limit::Relative { change, text: text.to_string() })
}

/// What a threshold judges, as far as it is known before any run.
pub struct Judged<'a> {
    document: Document<'a>,
    statistics: Statistics,
    statistic: Option<Statistic>,
    /// `None` where globs or a tool's own metric leave it open.
    unit: Option<Unit>,
    better: Better,
    is_within_run: bool,
}

impl<'a> Judged<'a> {
    pub fn new(
        document: Document<'a>,
        statistics: Statistics,
        statistic: Option<Statistic>,
        metric: Option<&str>,
        is_within_run: bool,
    ) -> Self {
        let (unit, better) = match (statistic, metric) {
            (Some(Statistic::ErrorRate), _) => (Some(Unit::Ratio), Better::Lower),
            (Some(Statistic::Throughput), _) => (Some(Unit::PerSecond), Better::Higher),
            (Some(Statistic::Count), _) => (Some(Unit::Count), Better::Unknown),
            (_, None) => (Some(Unit::Ns), Better::Lower),
            (_, Some(name)) => metric::known(name).map_or((None, Better::Unknown), |known| (Some(known.unit.clone()), known.better)),
        };
        Judged { document, statistics, statistic, unit, better, is_within_run }
    }

    /// A limit in the unit of what is judged.
    pub fn limit(&self, written: Written) -> Result<Spanned<Limit>, ConfigError> {
        let span = written.span();
        let (quantity, text) = written.into_inner();
        if let Quantity::Change(change) = quantity {
            return self.relative(&span, change, text);
        }
        if quantity == Quantity::Band {
            return self.band(&span, text);
        }
        if self.is_within_run {
            let error = self.document.error(&span, "a change such as `+5%` or `-50%` against the other series");
            return Err(error.hint("absolute limits go into a threshold without `against`"));
        }
        match self.absolute(quantity) {
            Some(value) => Ok(Spanned::new(span, Limit::Absolute { value, text })),
            None if matches!(quantity, Quantity::Share(_)) => {
                let error = self.document.error(&span, format!("a change such as `+{text}`, or {}", self.example()));
                Err(error.hint("only `error rate` has limits that are percentages without a sign"))
            }
            None => Err(self.document.error(&span, format!("a change such as `+5%`, or {}", self.example()))),
        }
    }

    fn band(&self, span: &Range<usize>, text: String) -> Result<Spanned<Limit>, ConfigError> {
        let refused = |expected: &str, hint: &str| Err(self.document.error(span, expected).hint(hint));
        if self.is_within_run {
            return refused("a change such as `+5%` or `-50%` against the other series", "a noise band is of accepted runs");
        }
        if self.statistic == Some(Statistic::ErrorRate) {
            return refused(
                "a change such as `+5%`, or a percentage such as `1%`",
                "error rates are compared by their counts, without a band",
            );
        }
        if self.statistics == Statistics::Plain {
            return refused("a change such as `+5%`", "with `statistics = \"plain\"` there is no noise band");
        }
        Ok(Spanned::new(span.clone(), Limit::Band { text }))
    }

    fn relative(&self, span: &Range<usize>, change: f64, text: String) -> Result<Spanned<Limit>, ConfigError> {
        if change < 0.0 && !self.is_within_run && self.better == Better::Lower {
            let error = self.document.error(span, "a change for the worse such as `+5%`, because less is better here");
            return Err(error.hint("to ask for less than another series of the same run, name it with `against`"));
        }
        Ok(Spanned::new(span.clone(), Limit::Relative { change, text }))
    }

    /// The number in the unit of the series, where the quantity can be of that unit.
    fn absolute(&self, quantity: Quantity) -> Option<f64> {
        match (quantity, &self.unit) {
            (Quantity::Time(ns), None | Some(Unit::Ns)) => Some(ns),
            (Quantity::Bytes(bytes), None | Some(Unit::Bytes)) => Some(bytes),
            (Quantity::Rate(rate), None | Some(Unit::PerSecond)) => Some(rate),
            (Quantity::Share(share), Some(Unit::Ratio)) => Some(share),
            (Quantity::Plain(number), None | Some(Unit::Count | Unit::Bytes | Unit::PerSecond)) => Some(number),
            _ => None,
        }
    }

    fn example(&self) -> &'static str {
        match &self.unit {
            Some(Unit::Ns) => "a time such as `250ms`",
            Some(Unit::Bytes) => "a size such as `2MB`",
            Some(Unit::Ratio) => "a percentage such as `1%`",
            Some(Unit::PerSecond) => "a rate such as `500/s`",
            Some(Unit::Count) => "a number such as `1000`",
            Some(Unit::Other(_)) | None => "a value such as `250ms`, `2MB` or `1000`",
        }
    }

    /// *fail* must not be reached before *unstable*.
    pub fn order(&self, unstable: &Spanned<Limit>, fail: &Spanned<Limit>) -> Result<(), ConfigError> {
        let (sooner, later, is_change) = match (unstable.get_ref(), fail.get_ref()) {
            (Limit::Absolute { value: unstable, .. }, Limit::Absolute { value: fail, .. }) => (*unstable, *fail, false),
            (Limit::Relative { change: unstable, .. }, Limit::Relative { change: fail, .. }) => (*unstable, *fail, true),
            // What is certainly beyond a percentage is certainly beyond the noise; the other way round nobody knows.
            (Limit::Band { .. }, Limit::Relative { .. } | Limit::Band { .. }) => return Ok(()),
            (Limit::Relative { .. }, Limit::Band { .. }) => {
                let expected = format!("a limit that is crossed after `unstable` ({})", unstable.get_ref().text());
                return Err(self.document.error(&fail.span(), expected).hint("the noise may be less than that: exchange the two"));
            }
            _ => {
                let error = self.document.error(&fail.span(), "limits of one kind in a threshold");
                return Err(error.hint("write two thresholds: one for the change, one for the absolute limit"));
            }
        };
        let is_worse = match self.better {
            // Without a direction, or against an earlier run where either sign may be the bad one, the larger change is worse.
            _ if is_change && !self.is_within_run => sooner * later >= 0.0 && later.abs() >= sooner.abs(),
            Better::Lower => later >= sooner,
            Better::Higher => later <= sooner,
            Better::Unknown => true,
        };
        if is_worse {
            return Ok(());
        }
        let expected = format!("a limit that is crossed after `unstable` ({})", unstable.get_ref().text());
        Err(self.document.error(&fail.span(), expected))
    }

    /// How far an improvement is believed: beyond every limit, in the direction that is better.
    pub fn too_fast(&self, written: &Written, strictest: Option<&Limit>) -> Result<Limit, ConfigError> {
        let error = |expected: &str| self.document.error(&written.span(), expected);
        let (quantity, text) = written.get_ref();
        let is_judged = strictest.is_some_and(|limit| !matches!(limit, Limit::Absolute { .. }));
        if !is_judged || matches!(self.statistic, Some(Statistic::ErrorRate | Statistic::Count)) {
            return Err(error("`too_fast` only beside changes such as `+5%` of what can be fast"));
        }
        let example = if self.better == Better::Higher { "+900%" } else { "-90%" };
        let is_better = |change: f64| match self.better {
            Better::Lower => change < 0.0,
            Better::Higher => change > 0.0,
            Better::Unknown => change != 0.0,
        };
        let change = match quantity {
            Quantity::Change(change) if is_better(*change) => *change,
            _ => return Err(error(&format!("an improvement such as `{example}` for `too_fast`"))),
        };
        match strictest {
            Some(Limit::Relative { change: limit, text: limited }) if self.is_within_run => {
                let is_beyond = if self.better == Better::Higher { change > *limit } else { change < *limit };
                if !is_beyond {
                    return Err(error(&format!("an improvement beyond the limit ({limited}) for `too_fast`")));
                }
            }
            _ => {}
        }
        Ok(Limit::Relative { change, text: text.clone() })
    }

    /// How far a limit may be widened, as a share; more than the limit that a pass has to keep.
    pub fn widest(&self, written: &Written, strictest: Option<&Limit>) -> Result<f64, ConfigError> {
        let error = |expected: String| self.document.error(&written.span(), expected);
        let Some(Limit::Relative { change: limit, text }) = strictest.filter(|_| !self.is_within_run) else {
            return Err(error("`widen_to` only beside a change such as `+5%` against the baseline, which noise can hide".to_string()));
        };
        if self.statistics == Statistics::Plain || self.statistic == Some(Statistic::ErrorRate) {
            return Err(error("no `widen_to` where no noise is looked at (plain statistics, error rates)".to_string()));
        }
        let widest = match written.get_ref().0 {
            Quantity::Share(share) => share,
            Quantity::Change(change) => change.abs(),
            _ => return Err(error("a percentage such as `20%` for `widen_to`".to_string())),
        };
        if widest <= limit.abs() {
            return Err(error(format!("more than the limit ({text}) for `widen_to`")));
        }
        if self.better == Better::Higher && widest >= 1.0 {
            return Err(error("less than `100%` for `widen_to`, because a drop is never more".to_string()));
        }
        Ok(widest)
    }

    /// The least change that counts, in the unit of what is judged.
    pub fn floor(&self, written: &Written, is_relative: bool) -> Result<f64, ConfigError> {
        let error = |expected: &str| Err(self.document.error(&written.span(), expected));
        if !is_relative {
            return error("a `floor` only beside changes such as `+5%`");
        }
        match self.absolute(written.get_ref().0) {
            Some(floor) => Ok(floor),
            None => error(&format!("{} for `floor`", self.example())),
        }
    }
}
