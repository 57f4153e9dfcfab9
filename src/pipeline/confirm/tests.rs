use super::{Again, confirmed, is_open};
use crate::judge;
use crate::model::{SeriesKey, SuiteOutcome, Verdict};

/// An outcome with one finding for each letter: `F`, `U`, `P`, `N` (no verdict), `-` (the series did not come); `!` is a
/// measurement that could not be made, `V` one that is void as a whole.
fn outcome(letters: &str) -> Again {
    if letters == "!" {
        return Err("the server died".to_string());
    }
    let base = judge::no_verdict("shop", "none of 5 requests got an answer", "again");
    if letters == "V" {
        return Ok(base);
    }
    let verdict = |letter: char| match letter {
        'F' => Some(Verdict::Fail),
        'U' => Some(Verdict::Unstable),
        'P' => Some(Verdict::Pass),
        'N' => Some(Verdict::NoVerdict),
        _ => None,
    };
    let finding = |(index, letter): (usize, char)| {
        let mut finding = base.findings[0].clone();
        finding.key = SeriesKey::new(format!("label {index}"), "latency");
        finding.verdict = verdict(letter)?;
        finding.sentence = letter.to_string();
        Some(finding)
    };
    let findings: Vec<_> = letters.chars().enumerate().filter_map(finding).collect();
    let verdict = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Pass);
    Ok(SuiteOutcome { verdict, findings, duration_ns: 5, ..base })
}

/// The first measurement, those after it, and what is made of all of them.
fn check(first: &str, again: &[&str], verdict: Verdict, expected: &str) {
    let found = confirmed(outcome(first).unwrap(), again.iter().map(|letters| outcome(letters)).collect());
    let told = found.findings.iter().map(|finding| {
        let counted = finding.confirmation.map_or(String::new(), |counted| format!(" {}/{}", counted.failed, counted.measured));
        format!("{}{counted}", finding.verdict)
    });
    assert_eq!((told.collect::<Vec<_>>().join(", ").as_str(), found.verdict), (expected, verdict), "{first} {again:?}");
}

#[test]
fn only_what_fails_every_time_stays_a_failure() {
    check("F", &[], Verdict::Fail, "fail");
    check("F", &["F"], Verdict::Fail, "fail 2/2");
    check("F", &["P"], Verdict::Unstable, "unstable 1/2");
    check("F", &["U"], Verdict::Unstable, "unstable 1/2");
    check("F", &["F", "P"], Verdict::Unstable, "unstable 2/3");
    check("F", &["F", "F"], Verdict::Fail, "fail 3/3");
    check("FFP", &["FPP"], Verdict::Fail, "fail 2/2, unstable 1/2, pass");
}

#[test]
fn what_fails_only_when_measured_again_is_told_too() {
    check("FP", &["FF"], Verdict::Fail, "fail 2/2, unstable 1/2");
    check("FU", &["PP"], Verdict::Unstable, "unstable 1/2, unstable");
    check("F-", &["PF"], Verdict::Unstable, "unstable 1/2, unstable 1/1");
}

/// Nobody gets away with a failure because the second measurement broke.
#[test]
fn a_measurement_that_could_not_be_made_clears_nothing() {
    check("F", &["!"], Verdict::Fail, "fail 1/1");
    check("F", &["V"], Verdict::Fail, "fail 1/1");
    check("F", &["N"], Verdict::Fail, "fail 1/1");
    check("F", &["-"], Verdict::Fail, "fail 1/1");
    check("F", &["!", "F"], Verdict::Fail, "fail 2/2");
    check("F", &["!", "P"], Verdict::Unstable, "unstable 1/2");
    check("FN", &["PF"], Verdict::NoVerdict, "unstable 1/2, no-verdict");
    let found = confirmed(outcome("F").unwrap(), vec![outcome("!"), outcome("V")]);
    let notes: Vec<_> = found.notes.iter().map(|note| note.text.as_str()).collect();
    let void = "measured again without a verdict: ";
    assert_eq!(notes, [format!("{void}the server died"), format!("{void}none of 5 requests got an answer")]);
}

#[test]
fn the_sentence_counts() {
    let sentence = |again: &str| confirmed(outcome("F").unwrap(), vec![outcome(again)]).findings[0].sentence.clone();
    assert_eq!(sentence("F"), "F; failed in 2 of 2 measurements");
    assert_eq!(sentence("P"), "F; failed in 1 of 2 measurements");
    assert_eq!(sentence("!"), "F; failed in 1 of 1 measurement");
}

#[test]
fn measuring_again_ends_when_nothing_failed_every_time() {
    let open =
        |first: &str, again: &[&str]| is_open(&outcome(first).unwrap(), &again.iter().map(|letters| outcome(letters)).collect::<Vec<_>>());
    assert!(open("F", &[]) && open("F", &["F"]) && open("FF", &["FP"]) && open("F", &["!"]));
    assert!(!open("P", &[]) && !open("U", &[]) && !open("N", &[]) && !open("F", &["P"]) && !open("F", &["F", "U"]));
}
