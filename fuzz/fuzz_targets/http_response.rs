//! An answer from the wire. The first byte says how the rest comes in pieces, which must make no difference.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neverslower::measure::http::{Ended, Expect, Fed, Response};

/// Bytes that belonged to the answer, what its end meant, and what was understood; `None` for what is no answer.
fn take<'a>(pieces: impl Iterator<Item = &'a [u8]>, expect: Expect) -> Option<(Option<usize>, Ended, u16, String, bool)> {
    let mut response = Response::default();
    response.begin(expect);
    let mut before = 0;
    let mut complete = None;
    for piece in pieces {
        match response.feed(piece) {
            Ok(Fed::Complete { used }) => {
                assert!(used <= piece.len(), "more bytes used than there were");
                complete = Some(before + used);
                break;
            }
            Ok(Fed::More) => before += piece.len(),
            Err(_) => return None,
        }
    }
    Some((complete, response.end(), response.status(), response.reason().to_string(), response.is_keep_alive()))
}

fuzz_target!(|data: &[u8]| {
    let Some((first, wire)) = data.split_first() else { return };
    let expect = if first & 1 == 0 { Expect::Body } else { Expect::HeadOnly };
    let size = usize::from(first >> 1).max(1);
    let (whole, split) = (take([wire].into_iter(), expect), take(wire.chunks(size), expect));
    assert_eq!(whole, split, "pieces of {size} bytes");
});
