//! The rules that are broken, and how.

use super::Rule;

const fn rule(name: &'static str, code: &'static str, form: &'static str) -> Rule {
    Rule { name, code: Some(code), form, section: "xdp", license: "GPL", needs: "" }
}

/// What looks wrong and is made to work.
const fn works(name: &'static str, form: &'static str) -> Rule {
    Rule { name, code: None, form, section: "xdp", license: "GPL", needs: "" }
}

impl Rule {
    const fn section(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }

    const fn license(mut self, license: &'static str) -> Self {
        self.license = license;
        self
    }

    const fn needs(mut self, needs: &'static str) -> Self {
        self.needs = needs;
        self
    }
}

const NULL: &str = "null-pointer";
const BOUNDS: &str = "out-of-bounds";
const UNFINISHED: &str = "unfinished-reservation";
const FINISHED: &str = "finished-reservation";
const UNBOUND: &str = "maybe-unbound";
const LOOP: &str = "needs-newer-kernel";
const TYPE: &str = "type-mismatch";
const HELPER: &str = "helper-not-allowed";
const GPL: &str = "helper-needs-gpl";
const RETURN: &str = "bad-return-value";
const CONSTANT: &str = "assign-to-constant";
const EXPRESSION: &str = "unsupported-expression";
const MAP: &str = "map-operation";

const RECURSIVE: &str = "

@bpf
def around(a: c_uint64) -> c_uint64:
    return around(a - 1) if a else 0
";

const ROUND: &str = "

@bpf
def there(a: c_uint64) -> c_uint64:
    return back(a) + 1


@bpf
def back(a: c_uint64) -> c_uint64:
    if a > 5:
        return there(a - 1)
    return a
";

const INNER: &str = "

@bpf
def inner(p: Pair) -> c_uint64:
    return p.b
";

/// All of them.
pub static RULES: &[Rule] = &[
    rule("null: read", NULL, "p$u = pairs.lookup($e)\nx += p$u.b"),
    rule("null: write", NULL, "p$u = pairs.lookup($e)\np$u.a = $e"),
    rule("null: at once", NULL, "x += pairs.lookup($e).b"),
    rule("null: item", NULL, "p$u = counts.lookup($e)\np$u[0] = $e"),
    rule("null: or", NULL, "p$u = pairs.lookup($e)\nif p$u or $e:\n    x += p$u.b"),
    rule("null: turned", NULL, "p$u = pairs.lookup($e)\nif not p$u:\n    x += p$u.b"),
    rule("null: none", NULL, "p$u = pairs.lookup($e)\nif p$u is None:\n    p$u.a = 1"),
    rule("null: else", NULL, "p$u = pairs.lookup($e)\nif p$u:\n    pass\nelse:\n    p$u.a = 1"),
    rule("null: after", NULL, "p$u = pairs.lookup($e)\nif p$u:\n    pass\nx += p$u.b"),
    rule(
        "null: again",
        NULL,
        "p$u = pairs.lookup($e)\nif p$u:\n    p$u = pairs.lookup($e)\n    x += p$u.b",
    ),
    rule(
        "null: loop",
        NULL,
        "p$u = pairs.lookup($e)\nif p$u:\n    for j$u in range(3):\n        x += p$u.b\n        p$u = pairs.lookup(j$u)",
    ),
    rule(
        "null: other",
        NULL,
        "p$u = pairs.lookup($e)\nq$u = pairs.lookup($e)\nif q$u:\n    p$u.a = 1",
    ),
    rule("null: argument", NULL, "x += inner(pairs.lookup($e))").needs(INNER),
    rule("null: stored", NULL, "p$u = pairs.lookup($e)\npairs.update($e, p$u)"),
    rule("null: record", NULL, "r$u = ring.reserve(Pair)\nr$u.a = 1\nring.submit(r$u)"),
    rule("null: atomic", NULL, "p$u = counts.lookup($e)\natomic_add(p$u, 1)"),
    rule("bounds: constant", BOUNDS, "x += w.bytes[6]"),
    rule("bounds: far", BOUNDS, "w.words[4096] = $e"),
    rule("bounds: sum", BOUNDS, "x += w.bytes[$n + 6]"),
    rule("bounds: entry", BOUNDS, "p$u = counts.lookup($e)\nif p$u:\n    p$u[1] = 2"),
    works("bounds: any index", "x += w.bytes[random() + $e]"),
    works("bounds: any index written", "w.words[random() ^ $e] = $e"),
    works("bounds: slot", "x += slots[$e]"),
    works("bounds: loop", "for j$u in range(16):\n    w.bytes[j$u] = x"),
    rule("leak: forgotten", UNFINISHED, "r$u = ring.reserve(Pair)\nif r$u:\n    r$u.a = $e"),
    rule(
        "leak: return",
        UNFINISHED,
        "r$u = ring.reserve(Pair)\nif r$u:\n    if $e > $e:\n        return 2\n    ring.submit(r$u)",
    ),
    rule(
        "leak: one branch",
        UNFINISHED,
        "r$u = ring.reserve(Pair)\nif r$u:\n    if $e > $e:\n        ring.submit(r$u)",
    ),
    rule(
        "leak: break",
        UNFINISHED,
        "for j$u in range(3):\n    r$u = ring.reserve(Pair)\n    if not r$u:\n        continue\n    if $e > $e:\n        break\n    ring.submit(r$u)",
    ),
    rule(
        "leak: replaced",
        UNFINISHED,
        "r$u = ring.reserve(Pair)\nif r$u:\n    r$u = ring.reserve(Pair)\n    if r$u:\n        ring.submit(r$u)",
    ),
    rule(
        "record: used after",
        FINISHED,
        "r$u = ring.reserve(Pair)\nif r$u:\n    ring.submit(r$u)\n    x += r$u.b",
    ),
    rule(
        "record: twice",
        FINISHED,
        "r$u = ring.reserve(Pair)\nif r$u:\n    if $e > $e:\n        ring.submit(r$u)\n    ring.discard(r$u)",
    ),
    rule("unset: branch", UNBOUND, "if $e > $e:\n    v$u = $e\nx += v$u"),
    rule("unset: declared", UNBOUND, "v$u: c_uint64\ncounts[v$u] = 1"),
    rule(
        "unset: loop",
        UNBOUND,
        "for j$u in range($n):\n    if $e > 3:\n        v$u = $e\nx += v$u",
    ),
    rule("unset: struct", UNBOUND, "if $e > $e:\n    v$u = Pair()\npairs[$e] = v$u"),
    works("stack: wide", "v$u = (c_uint64 * 90)()\nv$u[$n] = $e\nx += v$u[$n]"),
    rule("loop: while", LOOP, "while $e & 1:\n    x += 1"),
    rule("loop: for ever", LOOP, "while True:\n    x += 1"),
    rule("loop: any bound", LOOP, "for j$u in range(counts.get($e, 1)):\n    x += 1"),
    rule("loop: no step", LOOP, "v$u = 0\nwhile v$u < 10:\n    if x & 1:\n        v$u += 1"),
    rule("loop: long", LOOP, "for j$u in range(8000000):\n    x += random()"),
    rule("helper: redirect", HELPER, "x += redirect($e, 0)")
        .section("tracepoint/sched/sched_switch"),
    rule("helper: cookie", HELPER, "x += get_socket_cookie(ctx)"),
    rule("helper: tail", HELPER, "x += xdp_adjust_head(ctx, 0)")
        .section("raw_tracepoint/sys_enter"),
    rule("helper: hash", HELPER, "x += get_hash_recalc(ctx)").section("kprobe/do_nanosleep"),
    rule("licence: print", GPL, "print(\"x\", x)").license("Proprietary"),
    rule("licence: send", GPL, "perf.output(w)").license("Proprietary"),
    rule("licence: read", GPL, "x += probe_read_kernel(w, $e)")
        .section("tracepoint/sched/sched_switch")
        .license("Proprietary"),
    rule("return: constant", RETURN, "if $e > $e:\n    return 7").section("cgroup_skb/ingress"),
    rule("return: xdp", RETURN, "return 17"),
    works("return: any", "if $e > $e:\n    return x").section("cgroup_skb/ingress"),
    works("return: any in a sock", "if $e > $e:\n    return x").section("cgroup/sock_create"),
    rule("pointer: context", TYPE, "counts[$e] = ctx"),
    rule("pointer: number", TYPE, "v$u = int(ctx)"),
    rule("pointer: entry", TYPE, "p$u = pairs.lookup($e)\nif p$u:\n    counts[$e] = p$u"),
    rule("pointer: sent", TYPE, "ring.output(ctx)"),
    rule("pointer: returned", TYPE, "return ctx"),
    rule("pointer: sum", TYPE, "v$u = ctx + 8"),
    rule("constant: global", CONSTANT, "FIXED = $e"),
    rule("constant: changed", CONSTANT, "FIXED += $e"),
    rule("constant: atomic", CONSTANT, "atomic_add(FIXED, 1)"),
    rule("recursion: direct", "recursion", "x += around($e)").needs(RECURSIVE),
    rule("recursion: round", "recursion", "x += there($e)").needs(ROUND),
    rule("context: member", "unknown-field", "x += ctx.nothing"),
    rule("context: item", EXPRESSION, "x += ctx[0]"),
    rule("map: look into a ring", MAP, "x += ring[$e]"),
    rule("map: delete a slot", MAP, "del slots[$n]"),
    rule("map: send through a table", MAP, "counts.output(w)"),
    rule("map: as a value", TYPE, "v$u = counts"),
    rule("division: by zero", "division-by-zero", "x = $e // 0"),
    rule("helper: memory", TYPE, "comm(x)").section("tracepoint/sched/sched_switch"),
];
