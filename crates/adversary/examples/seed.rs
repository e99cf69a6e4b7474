//! Writes what a target starts from when there is no corpus: `seed TARGET FOLDER`.
#![allow(clippy::expect_used, clippy::print_stderr, reason = "a command for developers")]

use std::path::PathBuf;

use pythonbpf_adversary as adversary;

/// What kernels print.
const TEXTS: [&str; 4] = [
    "           <...>-4711    [003] d..31    17.250001: bpf_trace_printk: hello: world\n",
    "my [x] task-12   (   10) [000] .... 5.0: 0xffff: text\n",
    "; count = counts.lookup(0) @ prog.py:11\n0: (b7) r1 = 0    ; R1_w=0\n\
     9: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access 'map_value_or_null'\n\
     verification time 47 usec\nstack depth 4+8\nprocessed 10 insns (limit 1000000) \
     max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0\n",
    "from 3 to 5: R0=inv(id=0) R10=fp0\nunreachable insn 5\nfunc#0 @0\n",
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(target), Some(folder)) = (arguments.next(), arguments.next().map(PathBuf::from))
    else {
        eprintln!("usage: seed source|object|btf|text FOLDER");
        std::process::exit(2);
    };
    let objects = || adversary::objects().expect("the programs of the tree");
    let inputs: Vec<Vec<u8>> = match target.as_str() {
        "source" => {
            let programs = adversary::programs().expect("the programs of the tree");
            programs.into_iter().map(|seed| seed.text.into_bytes()).collect()
        }
        "object" => objects(),
        "btf" => objects().iter().filter_map(|object| adversary::btf_of(object)).collect(),
        _ => TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect(),
    };
    for (index, input) in inputs.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{index}")), input).expect("writes");
    }
}
