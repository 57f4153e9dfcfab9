//! Which thresholds can never match because an earlier one always does.

use crate::judge::Rule;
use crate::model::{Percentile, Statistic, Unit, metric};
use wildmatch::WildMatch;

/// Whether the earlier rule takes every series that the later one could.
pub fn covers(earlier: &Rule, later: &Rule) -> bool {
    let statistic = |rule: &Rule| rule.statistic.unwrap_or(Statistic::Percentile(Percentile::P50));
    // The first match wins for each kind apart, and a rule leaves out the series that it holds the others against.
    let left_out = earlier.against.as_ref().filter(|against| later.against.as_ref() != Some(*against));
    later.kinds().all(|kind| earlier.kinds().any(|taken| taken == kind))
        && left_out.is_none_or(|against| !WildMatch::new(&later.label).matches(against))
        && statistic(earlier) == statistic(later)
        && glob_covers(&earlier.suite, &later.suite)
        && glob_covers(&earlier.label, &later.label)
        && metric_covers(earlier.metric.as_deref(), later.metric.as_deref())
}

fn metric_covers(earlier: Option<&str>, later: Option<&str>) -> bool {
    match (earlier, later) {
        (None, None) => true,
        (Some(earlier), Some(later)) => glob_covers(earlier, later),
        (Some(earlier), None) => earlier == "*",
        // Without `metric` a rule takes the time-like metrics that are not auxiliary.
        (None, Some(later)) => metric::known(later).is_some_and(|known| known.unit == Unit::Ns) && !metric::is_auxiliary(later),
    }
}

/// Whether every text that the narrow glob matches is matched by the wide one: tried with the narrow one's `*` as nothing
/// and as more characters than the wide one could match without a `*` of its own.
fn glob_covers(wide: &str, narrow: &str) -> bool {
    const STRANGE: &str = "\u{1}";
    let glob = WildMatch::new(wide);
    let with_stars_as = |text: &str| glob.matches(&narrow.replace('?', STRANGE).replace('*', text));
    with_stars_as("") && with_stars_as(&STRANGE.repeat(wide.chars().count() + 1))
}

#[cfg(test)]
mod tests {
    use super::{glob_covers, metric_covers};

    fn check(wide: &str, narrow: &str, expected: bool) {
        assert_eq!(glob_covers(wide, narrow), expected, "{wide} covers {narrow}");
    }

    #[test]
    fn wider_globs_cover() {
        check("*", "*", true);
        check("*", "GET /", true);
        check("GET *", "GET /a*", true);
        check("a*c*", "abc?", true);
        check("a?c", "abc", true);
        check("abc", "abc", true);
    }

    #[test]
    fn narrower_or_other_globs_do_not() {
        check("GET /", "*", false);
        check("GET /a*", "GET *", false);
        check("?*", "*", false);
        check("a?", "a*", false);
        check("a??", "a?", false);
        check("abc", "abd", false);
    }

    #[test]
    fn a_rule_without_metric_takes_times() {
        assert!(metric_covers(None, Some("latency")));
        assert!(!metric_covers(None, Some("service_time")));
        assert!(!metric_covers(None, Some("bytes")));
        assert!(!metric_covers(None, Some("lat*")));
        assert!(metric_covers(Some("*"), None));
        assert!(!metric_covers(Some("latency"), None));
    }
}
