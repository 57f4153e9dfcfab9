use super::{Reading, Unread, read};
use crate::jenkins::filter::{Filter, Memory};
use crate::jenkins::fold::Fold;
use crate::jenkins::statistics::{ErrorFormula, file_numbers};
use crate::jenkins::{FileNumbers, Numbers, Parser, Settings};
use crate::source::{Input, Source};

fn numbers(parser: Parser, text: &str, settings: &Settings) -> Result<FileNumbers, Unread> {
    let filter = Filter::new(settings.filter_regex.as_deref());
    let mut fold = Fold::new(settings, Memory::new(&filter));
    let source = Source::open_verbatim(&Input::bytes("f", text)).unwrap();
    read(parser, source, Reading { report_name: "f", strict: settings.strict }, &mut fold)?;
    let formula = if settings.strict { ErrorFormula::Honest } else { ErrorFormula::Samples };
    Ok(file_numbers("f", parser, &fold, formula))
}

fn shown(name: &str, n: &Numbers) -> String {
    let codes = if n.http_codes.is_empty() { String::new() } else { format!(" {}", n.http_codes.join("+")) };
    format!(
        "{name}: {} of {} failed, {:?} %, {} ms, {:?} KB{codes}",
        n.errors, n.samples, n.error_percent, n.average_ms, n.total_traffic_kb
    )
}

/// Each label, then the whole report, then the side fields; or why the file is not read.
fn check(parser: Parser, text: &str, expected: &[&str]) {
    check_with(parser, text, &Settings::of_plugin(Vec::new()), expected);
}

fn check_strict(parser: Parser, text: &str, expected: &[&str]) {
    check_with(parser, text, &Settings { strict: true, ..Settings::of_plugin(Vec::new()) }, expected);
}

fn check_with(parser: Parser, text: &str, settings: &Settings, expected: &[&str]) {
    let found = match numbers(parser, text, settings) {
        Ok(file) => {
            let labels = file.labels.iter().map(|label| shown(&label.label, &label.numbers));
            let side: Vec<String> = file.side_fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let side = (!side.is_empty()).then(|| side.join(" "));
            labels.chain([shown("*", &file.numbers)]).chain(side).collect()
        }
        Err(Unread::Dropped { case, reason }) => vec![format!("{case}: {reason}")],
        Err(Unread::Abort(sentence)) => vec![format!("abort: {sentence}")],
    };
    assert_eq!(found, expected, "{parser:?} {text:?}");
}

/// The file is dropped, with these words in its reason.
fn drops(parser: Parser, text: &str, words: &str) {
    match numbers(parser, text, &Settings::of_plugin(Vec::new())) {
        Err(Unread::Dropped { case: 1, reason }) => assert!(reason.contains(words), "{reason:?} without {words:?}"),
        other => panic!("{parser:?} {text:?} gave {other:?}"),
    }
}

const JMETER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testResults version="1.2">
  <httpSample ts="1700000000000" t="210" s="true" lb="open cart" rc="200" by="2048"/>
  <sample ts="1700000001000" t="900" s="true" lb="pay" rc="200" by="512">
    <httpSample ts="1700000001100" t="650" s="false" lb="pay/inner" rc="500" by="512"/>
  </sample>
  <httpSample ts="1700000002000" t="330" s="FALSE" lb="open cart" rc="Non HTTP" by="1024"/>
</testResults>
"#;

fn jmeter(samples: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<testResults>{samples}</testResults>")
}

#[test]
fn jmeter_example() {
    check(
        Parser::JMeter,
        JMETER,
        &[
            "open cart: 1 of 2 failed, 50.0 %, 270 ms, 3.0 KB 0+200",
            "pay: 0 of 1 failed, 0.0 %, 900 ms, 0.5 KB 200",
            "*: 1 of 3 failed, 33.333 %, 480 ms, 3.5 KB 0+200",
        ],
    );
}

#[test]
fn jmeter_fields() {
    let one =
        |sample: &str, expected: &str| check(Parser::JMeter, &jmeter(sample), &[&format!("a: {expected}"), &format!("*: {expected}")]);
    one("<HTTPSAMPLE timeStamp='1' time='7' success='true' label='a'/>", "0 of 1 failed, 0.0 %, 7 ms, 0.0 KB 0");
    one("<x><Sample ts='-1' timeStamp='z' t='+7' lb='a' rc='' by=' 1e3 '></Sample></x>", "1 of 1 failed, 100.0 %, 7 ms, 0.98 KB");
    one("<sample ts='1' t='7' lb='a' by='many' sby='9' rc='2000'/>", "1 of 1 failed, 100.0 %, 7 ms, 0.0 KB 0");
    check(
        Parser::JMeter,
        &jmeter("<sample ts='1' t='7' s='true' lb='x &amp;&#10;\n\ty'/>"),
        &["x &\n  y: 0 of 1 failed, 0.0 %, 7 ms, 0.0 KB 0", "*: 0 of 1 failed, 0.0 %, 7 ms, 0.0 KB 0"],
    );
    check(Parser::JMeter, "", &["*: 0 of 0 failed, 0.0 %, 0 ms, 0.0 KB"]);
    check(Parser::JMeter, "<?XML ?><any/>", &["*: 0 of 0 failed, 0.0 %, 0 ms, 0.0 KB"]);
}

#[test]
fn jmeter_drops() {
    let drops = |sample: &str, words: &str| drops(Parser::JMeter, &jmeter(sample), words);
    drops("<sample t='7' lb='a'/>", "f:2: expected ts or timeStamp in whole milliseconds, found none");
    drops("<sample ts='1' t='7.5' lb='a'/>", "t or time in whole milliseconds, found \"7.5\"");
    drops("<sample ts='1' t='' time='7' lb='a'/>", "found \"\"");
    drops("<sample ts='1' t='7'/>", "lb or label");
    drops("<sample ts='1' t='7' lb='a'><sample ts='1' lb='b'/></sample>", "t or time");
    drops("<sample ts='1' t='7' lb='&own;'/>", "entity");
    drops("<sample ts='1' t='7' lb='a'><a></b></sample>", "the innermost element, found </b>");
    drops("<sample ts='1' t='7' lb='a'/></testResults><more/><testResults>", "the end of the file");
    super::tests::drops(Parser::JMeter, JMETER.split_once("</sample>").unwrap().0, "whole XML document");
    super::tests::drops(Parser::JMeter, &JMETER.replace("<testResults", "<!DOCTYPE a>\n<testResults"), "f:2: expected no document type");
    super::tests::drops(Parser::JMeter, &format!("\n{JMETER}"), "at the very start");
}

#[test]
fn jmeter_without_prolog_is_read_as_csv() {
    let bare = JMETER.split_once('\n').unwrap().1;
    for text in [bare, &format!("\u{feff}{JMETER}"), &JMETER.replace("<?xml ", "<?xml\t")] {
        let found = numbers(Parser::JMeter, text, &Settings::of_plugin(Vec::new()));
        assert!(matches!(found, Err(Unread::Dropped { case: 7, .. })), "{found:?}");
        let strict = Settings { strict: true, ..Settings::of_plugin(Vec::new()) };
        assert_eq!(numbers(Parser::JMeter, text, &strict).unwrap().numbers.samples, 3);
    }
    let csv = "timeStamp,elapsed,label,responseCode,success,bytes\n1,10,a,200,true,0\n2,30,a,500,false,0\n";
    let exclude = Settings { exclude_response_time: true, ..Settings::of_plugin(Vec::new()) };
    let average = |parser| numbers(parser, csv, &exclude).unwrap().numbers.average_ms;
    assert_eq!((average(Parser::JMeter), average(Parser::JMeterCsv)), (20, 5));
}

#[test]
fn jmeter_csv_example() {
    check(
        Parser::JMeterCsv,
        "timeStamp;elapsed;label;responseCode;success;bytes;sentBytes\n1700000000000;120;search;200;true;1000;24\n\
         1700000000200;180;search;503;false;500;12\n",
        &["search: 1 of 2 failed, 50.0 %, 150 ms, 1.5 KB 200+503", "*: 1 of 2 failed, 50.0 %, 150 ms, 1.5 KB 200+503"],
    );
}

#[test]
fn jmeter_csv_headers() {
    let read = |header: &str, row: &str| numbers(Parser::JMeterCsv, &format!("{header}\n{row}\n"), &Settings::of_plugin(Vec::new()));
    let label = |header: &str, row: &str| read(header, row).unwrap().labels[0].label.clone();
    assert_eq!(label("bytes,SUCCESS,responsecode,Label,url,Elapsed,TimeStamp", "0,true,200,l,u,5,1"), "l");
    assert_eq!(label("bytes\tsuccess\tresponseCode\tURL\tlabel\telapsed\ttimeStamp", "0\ttrue\t200\tu\tl\t5\t1"), "u");
    assert_eq!(label("timeStamp,elapsed,label,responseCode,success,bytes\r", "1,5,\"a,\"\"b\"\"\nc\",200,true,0,more"), "a,\"b\"\nc");
    let good = "timeStamp,elapsed,label,responseCode,success,bytes";
    let row = "1,5,a,200,true,0";
    for bad in [
        good.replace(',', "|"),
        good.replace(',', "."),
        format!("\u{feff}{good}"),
        format!("\"{}\"", good.replace(',', "\",\"")),
        String::new(),
    ] {
        drops(Parser::JMeterCsv, &format!("{bad}\n{row}\n"), "f:1: expected a header of unquoted names");
    }
    for missing in ["elapsed", "responseCode", "success", "bytes", "timeStamp"] {
        drops(Parser::JMeterCsv, &good.replace(missing, "other"), &format!("f:1: expected a column {missing}"));
    }
    drops(Parser::JMeterCsv, &good.replace("label", " label"), "a column label or URL");
}

#[test]
fn jmeter_csv_rows() {
    let header = "timeStamp,elapsed,label,responseCode,success,bytes,sentBytes\n";
    let rows = |rows: &str, words: &str| drops(Parser::JMeterCsv, &format!("{header}{rows}"), words);
    rows("1,5,a,200,true,0,0\n1,5,a,200,true,0", "f:3: expected sentBytes as an integer, found none");
    rows("1,5.0,a,200,true,0,0\n", "elapsed in whole milliseconds, found \"5.0\"");
    rows("1,5,a,200,true,,0\n", "bytes as an integer, found \"\"");
    rows("1,5,a,200,true,0,0\n\n2024/01/01 00:00:00.000,5,a,200,true,0,0\n", "f:4: expected a time in the form of the first row");
    rows("2024-01-01 00:00:00,000,5\n", "bytes as an integer, found none");
    rows("2024-01-01,5,a,200,true,0,0\n", "found \"2024-01-01\"");
    rows("1,5,\"a\"b,200,true,0,0\n", "behind a closing quote");
    rows("1,5,\"a,200,true,0,0\n", "behind a closing quote");
    let dates = "2024/03/05 10:00:31,5,a,200,true,0,0\n2024/03/05 10:00:33,5,a,200,true,0,0\n";
    let found = numbers(Parser::JMeterCsv, &format!("{header}{dates}"), &Settings::of_plugin(Vec::new())).unwrap();
    assert_eq!(found.numbers.throughput_rps, 2.0 / 2.005);
    check(Parser::JMeterCsv, header, &["*: 0 of 0 failed, 0.0 %, 0 ms, 0.0 KB"]);
}

#[test]
fn junit() {
    let suite = |cases: &str| format!("<testsuites><testsuite name=\"shop\">{cases}</testsuite></testsuites>");
    check(
        Parser::JUnit,
        "<testsuite name=\"shop\">\n  <testcase classname=\"shop.Cart\" name=\"adds\" time=\"0.250\"/>\n  \
         <testcase classname=\"shop.Cart\" name=\"drops\" time=\"1,200.5\"><failure/></testcase>\n  \
         <testcase classname=\"shop.Cart\" name=\"later\"><skipped/></testcase>\n</testsuite>",
        &[
            "shop.Cart.adds: 0 of 1 failed, 0.0 %, 250 ms, 0.0 KB",
            "shop.Cart.drops: 1 of 1 failed, 100.0 %, 1200500 ms, 0.0 KB",
            "shop.Cart.later: 0 of 1 failed, 0.0 %, 0 ms, 0.0 KB",
            "*: 1 of 3 failed, 33.333 %, 400250 ms, 0.0 KB",
        ],
    );
    check(
        Parser::JUnit,
        &suite("<TestCase time='1.005'><rerunFailure/><ERROR/><failure/></TestCase>"),
        &["null.null: 1 of 1 failed, 100.0 %, 1004 ms, 0.0 KB", "*: 1 of 1 failed, 100.0 %, 1004 ms, 0.0 KB"],
    );
    drops(Parser::JUnit, &suite("<testcase time='1s'/>"), "a time in seconds, found \"1s\"");
    drops(Parser::JUnit, "<testsuite><testcase time='1'/>", "before the last element ends");
}

#[test]
fn jmeter_summarizer() {
    let line = "2024-03-05 10:00:31,500 INFO o.a.j.r.Summariser: Generate Summary Results =    480 in 00:00:30 =   16.0/s Avg:   118 \
                Min:    40 Max:   902 Err:    12 (2.50%)";
    let side = "average=118 error_percent=2.50 max=902 min=40 samples=480";
    let plugin = |name: &str| format!("{name}: 0 of 1 failed, 0.0 %, 118 ms, 0.0 KB");
    let label = "Generate Summary Results";
    check(Parser::JmeterSummarizer, &format!("Summariser: a = b\n{line}\nmore\n"), &[&plugin(label), &plugin("*"), side]);
    let honest = |name: &str| format!("{name}: 12 of 480 failed, 2.5 %, 118 ms, 0.0 KB");
    check_strict(Parser::JmeterSummarizer, line, &[&honest(label), &honest("*"), side]);
    check(Parser::JmeterSummarizer, "nothing = here", &["*: 0 of 0 failed, 0.0 %, 0 ms, 0.0 KB"]);
    let interval = line.replace("Results =    480", "Results +    480");
    drops(Parser::JmeterSummarizer, &format!("{line}\n{interval}"), "f:2: expected a summary");
    drops(Parser::JmeterSummarizer, &line.replace("Avg:   118", "Avg:   118.5"), "a summary");
    drops(Parser::JmeterSummarizer, &line.replace("2024-", "x"), "a summary");
}

const TAURUS: &str = r#"<FinalStatus>
  <TestDuration>20.4</TestDuration>
  <Group label="">
    <succ value="95"/><fail value="5"/><avg_rt value="0.1504"/><bytes value="4000"/>
    <perc param="50.0" value="0.140"/><perc param="90.0" value="0.212"/><perc param="50" value="x"/>
  </Group>
</FinalStatus>
"#;

#[test]
fn taurus_example() {
    check(Parser::Taurus, TAURUS, &["*: 5 of 100 failed, 5.0 %, 150 ms, 4000.0 KB"]);
    let found = numbers(Parser::Taurus, TAURUS, &Settings::of_plugin(Vec::new())).unwrap().numbers;
    assert_eq!((found.median_ms, found.percentiles_ms.p90, found.percentiles_ms.p95, found.throughput_rps), (140, 212, 0, 4.0));
    let rate = |text: &str| numbers(Parser::Taurus, text, &Settings::of_plugin(Vec::new())).unwrap().numbers.throughput_rps;
    assert_eq!(rate(&TAURUS.replace("20.4", "0")), i64::MAX as f64);
    let untimed = TAURUS.replace("<TestDuration>20.4</TestDuration>", "").replace("<succ", "<throughput value='7'/><succ");
    assert_eq!((rate(&untimed), rate(&untimed.replace("<throughput value='7'/>", ""))), (7.0, 0.0));
}

#[test]
fn taurus_labels() {
    let group = |label: &str, succ: i64| {
        format!("<Group label='{label}'><in><succ value='{succ}'/></in><fail value='0'/><avg_rt value='.5'/><bytes value='1'/></Group>")
    };
    let report = format!("<FinalStatus>{}{}{}</FinalStatus>", group("b/", 1), group("b:", 2), group("a", 0));
    check(
        Parser::Taurus,
        &report,
        &[
            "a: 0 of 0 failed, 9223372036854776.0 %, 500 ms, 0.0 KB",
            "b/: 0 of 2 failed, 0.0 %, 500 ms, 0.0 KB",
            "*: 0 of 0 failed, 0.0 %, 0 ms, 0.0 KB",
        ],
    );
    let filtered = |regex: &str| Settings { filter_regex: Some(regex.to_string()), ..Settings::of_plugin(Vec::new()) };
    check_with(Parser::Taurus, TAURUS, &filtered("SUMMARY"), &["*: 5 of 100 failed, 5.0 %, 150 ms, 4000.0 KB"]);
    check_with(Parser::Taurus, TAURUS, &filtered("a"), &["*: 0 of 0 failed, 0.0 %, 0 ms, 0.0 KB"]);
    drops(Parser::Taurus, &TAURUS.replace("<fail value=\"5\"/>", ""), "f:3: expected a whole number in <fail> of this group, found none");
    drops(Parser::Taurus, &TAURUS.replace("\"0.1504\"", "\"fast\""), "seconds in <avg_rt>");
    drops(Parser::Taurus, &TAURUS.replace("20.4", ""), "a duration in seconds");
}

const WRK: &str = "Running 30s test @ http://127.0.0.1:8080/cart
  2 threads and 10 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    14.60ms    3.20ms  88.10ms   71.00%
    Req/Sec   340.10     20.00   380.00     70.00%
  20400 requests in 30.01s, 5.20MB read
  Non-2xx or 3xx responses: 9
";

#[test]
fn wrk_example() {
    let plugin = |name: &str| format!("{name}: 0 of 1 failed, 0.0 %, 14 ms, 0.0 KB");
    let side = "errors=9 max=88 samples=20400";
    let label = "http://127.0.0.1:8080/cart";
    check(Parser::Wrk, WRK, &[&plugin(label), &plugin("*"), side]);
    let honest = |name: &str| format!("{name}: 12 of 20400 failed, 0.059 %, 14 ms, 0.0 KB");
    let sockets = format!("{WRK}  Socket errors: connect 0, read 1, write 0, timeout 2\n");
    check_strict(Parser::Wrk, &sockets, &[&honest(label), &honest("*"), side]);
}

#[test]
fn wrk_units() {
    let found = |text: &str| numbers(Parser::Wrk, text, &Settings::of_plugin(Vec::new())).unwrap();
    let time = |text: &str| found(&WRK.replace("14.60ms", text)).numbers.average_ms;
    assert_eq!(["812.40us", "1.50s", "2.00m", "1h", "3"].map(time), [812_400, 1500, 120_000, 3_600_000, 0]);
    assert_eq!(time("999h"), i64::from(i32::MAX));
    let url = WRK.replace(":8080/cart", "/5s/items/mb?kb=kbx%20A");
    assert_eq!(found(&url).labels[0].label, "http://127.0.0.1/5/ite/?=kbx20a");
}

#[test]
fn wrk_drops() {
    drops(Parser::Wrk, &format!("{WRK}\n"), "f:8: expected a line of at least two words");
    drops(Parser::Wrk, &WRK.replace("Running 30s test @ http", "Walking 30s test @ http"), "a line `Running …`");
    drops(Parser::Wrk, &WRK.replace("14.60ms", "-nan"), "f:4: expected `Latency");
    drops(Parser::Wrk, &WRK.replace("responses: 9", "responses: x"), "Non-2xx");
    drops(Parser::Wrk, "", "a line `Running");
}

#[test]
fn iago() {
    let line = |success: i64, more: &str| {
        format!(
            "INF [20240305-10:00:00.000] stats: {{\"client/requests\":50,\"client/success\":{success},\
             \"client/request_latency_ms_average\":6,\"client/request_latency_ms_minimum\":2,\
             \"client/request_latency_ms_maximum\":40,\"client/sent_bytes\":9000{more}}}"
        )
    };
    let plugin = |name: &str, samples: i64| format!("{name}: 0 of {samples} failed, 0.0 %, 6 ms, 0.0 KB");
    check(Parser::Iago, &line(47, ""), &[&plugin("f", 1), &plugin("*", 1)]);
    check(Parser::Iago, &format!("{}\n{}\n", line(47, ""), line(46, "")), &[&plugin("f", 2), &plugin("*", 2)]);
    let honest = |name: &str| format!("{name}: 6 of 50 failed, 12.0 %, 6 ms, 0.0 KB");
    check_strict(Parser::Iago, &line(47, ",\"validationErrors\":{\"a\":1,\"b\":2}"), &[&honest("f"), &honest("*")]);
    check_strict(Parser::Iago, &format!("INF [20240305-10:00:00.000] stats: {{}} {}", line(44, "")), &[&honest("f"), &honest("*")]);
    drops(Parser::Iago, &format!("{}\n\n{}", line(47, ""), line(47, "")), "f:2: expected `INF [date] stats: {…}`");
    drops(Parser::Iago, &line(47, "").replace("client/sent_bytes", "sent"), "f:1");
    drops(Parser::Iago, &line(47, "").replace("[2024", "[x"), "f:1");
    drops(Parser::Iago, &format!("{} ", line(47, "")), "f:1");
}

#[test]
fn load_runner_is_refused() {
    let found = numbers(Parser::LoadRunner, "\0\u{1}\0\0Standard Jet DB\0", &Settings::of_plugin(Vec::new()));
    assert!(matches!(found, Err(Unread::Abort(sentence)) if sentence.contains("export its transactions as CSV")));
}

#[test]
fn locust() {
    let header = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,\
                  Max Response Time,Average Content Size,Requests/s\n";
    let rows = "GET,/cart,40,3,88,91.7,20.2,310.9,512.0,4.0\nGET,/home,60,0,30,33.3,11.0,99.0,100.0,6.0\n\
                ,Aggregated,100,3,41,56.7,11.0,310.9,264.8,10.0\n";
    let side = "average=56 max=310 min=11 samples=2";
    check(
        Parser::Locust,
        &format!("{header}{rows}"),
        &[
            "/cart: 1 of 1 failed, 100.0 %, 91 ms, 20480.0 KB",
            "/home: 0 of 1 failed, 0.0 %, 33 ms, 6000.0 KB",
            "*: 1 of 2 failed, 50.0 %, 62 ms, 26480.0 KB",
            side,
        ],
    );
    check_strict(
        Parser::Locust,
        &format!("other,names\n{rows}"),
        &[
            "/cart: 3 of 40 failed, 7.5 %, 91 ms, 20480.0 KB",
            "/home: 0 of 60 failed, 0.0 %, 33 ms, 6000.0 KB",
            "*: 3 of 100 failed, 3.0 %, 62 ms, 26480.0 KB",
            side,
        ],
    );
    drops(Parser::Locust, &format!("{header}GET,/a,1,0,5,N/A,1,2,3,4\n"), "f:2: expected an average response time, found \"N/A\"");
    drops(Parser::Locust, &format!("{header}GET,/a,1,0\n"), "an average response time, found none");
}

const ALL: [Parser; 9] = [
    Parser::JMeter,
    Parser::JMeterCsv,
    Parser::JUnit,
    Parser::JmeterSummarizer,
    Parser::Taurus,
    Parser::Wrk,
    Parser::Iago,
    Parser::LoadRunner,
    Parser::Locust,
];

proptest::proptest! {
    #[test]
    fn no_text_panics(which in 0usize..3, at in 0usize..600, cut in 0usize..40, more in "[<>\"'&;=a-z0-9 ,/\n\\PC]{0,20}", strict: bool) {
        let text: Vec<char> = [JMETER, TAURUS, WRK][which].chars().collect();
        let at = at.min(text.len());
        let rest = text.iter().skip(at + cut);
        let mutated: String = text.iter().take(at).chain(more.chars().collect::<Vec<char>>().iter()).chain(rest).collect();
        for parser in ALL {
            let settings = Settings { strict, ..Settings::of_plugin(Vec::new()) };
            if let Ok(file) = numbers(parser, &mutated, &settings) {
                let json = serde_json::to_string(&file).unwrap();
                proptest::prop_assert!(serde_json::from_str::<FileNumbers>(&json).is_ok(), "{}", json);
            }
        }
    }
}
