//! Finds the few bytes that structure a record, 64 at a time.

/// Bytes looked at together.
pub(super) const BLOCK: usize = 64;

/// Bit i is set where byte i of the block is one of `wanted`. Plain loops over fixed arrays, which the compiler turns into
/// vector compares on every platform; the multiplication gathers one bit a byte.
#[inline]
pub(super) fn positions(block: &[u8; BLOCK], wanted: [u8; 3]) -> u64 {
    const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    const GATHER: u64 = 0x0101_0101_0101_0101;
    let [a, b, c] = wanted;
    let mut mask = 0;
    let (sixteens, _) = block.as_chunks::<16>();
    for (index, bytes) in sixteens.iter().enumerate() {
        let mut hits = [0u8; 16];
        for ((hit, byte), bit) in hits.iter_mut().zip(bytes).zip(BITS) {
            *hit = if *byte == a || *byte == b || *byte == c { bit } else { 0 };
        }
        let both = u128::from_le_bytes(hits);
        let low = (both as u64).wrapping_mul(GATHER) >> 56;
        let high = ((both >> 64) as u64).wrapping_mul(GATHER) >> 56;
        mask |= (low | high << 8) << (index * 16);
    }
    mask
}

/// The block at an offset of `data`, filled up with zero bytes at the end of the data.
#[inline]
pub(super) fn block_at(data: &[u8], offset: usize) -> Option<[u8; BLOCK]> {
    let rest = data.get(offset..)?;
    if let Some(block) = rest.first_chunk::<BLOCK>() {
        return Some(*block);
    }
    if rest.is_empty() {
        return None;
    }
    let mut block = [0; BLOCK];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, block_at, positions};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(bytes in proptest::collection::vec(any::<u8>(), 0..200), wanted in any::<[u8; 3]>()) {
            let mut found = Vec::new();
            let mut offset = 0;
            while let Some(block) = block_at(&bytes, offset) {
                let mask = positions(&block, wanted);
                found.extend((0..BLOCK).filter(|bit| mask >> bit & 1 == 1).map(|bit| offset + bit).filter(|at| *at < bytes.len()));
                offset += BLOCK;
            }
            let plain: Vec<usize> = (0..bytes.len()).filter(|at| wanted.contains(&bytes[*at])).collect();
            prop_assert_eq!(found, plain);
        }
    }
}
