//! A Criterion directory whose three files are pieces of the input, split at zero bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neverslower::format;
use neverslower::record::{Keep, Recorder};
use neverslower::source::Input;

fuzz_target!(|data: &[u8]| {
    let Ok(root) = tempfile::tempdir() else { return };
    let directory = root.path().join("a/new");
    if std::fs::create_dir_all(&directory).is_err() {
        return;
    }
    let names = ["benchmark.json", "sample.json", "estimates.json"];
    for (name, bytes) in names.into_iter().zip(data.split(|byte| *byte == 0)) {
        let _ = std::fs::write(directory.join(name), bytes);
    }
    let mut recorder = Recorder::new(Keep::Exact);
    if format::read(&Input::File(root.path().to_path_buf()), Some("criterion"), &mut recorder).is_ok() {
        assert!(!recorder.finish("fuzz").is_empty(), "an input that shows nothing was taken");
    }
});
