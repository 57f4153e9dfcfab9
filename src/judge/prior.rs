//! The noise between runs that a young baseline is judged by, as long as its few runs do not show more (`docs/STATISTICS.md`, the
//! prior).

use super::selection::Selected;
use crate::model::humanize::quantity;
use crate::model::{MeasuredNoise, Percentile, Statistic, Unit, metric};

/// Stated, where nothing was measured.
const STATED: f64 = 0.10;
/// Believed at least: seconds see less noise than days bring.
const LEAST: f64 = 0.03;

/// A scale, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    pub scale: f64,
    /// What `doctor` measured, where that is what the scale comes from.
    pub measured: Option<f64>,
}

impl Prior {
    const STATED: Prior = Prior { scale: STATED, measured: None };

    /// The prior for one rule on one series of a run of that environment. What was measured there with fixed work on one CPU may
    /// raise the prior of everything that takes time. It lowers that of low statistics of a benchmark's time only, as no other
    /// number is like that work, and only where the machine was quiet.
    pub fn of(noise: Option<&MeasuredNoise>, environment: &str, selected: &Selected<'_>) -> Prior {
        let Some(noise) = noise.filter(|noise| noise.environment == environment && noise.scale.is_finite()) else { return Prior::STATED };
        let measured = Prior { scale: noise.scale.max(LEAST), measured: Some(noise.scale) };
        let is_time = selected.unit().is_time() || selected.unit() == Unit::PerSecond;
        let is_of_benchmark = matches!(selected.series.key.metric.as_str(), metric::TIME | metric::CPU_TIME);
        let is_low =
            matches!(selected.statistic, Statistic::Min) || matches!(selected.statistic, Statistic::Percentile(p) if p <= Percentile::P50);
        let is_believed = if measured.scale > STATED { is_time } else { is_of_benchmark && is_low && !noise.is_noisy };
        if is_believed { measured } else { Prior::STATED }
    }

    /// What the noise between runs is, in words that say how it is known.
    pub fn words(self, shown: impl Fn(f64) -> String) -> String {
        match self.measured {
            None => format!("is taken as {}", shown(self.scale)),
            Some(measured) if measured >= self.scale => format!("is {}, measured by doctor on this machine", shown(self.scale)),
            Some(measured) => {
                let least = shown(self.scale);
                format!("is taken as {least}, the least that is believed (doctor measured {} on this machine)", shown(measured))
            }
        }
    }
}

/// What a checkup changes for young baselines on its machine, in a sentence.
pub fn told(noise: &MeasuredNoise) -> String {
    let share = |share: f64| quantity(share, &Unit::Ratio);
    let stated = share(STATED);
    if noise.scale > STATED {
        return format!("a young baseline is judged with a noise between runs of {} instead of {stated} here", share(noise.scale));
    }
    if noise.is_noisy {
        return format!(
            "a young baseline is still judged with a noise between runs of {stated}: on a noisy machine a calm moment lowers nothing"
        );
    }
    let scale = share(noise.scale.max(LEAST));
    format!("a young baseline of benchmarks is judged with a noise between runs of {scale} instead of {stated} here")
}
