# run: prog(data=64) == 2
# run: fails(data=64) == 0
# run: called(data=64) == 4
# map: out[0] == 5
# map: out[1] == 0
# map: out[2] == 0
# map: out[3] == 1
# events: ring == [1]
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import Array, HashMap, RingBuffer


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
def checked(n: c_int64) -> c_int64:
    assert n > 0, "n must be positive"
    return n + 10


@bpf
def note(n: c_int64) -> None:
    assert n != 1
    out[n] = 1


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    assert len(out) == 32
    counts[1] = 5
    v = counts.lookup(1)
    assert v
    out[0] = v
    assert v and v > 4, f"v is {v}"
    return 2


@bpf
@section("xdp")
def fails(ctx: c_void_p) -> c_int64:
    v = counts.lookup(2)
    assert v is not None
    out[1] = 1
    return 1


@bpf
@section("xdp")
def called(ctx: c_void_p) -> c_int64:
    note(1)
    note(3)
    with ring.reserve(c_uint32) as e:
        e[0] = 1
        assert e[0] == 1
        out[2] = checked(-1)
    with ring.reserve(c_uint32) as f:
        f[0] = 1
        f.discard()
    return 4


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
