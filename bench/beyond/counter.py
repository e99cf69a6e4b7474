"""A counter by key that is looked up and updated."""

from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import smp_processor_id
from pythonbpf.maps import HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    cpu = smp_processor_id()
    count = counts.lookup(cpu)
    if count:
        counts.update(cpu, count + 1)
    else:
        counts.update(cpu, 1)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
