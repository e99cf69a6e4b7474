//! BTF changed at random, type by type, so that most of it stays BTF. The
//! forms are those of the kernel's `include/uapi/linux/btf.h`.

use crate::bytes::{number, put, scatter, shift};
use crate::random::Random;

const MAGIC: u64 = 0xeb9f;
const HEADER_BYTES: usize = 24;
const RECORD_BYTES: usize = 12;
const KINDS: u64 = 20;

/// What follows a record of each kind: bytes once, and bytes for each member.
const TAILS: [(usize, usize); KINDS as usize] = [
    (0, 0),
    (4, 0),
    (0, 0),
    (12, 0),
    (0, 12),
    (0, 12),
    (0, 8),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 8),
    (4, 0),
    (0, 12),
    (0, 0),
    (4, 0),
    (0, 0),
    (0, 12),
];

/// A `.BTF` section taken apart.
struct Btf {
    types: Vec<Vec<u8>>,
    strings: Vec<u8>,
}

/// BTF with a few changes.
pub fn mutate_btf(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let whole = Btf::read(bytes).filter(|btf| !btf.types.is_empty());
    let (Some(mut btf), false) = (whole, random.once_in(16)) else {
        let mut bytes = bytes.to_vec();
        scatter(random, &mut bytes);
        return bytes;
    };
    for _ in 0..=random.below(4) {
        btf.change(random);
    }
    let mut bytes = btf.write();
    if random.once_in(16) {
        let at = random.below(HEADER_BYTES / 4) * 4;
        shift(random, &mut bytes, at, 4);
    }
    bytes
}

fn tail(record: &[u8]) -> Option<usize> {
    let info = number(record, 4, 4);
    let (once, each) = *TAILS.get((info >> 24 & 0x1f) as usize)?;
    Some(once + each * (info & 0xffff) as usize)
}

impl Btf {
    fn read(bytes: &[u8]) -> Option<Self> {
        if number(bytes, 0, 2) != MAGIC || number(bytes, 4, 4) != HEADER_BYTES as u64 {
            return None;
        }
        let part = |at| {
            let start = HEADER_BYTES + number(bytes, at, 4) as usize;
            bytes.get(start..start + number(bytes, at + 4, 4) as usize)
        };
        let (mut rest, strings) = (part(8)?, part(16)?.to_vec());
        let mut types = Vec::new();
        while !rest.is_empty() {
            let (record, after) = rest.split_at_checked(RECORD_BYTES + tail(rest)?)?;
            types.push(record.to_vec());
            rest = after;
        }
        Some(Self { types, strings })
    }

    fn write(&self) -> Vec<u8> {
        let types = self.types.concat();
        let mut bytes = vec![0; HEADER_BYTES];
        put(&mut bytes, 0, 4, MAGIC | 1 << 16);
        let fields = [HEADER_BYTES, 0, types.len(), types.len(), self.strings.len()];
        for (index, field) in fields.into_iter().enumerate() {
            put(&mut bytes, 4 + index * 4, 4, field as u64);
        }
        bytes.extend(types);
        bytes.extend(&self.strings);
        bytes
    }

    fn change(&mut self, random: &mut Random) {
        let count = self.types.len();
        let at = random.below(count);
        match random.below(12) {
            0 => {
                let copied = self.types[at].clone();
                self.types.push(copied);
            }
            1 if count > 1 => self.types.truncate(count - 1),
            2 => self.members(random, at),
            3 => self.kind(random, at),
            4 => {
                let place = random.below(self.strings.len());
                shift(random, &mut self.strings, place, 1);
            }
            5 => self.name(random, at),
            6 => {
                let with = random.below(count);
                self.types.swap(at, with);
            }
            7 | 8 => self.word(random, at),
            _ => self.refer(random, at),
        }
    }

    /// One member more or less.
    fn members(&mut self, random: &mut Random, at: usize) {
        let record = &mut self.types[at];
        let info = number(record, 4, 4);
        let more = random.once_in(2);
        let count = if more { (info & 0xffff) + 1 } else { (info & 0xffff).saturating_sub(1) };
        put(record, 4, 2, count.min(0xffff));
        self.fit(at);
    }

    /// Another kind with the same words, as far as they go.
    fn kind(&mut self, random: &mut Random, at: usize) {
        put(&mut self.types[at], 7, 1, random.below(KINDS as usize) as u64);
        if random.once_in(4) {
            let record = &mut self.types[at];
            let info = number(record, 7, 1) ^ 0x80;
            put(record, 7, 1, info);
        }
        self.fit(at);
    }

    /// Gives the record the length that its kind wants.
    fn fit(&mut self, at: usize) {
        let record = &mut self.types[at];
        if let Some(tail) = tail(record) {
            let last = record.get(record.len().saturating_sub(12)..).unwrap_or_default().to_vec();
            while record.len() < RECORD_BYTES + tail {
                record.extend(&last);
            }
            record.truncate(RECORD_BYTES + tail);
        }
    }

    fn name(&mut self, random: &mut Random, at: usize) {
        let name = random.below(self.strings.len()) as u64;
        let place = self.place(random, at);
        put(&mut self.types[at], place, 4, name);
    }

    /// A word becomes any other number.
    fn word(&mut self, random: &mut Random, at: usize) {
        let place = self.place(random, at);
        shift(random, &mut self.types[at], place, 4);
        // The length of the record follows from the word in the middle.
        if place == 4 && number(&self.types[at], 4, 2) < 64 {
            self.fit(at);
        }
    }

    /// A word becomes the number of a type.
    fn refer(&mut self, random: &mut Random, at: usize) {
        let place = self.place(random, at);
        if place != 4 {
            let ty = random.below(self.types.len() + 2) as u64;
            put(&mut self.types[at], place, 4, ty);
        }
    }

    fn place(&self, random: &mut Random, at: usize) -> usize {
        random.below(self.types[at].len() / 4) * 4
    }
}
