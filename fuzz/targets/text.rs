//! Text of the kernel's: lines of the trace pipe and the verifier's log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pythonbpf_fuzz::soon;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    soon(|| {
        for line in text.lines() {
            let _ = runtime::parse_fields(line);
        }
        runtime::fuzzing::verifier_log(&text);
    });
});
