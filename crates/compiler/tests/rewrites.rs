//! Where the rewrites of the typed program are made, and where they are not.

use diagnostics::SourceFile;
use pythonbpf_compiler::{self as compiler, Emit, Options, Rewrite};

const HEAD: &str = "\
from ctypes import *
from pythonbpf import *
from pythonbpf.helper import *
from pythonbpf.maps import *

@bpf
@struct
class Event:
    ts: c_uint64
    pid: c_uint32
    comm: str(16)

@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)

@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)

@bpf
@map
def events() -> HashMap:
    return HashMap(key=c_uint32, value=Event, max_entries=64)

@bpf
def other(k: c_uint32) -> c_int64:
    counts.delete(k)
    return 0

@bpf
@bpfglobal
def X() -> c_uint64:
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return \"GPL\"

@bpf
@section(\"tracepoint/sched/sched_switch\")
def prog(ctx: c_void_p) -> c_int64:
    k = pid()
";

/// What a body becomes.
fn made(body: &str, emit: Emit, without: &[Rewrite]) -> String {
    made_behind(HEAD, body, emit, without)
}

/// What a body becomes behind the start of a file.
fn made_behind(head: &str, body: &str, emit: Emit, without: &[Rewrite]) -> String {
    let lines = body.lines().map(|line| format!("    {line}\n"));
    let text = format!("{head}{}    return 0\n", lines.collect::<String>());
    let source = SourceFile::new("prog.py", text);
    let kernel = "6.1".parse().unwrap_or_default();
    let options = Options { kernel, without: without.to_vec(), ..Options::default() };
    let made = compiler::compile(&source, &options, emit);
    let errors: Vec<_> = made.diagnostics.iter().filter(|known| known.is_error()).collect();
    assert!(errors.is_empty(), "{body}\n{errors:?}");
    String::from_utf8(made.output.unwrap_or_default()).unwrap_or_default()
}

/// Whether each body becomes another program by the rewrite.
fn judge(rewrite: Rewrite, cases: &[(bool, &str)]) {
    judge_behind(HEAD, rewrite, cases);
}

/// The same behind the start of a file.
fn judge_behind(head: &str, rewrite: Rewrite, cases: &[(bool, &str)]) {
    for (expected, body) in cases {
        let [made, plain] =
            [&[][..], &[rewrite]].map(|without| made_behind(head, body, Emit::Typed, without));
        assert_eq!(made != plain, *expected, "{body}\n{made}");
    }
}

#[test]
fn an_event_is_filled_where_it_is_sent_from() {
    let cases = [
        (true, "e = Event()\ne.ts = ktime()\ne.pid = k\ncomm(e.comm)\nring.output(e)"),
        (true, "e = Event(ts=ktime(), pid=k)\nring.output(e)"),
        (true, "e = Event()\nif k > 5:\n    e.pid = k\nring.output(e)"),
        (true, "if k:\n    e = Event()\n    e.pid = k\n    ring.output(e)"),
        // What sets other locals meanwhile is done before.
        (true, "e = Event()\ne.pid = k\nt = ktime()\ne.ts = t\nring.output(e)"),
        (true, "e = Event()\ncounts.update(k, 1)\ne.pid = k\nring.output(e)"),
        (true, "e = Event()\ne.pid = k\ne.ts = e.pid\nring.output(e, BPF_RB_NO_WAKEUP)"),
        // The result is used.
        (false, "e = Event()\ne.pid = k\nif ring.output(e) != 0:\n    counts[1] += 1"),
        // It is used afterwards.
        (false, "e = Event()\ne.pid = k\nring.output(e)\ncounts.update(1, e.pid)"),
        (false, "e = Event()\ne.pid = k\nring.output(e)\nring.output(e)"),
        // Something else happens meanwhile, which a full buffer must not leave out.
        (false, "e = Event()\ne.pid = k\ncounts.update(k, 1)\nring.output(e)"),
        (false, "e = Event()\ne.pid = k\nother(k)\nring.output(e)"),
        (false, "e = Event()\ne.pid = k\nif k == 1:\n    return 0\nring.output(e)"),
        (false, "global X\ne = Event()\ne.ts = atomic_add(X, 1)\nring.output(e)"),
        // A value that was read before is set meanwhile.
        (false, "t = ktime()\ne = Event()\ne.ts = t\nt = ktime()\ne.pid = t\nring.output(e)"),
        // The local is another one at each turn, or is kept.
        (false, "e = Event()\nfor i in range(3):\n    e.pid = i\n    ring.output(e)"),
        (false, "e = Event()\ne.pid = k\nevents.update(k, e)\nring.output(e)"),
        // The flags are not known.
        (false, "e = Event()\ne.pid = k\nring.output(e, k & 1)"),
    ];
    judge(Rewrite::Reserve, &cases);
}

#[test]
fn an_entry_that_is_there_is_changed_in_place() {
    let cases = [
        (true, "v = counts.lookup(k)\nif v:\n    counts.update(k, v + 1)"),
        (true, "v = counts.lookup(k)\nif v is not None:\n    counts[k] = v + 1"),
        (true, "v = counts.lookup(k)\nif not v:\n    return 0\ncounts.update(k, v + 1)"),
        (true, "v = counts.lookup(k)\nif v and k > 3:\n    counts.update(k, 9)"),
        (true, "v = counts.lookup(k + 1)\nif v:\n    counts.update(k + 1, 9, BPF_EXIST)"),
        (true, "v = counts.lookup(k)\nif v:\n    if k > 3:\n        counts.update(k, 9)"),
        // It may not be there.
        (false, "v = counts.lookup(k)\ncounts.update(k, 9)"),
        (false, "v = counts.lookup(k)\nif v or k:\n    counts.update(k, 9)"),
        (false, "v = counts.lookup(k)\nif v:\n    pass\ncounts.update(k, 9)"),
        // Another key, or the key is another one by then.
        (false, "v = counts.lookup(k)\nif v:\n    counts.update(k + 1, 9)"),
        (false, "v = counts.lookup(k)\nif v:\n    k += 1\n    counts.update(k, 9)"),
        // Another pointer by then.
        (false, "v = counts.lookup(k)\nif v:\n    v = counts.lookup(7)\n    counts.update(k, 9)"),
        // It may be gone by then.
        (false, "v = counts.lookup(k)\nif v:\n    counts.delete(k)\n    counts.update(k, 9)"),
        (false, "v = counts.lookup(k)\nif v:\n    other(k)\n    counts.update(k, 9)"),
        (false, "v = counts.lookup(k)\nif v:\n    counts.update(1, 2)\n    counts.update(k, 9)"),
        // It must be new.
        (false, "v = counts.lookup(k)\nif v:\n    counts.update(k, 9, BPF_NOEXIST)"),
        // The result is used.
        (false, "v = counts.lookup(k)\nif v:\n    if counts.update(k, 9):\n        return 1"),
        // A reader would see half of a struct.
        (false, "v = events.lookup(k)\nif v:\n    events.update(k, Event(pid=k))"),
        // The entry of the turn before.
        (
            false,
            "v = counts.lookup(k)\nif v:\n    for i in range(3):\n        counts.update(k, i)\n        counts.delete(k)",
        ),
    ];
    judge(Rewrite::InPlace, &cases);
}

const PACKET_HEAD: &str = "\
from ctypes import *
from pythonbpf import *
from pythonbpf.helper import *
from pythonbpf.net import *

@bpf
@bpfglobal
def LICENSE() -> str:
    return \"GPL\"

@bpf
def length(ip: iphdr) -> c_int64:
    return ip.ihl * 4

@bpf
@section(\"xdp\")
def prog(ctx: c_void_p) -> c_int64:
    n = smp_processor_id()
";

#[test]
fn a_header_and_its_test_are_one_comparison() {
    let cases = [
        (true, "ip = ctx.packet(iphdr, 14)\nif ip:\n    return ip.ttl"),
        (true, "ip = ctx.packet(iphdr, 14)\nif not ip:\n    return 1\nreturn ip.ttl"),
        (true, "ip = ctx.packet(iphdr, 14)\nif not ip or ip.version != 4:\n    return 1"),
        (true, "ip = ctx.packet(iphdr, n)\nif ip and n:\n    return ip.ttl"),
        (true, "ip = ctx.packet(iphdr, 14)\nif ip:\n    return length(ip)"),
        (true, "for i in range(4):\n    b = ctx.packet(c_uint8, i)\n    if b:\n        n += b[0]"),
        // It is asked again, where nothing else says that it was not there.
        (
            false,
            "ip = ctx.packet(iphdr, 14)\nif ip and n:\n    n = ip.ttl\nif ip:\n    return ip.tos",
        ),
        (false, "ip = ctx.packet(iphdr, 14)\nif n == 1 and ip:\n    return ip.ttl"),
        // Something comes between.
        (false, "ip = ctx.packet(iphdr, 14)\nn += 1\nif ip:\n    return ip.ttl"),
        // It is given another header later.
        (false, "ip = ctx.packet(iphdr, 14)\nif ip:\n    n = ip.ttl\nip = ctx.packet(iphdr, 18)"),
        // The answer is kept.
        (false, "ip = ctx.packet(iphdr, 14)\nthere = ip is not None\nif there:\n    return 1"),
    ];
    judge_behind(PACKET_HEAD, Rewrite::PacketTest, &cases);
}

#[test]
fn a_helper_that_gives_the_same_is_called_once() {
    let body = "a = pid()\nb = pid()\nc = tid()\nd = pid()\nring.output(a + b + c + d)";
    let calls = |without| made(body, Emit::Assembly, without).matches("call 14\n").count();
    assert_eq!((calls(&[][..]), calls(&[Rewrite::Once])), (1, 5));
}

const TASK_HEAD: &str = "\
from ctypes import *
from pythonbpf import *
from pythonbpf.helper import *
from ctypes import cast, POINTER
from vmlinux import task_struct, linux_binprm

@bpf
@bpfglobal
def LICENSE() -> str:
    return \"GPL\"

@bpf
@section(\"tp_btf/sched_process_exec\")
def prog(ctx: c_void_p, task: task_struct, old: c_int32, binary: linux_binprm) -> c_int64:
    n = old
    k: str(16) = \"\"
";

#[test]
fn a_text_of_the_kernel_is_compared_where_it_lies() {
    let cases = [
        (true, "if task.comm == \"nginx\":\n    return 1"),
        (true, "if task.real_parent.comm != \"sh\":\n    return 1"),
        (true, "return task.comm.startswith(\"ng\")"),
        (true, "if task.comm == \"a\" or n == 3:\n    return 1"),
        (true, "while n < 5:\n    if task.comm == \"a\":\n        return 1\n    n += 1"),
        // What is kept may have changed in the kernel by then.
        (false, "k = task.comm\nn += 1\nif k == \"nginx\":\n    return 1"),
        (false, "k = task.comm\nif k == \"nginx\":\n    return 1\nprint(k)"),
        // The verifier does not know what the pointer points to.
        (false, "t = cast(n, POINTER(task_struct))\nif t.comm == \"nginx\":\n    return 1"),
        // The whole text is looked through.
        (false, "return task.comm.endswith(\"x\")"),
        (false, "return len(task.comm)"),
    ];
    judge_behind(TASK_HEAD, Rewrite::DirectText, &cases);
}

const PROBED_HEAD: &str = "\
from ctypes import *
from ctypes import cast, POINTER
from pythonbpf import *
from pythonbpf.helper import *
from pythonbpf.maps import *
from vmlinux import task_struct, sock

@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)

@bpf
def other() -> c_int64:
    counts.delete(3)
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return \"GPL\"

@bpf
@section(\"kprobe/tcp_connect\")
def prog(ctx: c_void_p, sk: sock) -> c_int64:
    task = get_current_task()
    n = 0
    i = 0
";

#[test]
fn members_of_a_struct_are_read_together() {
    let cases = [
        (true, "n = task.pid + task.tgid"),
        (true, "n = task.pid\ni = ktime()\nn += task.tgid"),
        (true, "counts[task.pid] = task.tgid"),
        (true, "c = sk.__sk_common\nn = c.skc_daddr\ni = c.skc_num"),
        (true, "if task.pid == 7:\n    n = task.tgid"),
        (true, "if task.pid == 7:\n    return 0\nn = task.tgid"),
        (true, "n = task.pid if task.tgid == 3 else 0"),
        (true, "n = task.parent.pid + task.parent.tgid"),
        // The pointer on the way is read once.
        (true, "n = task.mm.arg_start + task.mm.mmap_base"),
        (true, "for k in range(3):\n    n += task.pid + task.tgid"),
        (true, "n = task.pid + task.pid"),
        (
            true,
            "n = sk.__sk_common.skc_v6_daddr.in6_u.u6_addr32[0] + \
                sk.__sk_common.skc_v6_daddr.in6_u.u6_addr32[3]",
        ),
        // Too far apart.
        (false, "n = task.pid + task.start_time"),
        // What a loop turns for may change.
        (false, "n = task.pid\nfor k in range(3):\n    i += task.tgid"),
        (false, "while task.pid > n and n < 5:\n    n += 1"),
        // Somebody may change it meanwhile.
        (false, "n = task.pid\nother()\nn += task.tgid"),
        (false, "n = task.pid\nsend_signal(9)\nn += task.tgid"),
        // Another task.
        (false, "n = task.pid\ntask = cast(n, POINTER(task_struct))\nn += task.tgid"),
        // Behind a test only.
        (false, "if i == 3:\n    n = task.pid\nelse:\n    n = task.tgid"),
        // What the kernel may not have stays behind the question.
        (false, "n = task.pid\nif field_exists(task.tgid):\n    n += task.tgid"),
        (false, "n = task.pid if field_exists(task.pid) and task.tgid else 0"),
        // Bit-fields have a way of their own, texts and arrays are copied as they are.
        (false, "n = sk.__sk_common.skc_reuse + sk.__sk_common.skc_reuseport"),
        (false, "t = task.comm\nprint(t)"),
        // Memory of a process may be there in part.
        (false, "t = cast(task.mm.arg_start, POINTER(task_struct))\nreturn 0"),
    ];
    judge_behind(PROBED_HEAD, Rewrite::Gather, &cases);
}
