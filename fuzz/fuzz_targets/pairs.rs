#![no_main]

use libfuzzer_sys::fuzz_target;
use neverslower::format;
use neverslower::record::{Keep, Recorder};
use neverslower::source::Input;

fuzz_target!(|data: &[u8]| {
    let mut recorder = Recorder::new(Keep::Exact);
    if format::read(&Input::bytes("fuzz", data), Some("pairs"), &mut recorder).is_ok() {
        assert!(!recorder.finish("fuzz").is_empty(), "an input that shows nothing was taken");
    }
});
