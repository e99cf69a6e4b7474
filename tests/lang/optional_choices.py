# Lookups that are chosen between stay what they are: entries that can be
# changed. A name may start as `None`.
# run: prog(data=64) == 4
# map: a[1] == 11
# map: b[2] == 22
# map: b[3] == 133
# map: points[7] == {"x": 5, "y": 6}
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap


@bpf
@struct
class Point:
    x: c_uint32
    y: c_uint32


@bpf
@map
def a() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def b() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def points() -> HashMap:
    return HashMap(key=c_uint32, value=Point, max_entries=8)


@bpf
@bpfglobal
def CHOICE() -> c_uint32:
    return c_uint32(1)


@bpf
def first(k: c_uint32) -> c_int64:
    v = a.lookup(k) or b.lookup(k)
    match v:
        case None:
            return 0
    v[0] += 1
    return v


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    a[1] = 10
    b[2] = 20
    b[3] = 30
    points[7] = Point(1, 2)
    if first(1) != 11 or first(2) != 21 or first(9) != 0:
        return 0
    # By a condition.
    w = a.lookup(1) if CHOICE == 2 else b.lookup(2)
    if w:
        w[0] += 1
    # One of them and the other.
    both = a.lookup(1) and b.lookup(3)
    if both is not None:
        both[0] += 100
    if a.lookup(9) and b.lookup(3):
        return 1
    # Structs.
    p = points.lookup(8) or points.lookup(7)
    if not p:
        return 2
    p.x += 4
    # A name that has nothing at first.
    best = None
    for k in range(2, 5):
        if best is None:
            best = b.lookup(k)
        elif best[0] > 1000:
            break
    if best is None or best != 22:
        return 3
    late = None
    if CHOICE:
        late = b.lookup(3)
    else:
        late = a.lookup(1)
    if late:
        late[0] += 3
    q = points.lookup(7) if CHOICE else None
    match q:
        case None:
            return 0
        case entry:
            entry.y += 4
    return 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
