use super::sniff;
use crate::jenkins::{Parser, Settings};
use crate::source::Input;

fn check(text: &[u8], expected: Option<Parser>) {
    let sniffed = sniff(&Input::bytes("x", text), &Settings::of_plugin(Vec::new()));
    assert_eq!(sniffed.ok().map(|sniffed| sniffed.parser), expected, "{:?}", String::from_utf8_lossy(text));
}

#[test]
fn knows_xml_by_its_root() {
    let prolog = "<?xml version=\"1.0\"?>\n<!-- c -->";
    for (root, parser) in [
        ("testResults", Some(Parser::JMeter)),
        ("testsuite", Some(Parser::JUnit)),
        ("testsuites", Some(Parser::JUnit)),
        ("FinalStatus", Some(Parser::Taurus)),
        ("finalstatus", None),
        ("html", None),
    ] {
        check(format!("{prolog}<{root} a=\"b\">").as_bytes(), parser);
        check(format!("\n <{root}>").as_bytes(), parser);
        check(format!("\u{feff}{prolog}<{root}>").as_bytes(), parser);
        // A declaration may not stand behind blanks.
        check(format!("\n{prolog}<{root}>").as_bytes(), None);
    }
    check(prolog.as_bytes(), None);
}

#[test]
fn knows_text_by_its_first_line() {
    check(b"INF [20240305-10:00:00.000] stats: {}\n", Some(Parser::Iago));
    check(b"INF [] stats:", Some(Parser::Iago));
    check(b"Running 30s test @ http://127.0.0.1/\n", Some(Parser::Wrk));
    check(b"Running 2m test @ http://127.0.0.1/\n", None);
    check(b"a,TimeStamp,ELAPSED,url\n", Some(Parser::JMeterCsv));
    check(b"timeStamp,elapsed,label", Some(Parser::JMeterCsv));
    check(b"timeStamp,elapsed\n1,2\n", None);
    check(b"\x00\x01\x00\x00Standard Jet DB\x00", Some(Parser::LoadRunner));
    check(b"\x00\x01\x00\x00Standard Jet DB", None);
    let locust = "Type,Name,Request Count,\"Failure Count\",Median Response Time,Average Response Time,Min Response Time,\
                  Max Response Time,Average Content Size,Requests/s,50%\n";
    check(locust.as_bytes(), Some(Parser::Locust));
    check(locust.replace("Requests/s", "RPS").as_bytes(), None);
}

#[test]
fn knows_a_log_by_any_line() {
    let filler = "2024-03-05 10:00:31,500 INFO something\n".repeat(5000);
    check(format!("{filler}x Summariser: Generate Summary Results = 1").as_bytes(), Some(Parser::JmeterSummarizer));
    check(format!("{filler}x Summariser: summary = 1").as_bytes(), None);
}

#[test]
fn nothing_and_the_unknown_fail_the_step() {
    check(b"", None);
    check(b"\n", None);
    check(b"\x1f\x8b\x08\x00", None);
    check(b"{\"json\": 1}", None);
}
