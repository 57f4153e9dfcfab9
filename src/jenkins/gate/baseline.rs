//! Which earlier build the relative mode compares with (5.3).

use super::build::{Build, BuildResult, CurrentBuild};
use super::input::Named;
use super::ledger::Ledger;
use crate::jenkins::names::report_name;
use crate::jenkins::{Collected, Parser, Settings};
use crate::model::Verdict;
use std::collections::BTreeSet;

/// The reports compared with.
#[derive(Debug)]
pub struct Baseline<'a> {
    /// `None`: the current build itself.
    pub build: Option<&'a Build>,
    pub reports: Vec<Named<'a>>,
}

/// What there is to compare with.
#[derive(Debug)]
pub enum Found<'a> {
    Baseline(Baseline<'a>),
    /// No build.
    Nothing,
    /// A build without the files of a configured parser: an error in the plugin, after which it writes nothing.
    Broken,
}

/// The baseline, and a word in the ledger for what is odd about it. `earlier` is newest first.
pub fn find<'a>(
    settings: &Settings,
    collected: &Collected,
    current: &CurrentBuild,
    current_reports: &[Named<'a>],
    earlier: &'a [Build],
    ledger: &mut Ledger,
) -> Found<'a> {
    let number = u64::try_from(settings.nth_build_number).unwrap_or(0);
    let build = if settings.compare_build_previous {
        earlier.iter().find(|build| build.result == Some(BuildResult::Success))
    } else if number >= current.number {
        let sentence = format!("build {number} is this build or a later one, so that this build is compared with itself");
        ledger.fail_open(12, None, Verdict::NoVerdict, &sentence);
        return Found::Baseline(Baseline { build: None, reports: current_reports.to_vec() });
    } else if number == 0 {
        None
    } else if settings.strict {
        earlier.iter().find(|build| build.number == number)
    } else {
        // So many steps over builds that exist; a deleted one shifts the target.
        usize::try_from(current.number - number - 1).ok().and_then(|steps| earlier.get(steps))
    };
    let Some(build) = build else {
        match (settings.compare_build_previous, number) {
            // Else strict mode could never begin: the first build would be none that succeeded.
            (true, _) => ledger.remark(11, "no earlier build succeeded, so nothing is compared yet", "a first build passes, too"),
            (false, 0) => {
                ledger.fail_open(11, None, Verdict::NoVerdict, "no build is named to compare with, so nothing is compared");
            }
            (false, number) => ledger.fail_open(11, None, Verdict::NoVerdict, &format!("build {number} is lost, so nothing is compared")),
        }
        return Found::Nothing;
    };
    if !settings.compare_build_previous && build.number != number {
        let sentence = format!("builds were deleted: build {} is compared with instead of build {number}", build.number);
        ledger.fail_open(11, None, Verdict::NoVerdict, &sentence);
    }
    stored(collected, build, ledger)
}

/// The stored reports of the parsers configured now; of equal names the first.
fn stored<'a>(collected: &Collected, build: &'a Build, ledger: &mut Ledger) -> Found<'a> {
    let parsers: BTreeSet<Parser> = collected.parsers.iter().map(|parser| parser.parser).collect();
    let lost = parsers.iter().find(|parser| !build.reports.iter().any(|report| report.parser == **parser));
    if let Some(parser) = lost {
        let sentence = format!("build {} stored no {parser:?} file, so nothing is compared", build.number);
        ledger.fail_open(11, None, Verdict::NoVerdict, &sentence);
        // Strict mode compares what there is.
        if !ledger.is_strict || !build.reports.iter().any(|report| parsers.contains(&report.parser)) {
            return Found::Broken;
        }
    }
    let mut seen = BTreeSet::new();
    let reports = build.reports.iter().filter(|report| parsers.contains(&report.parser));
    let named = reports.map(|numbers| Named { name: report_name(&numbers.file), numbers });
    Found::Baseline(Baseline { build: Some(build), reports: named.filter(|named| seen.insert(named.name.clone())).collect() })
}
