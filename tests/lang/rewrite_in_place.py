# An update of an entry that is known to be there changes it in place; one of an
# entry that may be gone, or of another key, makes it anew.
# run: prog(data=64) == 0
# run: prog(data=64) == 1
# run: prog(data=64) == 2
# map: counts[1] == 3
# map: counts[2] == 70
# map: counts[3] == 7
# map: counts[4] == null
# map: counts[5] == 55
# map: slots[1] == 6
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def slots() -> Array:
    return Array(value=c_uint32, max_entries=2)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    k = c_uint32(1)
    seen = c_uint64(0)
    v = counts.lookup(k)
    if v:
        seen = v
        counts.update(k, v + 1)
    else:
        counts.update(k, 1)
    # Deleted in between: there again afterwards.
    counts.update(2, 1)
    w = counts.lookup(2)
    if w:
        counts.delete(2)
        counts.update(2, 70)
    # Another key by then.
    k = 3
    counts.update(k, 7)
    x = counts.lookup(k)
    if x:
        k = 5
        counts.update(k, 55)
    # Deleted for good.
    counts.update(4, 1)
    y = counts.lookup(4)
    if y:
        counts.update(4, 2)
        counts.delete(4)
    s = slots.lookup(1)
    if not s:
        return 4
    slots.update(1, s + 2)
    return seen


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
