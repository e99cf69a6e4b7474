# expect: loads
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_F_MMAPABLE, BPF_F_NO_COMMON_LRU, BPF_F_NO_PREALLOC
from pythonbpf.maps import Array, HashMap, LRUHash, LRUPerCpuHash


@bpf
@map
def lazy() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8, flags=BPF_F_NO_PREALLOC)


@bpf
@map
def near() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8, numa_node=0)


@bpf
@map
def shared() -> Array:
    return Array(value=c_uint64, max_entries=8, flags=BPF_F_MMAPABLE)


@bpf
@map
def apart() -> LRUHash:
    return LRUHash(c_uint32, c_uint64, 64, flags=BPF_F_NO_COMMON_LRU)


@bpf
@map
def recent() -> LRUPerCpuHash:
    return LRUPerCpuHash(c_uint32, c_uint64, max_entries=64)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    """Flags by name, and a node of memory."""
    recent[1] += 1
    lazy[1] = near[1] = shared[1] = apart[1] = 1
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
