//! `[[suite.load.feeders]]` and `--feed`: files of rows from which requests are filled. They are read when the plan is made, so
//! that a mistake in one is a usage error; none of their values is ever shown.

mod rows;

use super::error::ConfigError;
use super::plan;
use super::table::{Shape, Table};
use crate::judge::expression::ExpressionError;
use crate::limits::LOAD_FEEDERS_MAX;
use crate::model::{FeedOrder, Feeder, ITERATION, LoadWork, Target, variables};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One feeder.
pub const FEEDER: Shape = Shape { name: "feeders", keys: &["file", "order", "seed"] };

/// The words of `order`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Sequential,
    Random,
    Once,
}

const ORDERS: [(&str, Word); 3] = [("sequential", Word::Sequential), ("random", Word::Random), ("once", Word::Once)];

/// The feeders of a load, their files not yet read.
pub fn read(load: &mut Table<'_>) -> Result<Vec<Feeder>, ConfigError> {
    let tables = load.tables("feeders", &FEEDER)?;
    if tables.len() > LOAD_FEEDERS_MAX {
        return Err(load.error(format!("at most {LOAD_FEEDERS_MAX} feeders"), tables.len().to_string()));
    }
    tables.into_iter().map(read_feeder).collect()
}

fn read_feeder(mut table: Table<'_>) -> Result<Feeder, ConfigError> {
    let file = table.required("file")?.into_inner();
    let word = table.word("order", &ORDERS)?.unwrap_or(Word::Sequential);
    let seed = table.integer("seed", 0..=i64::MAX as u64)?;
    if seed.is_some() && word != Word::Random {
        return Err(table.error("no `seed` unless `order` is `random`", "`seed`"));
    }
    Ok(feeder(file.into(), word, seed))
}

fn feeder(path: PathBuf, word: Word, seed: Option<u64>) -> Feeder {
    let order = match word {
        Word::Sequential => FeedOrder::Sequential,
        Word::Random => FeedOrder::Random { seed: seed.unwrap_or(plan::SEED) },
        Word::Once => FeedOrder::Once,
    };
    Feeder { path, order, rows: Arc::default() }
}

/// `FILE`, `once:FILE`, `random:FILE`: a path that begins so is written with `./`.
pub fn parse_feed(text: &str) -> Result<Feeder, ExpressionError> {
    let (word, path) = match text.split_once(':') {
        Some((word, path)) => match ORDERS.iter().find(|(name, _)| *name == word) {
            Some((_, word)) => (*word, path),
            None => (Word::Sequential, text),
        },
        None => (Word::Sequential, text),
    };
    if path.is_empty() {
        let column = text.chars().count() + 1;
        return Err(ExpressionError { column, expected: "a file of rows, such as `users.csv`".into(), found: "the end".into() });
    }
    Ok(feeder(path.into(), word, None))
}

/// Reads the files, below a directory, and holds the variables of the requests against their columns. Before this the targets of
/// a file have to be there.
pub fn fill(load: &mut LoadWork, directory: &Path) -> Result<(), ConfigError> {
    let mut known: BTreeSet<String> = [ITERATION.to_string()].into();
    for feeder in &mut load.feeders {
        let name = feeder.path.display().to_string();
        let rows = rows::read(directory, &feeder.path)?;
        if let Some(column) = rows.columns().iter().find(|column| !known.insert((*column).clone())) {
            let expected = "columns that are no `iteration` and of no other feeder";
            return Err(ConfigError::new(name, expected, format!("`{column}`")));
        }
        feeder.rows = Arc::new(rows);
    }
    let is_once = |feeder: &&Feeder| feeder.order == FeedOrder::Once;
    if let Some(feeder) = load.feeders.iter().find(is_once).filter(|_| load.scrape.is_some() && !load.warm_up.is_zero()) {
        // The warm-up is then a load of its own, and begins with the first row as well.
        let expected = "no `warm_up` beside `scrape` where rows are used once";
        return Err(ConfigError::new(feeder.path.display().to_string(), expected, "both"));
    }
    if load.feeders.is_empty() { Ok(()) } else { check(load, &known) }
}

/// Every variable is known where it is used, and every feeder is used.
fn check(load: &LoadWork, columns: &BTreeSet<String>) -> Result<(), ConfigError> {
    let mut used = BTreeSet::new();
    for target in &load.targets {
        check_target(target, columns, &mut used)?;
    }
    for scenario in &load.scenarios {
        let mut known = columns.clone();
        for step in &scenario.steps {
            check_target(&step.target, &known, &mut used)?;
            for extraction in &step.extract {
                if columns.contains(&extraction.variable) {
                    let found = format!("`{}`, which is a column", extraction.variable);
                    return Err(ConfigError::new(&step.target.label, "names in `extract` that no feeder has", found));
                }
                known.insert(extraction.variable.clone());
            }
        }
    }
    let is_idle = |feeder: &&Feeder| !feeder.rows.columns().iter().any(|column| used.contains(column.as_str()));
    match load.feeders.iter().find(is_idle) {
        Some(feeder) => {
            let columns: Vec<String> = feeder.rows.columns().iter().map(|column| format!("`{{{{{column}}}}}`")).collect();
            let expected = format!("a request with {}", columns.join(" or "));
            Err(ConfigError::new(feeder.path.display().to_string(), expected, "none"))
        }
        None => Ok(()),
    }
}

fn check_target<'a>(target: &'a Target, known: &BTreeSet<String>, used: &mut BTreeSet<&'a str>) -> Result<(), ConfigError> {
    for name in variables(target) {
        if !known.contains(name) {
            let error = ConfigError::new(&target.label, "variables that are known by then", format!("`{{{{{name}}}}}`"));
            return Err(error.hint(format!("known here: {}", known.iter().map(String::as_str).collect::<Vec<_>>().join(", "))));
        }
        used.insert(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
