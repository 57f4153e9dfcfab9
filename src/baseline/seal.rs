//! The seal of a block: a checksum that tells a slip of an editor or of a merge from what `accept` wrote. It guards against
//! accidents, not against anybody who means it.

/// FNV-1a (Fowler, Noll, Vo; 64 bit), fed with whole little-endian words of 8 bytes instead of bytes, which takes an eighth of
/// the time. The last word of a line is filled up with zeros and followed by the line's length.
#[derive(Debug, Clone, Copy)]
pub struct Seal(u64);

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Default for Seal {
    fn default() -> Seal {
        Seal(OFFSET)
    }
}

impl Seal {
    /// Adds one line, without its end: how a system ends its lines does not matter.
    pub fn line(&mut self, line: &str) {
        for part in line.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            self.word(u64::from_le_bytes(word));
        }
        self.word(line.len() as u64);
    }

    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(PRIME);
    }

    /// As it is written: 16 hexadecimal digits.
    pub fn text(self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    fn check(lines: &[&str], expected: &str) {
        let mut seal = Seal::default();
        lines.iter().for_each(|line| seal.line(line));
        assert_eq!(seal.text(), expected);
    }

    /// The first is the offset itself, the second is FNV-1a of one word by hand: (offset ^ 0) · prime.
    #[test]
    fn worked_examples() {
        check(&[], "cbf29ce484222325");
        check(&[""], "af63bd4c8601b7df");
        check(&["a", "b"], &both("a", "b"));
        assert_ne!(both("a", "b"), both("b", "a"));
        assert_ne!(both("a", "b"), both("ab", ""));
        assert_ne!(both("12345678", "9"), both("123456789", ""));
    }

    fn both(first: &str, second: &str) -> String {
        let mut seal = Seal::default();
        seal.line(first);
        seal.line(second);
        seal.text()
    }
}
