//! What the fuzz targets share.

use std::time::Duration;

use runtime::{Layout, OpenObject, decode, encode};

/// No input may take longer, in time of the processor.
const LIMIT: Duration = Duration::from_secs(1);
/// How much of a value is looked at: a map's may have gigabytes.
const VALUE_BYTES: usize = 1 << 16;

/// The time that this thread has had of a processor.
pub fn clock() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the struct that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Does the work and makes sure that it does not take too long.
pub fn soon<R>(work: impl FnOnce() -> R) -> R {
    let start = clock();
    let result = work();
    let took = clock() - start;
    assert!(took < LIMIT, "it took {took:?}");
    result
}

/// Reads an object as far as that goes without a kernel: what it holds, and
/// values of its maps.
pub fn read_object(bytes: &[u8]) {
    let Ok(object) = OpenObject::from_bytes("fuzz.o", bytes) else { return };
    for program in object.programs() {
        let _ = (program.kind(), program.target());
        for instruction in [0, 1, program.instructions as u32] {
            let _ = runtime::fuzzing::source_line(bytes, &program.name, instruction);
        }
    }
    for map in object.maps() {
        for layout in [&map.key, &map.value].into_iter().chain(&map.events) {
            round_trip(layout, bytes);
        }
    }
}

/// What is decoded can be encoded again, and is then the same.
fn round_trip(layout: &Layout, bytes: &[u8]) {
    let size = layout.size();
    if size > VALUE_BYTES {
        return;
    }
    let value = decode(layout, &bytes[..size.min(bytes.len())]);
    // Bytes that are no text come back as others, and floats are not equal
    // to themselves; unions say one thing twice.
    if let Ok(again) = encode(layout, &value) {
        assert_eq!(again.len(), size);
        if plain(layout) {
            assert_eq!(decode(layout, &again), value, "{layout:?}");
        }
    }
}

fn plain(layout: &Layout) -> bool {
    match layout {
        Layout::Int { .. } | Layout::Bool { .. } | Layout::Bytes { .. } => true,
        Layout::Array { element, .. } => plain(element),
        _ => false,
    }
}
