//! Finds the few bytes that structure a record, 64 at a time.

/// Bytes looked at together.
const BLOCK: usize = 64;

const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const ONES: u64 = 0x0101_0101_0101_0101;

/// The bytes looked for, each repeated over a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<const N: usize>([u64; N]);

/// A place in data and the finds in its block that are still to come: blocks do not end where records do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Finds {
    block: usize,
    bits: u64,
    next_block: usize,
}

impl Finds {
    /// Everything from `place` on.
    #[inline]
    pub(super) fn from(place: usize) -> Finds {
        Finds { block: place, bits: 0, next_block: place }
    }

    /// The next place of a wanted byte; `None` at the end of the data.
    #[inline]
    pub(super) fn next<const N: usize>(&mut self, wanted: &Wanted<N>, data: &[u8]) -> Option<usize> {
        while self.bits == 0 {
            self.bits = wanted.positions(data, self.next_block)?;
            self.block = self.next_block;
            self.next_block += BLOCK;
        }
        let place = self.block + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(place)
    }
}

impl<const N: usize> Wanted<N> {
    #[inline]
    pub(super) fn new(bytes: [u8; N]) -> Self {
        Wanted(bytes.map(|byte| u64::from(byte) * ONES))
    }

    /// Bit i is set where byte i of the block at `offset` is wanted; `None` at the end of the data.
    #[inline]
    fn positions(&self, data: &[u8], offset: usize) -> Option<u64> {
        let rest = data.get(offset..)?;
        match rest.first_chunk::<BLOCK>() {
            Some(block) => Some(self.in_block(block)),
            None if rest.is_empty() => None,
            None => Some(self.in_rest(rest)),
        }
    }

    /// Fewer bytes than a block: filled up, and found there nothing counts.
    fn in_rest(&self, rest: &[u8]) -> u64 {
        let mut block = [0; BLOCK];
        block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.in_block(&block) & !(u64::MAX << rest.len())
    }

    /// Eight words of eight bytes: word i leaves bit i of byte j set for its byte j, and turning that 8 × 8 square over its
    /// diagonal gives one bit a byte in order. Plain arithmetic that compilers turn into vectors, on any platform.
    #[inline]
    fn in_block(&self, block: &[u8; BLOCK]) -> u64 {
        let mut square = 0;
        for (index, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
            square |= (self.in_word(u64::from_le_bytes(*bytes)) >> 7) << index;
        }
        transpose(square)
    }

    /// The high bit of each wanted byte. Adding 0x7f to seven bits sets the high bit unless they are zero, without a carry.
    #[inline]
    fn in_word(&self, word: u64) -> u64 {
        let differs = |wanted: u64| (((word ^ wanted) & LOW) + LOW) | (word ^ wanted);
        !self.0.iter().fold(u64::MAX, |all, wanted| all & differs(*wanted)) & !LOW
    }
}

/// An 8 × 8 square of bits, one row a byte, turned over its diagonal (Warren, Hacker's Delight, 7-3).
#[inline]
fn transpose(square: u64) -> u64 {
    let swap = |square: u64, mask: u64, distance: u32| {
        let moved = (square ^ (square >> distance)) & mask;
        square ^ moved ^ (moved << distance)
    };
    let square = swap(square, 0x00aa_00aa_00aa_00aa, 7);
    let square = swap(square, 0x0000_cccc_0000_cccc, 14);
    swap(square, 0x0000_0000_f0f0_f0f0, 28)
}

#[cfg(test)]
mod tests {
    use super::{Finds, Wanted};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            wanted in any::<[u8; 3]>(),
            from in 0usize..70,
        ) {
            let (mut finds, mut found) = (Finds::from(from), Vec::new());
            while let Some(place) = finds.next(&Wanted::new(wanted), &bytes) {
                found.push(place);
            }
            let plain: Vec<usize> = (from..bytes.len()).filter(|place| wanted.contains(&bytes[*place])).collect();
            prop_assert_eq!(found, plain);
        }
    }
}
