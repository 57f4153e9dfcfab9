//! The reports of a load test: numbers, histogram, picture.

use super::super::fixtures::load::load;
use super::super::{Style, by_name};
use super::{all, elements, render, style};

/// The report of the load fixture, as a snapshot.
fn check(name: &str, variant: &str, style: &Style) -> String {
    let text = render(by_name(name).unwrap(), style, &load());
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!(format!("{name}-load{variant}"), text.clone());
    });
    assert!(!text.contains('\u{1b}') && !text.contains("::error"), "{text}");
    text
}

#[test]
fn the_summary_shows_every_section() {
    let text = check("summary", "", &style());
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    for section in ["Summary", "Generator health", "Response time histogram", "Latency distribution", "Status code distribution"] {
        assert!(text.contains(&format!("\n{section}")), "{section}");
    }
}

#[test]
fn hist_counts_every_success_between_the_edges() {
    let counted = |text: &str| -> u64 {
        let rows = text.lines().filter(|line| line.starts_with('['));
        rows.map(|row| row.split(')').nth(1).unwrap().split_whitespace().next().unwrap().parse::<u64>().unwrap()).sum()
    };
    assert_eq!(counted(&check("hist", "", &style())), 970);
    let edges_ns = vec![2_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    assert_eq!(counted(&check("hist", "-edges", &Style { edges_ns, ..style() })), 970);
}

#[test]
fn hist_needs_the_single_times() {
    for fixture in all().iter().filter(|fixture| !fixture.runs.is_empty()) {
        let text = render(by_name("hist").unwrap(), &style(), fixture);
        assert!(text.starts_with("error: a histogram needs the single response times"), "{}: {text}", fixture.name);
    }
}

#[test]
fn plot_is_one_picture_without_script() {
    check("plot", "", &style());
    for fixture in all().into_iter().chain([load()]) {
        let text = render(by_name("plot").unwrap(), &style(), &fixture);
        if fixture.runs.is_empty() {
            assert!(text.starts_with("error: a plot of response times needs at least one request"), "{text}");
            continue;
        }
        let elements = elements(&text);
        assert_eq!(elements[0].0, "svg");
        assert!(!elements.iter().any(|(name, attributes)| name == "script" || name == "style" || attributes.contains_key("style")));
        assert!(!text.contains("NaN") && !text.contains("inf") && !text.contains('∞'), "{}: {text}", fixture.name);
    }
}
