//! Programs that people wrote, changed at random: whatever comes out, the
//! compiler answers with an object or with errors, soon, and the same twice;
//! and the runtime reads every object.
//!
//! `PYTHONBPF_FUZZ_SECONDS=600` runs longer, `PYTHONBPF_FUZZ_SEED=7` takes
//! another start, and `PYTHONBPF_FUZZ_KEEP=folder` keeps the objects made, to
//! be loaded into a kernel. `fuzz/` does the same guided by coverage.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test")]

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use adversary::{Depth, Random};
use pythonbpf_adversary as adversary;
use runtime::OpenObject;

/// Files changed in an ordinary run.
const ROUNDS: usize = 2000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

#[test]
fn changed_programs_are_answered() {
    let seeds = adversary::programs().unwrap();
    assert!(seeds.len() > 20, "no programs to start from");
    let mut random = Random::new(number("PYTHONBPF_FUZZ_SEED").unwrap_or(0x5eed));
    let end = number("PYTHONBPF_FUZZ_SECONDS").map(|s| Instant::now() + Duration::from_secs(s));
    let keep = std::env::var_os("PYTHONBPF_FUZZ_KEEP").map(PathBuf::from);
    // Should LLVM end the process, this file tells over what.
    let last = std::env::temp_dir().join(format!("pythonbpf-mutation-{}.py", std::process::id()));
    let (mut round, mut objects) = (0, 0);
    while end.map_or(round < ROUNDS, |end| Instant::now() < end) {
        let text = adversary::variant(&mut random, &seeds);
        std::fs::write(&last, &text).unwrap();
        let deep = end.is_some() || round % 8 == 0;
        let depth = if deep { Depth::Object } else { Depth::Check };
        match adversary::fault(&text, depth, clock) {
            Err(fault) => panic!("round {round}: {fault}\n---\n{text}\n---"),
            Ok(None) => {}
            Ok(Some(object)) => {
                OpenObject::from_bytes("mutation.o", &object).unwrap();
                if let Some(folder) = &keep {
                    std::fs::write(folder.join(format!("{round}.o")), object).unwrap();
                    std::fs::write(folder.join(format!("{round}.py")), &text).unwrap();
                }
                objects += 1;
            }
        }
        round += 1;
    }
    std::fs::remove_file(&last).unwrap();
    assert!(objects > 0, "no object in {round} rounds");
}
