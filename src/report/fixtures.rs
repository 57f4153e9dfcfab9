//! The outcomes on which every report is proved, and the requests for those that take samples.

pub mod load;

use super::{Entry, Style, facts};
use crate::model::{
    BaselineFacts, BaselineKind, Better, Environment, Evidence, Finding, FindingKind, LoadFacts, LoadModel, Note, Outcome, Percentile,
    Place, Request, Run, Sample, Series, SeriesKey, Statistic, SuiteOutcome, Summary, Unit, Verdict, metric,
};
use crate::output::{OutputError, Report};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

/// An outcome with the recordings it rests on.
pub struct Fixture {
    pub name: &'static str,
    pub outcome: Outcome,
    pub runs: Vec<Run>,
}

/// 2026-11-23T10:00:00Z.
const STARTED_NS: u64 = 1_795_428_000_000_000_000;

/// A label that tries to break out of every place it is put in.
pub const HOSTILE: &str = "GET /?a=1|2&b=<img>\n::error::\u{1b}[31mred\u{1b}[0m ##[group] `x` @team --> \"q\", \u{7}\u{202e}";

pub fn all() -> Vec<Fixture> {
    vec![pass(), fail(), unstable(), no_verdict(), first_use(), hostile(), quarantine()]
}

fn committed() -> BaselineFacts {
    BaselineFacts {
        kind: BaselineKind::Committed,
        path: Some("baselines/small-runner/hello.json".into()),
        commit: Some("1a2b3c4d5e6f7a8b9c0d".into()),
        accepted_ns: Some(STARTED_NS - 3 * 86_400_000_000_000),
        runs: 5,
        environments: vec!["small-runner".into()],
        drift: Vec::new(),
        ..BaselineFacts::default()
    }
}

/// A judged latency that passed at +5 % / +10 %.
fn finding(suite: &str, label: &str) -> Finding {
    Finding {
        suite: suite.into(),
        key: SeriesKey::new(label, metric::LATENCY),
        kind: FindingKind::Relative,
        statistic: Some(Statistic::Percentile(Percentile::P95)),
        unit: Unit::Ns,
        better: Better::Lower,
        verdict: Verdict::Pass,
        threshold: "+10%".into(),
        before: Some(20_600_000.0),
        after: Some(20_812_000.0),
        change_percent: Some(1.03),
        interval_percent: Some((-0.4, 2.5)),
        detectable_percent: Some(6.2),
        pairs_used: None,
        samples: 5000,
        sentence: format!("{label} p95 latency is 20.8 ms, was 20.6 ms (+1.0%, 95% interval -0.4% to +2.5%); the limit is +10%"),
        reproduce: format!("neverslower run {suite}"),
        quarantined: None,
        confirmation: None,
        place: Some(Place { path: "neverslower.toml".into(), line: 41 }),
    }
}

fn slow(suite: &str, label: &str) -> Finding {
    Finding {
        verdict: Verdict::Fail,
        after: Some(41_230_000.0),
        change_percent: Some(100.1),
        interval_percent: Some((92.3, 108.4)),
        sentence: format!("{label} p95 latency rose from 20.6 ms to 41.2 ms (+100%, 95% interval +92.3% to +108%); the limit is +10%"),
        ..finding(suite, label)
    }
}

fn suite(name: &str, baseline: BaselineFacts, findings: Vec<Finding>) -> SuiteOutcome {
    SuiteOutcome {
        suite: name.into(),
        verdict: findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Pass),
        compared: if baseline.kind == BaselineKind::None { 0 } else { findings.len() as u64 },
        baseline,
        findings,
        new: Vec::new(),
        missing: Vec::new(),
        notes: Vec::new(),
        duration_ns: 12_340_000_000,
    }
}

fn series(label: &str) -> Series {
    let percentiles = Percentile::STANDARD.into_iter().zip([19.8e6, 20.4e6, 20.812e6, 22.9e6, 30.25e6]).collect();
    let ok = Summary {
        count: 4997,
        errors: 0,
        mean: Some(19_912_345.5),
        stddev: Some(1_203_000.0),
        min: Some(17_000_000.0),
        max: Some(31_000_000.0),
        percentiles,
        throughput: None,
        precision: Some(0.001),
    };
    Series {
        key: SeriesKey::new(label, metric::LATENCY),
        unit: Unit::Ns,
        better: Better::Lower,
        evidence: Evidence::Samples,
        summary: Summary { count: 5000, errors: 3, throughput: Some(499.7), ..ok.clone() },
        summary_ok: Some(ok),
        distribution: Default::default(),
        error_kinds: [("http-5xx".to_string(), 3)].into(),
    }
}

fn run(suite: &str, labels: &[&str]) -> Run {
    Run {
        suite: suite.into(),
        started_ns: Some(STARTED_NS),
        duration_ns: 12_340_000_000,
        commit: Some("0f1e2d3c4b5a".into()),
        environment: Environment { key: "small-runner".into(), ..Environment::default() },
        series: labels.iter().map(|label| (SeriesKey::new(*label, metric::LATENCY), series(label))).collect(),
        ..Run::default()
    }
}

/// Two suites, fourteen series, all well.
fn pass() -> Fixture {
    let sizes: Vec<_> = (1..=12).map(|size| format!("concat/buffer/{}", size * 10)).collect();
    let concat = sizes.iter().map(|label| Finding {
        key: SeriesKey::new(label, metric::TIME),
        statistic: Some(Statistic::Percentile(Percentile::P50)),
        before: Some(1234.5),
        after: Some(1230.0),
        change_percent: Some(-0.36),
        ..finding("concat", label)
    });
    let hello = vec![finding("hello", "GET /"), finding("hello", "GET /slow")];
    let suites = vec![suite("concat", committed(), concat.collect()), suite("hello", committed(), hello)];
    let labels: Vec<_> = sizes.iter().map(String::as_str).collect();
    Fixture { name: "pass", outcome: Outcome::of(suites), runs: vec![run("concat", &labels), run("hello", &["GET /", "GET /slow"])] }
}

/// One endpoint is slower: a regression limit and a service level of it are crossed, and one series is gone.
fn fail() -> Fixture {
    let level = Finding {
        kind: FindingKind::Absolute,
        statistic: Some(Statistic::Percentile(Percentile::P95)),
        threshold: "30ms".into(),
        before: None,
        change_percent: None,
        interval_percent: None,
        detectable_percent: None,
        sentence: "GET / p95 latency is 41.2 ms; the limit is 30ms".into(),
        place: Some(Place { path: "neverslower.toml".into(), line: 52 }),
        ..slow("hello", "GET /")
    };
    let gone = Finding {
        kind: FindingKind::Missing,
        verdict: Verdict::Unstable,
        statistic: None,
        threshold: String::new(),
        after: None,
        before: None,
        change_percent: None,
        interval_percent: None,
        samples: 0,
        sentence: "GET /old is in the baseline and was not measured; accept the run if it is meant to be gone".into(),
        place: None,
        ..finding("hello", "GET /old")
    };
    let judged = vec![finding("hello", "GET /fast"), slow("hello", "GET /"), level, gone];
    let mut hello = suite("hello", committed(), judged);
    hello.missing = vec![SeriesKey::new("GET /old", metric::LATENCY)];
    hello.new = vec![SeriesKey::new("GET /new", metric::LATENCY)];
    hello.baseline.drift = vec![("kernel".into(), "6.8.0".into(), "6.11.2".into())];
    let suites = vec![suite("concat", committed(), vec![finding("concat", "concat/join/1000")]), hello];
    let mut outcome = Outcome::of(suites);
    outcome.notes =
        vec![Note { path: Some("out/results.jtl".into()), line: Some(7), text: "older than the start of the tool: not read".into() }];
    let mut hello = run("hello", &["GET /", "GET /fast", "GET /new"]);
    hello.load = Some(LoadFacts {
        model: LoadModel::Open,
        connections: 50,
        planned: 5000,
        completed: 4997,
        failed: 3,
        unsent: 0,
        rate_planned: Some(500.0),
        rate_achieved: Some(499.9),
        late: 1,
        max_lag_ns: 10_000_000,
        reconnects: 0,
        client_cpu_ns: Some(900_000_000),
        measured_ns: 10_000_000_000,
        schedule: None,
        transport: None,
    });
    Fixture { name: "fail", outcome, runs: vec![run("concat", &["concat/join/1000"]), hello] }
}

/// Errors between the two limits, hidden from the exit code.
fn unstable() -> Fixture {
    let errors = Finding {
        kind: FindingKind::ErrorRate,
        statistic: Some(Statistic::ErrorRate),
        verdict: Verdict::Unstable,
        threshold: "1%".into(),
        before: Some(0.0002),
        after: Some(0.0204),
        change_percent: None,
        interval_percent: None,
        detectable_percent: None,
        sentence: "GET / failed in 102 of 5000 requests (2.0%); the limit is 1%".into(),
        ..finding("hello", "GET /")
    };
    let mut outcome = Outcome::of(vec![suite("hello", committed(), vec![errors, finding("hello", "GET /")])]);
    outcome.exit_code = 0;
    Fixture { name: "unstable", outcome, runs: vec![run("hello", &["GET /"])] }
}

/// A server that never answered, after an interrupt.
fn no_verdict() -> Fixture {
    let dead = Finding {
        key: SeriesKey::new("", ""),
        kind: FindingKind::Suite,
        statistic: None,
        verdict: Verdict::NoVerdict,
        threshold: String::new(),
        before: None,
        after: None,
        change_percent: Some(f64::NAN),
        interval_percent: None,
        detectable_percent: None,
        samples: 0,
        sentence: "the server did not answer within 30 s at http://127.0.0.1:4000/; its log is perf-results/logs/hello.log".into(),
        place: Some(Place { path: "neverslower.toml".into(), line: 12 }),
        ..finding("hello", "")
    };
    let mut elsewhere = committed();
    elsewhere.kind = BaselineKind::OtherEnvironment;
    let mut outcome = Outcome::of(vec![suite("hello", elsewhere, vec![Finding { change_percent: None, ..dead }])]);
    outcome.partial = true;
    outcome.suites[0].compared = 0;
    Fixture { name: "no verdict", outcome, runs: Vec::new() }
}

/// Nothing compared yet, one suite with a limit within the run, one without any.
fn first_use() -> Fixture {
    let within = Finding {
        kind: FindingKind::WithinRun,
        threshold: "-50%".into(),
        change_percent: Some(-81.2),
        interval_percent: Some((-82.0, -80.3)),
        sentence: "concat/buffer takes 81.2% less time than concat/plus; at least 50% less is asked".into(),
        ..finding("concat", "concat/buffer/10000")
    };
    let suites = vec![suite("concat", BaselineFacts::default(), vec![within]), suite("hello", BaselineFacts::default(), Vec::new())];
    let mut outcome = Outcome::of(suites);
    assert!(facts::is_first_use(&outcome));
    outcome.next_steps = vec!["neverslower accept".into(), "NEVERSLOWER_DEMO=slow neverslower run hello".into()];
    Fixture { name: "first use", outcome, runs: vec![run("hello", &["GET /"])] }
}

/// Foreign text everywhere, more findings than are told, numbers that are none.
fn hostile() -> Fixture {
    let mut findings = vec![slow("a<b>&\"c\"", HOSTILE), slow("a<b>&\"c\"", HOSTILE)];
    findings.push(Finding { after: Some(f64::INFINITY), change_percent: Some(f64::NAN), ..slow("a<b>&\"c\"", "::stop-commands::x") });
    findings.push(Finding {
        unit: Unit::Other("a|b\u{1b}[1m".into()),
        threshold: "<script>".into(),
        ..slow("a<b>&\"c\"", &"long ".repeat(40))
    });
    findings.extend((0..10).map(|number| slow("a<b>&\"c\"", &format!("GET /{number}"))));
    let mut suite = suite("a<b>&\"c\"", committed(), findings);
    suite.notes = (0..8).map(|n| Note::text(format!("::warning::{n} {HOSTILE}"))).collect();
    Fixture { name: "hostile", outcome: Outcome::of(vec![suite]), runs: vec![run("a<b>&\"c\"", &[HOSTILE])] }
}

/// A failure in quarantine, slow creep against a pinned run, and an improvement that nobody should believe.
fn quarantine() -> Fixture {
    let lowered = Finding {
        verdict: Verdict::Pass,
        quarantined: Some("the disk is being replaced".into()),
        sentence: "GET /slow p95 rose from 20.6 ms to 41.2 ms (+100%), limit +10%; beyond the noise of 9 accepted runs; FAIL without \
                   its quarantine until 2026-12-31: the disk is being replaced"
            .into(),
        ..slow("hello", "GET /slow")
    };
    let crept = Finding {
        kind: FindingKind::Pinned,
        verdict: Verdict::Unstable,
        sentence: "GET / p95 rose from 19.6 ms to 20.8 ms (+6.18%) against the run pinned on 2026-08-01 (commit 1a2b3c4d5e), limit +5%; \
                   beyond the noise of 9 accepted runs"
            .into(),
        threshold: "+5%".into(),
        before: Some(19_600_000.0),
        change_percent: Some(6.18),
        ..finding("hello", "GET /")
    };
    let too_fast = Finding {
        kind: FindingKind::TooFast,
        verdict: Verdict::Unstable,
        sentence: "GET /fast p95 fell from 20.6 ms to 0.41 ms (-98%), better by more than -90%: a benchmark so much faster is usually \
                   broken (errors, empty work); look at what it does, and accept it if that is right"
            .into(),
        threshold: "-90%".into(),
        after: Some(410_000.0),
        change_percent: Some(-98.0),
        interval_percent: None,
        detectable_percent: None,
        ..finding("hello", "GET /fast")
    };
    let outcome = Outcome::of(vec![suite("hello", committed(), vec![lowered, finding("hello", "GET /"), crept, too_fast])]);
    Fixture { name: "quarantine", outcome, runs: vec![run("hello", &["GET /", "GET /fast", "GET /slow"])] }
}

/// Requests as sources tell them: plain, with every phase, failed in both ways, hostile.
pub fn requests() -> Vec<Request<'static>> {
    let plain = Request {
        label: "GET /",
        start_ns: Some(STARTED_NS + 1_999_999),
        latency_ns: 20_499_999,
        code: "200",
        message: "OK",
        ..Request::default()
    };
    let full = Request {
        label: "home, \"quoted\"",
        latency_ns: 20_500_000,
        service_time_ns: Some(15_500_000),
        connect_ns: Some(1_200_000),
        first_byte_ns: Some(10_000_000),
        bytes_in: Some(u64::MAX),
        bytes_out: Some(120),
        thread: "hello 1-7",
        url: "http://127.0.0.1:4000/?a=1,2&b=<c>",
        ..plain.clone()
    };
    let failed = Request {
        code: "503",
        message: "Service Unavailable",
        error: Some("http-5xx"),
        error_detail: "overloaded, \"try\" later",
        ..plain.clone()
    };
    let refused = Request { code: "", message: "", error: Some("connect"), error_detail: "connection refused", ..plain.clone() };
    let late = Request { code: "0", message: "ignored", error: Some("timeout-response"), latency_ns: 30_000_000_000, ..plain.clone() };
    let controller = Request { message: "Number of samples in transaction : 3, number of failing samples : 0", ..plain.clone() };
    let foreign = Request { label: HOSTILE, url: HOSTILE, thread: "é 1-1", ..plain.clone() };
    vec![plain, full, failed, refused, late, controller, foreign]
}

/// What a report writes of these samples and this outcome.
pub fn written(entry: &Entry, style: &Style, samples: &[Sample<'_>], report: &Report<'_>) -> Result<String, OutputError> {
    let bytes = Rc::new(RefCell::new(Vec::new()));
    let mut output = (entry.open)(Box::new(Bytes(Rc::clone(&bytes))), style);
    for sample in samples {
        output.sample(sample)?;
    }
    output.outcome(report)?;
    Ok(String::from_utf8(bytes.take()).unwrap())
}

struct Bytes(Rc<RefCell<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
