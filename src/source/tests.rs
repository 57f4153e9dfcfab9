use super::{Input, Source, SourceError};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn lines(bytes: &[u8]) -> Result<Vec<(u64, String, bool)>, SourceError> {
    let mut lines = Source::open(&Input::bytes("x", bytes))?.lines()?;
    let mut all = Vec::new();
    while let Some(line) = lines.next()? {
        all.push((line.number, line.text.to_string(), line.is_terminated));
    }
    Ok(all)
}

fn check(bytes: &[u8], want: &[&str]) {
    let got: Vec<String> = lines(bytes).unwrap().into_iter().map(|(_, text, _)| text).collect();
    assert_eq!(got, want);
}

#[test]
fn wrapping_changes_nothing() {
    let text = "first\nsecond é 😀\n";
    let want = &["first", "second é 😀"];
    check(text.as_bytes(), want);
    check(text.replace('\n', "\r\n").as_bytes(), want);
    check(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), want);
    check(&gzip(text.as_bytes()), want);
    check(&[gzip(b"first\nsec"), gzip("ond é 😀\n".as_bytes())].concat(), want);
    check(&utf16(text), want);
    check(&gzip(&utf16(text)), want);
}

#[test]
fn utf16_pairs_survive_the_buffer_edge() {
    let text = format!("{}\n", "x😀".repeat(50_000));
    check(&utf16(&text), &[text.trim_end()]);
    let text = format!("y{text}");
    check(&utf16(&text), &[text.trim_end()]);
}

#[test]
fn the_last_line_may_lack_its_break() {
    assert_eq!(lines(b"a\n\nb").unwrap(), [(1, "a".to_string(), true), (2, String::new(), true), (3, "b".to_string(), false)]);
}

#[test]
fn records_longer_than_the_window_grow_it_and_endless_ones_are_errors() {
    let long = "x".repeat(3 * 1024 * 1024);
    check(format!("{long}\na\n").as_bytes(), &[&long, "a"]);
    let endless = lines(format!("a\n{}", "x".repeat(17 * 1024 * 1024)).as_bytes()).unwrap_err();
    assert_eq!(endless.line, 2);
    assert_eq!(
        endless.to_string(),
        "x:2: expected records of at most 16777216 bytes, found a longer one; is a quotation mark or a line break missing?"
    );
}

#[test]
fn what_holds_nothing_is_an_error() {
    let check = |bytes: &[u8], want: &str| assert_eq!(lines(bytes).unwrap_err().to_string(), want);
    check(b"", "x: expected results, found nothing: the input is empty; did the tool that writes it fail?");
    check(b"\xef\xbb\xbf", "x: expected results, found nothing: the input is empty; did the tool that writes it fail?");
    check(&gzip(b""), "x: expected results, found nothing: the input is empty; did the tool that writes it fail?");
    let whole = gzip(b"a line\n");
    check(&whole[..whole.len() - 4], "x: expected a whole file, found a cut one; write it again");
    let missing = Source::open(&Input::File("no/such.jtl".into())).unwrap_err();
    assert_eq!(missing.to_string(), "no/such.jtl: expected results, found no such file; did the tool that writes it run?");
}

#[test]
fn a_directory_is_walked_in_sorted_order() {
    let root = tempfile::tempdir().unwrap();
    for path in ["b/x.json", "a/x.json", "a/c/x.json", "a/y.json"] {
        std::fs::create_dir_all(root.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(root.path().join(path), path).unwrap();
    }
    let source = Source::open(&Input::File(root.path().to_path_buf())).unwrap();
    assert_eq!(String::from_utf8_lossy(&source.head().bytes), "a/c/x.json\na/x.json\na/y.json\nb/x.json\n");
    let directory = source.directory().unwrap();
    let files = directory.files_ending("x.json").unwrap();
    assert_eq!(files.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>(), ["a/c/x.json", "a/x.json", "b/x.json"]);
    assert_eq!(directory.document(&files[2]).unwrap().unwrap(), b"b/x.json");
    assert_eq!(directory.document("none".as_ref()).unwrap(), None);

    let as_file = Source::open(&Input::File(root.path().to_path_buf())).unwrap().lines().unwrap_err();
    assert_eq!((as_file.found.as_str(), as_file.hint.as_str()), ("a directory", "name the result file in it"));
    let as_directory = Source::open(&Input::bytes("x", "a")).unwrap().directory().unwrap_err();
    assert_eq!(as_directory.to_string(), "x: expected a directory, found a file");
}
