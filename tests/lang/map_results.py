# run: prog(data=64) == 2
# map: out[0] == 1
# map: out[1] == 2
# map: out[2] == 3
# map: out[3] == 4
# map: out[4] == 5
# map: out[5] == 6
from ctypes import c_int64, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section
from pythonbpf.helper import BPF_EXIST, BPF_NOEXIST
from pythonbpf.maps import Array, HashMap


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=8)


@bpf
@map
def out() -> Array:
    return Array(value=c_int64, max_entries=32)


@bpf
@section("xdp")
def prog(ctx: c_void_p) -> c_int64:
    if counts.update(key=1, value=5, flags=BPF_NOEXIST) == 0:
        out[0] = 1
    if counts.update(1, 6, flags=BPF_NOEXIST) != 0:
        out[1] = 2
    if not counts.update(1, 6, BPF_EXIST):
        out[2] = 3
    if counts.delete(2):
        out[3] = 4
    if not counts.delete(key=1):
        out[4] = 5
    if not counts.lookup(1):
        out[5] = counts.get(1, default=6)
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
