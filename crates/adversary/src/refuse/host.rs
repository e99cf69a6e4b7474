//! A well-formed program made at random, and the places where statements may
//! come in.

use super::Rule;
use crate::random::Random;

const HEAD: &str = "\
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import *
from pythonbpf.maps import Array, HashMap, PerfEventArray, RingBuffer


@bpf
@struct
class Pair:
    a: c_uint32
    b: c_uint64


@bpf
@struct
class Wide:
    bytes: c_uint8 * 6
    words: c_uint32 * 4
    name: str(16)
    at: Pair


@bpf
@map
def pairs() -> HashMap:
    return HashMap(key=c_uint32, value=Pair, max_entries=16)


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@map
def slots() -> Array:
    return Array(value=c_uint64, max_entries=8)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def perf() -> PerfEventArray:
    return PerfEventArray(key_size=c_uint32, value_size=c_uint32)


@bpf
@bpfglobal
def LIMIT() -> c_uint64:
    return 7


@bpf
@bpfglobal
def FIXED() -> c_uint64:
    return 3


@bpf
@bpfglobal
def total() -> c_uint64:
    return 0


@bpf
def twice(a: c_uint64) -> c_uint64:
    return a * 2
";

/// Statements that may stand anywhere; `$s` is a block of others.
const STATEMENTS: &[&str] = &[
    "x = $e",
    "x += $e",
    "y ^= $e",
    "z = $e if x > $e else $e",
    "counts[$e & 7] = $e",
    "counts[$e & 7] += $e",
    "slots[$n] = $e",
    "total += $e",
    "w.words[$n & 3] = $e",
    "w.at.b = $e",
    "w.name = \"ab\"",
    "ring.output(w)",
    "if $e > $e:\n    $s\n    $s",
    "if $e & 1:\n    $s\nelse:\n    $s",
    "for i$u in range($n):\n    $s\n    $s",
    "p$u = pairs.lookup($e & 7)\nif p$u:\n    p$u.b += $e\n    $s",
    "q$u = counts.lookup($e & 7)\nif q$u and q$u[0] > 3:\n    $s",
    "r$u = ring.reserve(Pair)\nif r$u:\n    r$u.b = $e\n    ring.submit(r$u)",
    "with ring.reserve(Pair) as r$u:\n    r$u.a = $e\n    $s",
    "pairs.update($e & 7, Pair(a=1, b=$e))",
    "del counts[$e & 7]",
];

const INTEGERS: &[&str] = &[
    "x",
    "y",
    "z",
    "$n",
    "random()",
    "ktime()",
    "smp_processor_id()",
    "($e + $e)",
    "($e - $e)",
    "($e * $e)",
    "($e // ($e | 1))",
    "($e % $n)",
    "($e ^ $e)",
    "($e >> ($n))",
    "twice($e)",
    "counts.get($e & 7, $n)",
    "slots[$n]",
    "LIMIT",
    "w.words[$n & 3]",
    "w.at.b",
];

/// How deep blocks and expressions nest.
const DEPTH: usize = 3;

/// A program of lines.
pub(super) struct Host {
    pub(super) lines: Vec<String>,
    /// Where a statement may come in: before which line, and how far right.
    places: Vec<(usize, usize)>,
}

impl Host {
    pub(super) fn new(random: &mut Random, rule: &Rule) -> Self {
        let mut host = Self { lines: Vec::new(), places: Vec::new() };
        host.write(0, HEAD);
        // What leaves or looks at the context belongs to the program itself.
        let bound = ["return", "ctx", "perf."].iter().any(|word| rule.form.contains(word));
        if !bound && random.once_in(3) {
            host.write(0, "\n\n@bpf\ndef work(x: c_uint64) -> c_uint64:");
            host.body(random, "return x");
            host.program(rule);
            host.write(4, "return 1 if work(3) > 5 else 0");
        } else {
            host.program(rule);
            host.write(4, "x = c_uint64(1)");
            host.body(random, "return 1");
        }
        host.write(0, "\n\n@bpf\n@bpfglobal\ndef LICENSE() -> str:");
        host.write(4, &format!("return \"{}\"", rule.license));
        host
    }

    fn program(&mut self, rule: &Rule) {
        let section = rule.section;
        self.write(0, &format!("\n\n@bpf\n@section(\"{section}\")"));
        self.write(0, "def prog(ctx: c_void_p) -> c_int64:");
    }

    fn body(&mut self, random: &mut Random, end: &str) {
        self.write(4, "y: c_uint32 = 2\nz = c_uint64(3)\nw = Wide()\nglobal total");
        for _ in 0..=random.below(4) {
            self.statement(random, 4, DEPTH);
        }
        self.places.push((self.lines.len(), 4));
        self.write(4, end);
    }

    /// A place for a statement.
    pub(super) fn place(&self, random: &mut Random) -> (usize, usize) {
        self.places.get(random.below(self.places.len())).copied().unwrap_or_default()
    }

    fn write(&mut self, margin: usize, text: &str) {
        self.lines.extend(text.lines().map(|line| format!("{}{line}", " ".repeat(margin))));
    }

    fn statement(&mut self, random: &mut Random, margin: usize, depth: usize) {
        self.places.push((self.lines.len(), margin));
        let form = random.of(STATEMENTS);
        let form = if depth == 0 && form.contains("$s") { "x += 1" } else { form };
        for line in fill(random, form).lines() {
            let inner = line.len() - line.trim_start().len();
            if line.trim_start() == "$s" {
                self.statement(random, margin + inner, depth - 1);
            } else {
                self.write(margin, line);
            }
        }
    }
}

/// Fills the holes of a form but for its blocks.
pub(super) fn fill(random: &mut Random, form: &str) -> String {
    let unique = random.below(1 << 20).to_string();
    let mut text = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        text.push_str(&match after.chars().next() {
            Some('e') => integer(random, DEPTH),
            Some('n') => (1 + random.below(6)).to_string(),
            Some('u') => unique.clone(),
            _ => "$s".to_owned(),
        });
        rest = after.get(1..).unwrap_or_default();
    }
    text + rest
}

fn integer(random: &mut Random, depth: usize) -> String {
    let form = if depth == 0 { "x" } else { random.of(INTEGERS) };
    let mut text = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        text.push_str(&match after.chars().next() {
            Some('e') => integer(random, depth - 1),
            _ => (1 + random.below(6)).to_string(),
        });
        rest = after.get(1..).unwrap_or_default();
    }
    text + rest
}
