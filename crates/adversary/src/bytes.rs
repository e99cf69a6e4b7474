//! Numbers in bytes, little-endian, and how they are changed at random.

use crate::random::Random;

/// Numbers at which things begin to go wrong.
const LIMITS: &[u64] = &[
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    15,
    16,
    24,
    31,
    32,
    63,
    64,
    65,
    127,
    128,
    255,
    256,
    511,
    512,
    4095,
    4096,
    4097,
    0x7fff,
    0xffff,
    0x1_0000,
    0x00ff_ffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fff8,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_fff8,
    u64::MAX,
];

/// The number of `size` bytes at `at`; what lies outside reads as 0.
pub(crate) fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    let part = bytes.get(at..at.saturating_add(size)).unwrap_or_default();
    part.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// Writes the low `size` bytes of a number; what lies outside is left out.
pub(crate) fn put(bytes: &mut [u8], at: usize, size: usize, value: u64) {
    for (slot, byte) in bytes.iter_mut().skip(at).zip(value.to_le_bytes()).take(size) {
        *slot = byte;
    }
}

/// Makes one number of `bytes` another, near the old one or near a limit.
pub(crate) fn shift(random: &mut Random, bytes: &mut [u8], at: usize, size: usize) {
    let old = number(bytes, at, size);
    let new = match random.below(4) {
        0 => old.wrapping_add(random.below(9) as u64).wrapping_sub(4),
        1 => old ^ (1 << random.below(size * 8)),
        2 => random.any(),
        _ => LIMITS.get(random.below(LIMITS.len())).copied().unwrap_or_default(),
    };
    put(bytes, at, size, new);
}

/// Changes a few numbers anywhere in `bytes`.
pub(crate) fn scatter(random: &mut Random, bytes: &mut [u8]) {
    for _ in 0..=random.below(4) {
        let size = [1, 2, 4, 4, 8][random.below(5)];
        let at = random.below(bytes.len()) / size * size;
        if random.once_in(4) {
            let from = random.below(bytes.len()) / size * size;
            let copied = number(bytes, from, size);
            put(bytes, at, size, copied);
        } else {
            shift(random, bytes, at, size);
        }
    }
}
