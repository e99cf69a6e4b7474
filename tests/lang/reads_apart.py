# What is read through pointers of different kinds, here or there, is read by instructions
# of its own: the verifier wants one kind for each.
# kernel: 6.1
# run: either(ctx=1) == 1
# run: either(ctx=9) == 1
# run: returns(ctx=1) == 1
# run: returns(ctx=9) == 1
# run: stores(ctx=1) == 1
# run: stores(ctx=9) == 1
# run: entry_or_task(ctx=1) == 7
# run: entry_or_task(ctx=9) == 1
# run: texts(ctx=1) == 1
# run: texts(ctx=9) == 1
# run: entry_or_packet(data=64) == 64
# run: entry_or_packet(data=20) == 7
# run: packets(data=64) == 6
# run: packets(data=30) == 0
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import comm, get_current_task, get_current_task_btf, tid
from pythonbpf.maps import Array, HashMap


@bpf
@struct
class Entry:
    length: c_uint32
    name: str(16)


@bpf
@struct
class Byte:
    value: c_uint8


@bpf
@map
def entries() -> HashMap:
    return HashMap(key=c_uint32, value=Entry, max_entries=4)


@bpf
@map
def seen() -> Array:
    return Array(value=c_uint64, max_entries=2)


@bpf
@section("raw_tp/sys_enter")
def either(ctx: c_void_p) -> c_int64:
    known, other = get_current_task_btf(), get_current_task()
    number = known.pid if ctx.args[0] > 3 else other.pid
    return number == tid()


@bpf
@section("raw_tp/sys_enter")
def returns(ctx: c_void_p) -> c_int64:
    known, other = get_current_task_btf(), get_current_task()
    if known.pid != tid():
        return 0
    if ctx.args[0] > 3:
        return known.prio == other.prio
    return other.prio == known.prio


@bpf
@section("raw_tp/sys_enter")
def stores(ctx: c_void_p) -> c_int64:
    known, other = get_current_task_btf(), get_current_task()
    if ctx.args[0] > 3:
        seen[0] = known.start_time
    else:
        seen[0] = other.start_time
    return seen[0] == known.start_time


@bpf
@section("raw_tp/sys_enter")
def entry_or_task(ctx: c_void_p) -> c_int64:
    entries[1] = Entry(length=7)
    entry = entries.lookup(1)
    known = get_current_task_btf()
    if not entry:
        return -1
    number = entry.length if ctx.args[0] < 3 else known.pid
    return number == tid() if ctx.args[0] > 3 else number


@bpf
@section("raw_tp/sys_enter")
def texts(ctx: c_void_p) -> c_int64:
    entry = Entry()
    comm(entry.name)
    entries[2] = entry
    kept = entries.lookup(2)
    known = get_current_task_btf()
    if not kept:
        return -1
    if ctx.args[0] > 3:
        return kept.name == known.comm
    return known.comm == kept.name


@bpf
@section("tc")
def entry_or_packet(ctx: c_void_p) -> c_int64:
    entries[3] = Entry(length=7)
    entry = entries.lookup(3)
    if not entry:
        return -1
    return entry.length if ctx.len < 30 else ctx.len


@bpf
@section("xdp")
def packets(ctx: c_void_p) -> c_int64:
    seen[1] = 40
    offset = c_uint32(seen[1])
    first = ctx.packet(Byte, 20)
    if first:
        for i in range(5):
            first.value = i
        second = ctx.packet(Byte, 14)
        if not second:
            return 0
        second.value = 2
    third = ctx.packet(Byte, offset)
    if third:
        third.value = 6
        return third.value
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
