use super::{parse, refuses};
use crate::config::error::Document;
use crate::config::quarantine::check_days;
use crate::judge::Quarantine;

/// 2026-12-31T00:00:00Z.
const LAST_DAY_NS: u64 = 1_798_675_200_000_000_000;
const DAY_NS: u64 = 86_400_000_000_000;

#[test]
fn an_entry_holds_until_its_day_is_over() {
    let text = "[[threshold]]\nfail = '+5%'\n[[quarantine]]\nlabel = 'GET /*'\nreason = 'flaky'\nuntil = '2026-12-31'";
    let found = parse(text).unwrap().quarantine.remove(0).into_inner();
    let Quarantine { suite, label, metric, reason, until_ns, until, place } = found;
    assert_eq!([suite, label, metric, reason, until], ["*", "GET /*", "*", "flaky", "2026-12-31"]);
    assert_eq!((until_ns, place.unwrap().line), (LAST_DAY_NS + DAY_NS, 3));
}

/// A mistake in the last line of an entry.
fn line(before: &str, line: &str, column: usize, width: usize, message: &str) {
    let number = before.lines().count() + 2;
    let expected = format!("n.toml:{number}:{column}: {message}\n{number} | {line}\n  | {}{}", " ".repeat(column - 1), "^".repeat(width));
    refuses(&format!("[[quarantine]]\n{before}{line}"), &expected);
}

/// An entry as a whole is wrong.
fn entry(text: &str, message: &str) {
    refuses(&format!("[[quarantine]]\n{text}"), &format!("n.toml:1:1: {message}\n1 | [[quarantine]]\n  | ^^^^^^^^^^^^^^"));
}

#[test]
fn reason_and_day_are_asked_for() {
    entry(
        "reason = 'x'\nuntil = '2026-12-31'",
        "expected at least one of `suite`, `label` and `metric`: what is in quarantine, found none",
    );
    entry("label = 'x'\nuntil = '2026-12-31'", "expected `reason` in [[quarantine]], found none");
    entry("label = 'x'\nreason = 'x'", "expected `until`: the last day of the quarantine, such as `2026-12-31`, found none");
    line("label = 'x'\n", "reason = ''", 10, 2, "expected a text that is not empty for `reason`, found `''`");
    for wrong in ["2026-02-30", "31.12.2026", "2026-12-31T10:00", "tomorrow", "+02026-1-1"] {
        let message = format!("expected a day such as `2026-12-31`, found `{wrong}`");
        line("label = 'x'\nreason = 'x'\n", &format!("until = '{wrong}'"), 10, wrong.len(), &message);
    }
}

#[test]
fn nothing_is_in_quarantine_for_ever() {
    let text = "[[quarantine]]\nlabel = 'x'\nreason = 'x'\nuntil = '2026-12-31'";
    let entries = parse(text).unwrap().quarantine;
    let check = |now_ns: u64| check_days(&entries, Document::file("n.toml", text), now_ns);
    // Long over is no mistake of the file: the gate says so.
    assert_eq!(check(u64::MAX), Ok(()));
    assert_eq!(check(LAST_DAY_NS - 366 * DAY_NS), Ok(()));
    let error = check(LAST_DAY_NS - 366 * DAY_NS - 1).unwrap_err().to_string();
    let expected = "n.toml:4:9: expected a day at most 366 days ahead, found `'2026-12-31'`; a quarantine ends; whoever needs it longer \
                    says so again\n4 | until = '2026-12-31'\n  |         ^^^^^^^^^^^^";
    assert_eq!(error, expected);
}
