"""Parameters behind the context are the arguments of what is traced."""
# run: raw(ctx=7,-3,9) == 4
# run: words(ctx=5,6,7) == 6
from ctypes import c_int32, c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def seen() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@section("raw_tp/sched_process_exit")
def raw(ctx: c_void_p, first: c_uint64, second: c_int32) -> c_int64:
    return first + second


@bpf
@section("raw_tp/sched_process_exit")
def words(ctx: c_void_p) -> c_int64:
    return ctx.args[1]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
