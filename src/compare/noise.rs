//! How accepted runs differ among themselves.

use crate::model::Band;
use crate::stats::{Moments, median, scaled_mad, student_quantile};
use std::sync::OnceLock;

/// Smallest scale of a band: differences of 0.1 % are never evidence, however alike the accepted runs are.
const SCALE_MIN: f64 = 0.001;
/// Accepted runs from which their successive differences tell how much is not known about their scale.
const RUNS_OF_DEGREES: usize = 3;
/// The level at which a run fails, for which the scale against a pinned run is corrected.
const FAIL_LEVEL: f64 = 0.999;

/// One statistic of an accepted run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    pub log: f64,
    /// Start of its session of measuring; `None` where it is one of its own.
    pub session: Option<u64>,
}

/// The band of the logarithms of one statistic over the accepted runs (`docs/STATISTICS.md`, noise band), widened to the
/// standard error of the value that is compared with it. `None` without accepted runs.
pub fn band(known: &[Known], error: f64) -> Option<Band> {
    if let [only] = known {
        return Some(Band { runs: 1, sessions: 1, centre: only.log, scale: SCALE_MIN.max(error) });
    }
    let logs: Vec<f64> = known.iter().map(|one| one.log).collect();
    let mut moments = Moments::default();
    logs.iter().for_each(|log| moments.add(*log));
    let scale = moments.stddev().unwrap_or(0.0).max(scaled_mad(&logs)?).max(SCALE_MIN).max(error);
    Some(Band { runs: count(known.len()), sessions: sessions(known), centre: median(&logs)?, scale })
}

/// The band around a pinned value (`docs/STATISTICS.md`, the pinned run). Accepted runs drift with the code, and the drift is
/// what is looked for, so the scale is that of the differences from one run to the next.
pub fn band_around(pinned: f64, known: &[Known], error: f64) -> Band {
    let differences: Vec<f64> = known.windows(2).filter_map(|pair| Some(pair.first()?.log - pair.last()?.log)).collect();
    let square = differences.iter().map(|step| step * step).sum::<f64>() / differences.len().max(1) as f64;
    let robust = scaled_mad(&differences).unwrap_or(0.0);
    let scale = (square.max(robust * robust) / 2.0).sqrt().max(SCALE_MIN) * correction(known.len());
    // The pinned run itself is known, whatever became of the others.
    Band { runs: count(known.len()).max(1), sessions: sessions(known).max(1), centre: pinned, scale: scale.max(error) }
}

/// What makes the factors of a band, which are those of one value against the middle of N, right for one value against another:
/// twice the variance instead of 1 + 1/N of it, and 2(N − 1)²/(3N − 4) degrees of freedom instead of N − 1.
fn correction(runs: usize) -> f64 {
    static CORRECTIONS: [OnceLock<f64>; crate::limits::BAND_RUNS_MAX + 1] = [const { OnceLock::new() }; crate::limits::BAND_RUNS_MAX + 1];
    let of = |runs: usize| {
        let n = runs as f64;
        let degrees = 2.0 * (n - 1.0).powi(2) / (3.0 * n - 4.0);
        (2.0 / (1.0 + 1.0 / n)).sqrt() * student_quantile(FAIL_LEVEL, degrees) / student_quantile(FAIL_LEVEL, n - 1.0)
    };
    match CORRECTIONS.get(runs) {
        Some(known) if runs >= RUNS_OF_DEGREES => *known.get_or_init(|| of(runs)),
        _ => 1.0,
    }
}

/// Distinct sessions.
fn sessions(known: &[Known]) -> u32 {
    distinct(known.iter().map(|one| one.session))
}

/// How many sessions these are; a run without one is a session of its own.
pub fn distinct(sessions: impl ExactSizeIterator<Item = Option<u64>>) -> u32 {
    let all = sessions.len();
    let mut shared: Vec<u64> = sessions.flatten().collect();
    let own = all - shared.len();
    shared.sort_unstable();
    shared.dedup();
    count(own + shared.len())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Known, band, band_around};

    const ACCEPTED: [f64; 10] = [102.1, 99.4, 101.0, 100.3, 98.7, 100.9, 101.8, 99.9, 100.2, 103.0];

    fn known(values: &[f64]) -> Vec<Known> {
        values.iter().map(|value| Known { log: value.ln(), session: None }).collect()
    }

    fn check(values: &[f64], error: f64, centre: f64, scale: f64) {
        let found = band(&known(values), error).unwrap();
        assert_eq!((found.runs as usize, found.sessions as usize), (values.len(), values.len()));
        assert!((found.centre.exp() - centre).abs() < 5e-6, "centre {}", found.centre.exp());
        assert!((found.scale - scale).abs() < 5e-9, "scale {}", found.scale);
    }

    /// `docs/STATISTICS.md`, worked example: here 1.4826·MAD is the largest.
    #[test]
    fn worked_example() {
        check(&ACCEPTED, 0.0, 100.599_55, 0.013_966_40);
        check(&ACCEPTED, 0.02, 100.599_55, 0.02);
    }

    #[test]
    fn few_or_equal_runs_keep_the_least_scale() {
        check(&[100.0], 0.0, 100.0, 0.001);
        check(&[100.0, 100.0, 100.0], 0.0, 100.0, 0.001);
        assert_eq!(band(&[], 0.1), None);
    }

    #[track_caller]
    fn check_around(values: &[f64], runs: u32, scale: f64) {
        let found = band_around(4.0, &known(values), 0.0);
        assert_eq!((found.runs, found.centre), (runs, 4.0));
        assert!((found.scale - scale).abs() < 5e-8, "scale {}", found.scale);
    }

    /// `docs/STATISTICS.md`, the pinned run: of the accepted runs above, of a steady creep by 2 %, and of hardly any.
    #[test]
    fn creep_is_not_noise() {
        check_around(&ACCEPTED, 10, 0.03191386);
        let creep: Vec<f64> = (0..10).map(|step| 100.0 * 1.02f64.powi(step)).collect();
        check_around(&creep, 10, 0.02238017);
        assert!(band(&known(&creep), 0.0).unwrap().scale > 0.05, "the deviation takes creep for noise");
        check_around(&[100.0, 102.0], 2, 1.02f64.ln() / 2f64.sqrt());
        check_around(&[100.0], 1, 0.001);
        check_around(&[], 1, 0.001);
    }

    #[test]
    fn runs_in_a_row_are_one_session() {
        let of = |sessions: &[Option<u64>]| {
            let known: Vec<Known> = sessions.iter().map(|session| Known { log: 0.0, session: *session }).collect();
            let found = band(&known, 0.0).unwrap();
            (found.runs, found.sessions)
        };
        assert_eq!(of(&[Some(7), Some(7), Some(7)]), (3, 1));
        assert_eq!(of(&[Some(7), None, Some(9), None, Some(7)]), (5, 4));
    }
}
