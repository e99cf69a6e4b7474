//! A `.BTF` section to layouts, within an object that is otherwise whole.
#![no_main]

use std::sync::LazyLock;

use adversary::Random;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use pythonbpf_fuzz::{read_object, soon};

/// The object, less its BTF.
static OBJECT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let objects = adversary::objects().expect("the programs of the tree");
    objects.into_iter().max_by_key(Vec::len).expect("an object")
});

fuzz_target!(|data: &[u8]| {
    let Some(object) = adversary::with_btf(&OBJECT, data) else { return };
    soon(|| read_object(&object));
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed.into());
    if random.once_in(16) {
        return fuzzer_mutate(data, size, max_size);
    }
    let new = adversary::mutate_btf(&mut random, &data[..size]);
    if new.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..new.len()].copy_from_slice(&new);
    new.len()
});
