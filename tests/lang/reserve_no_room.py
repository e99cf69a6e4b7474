# run: prog(data=64) == 0
# map: out[0] == 39
from ctypes import c_int64, c_uint8, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import BPF_RB_NO_WAKEUP
from pythonbpf.maps import Array, RingBuffer


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@struct
class Big:
    number: c_uint64
    data: c_uint8 * 88


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    taken = 0
    for i in range(60):
        e = ring.reserve(Big)
        if not e:
            break
        e.number = i
        taken += 1
        e.submit(BPF_RB_NO_WAKEUP)
    out[0] = taken
    return 0


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
