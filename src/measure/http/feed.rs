//! The rows that iterations take: functions of the iteration's number alone, so that shards agree without a word.

use super::LoadError;
use crate::model::{FeedOrder, Feeder};
use crate::stats::random_below;
use std::collections::HashMap;

/// The feeders of a load.
#[derive(Debug)]
pub struct Feed {
    feeders: Vec<Feeder>,
    /// Feeder and column of each variable.
    places: HashMap<String, (usize, usize)>,
}

impl Feed {
    /// The feeders, whose files were read.
    pub fn new(feeders: &[Feeder]) -> Feed {
        let columns = feeders.iter().enumerate().flat_map(|(feeder, one)| {
            let names = one.rows.columns().iter().enumerate();
            names.map(move |(column, name)| (name.clone(), (feeder, column)))
        });
        Feed { places: columns.collect(), feeders: feeders.to_vec() }
    }

    /// The value of a variable in an iteration; `None` where no feeder has it, or its rows are used up.
    pub fn value(&self, name: &str, iteration: u64) -> Option<&str> {
        let (place, column) = *self.places.get(name)?;
        let feeder = self.feeders.get(place)?;
        let count = feeder.rows.len();
        let row = match feeder.order {
            FeedOrder::Sequential => iteration.checked_rem(count)?,
            // Feeders of one seed are not to draw the same rows.
            FeedOrder::Random { seed } => random_below(seed.wrapping_add((place as u64) << 32), iteration, count),
            FeedOrder::Once => iteration,
        };
        feeder.rows.value(row, column)
    }

    /// Iterations for which there are rows, where that is a number: those of the shortest file whose rows are used once.
    pub fn supply(&self) -> Option<u64> {
        self.shortest().map(|feeder| feeder.rows.len())
    }

    fn shortest(&self) -> Option<&Feeder> {
        self.feeders.iter().filter(|feeder| feeder.order == FeedOrder::Once).min_by_key(|feeder| feeder.rows.len())
    }

    /// Refuses a load that is known to need more rows than there are, warm-up included.
    pub fn check(&self, needed: u64) -> Result<(), LoadError> {
        match self.shortest() {
            Some(feeder) if feeder.rows.len() < needed => Err(LoadError(format!(
                "the load needs {needed} rows (warm-up included), and {} has {} to be used once; add rows, ask for less load, or use the \
                 rows again with the order `sequential`",
                feeder.path.display(),
                feeder.rows.len()
            ))),
            _ => Ok(()),
        }
    }

    /// What is told of a load that ended because its rows were used up.
    pub fn describe_end(&self) -> String {
        let path = self.shortest().map(|feeder| feeder.path.display().to_string()).unwrap_or_default();
        format!("the load ended before its time: the {} rows of {path} were used up", self.supply().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::Feed;
    use crate::model::{FeedOrder, Feeder, Rows};
    use std::sync::Arc;

    fn feeder(order: FeedOrder, column: &str, values: &[&str]) -> Feeder {
        let mut rows = Rows::new(vec![column.to_string()]);
        values.iter().for_each(|value| rows.push(value));
        Feeder { path: format!("{column}.csv").into(), order, rows: Arc::new(rows) }
    }

    fn check(order: FeedOrder, expected: &str) {
        let feed = Feed::new(&[feeder(order, "a", &["p", "q", "r"])]);
        let found: Vec<&str> = (0..9).map(|iteration| feed.value("a", iteration).unwrap_or("-")).collect();
        assert_eq!(found.concat(), expected);
        assert_eq!(feed.value("b", 0), None);
    }

    #[test]
    fn rows_come_in_their_order() {
        check(FeedOrder::Sequential, "pqrpqrpqr");
        check(FeedOrder::Once, "pqr------");
        check(FeedOrder::Random { seed: 7 }, "qprrqqqqr");
        check(FeedOrder::Random { seed: 8 }, "rrrrrprqr");
    }

    #[test]
    fn two_files_of_one_seed_draw_for_themselves() {
        let random = FeedOrder::Random { seed: 7 };
        let feed = Feed::new(&[feeder(random, "a", &["0", "1"]), feeder(random, "b", &["0", "1"])]);
        assert!((0..20).any(|iteration| feed.value("a", iteration) != feed.value("b", iteration)));
    }

    #[test]
    fn the_shortest_file_ends_the_load() {
        let feed = Feed::new(&[
            feeder(FeedOrder::Once, "a", &["1", "2", "3"]),
            feeder(FeedOrder::Sequential, "b", &["1"]),
            feeder(FeedOrder::Once, "c", &["1", "2"]),
        ]);
        assert_eq!((feed.supply(), feed.check(2)), (Some(2), Ok(())));
        assert!(feed.check(3).unwrap_err().0.starts_with("the load needs 3 rows (warm-up included), and c.csv has 2 to be used once; "));
        assert_eq!((Feed::new(&[]).supply(), Feed::new(&[]).check(u64::MAX)), (None, Ok(())));
    }
}
