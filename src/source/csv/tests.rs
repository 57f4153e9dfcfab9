use crate::source::{Input, Source};
use proptest::prelude::{Just, ProptestConfig, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy;

/// Reads all records; each field in brackets, `~` after a record that no line break ends.
fn read(text: &[u8], delimiter: u8) -> Vec<(u64, Vec<String>)> {
    let mut records = Source::open(&Input::bytes("x", text)).unwrap().csv(delimiter).unwrap();
    let mut all = Vec::new();
    while let Some(record) = records.next().unwrap() {
        let mut fields: Vec<String> = record.iter().map(str::to_string).collect();
        if !record.is_terminated {
            fields.push("~".to_string());
        }
        all.push((record.line, fields));
    }
    all
}

fn check(text: &str, want: &[(u64, &[&str])]) {
    let want: Vec<(u64, Vec<String>)> = want.iter().map(|(line, fields)| (*line, fields.iter().map(|f| f.to_string()).collect())).collect();
    assert_eq!(read(text.as_bytes(), b','), want, "{text:?}");
}

#[test]
fn splits_records() {
    check("a,b\nc,d\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
    check("a,b\r\nc,d\r\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
    check("a,,\n\n\r\n,b\n", &[(1, &["a", "", ""]), (4, &["", "b"])]);
    check(
        "\"a,b\",\"c\"\"d\"\"\"\n\"e\nf\",g\r\n h\"i,\"\"\nz\n",
        &[(1, &["a,b", "c\"d\""]), (2, &["e\nf", "g"]), (4, &[" h\"i", ""]), (5, &["z"])],
    );
    check("a,\"b\"\r\n", &[(1, &["a", "b"])]);
}

#[test]
fn tells_a_cut_record() {
    check("a,b\nc", &[(1, &["a", "b"]), (2, &["c", "~"])]);
    check("a,b\nc,\"d\ne", &[(1, &["a", "b"]), (2, &["c", "~"])]);
    check("a,\"b\"", &[(1, &["a", "b", "~"])]);
}

#[test]
fn replaces_what_is_not_utf8() {
    assert_eq!(
        read(b"caf\xe9,1\nb,\"x\"\"\xff\"\n", b','),
        [(1, vec!["caf\u{fffd}".to_string(), "1".to_string()]), (2, vec!["b".to_string(), "x\"\u{fffd}".to_string()])]
    );
}

fn field() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![Just('a'), Just('é'), Just('"'), Just(','), Just('\n'), Just('\r'), Just(';')], 0..90)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn reads_back_what_was_quoted(rows in proptest::collection::vec(proptest::collection::vec(field(), 2..5), 1..6)) {
        let quote = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        let text: String = rows.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(",") + "\n").collect();
        let got: Vec<Vec<String>> = read(text.as_bytes(), b',').into_iter().map(|(_, fields)| fields).collect();
        prop_assert_eq!(got, rows);
    }
}

#[test]
fn tells_what_a_strict_reader_refuses() {
    let check = |text: &str, malformed: &[bool]| {
        let mut records = Source::open(&Input::bytes("x", text)).unwrap().csv(b',').unwrap();
        let mut found = Vec::new();
        while let Some(record) = records.next().unwrap() {
            found.push(record.is_malformed);
        }
        assert_eq!(found, malformed, "{text:?}");
    };
    check("a,\"b\"\n\"c\"d,e\nf\n", &[false, true, false]);
    check("\"a\" ,b\r\nc,\"d\"\r\n", &[false, false]);
    check("a,\"b\nc", &[true]);
    check("a,\"b\"", &[false]);
}
