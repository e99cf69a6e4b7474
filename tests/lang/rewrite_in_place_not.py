# An update makes a new entry in a hash, and who points to the old one still sees what was
# in it: where such a pointer is followed behind the update, nothing is changed in place.
# run: since(data=64) == 65
# run: twice(data=64) == 11
# run: named(data=64) == 45
# run: both(data=64) == 106
# run: called(data=64) == 5
# run: turns(data=64) == 10
# run: again(data=64) == 13
# run: slot(data=64) == 14
# map: counts[8] == 8
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=64)


@bpf
@map
def slots() -> Array:
    return Array(value=c_uint64, max_entries=1)


@bpf
@section("xdp")
def since(ctx: c_void_p) -> c_int64:
    counts[1] = 5
    last = counts.lookup(1)
    if last is None:
        return 0
    now = c_uint64(70)
    counts[1] = now
    return now - last


@bpf
@section("xdp")
def twice(ctx: c_void_p) -> c_int64:
    counts[2] = 10
    v = counts.lookup(2)
    if v:
        counts.update(2, v + 1)
        counts.update(2, v + 1)
    return counts[2]


@bpf
@section("xdp")
def named(ctx: c_void_p) -> c_int64:
    counts[3] = 45
    v = counts.lookup(3)
    before = v
    if v and before:
        counts.update(3, 0)
        return before
    return 0


@bpf
@section("xdp")
def both(ctx: c_void_p) -> c_int64:
    counts[4] = 5
    v = counts.lookup(4)
    w = counts.lookup(4)
    if v and w:
        counts.update(4, v + 1)
        # In the old entry, which is gone.
        w[0] = 100
        return w + counts[4]
    return 0


@bpf
def bump(key: c_uint32) -> None:
    v = counts.lookup(key)
    if v:
        counts.update(key, v + 1)


@bpf
@section("xdp")
def called(ctx: c_void_p) -> c_int64:
    counts[5] = 5
    kept = counts.lookup(5)
    if not kept:
        return 0
    bump(5)
    return kept


@bpf
@section("xdp")
def turns(ctx: c_void_p) -> c_int64:
    counts[6] = 5
    v = counts.lookup(6)
    if not v:
        return 0
    total = c_uint64(0)
    for i in range(2):
        total += v
        counts.update(6, v + 1)
    return total


@bpf
@section("xdp")
def again(ctx: c_void_p) -> c_int64:
    # Looked up in every turn: changed in place, and nobody can tell.
    counts[7] = 10
    for i in range(3):
        v = counts.lookup(7)
        if v:
            counts.update(7, v + 1)
    bump(8)
    counts[8] = 7
    bump(8)
    return counts[7]


@bpf
@section("xdp")
def slot(ctx: c_void_p) -> c_int64:
    # The entries of an array stay where they are.
    slots[0] = 6
    v = slots.lookup(0)
    if not v:
        return 0
    slots.update(0, v + 1)
    return v + slots[0]


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
