//! Count, mean, variance and extremes in one pass.

/// Running moments by Welford's method, which stays exact where the sum of squares would cancel
/// (B. P. Welford, Technometrics 4, 1962); `merge` by Chan, Golub and LeVeque, 1979.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    m2: f64,
    min: f64,
    max: f64,
}

impl Moments {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if self.count == 0 {
            (self.min, self.max) = (value, value);
        } else {
            self.min = self.min.min(value);
            self.max = self.max.max(value);
        }
        self.count += 1;
        let step = value - self.mean;
        self.mean += step / self.count as f64;
        self.m2 += step * (value - self.mean);
    }

    /// Adds one value that occurred `times` times.
    pub fn add_times(&mut self, value: f64, times: u64) {
        self.merge(&Moments { count: times, mean: value, m2: 0.0, min: value, max: value });
    }

    /// What a source tells of values that it does not hold: their count, mean, deviation (n − 1) and extremes.
    pub fn of_summary(count: u64, mean: f64, stddev: f64, min: f64, max: f64) -> Moments {
        Moments { count, mean, m2: stddev * stddev * count.saturating_sub(1) as f64, min, max }
    }

    /// Adds everything `other` has seen.
    pub fn merge(&mut self, other: &Moments) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let step = other.mean - self.mean;
        self.mean += step * b / (a + b);
        self.m2 += other.m2 + step * step * a * b / (a + b);
        self.count = self.count.saturating_add(other.count);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Values seen.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Arithmetic mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Sample standard deviation (n − 1); `None` below two values.
    pub fn stddev(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.m2 / (self.count - 1) as f64).sqrt())
    }

    /// Smallest value.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// Largest value.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::Moments;
    use proptest::prelude::{prop_assert, proptest};

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|value| moments.add(*value));
        moments
    }

    fn near(a: Option<f64>, b: Option<f64>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + a.abs()),
            (a, b) => a == b,
        }
    }

    fn alike(a: &Moments, b: &Moments) -> bool {
        a.count() == b.count() && a.min() == b.min() && a.max() == b.max() && near(a.mean(), b.mean()) && near(a.stddev(), b.stddev())
    }

    #[test]
    fn a_worked_example() {
        let moments = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!((moments.mean(), moments.stddev()), (Some(5.0), Some((32.0f64 / 7.0).sqrt())));
        assert_eq!((of(&[]).mean(), of(&[1.0]).stddev()), (None, None));
    }

    proptest! {
        #[test]
        fn parts_make_the_whole(a in proptest::collection::vec(-1e6f64..1e6, 0..40), b in proptest::collection::vec(-1e6f64..1e6, 0..40)) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert!(alike(&merged, &of(&[a.clone(), b].concat())));
            let mut tripled = Moments::default();
            a.iter().for_each(|value| tripled.add_times(*value, 3));
            prop_assert!(alike(&tripled, &of(&[a.clone(), a.clone(), a].concat())));
            let (stddev, min, max) = (tripled.stddev().unwrap_or(0.0), tripled.min().unwrap_or(0.0), tripled.max().unwrap_or(0.0));
            let told = tripled.mean().map(|mean| Moments::of_summary(tripled.count(), mean, stddev, min, max));
            prop_assert!(told.is_none_or(|told| alike(&told, &tripled)));
        }
    }
}
