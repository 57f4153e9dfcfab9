//! One rule on one change: against the accepted runs, and against the pinned one.

use super::evidence::{Bar, Evidence, turned};
use super::finding::{movement, subject};
use super::prior::Prior;
use super::rule::{Limit, Statistics};
use super::selection::Selected;
use super::threshold::{Case, Reading, exceeds};
use crate::model::humanize::{percent, quantity};
use crate::model::{Better, Change, Finding, FindingKind, Unit, Verdict};

/// What is asked of a change.
pub struct Asked<'a> {
    pub case: &'a Case<'a>,
    pub selected: &'a Selected<'a>,
    pub change: &'a Change,
    /// What the value is held against.
    pub before: f64,
    pub better: Better,
    pub kind: FindingKind,
    /// Said behind the movement where it is not against the accepted runs.
    pub against: &'a str,
}

impl Asked<'_> {
    /// The finding; no verdict, with the reason, where the rule cannot be applied.
    pub fn finding(&self) -> Finding {
        self.judged().unwrap_or_else(|reason| self.case.no_verdict(self.selected, self.kind, &reason))
    }

    fn judged(&self) -> Result<Finding, String> {
        let limits = || [self.selected.limits.unstable, self.selected.limits.fail].into_iter().flatten();
        if limits().any(|limit| self.bar(limit).is_none()) {
            return Err("its limit can never be reached; where higher is better a drop is less than 100%".to_string());
        }
        let (before, after) = (self.change.before, self.change.after);
        if self.selected.compared.is_some_and(|compared| compared.is_exact) {
            return Ok(self.exact(before, "; exact: it repeats for the same code"));
        }
        let noise = self.case.policy.measured_noise.as_ref();
        let prior = Prior::of(noise, &self.case.comparison.run.environment.key, self.selected);
        match (self.case.policy.statistics, Evidence::of(self.change, self.better, prior)) {
            (Statistics::Plain, _) if limits().any(|limit| matches!(limit, Limit::Band { .. })) => {
                Err("plain statistics know no noise band; give it a percentage, or use `statistics = \"sound\"`".to_string())
            }
            (Statistics::Sound, Some(evidence)) => Ok(self.sound(evidence)),
            (Statistics::Plain, _) if before > 0.0 => Ok(self.exact(before, "; a plain percentage, without noise model")),
            _ if before == after || self.is_floored(before) => Ok(self.exact(before, "")),
            _ => Err(self.no_ratio()),
        }
    }

    fn no_ratio(&self) -> String {
        let value = |value: f64| quantity(value, &self.selected.unit());
        let (before, after) = (value(self.change.before), value(self.change.after));
        format!("it was {before} and is {after}, of which there is no percentage; give it an absolute limit")
    }

    fn bar(&self, limit: &Limit) -> Option<Bar> {
        match limit {
            Limit::Relative { change, .. } => Bar::of(*change, self.better),
            Limit::Band { .. } => Some(Bar::Noise),
            Limit::Absolute { .. } => None,
        }
    }

    /// Without noise model: worse by strictly more than the limit is worse. What repeats exactly has a noise band of nothing.
    fn exact(&self, before: f64, how: &str) -> Finding {
        let after = self.change.after;
        let floored = self.is_floored(before);
        let (verdict, text) = self.selected.limits.decide(|limit| {
            let change = match limit {
                Limit::Relative { change, .. } => *change,
                Limit::Band { .. } => 0.0,
                Limit::Absolute { .. } => return Reading::Unclear,
            };
            let is_crossed = match self.better {
                Better::Higher => exceeds(before * (1.0 - change.abs()), after),
                _ => exceeds(after, before * (1.0 + change)),
            };
            if is_crossed && !floored { Reading::Crossed } else { Reading::Within }
        });
        let change_percent = (before > 0.0).then(|| 100.0 * (after / before - 1.0));
        let reason = if is_floored(self.selected, before, after) { self.floor_reason() } else { how.to_string() };
        self.told(verdict, text, before, change_percent, &format!("limit {text}{reason}"))
    }

    fn sound(&self, evidence: Evidence) -> Finding {
        let floored = self.is_floored(self.before);
        let limits = self.selected.limits;
        let read = |limit: &Limit| match self.bar(limit) {
            _ if floored => Reading::Within,
            Some(bar) => evidence.read(bar),
            None => Reading::Unclear,
        };
        let (verdict, text) = limits.decide(read);
        let to_percent = |worse: f64| 100.0 * turned(worse, self.better).exp_m1();
        let is_clear = verdict != Verdict::Unstable || limits.is_crossed(read);
        let widened = if is_clear { None } else { self.widened(evidence).map(|worse| percent(to_percent(worse))) };
        let seen = |limit: Option<&Limit>| limit.and_then(|limit| self.bar(limit)).map(|bar| to_percent(evidence.detectable(bar)));
        let interval = evidence.high.map(|high| (to_percent(evidence.low), to_percent(high)));
        let limit = match &widened {
            Some(widened) => format!("limit {text} widened to {widened}, the smallest change that its noise lets it see"),
            None => format!("limit {text}"),
        };
        let reason = if is_floored(self.selected, self.before, self.change.after) {
            self.floor_reason()
        } else if verdict == Verdict::Pass || widened.is_some() {
            passed(evidence)
        } else if is_clear {
            crossed(evidence)
        } else {
            let open = [limits.unstable, limits.fail].into_iter().flatten().find(|limit| limit.text() == text);
            let seen = if evidence.is_young() { seen(limits.gravest()) } else { seen(open) };
            unclear(evidence, open.and_then(|limit| self.bar(limit)), text, seen, interval)
        };
        let verdict = if widened.is_some() { Verdict::Pass } else { verdict };
        let shown = widened.as_deref().unwrap_or(text);
        let change_percent = Some(to_percent(evidence.worse));
        Finding {
            interval_percent: interval.map(|(a, b)| (a.min(b), a.max(b))),
            detectable_percent: seen(limits.gravest()).map(f64::abs),
            ..self.told(verdict, shown, self.before, change_percent, &format!("{limit}{reason}"))
        }
    }

    /// Where the noise alone keeps the limit from being judged: the smallest worsening that it lets the rule see, if the user
    /// allows as much and the change is certainly below it. The limit that fails stays where it is.
    fn widened(&self, evidence: Evidence) -> Option<f64> {
        let Bar::Change { limit: most, .. } = Bar::of(self.selected.rule.widen_to?, self.better)? else { return None };
        let bar @ Bar::Change { limit: strictest, allowance } = self.bar(self.selected.limits.strictest()?)? else { return None };
        let seen = evidence.detectable(bar);
        let is_widened = seen > strictest && seen <= most;
        (is_widened && evidence.read(Bar::Change { limit: seen, allowance }) == Reading::Within).then_some(seen)
    }

    /// The finding with its sentence, which ends with what was asked and why it is so.
    fn told(&self, verdict: Verdict, threshold: &str, before: f64, change_percent: Option<f64>, asked: &str) -> Finding {
        let moved = movement(before, self.change.after, &self.selected.unit(), change_percent);
        let sentence = format!("{} {moved}{}, {asked}", subject(self.selected), self.against);
        let finding = self.case.finding(self.selected, self.kind, verdict, sentence);
        Finding { threshold: threshold.to_string(), before: Some(before), change_percent, ..finding }
    }

    /// Whether it is not worse by as much as counts. An improvement never is: else a run that is better by more than the floor
    /// would need evidence, and a slower one not.
    fn is_floored(&self, before: f64) -> bool {
        let worse = if self.better == Better::Higher { before - self.change.after } else { self.change.after - before };
        self.selected.rule.floor.is_some_and(|floor| worse < floor)
    }

    fn floor_reason(&self) -> String {
        let floor = self.selected.rule.floor.unwrap_or(0.0);
        format!("; within the floor of {}", quantity(floor, &self.selected.unit()))
    }
}

/// Whether a change, in either direction, is smaller than what counts.
pub fn is_floored(selected: &Selected<'_>, before: f64, after: f64) -> bool {
    selected.rule.floor.is_some_and(|floor| (after - before).abs() < floor)
}

fn passed(evidence: Evidence) -> String {
    let runs = evidence.accepted();
    if evidence.is_within_only() { format!("; noise between runs not yet known ({runs})") } else { format!("; {runs}") }
}

fn crossed(evidence: Evidence) -> String {
    if evidence.is_young() {
        format!("; {}, and this is beyond it", prior(evidence))
    } else {
        format!("; beyond the noise of {}", evidence.accepted())
    }
}

/// Why the evidence says neither, what it could have seen, and what would make it see more.
fn unclear(evidence: Evidence, bar: Option<Bar>, text: &str, seen: Option<f64>, interval: Option<(f64, f64)>) -> String {
    let change = |points: Option<f64>| points.map(percent).unwrap_or_default();
    if evidence.is_young() {
        let seen = change(seen);
        return format!("; {}: a change of {seen} would have failed; accept {}", prior(evidence), evidence.wanted());
    }
    let is_noisy = bar.is_some_and(|bar| matches!(bar, Bar::Change { limit, .. } if evidence.detectable(bar) > limit));
    if is_noisy {
        return format!("; too noisy to judge at {text}, could see {}: the noise of {}", change(seen), evidence.accepted());
    }
    let (low, high) = interval.unwrap_or((f64::NAN, f64::NAN));
    format!("; with the noise of {} it lies between {} and {}", evidence.accepted(), percent(low.min(high)), percent(low.max(high)))
}

/// The noise that a young baseline is judged by: the prior, or more where its few runs already show more.
fn prior(evidence: Evidence) -> String {
    let (noise, prior) = evidence.noise();
    let share = |share: f64| quantity(share, &Unit::Ratio);
    let is = prior.map_or_else(|| format!("looks like {}", share(noise)), |prior| prior.words(share));
    format!("with {} the noise between runs {is}", evidence.accepted())
}
