//! Language cases: one Python file each under `tests/guide`, `tests/lang`,
//! `tests/hooks` and `examples`, which says in comments what is expected of it,
//! so that a new case needs no Rust. The test target `cases` runs each as a
//! test on this machine. For the lab's machines `case-objects` compiles them
//! into a folder and `case-runner`, which links no compiler, runs that folder.
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
//! | `# kernel: 6.4` | the case, compiled for this kernel (else for 5.10), fails on older ones |
//! | `# run: NAME(data=64) == 2` | the program, run on a packet of 64 zero bytes, returns 2 |
//! | `# run: NAME(data=0x00ff…) == -1` | the same on these bytes |
//! | `# run: NAME(ctx=0) == 0` | a raw tracepoint program, run on these 64-bit arguments |
//! | `# map: NAME[KEY] == VALUE` | after all runs the map holds it; both in JSON, `null` for no entry |
//! | `# events: NAME == [VALUE, …]` | after all runs the buffer gave these events |
//! | `# prints: [LINE, …]` | the runs printed these lines to the trace pipe |
//! | `# attach: NAME on EVENT` | attached, the program counts ten events in the map `fired`; detached, none |
//! | `# needs: FEATURE` | the case fails on kernels without this and passes on those that have it |
//! | `# types: built-in` | it is compiled with the types that are built in |
//! | `# machine: lab` | this kernel is not asked, only those of the lab's machines |
//! | `# guide: SENTENCE` | the case proves this line of `tests/guide/sentences.txt` |
//!
//! Programs run in the order of the comments and share one loaded object. What
//! needs the kernel is a second test of the file, left out with the missing
//! privilege named where the process may not load programs; `# attach:` is for
//! the lab's machines alone. `BLESS=1` rewrites the comments about diagnostics.

pub mod attach;
pub mod case;
mod events;
pub mod folders;
pub mod helper_programs;
pub mod kernel;
mod marker;
pub mod needs;
pub mod report;
pub mod section_programs;
mod trace;
pub mod types;
pub mod uses;
