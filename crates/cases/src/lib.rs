//! Language cases: one Python file each under `tests/guide` and `tests/lang`,
//! which says in comments what is expected of it. This library is empty; the
//! test target `cases` finds the files and runs each as a test of its own, so
//! that a new case needs no Rust.
//!
//! At the end of a line of the program, exactly the diagnostics whose primary
//! span starts on that line:
//!
//! ```python
//! x = lookup(1)  # error: [unknown-name]
//! y = m.lookup(1) + 1  # warning: [maybe-missing]  # error: [a, b]
//! ```
//!
//! On lines of their own:
//!
//! | comment | holds when |
//! |---|---|
//! | `# expect: compiles` | an object is made |
//! | `# expect: loads` | and the kernel's verifier accepts every program of it |
//! | `# kernel: 6.4` | (not checked: the case is compiled for this kernel and newer ones, else for 5.10; on older ones its kernel part is left out) |
//! | `# run: NAME(data=64) == 2` | the program, run on a packet of 64 zero bytes, returns 2 |
//! | `# run: NAME(data=0x00ff…) == -1` | the same on these bytes |
//! | `# run: NAME(ctx=0) == 0` | a raw tracepoint program, run on these 64-bit arguments |
//! | `# map: NAME[KEY] == VALUE` | after all runs the map holds it; both in JSON, `null` for no entry |
//! | `# events: NAME == [VALUE, …]` | after all runs the buffer gave these events |
//! | `# prints: [LINE, …]` | the runs printed these lines to the trace pipe |
//! | `# guide: SENTENCE` | the case proves this line of `tests/guide/sentences.txt` |
//!
//! Programs run in the order of the comments and share one loaded object. What
//! needs the kernel is a second test of the file, left out with the missing
//! privilege named where the process may not load programs. `BLESS=1` rewrites
//! the comments about diagnostics.
