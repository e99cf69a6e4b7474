"""perf_event: what a sample interrupted, and where it faulted."""

# attach: prog on page fault with event=page_faults pid=self
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import pid
from pythonbpf.maps import HashMap


@bpf
@map
def fired() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)


@bpf
@section("perf_event")
def prog(ctx: c_void_p) -> c_int64:
    if ctx.regs.ip and ctx.regs.sp and ctx.addr and ctx.sample_period:
        fired[pid()] += 1
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
