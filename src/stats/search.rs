//! The largest value at which something holds: doubling until it does not, then halving the gap. Every doubt is tried
//! twice, because one disturbance must not end a search. Pure: who tries is told what to try next.

/// What trying one value showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    Holds,
    Fails,
    /// The attempt itself went wrong: it says nothing about the value.
    Unclear,
}

/// What is known when the search ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ceiling {
    /// It holds at the first value and fails at the second.
    Between(f64, f64),
    /// It holds; the second value, where there is one, could not be tried.
    AtLeast(f64, Option<f64>),
    /// Already the lowest value fails.
    BelowLowest(f64),
    /// Not even the lowest value could be tried.
    Unknown,
}

/// A search that has not ended yet.
#[derive(Debug, Clone)]
pub struct Search {
    lowest: f64,
    highest: f64,
    /// The gap is small enough when it is at most this share of its lower end.
    precision: f64,
    trials_left: u32,
    holds: Option<f64>,
    above: Option<(f64, Trial)>,
    /// What did not hold once.
    doubt: Option<f64>,
}

impl Search {
    /// From `lowest` upward, never beyond `highest`, with at most `trials` attempts.
    pub fn new(lowest: f64, highest: f64, precision: f64, trials: u32) -> Search {
        Search { lowest, highest, precision, trials_left: trials, holds: None, above: None, doubt: None }
    }

    /// The value to try next; `None` when the search has ended.
    pub fn next(&self) -> Option<f64> {
        if self.trials_left == 0 {
            return None;
        }
        match (self.doubt, self.holds, self.above) {
            (Some(doubtful), ..) => Some(doubtful),
            (None, None, None) => Some(self.lowest),
            (None, None, Some(_)) => None,
            (None, Some(holds), None) => (holds < self.highest).then(|| (2.0 * holds).min(self.highest)),
            (None, Some(holds), Some((above, _))) => {
                let middle = readable(f64::midpoint(holds, above));
                let is_open = above > holds * (1.0 + self.precision) && middle > holds && middle < above;
                is_open.then_some(middle)
            }
        }
    }

    /// What trying the value of `next` showed.
    pub fn tell(&mut self, trial: Trial) {
        let Some(value) = self.next() else { return };
        self.trials_left -= 1;
        let was_doubtful = self.doubt.take().is_some();
        match trial {
            Trial::Holds => self.holds = Some(value),
            Trial::Fails | Trial::Unclear if was_doubtful => self.above = Some((value, trial)),
            Trial::Fails | Trial::Unclear => self.doubt = Some(value),
        }
    }

    /// What is known so far.
    pub fn ceiling(&self) -> Ceiling {
        match (self.holds, self.above) {
            (Some(holds), Some((above, Trial::Fails))) => Ceiling::Between(holds, above),
            (Some(holds), Some((above, _))) => Ceiling::AtLeast(holds, Some(above)),
            (Some(holds), None) => Ceiling::AtLeast(holds, None),
            (None, Some((above, Trial::Fails))) => Ceiling::BelowLowest(above),
            (None, _) => Ceiling::Unknown,
        }
    }
}

/// Three significant digits, as people read it.
fn readable(value: f64) -> f64 {
    if value <= 0.0 {
        return value;
    }
    // Whole numbers are divided, so that 10.7 is 10.7 and not its neighbour.
    let decimals = 2.0 - value.log10().floor();
    if decimals >= 0.0 {
        let scale = 10f64.powf(decimals);
        return (value * scale).round() / scale;
    }
    let unit = 10f64.powf(-decimals);
    (value / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::{Ceiling, Search, Trial};
    use proptest::prelude::{prop_assert, proptest};

    /// A service that takes up to `capacity`, tried by somebody who can make up to `makes`. Gives the values tried.
    fn run(search: &mut Search, capacity: f64, makes: f64) -> Vec<f64> {
        let mut tried = Vec::new();
        while let Some(value) = search.next() {
            tried.push(value);
            let outcome = if value <= capacity { Trial::Holds } else { Trial::Fails };
            search.tell(if value > makes { Trial::Unclear } else { outcome });
        }
        tried
    }

    #[track_caller]
    fn check(capacity: f64, makes: f64, expected: Ceiling) {
        let mut search = Search::new(10.0, 10_000.0, 0.05, 60);
        let tried = run(&mut search, capacity, makes);
        assert_eq!(search.ceiling(), expected, "{tried:?}");
    }

    #[test]
    fn the_limit_is_found_between_two_values() {
        check(610.0, 1e9, Ceiling::Between(600.0, 620.0));
        check(10.0, 1e9, Ceiling::Between(10.0, 10.4));
        check(9.0, 1e9, Ceiling::BelowLowest(10.0));
        check(1e9, 1e9, Ceiling::AtLeast(10_000.0, None));
    }

    #[test]
    fn what_could_not_be_tried_is_nobodys_limit() {
        check(1e9, 610.0, Ceiling::AtLeast(600.0, Some(620.0)));
        check(1e9, 5.0, Ceiling::Unknown);
        check(610.0, 1000.0, Ceiling::Between(600.0, 620.0));
    }

    #[test]
    fn a_single_disturbance_ends_nothing() {
        let mut search = Search::new(10.0, 40.0, 0.05, 60);
        let trials = [Trial::Holds, Trial::Fails, Trial::Holds, Trial::Unclear, Trial::Holds];
        let tried: Vec<f64> = trials.into_iter().map_while(|trial| search.next().inspect(|_| search.tell(trial))).collect();
        assert_eq!(tried, [10.0, 20.0, 20.0, 40.0, 40.0]);
        assert_eq!((search.next(), search.ceiling()), (None, Ceiling::AtLeast(40.0, None)));
    }

    #[test]
    fn the_number_of_trials_has_a_bound() {
        let mut search = Search::new(1.0, 1e12, 0.05, 3);
        assert_eq!(run(&mut search, 1e9, 1e9), [1.0, 2.0, 4.0]);
        assert_eq!(search.ceiling(), Ceiling::AtLeast(4.0, None));
    }

    proptest! {
        #[test]
        fn the_gap_closes_around_any_capacity(capacity in 10.0f64..9_000.0) {
            let mut search = Search::new(10.0, 10_000.0, 0.05, 60);
            let tried = run(&mut search, capacity, 1e9);
            prop_assert!(tried.len() <= 30, "{}", tried.len());
            let Ceiling::Between(holds, fails) = search.ceiling() else { panic!("{:?}", search.ceiling()) };
            prop_assert!(holds <= capacity && capacity < fails && fails <= holds * 1.06, "{holds} {fails}");
        }
    }
}
