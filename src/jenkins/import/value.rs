//! What both sources are read into: steps with named values.

/// What a source calls of the plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub steps: Vec<Step>,
    /// Steps that run Taurus.
    pub outside: Vec<Step>,
    /// There were more calls than are looked at.
    pub is_cut: bool,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// As called.
    pub name: String,
    /// 1-based.
    pub line: usize,
    pub arguments: Vec<Argument>,
}

/// A value with its name, which is empty where it stands without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    pub name: String,
    pub value: Value,
    /// 1-based.
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// As written, without a suffix of its type.
    Number(String),
    Boolean(bool),
    /// `null`.
    Nothing,
    List(Vec<Value>),
    /// `absolute(…)`, `[$class: 'AbsoluteConstraint', …]` or an element with elements in it; a map without a class has no name.
    Call {
        name: String,
        arguments: Vec<Argument>,
    },
    /// What the absence of a field means.
    Absent(String),
    /// No literal: the source as written.
    Code(String),
}

/// The last part of a class name.
pub fn class(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

impl Step {
    /// Whether calls of this name publish a report, by symbol or by class.
    pub fn is_report(name: &str) -> bool {
        matches!(class(name), "perfReport" | "performanceReport" | "PerformancePublisher")
    }

    /// Whether calls of this name run Taurus.
    pub fn is_outside(name: &str) -> bool {
        matches!(class(name), "bzt" | "performanceTest" | "PerformanceTestBuild")
    }
}

impl Found {
    /// Sorts a call to where it belongs; others are not of the plugin.
    pub fn add(&mut self, step: Step) {
        if Step::is_report(&step.name) {
            self.steps.push(step);
        } else if Step::is_outside(&step.name) {
            self.outside.push(step);
        }
    }
}
