//! Object bytes to what the runtime knows of them.
#![no_main]

use adversary::Random;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use pythonbpf_fuzz::{read_object, soon};

fuzz_target!(|data: &[u8]| soon(|| read_object(data)));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed.into());
    if random.once_in(16) {
        return fuzzer_mutate(data, size, max_size);
    }
    let new = adversary::mutate_object(&mut random, &data[..size]);
    if new.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..new.len()].copy_from_slice(&new);
    new.len()
});
