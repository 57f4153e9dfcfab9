//! `archive/`: the numbers of every label, and what the standard modes judged them by.

use super::escape::{element, xml};
use super::{WrittenFile, of_build};
use crate::jenkins::arithmetic::print_f64;
use crate::jenkins::gate::{ErrorLimit, Named, Pair, change_percent};
use crate::jenkins::names::key;
use crate::jenkins::{Numbers, Settings};
use std::fmt::Write;

const PROLOG: &str = "<?xml version=\"1.0\"?>\n<results>\n";

/// `standardResults.xml`: reports in reading order, their labels ascending.
pub fn standard(reports: &[Named<'_>]) -> WrittenFile {
    let mut text = PROLOG.to_string();
    for label in reports.iter().flat_map(|named| &named.numbers.labels) {
        let numbers = &label.numbers;
        text.push_str("\t<api>\n");
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "\t\t<{name}>{value}</{name}>");
        };
        line("uri", xml(&label.label));
        line("samples", numbers.samples.to_string());
        line("average", numbers.average_ms.to_string());
        line("min", numbers.min_ms.to_string());
        line("median", numbers.median_ms.to_string());
        line("ninetieth", numbers.percentiles_ms.p90.to_string());
        line("ninetyFifth", numbers.percentiles_ms.p95.to_string());
        line("max", numbers.max_ms.to_string());
        line("httpCode", xml(&numbers.http_codes.join(",")));
        line("errors", print_f64(numbers.error_percent));
        text.push_str("\t</api>\n");
    }
    of_build("archive/standardResults.xml", text + "</results>")
}

/// `dashBoard_<report name up to its first dot>.xml` of the error mode.
pub fn absolute(settings: &Settings, named: &Named<'_>) -> WrittenFile {
    let mut text = PROLOG.to_string();
    let percent = print_f64(named.numbers.numbers.error_percent);
    // As the plugin keeps them: between 0 and 100, or −1.
    let kept = |limit: f64| ErrorLimit::of(limit).at().unwrap_or(limit);
    let (unstable, failed) = (kept(settings.error_unstable_threshold), kept(settings.error_failed_threshold));
    let _ = write!(
        text,
        "<absoluteDefinition>\n\t<unstable>{unstable}</unstable>\n\t<failed>{failed}</failed>\n\t<calculated>{percent}</calculated>\n</absoluteDefinition>\n"
    );
    let all: Vec<(String, &Numbers)> = named.numbers.labels.iter().map(|label| (element(&key(&label.label)), &label.numbers)).collect();
    let line = |text: &mut String, name: &str, inner: &str, value: i64| {
        let _ = write!(text, "\t<{name}>\n\t\t<{inner}>{value}</{inner}>\n\t</{name}>\n");
    };
    text.push_str("<average>\n");
    all.iter().for_each(|(name, numbers)| line(&mut text, name, "currentBuildAvg", numbers.average_ms));
    text.push_str("</average>\n<median>\n");
    all.iter().for_each(|(name, numbers)| line(&mut text, name, "currentBuildMed", numbers.median_ms));
    text.push_str("</median>\n<percentile>\n");
    for (name, numbers) in &all {
        line(&mut text, name, "currentBuild90Line", numbers.percentiles_ms.p90);
        line(&mut text, name, "currentBuild95Line", numbers.percentiles_ms.p95);
    }
    text.push_str("</percentile>\n</results>");
    let stem = named.name.split('.').next().unwrap_or_default();
    of_build(format!("archive/dashBoard_{stem}.xml"), text)
}

/// `dashBoard_results.xml` of the relative mode: all three metrics, whichever is judged; none without a baseline.
pub fn relative(settings: &Settings, pairs: Option<&[Pair<'_>]>) -> WrittenFile {
    let build = if settings.compare_build_previous { "previous".to_string() } else { settings.nth_build_number.max(0).to_string() };
    let mut text = format!("{PROLOG}<relativeDefinition>\n\t<buildNum>{build}</buildNum>\n");
    let mut limits = |name: &str, negative: f64, positive: f64| {
        let (negative, positive) = (print_f64(negative), print_f64(positive));
        let _ = write!(text, "\t<{name}>\n\t\t<negative>{negative}</negative>\n\t\t<positive>{positive}</positive>\n\t</{name}>\n");
    };
    limits("unstable", settings.relative_unstable_threshold_negative, settings.relative_unstable_threshold_positive);
    limits("failed", settings.relative_failed_threshold_negative, settings.relative_failed_threshold_positive);
    text.push_str("</relativeDefinition>\n");
    if let Some(pairs) = pairs {
        section(&mut text, "average", "Avg", pairs, |numbers| numbers.average_ms);
        section(&mut text, "median", "Med", pairs, |numbers| numbers.median_ms);
        section(&mut text, "percentile", "90Line", pairs, |numbers| numbers.percentiles_ms.p90);
    }
    of_build("archive/dashBoard_results.xml", text + "</results>")
}

fn section(text: &mut String, name: &str, metric: &str, pairs: &[Pair<'_>], value: fn(&Numbers) -> i64) {
    let _ = writeln!(text, "<{name}>");
    for pair in pairs {
        let (before, after) = (value(&pair.before.numbers), value(&pair.after.numbers));
        let key = element(&key(&pair.after.label));
        let difference = print_f64(after as f64 - before as f64);
        let percent = print_f64(change_percent(before, after));
        let _ = write!(
            text,
            "\t<{key}>\n\t\t<previousBuild{metric}>{before}</previousBuild{metric}>\n\t\t<currentBuild{metric}>{after}</currentBuild{metric}>\n"
        );
        let _ = write!(
            text,
            "\t\t<relativeDiff>{difference}</relativeDiff>\n\t\t<relativeDiffPercent>{percent}</relativeDiffPercent>\n\t</{key}>\n"
        );
    }
    let _ = writeln!(text, "</{name}>");
}
