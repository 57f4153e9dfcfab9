use crate::format::read;
use crate::model::{Run, SeriesKey, metric};
use crate::record::{Keep, Recorder};
use crate::source::Input;

fn run(text: &str) -> Result<Run, String> {
    let mut recorder = Recorder::new(Keep::Exact);
    read(&Input::bytes("x.jtl", text), Some("jtl-csv"), &mut recorder).map_err(|error| error.to_string())?;
    Ok(recorder.finish("suite"))
}

/// Count, errors, smallest and largest latency in ms of label `a`, whether the run is partial, and the notes.
fn check(text: &str, want: (u64, u64, f64, f64), is_partial: bool, notes: &[&str]) {
    let run = run(text).unwrap();
    let latency = &run.series[&SeriesKey::new("a", metric::LATENCY)].summary;
    let got = (latency.count, latency.errors, latency.min.unwrap() / 1e6, latency.max.unwrap() / 1e6);
    assert_eq!((got, run.partial), (want, is_partial), "{text:?} {:?}", run.notes);
    let texts: Vec<String> = run.notes.iter().map(|note| format!("{} {}", note.line.unwrap_or(0), note.text)).collect();
    assert_eq!(texts.len(), notes.len(), "{texts:?}");
    assert!(texts.iter().zip(notes).all(|(text, note)| text.starts_with(note)), "{texts:?}");
}

fn check_error(text: &str, want: &str) {
    assert_eq!(run(text).unwrap_err(), want, "{text:?}");
}

#[test]
fn takes_any_order_and_delimiter() {
    let want = (2, 1, 5.0, 7.0);
    check("timeStamp,elapsed,label,success\n1700000000000,5,a,true\n1700000000001,7,a,false\n", want, false, &[]);
    check("success;LABEL;Elapsed;timestamp\ntrue;a;5;1700000000000\nfalse;a;7;1700000000001\n", want, false, &[]);
    check("elapsed\ttimeStamp\tlabel\tresponseCode\n5\t1\ta\t200\n7\t1\ta\t503\n", want, false, &[]);
    check("label|elapsed|timeStamp|success|\"traceId\"\na|5|1|TRUE|x\na|7|1|False|\n", want, false, &[]);
    check("1700000000000,5,a,200,OK,t 1-1,text,true\n1700000000000,7,a,200,OK,t 1-1,text,false\n", want, false, &[]);
}

#[test]
fn without_a_header_the_number_of_columns_tells_the_version() {
    let check = |row: &str, metrics: &[&str]| {
        let run = run(&format!("1700000000000,5,a,200,OK,t 1-1,text,true{row}\n")).unwrap();
        assert_eq!(run.series.keys().map(|key| key.metric.as_str()).collect::<Vec<_>>(), metrics, "{row}");
    };
    check("", &["latency"]);
    check(",160,1,1,4", &["bytes_in", "first_byte", "latency"]);
    check(",,160,118,1,1,http://127.0.0.1/,4,0,2", &["bytes_in", "connect", "first_byte", "latency"]);
    check(",,160,118,1,1,4", &["latency"]);
}

#[test]
fn recovers_with_a_note() {
    const HEAD: &str = "timeStamp,elapsed,label,responseCode,responseMessage,success\n";
    let check = |rows: &str, want, is_partial, notes: &[&str]| check(&format!("{HEAD}{rows}"), want, is_partial, notes);
    check(&format!("1,5,a,200,,true\n{HEAD}1,7,a,200,,true\n"), (2, 0, 5.0, 7.0), false, &["3 a repeated header"]);
    check("1,5,a,200,,true\n1,7,a,2", (1, 0, 5.0, 5.0), true, &["3 the last row is cut"]);
    check("1,5,a,200,,true\n1,7,\"a", (1, 0, 5.0, 5.0), true, &["3 the last row is cut"]);
    check("1,5,a,200,,true\n1,7,a,200,,true", (2, 0, 5.0, 7.0), false, &["3 the input ends without a line break"]);
    check("none,5,a,200,,true\n2026/01/31 12:00:00.123,7,a,200,,true\n", (2, 0, 5.0, 7.0), false, &["2 a timestamp that is not"]);
    check("1,5,a,200,,true\n1,-3,a,200,,true\n", (1, 0, 5.0, 5.0), false, &["3 a negative elapsed time"]);
    check("1,2.5,a,200,,true\n", (1, 0, 2.5, 2.5), false, &[]);
    check(
        "1,5,a,200,,true\n1,9,b,200,\"Number of samples in transaction : 1, number of failing samples : 0\",true\n",
        (1, 0, 5.0, 5.0),
        false,
        &["3 a transaction controller's row"],
    );
    check("1,5,a,200,,true\n1,x,a,200,,true\n", (1, 0, 5.0, 5.0), true, &["0 too many unreadable rows", "3 a row that cannot be read"]);
    let many: String = (0..100).map(|_| "1,5,a,200,,true\n").collect();
    check(&format!("{many}1,7,a\n"), (100, 0, 5.0, 5.0), false, &["102 a row that cannot be read"]);
}

#[test]
fn rows_may_stand_for_several_samples() {
    const HEAD: &str = "timeStamp,elapsed,label,success,SampleCount,ErrorCount\n";
    check(&format!("{HEAD}1,12,a,true,1,0\n1,40,a,true,10,2\n"), (11, 2, 4.0, 12.0), false, &["3 a row that stands for several"]);
    check(&format!("{HEAD}1,12,a,true,1,0\n1,40,a,true,99999999999,2\n"), (1, 0, 12.0, 12.0), true, &["0 too many", "3 a row that cannot"]);
}

#[test]
fn timestamps_of_a_finer_unit_are_converted() {
    let check = |timestamp: &str, want: u64, notes: usize| {
        let run = run(&format!("timeStamp,elapsed,label,success\n{timestamp},5,a,true\n")).unwrap();
        assert_eq!((run.started_ns, run.duration_ns, run.notes.len()), (Some(want), 5_000_000, notes), "{timestamp}");
    };
    check("1700000000123", 1_700_000_000_123_000_000, 0);
    check("1700000000123456", 1_700_000_000_123_456_000, 1);
    check("1700000000123456789", 1_700_000_000_123_456_789, 1);
}

#[test]
fn what_shows_nothing_is_an_error() {
    check_error("timeStamp,elapsed,label,responseCode,success,bytes\n", "x.jtl: expected samples, found none; did the test run?");
    check_error(
        "timeStamp,elapsed,success\n1,1,true\n",
        "x.jtl:1: expected a column label or URL, found a header without it; every row needs it",
    );
    check_error(
        "timeStamp,elapsed,label\n1,1,a\n",
        "x.jtl:1: expected a column success or responseCode, found a header without it; every row needs it",
    );
    check_error(
        "timeStamp,elapsed,label,success\nx,y,a,true\n",
        "x.jtl: expected samples, found none, but 1× a row that cannot be read: another number of fields, no elapsed time, or no success; did the test run?",
    );
    check_error("a,b\n1,2\n", "x.jtl:1: expected a header with timeStamp and elapsed, found \"a,b\"; see `neverslower list formats`");
}

#[test]
fn all_failed_is_a_run_and_not_an_error() {
    let text = "timeStamp,elapsed,label,responseCode,success\n1,1,a,503,false\n1,1,a,404,false\n1,1,a,200,false\n\
                1,1,a,Non HTTP response code: java.net.SocketTimeoutException,false\n";
    let run = run(text).unwrap();
    let series = &run.series[&SeriesKey::new("a", metric::LATENCY)];
    assert_eq!((series.summary.count, series.summary.errors), (4, 4));
    let kinds: Vec<(&str, u64)> = series.error_kinds.iter().map(|(kind, times)| (kind.as_str(), *times)).collect();
    assert_eq!(kinds, [("failed", 1), ("http-4xx", 1), ("http-5xx", 1), ("timeout", 1)]);
}
