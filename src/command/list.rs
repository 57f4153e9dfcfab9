//! `list WHAT`: the tables the program runs on, for people and `cut`: a name, two spaces or more, a description.

use crate::cli::{EXIT_CODES, ListWhat};
use crate::config::Tables;
use crate::model::{STATISTIC_WORDS, metric};

/// What thresholds can ask for, and how it is written.
const THRESHOLDS: &[(&str, &str)] = &[
    ("error rate", "statistic = \"error rate\", fail = \"3%\": failed attempts out of all"),
    ("absolute", "fail = \"250ms\": a value, in the unit of its series"),
    ("relative", "fail = \"+10%\": a change against the baseline"),
    ("within-run", "against = \"other label\", fail = \"-50%\": a change against another series of the same run"),
];

/// One table as text, with a newline after each row.
pub fn render(what: ListWhat, tables: &Tables<'_>) -> String {
    match what {
        ListWhat::Formats => rows(tables.formats.iter().copied()),
        ListWhat::Reports => rows(tables.reports.iter().copied()),
        ListWhat::Thresholds => rows(THRESHOLDS.iter().copied()),
        ListWhat::Statistics => rows(STATISTIC_WORDS.iter().copied()),
        ListWhat::Metrics => metrics(),
        ListWhat::ExitCodes => {
            let texts: Vec<(&str, String)> =
                EXIT_CODES.iter().map(|(code, verdict, about)| (*code, format!("{verdict:<12}{about}"))).collect();
            rows(texts.iter().map(|(code, text)| (*code, text.as_str())))
        }
    }
}

fn metrics() -> String {
    let texts: Vec<(&str, String)> =
        metric::KNOWN.iter().map(|known| (known.name, format!("{:<12}{}", known.unit.as_str(), known.about))).collect();
    rows(texts.iter().map(|(name, text)| (*name, text.as_str())))
}

fn rows<'a>(table: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> String {
    let width = table.clone().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    table.map(|(name, about)| format!("{name:<width$}  {about}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::cli::{EXIT_CODES, ListWhat};
    use crate::config::Tables;
    use crate::model::{STATISTIC_WORDS, Statistic, Verdict, metric};

    const TABLES: Tables<'_> =
        Tables { formats: &[("jtl", "JMeter"), ("vegeta-json", "vegeta encode")], reports: &[("junit", "JUnit XML")] };

    fn check(what: ListWhat, expected: &str) {
        assert!(render(what, &TABLES).contains(expected), "{}", render(what, &TABLES));
    }

    #[test]
    fn tables_are_aligned() {
        check(ListWhat::Formats, "jtl          JMeter\nvegeta-json  vegeta encode\n");
        check(ListWhat::Reports, "junit  JUnit XML\n");
        check(ListWhat::Metrics, "latency              ns          request: intended start to last byte\n");
        check(ListWhat::ExitCodes, "3        unstable    crossed at");
        check(ListWhat::Thresholds, "within-run  against");
    }

    #[test]
    fn the_codes_shown_are_those_of_the_verdicts() {
        for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Unstable, Verdict::NoVerdict] {
            let shown = EXIT_CODES.iter().find(|(_, name, _)| *name == verdict.as_str()).map(|(code, _, _)| code.to_string());
            assert_eq!(shown, Some(verdict.exit_code().to_string()));
        }
    }

    #[test]
    fn every_word_shown_is_understood() {
        for (word, _) in STATISTIC_WORDS {
            assert_eq!(word.parse::<Statistic>().map(|statistic| statistic.to_string()), Ok(word.to_string()));
        }
        for known in metric::KNOWN {
            assert!(metric::known(known.name).is_some() && !known.about.is_empty());
        }
    }
}
