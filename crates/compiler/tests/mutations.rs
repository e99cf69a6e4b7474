//! Programs that people wrote, changed at random: whatever comes out, the
//! compiler answers with an object or with errors, soon, and the same twice.
//!
//! `PYTHONBPF_FUZZ_SECONDS=600` runs longer, `PYTHONBPF_FUZZ_SEED=7` takes
//! another start, and `PYTHONBPF_FUZZ_KEEP=folder` keeps the objects made, to
//! be loaded into a kernel.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diagnostics::{SourceFile, codes};
use pythonbpf_compiler as compiler;
use pythonbpf_compiler::{Emit, Options};

/// Files changed in an ordinary run.
const ROUNDS: usize = 4000;
/// A check takes no longer. Debug builds on busy machines are slow.
const LIMIT: Duration = Duration::from_secs(1);

/// xorshift64*: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// Pieces that are put in between or in place of others.
const PIECES: &[&str] = &[
    "0",
    "1",
    "-1",
    "255",
    "256",
    "65536",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "1.5",
    "2j",
    "''",
    "'text'",
    "b'x'",
    "f'{x}'",
    "f'{pid():08x}'",
    "None",
    "True",
    "False",
    "...",
    "ctx",
    "x",
    "y",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "%",
    "<<",
    ">>",
    "&",
    "|",
    "^",
    "~",
    "@",
    "->",
    ":=",
    "+=",
    "<<=",
    "//=",
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "elif",
    "for",
    "while",
    "break",
    "continue",
    "return",
    "pass",
    "del",
    "global",
    "lambda",
    "def",
    "class",
    "import",
    "from",
    "with",
    "try",
    "match",
    "yield",
    "await",
    "async",
    "\n",
    "\n    ",
    "\n        ",
    "\r",
    "\t",
    "\\\n",
    "#",
    "'",
    "\"",
    "'''",
    "\u{e9}",
    "\u{2603}",
    "\u{feff}",
    "\u{c}",
    "int",
    "bool",
    "str",
    "str(16)",
    "str(600)",
    "len",
    "abs",
    "min",
    "max",
    "print",
    "range(3)",
    "range(100000)",
    "c_uint8",
    "c_int8",
    "c_int16",
    "c_uint32",
    "c_int64",
    "c_uint64",
    "c_void_p",
    "c_char_p",
    "c_bool",
    "c_float",
    "c_uint8 * 6",
    "c_uint64 * 100",
    "pid()",
    "random()",
    "ktime()",
    "comm",
    "HashMap",
    "RingBuffer",
    "PerfEventArray",
    "@bpf",
    "@map",
    "@struct",
    "@bpfglobal",
    "@section('xdp')",
    ".lookup(1)",
    ".update(1, 2)",
    ".delete(1)",
    ".output(1)",
    "[0]",
    "[1]",
    "[-1]",
    ".x",
    "()",
];

/// Words and signs of a text; spaces go with what they precede.
fn pieces(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut before = None;
    for (at, letter) in text.char_indices() {
        let word = letter.is_alphanumeric() || letter == '_';
        if before != Some(true) || !word {
            cuts.push(at);
        }
        before = Some(word);
    }
    cuts.push(text.len());
    cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).filter(|piece| !piece.is_empty()).collect()
}

fn mutate(random: &mut Random, seeds: &[String]) -> String {
    let seed = &seeds[random.below(seeds.len())];
    let other = &seeds[random.below(seeds.len())];
    if random.below(12) == 0 {
        return mutate_bytes(random, seed);
    }
    let mut words = pieces(seed);
    let strange = pieces(other);
    for _ in 0..=random.below(6) {
        let at = random.below(words.len());
        match random.below(7) {
            0 => drop(words.remove(at)),
            1 => words.insert(at, random.of(PIECES)),
            2 => words[at] = random.of(PIECES),
            3 => {
                let with = random.below(words.len());
                words.swap(at, with);
            }
            4 => words[at] = random.of(&strange),
            5 => {
                let end = (at + random.below(20)).min(words.len());
                let copied = words[at..end].to_vec();
                let to = random.below(words.len());
                words.splice(to..to, copied);
            }
            _ => {
                let from = random.below(strange.len());
                let end = (from + random.below(40)).min(strange.len());
                words.splice(at..at, strange[from..end].iter().copied());
            }
        }
        if words.is_empty() {
            return String::new();
        }
    }
    words.concat()
}

fn mutate_bytes(random: &mut Random, seed: &str) -> String {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        match random.below(3) {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, random.below(128) as u8),
            _ => bytes[at] = random.below(128) as u8,
        }
    }
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

fn collect(folder: &Path, seeds: &mut Vec<String>) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, seeds);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            seeds.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What is wrong with the compiler's answer to a text.
fn fault(text: &str, deep: bool, made: &mut Vec<Vec<u8>>) -> Option<String> {
    let source = SourceFile::new("mutation.py", text);
    let options = Options::default();
    let internal = |compilation: &compiler::Compilation| {
        let broken = compilation.diagnostics.iter().find(|d| d.code == &codes::INTERNAL);
        broken.map(|diagnostic| diagnostic.message.clone())
    };
    let start = Instant::now();
    let checked = compiler::check(&source, &options);
    if start.elapsed() > LIMIT {
        return Some(format!("the check took {:?}", start.elapsed()));
    }
    if let Some(message) = internal(&checked) {
        return Some(message);
    }
    let length = text.len() as u32;
    for diagnostic in &checked.diagnostics {
        let span = diagnostic.primary.span;
        if span.start > span.end || span.end > length || !text.is_char_boundary(span.start as usize)
        {
            return Some(format!("`{}` is at {span:?} of {length} bytes", diagnostic.message));
        }
    }
    if !deep || checked.diagnostics.iter().any(diagnostics::Diagnostic::is_error) {
        return None;
    }
    let built = compiler::compile(&source, &options, Emit::Object);
    if let Some(message) = internal(&built) {
        return Some(message);
    }
    let again = compiler::compile(&source, &options, Emit::Object);
    if built.output != again.output || built.diagnostics != again.diagnostics {
        return Some("two compilations differ".to_owned());
    }
    made.extend(built.output);
    None
}

#[test]
fn changed_programs_are_answered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut seeds = Vec::new();
    for folder in ["tests/guide", "tests/lang", "examples"] {
        collect(&root.join(folder), &mut seeds);
    }
    assert!(seeds.len() > 20, "no programs to start from");
    let mut random = Random(number("PYTHONBPF_FUZZ_SEED").unwrap_or(0x5eed) | 1);
    let end = number("PYTHONBPF_FUZZ_SECONDS").map(|s| Instant::now() + Duration::from_secs(s));
    let keep = std::env::var_os("PYTHONBPF_FUZZ_KEEP").map(PathBuf::from);
    // Should LLVM end the process, this file tells over what.
    let last = std::env::temp_dir().join(format!("pythonbpf-mutation-{}.py", std::process::id()));
    let (mut round, mut objects) = (0, 0);
    while end.map_or(round < ROUNDS, |end| Instant::now() < end) {
        let text = mutate(&mut random, &seeds);
        std::fs::write(&last, &text).unwrap();
        let mut made = Vec::new();
        let deep = end.is_some() || round % 8 == 0;
        if let Some(fault) = fault(&text, deep, &mut made) {
            panic!("round {round}: {fault}\n---\n{text}\n---");
        }
        for object in made {
            if let Some(folder) = &keep {
                std::fs::write(folder.join(format!("{round}.o")), object).unwrap();
                std::fs::write(folder.join(format!("{round}.py")), &text).unwrap();
            }
            objects += 1;
        }
        round += 1;
    }
    std::fs::remove_file(&last).unwrap();
    assert!(objects > 0, "no object in {round} rounds");
}
