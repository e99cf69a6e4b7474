# run: prog(data=64) == 2
# events: ring == [41, "text", [1, 2, 0, 0, 0], 7]
from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.maps import RingBuffer


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    n = ring.reserve(c_uint64)
    if n:
        n[0] = 40
        n[0] += 1
        n.submit()
    s = ring.reserve(str(12))
    if s:
        s[0] = 116
        s[1] = 101
        s[2] = 120
        s[3] = 116
        ring.submit(s)
    a = ring.reserve(c_uint8 * 5)
    if not a:
        return 0
    a[0] = 1
    a[1] = a[0] + 1
    ring.submit(a)
    small = ring.reserve(c_uint32)
    if small:
        small[0] = 7
        ring.submit(small)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
