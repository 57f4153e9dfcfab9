//! Two stored runs, split at a zero byte: the second, read twice as repetitions, is stored, compared with the first and judged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neverslower::baseline;
use neverslower::compare::compare;
use neverslower::format;
use neverslower::judge::{Attempts, Limit, Policy, Rule, Statistics, UnknownEnvironment, judge};
use neverslower::model::{Run, Statistic, StoredRun};
use neverslower::record::{Keep, Recorder};
use neverslower::source::Input;

fn read(texts: &[&[u8]]) -> Option<Run> {
    let mut recorder = Recorder::new(Keep::Exact);
    for text in texts {
        format::read(&Input::bytes("fuzz", text), Some("run"), &mut recorder).ok()?;
        recorder.end_repetition();
    }
    Some(recorder.finish("fuzz"))
}

fn rule(statistic: Option<Statistic>, limit: Limit, of: Attempts) -> Rule {
    Rule { metric: Some("*".to_string()), statistic, fail: Some(limit), of, ..Rule::everywhere() }
}

fn policy(statistics: Statistics, against: String) -> Policy {
    let relative = |change: f64| Limit::Relative { change, text: String::new() };
    let absolute = |value: f64| Limit::Absolute { value, text: String::new() };
    let p99 = "p99".parse().ok();
    let rules = vec![
        rule(Some(Statistic::ErrorRate), absolute(0.01), Attempts::Ok),
        rule(Some(Statistic::ErrorRate), relative(0.0), Attempts::Ok),
        rule(None, relative(0.05), Attempts::Ok),
        rule(None, absolute(1e6), Attempts::Ok),
        rule(p99, relative(0.1), Attempts::All),
        rule(p99, absolute(1e6), Attempts::Ok),
        rule(Some(Statistic::Mean), relative(0.1), Attempts::Ok),
        rule(Some(Statistic::Throughput), relative(-0.1), Attempts::Ok),
        Rule { against: Some(against), ..rule(None, relative(-0.5), Attempts::Ok) },
    ];
    let unknown_environment = UnknownEnvironment::Unstable;
    Policy {
        rules,
        statistics,
        unknown_environment,
        require_baseline: false,
        expect: Vec::new(),
        measured_noise: None,
        reproduce: String::new(),
        quarantine: Vec::new(),
        now_ns: 0,
        is_selection: false,
    }
}

fuzz_target!(|data: &[u8]| {
    let mut texts = data.split(|byte| *byte == 0);
    let (Some(before), Some(after)) = (texts.next().and_then(|text| read(&[text])), texts.next()) else { return };
    let Some(run) = read(&[after, after]).or_else(|| read(&[after])) else { return };
    let stored = serde_json::to_vec(&StoredRun::from_run(&run)).expect("a run can be written");
    let again = read(&[&stored]).expect("a stored run can be read");
    assert_eq!(again.series.len(), run.series.len());
    let before = baseline::from_runs("fuzz".to_string(), vec![before.clone(), before], &run.environment);
    let against = run.series.keys().next().map(|key| key.label.clone()).unwrap_or_default();
    for statistics in [Statistics::Sound, Statistics::Plain] {
        let policy = policy(statistics, against.clone());
        let outcome = judge(&compare(&before, run.clone(), &policy.asked()), &policy);
        for finding in &outcome.findings {
            let numbers = [finding.before, finding.after, finding.change_percent, finding.detectable_percent];
            assert!(numbers.into_iter().flatten().all(|number| !number.is_nan()), "{finding:?}");
        }
    }
});
