# kernel: 5.15
from ctypes import POINTER, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import CLOCK_MONOTONIC, bpf_spin_lock, bpf_timer
from pythonbpf.maps import Array


@bpf
@struct
class Account:
    lock: bpf_spin_lock
    left: c_uint64


@bpf
@struct
class Tick:
    timer: bpf_timer
    turns: c_uint64


@bpf
@map
def accounts() -> Array:
    return Array(value=Account, max_entries=1)


@bpf
@map
def ticks() -> Array:
    return Array(value=Tick, max_entries=1)


@bpf
def ring(m: c_void_p, key: POINTER(c_uint32), tick: Tick) -> c_int64:
    tick.turns += 1
    return 0


@bpf
@section("kprobe/do_nanosleep")
def probe(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)  # error: [object-misplaced]
    if a:
        with a.lock:
            a.left += 1
    return 0


@bpf
@section("raw_tp/sched_switch")
def only_read(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)  # error: [object-misplaced]
    if a and a.left == 5:
        return 1
    return 0


@bpf
@section("socket")
def filters(ctx: c_void_p) -> c_int64:
    a = accounts.lookup(0)  # error: [object-misplaced]
    if a:
        with a.lock:
            a.left += 1
    return 0


@bpf
@section("perf_event")
def sampled(ctx: c_void_p) -> c_int64:
    t = ticks.lookup(0)  # error: [object-misplaced]
    if t:
        t.timer.init(ticks, CLOCK_MONOTONIC)
        t.timer.set_callback(ring)
        t.timer.start(1000)
    return 0


@bpf
def wind() -> c_int64:
    t = ticks.lookup(0)  # error: [object-misplaced]
    if t:
        t.timer.cancel()
    return 0


@bpf
@section("tracepoint/sched/sched_switch")
def by_a_function(ctx: c_void_p) -> c_int64:
    return wind()


@bpf
@section("tc")
def may(ctx: c_void_p) -> c_int64:
    return wind()


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
