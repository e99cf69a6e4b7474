from ctypes import c_int64, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import atomic_add, atomic_cmpxchg, atomic_or
from pythonbpf.maps import HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@struct
class Small:
    a: c_uint16


@bpf
@map
def small() -> HashMap:
    return HashMap(key=c_uint32, value=Small, max_entries=8)


@bpf
@bpfglobal
def total() -> c_uint64:
    return c_uint64(0)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    s = small.lookup(1)
    if s:
        atomic_add(s.a, 1)  # error: [type-mismatch]
    x = 5
    atomic_add(x, 1)  # error: [type-mismatch]
    atomic_add(counts[1], 1)  # error: [type-mismatch]
    atomic_add(total, 1)  # error: [assign-to-constant]
    v = counts.lookup(1)
    atomic_add(v, 1)  # error: [null-pointer]
    atomic_add(5, 1)  # error: [type-mismatch]
    if v:
        atomic_add(v, 1)
        y = atomic_add(v, 1)  # error: [needs-newer-kernel]
        atomic_or(v, 1)  # error: [needs-newer-kernel]
        atomic_add(v)  # error: [wrong-arguments]
        atomic_cmpxchg(v, 1, 2, 3)  # error: [wrong-arguments]
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
