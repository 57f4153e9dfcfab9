use crate::format::read;
use crate::model::{Run, metric};
use crate::record::{Keep, Recorder};
use crate::source::Input;

fn run(text: &str) -> Result<Run, String> {
    let mut recorder = Recorder::new(Keep::Exact);
    read(&Input::bytes("x.jtl", text), None, &mut recorder).map_err(|error| error.to_string())?;
    Ok(recorder.finish("suite"))
}

/// Latencies as `label:count/errors`, and the starts of the notes.
fn check(body: &str, want: &str, is_partial: bool, notes: &[&str]) {
    let run = run(&format!("<?xml version=\"1.0\"?>\n<testResults version=\"1.2\">\n{body}")).unwrap();
    let latencies = run.series.values().filter(|series| series.key.metric == metric::LATENCY);
    let got: Vec<String> = latencies.map(|s| format!("{}:{}/{}", s.key.label, s.summary.count, s.summary.errors)).collect();
    assert_eq!((got.join(" ").as_str(), run.partial), (want, is_partial), "{body}");
    let texts: Vec<String> = run.notes.iter().map(|note| format!("{} {}", note.line.unwrap_or(0), note.text)).collect();
    assert!(texts.len() == notes.len() && texts.iter().zip(notes).all(|(text, note)| text.starts_with(note)), "{texts:?}");
}

const CONTROLLER: &str = r#"<sample t="9" s="true" lb="tx" rm="Number of samples in transaction : 1, number of failing samples : 0""#;

#[test]
fn counts_the_top_level() {
    check(r#"<httpSample t="1" s="true" lb="a &amp; b"/><sample t="2" s="false" lb="c"/></testResults>"#, "a & b:1/0 c:1/1", false, &[]);
    check(r#"<httpSample t="1" s="true" lb="a"><httpSample t="1" s="true" lb="a-0"/></httpSample></testResults>"#, "a:1/0", false, &[]);
    check(r#"<sampleResult time="1" success="true" label="old" timeStamp="5"/></testResults>"#, "old:1/0", false, &[]);
    check("<httpSample t='1' s='true' lb='\"q\"' rc='200' />\n</testResults>", "\"q\":1/0", false, &[]);
    check(
        r#"<httpSample t="1" s="true" lb="a"><responseData>&lt;x t="1"&gt; <![CDATA[<sample t="1"/>]]></responseData></httpSample></testResults>"#,
        "a:1/0",
        false,
        &[],
    );
}

#[test]
fn a_controller_counts_only_where_it_holds_its_requests() {
    let request = r#"<httpSample t="9" s="true" lb="a"/>"#;
    check(&format!("{request}{CONTROLLER}/></testResults>"), "a:1/0", false, &["3 a transaction controller's row"]);
    check(&format!("{request}{CONTROLLER}><x/></sample></testResults>"), "a:1/0", false, &["3 a transaction controller's row"]);
    check(&format!("{CONTROLLER}>{request}{request}</sample></testResults>"), "tx:1/0", false, &[]);
}

#[test]
fn a_cut_file_is_partial() {
    let complete = r#"<httpSample t="1" s="true" lb="a"/>"#;
    for end in ["", "\n<httpSample t=\"1\" s=\"tr", "\n<httpSample t=\"1\" s=\"true\" lb=\"", "<!-- "] {
        check(&format!("{complete}{end}"), "a:1/0", true, &[if end.starts_with('\n') { "4 the input ends" } else { "3 the input ends" }]);
    }
}

#[test]
fn refuses_what_shows_nothing_or_is_dangerous() {
    let check = |text: &str, want: &str| assert_eq!(run(text).unwrap_err(), want, "{text}");
    check("<testResults></testResults>", "x.jtl: expected samples, found none; did the test run?");
    check("<testResults", "x.jtl: expected results of a known tool, found nothing that a format recognises; use --format to choose");
    check(
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"y\">]><testResults><httpSample t=\"1\" s=\"true\" lb=\"&x;\"/></testResults>",
        "x.jtl:1: expected no document type declaration, found <!DOCTYPE; result files need none, and entities can be bombs",
    );
    check(
        "<testResults>\n<httpSample t=\"1\" s=\"true\" lb=\"&x;\"/></testResults>",
        "x.jtl:2: expected an entity that XML itself defines, found \"&x;\"",
    );
    check("<testResults></testResults></x>", "x.jtl:1: expected an open element, found </x>");
}
