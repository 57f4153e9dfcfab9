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

/// A parameter of the step, as the plugin and as our configuration call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// In Jenkinsfiles and `config.xml`.
    pub name: &'static str,
    /// In the table `[jenkins]`.
    pub key: &'static str,
    pub kind: ParameterKind,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Texts with this character between them, in TOML also a list.
    Texts(char),
    Text,
    Number,
    Integer,
    Boolean,
}

const fn parameter(name: &'static str, key: &'static str, kind: ParameterKind) -> Parameter {
    Parameter { name, key, kind }
}

/// Every parameter of `perfReport` but `constraints`, which are tables of their own, and the two that older versions had and
/// that stand in `source_data_files` now.
pub const PARAMETERS: [Parameter; 26] = [
    parameter("sourceDataFiles", "source_data_files", ParameterKind::Texts(';')),
    parameter("errorFailedThreshold", "error_failed_threshold", ParameterKind::Number),
    parameter("errorUnstableThreshold", "error_unstable_threshold", ParameterKind::Number),
    parameter("errorUnstableResponseTimeThreshold", "error_unstable_response_time_threshold", ParameterKind::Texts('\n')),
    parameter("modeOfThreshold", "mode_of_threshold", ParameterKind::Boolean),
    parameter("relativeFailedThresholdPositive", "relative_failed_threshold_positive", ParameterKind::Number),
    parameter("relativeFailedThresholdNegative", "relative_failed_threshold_negative", ParameterKind::Number),
    parameter("relativeUnstableThresholdPositive", "relative_unstable_threshold_positive", ParameterKind::Number),
    parameter("relativeUnstableThresholdNegative", "relative_unstable_threshold_negative", ParameterKind::Number),
    parameter("compareBuildPrevious", "compare_build_previous", ParameterKind::Boolean),
    parameter("nthBuildNumber", "nth_build_number", ParameterKind::Integer),
    parameter("configType", "config_type", ParameterKind::Text),
    parameter("modeEvaluation", "mode_evaluation", ParameterKind::Boolean),
    parameter("ignoreFailedBuilds", "ignore_failed_builds", ParameterKind::Boolean),
    parameter("ignoreUnstableBuilds", "ignore_unstable_builds", ParameterKind::Boolean),
    parameter("persistConstraintLog", "persist_constraint_log", ParameterKind::Boolean),
    parameter("junitOutput", "junit_output", ParameterKind::Text),
    parameter("failBuildIfNoResultFile", "fail_build_if_no_result_file", ParameterKind::Boolean),
    parameter("excludeResponseTime", "exclude_response_time", ParameterKind::Boolean),
    parameter("filterRegex", "filter_regex", ParameterKind::Text),
    parameter("percentiles", "percentiles", ParameterKind::Text),
    parameter("baselineBuild", "baseline_build", ParameterKind::Integer),
    parameter("graphType", "graph_type", ParameterKind::Text),
    parameter("modePerformancePerTestCase", "mode_performance_per_test_case", ParameterKind::Boolean),
    parameter("modeThroughput", "mode_throughput", ParameterKind::Boolean),
    parameter("showTrendGraphs", "show_trend_graphs", ParameterKind::Boolean),
];

/// Words of `metered_value`, as the plugin writes them.
pub const METERED: [(&str, Metered); 7] = [
    ("AVERAGE", Metered::Average),
    ("MEDIAN", Metered::Median),
    ("LINE90", Metered::Line90),
    ("LINE95", Metered::Line95),
    ("MAXIMUM", Metered::Maximum),
    ("MINIMUM", Metered::Minimum),
    ("ERRORPRC", Metered::ErrorPercent),
];

/// Words of `operator`.
pub const OPERATORS: [(&str, Operator); 3] =
    [("NOT_GREATER", Operator::NotGreater), ("NOT_LESS", Operator::NotLess), ("NOT_EQUAL", Operator::NotEqual)];

/// Words of `escalation_level`.
pub const ESCALATIONS: [(&str, Escalation); 3] =
    [("INFORMATION", Escalation::Information), ("WARNING", Escalation::Warning), ("ERROR", Escalation::Error)];
