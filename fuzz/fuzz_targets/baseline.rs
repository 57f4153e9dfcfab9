//! A baseline file: refused, or the same after it was written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neverslower::baseline;
use std::path::Path;

fuzz_target!(|text: &str| {
    let read = |text: &str| baseline::parse(Path::new("fuzz.json"), text);
    if let Ok(stored) = read(text) {
        let written = stored.text();
        let again = read(&written).expect("what was written can be read");
        assert_eq!(again.text(), written, "writing twice changes a file");
        stored.into_runs();
    }
});
