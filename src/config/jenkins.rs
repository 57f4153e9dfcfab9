//! `[jenkins]`: the parameters of the plugin's step, as keys. What the plugin takes is taken here too, odd values included:
//! what it makes of them is the profile's business.

use super::error::ConfigError;
use super::table::{Shape, Table};
use crate::jenkins::{Builds, Constraint, ConstraintKind, ESCALATIONS, METERED, OPERATORS, Settings};
use toml::Spanned;

/// `[jenkins]`.
pub const JENKINS: Shape = Shape {
    name: "[jenkins]",
    keys: &[
        "source_data_files",
        "error_failed_threshold",
        "error_unstable_threshold",
        "error_unstable_response_time_threshold",
        "mode_of_threshold",
        "relative_failed_threshold_positive",
        "relative_failed_threshold_negative",
        "relative_unstable_threshold_positive",
        "relative_unstable_threshold_negative",
        "compare_build_previous",
        "nth_build_number",
        "config_type",
        "mode_evaluation",
        "constraint",
        "ignore_failed_builds",
        "ignore_unstable_builds",
        "persist_constraint_log",
        "junit_output",
        "fail_build_if_no_result_file",
        "exclude_response_time",
        "filter_regex",
        "percentiles",
        "baseline_build",
        "graph_type",
        "mode_performance_per_test_case",
        "mode_throughput",
        "show_trend_graphs",
    ],
};
/// `[[jenkins.constraint]]`.
pub const CONSTRAINT: Shape = Shape {
    name: "[[jenkins.constraint]]",
    keys: &[
        "kind",
        "related_perf_report",
        "test_case",
        "metered_value",
        "operator",
        "escalation_level",
        "value",
        "tolerance",
        "previous_results",
        "timeframe_start",
        "timeframe_end",
        "baseline",
    ],
};

/// The step, with the plugin's defaults for what is not written.
pub fn read(mut table: Table<'_>) -> Result<Settings, ConfigError> {
    let mut settings = Settings::of_plugin(table.texts_or_text("source_data_files", ';')?);
    read_limits(&mut table, &mut settings)?;
    read_modes(&mut table, &mut settings)?;
    set(&mut settings.junit_output, table.any_string("junit_output")?);
    settings.filter_regex = table.any_string("filter_regex")?.filter(|regex| !regex.trim().is_empty());
    set(&mut settings.percentiles, table.any_string("percentiles")?);
    set(&mut settings.graph_type, table.any_string("graph_type")?);
    let constraints = table.tables("constraint", &CONSTRAINT)?;
    settings.constraints = constraints.into_iter().map(read_constraint).collect::<Result<_, _>>()?;
    Ok(settings)
}

/// What is not written stays what the plugin takes.
fn set<T>(field: &mut T, written: Option<T>) {
    if let Some(value) = written {
        *field = value;
    }
}

fn read_limits(table: &mut Table<'_>, settings: &mut Settings) -> Result<(), ConfigError> {
    set(&mut settings.error_failed_threshold, table.number("error_failed_threshold")?);
    set(&mut settings.error_unstable_threshold, table.number("error_unstable_threshold")?);
    let response_times = table.texts_or_text("error_unstable_response_time_threshold", '\n')?;
    settings.error_unstable_response_time_threshold = response_times.join("\n");
    set(&mut settings.relative_failed_threshold_positive, table.number("relative_failed_threshold_positive")?);
    set(&mut settings.relative_failed_threshold_negative, table.number("relative_failed_threshold_negative")?);
    set(&mut settings.relative_unstable_threshold_positive, table.number("relative_unstable_threshold_positive")?);
    set(&mut settings.relative_unstable_threshold_negative, table.number("relative_unstable_threshold_negative")?);
    set(&mut settings.nth_build_number, table.whole_number("nth_build_number")?);
    set(&mut settings.baseline_build, table.whole_number("baseline_build")?);
    set(&mut settings.config_type, table.any_string("config_type")?);
    Ok(())
}

fn read_modes(table: &mut Table<'_>, settings: &mut Settings) -> Result<(), ConfigError> {
    set(&mut settings.mode_of_threshold, table.boolean("mode_of_threshold")?);
    set(&mut settings.compare_build_previous, table.boolean("compare_build_previous")?);
    set(&mut settings.mode_evaluation, table.boolean("mode_evaluation")?);
    set(&mut settings.ignore_failed_builds, table.boolean("ignore_failed_builds")?);
    set(&mut settings.ignore_unstable_builds, table.boolean("ignore_unstable_builds")?);
    set(&mut settings.persist_constraint_log, table.boolean("persist_constraint_log")?);
    set(&mut settings.fail_build_if_no_result_file, table.boolean("fail_build_if_no_result_file")?);
    set(&mut settings.exclude_response_time, table.boolean("exclude_response_time")?);
    set(&mut settings.mode_performance_per_test_case, table.boolean("mode_performance_per_test_case")?);
    set(&mut settings.mode_throughput, table.boolean("mode_throughput")?);
    set(&mut settings.show_trend_graphs, table.boolean("show_trend_graphs")?);
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Absolute,
    Relative,
}

fn read_constraint(mut table: Table<'_>) -> Result<Constraint, ConfigError> {
    let kind = table.word("kind", &[("absolute", Kind::Absolute), ("relative", Kind::Relative)])?;
    let kind = kind.ok_or_else(|| missing(&table, "kind"))?;
    let foreign = match kind {
        Kind::Absolute => table.written(&["tolerance", "previous_results", "timeframe_start", "timeframe_end", "baseline"]),
        Kind::Relative => table.written(&["value"]),
    };
    let related_perf_report = table.required("related_perf_report")?.into_inner();
    let test_case = table.string("test_case")?;
    let metered_value = table.word("metered_value", &METERED)?;
    let operator = table.word("operator", &OPERATORS)?;
    let escalation_level = table.word("escalation_level", &ESCALATIONS)?;
    let value = table.whole_number("value")?;
    let tolerance = table.number("tolerance")?;
    let builds = read_builds(&mut table)?;
    if let Some(key) = foreign.first() {
        let (own, other) = if kind == Kind::Absolute { ("absolute", "relative") } else { ("relative", "absolute") };
        return Err(table.error(format!("only keys of `{own}` constraints"), format!("`{key}`, which belongs to `{other}`")));
    }
    let kind = match kind {
        Kind::Absolute => ConstraintKind::Absolute { value: value.ok_or_else(|| missing(&table, "value"))? },
        Kind::Relative => ConstraintKind::Relative {
            tolerance: tolerance.ok_or_else(|| missing(&table, "tolerance"))?,
            builds: builds.ok_or_else(|| table.error(BUILDS, "none"))?,
        },
    };
    Ok(Constraint {
        related_perf_report,
        test_case,
        metered_value: metered_value.ok_or_else(|| missing(&table, "metered_value"))?,
        operator: operator.ok_or_else(|| missing(&table, "operator"))?,
        escalation_level: escalation_level.ok_or_else(|| missing(&table, "escalation_level"))?,
        kind,
    })
}

const BUILDS: &str = "one of `previous_results`, `timeframe_start` with `timeframe_end`, and `baseline = true`";

fn read_builds(table: &mut Table<'_>) -> Result<Option<Builds>, ConfigError> {
    let previous_results = table.expression("previous_results", |text| Ok(text.to_string()))?.map(Spanned::into_inner);
    let start = table.string("timeframe_start")?;
    let end = table.string("timeframe_end")?;
    let baseline = table.boolean("baseline")?.unwrap_or(false).then_some(Builds::Baseline);
    let between = match (start, end) {
        (Some(start), Some(end)) => Some(Builds::Between { start, end }),
        (None, None) => None,
        _ => return Err(table.error("`timeframe_start` and `timeframe_end`", "one of them")),
    };
    let last = previous_results.map(|previous_results| Builds::Last { previous_results });
    let mut choices = [last, between, baseline].into_iter().flatten();
    match (choices.next(), choices.next()) {
        (_, Some(_)) => Err(table.error(BUILDS, "more than one")),
        (choice, None) => Ok(choice),
    }
}

fn missing(table: &Table<'_>, key: &str) -> ConfigError {
    table.error(format!("`{key}` in {}", CONSTRAINT.name), "none")
}
