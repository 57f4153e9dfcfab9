//! Answers by their status code.

use std::collections::BTreeMap;

/// Counts three-digit codes. Anything else that a source calls a code is text of somebody else's, and no key.
#[derive(Debug, Default)]
pub(super) struct StatusCodes {
    /// In the order in which they came: most runs know one, and 900 are all there can be.
    counts: Vec<(u16, u64)>,
}

impl StatusCodes {
    /// Counts one answer by its code as the source spells it.
    #[inline]
    pub(super) fn add(&mut self, code: &str) {
        if let Some(code) = three_digits(code) {
            self.add_times(code, 1);
        }
    }

    /// Counts answers that somebody else counted.
    #[inline]
    pub(super) fn add_times(&mut self, code: u16, times: u64) {
        match self.counts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, counted)) => *counted += times,
            None => self.counts.push((code, times)),
        }
    }

    pub(super) fn finish(self) -> BTreeMap<u16, u64> {
        self.counts.into_iter().collect()
    }
}

#[inline]
fn three_digits(code: &str) -> Option<u16> {
    let &[a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = code.as_bytes() else { return None };
    let digit = |byte: u8| u16::from(byte - b'0');
    Some(digit(a) * 100 + digit(b) * 10 + digit(c))
}

#[cfg(test)]
mod tests {
    use super::StatusCodes;

    fn check(codes: &[&str], expected: &[(u16, u64)]) {
        let mut counted = StatusCodes::default();
        codes.iter().for_each(|code| counted.add(code));
        assert_eq!(counted.finish().into_iter().collect::<Vec<_>>(), expected, "{codes:?}");
    }

    #[test]
    fn answers_are_counted_by_code_and_nothing_else_is() {
        check(&["200", "503", "200", "404"], &[(200, 2), (404, 1), (503, 1)]);
        check(&["", "0", "20", "2000", "099", "2x0", "Non HTTP response code: java.net.ConnectException"], &[]);
    }
}
