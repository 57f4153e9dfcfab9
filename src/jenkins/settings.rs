//! The parameters of the plugin's step `perfReport`, all of them.

/// The step's parameters, named as the plugin names them. A limit of −1 is off.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Globs and paths of result files: the parts of `sourceDataFiles` between `;`.
    pub source_data_files: Vec<String>,
    /// Per cent of failed samples of a file; strictly more fails. Fractions are our extension.
    pub error_failed_threshold: f64,
    /// The same for unstable.
    pub error_unstable_threshold: f64,
    /// Lines `report name:milliseconds`.
    pub error_unstable_response_time_threshold: String,
    /// `false`: error mode; `true`: relative mode. Never both.
    pub mode_of_threshold: bool,
    /// Per cent slower.
    pub relative_failed_threshold_positive: f64,
    /// Per cent faster, as a positive number.
    pub relative_failed_threshold_negative: f64,
    pub relative_unstable_threshold_positive: f64,
    pub relative_unstable_threshold_negative: f64,
    /// Compare with the newest earlier build that succeeded.
    pub compare_build_previous: bool,
    /// Else with this build; 0: with none.
    pub nth_build_number: i64,
    /// `ART` average, `MRT` median, `PRT` 90th percentile, in any case.
    pub config_type: String,
    /// `true`: expert mode, only `constraints` judge.
    pub mode_evaluation: bool,
    pub constraints: Vec<Constraint>,
    pub ignore_failed_builds: bool,
    pub ignore_unstable_builds: bool,
    /// Write `performance.log`.
    pub persist_constraint_log: bool,
    /// Path of a JUnit file, expert mode only; empty: none.
    pub junit_output: String,
    pub fail_build_if_no_result_file: bool,
    /// Leave failed samples out of the times.
    pub exclude_response_time: bool,
    /// Java regular expression that whole labels must match.
    pub filter_regex: Option<String>,
    /// Percentiles shown, a comma list.
    pub percentiles: String,
    /// Expert mode: position in the list of builds, 0 being the current one.
    pub baseline_build: i64,
    /// Display only.
    pub graph_type: String,
    /// Display only.
    pub mode_performance_per_test_case: bool,
    /// Display only.
    pub mode_throughput: bool,
    /// Display only.
    pub show_trend_graphs: bool,
    /// Ours: every case in which the plugin fails open is judged as the contract says instead.
    pub strict: bool,
}

impl Settings {
    /// The plugin's own defaults: facts about it, no choice of ours, which is why they stand here and not in the plan.
    pub fn of_plugin(source_data_files: Vec<String>) -> Settings {
        Settings {
            source_data_files,
            error_failed_threshold: -1.0,
            error_unstable_threshold: -1.0,
            error_unstable_response_time_threshold: String::new(),
            mode_of_threshold: false,
            relative_failed_threshold_positive: -1.0,
            relative_failed_threshold_negative: -1.0,
            relative_unstable_threshold_positive: -1.0,
            relative_unstable_threshold_negative: -1.0,
            compare_build_previous: false,
            nth_build_number: 0,
            config_type: "ART".to_string(),
            mode_evaluation: false,
            constraints: Vec::new(),
            ignore_failed_builds: false,
            ignore_unstable_builds: false,
            persist_constraint_log: false,
            junit_output: String::new(),
            fail_build_if_no_result_file: true,
            exclude_response_time: false,
            filter_regex: None,
            percentiles: "0,50,90,95,100".to_string(),
            baseline_build: 0,
            graph_type: "ART".to_string(),
            mode_performance_per_test_case: false,
            mode_throughput: false,
            show_trend_graphs: false,
            strict: false,
        }
    }
}

/// What a constraint measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metered {
    Average,
    Median,
    Line90,
    Line95,
    Maximum,
    Minimum,
    ErrorPercent,
}

/// What the measured value must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    NotGreater,
    NotLess,
    NotEqual,
}

/// What a violated constraint does to the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escalation {
    /// Nothing.
    Information,
    /// Unstable.
    Warning,
    /// Failure.
    Error,
}

/// A constraint of the expert mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// Report name, exact; `*` in the plugin's sense.
    pub related_perf_report: String,
    /// Comma list of labels, `*` for every one; `None`: the whole report.
    pub test_case: Option<String>,
    pub metered_value: Metered,
    pub operator: Operator,
    pub escalation_level: Escalation,
    pub kind: ConstraintKind,
}

/// What a constraint is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum ConstraintKind {
    Absolute { value: i64 },
    Relative { tolerance: f64, builds: Builds },
}

/// `previousResultsBlock`: which earlier builds a relative constraint looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Builds {
    /// `"true"`: the last so many eligible ones, as written (`*` is all).
    Last { previous_results: String },
    /// `"false"`: those started in a time frame, as written.
    Between { start: String, end: String },
    /// `"BASELINE"`: the build at position `baseline_build`.
    Baseline,
}
