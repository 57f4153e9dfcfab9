use super::{AtomicFile, Held, Pending, Target, Tolerant, remove_verdict, stream, write_verdict};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Names and contents of everything in a directory.
fn listing(directory: &Path) -> Vec<(String, String)> {
    let mut found: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap_or_default()))
        .collect();
    found.sort();
    found
}

/// Writes `after` over `before` (when given), commits or not, and expects exactly one file, or none.
#[track_caller]
fn check(before: Option<&str>, after: &str, commit: bool, expected: Option<&str>) {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("out.txt");
    if let Some(text) = before {
        fs::write(&path, text).unwrap();
    }
    let (mut writer, pending) = Target::File(path.clone()).open().unwrap();
    writer.write_all(after.as_bytes()).unwrap();
    assert_eq!(fs::read_to_string(&path).ok().as_deref(), before, "nothing may change before the commit");
    if commit {
        assert_eq!(pending.commit().unwrap(), b"");
        writer.flush().unwrap();
        writer.write_all(b"late").unwrap_err();
    } else {
        drop(pending);
    }
    drop(writer);
    let expected: Vec<_> = expected.map(|text| ("out.txt".to_string(), text.to_string())).into_iter().collect();
    assert_eq!(listing(scratch.path()), expected);
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    check(None, "new", true, Some("new"));
    check(None, "new", false, None);
    check(Some("old"), "new", true, Some("new"));
    check(Some("old"), "new", false, Some("old"));
    check(Some("a longer text than the new one"), "", true, Some(""));
    check(None, &"x".repeat(200_000), true, Some(&"x".repeat(200_000)));
}

#[test]
fn parent_directories_are_made() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("a/b/c.txt");
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"here").unwrap();
    file.commit().unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), "here");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("file"), "").unwrap();
    for place in [scratch.path().to_path_buf(), scratch.path().join("file/below")] {
        let error = Target::File(place.clone()).open().err().expect("must not open");
        assert_eq!(error.path, place.display().to_string());
        assert!(error.text.starts_with("cannot "), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_device_is_left_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let (real, link) = (scratch.path().join("real"), scratch.path().join("link"));
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let (mut writer, pending) = Target::File(link.clone()).open().unwrap();
    writer.write_all(b"new").unwrap();
    pending.commit().unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(real).unwrap(), "new");

    let null = Path::new("/dev/null");
    let (mut writer, pending) = Target::File(null.to_path_buf()).open().unwrap();
    writer.write_all(b"gone").unwrap();
    pending.commit().unwrap();
    assert!(super::is_special(null));
}

#[test]
fn a_buffer_hands_its_bytes_over() {
    let (mut writer, pending) = Target::Buffer.open().unwrap();
    writer.write_all(b"kept").unwrap();
    assert_eq!(pending.commit().unwrap(), b"kept");
}

/// Fails every write in one way.
struct Failing(io::ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn only_a_reader_that_went_away_is_forgiven() {
    for (kind, is_ok) in [(io::ErrorKind::BrokenPipe, true), (io::ErrorKind::StorageFull, false)] {
        let (mut writer, pending) = stream("standard output", Failing(kind));
        writer.write_all(b"bytes").unwrap();
        assert_eq!(pending.commit().is_ok(), is_ok, "{kind}");
    }
    let mut gone = Tolerant { inner: Failing(io::ErrorKind::BrokenPipe), is_gone: false };
    gone.write_all(b"one").unwrap();
    assert!(gone.is_gone);
}

#[test]
fn the_verdict_is_removed_first_and_written_last() {
    let scratch = tempfile::tempdir().unwrap();
    let results = scratch.path().join("perf-results");
    remove_verdict(&results).unwrap();
    write_verdict(&results, "verdict=pass exit=0").unwrap();
    assert_eq!(listing(&results), [("verdict.txt".to_string(), "verdict=pass exit=0\n".to_string())]);
    write_verdict(&results, "verdict=fail exit=1").unwrap();
    assert_eq!(listing(&results), [("verdict.txt".to_string(), "verdict=fail exit=1\n".to_string())]);
    remove_verdict(&results).unwrap();
    assert_eq!(listing(&results), []);
}

#[test]
fn standard_streams_are_not_files() {
    for target in [Target::Stdout, Target::Stderr] {
        let (_, Pending(held)) = target.open().unwrap();
        assert!(matches!(held, Held::Stream { .. }));
    }
}
