//! Every fixture through every door. A new format needs only files under `fixtures/<its name>/`.

use super::{READERS, ReadError, by_name, read};
use crate::format::Claim;
use crate::model::{Run, Summary};
use crate::record::{Keep, Recorder};
use crate::source::{Input, Source};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn recorded(input: &Input, format: Option<&str>) -> Result<Run, ReadError> {
    let mut recorder = Recorder::new(Keep::Exact);
    read(input, format, &mut recorder)?;
    Ok(recorder.finish("fixture"))
}

/// Everything that a reader decides, one series a line.
fn render(run: &Run) -> String {
    let mut text = format!("started {:?}, duration {} ns, partial {}\n", run.started_ns, run.duration_ns, run.partial);
    for series in run.series.values() {
        let (unit, better, evidence) = (series.unit.as_str(), series.better.as_str(), series.evidence.as_str());
        let label = series.key.label.replace("\r\n", "\n");
        writeln!(text, "{label:?} {} [{unit}, {better}, {evidence}] {}", series.key.metric, numbers(&series.summary)).unwrap();
        if let Some(ok) = series.summary_ok.as_ref().filter(|ok| **ok != series.summary) {
            writeln!(text, "    ok: {}", numbers(ok)).unwrap();
        }
        if !series.error_kinds.is_empty() {
            writeln!(text, "    failed: {:?}", series.error_kinds).unwrap();
        }
    }
    for note in &run.notes {
        writeln!(text, "note {}:{} {}", note.path.as_deref().unwrap_or("-"), note.line.unwrap_or(0), note.text).unwrap();
    }
    text
}

fn numbers(summary: &Summary) -> String {
    let mut text = format!("{}/{}", summary.count - summary.errors, summary.count);
    let percentiles = summary.percentiles.iter().map(|(percentile, value)| (percentile.to_string(), Some(*value)));
    let fixed =
        [("mean", summary.mean), ("stddev", summary.stddev), ("min", summary.min), ("max", summary.max), ("rate", summary.throughput)];
    for (name, value) in fixed.map(|(name, value)| (name.to_string(), value)).into_iter().chain(percentiles) {
        if let Some(value) = value {
            write!(text, " {name} {}", (value * 1e3).round() / 1e3).unwrap();
        }
    }
    text
}

fn fixtures() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/format/fixtures");
    let mut all = Vec::new();
    for reader in READERS {
        let mut paths: Vec<PathBuf> = fs::read_dir(root.join(reader.name()))
            .unwrap_or_else(|_| panic!("the format {} has no fixtures", reader.name()))
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_none_or(|extension| extension != "expected"))
            .collect();
        assert!(!paths.is_empty(), "the format {} has no fixtures", reader.name());
        paths.sort();
        all.extend(paths.into_iter().map(|path| (reader.name().to_string(), path)));
    }
    all
}

/// A fixture as input whose notes name it without its directory.
fn input(path: &Path) -> Input {
    let name = path.file_name().unwrap().to_string_lossy();
    if path.is_dir() { Input::File(path.to_path_buf()) } else { Input::bytes(&name, fs::read(path).unwrap()) }
}

fn fixture_texts() -> impl Iterator<Item = (String, String, Vec<u8>)> {
    let files = fixtures().into_iter().filter(|(_, path)| path.is_file());
    files.map(|(format, path)| (format, path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
}

#[test]
fn exactly_one_reader_is_certain_of_each_fixture() {
    for (format, path) in fixtures() {
        let source = Source::open(&input(&path)).unwrap();
        let certain: Vec<&str> =
            READERS.iter().filter(|reader| reader.detect(source.head()) == Claim::Certain).map(|reader| reader.name()).collect();
        assert_eq!(certain, [format.as_str()], "{}", path.display());
    }
}

#[test]
fn fixtures_read_as_expected() {
    let mut wrong = Vec::new();
    for (_, path) in fixtures() {
        let got = render(&recorded(&input(&path), None).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        let expected = PathBuf::from(format!("{}.expected", path.display()));
        match fs::read_to_string(&expected) {
            Ok(want) if want == got => {}
            Ok(want) => wrong.push(format!("{}:\n--- expected\n{want}\n--- got\n{got}", path.display())),
            Err(_) => {
                fs::write(&expected, got).unwrap();
                wrong.push(format!("{} is new: look at it, then run again", expected.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wrapping_changes_no_value() {
    for (_, name, bytes) in fixture_texts() {
        let want = render(&recorded(&Input::bytes(&name, &bytes), None).unwrap());
        let crlf = String::from_utf8(bytes.clone()).unwrap().replace('\n', "\r\n").into_bytes();
        let bom = [b"\xef\xbb\xbf".as_slice(), &bytes].concat();
        let blank = [b"\n\n".as_slice(), &bytes].concat();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&bytes).unwrap();
        for (wrapping, wrapped) in [("CRLF", crlf), ("byte-order mark", bom), ("gzip", encoder.finish().unwrap())] {
            let got = render(&recorded(&Input::bytes(&name, wrapped), None).unwrap());
            assert_eq!(got, want, "{name} with {wrapping}");
        }
        let run = recorded(&Input::bytes(&name, blank), None).unwrap_or_else(|error| panic!("{name} after blank lines: {error}"));
        assert!(!run.is_empty(), "{name} after blank lines");
    }
}

/// A cut input gives the same values, or an error, or a run that says that it is not whole. A cut between two records of a format
/// that has no end cannot be seen.
#[test]
fn a_cut_is_never_silent() {
    for (_, name, bytes) in fixture_texts() {
        let whole = render(&recorded(&Input::bytes(&name, &bytes), None).unwrap());
        let length = bytes.len();
        let places = (1..40).map(|part| length * part / 40).chain(length.saturating_sub(20)..length).chain([1, 2, 3, 10, 100]);
        for place in places {
            let cut = &bytes[..place];
            let Ok(run) = recorded(&Input::bytes(&name, cut), None) else { continue };
            let is_told = run.partial || run.notes.iter().any(|note| note.text.contains("cut"));
            let last = String::from_utf8_lossy(cut).lines().last().unwrap_or_default().to_string();
            let has_no_end =
                [".csv", ".json", ".jsonl"].iter().any(|end| name.ends_with(end)) || (name.ends_with(".txt") && !last.starts_with("Bench"));
            let is_between_records = has_no_end && (cut.ends_with(b"\n") || bytes[place] == b'\n');
            assert!(!run.is_empty(), "{name} cut at {place} of {length} is an empty run");
            assert!(
                is_told || is_between_records || render(&run) == whole,
                "{name} cut at {place} of {length} is silent:\n{}",
                render(&run)
            );
        }
    }
}

#[test]
fn a_cut_file_in_a_directory_is_never_silent() {
    for (_, root) in fixtures().into_iter().filter(|(_, path)| path.is_dir()) {
        let whole = render(&recorded(&Input::File(root.clone()), None).unwrap());
        let source = Source::open(&Input::File(root.clone())).unwrap();
        let files = String::from_utf8(source.head().bytes.clone()).unwrap();
        for file in files.lines() {
            let copy = tempfile::tempdir().unwrap();
            for other in files.lines() {
                let bytes = fs::read(root.join(other)).unwrap();
                let kept = if other == file { bytes.len() / 2 } else { bytes.len() };
                fs::create_dir_all(copy.path().join(other).parent().unwrap()).unwrap();
                fs::write(copy.path().join(other), &bytes[..kept]).unwrap();
            }
            if let Ok(run) = recorded(&Input::File(copy.path().to_path_buf()), None) {
                assert_eq!(render(&run), whole, "{file} cut");
            }
        }
    }
}

#[test]
fn what_nobody_knows_is_an_error_with_the_way_out() {
    let check = |text: &[u8], format: Option<&str>, want: &str| {
        assert_eq!(recorded(&Input::bytes("x", text), format).unwrap_err().to_string(), want);
    };
    check(b"hello\nworld\n", None, "x: expected results of a known tool, found nothing that a format recognises; use --format to choose");
    check(b"", None, "x: expected results, found nothing: the input is empty; did the tool that writes it fail?");
    check(b"a", Some("vegeta"), "x: expected a known format, found unknown format \"vegeta\": did you mean \"vegeta-csv\"?");
    check(b"hello\n", Some("go"), "x: expected benchmark results, found none; was -bench given, and did it match?");
    check(b"hello\n", Some("criterion"), "x: expected a directory, found a file");
    check(b"goos: linux\n", None, "x: expected benchmark results, found none; was -bench given, and did it match?");
    for reader in READERS {
        assert_eq!(by_name(reader.name()).map(|found| found.name()), Ok(reader.name()));
        assert!(!reader.about().is_empty());
        let junk = recorded(&Input::bytes("x", "hello\nworld\n"), Some(reader.name()));
        assert!(junk.is_err(), "{} takes anything", reader.name());
    }
}

/// Damage in any place: an error or a run that measured something, and never a panic. The fuzz targets go on from here.
#[test]
fn damage_never_panics_and_never_passes_empty() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for (format, name, bytes) in fixture_texts() {
        for _ in 0..150 {
            let mut damaged = bytes.clone();
            for _ in 0..=random(3) {
                let (at, length) = (random(damaged.len()), random(40));
                let end = damaged.len().min(at + length);
                match random(3) {
                    0 => damaged[at] = b"\"<>&,;\n\r\t{}[]-0.\xff\0"[random(18)],
                    1 => drop(damaged.drain(at..end)),
                    _ => drop(damaged.splice(at..at, bytes[at.min(bytes.len())..end.min(bytes.len())].to_vec())),
                }
            }
            if let Ok(run) = recorded(&Input::bytes(&name, damaged), Some(&format)) {
                assert!(!run.is_empty(), "{name}");
            }
        }
    }
}
