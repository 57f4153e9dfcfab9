//! `history`: which runs, which series, which statistic.

use super::build::Request;
use super::error::{ConfigError, alternatives, known, typed};
use super::plan::{self, BaselineChoice, Plan};
use super::value::parse_name;
use crate::cli::HistoryArgs;
use crate::judge::expression::ExpressionError;
use crate::model::{STATISTIC_WORDS, Statistic};
use std::path::PathBuf;

/// What `history` is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryQuery {
    /// Empty: every suite that is found.
    pub suites: Vec<String>,
    pub sources: HistorySources,
    /// The environment that was typed: no other one is shown.
    pub environment: Option<String>,
    /// Environments that suites of the configuration name, and that of numbers which this machine did not make.
    pub environments: Vec<String>,
    /// Globs.
    pub label: Option<String>,
    pub metric: Option<String>,
    /// `None`: those that relative limits look at.
    pub statistic: Option<Statistic>,
}

/// Where the runs are.
#[derive(Debug, Clone, PartialEq)]
pub enum HistorySources {
    /// The committed baselines.
    Accepted,
    /// Stored runs below these directories, and those of the builds directory.
    Stored { from: Vec<PathBuf>, builds: Option<PathBuf> },
}

/// The query that was typed, with the plan of everything around it.
pub fn from_arguments(request: Request<'_>, args: &HistoryArgs) -> Result<(Plan, HistoryQuery), ConfigError> {
    for text in &request.options.report {
        let kind = text.split('=').next().unwrap_or(text);
        let kinds = request.tables.reports;
        known("--report", kind, kinds, &format!("{} for a history", alternatives(kinds.iter().map(|(name, _)| *name))))?;
    }
    args.suites.iter().try_for_each(|suite| typed("SUITE", suite, parse_name).map(drop))?;
    let plan = Plan::for_history(request)?;
    let builds_typed = request.options.builds.is_some();
    let is_of_builds = matches!(plan.baseline, BaselineChoice::Previous | BaselineChoice::Build(_)) && args.from.is_empty();
    let builds = (builds_typed || is_of_builds).then(|| plan.builds.clone());
    let sources = match (&builds, args.from.is_empty()) {
        (None, true) => HistorySources::Accepted,
        _ => HistorySources::Stored { from: args.from.clone(), builds },
    };
    let is_typed = request.options.environment.is_some() || request.around.get("NEVERSLOWER_ENVIRONMENT").is_some();
    let mut environments: Vec<String> = plan.check.iter().map(|suite| suite.environment.clone()).collect();
    environments.push(plan::FOREIGN_ENVIRONMENT.to_string());
    environments.sort();
    environments.dedup();
    let query = HistoryQuery {
        suites: args.suites.clone(),
        sources,
        environment: plan.environment.clone().filter(|_| is_typed),
        environments,
        label: args.label.clone(),
        metric: args.metric.clone(),
        statistic: args.statistic.as_deref().map(|word| typed("--statistic", word, parse_statistic)).transpose()?,
    };
    Ok((plan, query))
}

fn parse_statistic(text: &str) -> Result<Statistic, ExpressionError> {
    text.parse().map_err(|()| ExpressionError {
        column: 1,
        expected: alternatives(STATISTIC_WORDS.iter().map(|(word, _)| *word)),
        found: format!("`{text}`"),
    })
}
