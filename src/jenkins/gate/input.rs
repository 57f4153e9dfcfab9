//! Which reports there are to judge (5.0), and what is to be said when there are none.

use super::error_mode::ErrorLimit;
use super::ledger::{Ledger, Subject};
use super::value::is_summary;
use crate::jenkins::names::report_name;
use crate::jenkins::{Collected, FileNumbers, Settings};
use crate::limits::QUOTED_CHARS_MAX;
use crate::model::Verdict;
use std::collections::BTreeSet;

/// A report under the name by which the plugin knows it.
#[derive(Debug, Clone)]
pub struct Named<'a> {
    pub name: String,
    pub numbers: &'a FileNumbers,
}

/// The reports of a step.
#[derive(Debug, Default)]
pub struct Reports<'a> {
    /// What the standard modes judge: nothing, once a parser found no file.
    pub judged: Vec<Named<'a>>,
    /// What was stored for the current build before such a parser came: what constraints judge.
    pub stored: Vec<Named<'a>>,
}

/// The reports, in reading order; `None` where there was no parser at all, so that the step ends at once.
pub fn reports<'a>(settings: &Settings, collected: &'a Collected, ledger: &mut Ledger) -> Option<Reports<'a>> {
    unread(collected, ledger);
    if collected.parsers.is_empty() {
        // Those of the settings, or files that were typed.
        let named: Vec<&str> = collected.missing.iter().map(String::as_str).collect();
        let sentence = if named.is_empty() { "no file is named".to_string() } else { format!("{} matches no file", few(&named)) };
        without_files(settings, &sentence, ledger);
        return None;
    }
    let mut reports = Reports::default();
    let mut is_discarded = false;
    for parser in &collected.parsers {
        if parser.matched == 0 {
            without_files(settings, &format!("{} matches no file", quoted(&parser.entry)), ledger);
            is_discarded = !ledger.is_strict;
            if is_discarded {
                break;
            }
        }
        reports.stored.extend(parser.reports.iter().map(|numbers| Named { name: report_name(&numbers.file), numbers }));
    }
    if !is_discarded {
        reports.judged = reports.stored.clone();
    }
    for named in &reports.stored {
        empty(settings, named, ledger);
        excluded(settings, named, ledger);
    }
    same_names(&reports.stored, ledger);
    Some(reports)
}

fn unread(collected: &Collected, ledger: &mut Ledger) {
    // What the readers know to be another case is told as that.
    let is_told = |reason: &str| collected.cautions.iter().any(|caution| caution.case != 1 && caution.sentence.starts_with(reason));
    for dropped in collected.parsers.iter().flat_map(|parser| &parser.dropped).filter(|dropped| !is_told(&dropped.reason)) {
        let name = report_name(&dropped.file);
        let sentence = format!("{} could not be read and was dropped: {}", quoted(&dropped.file), quoted(&dropped.reason));
        ledger.fail_open(1, Some(Subject::report(&name)), Verdict::NoVerdict, &sentence);
    }
    // Where all are missing, that is another case.
    for entry in collected.missing.iter().filter(|_| !collected.parsers.is_empty()) {
        ledger.fail_open(2, None, Verdict::NoVerdict, &format!("the entry {} matches no file", quoted(entry)));
    }
}

fn without_files(settings: &Settings, sentence: &str, ledger: &mut Ledger) {
    if ledger.is_strict || !settings.fail_build_if_no_result_file {
        let sentence = format!("{sentence}, and no report is judged");
        ledger.fail_open(3, None, Verdict::NoVerdict, &sentence);
    } else {
        ledger.step(Verdict::Fail, format!("{sentence}, and fail_build_if_no_result_file is set"));
    }
}

fn empty(settings: &Settings, named: &Named<'_>, ledger: &mut Ledger) {
    if named.numbers.numbers.samples > 0 {
        return;
    }
    let is_filtered = settings.filter_regex.as_ref().is_some_and(|regex| !regex.trim().is_empty());
    let (case, why) = if is_filtered { (5, ", perhaps because filter_regex leaves none") } else { (4, "") };
    let sentence = format!("{} holds no sample{why}: 0 ms and 0.0 % errors", quoted(&named.name));
    ledger.fail_open(case, Some(Subject::report(&named.name)), Verdict::NoVerdict, &sentence);
}

fn excluded(settings: &Settings, named: &Named<'_>, ledger: &mut Ledger) {
    let report = named.numbers;
    if settings.exclude_response_time && report.numbers.errors > 0 && !is_summary(report.parser) {
        let sentence = format!("the failed samples of {} are left out of the sum and counted in its divisor", quoted(&named.name));
        ledger.remark(21, &sentence, "the sum is divided by the included samples");
    }
}

fn same_names(stored: &[Named<'_>], ledger: &mut Ledger) {
    let mut seen = BTreeSet::new();
    let mut told = BTreeSet::new();
    for Named { name, .. } in stored {
        if !seen.insert(name) && told.insert(name) {
            let sentence = format!("more than one file is called {}, so that the stored data of one is lost", quoted(name));
            ledger.remark(22, &sentence, "every one of them is judged");
        }
    }
}

/// Case 14: limits that nothing applies, and none at all.
pub fn settings(settings: &Settings, ledger: &mut Ledger) {
    let errors = [settings.error_failed_threshold, settings.error_unstable_threshold];
    let is_error = errors.into_iter().any(|limit| ErrorLimit::of(limit) != ErrorLimit::Off)
        || !settings.error_unstable_response_time_threshold.trim().is_empty();
    let is_relative = [
        settings.relative_failed_threshold_positive,
        settings.relative_failed_threshold_negative,
        settings.relative_unstable_threshold_positive,
        settings.relative_unstable_threshold_negative,
    ]
    .into_iter()
    .any(|limit| limit >= 0.0);
    let modes = [
        ("error mode", is_error, !settings.mode_evaluation && !settings.mode_of_threshold),
        ("relative mode", is_relative, !settings.mode_evaluation && settings.mode_of_threshold),
        ("expert mode", !settings.constraints.is_empty(), settings.mode_evaluation),
    ];
    for (mode, has_limits, is_on) in modes {
        if is_on && !has_limits {
            ledger.fail_open(14, None, Verdict::NoVerdict, &format!("the {mode} is on without any limit, so nothing can breach one"));
        } else if has_limits && !is_on {
            ledger.fail_open(
                14,
                None,
                Verdict::NoVerdict,
                &format!("limits of the {mode} are set, which is not on, so nothing looks at them"),
            );
        }
    }
}

/// What the readers noticed, unless the same case was told here with more.
pub fn cautions(collected: &Collected, ledger: &mut Ledger) {
    let told = ledger.cases.clone();
    for caution in collected.cautions.iter().filter(|caution| !told.contains(&caution.case)) {
        match caution.case {
            // Nothing to judge, or a configuration nobody can have meant.
            1..=6 | 10..=12 | 14 | 15 | 17 | 18 | 20 => ledger.fail_open(caution.case, None, Verdict::NoVerdict, &caution.sentence),
            case => ledger.remark(case, &caution.sentence, "the input is read as it is meant"),
        }
    }
}

/// The first few names, and how many more there are.
pub fn few(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|name| quoted(name)).collect();
    let more = names.len() - shown.len();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// Foreign text, cut to what a sentence can hold.
pub fn quoted(text: &str) -> String {
    if text.chars().nth(QUOTED_CHARS_MAX).is_none() {
        return text.to_string();
    }
    text.chars().take(QUOTED_CHARS_MAX).chain(['…']).collect()
}
