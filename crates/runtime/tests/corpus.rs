//! What the fuzzers have found: every object of their corpus opens or is
//! refused with a reason, and what opens can be looked at.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pythonbpf_runtime::{Error, Layout, OpenObject, decode};

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/object");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Decodes zeros, as far as they are not too many.
fn look(layout: &Layout) {
    if layout.size() <= 1 << 16 {
        decode(layout, &vec![0; layout.size()]);
    }
}

#[test]
fn objects_of_the_corpus_open_or_say_why() {
    let (mut opened, mut refused) = (0, 0);
    for file in corpus() {
        let start = Instant::now();
        match OpenObject::from_bytes("corpus.o", &std::fs::read(&file).unwrap()) {
            Ok(object) => {
                opened += 1;
                for map in object.maps() {
                    [&map.key, &map.value].into_iter().chain(&map.events).for_each(look);
                }
            }
            Err(Error::BadObject { reason, .. }) => {
                refused += 1;
                assert!(!reason.is_empty());
            }
            Err(other) => panic!("{}: {other}", file.display()),
        }
        // They once took for ever.
        assert!(start.elapsed() < Duration::from_secs(20), "{}", file.display());
    }
    assert!(opened > 5 && refused > 5, "{opened} opened, {refused} refused");
}
