//! Source text to diagnostics, and for a part of the texts to the object and
//! on to the runtime's reader.
//!
//! With `PYTHONBPF_FUZZ_LOAD=folder` what compiles is loaded into the running
//! kernel as well; what the verifier refuses is written to that folder.
#![no_main]

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::LazyLock;

use adversary::{Depth, Random, Seed};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use pythonbpf_fuzz::{clock, read_object};
use runtime::{Error, OpenObject};

static SEEDS: LazyLock<Vec<Seed>> =
    LazyLock::new(|| adversary::programs().expect("the programs of the tree"));
static LOAD: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| std::env::var_os("PYTHONBPF_FUZZ_LOAD").map(PathBuf::from));

/// One text in this many is compiled as well; LLVM takes a hundred times
/// longer than the checker.
const COMPILED: u64 = 64;
/// One in this many where they are loaded too.
const LOADED: u64 = 4;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let share = if LOAD.is_some() { LOADED } else { COMPILED };
    let deep = hasher.finish() % share == 0;
    let depth = if deep { Depth::Object } else { Depth::Check };
    match adversary::fault(text, depth, clock) {
        Err(fault) => panic!("{fault}"),
        Ok(None) => {}
        Ok(Some(object)) => {
            read_object(&object);
            if let Some(folder) = &*LOAD {
                load(text, &object, folder, hasher.finish());
            }
        }
    }
});

fn load(text: &str, bytes: &[u8], folder: &std::path::Path, hash: u64) {
    let object = OpenObject::from_bytes("fuzz.o", bytes).expect("our own object");
    if let Err(error @ (Error::Rejected(_) | Error::LoadFailed { .. })) = object.load() {
        let path = folder.join(format!("{hash:016x}.py"));
        let log = match &error {
            Error::Rejected(rejection) => rejection.log.clone(),
            _ => String::new(),
        };
        std::fs::write(&path, text).expect("writes");
        std::fs::write(path.with_extension("log"), format!("{error}\n{log}")).expect("writes");
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed.into());
    let text = std::str::from_utf8(&data[..size]).ok().filter(|_| !random.once_in(8));
    let Some(text) = text else { return fuzzer_mutate(data, size, max_size) };
    let mut new = adversary::mutate_source(&mut random, text, &SEEDS);
    let mut length = new.len().min(max_size);
    while !new.is_char_boundary(length) {
        length -= 1;
    }
    new.truncate(length);
    data[..length].copy_from_slice(new.as_bytes());
    length
});
