//! How accepted runs differ among themselves.

use crate::model::Band;
use crate::stats::{Moments, median, scaled_mad};

/// Smallest scale of a band: differences of 0.1 % are never evidence, however alike the accepted runs are.
const SCALE_MIN: f64 = 0.001;

/// The band of the logarithms of one statistic over the accepted runs (`docs/STATISTICS.md`, noise band), widened to the
/// standard error of the value that is compared with it. `None` without accepted runs.
pub fn band(logs: &[f64], error: f64) -> Option<Band> {
    let mut moments = Moments::default();
    logs.iter().for_each(|log| moments.add(*log));
    let scale = moments.stddev().unwrap_or(0.0).max(scaled_mad(logs)?).max(SCALE_MIN).max(error);
    let runs = u32::try_from(logs.len()).unwrap_or(u32::MAX);
    Some(Band { runs, sessions: runs, centre: median(logs)?, scale })
}

#[cfg(test)]
mod tests {
    use super::band;

    fn check(values: &[f64], error: f64, centre: f64, scale: f64) {
        let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
        let found = band(&logs, error).unwrap();
        assert_eq!(found.runs as usize, values.len());
        assert!((found.centre.exp() - centre).abs() < 5e-6, "centre {}", found.centre.exp());
        assert!((found.scale - scale).abs() < 5e-9, "scale {}", found.scale);
    }

    /// `docs/STATISTICS.md`, worked example: here 1.4826·MAD is the largest.
    #[test]
    fn worked_example() {
        let accepted = [102.1, 99.4, 101.0, 100.3, 98.7, 100.9, 101.8, 99.9, 100.2, 103.0];
        check(&accepted, 0.0, 100.599_55, 0.013_966_40);
        check(&accepted, 0.02, 100.599_55, 0.02);
    }

    #[test]
    fn few_or_equal_runs_keep_the_least_scale() {
        check(&[100.0], 0.0, 100.0, 0.001);
        check(&[100.0, 100.0, 100.0], 0.0, 100.0, 0.001);
        assert_eq!(band(&[], 0.1), None);
    }
}
