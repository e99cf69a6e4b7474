//! Choices from a seed, the same on every machine and in every version.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};

/// Numbers that computations go wrong at.
const EDGES: [u64; 22] = [
    0,
    1,
    2,
    3,
    7,
    8,
    10,
    31,
    32,
    63,
    100,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
];

pub struct Random(ChaCha8Rng);

impl Random {
    /// The choices for item `index` of a run.
    pub fn new(seed: u64, index: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index);
        Self(rng)
    }

    pub fn any(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// From 0 to `limit - 1`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.any() % limit.max(1) as u64) as usize
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { from.get(self.below(from.len())).cloned() }
    }

    /// A number as a literal may have it; mostly small, sometimes at an edge.
    pub fn literal(&mut self) -> i128 {
        let value = match self.below(10) {
            0..=4 => self.below(20) as u64,
            5..=7 => EDGES[self.below(EDGES.len())],
            8 => self.any() >> 33,
            _ => self.any() >> 1 >> self.below(50),
        };
        i128::from(value)
    }

    /// A number as the input may have it.
    pub fn input(&mut self) -> i64 {
        let edge = EDGES[self.below(EDGES.len())];
        let value = match self.below(12) {
            0..=2 => self.below(20) as u64,
            3..=5 => edge,
            6 => edge.wrapping_neg(),
            7 => edge.wrapping_add(1),
            8 => !edge,
            9 => self.any() >> 32,
            _ => self.any() >> self.below(60),
        };
        value as i64
    }
}
